// Accounts, calls and rows through supabase-js, against the tables of tests/server/contract.sql.
import { PASSWORD, address, check, office, visitor } from './checks.mjs'

const ada = visitor()
const email = address('ada')
let got = await ada.auth.signUp({ email, password: PASSWORD, options: { data: { name: 'Ada' } } })
check('who signs up is signed in', got.data.session && !got.error, got)
const first = got.data.session
got = await ada.auth.getUser()
check('the user is who signed up', got.data.user?.email === email && got.data.user.user_metadata.name === 'Ada', got)
check('its times are RFC 3339', /^\d{4}-\d\d-\d\dT.*Z$/.test(got.data.user?.created_at), got)
got = await ada.auth.refreshSession()
check('a refresh gives another token', got.data.session?.refresh_token !== first.refresh_token && !got.error, got)
got = await ada.auth.getClaims()
check('the token names its role', got.data?.claims.role === 'authenticated', got)

const stranger = visitor()
got = await stranger.auth.signInWithPassword({ email, password: 'not this one' })
check('a wrong password has its code', got.error?.code === 'invalid_credentials' && got.error.status === 400, got)
got = await stranger.auth.signUp({ email, password: PASSWORD })
check('a taken address has its code', got.error?.code === 'user_already_exists', got)
got = await stranger.auth.signInWithPassword({ email, password: PASSWORD })
check('the right password signs in', got.data.session && !got.error, got)

got = await ada.rpc('contract_add', { a: 1, b: 2 })
check('a call gives a bare value', got.data === 3, got)
got = await ada.rpc('contract_who')
check('a function knows who calls', got.data?.email === email, got)
got = await ada.rpc('contract_refuse', { status: 'PT409' })
check(
  'a refusal keeps status, code, hint and details',
  got.status === 409 &&
    got.error.code === 'PT409' &&
    got.error.hint === 'slot_taken' &&
    JSON.parse(got.error.details).start,
  got,
)
got = await ada.rpc('contract_raise', { state: '42501' })
check('what is forbidden is 403', got.status === 403 && got.error.code === '42501', got)
got = await ada.rpc('contract_unknown')
check('an unknown function has its code', got.status === 404 && got.error.code === 'PGRST202', got)

const day = `[${2100 + Math.floor(Math.random() * 7000)}-01-01,infinity)`
got = await ada
  .from('contract_notes')
  .insert({ room: 1, note: 'first', during: day })
  .select('id,note,contract_rooms(name)')
  .single()
check('what is written comes back with what it refers to', got.data?.contract_rooms.name === 'Alpha', got)
got = await ada.from('contract_notes').insert([{ room: 1, note: 'second', during: day }])
check('an overlap is 23P01', got.status === 400 && got.error.code === '23P01', got)
got = await ada.from('contract_notes').select('*', { count: 'exact', head: true })
check('rows are counted', got.count === 1, got)
got = await ada.from('contract_notes').select().eq('note', 'none').single()
check('one row that is none is 406', got.status === 406 && got.error.code === 'PGRST116', got)
got = await ada.from('contract_notes').select().eq('note', 'none').maybeSingle()
check('one row or none is null', got.data === null && !got.error, got)
got = await visitor().from('contract_notes').select()
check('nobody sees nothing', Array.isArray(got.data) && got.data.length === 0, got)
got = await office().from('contract_notes').select('id').eq('note', 'first').limit(1)
check('the secret key sees all', got.data?.length === 1, got)

got = await ada.auth.signOut()
check('who signs out is out', !got.error && (await ada.auth.getUser()).error?.name === 'AuthSessionMissingError', got)
