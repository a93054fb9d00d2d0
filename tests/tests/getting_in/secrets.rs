//! Planted secrets: password, tokens, codes, invitation and verifier are nowhere but where they belong.

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

use firstbell_core::sign_in::SchoolRole;
use firstbell_school::Scripted;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::desk::{Desk, form, fresh_email};
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
        for asked in school.asked() {
            secrets.extend(asked.bearer().map(str::to_owned));
            if let Some(verifier) = asked.json()["code_verifier"].as_str() {
                secrets.push(verifier.to_owned());
            }
            if let Some(refresh) = asked.json()["refresh_token"].as_str() {
                secrets.push(refresh.to_owned());
            }
        }
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
