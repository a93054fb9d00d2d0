//! The groups, and the server that each is asked on.

use std::sync::Mutex;

use firstbell_school::{MailServer, Mails, NewPassword, Server, Settings, TokenForm};
use tokio::sync::OnceCell;

use super::replay;

/// A server for the tests of this process that want the same settings.
type Shared = OnceCell<Server>;

static SERVERS: Mutex<Vec<(Settings, &'static Shared)>> = Mutex::new(Vec::new());

/// Groups after which a server is not as it was.
const ALONE: [&str; 3] =
    ["the school's mails are used up", "a trigger of the school refuses the account", "its database is away"];

macro_rules! groups {
    ($($test:ident $name:literal)*) => {
        $(#[tokio::test]
        async fn $test() {
            replay($name).await;
        })*

        const ALL: &[&str] = &[$($name),*];
    };
}

groups! {
    first_contact "first contact"
    sign_up_that_has_to_be_confirmed "sign-up, address has to be confirmed"
    refused_sign_ups "sign-ups that are refused"
    refused_sign_ups_with_stronger_passwords "sign-ups that are refused, stronger passwords"
    closed_sign_up "sign-ups are closed"
    no_e_mail "e-mail is off as a way to sign in"
    no_confirmation "addresses need no confirmation"
    mail_that_cannot_be_sent "the mail cannot be sent"
    mail_that_is_refused "the mail server refuses the recipient"
    mails_used_up "the school's mails are used up"
    a_trigger "a trigger of the school refuses the account"
    captcha "a captcha is wanted"
    signing_in "signing in"
    refreshing_form_one "refreshing, token form 1"
    refreshing_form_two "refreshing, token form 2"
    signing_out "signing out"
    time_box "sign-ins end after a while"
    not_used "sign-ins end when not used"
    one_sign_in "one sign-in a person"
    passwords_and_addresses "passwords and addresses"
    fresh_proof "a new password wants a fresh proof"
    old_password "a new password wants the old one"
    links "links in mails"
    links_without_a_site "links in mails, the site is not set"
    asked_too_often "asked too often"
    database_away "its database is away"
    second_factor "an account with a second factor"
    key_pair "tokens signed by a key pair"
}

#[test]
fn every_recorded_group_is_asked_once_more() {
    let recorded = firstbell_school::recorded::groups().unwrap();
    assert_eq!(recorded.iter().map(|group| group.name.as_str()).collect::<Vec<_>>(), ALL);
}

/// The groups that the stand-in can't be set up for, with what it lacks. They are played by `Scripted`.
#[test]
fn the_stand_in_can_be_set_up_for_all_groups_but_these() {
    let beyond = ALL.iter().filter(|name| !beyond_the_stand_in(name).is_empty()).copied().collect::<Vec<_>>();
    assert_eq!(
        beyond,
        [
            "the mail cannot be sent",
            "the mail server refuses the recipient",
            "the school's mails are used up",
            "a captcha is wanted",
            "refreshing, token form 2",
            "a new password wants a fresh proof",
            "a new password wants the old one",
            "asked too often",
            "an account with a second factor",
            "tokens signed by a key pair",
        ]
    );
}

/// The server of a group, or none where only a genuine one could be it.
pub async fn server_for(name: &'static str) -> Option<&'static Server> {
    let genuine = std::env::var_os("FIRSTBELL_ACCOUNTS").is_some_and(|program| !program.is_empty());
    if !genuine && !beyond_the_stand_in(name).is_empty() {
        return None;
    }
    let settings = settings(name, genuine);
    let cell = if ALONE.contains(&name) { fresh() } else { shared(&settings) };
    Some(cell.get_or_try_init(|| Server::start_with(settings)).await.unwrap())
}

fn fresh() -> &'static Shared {
    Box::leak(Box::new(Shared::new()))
}

fn shared(settings: &Settings) -> &'static Shared {
    let mut servers = SERVERS.lock().unwrap();
    if let Some((_, cell)) = servers.iter().find(|(known, _)| known == settings) {
        return cell;
    }
    let cell = fresh();
    servers.push((settings.clone(), cell));
    cell
}

fn beyond_the_stand_in(name: &str) -> Vec<&'static str> {
    let mut beyond = settings(name, false).beyond_the_stand_in();
    if name == "an account with a second factor" {
        beyond.push("second factors");
    }
    beyond
}

/// As the group says in words.
fn settings(name: &str, genuine: bool) -> Settings {
    let plain = Settings::default();
    let confirmed = Settings { confirm_addresses: true, password_length: 8, ..plain.clone() };
    let refreshing = Settings { count_requests: genuine, ..plain.clone() };
    let links = Settings {
        mails: Mails::Link,
        site: Some("http://localhost:3000".to_owned()),
        ..Settings { confirm_addresses: true, ..plain.clone() }
    };
    match name {
        "first contact"
        | "the school's mails are used up"
        | "the mail cannot be sent"
        | "the mail server refuses the recipient" => Settings {
            mail_server: match name {
                "the mail cannot be sent" => MailServer::Away,
                "the mail server refuses the recipient" => MailServer::Refuses,
                _ => MailServer::Takes,
            },
            mails_an_hour: (name == "the school's mails are used up").then_some(2),
            confirm_addresses: true,
            ..plain
        },
        "sign-up, address has to be confirmed" | "passwords and addresses" => Settings {
            seconds_between_mails: 60,
            site: Some("http://localhost:3000".to_owned()),
            ..confirmed
        },
        "sign-ups that are refused" => confirmed,
        "sign-ups that are refused, stronger passwords" => {
            Settings { password_length: 10, password_kinds: true, ..plain }
        }
        "sign-ups are closed" => Settings { sign_up: false, ..plain },
        "e-mail is off as a way to sign in" => Settings { email: false, ..plain },
        "a captcha is wanted" => Settings { captcha: true, ..plain },
        "refreshing, token form 1" => refreshing,
        "refreshing, token form 2" => Settings { token_form: TokenForm::Two, ..refreshing },
        "sign-ins end after a while" => Settings { time_box: Some(3), ..plain },
        "sign-ins end when not used" => Settings { unused: Some(3), ..plain },
        "one sign-in a person" => Settings { one_sign_in: true, ..plain },
        "a new password wants a fresh proof" => Settings { new_password: NewPassword::FreshProof, ..plain },
        "a new password wants the old one" => Settings { new_password: NewPassword::OldPassword, ..plain },
        "links in mails" => links,
        "links in mails, the site is not set" => Settings { ways_back: Vec::new(), ..links },
        "asked too often" => Settings { count_requests: true, confirm_addresses: true, ..plain },
        "tokens signed by a key pair" => Settings { key_pair: true, ..plain },
        _ => plain,
    }
}
