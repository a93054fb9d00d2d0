//! Planted secrets: password, tokens, codes, invitation and verifier are nowhere but where they belong.

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

use firstbell_core::sign_in::SchoolRole;
use firstbell_school::Scripted;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::desk::{Desk, form, fresh_email};
use crate::mails::{linking_school, open_link};
use crate::roles::{invite, northside};

const PLANTED: &str = "correct-horse-battery-staple";

/// All that is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

fn holds(bytes: &[u8], secret: &str) -> bool {
    bytes.windows(secret.len()).any(|window| window == secret.as_bytes())
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .collect()
}

/// The tokens, verifiers and codes that a school was sent.
fn sent(school: &Scripted) -> Vec<String> {
    let mut sent = Vec::new();
    for asked in school.asked() {
        sent.extend(asked.bearer().map(str::to_owned));
        for name in ["code_verifier", "refresh_token", "auth_code"] {
            sent.extend(asked.json()[name].as_str().map(str::to_owned));
        }
    }
    sent
}

/// Signs up once more, and comes in by the link of the mail.
async fn by_a_mails_link(told: &mut Vec<String>, desk: &Desk) -> Vec<String> {
    const CODE: &str = "2f9c1a52-6a1b-4b53-9a55-0d3e4c1f7c11";
    let school = linking_school();
    told.push(format!("{:?}", desk.app.look_at_school(school.url(), school.publishable_key()).await));
    let form = form("ben@example.com", SchoolRole::Student);
    told.push(format!("{:?}", desk.app.sign_up(form, PLANTED.into()).await));
    let signed_up = school.asked_for("/auth/v1/signup").pop().unwrap();
    let way_back = signed_up.in_query("redirect_to").unwrap();
    let page = open_link(&format!("{way_back}?code={CODE}")).await;
    assert!(page.contains("First Bell"), "{page}");
    told.push(page);
    told.push(format!("{:?}", desk.app.getting_in().await));
    sent(&school)
}

#[test]
fn no_secret_gets_into_log_store_error_or_event() {
    let log = Log::default();
    // Everything at TRACE, that of the libraries too.
    let layer = tracing_subscriber::fmt::layer().with_writer(log.clone()).with_ansi(false);
    let subscriber = tracing_subscriber::registry().with(layer);
    // For all threads: with one that listens on a single thread only, tracing takes what another test meets first for
    // something that nobody wants to hear.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    // One thread, so that all of it is heard.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut told = Vec::new();
    let (secrets, desk) = runtime.block_on(async {
        let server = northside().await;
        let school = Scripted::in_front_of(server).unwrap();
        let code = invite(server, "student").await;
        let desk = Desk::new().await;
        let mut changes = desk.app.changes();
        told.push(format!("{:?}", desk.app.read_invitation(&code).await));
        told.push(format!("{:?}", desk.app.look_at_school(school.url(), school.publishable_key()).await));
        let email = fresh_email("ben");
        told.push(format!("{:?}", desk.app.sign_up(form(&email, SchoolRole::Student), PLANTED.into()).await));
        told.push(format!("{:?}", desk.app.sign_in(&email, "wrong-horse-battery-staple".into()).await));
        school.fault("/auth/v1/token", firstbell_school::Fault::BadGateway);
        told.push(format!("{:?}", desk.app.sign_in(&email, PLANTED.into()).await));
        school.no_faults();
        told.push(format!("{:?}", desk.app.schools().await));
        let id = desk.app.schools().await.unwrap()[0].id;
        told.push(format!("{:?}", desk.app.sign_out(id, false).await));
        while let Ok(change) = changes.try_recv() {
            told.push(format!("{change:?}"));
        }
        let mut secrets =
            vec![PLANTED.to_owned(), "wrong-horse-battery-staple".to_owned(), code.replace('-', "")];
        secrets.push(code);
        secrets.extend(sent(&school));
        let by_link = by_a_mails_link(&mut told, &desk).await;
        assert!(by_link.iter().any(|secret| secret.len() == 43), "a verifier was sent");
        secrets.extend(by_link);
        (secrets, desk)
    });
    let log = log.0.lock().unwrap().clone();
    for from in ["firstbell_core", "hyper_util"] {
        assert!(holds(&log, from), "{from} logs something, and {} bytes were logged", log.len());
    }
    assert!(secrets.len() > 4, "a token was sent: {}", secrets.len());
    for secret in secrets {
        assert!(!holds(&log, &secret), "in the log: {}…", &secret[..6]);
        for said in &told {
            assert!(!said.contains(&secret), "told: {said}");
        }
        for file in files(desk.path()) {
            let bytes = std::fs::read(&file).unwrap();
            assert!(!holds(&bytes, &secret), "in {}: {}…", file.display(), &secret[..6]);
        }
    }
}
