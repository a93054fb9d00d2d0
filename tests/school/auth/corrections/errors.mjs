// How errors are told.

const NEWER = '2024-01-01'

/** In the older form, which `inForm` turns into the newer one where that is asked for. */
export function refuse(status, code, message) {
  return Response.json({ code: status, error_code: code, msg: message }, { status, headers: { 'x-sb-error-code': code } })
}

export const tooSoon = (wait) =>
  refuse(429, 'over_email_send_rate_limit', `For security purposes, you can only request this after ${wait} seconds.`)

/** The code of an answer that is an error. */
export async function codeOf(response) {
  if (response.status < 400) return undefined
  return (await response.clone().json().catch(() => ({}))).error_code
}

/** The form that was asked for. */
export async function inForm(ask, response) {
  const json = response.headers.get('content-type')?.includes('json')
  if (response.status < 400 || (response.status < 500 && !json)) return response
  let { code: status, error_code: code, msg: message, ...rest } = json ? await response.json() : {}
  const headers = new Headers(response.headers)
  headers.delete('content-length')
  headers.set('content-type', 'application/json')
  if (!code && response.status >= 500) {
    ;({ status, code, message, rest } = told(ask))
    headers.set('x-sb-error-code', code)
  }
  const newer = (ask.headers.get('x-supabase-api-version') ?? '') >= NEWER
  if (newer) headers.set('x-supabase-api-version', NEWER)
  if (code === 'weak_password') headers.delete('x-sb-error-code')
  const body = newer ? { code, message, ...rest } : { code: status, error_code: code, msg: message, ...rest }
  return new Response(JSON.stringify(body), { status: response.status, headers })
}

/** Of what failed inside lite says nothing that an app could read. */
function told(ask) {
  const message =
    ask.path === '/signup'
      ? 'Database error saving new user'
      : 'Unexpected failure, please check server logs for more information'
  return { status: 500, code: 'unexpected_failure', message, rest: {} }
}
