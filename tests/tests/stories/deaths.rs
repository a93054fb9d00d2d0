//! However First Bell dies, it leaves no secret behind: not in what it says at last, not in its log, not in a file of any
//! folder of the person's. It dies with a password on its way, with tokens in use, and with all of it logged.

use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::Stdio;

use firstbell_school::{Fault, Scripted, Server};
use firstbell_tests::kit::deaths::{Panic, Panics};
use firstbell_tests::kit::{App, AppPlan, Desktop, Page, Signal, keyring, runs, send, wait};

use super::getting_in::{
    confirm, go_to_address, invitation_at, northside, sign_up, to_address, to_door, with_keyring,
};
use super::scene::SOON;

/// Typed, sent, and never answered.
const ON_ITS_WAY: &str = "battery-staple-bell";
const EMAIL: &str = "ben@example.com";
const BY_PASSWORD: &str = "/auth/v1/token?grant_type=password";

/// How it dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Death {
    OfPanic(Panic),
    AtStart(u32),
    OfSignal(Signal),
    /// The process of its page dies, which has what was typed.
    OfPage(Signal),
}

#[tokio::test]
async fn however_the_app_dies_it_leaves_no_secret_behind() {
    let server = northside().await;
    let school = Scripted::in_front_of(&server).unwrap();
    let desktop = with_keyring().await;
    desktop.settled().await.unwrap();
    let panics = Panics::on(&desktop).unwrap();
    let app = start(&desktop, &panics).await;
    let code = comes_in(&app.page().unwrap(), &server, &school).await;
    app.terminate().await.unwrap();

    for death in [
        Death::OfPanic(Panic::Task),
        Death::OfPanic(Panic::Runtime),
        Death::OfSignal(Signal::ABORT),
        Death::OfSignal(Signal::SEGV),
        Death::OfPage(Signal::SEGV),
        Death::AtStart(1),
        Death::AtStart(2),
        Death::AtStart(4),
    ] {
        let log = match death {
            Death::AtStart(nth) => panics_at_start(&desktop, &panics, nth).await,
            _ => dies_with_a_password(&desktop, &panics, &school, death).await,
        };
        let is_told = log.contains("TRACE") || matches!(death, Death::AtStart(_));
        assert!(is_told, "{death:?}: everything is logged");
        if matches!(death, Death::OfPanic(_) | Death::AtStart(_)) {
            let place = log.split(" panicked at ").nth(1).expect("it says where");
            assert!(place.contains(".rs:") && place.contains("   0: "), "{death:?}: {place}");
        }
        let secrets = secrets(&desktop, &school, &code).await;
        assert!(secrets.len() > 6, "tokens were sent: {}", secrets.len());
        look_for(&secrets, desktop.root(), death);
    }
}

/// Everything is logged, that of the libraries too, and no limit of ours keeps its memory from being dumped.
fn told_everything() -> AppPlan {
    App::plan().env("FIRSTBELL_LOG", "trace").env("RUST_BACKTRACE", "full").may_dump()
}

async fn start<'a>(desktop: &'a Desktop, panics: &Panics) -> App<'a> {
    let app = panics.preloaded(told_everything()).start_with_driver(desktop).await.unwrap();
    app.page().unwrap().find("h1").await.unwrap();
    app
}

/// The thread that has the window panics, the sooner, the smaller the number is.
async fn panics_at_start(desktop: &Desktop, panics: &Panics, nth: u32) -> String {
    let app = panics.at_start(nth, told_everything()).start(desktop).unwrap();
    let status = app.wait_for_end(2 * SOON).await.unwrap();
    println!("at the question number {nth}: {status}");
    assert!(!status.success(), "{status}");
    app.log()
}

/// It dies with a password on its way and with tokens in use.
async fn dies_with_a_password(desktop: &Desktop, panics: &Panics, school: &Scripted, death: Death) -> String {
    let app = start(desktop, panics).await;
    let page = app.page().unwrap();
    page.shows("at Northside").await.unwrap();
    sends_a_password(&page, school).await;
    dies(app, panics, death).await
}

/// Ben comes in by an invitation, whose code is told.
async fn comes_in(page: &Page<'_>, server: &Server, school: &Scripted) -> String {
    let invitation = invitation_at(server, school.url(), "student").await;
    to_door(page, &invitation).await;
    sign_up(page, "Ben", EMAIL).await;
    confirm(page, server, EMAIL).await;
    page.shows("On this computer and at Northside").await.unwrap();
    invitation.rsplit("code=").next().unwrap().to_owned()
}

/// A password is on its way to the school, which says nothing.
async fn sends_a_password(page: &Page<'_>, school: &Scripted) {
    to_address(page).await;
    go_to_address(page, school.url(), school.publishable_key()).await;
    page.says("main h1", "Sign in to Northside").await.unwrap();
    page.fill("E-mail", EMAIL).await.unwrap();
    page.fill("Password", ON_ITS_WAY).await.unwrap();
    school.fault(BY_PASSWORD, Fault::Silence);
    page.press_chief().await.unwrap();
    wait::until_true("the password to be sent", SOON, async || {
        Ok(school.asked().iter().any(|asked| asked.json()["password"] == ON_ITS_WAY))
    })
    .await
    .unwrap();
}

/// All that must not be found: passwords, the invitation's code, and every token that was stored or sent.
async fn secrets(desktop: &Desktop, school: &Scripted, code: &str) -> Vec<String> {
    let mut secrets = vec![
        super::getting_in::PASSWORD.to_owned(),
        ON_ITS_WAY.to_owned(),
        keyring::PASSWORD.trim().to_owned(),
        code.to_owned(),
        code.replace('-', ""),
    ];
    let entries = keyring::found(desktop, &[("service", "firstbell")]).await.unwrap();
    for entry in entries.into_values() {
        let entry: serde_json::Value = serde_json::from_slice(&entry).unwrap();
        secrets.extend(entry["refresh"].as_str().map(str::to_owned));
    }
    for asked in school.asked() {
        secrets.extend(asked.bearer().filter(|bearer| !bearer.starts_with("sb_")).map(str::to_owned));
        secrets.extend(asked.json()["refresh_token"].as_str().map(str::to_owned));
    }
    secrets.sort();
    secrets.dedup();
    secrets
}

/// It dies, and is gone. What it has said.
async fn dies(app: App<'_>, panics: &Panics, death: Death) -> String {
    let pid = app.pid().unwrap();
    match death {
        Death::OfPanic(panic) => {
            panics.next(panic).unwrap();
            wait::until_true("the panic", SOON, async || {
                // Whatever it does then, it wants to know the time; it may die of it before it has answered.
                let _ = app.page()?.press("Not now").await.is_ok();
                Ok(panics.is_over(panic) && app.log().contains(" panicked at "))
            })
            .await
            .unwrap();
            let log = app.log();
            // By itself, or it goes on, as it should with all that has not panicked.
            until_gone(&[pid], Signal::KILL).await;
            app.died(pid).await.unwrap();
            log
        }
        Death::OfSignal(signal) => {
            let log = app.log();
            until_gone(&[pid], signal).await;
            app.died(pid).await.unwrap();
            log
        }
        Death::AtStart(_) => unreachable!("it does not come so far"),
        Death::OfPage(signal) => {
            let log = app.log();
            let pages = app.web_processes().unwrap();
            assert!(!pages.is_empty(), "a page that can die");
            until_gone(&pages, signal).await;
            app.end(Signal::TERM).await.unwrap();
            log
        }
    }
}

/// Sent again until it works: Rust's own handler takes the first SIGSEGV, which comes at once anew where it is real.
async fn until_gone(processes: &[u32], signal: Signal) {
    wait::until_true("the processes to be gone", SOON, async || {
        let left: Vec<u32> = processes.iter().copied().filter(|process| runs(*process)).collect();
        for process in &left {
            // It may be gone by now.
            let _ = send(*process, signal).is_ok();
        }
        Ok(left.is_empty())
    })
    .await
    .unwrap();
}

/// No file has any of it, but the one from which the kit itself unlocks the keychain.
fn look_for(secrets: &[String], folder: &Path, death: Death) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let (path, kind) = (entry.path(), entry.file_type().unwrap());
        if kind.is_dir() {
            look_for(secrets, &path, death);
        } else if kind.is_file() && entry.file_name() != keyring::PASSWORD_FILE {
            let bytes = std::fs::read(&path).unwrap();
            for secret in secrets {
                let holds = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
                assert!(!holds, "{death:?}: in {}: {}…", path.display(), &secret[..4]);
            }
        }
    }
}

#[tokio::test]
async fn wherever_bell_panics_it_leaves_no_secret_behind() {
    let server = northside().await;
    let school = Scripted::in_front_of(&server).unwrap();
    let desktop = with_keyring().await;
    desktop.settled().await.unwrap();
    let panics = Panics::on(&desktop).unwrap();
    let app = App::plan().start_with_driver(&desktop).await.unwrap();
    let code = comes_in(&app.page().unwrap(), &server, &school).await;
    app.terminate().await.unwrap();

    let mut with_the_password = 0;
    // Sooner and later, until it gets through.
    for nth in 1..400 {
        let before = school.asked_for("/auth/v1/token").len();
        let mut command = desktop.bell_command(&["sign-in", "--email", EMAIL]).unwrap();
        command.env("RUST_BACKTRACE", "full").current_dir(desktop.home());
        panics.at(nth, &mut command);
        let mut bell =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // It may have panicked before it took it.
        let _ = bell.stdin.take().unwrap().write_all(format!("{ON_ITS_WAY}\n").as_bytes()).is_ok();
        let ended = tokio::task::spawn_blocking(move || bell.wait_with_output()).await.unwrap().unwrap();
        let said = [ended.stdout, ended.stderr].concat();
        std::fs::write(desktop.root().join("said-by-bell"), &said).unwrap();
        let sent = school.asked_for("/auth/v1/token").len() > before;
        let secrets = secrets(&desktop, &school, &code).await;
        look_for(&secrets, desktop.root(), Death::OfPanic(Panic::Task));
        if !String::from_utf8_lossy(&said).contains(" panicked at ") {
            assert!(sent && ended.status.signal().is_none(), "{}", String::from_utf8_lossy(&said));
            println!(
                "bell asks for the time {} times; {with_the_password} panics after the password",
                nth - 1
            );
            assert!(with_the_password > 0, "it panicked with the password in hand");
            return;
        }
        with_the_password += u32::from(sent);
    }
    panic!("it never got through");
}
