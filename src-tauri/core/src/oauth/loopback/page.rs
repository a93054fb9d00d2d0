//! The page that the browser shows in the end. It is the same for everybody: nothing of the request stands in it.

use super::{Outcome, request::Status};
use crate::words::say;

/// What a browser may do with an answer: nothing but show it.
const RULES: &str = "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'\r\n\
    Cache-Control: no-store\r\n\
    Referrer-Policy: no-referrer\r\n\
    X-Content-Type-Options: nosniff\r\n\
    Connection: close\r\n";

const STYLE: &str = ":root{color-scheme:light dark;font:1.125rem/1.5 system-ui,sans-serif}\
    body{max-width:32rem;margin:20vh auto 0;padding:0 1.5rem}h1{font-size:1.5rem;line-height:1.25}";

/// The whole answer to a browser that has come back. No outcome: it is not known yet.
pub(super) fn answer(outcome: Option<Outcome>) -> String {
    let (title, text) = match outcome {
        Some(Outcome::Done) => ("way-back-done", "way-back-done-text"),
        Some(Outcome::Failed) => ("way-back-failed", "way-back-failed-text"),
        None => ("way-back-open", "way-back-open-text"),
    };
    let (title, text) = (escaped(&say(title, &[])), escaped(&say(text, &[])));
    let page = format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title><style>{STYLE}</style><h1>{title}</h1><p>{text}</p></html>\n"
    );
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n{RULES}\r\n{page}",
        page.len()
    )
}

/// The whole answer to anything else.
pub(super) fn refusal(status: Status) -> String {
    let line = match status {
        Status::BadRequest => "400 Bad Request",
        Status::NotFound => "404 Not Found",
        Status::OnlyGet => "405 Method Not Allowed\r\nAllow: GET",
        Status::TooLong => "431 Request Header Fields Too Large",
        Status::NotYet => "503 Service Unavailable",
    };
    format!("HTTP/1.1 {line}\r\nContent-Length: 0\r\n{RULES}\r\n")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
