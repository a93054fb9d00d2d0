//! What mails say whose template a school has edited: with six digits and the link. A genuine accounts' server fetches
//! its templates over HTTP.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;

use anyhow::Result;

/// The one template for all kinds of mails.
const WITH_CODE: &str = r#"<h2>First Bell</h2>
<p>Your code: {{ .Token }}</p>
<p><a href="{{ .ConfirmationURL }}">Go on</a></p>
"#;

/// Where it is found.
pub const PATH: &str = "/with-code.html";

/// Answers one request.
pub fn serve(mut stream: TcpStream) -> Result<()> {
    let lines = BufReader::new(stream.try_clone()?).lines();
    // To its end: what is left unread would break the connection before the answer has come.
    let request = lines.take_while(|line| line.as_ref().is_ok_and(|line| !line.is_empty()));
    let request = request.collect::<Result<Vec<_>, _>>()?;
    let there = request.first().map(String::as_str).unwrap_or_default().starts_with(&format!("GET {PATH} "));
    let (status, body) = if there { ("200 OK", WITH_CODE) } else { ("404 Not Found", "") };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    )?;
    Ok(())
}
