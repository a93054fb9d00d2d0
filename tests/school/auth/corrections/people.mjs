// Signing up and in, codes, and what changes an account.
import { createHash, randomInt, randomUUID } from 'node:crypto'
import bcrypt from 'bcryptjs'
import { codeOf, refuse, tooSoon } from './errors.mjs'
import { endOthers, whose } from './tokens.mjs'

/** The account with this address. */
const find = async ({ school }, email) =>
  (await school.sql`select * from auth.users where email = ${String(email ?? '').toLowerCase()}`)[0]

const banned = (account) => account?.banned_until && Date.parse(account.banned_until) > Date.now()

/** The seconds that are left before the next mail may be sent, or 0. */
function left({ school }, sentAt) {
  const since = sentAt ? (Date.now() - Date.parse(sentAt)) / 1000 : Infinity
  return Math.max(0, Math.ceil(school.settings.seconds_between_mails - since))
}

/** POST /signup */
export async function signUp(ask) {
  const { email, phone, password, data } = ask.json
  const { settings } = ask.school
  if (data !== undefined && data !== null && (typeof data !== 'object' || Array.isArray(data))) {
    return refuse(400, 'bad_json', 'Could not parse request body as JSON: data has to be an object')
  }
  if (!email && phone) return refuse(400, 'phone_provider_disabled', 'Phone signups are disabled')
  if (email && password && settings.sign_up && settings.email) {
    if (!/^[\x21-\x7e]+$/.test(email)) {
      return refuse(400, 'validation_failed', 'Unable to validate email address: invalid format')
    }
    if (Buffer.byteLength(password) > 72) {
      return refuse(400, 'validation_failed', 'Password cannot be longer than 72 characters')
    }
  }
  const answer = await ask.lite()
  const account = (await codeOf(answer)) === 'over_email_send_rate_limit' ? await find(ask, email) : undefined
  if (!account) return answer
  if (account.email_confirmed_at) return Response.json(nobody(account, data))
  const wait = left(ask, account.confirmation_sent_at)
  if (wait) return tooSoon(wait)
  await confirmAgain(ask, account)
  const { id, aud, role, email: address, raw_app_meta_data, raw_user_meta_data, created_at, updated_at } = account
  const identities = await ask.school.sql`select * from auth.identities where user_id = ${id}`
  return Response.json({
    ...{ id, aud, role, email: address, phone: '', confirmation_sent_at: new Date().toISOString() },
    ...{ app_metadata: raw_app_meta_data, user_metadata: raw_user_meta_data, identities, created_at, updated_at },
    is_anonymous: false,
  })
}

/** What whoever signs up with an address that has an account gets to see: as if it were new. */
function nobody(account, data) {
  const now = new Date().toISOString()
  return {
    ...{ id: randomUUID(), aud: 'authenticated', role: '', email: account.email, phone: '', confirmation_sent_at: now },
    app_metadata: { provider: 'email', providers: ['email'] },
    ...{ user_metadata: data ?? {}, identities: [], created_at: now, updated_at: now, is_anonymous: false },
  }
}

/** A new code and link, as lite makes them, which itself sends none a second time. */
async function confirmAgain({ school }, account) {
  const code = String(randomInt(1_000_000)).padStart(6, '0')
  const hash = createHash('sha256').update(account.email + code).digest('hex')
  await school.sql`
    update auth.users set confirmation_token = ${hash}, confirmation_sent_at = ${new Date().toISOString()}
    where id = ${account.id}`
  const link = new URL(`${school.url}/auth/v1/verify`)
  link.search = new URLSearchParams({ token: hash, type: 'signup', redirect_to: school.site })
  await school.post.send({ to: account.email, subject: 'Confirm Your Signup', text: `${code}\n\n${link}` })
}

/** POST /resend */
export async function resend(ask) {
  const answer = await ask.lite()
  if (ask.json.type !== 'signup' || (await codeOf(answer)) !== 'over_email_send_rate_limit') return answer
  const account = await find(ask, ask.json.email)
  const wait = left(ask, account.confirmation_sent_at)
  if (wait) return tooSoon(wait)
  await confirmAgain(ask, account)
  return Response.json({})
}

/** POST /token?grant_type=password */
export async function signIn(ask) {
  const { email, password } = ask.json
  if (!ask.school.settings.email) return refuse(422, 'email_provider_disabled', 'Email logins are disabled')
  const account = email && password ? await find(ask, email) : undefined
  // lite looks whether the address is confirmed before it looks at the password, and not at bans.
  if (account?.encrypted_password && (!account.email_confirmed_at || banned(account))) {
    if (!(await bcrypt.compare(password, account.encrypted_password))) {
      return refuse(400, 'invalid_credentials', 'Invalid login credentials')
    }
    if (banned(account)) return refuse(400, 'user_banned', 'User is banned')
  }
  return ask.lite()
}

/** POST /recover and /otp */
export async function sendCode(ask) {
  if (!ask.school.settings.email) return refuse(400, 'email_provider_disabled', 'Email logins are disabled')
  const account = await find(ask, ask.json.email)
  const wait = account ? left(ask, account.recovery_sent_at) : 0
  return wait ? tooSoon(wait) : ask.lite()
}

/** POST /verify: lite does not know the type `email`, which stands for two of its own. */
export async function verify(ask) {
  if (ask.json.type !== 'email') return ask.lite()
  const answer = await ask.lite({ json: { ...ask.json, type: 'signup' } })
  return answer.status === 200 ? answer : ask.lite({ json: { ...ask.json, type: 'magiclink' } })
}

/** GET and PUT /user */
export async function user(ask) {
  const answer = await ask.lite()
  if (answer.status !== 200) return answer
  const claims = whose(ask)
  const [account] = await ask.school.sql`select banned_until from auth.users where id = ${claims.sub}`
  if (banned(account)) return refuse(403, 'user_banned', 'User is banned')
  // A new password ends every other sign-in.
  if (ask.method === 'PUT' && ask.json.password) await endOthers(ask, claims)
  return answer
}
