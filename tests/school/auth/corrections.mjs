// Where @supabase/lite 0.10.0 answers otherwise than Supabase Auth, and First Bell could notice. What Supabase Auth
// answers stands in `../recorded/auth.json`, and a test holds this to it. With the header `x-uncorrected` a test sees
// what lite answers by itself.
import { inForm, refuse } from './corrections/errors.mjs'
import { duringRequest, exchange, follow } from './corrections/links.mjs'
import { resend, signIn, signUp, sendCode, user, verify } from './corrections/people.mjs'
import { fullClaims, logout, refresh } from './corrections/tokens.mjs'

const LONGEST_BODY = 1048576

const PLACES = [
  '/signup', '/token', '/otp', '/magiclink', '/verify', '/recover', '/resend', '/health', '/settings', '/authorize',
  '/callback', '/logout', '/user', '/reauthenticate',
]

/** What each path and method has to be seen to before, between or after lite: (ask) => Response. */
const CORRECTIONS = {
  'POST /signup': signUp,
  'POST /token?password': signIn,
  'POST /token?refresh_token': refresh,
  'POST /token?pkce': exchange,
  'POST /otp': sendCode,
  'POST /recover': sendCode,
  'POST /resend': resend,
  'POST /verify': verify,
  'GET /verify': follow,
  'HEAD /verify': () => new Response(null, { status: 405, headers: { allow: 'GET, POST' } }),
  'GET /user': user,
  'PUT /user': user,
  'POST /logout': logout,
}

export async function correct(school, lite, request, peer) {
  if (request.headers.has('x-uncorrected')) return lite(request, peer)
  const url = new URL(request.url)
  const path = url.pathname.replace(/^\/auth\/v1/, '')
  if (!PLACES.includes(path) && !/^\/(\.well-known|admin)\//.test(path)) {
    return new Response('404 page not found\n', { status: 404, headers: { 'content-type': 'text/plain; charset=utf-8' } })
  }
  const text = ['GET', 'HEAD'].includes(request.method) ? undefined : await request.text()
  const ask = {
    school,
    method: request.method,
    path,
    url,
    headers: request.headers,
    json: parsed(text),
    /** Asks lite, with what is to be otherwise: a body, or a search. */
    lite: ({ json, search } = {}) => {
      const to = new URL(url)
      if (search !== undefined) to.search = search
      const body = json === undefined ? text : JSON.stringify(json)
      const headers = new Headers(request.headers)
      headers.delete('content-length')
      return lite(new Request(to, { method: request.method, headers, body: body || undefined }), peer)
    },
    /** Asks lite who that is. */
    whoever: (token) => {
      const headers = new Headers(request.headers)
      headers.set('authorization', `Bearer ${token}`)
      headers.delete('content-length')
      return lite(new Request(new URL('/auth/v1/user', url), { headers }), peer)
    },
  }
  const grant = path === '/token' ? `?${url.searchParams.get('grant_type')}` : ''
  const corrected = CORRECTIONS[`${request.method} ${path}${grant}`] ?? ((ask) => ask.lite())
  const answer = await duringRequest(ask, async () => {
    if ((text?.length ?? 0) > LONGEST_BODY) {
      return refuse(413, 'request_entity_too_large', `Request body too large (max ${LONGEST_BODY} bytes)`)
    }
    return fullClaims(ask, await corrected(ask))
  }).catch((error) => {
    console.error(error)
    return new Response(null, { status: 500 })
  })
  return inForm(ask, answer)
}

function parsed(text) {
  try {
    return JSON.parse(text) ?? {}
  } catch {
    return {}
  }
}
