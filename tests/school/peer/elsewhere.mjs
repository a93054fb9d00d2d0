// Another program of the same person, by supabase-js: it signs in, and then signs out everywhere or sets a new password.
//   node elsewhere.mjs EMAIL PASSWORD everywhere | NEW-PASSWORD
import { check, visitor } from './checks.mjs'

const [email, password, deed] = process.argv.slice(2)
const own = visitor()
const { data, error } = await own.auth.signInWithPassword({ email, password })
check('the same account signs in elsewhere', error === null && data.user.email === email, error)
const done =
  deed === 'everywhere' ? await own.auth.signOut({ scope: 'global' }) : await own.auth.updateUser({ password: deed })
check('and what it does is done', done.error === null, done)
