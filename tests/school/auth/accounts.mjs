// The accounts of a school on this computer: @supabase/lite answers as Supabase Auth does, and nothing else of it
// is served. Where it does not, `corrections.mjs` puts it right. Started by the school; speaks one line, its port, when
// it answers.
//
//   node accounts.mjs  (DATABASE_URL, JWT_SECRET, SCHOOL_URL, PUBLISHABLE_KEY, SECRET_KEY, MAIL_FOLDER, SETTINGS)
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { serve } from '@hono/node-server'
import { App } from '@supabase/lite'
import { createPostgresConnection } from '@supabase/lite/postgres'
import postgres from 'postgres'
import { correct } from './corrections.mjs'
import { asSent } from './corrections/links.mjs'

const { DATABASE_URL, JWT_SECRET, SCHOOL_URL, PUBLISHABLE_KEY, SECRET_KEY, MAIL_FOLDER } = process.env

// As `Settings` of the school names them.
const settings = JSON.parse(process.env.SETTINGS)

// lite hands over JSON as text, which the driver would write as a JSON string; Supabase Auth stores an object, and
// triggers on auth.users read its fields.
const asJson = (to) => ({
  to,
  from: [to],
  serialize: (value) => (typeof value === 'string' ? value : JSON.stringify(value)),
  parse: (text) => JSON.parse(text),
})

// It hands on times as PostgreSQL prints them, where Supabase Auth writes RFC 3339.
const asInstant = {
  to: 1184,
  from: [1184],
  serialize: (value) => value,
  parse: (text) => text.replace(' ', 'T').replace(/\+00$/, 'Z'),
}

const types = { json: asJson(114), jsonb: asJson(3802), timestamptz: asInstant }
const connection = createPostgresConnection({ url: DATABASE_URL, postgresOptions: { onnotice: () => {}, types } })

const school = {
  url: SCHOOL_URL,
  site: settings.site ?? SCHOOL_URL,
  settings,
  secret: JWT_SECRET,
  sql: postgres(DATABASE_URL, { onnotice: () => {}, max: 4, types: { timestamptz: asInstant } }),
}

// Each message becomes a file, named so that their order is the one they were sent in. It appears whole.
await mkdir(MAIL_FOLDER, { recursive: true })
let sent = 0
school.post = {
  async send(message) {
    sent += 1
    const path = `${MAIL_FOLDER}/${Date.now()}-${String(sent).padStart(6, '0')}.json`
    await writeFile(`${path}.part`, JSON.stringify(asSent(school, message)))
    await rename(`${path}.part`, path)
  },
}

const seconds = (number) => (number === null ? undefined : `${number}s`)

const app = new App({
  connection,
  auth: {
    enabled: true,
    site_url: school.site,
    additional_redirect_urls: settings.ways_back,
    jwt_secret: JWT_SECRET,
    jwt_expiry: 3600,
    enable_signup: settings.sign_up,
    enable_refresh_token_rotation: true,
    refresh_token_reuse_interval: 10,
    minimum_password_length: settings.password_length,
    password_requirements: settings.password_kinds ? 'lower_upper_letters_digits_symbols' : undefined,
    sessions: {
      timebox: seconds(settings.time_box),
      inactivity_timeout: seconds(settings.unused),
      single_per_user: settings.one_sign_in,
    },
    publishable_key: PUBLISHABLE_KEY,
    secret_key: SECRET_KEY,
    email: { enable_signup: settings.email, enable_confirmations: settings.confirm_addresses, max_frequency: '0s' },
  },
  options: { server: { admin: false }, drivers: { email: school.post } },
})
await app.ensureSystemSchema()

const lite = (request, peerAddress) => app.fetch(request, { peerAddress })
serve(
  {
    hostname: '127.0.0.1',
    port: 0,
    fetch: (request, { incoming }) => correct(school, lite, request, incoming.socket.remoteAddress ?? null),
  },
  ({ port }) => console.log(`listening on ${port}`),
)
