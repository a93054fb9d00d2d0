// What the witness's scripts share: clients, and checks that say one line of JSON each.
import { createRequire } from 'node:module'

// The client is installed beside the accounts' server.
const { createClient } = createRequire(new URL('../auth/', import.meta.url))('@supabase/supabase-js')

const { SUPABASE_URL, SUPABASE_KEY, SUPABASE_SECRET_KEY } = process.env

/** A client of its own, that keeps nothing on the disk and refreshes nothing by itself. */
export function visitor(key = SUPABASE_KEY) {
  return createClient(SUPABASE_URL, key, {
    auth: { persistSession: false, autoRefreshToken: false },
    // Node 20 has no WebSocket, and nothing here asks for one.
    realtime: { transport: class {} },
  })
}

/** The school itself, with its secret key. */
export const office = () => visitor(SUPABASE_SECRET_KEY)

export const PASSWORD = 'a-bell-before-each'

export const address = (name) => `${name}.${crypto.randomUUID()}@school.example`

/** Says whether something holds, and what there was instead. */
export function check(what, holds, got) {
  console.log(JSON.stringify({ what, holds: Boolean(holds), got: holds ? undefined : got }))
}
