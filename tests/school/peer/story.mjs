// A story of the school through supabase-js: by invitation into it, from a wish to a lesson, and what is refused.
import { PASSWORD, address, check, office, visitor } from './checks.mjs'

const ask = (client, name, given = {}) => client.rpc(name, { request_id: crypto.randomUUID(), ...given })

const refused = (got, status, hint) =>
  got.status === status && got.error?.code === `PT${status}` && got.error.hint === hint && got.error.message.length > 0

const school = office()

/** Signs up, and comes into the school by an invitation. */
async function arrive(role, first_name) {
  const invitation = await ask(school, 'invite', { role })
  check(`the school invites ${first_name}`, invitation.data?.code, invitation)
  const looked = await visitor().rpc('look_at_invitation', { code: invitation.data.code })
  check(`${first_name} sees what it is for before signing up`, looked.data?.role === role, looked)
  const client = visitor()
  const signed = await client.auth.signUp({ email: address(first_name.toLowerCase()), password: PASSWORD })
  const accepted = await ask(client, 'accept_invitation', { code: invitation.data.code, first_name, zone: 'Europe/Madrid' })
  check(`${first_name} comes in`, !signed.error && accepted.data?.person, accepted)
  const again = await ask(client, 'accept_invitation', { code: invitation.data.code, first_name })
  check('an invitation is good once', again.status >= 400 && again.error.code.startsWith('PT'), again)
  return { client, person: accepted.data.person }
}

const ada = await arrive('tutor', 'Ada')
const ben = await arrive('student', 'Ben')

// A week from now, at a full hour, and not where another run of this story has been: its people are new.
const start = new Date(Math.ceil(Date.now() / 3600e3) * 3600e3 + 7 * 86400e3)
const wish = {
  request_id: crypto.randomUUID(),
  tutor: ada.person,
  student: ben.person,
  subject: 'Maths',
  start_at: start.toISOString(),
  end_at: new Date(start.getTime() + 3600e3).toISOString(),
  zone: 'Europe/Madrid',
}
let got = await ben.client.rpc('request_booking', wish)
check('a tutor whom the school has not approved is not there', refused(got, 404, 'not_found'), got)
got = await ask(school, 'approve_tutor', { person: ada.person })
check('the school approves the tutor', !got.error, got)
got = await visitor().rpc('request_booking', wish)
check('nobody asks without a sign-in', got.status === 401 && got.error.code === '42501', got)

got = await ben.client.rpc('request_booking', wish)
const booking = got.data?.bookings?.[0]
check('a student asks', booking?.status === 'PENDING', got)
got = await ben.client.rpc('request_booking', wish)
check('the same request has the same answer', got.data?.bookings?.[0]?.id === booking.id, got)
got = await ben.client.rpc('request_booking', { ...wish, subject: 'Physics' })
check('another request under the same id is refused', refused(got, 409, 'request_id_reused'), got)

const confirm = { booking: booking.id, expected_version: booking.version }
got = await ask(ben.client, 'confirm_booking', confirm)
check('a student does not confirm', got.error?.code === 'PT403', got)
got = await ask(ada.client, 'confirm_booking', { ...confirm, expected_version: booking.version + 5 })
check('an old version is refused', got.status === 409 && got.error.code === 'PT409', got)
got = await ask(ada.client, 'confirm_booking', confirm)
const session = got.data?.session
check('the tutor confirms, and it is a session', session?.status === 'SCHEDULED' && got.data.booking.status === 'CONFIRMED', got)
got = await ben.client.rpc('request_booking', { ...wish, request_id: crypto.randomUUID() })
check('a time that is taken is refused', refused(got, 409, 'slot_taken'), got)

got = await ben.client.rpc('pull_changes')
const pulled = got.data?.changes ?? []
check('a pull brings the session', pulled.some(({ table, id }) => table === 'sessions' && id === session.id), got)
const { cursor } = got.data
got = await ben.client.rpc('pull_changes', { cursor })
check('the next pull brings nothing', got.data?.changes.length === 0 && got.data.afresh === false, got)
got = await ben.client.from('sessions').select('id,status').eq('id', session.id).single()
check('a participant reads it', got.data?.status === 'SCHEDULED', got)

const stranger = visitor()
await stranger.auth.signUp({ email: address('sam'), password: PASSWORD })
got = await stranger.from('sessions').select().eq('id', session.id).single()
check('a stranger does not', got.status === 406 && got.error.code === 'PGRST116', got)
got = await ask(stranger, 'cancel_booking', { booking: booking.id, expected_version: 1 })
check('and calls nothing off', refused(got, 404, 'not_found'), got)
