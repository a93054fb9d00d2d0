//! What can be wrong between an app and its school.

use std::time::Duration;

/// One fault. The first kind keeps a request from whoever would answer it; the second lets it be answered, and spoils
/// the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// 500, with an error in JSON and no code that an app knows.
    ServerError,
    /// 502 with a page in HTML, as a gateway sends it.
    BadGateway,
    /// 503, and nothing in it.
    Unavailable,
    /// 520 with a page in HTML: the network before the school had an answer that it did not understand.
    Unknown520,
    /// 540: the project has been switched off.
    Paused540,
    /// 429, with or without a hint how long to wait, in seconds.
    TooMany(Option<u32>),
    /// 429 of the accounts, in their own words, which hold no hint. For paths of the accounts.
    TooManyRequests,
    /// 200 with a page in HTML: this network wants its users to sign in first.
    PortalPage,
    /// 302 to a page over `http`, as other networks do it.
    PortalRedirect,
    /// 200 with `{}`.
    EmptyObject,
    /// 400 with some text.
    BadRequest,
    /// 401 `Invalid API key`, as the gateway says it.
    InvalidKey,
    /// 307 to this address.
    Redirect(String),
    /// Nothing ever comes, and nobody gets the request.
    Silence,
    /// 401 `PGRST303` `JWT expired` of the REST server.
    RestExpired,
    /// 401 `PGRST303` `JWT issued at future` of the REST server.
    RestIssuedInFuture,
    /// Any other answer. For paths under `/rest/`: the accounts answer as recorded, and in no other way.
    Rest(u16, serde_json::Value),

    /// The request is answered, and the connection ends before the answer comes.
    AnswerLost,
    /// The request is answered, and nothing ever comes of it.
    AnswerHeld,
    /// Half of the answer comes, then the connection ends.
    CutOff,
    /// The answer comes byte by byte, with this pause between them.
    Slow(Duration),
    /// The answer's `Date` is off by so many seconds.
    DateOff(i64),
    /// The request goes on with the publishable key in the place of the person's token, so that the REST server
    /// answers as to somebody who is not signed in. Only in front of a server.
    Anonymous,
}

/// A fault that stands for a whole answer.
pub(super) struct Instead {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json; charset=utf-8";

impl Fault {
    /// The answer, where the fault is one.
    pub(super) fn instead(&self) -> Option<Instead> {
        let answer = match self {
            Self::ServerError => told(500, JSON, r#"{"message":"An unexpected error occurred"}"#),
            Self::BadGateway => page(502, "502 Bad Gateway"),
            Self::Unavailable => told(503, "", ""),
            Self::Unknown520 => page(520, "Web server is returning an unknown error"),
            Self::Paused540 => page(540, "Project paused"),
            Self::TooMany(hint) => {
                let mut answer = told(429, JSON, r#"{"message":"Too many requests"}"#);
                answer.headers.extend(hint.map(|seconds| ("retry-after", seconds.to_string())));
                answer
            }
            Self::PortalPage => page(200, "Welcome to our network. Please sign in."),
            Self::PortalRedirect => {
                let mut answer = page(302, "Found");
                answer.headers.push(("location", "http://portal.example/sign-in".to_owned()));
                answer
            }
            Self::EmptyObject => told(200, JSON, "{}"),
            Self::BadRequest => told(400, "text/plain", "Bad Request"),
            Self::InvalidKey => told(
                401,
                JSON,
                r#"{"message":"Invalid API key","hint":"Double check your Supabase `anon` or `service_role` API key."}"#,
            ),
            Self::Redirect(to) => {
                let mut answer = told(307, "", "");
                answer.headers.push(("location", to.clone()));
                answer
            }
            Self::RestExpired => refused_token("JWT expired"),
            Self::RestIssuedInFuture => refused_token("JWT issued at future"),
            Self::Rest(status, body) => told(*status, JSON, &body.to_string()),
            _ => return None,
        };
        Some(answer)
    }
}

fn told(status: u16, kind: &str, body: &str) -> Instead {
    let kind = (!kind.is_empty()).then(|| ("content-type", kind.to_owned()));
    Instead { status, headers: kind.into_iter().collect(), body: body.to_owned() }
}

fn page(status: u16, title: &str) -> Instead {
    let page =
        format!("<!DOCTYPE html>\n<html><head><title>{title}</title></head><body>{title}</body></html>\n");
    told(status, HTML, &page)
}

/// As PostgREST 14 says it.
fn refused_token(message: &str) -> Instead {
    let body = serde_json::json!({"code": "PGRST303", "details": null, "hint": null, "message": message});
    let mut answer = told(401, JSON, &body.to_string());
    let challenge = format!(r#"Bearer error="invalid_token", error_description="{message}""#);
    answer.headers.push(("www-authenticate", challenge));
    answer
}
