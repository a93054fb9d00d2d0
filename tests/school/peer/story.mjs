// A whole story of the school through supabase-js: by invitation into it, from a wish to a lesson with its link, what
// each side pulls, and what is refused. Its people are new each time, so it can be played again.
import { PASSWORD, address, check, office, visitor } from './checks.mjs'

/** Whether an answer is a refusal with this HTTP status and code. */
const refused = (answer, status, code) =>
  answer.status === status && answer.error?.hint === code && answer.error.message.length > 0

async function signUp(name) {
  const own = visitor()
  const { error } = await own.auth.signUp({ email: address(name), password: PASSWORD })
  if (error) throw error
  return own
}

const call = (own, name, args = {}) => own.rpc(name, { request_id: crypto.randomUUID(), ...args })
const of = (pulled, table) => pulled.data.changes.filter((change) => change.table === table)

// ---- by invitation

const school = office()
const invited = await call(school, 'invite', { role: 'tutor' })
check('the school invites a tutor', invited.data?.code?.length === 23, invited)

const nobody = visitor()
const looked = await nobody.rpc('look_at_invitation', { code: invited.data.code })
check('who has the code sees for what it is, before signing up', looked.data?.role === 'tutor', looked)
check('nobody calls anything else', (await call(nobody, 'invite', { role: 'tutor' })).status === 401)

const tutor = await signUp('uma')
const names = { first_name: 'Uma', last_name: 'Example', zone: 'Europe/Madrid' }
const accepted = await call(tutor, 'accept_invitation', { code: invited.data.code, ...names })
check('the tutor takes it up', accepted.data?.role === 'tutor', accepted)
const again = await call(tutor, 'accept_invitation', { code: invited.data.code, ...names })
check('once', refused(again, 409, 'invitation_over'), again)
const tutorId = accepted.data.person

const student = await signUp('vic')
const { data: forStudent } = await call(school, 'invite', { role: 'student' })
const arrived = await call(student, 'accept_invitation', { code: forStudent.code, first_name: 'Vic', zone: 'America/New_York' })
const studentId = arrived.data?.person
let seen = await student.from('people').select('id').eq('id', tutorId)
check('a tutor whom nobody has approved is not seen', seen.data?.length === 0, seen)
const approved = await call(school, 'approve_tutor', { person: tutorId })
check('the school approves', approved.error === null, approved)
seen = await student.from('people').select('first_name').eq('id', tutorId).single()
check('and the student sees her', seen.data?.first_name === 'Uma', seen)

// ---- a request

const rules = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '00:00', to: '24:00', zone: 'Europe/Madrid' }))
const hours = await call(tutor, 'set_availability', { tutor: tutorId, rules, expected_version: 1 })
check('the tutor says when she can', hours.data?.version === 2, hours)
const from = new Date(Date.now() + 2 * 86_400_000)
const free = await student.rpc('free_slots', {
  tutor: tutorId, from_at: from.toISOString(), to_at: new Date(+from + 86_400_000).toISOString(), minutes: 60,
})
check('the student is offered times', free.data?.length > 10, free)
const wish = { tutor: tutorId, student: studentId, subject: 'Maths', zone: 'America/New_York', ...free.data[0] }
const asked = await call(student, 'request_booking', wish)
const booking = asked.data?.bookings?.[0]
check('and asks for the first', booking?.status === 'PENDING', asked)

const first = await tutor.rpc('pull_changes')
check('the tutor pulls it, and whose it is', of(first, 'bookings').length === 1 && of(first, 'people').some((p) => p.id === studentId), first)
check('with a cursor', typeof first.data.cursor === 'string' && first.data.more === false, first.data)
const rest = await tutor.from('bookings').select('id,status').eq('id', booking.id).single()
check('its status now is a computed column', rest.data?.status === 'PENDING', rest)

// ---- refusals

const confirm = { booking: booking.id, expected_version: booking.version }
const byStudent = await call(student, 'confirm_booking', confirm)
check('the student does not confirm', refused(byStudent, 403, 'not_allowed'), byStudent)
const stranger = await signUp('sam')
const byStranger = await call(stranger, 'confirm_booking', confirm)
check('for a stranger it is not there', refused(byStranger, 404, 'not_found'), byStranger)
const stale = await call(tutor, 'confirm_booking', { ...confirm, expected_version: 7 })
check('what has changed is stale, and says to what', refused(stale, 409, 'stale') && JSON.parse(stale.error.details).version === 1, stale)
const direct = await tutor.from('sessions').insert({ tutor_id: tutorId, subject: 'x' })
check('nobody writes a row', direct.status === 403 && direct.error?.code === '42501', direct)
const none = await stranger.from('bookings').select().eq('id', booking.id).single()
check('a row that is not theirs is PGRST116', none.status === 406 && none.error?.code === 'PGRST116', none)

// ---- yes

const request_id = crypto.randomUUID()
const confirmed = await tutor.rpc('confirm_booking', { request_id, ...confirm })
check('the tutor confirms', confirmed.data?.booking?.status === 'CONFIRMED' && confirmed.data.session?.id, confirmed)
const repeated = await tutor.rpc('confirm_booking', { request_id, ...confirm })
check('a repeat gets the same answer', JSON.stringify(repeated.data) === JSON.stringify(confirmed.data), repeated)
const reused = await tutor.rpc('confirm_booking', { request_id, ...confirm, expected_version: 2 })
check('with other details it is refused', refused(reused, 409, 'request_id_reused'), reused)
const taken = await call(student, 'request_booking', wish)
check('the time is taken now', refused(taken, 409, 'slot_taken'), taken)

const session = confirmed.data.session.id
const device = crypto.randomUUID()
await call(tutor, 'claim_meeting', { session, generation: 1, device })
const attached = await call(tutor, 'attach_meeting', {
  session, generation: 1, device, provider: 'google_meet', external_id: 'event-1', join_url: 'https://meet.google.com/abc-defg-hij',
})
check('the link comes with the meeting', attached.data?.session?.join_url?.startsWith('https://meet.'), attached)

const news = await tutor.rpc('pull_changes', { cursor: first.data.cursor })
check('the next pull has what changed only', of(news, 'people').length === 0 && of(news, 'sessions').length === 1, news)
const whole = await student.rpc('pull_changes')
check('the student pulls the session with its link', of(whole, 'sessions')[0]?.row.join_url?.endsWith('abc-defg-hij'), whole)

// ---- and no

const cancelled = await call(student, 'cancel_booking', {
  booking: booking.id, expected_version: confirmed.data.booking.version, reason: 'I am ill',
})
check('the student calls it off', cancelled.data?.session?.status === 'CANCELLED', cancelled)
const last = await tutor.rpc('pull_changes', { cursor: news.data.cursor })
check('and the tutor hears of it', of(last, 'sessions')[0]?.row.cancelled_by === 'student', last)
