//! Where a genuine accounts' server sends its mails: it speaks as much SMTP as that server asks for, and puts each mail
//! into a folder.

use std::io::{BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Mail;
use super::templates;

/// Nobody waits longer for somebody who says nothing.
const PATIENCE: Duration = Duration::from_secs(30);

/// Takes mails until it is dropped. At the same port it hands out the templates for them, over HTTP.
pub struct Sink {
    port: u16,
    ended: Arc<AtomicBool>,
}

#[derive(Clone)]
struct Counter {
    folder: PathBuf,
    refuses: bool,
    taken: Arc<AtomicUsize>,
}

impl Sink {
    /// Puts mails into `folder`, or refuses every recipient.
    pub fn open(folder: &Path, refuses: bool) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        let ended = Arc::new(AtomicBool::new(false));
        let counter = Counter { folder: folder.to_owned(), refuses, taken: Arc::default() };
        let open = ended.clone();
        std::thread::Builder::new().name("mails".to_owned()).spawn(move || {
            for stream in listener.incoming() {
                if open.load(Ordering::Relaxed) {
                    return;
                }
                let (Ok(stream), counter) = (stream, counter.clone()) else { continue };
                // How a conversation ends is seen by whoever has no mail.
                std::thread::spawn(move || counter.serve(stream));
            }
        })?;
        Ok(Self { port, ended })
    }

    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // Wakes whoever waits for the next one.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

impl Counter {
    /// A client of HTTP speaks first, one of SMTP waits to be greeted.
    fn serve(&self, stream: TcpStream) -> Result<()> {
        stream.set_read_timeout(Some(Duration::from_millis(200)))?;
        let mut first = [0];
        if stream.peek(&mut first).is_ok_and(|read| read == 1) {
            return templates::serve(stream);
        }
        stream.set_read_timeout(Some(PATIENCE))?;
        self.converse(stream)
    }

    fn converse(&self, stream: TcpStream) -> Result<()> {
        let mut say = stream.try_clone()?;
        let mut lines = BufReader::new(stream);
        say.write_all(b"220 post.school.example\r\n")?;
        let mut recipients = Vec::new();
        loop {
            let line = line(&mut lines)?;
            let (verb, rest) = line.split_once([' ', ':']).unwrap_or((&line, ""));
            let answer = match verb.to_ascii_uppercase().as_str() {
                "EHLO" | "HELO" => "250 post.school.example",
                "RCPT" if self.refuses => "550 nobody is known here",
                "RCPT" => {
                    recipients.push(address(rest));
                    "250 ok"
                }
                "DATA" => {
                    say.write_all(b"354 go on\r\n")?;
                    let message = message(&mut lines)?;
                    for to in recipients.drain(..) {
                        self.keep(&read(&to, &message)?)?;
                    }
                    "250 kept"
                }
                "QUIT" => {
                    say.write_all(b"221 bye\r\n")?;
                    return Ok(());
                }
                "MAIL" | "RSET" | "NOOP" => "250 ok",
                _ => "502 not known here",
            };
            say.write_all(format!("{answer}\r\n").as_bytes())?;
        }
    }

    /// It appears whole, under a name by which the mails stand in the order in which they came.
    fn keep(&self, mail: &Mail) -> Result<()> {
        let nth = self.taken.fetch_add(1, Ordering::Relaxed);
        let now = chrono::Utc::now().timestamp_millis();
        let file = self.folder.join(format!("{now}-{nth:06}.json"));
        let part = file.with_extension("part");
        std::fs::write(&part, serde_json::to_string(mail)?)?;
        Ok(std::fs::rename(part, file)?)
    }
}

fn line(lines: &mut impl std::io::BufRead) -> Result<String> {
    let mut line = String::new();
    if lines.read_line(&mut line)? == 0 {
        bail!("the conversation ended");
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn address(text: &str) -> String {
    let inside = text.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(inside, _)| inside);
    inside.unwrap_or(text).trim().to_owned()
}

/// All lines up to the dot.
fn message(lines: &mut impl std::io::BufRead) -> Result<String> {
    let mut message = String::new();
    loop {
        let line = line(lines)?;
        if line == "." {
            return Ok(message);
        }
        message.push_str(line.strip_prefix('.').unwrap_or(&line));
        message.push('\n');
    }
}

fn read(to: &str, message: &str) -> Result<Mail> {
    let (head, body) = message.split_once("\n\n").context("a mail has a head and a body")?;
    let head = head.replace("\n ", " ").replace("\n\t", " ");
    let header = |name: &str| {
        let found = head.lines().filter_map(|line| line.split_once(':'));
        found.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    };
    let text = match header("Content-Transfer-Encoding").unwrap_or_default().to_ascii_lowercase().as_str() {
        "quoted-printable" => from_quoted_printable(body),
        "base64" => {
            let bytes = STANDARD.decode(body.split_whitespace().collect::<String>())?;
            String::from_utf8_lossy(&bytes).into_owned()
        }
        _ => body.to_owned(),
    };
    Ok(Mail { to: to.to_owned(), subject: header("Subject").unwrap_or_default().to_owned(), text })
}

fn from_quoted_printable(text: &str) -> String {
    let text = text.replace("=\n", "");
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = hex.filter(|_| *first == b'=').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_read_as_it_was_written() {
        let message = "From: post@school.example\nSubject: Confirm your\n address\n\
            Content-Transfer-Encoding: quoted-printable\n\n\
            <p>Your code: 408194</p>\n<a href=3D\"http://127.0.0.1:9/auth/v1/verify?token=3Dabc&amp;type=3Ds=\nignup\">\
            go =C3=A9t</a>\n";
        let mail = read("ben@school.example", message).unwrap();
        assert_eq!(mail.subject, "Confirm your address");
        assert_eq!(mail.code(), Some("408194"));
        assert_eq!(mail.link().as_deref(), Some("http://127.0.0.1:9/auth/v1/verify?token=abc&type=signup"));
        assert!(mail.text.contains("go ét"));
    }
}
