// Access tokens with all their claims, and refresh tokens of which several are asked for at once.
import { createHmac } from 'node:crypto'
import { codeOf, refuse } from './errors.mjs'

/** By refresh token: the answer that is on its way. */
const underWay = new Map()
/** By sign-in: how it was proven who that is. */
const proofs = new Map()

const decode = (part) => JSON.parse(Buffer.from(part, 'base64url').toString())
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** The claims of whoever asks; lite has verified them. */
export const whose = (ask) => decode(ask.headers.get('authorization').split('.')[1])

/** POST /token?grant_type=refresh_token: those who ask at the same time get the same answer. */
export async function refresh(ask) {
  const token = ask.json.refresh_token
  // Nobody has a token of a genuine server here; it is a token all the same.
  if (/^([a-z0-9]{12}|[\w-]{51})$/.test(token ?? '')) {
    return refuse(400, 'refresh_token_not_found', 'Invalid Refresh Token: Refresh Token Not Found')
  }
  if (!underWay.has(token)) {
    const asked = once(ask, token)
    underWay.set(token, asked)
    asked.finally(() => underWay.delete(token)).catch(() => {})
  }
  return (await underWay.get(token)).clone()
}

async function once(ask, token) {
  const [account] = await ask.school.sql`
    select u.banned_until from auth.refresh_tokens t join auth.users u on u.id::text = t.user_id::text
    where t.token = ${token ?? ''}`
  if (account?.banned_until && Date.parse(account.banned_until) > Date.now()) {
    return refuse(400, 'user_banned', 'Invalid Refresh Token: User Banned')
  }
  const answer = await ask.lite()
  if ((await codeOf(answer)) === 'session_not_found' && ask.school.settings.one_sign_in) {
    return refuse(400, 'session_expired', 'Invalid Refresh Token: Session Expired (Revoked by Newer Login)')
  }
  return answer
}

/** POST /logout: without a word of where, it is everywhere. */
export function logout(ask) {
  return ask.url.searchParams.has('scope') ? ask.lite() : ask.lite({ search: '?scope=global' })
}

export async function endOthers({ school }, { sub, session_id }) {
  await school.sql`delete from auth.refresh_tokens where user_id::text = ${sub} and session_id <> ${session_id}`
  await school.sql`delete from auth.sessions where user_id = ${sub} and id <> ${session_id}`
}

/** lite's tokens lack most of the claims: the token is signed anew with them. */
export async function fullClaims(ask, response) {
  const location = response.headers.get('location')
  if (location?.includes('access_token=')) {
    const [to, told] = location.split('#')
    const found = new URLSearchParams(told)
    const user = await (await ask.whoever(found.get('access_token'))).json()
    found.set('access_token', sign(ask, found.get('access_token'), user))
    return new Response(null, { status: response.status, headers: { location: `${to}#${found}&sb=` } })
  }
  if (response.status !== 200 || !response.headers.get('content-type')?.includes('json')) return response
  const session = await response.json()
  if (session.access_token) session.access_token = sign(ask, session.access_token, session.user)
  const headers = new Headers(response.headers)
  headers.delete('content-length')
  return new Response(JSON.stringify(session), { status: 200, headers })
}

function sign(ask, token, user) {
  const [head, body] = token.split('.')
  const claims = decode(body)
  if (!proofs.has(claims.session_id)) {
    const byMail = ask.path === '/verify' || ask.url.searchParams.get('grant_type') === 'pkce'
    const method = byMail ? 'otp' : 'password'
    proofs.set(claims.session_id, [{ method, timestamp: claims.iat }])
  }
  const { app_metadata, user_metadata } = user
  const full = {
    iss: `${ask.school.url}/auth/v1`,
    ...claims,
    ...{ phone: user.phone ?? '', app_metadata, user_metadata, aal: 'aal1', amr: proofs.get(claims.session_id) },
    is_anonymous: false,
  }
  const signed = `${head}.${encode(full)}`
  return `${signed}.${createHmac('sha256', ask.school.secret).update(signed).digest('base64url')}`
}
