// Mails, the links in them, and the way back to an app: lite sends its mails without the way back that was asked for,
// and knows no PKCE for them.
import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash, randomUUID } from 'node:crypto'
import { refuse } from './errors.mjs'

const FIVE_MINUTES = 5 * 60 * 1000

const asking = new AsyncLocalStorage()
/** By the token in a link: what its request wants to be proven. */
const challenges = new Map()
/** By the code that an app got back: the session that it is good for. */
const sessions = new Map()

/** While lite works for a request, its mails are known to be of that request. */
export const duringRequest = (ask, work) => asking.run(ask, work)

/** A message as it goes out: with the way back, with a token of PKCE, and with a code only where there is to be one. */
export function asSent(school, message) {
  const link = message.text.match(/https?:\S+\/auth\/v1\/verify\S*/)?.[0]
  if (!link) return message
  const to = new URL(link)
  const leading = new URL(`${school.url}${to.pathname}${to.search}`)
  const ask = asking.getStore()
  const wayBack = ask?.url.searchParams.get('redirect_to')
  if (wayBack) leading.searchParams.set('redirect_to', wayBack)
  const { code_challenge: challenge, code_challenge_method: method } = ask?.json ?? {}
  if (challenge) {
    const token = `pkce_${to.searchParams.get('token')}`
    challenges.set(token, { challenge, method: String(method).toLowerCase() })
    leading.searchParams.set('token', token)
  }
  const code = message.text.match(/\b\d{6}\b/)?.[0]
  const withCode = school.settings.mails === 'LinkAndCode' && code ? `Your code: ${code}\n\n` : ''
  return { to: message.to, subject: message.subject, text: `${withCode}Go on: ${leading}\n` }
}

/** GET /verify: a link has been opened. */
export async function follow(ask) {
  const token = ask.url.searchParams.get('token') ?? ''
  if (!token) return refuse(400, 'validation_failed', 'Verify requires a token or a token hash')
  if (!token.startsWith('pkce_')) return ask.lite()
  const search = new URLSearchParams(ask.url.search)
  search.set('token', token.slice('pkce_'.length))
  const led = await ask.lite({ search: String(search) })
  const [to, told] = (led.headers.get('location') ?? '').split('#')
  const found = new URLSearchParams(told)
  const join = to.includes('?') ? '&' : '?'
  if (found.has('error')) return leadTo(`${to}${join}${found}#${found}&sb=`)
  const session = Object.fromEntries(found)
  for (const name of ['expires_in', 'expires_at']) session[name] = Number(session[name])
  delete session.type
  session.user = await (await ask.whoever(session.access_token)).json()
  const code = randomUUID()
  sessions.set(code, { session, ...challenges.get(token), at: Date.now() })
  return leadTo(`${to}${join}code=${code}`)
}

/** POST /token?grant_type=pkce: what came back is exchanged for a session. */
export function exchange(ask) {
  const { auth_code: code, code_verifier: verifier } = ask.json
  if (!code || !verifier) {
    return refuse(400, 'validation_failed', 'invalid request: both auth code and code verifier should be non-empty')
  }
  const found = sessions.get(code)
  if (!found) return refuse(404, 'flow_state_not_found', 'invalid flow state, no valid flow state found')
  if (Date.now() - found.at > FIVE_MINUTES) {
    return refuse(422, 'flow_state_expired', 'invalid flow state, flow state has expired')
  }
  const proven = found.method === 's256' ? createHash('sha256').update(verifier).digest('base64url') : verifier
  if (proven !== found.challenge) {
    return refuse(400, 'bad_code_verifier', 'code challenge does not match previously saved code verifier')
  }
  sessions.delete(code)
  return Response.json(found.session)
}

const leadTo = (location) => new Response(null, { status: 303, headers: { location } })
