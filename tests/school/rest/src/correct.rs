//! Where postrust 3.1.0 answers otherwise than PostgREST, and First Bell could notice. Each correction goes when its
//! test in `tests/school` says that it is no longer needed.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{StatusCode, Uri};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// With this header a test sees what postrust answers by itself.
const UNCORRECTED: &str = "x-uncorrected";

pub async fn correct(mut request: Request, next: Next) -> Response {
    if request.headers().contains_key(UNCORRECTED) {
        return next.run(request).await;
    }
    if let Some(query) = request.uri().query() {
        let corrected = query.split('&').map(correct_pair).collect::<Vec<_>>().join("&");
        if corrected != query
            && let Ok(uri) = format!("{}?{corrected}", request.uri().path()).parse::<Uri>()
        {
            *request.uri_mut() = uri;
        }
    }
    let signed_in = role(&request).is_some_and(|role| role != "anon");
    let response = next.run(request).await;
    if signed_in && response.status() == StatusCode::UNAUTHORIZED {
        return forbidden_not_unauthorized(response).await;
    }
    response
}

fn correct_pair(pair: &str) -> String {
    // A plus stands for a space in a query. postrust keeps it, and such a filter matches nothing, without a word.
    let pair = pair.replace('+', "%20");
    // The names in `columns` may be quoted, and supabase-js quotes them all. postrust takes the quotes for a part of
    // the name.
    if pair.starts_with("columns=") { pair.replace("%22", "").replace('"', "") } else { pair }
}

/// What a role may not do (42501) is 401 only for the role of those who are not signed in: signing in could help them.
/// For everyone else it is 403. postrust answers 401 to both, and a client would refresh its token and try again.
async fn forbidden_not_unauthorized(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap_or_default();
    let told: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    if told["code"] == "42501" {
        parts.status = StatusCode::FORBIDDEN;
        parts.headers.remove(WWW_AUTHENTICATE);
    }
    Response::from_parts(parts, Body::from(body))
}

/// The role that a request's token names. The server behind verifies the token.
fn role(request: &Request) -> Option<String> {
    let token = request.headers().get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?;
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: serde_json::Value = serde_json::from_slice(&claims).ok()?;
    Some(claims["role"].as_str()?.to_owned())
}
