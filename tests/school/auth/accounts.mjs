// The accounts of a school on this computer: @supabase/lite answers as Supabase Auth does, and nothing else of it
// is served. Started by the school; speaks one line, its port, when it answers.
//
//   node accounts.mjs  (DATABASE_URL, JWT_SECRET, SITE_URL, PUBLISHABLE_KEY, SECRET_KEY, MAIL_FOLDER)
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { serve } from '@hono/node-server'
import { App } from '@supabase/lite'
import { createPostgresConnection } from '@supabase/lite/postgres'

const { DATABASE_URL, JWT_SECRET, SITE_URL, PUBLISHABLE_KEY, SECRET_KEY, MAIL_FOLDER } = process.env

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

const connection = createPostgresConnection({
  url: DATABASE_URL,
  postgresOptions: {
    onnotice: () => {},
    types: { json: asJson(114), jsonb: asJson(3802), timestamptz: asInstant },
  },
})

// Each message becomes a file, named so that their order is the one they were sent in. It appears whole.
await mkdir(MAIL_FOLDER, { recursive: true })
let sent = 0
const email = {
  async send(message) {
    sent += 1
    const path = `${MAIL_FOLDER}/${Date.now()}-${String(sent).padStart(6, '0')}.json`
    await writeFile(`${path}.part`, JSON.stringify(message))
    await rename(`${path}.part`, path)
  },
}

const app = new App({
  connection,
  auth: {
    enabled: true,
    site_url: SITE_URL,
    additional_redirect_urls: ['http://127.0.0.1:*/**'],
    jwt_secret: JWT_SECRET,
    jwt_expiry: 3600,
    enable_signup: true,
    enable_refresh_token_rotation: true,
    refresh_token_reuse_interval: 10,
    publishable_key: PUBLISHABLE_KEY,
    secret_key: SECRET_KEY,
    email: { enable_signup: true, enable_confirmations: false, max_frequency: '0s' },
  },
  options: { server: { admin: false }, drivers: { email } },
})
await app.ensureSystemSchema()

serve(
  {
    hostname: '127.0.0.1',
    port: 0,
    fetch: (request, { incoming }) => app.fetch(request, { peerAddress: incoming.socket.remoteAddress ?? null }),
  },
  ({ port }) => console.log(`listening on ${port}`),
)
