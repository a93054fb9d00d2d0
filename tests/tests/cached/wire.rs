//! The whole way: over HTTP, past what can be wrong on it, into the cache, which then holds what REST gives the same account.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Duration, Timelike as _};
use firstbell_core::clock::{Clock as _, SystemClock};
use firstbell_core::pulled::{Page, TABLES};
use firstbell_core::school::address::PublishableKey;
use firstbell_core::school::fault::Fault;
use firstbell_core::school::supabase::pull::{PageFault, pull_changes};
use firstbell_core::school::supabase::rest::CallError;
use firstbell_core::school::supabase::wire::Wire;
use firstbell_core::store::cache::Cache;
use firstbell_core::sync::pull::NoPage;
use firstbell_core::sync::{Pages, Pull, SyncFault};
use firstbell_school::{Cast, Fault as Trouble, Scripted, Server};
use secrecy::SecretString;
use serde_json::{Value, json};
use uuid::Uuid;

use super::mirror::{Rows, SIGN_IN, folder, rows};

/// A token is all that a keeper would add.
struct WithToken {
    wire: Wire,
    token: SecretString,
}

impl Pages for WithToken {
    async fn page(&self, cursor: Option<&str>, limit: usize) -> Result<Page, NoPage> {
        pull_changes(&self.wire, &self.token, cursor, limit).await.map_err(|fault| match fault {
            PageFault::TooMuch => NoPage::TooMuch,
            PageFault::CursorRefused => NoPage::CursorRefused,
            PageFault::Call(CallError::Fault(fault)) => NoPage::Fault(fault),
            PageFault::Call(other) => NoPage::Refused(format!("{other:?}")),
        })
    }
}

struct Way {
    server: Server,
    front: Scripted,
    cast: Cast,
}

impl Way {
    async fn open() -> Self {
        let server = Server::start().await.unwrap();
        let front = Scripted::in_front_of(&server).unwrap();
        let mut cast = Cast::arrive(server.database().unwrap()).await.unwrap();
        for (student, tutor, days) in [
            ("student_ben", "tutor_ada", 2),
            ("student_dan", "tutor_ada", 3),
            ("student_kim", "tutor_eve", 4),
        ] {
            let start =
                (SystemClock.now() + Duration::days(days)).with_minute(0).unwrap().with_second(0).unwrap();
            cast.lesson(student, tutor, &start.to_rfc3339()).await.unwrap();
        }
        Self { server, front, cast }
    }

    fn wire(&self) -> Wire {
        let key = PublishableKey::new(self.front.publishable_key()).unwrap();
        Wire::new(self.front.url().parse().unwrap(), key, Arc::new(SystemClock)).unwrap()
    }

    fn token(&self, account: Uuid) -> SecretString {
        let until = (SystemClock.now() + Duration::hours(1)).timestamp();
        let claims = json!({"sub": account, "role": "authenticated", "aud": "authenticated", "exp": until});
        self.server.keys().unwrap().token(&claims).unwrap().into()
    }

    /// All that REST gives an account, by table and id.
    async fn rest(&self, account: Uuid) -> BTreeMap<(String, String), Value> {
        let (wire, token) = (self.wire(), self.token(account));
        let mut all = BTreeMap::new();
        for table in TABLES {
            let select =
                if table.starts_with("booking") && table != "booking_messages" { "*,status" } else { "*" };
            let answer = wire.get(&format!("/rest/v1/{table}?select={select}"), Some(&token)).await.unwrap();
            assert!(answer.is_ok(), "{table}: {}", answer.status);
            for row in answer.body.as_array().unwrap() {
                let mut row = row.clone();
                row.as_object_mut().unwrap().remove("stored_status");
                all.insert((table.to_owned(), row["id"].as_str().unwrap().to_owned()), row);
            }
        }
        all
    }
}

/// The REST server of the tests writes an instant with six digits behind the second, Postgres without the last noughts.
fn in_one_form(mut rows: Rows) -> Rows {
    for row in rows.values_mut().filter_map(Value::as_object_mut) {
        for value in row.values_mut() {
            let instant = value.as_str().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
            if let Some(instant) = instant {
                *value = instant.to_rfc3339().into();
            }
        }
    }
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn over_http_the_cache_holds_what_rest_gives_whatever_was_wrong_on_the_way() {
    let mut way = Way::open().await;
    let account = way.cast.player("tutor_ada").account;
    let folder = folder();
    let cache = Cache::open(folder.path(), SIGN_IN, SystemClock.now()).await.unwrap();
    let pages = WithToken { wire: way.wire(), token: way.token(account) };
    let pull = Pull::new(pages, cache.clone(), account, Arc::new(SystemClock));
    let path = "/rest/v1/rpc/pull_changes";
    let timeout = json!({"code": "57014", "message": "canceling statement due to statement timeout"});
    for round in 0..2 {
        let before = (cache.state().await.unwrap(), rows(&cache).await);
        for (trouble, expected) in [
            (Trouble::BadGateway, Fault::Silent),
            (Trouble::Unavailable, Fault::Silent),
            (Trouble::ServerError, Fault::Silent),
            (Trouble::PortalPage, Fault::CaptivePortal),
            (Trouble::PortalRedirect, Fault::CaptivePortal),
            (Trouble::EmptyObject, Fault::Silent),
            (Trouble::CutOff, Fault::Silent),
            (Trouble::AnswerLost, Fault::Silent),
            (Trouble::InvalidKey, Fault::WrongKey),
            (Trouble::TooMany(Some(7)), Fault::TooMany(Some(std::time::Duration::from_secs(7)))),
            (Trouble::Rest(404, json!({"code": "PGRST202"})), Fault::NeedsUpdate),
        ] {
            let name = format!("round {round}, {expected:?}");
            way.front.fault(path, trouble);
            let fault = pull.pass(|| true, |_| ()).await.unwrap_err();
            assert!(matches!(fault, SyncFault::School(fault) if fault == expected), "{name}: {fault}");
            way.front.no_faults();
            assert!((cache.state().await.unwrap(), rows(&cache).await) == before, "{name}");
        }
        way.front.forget_asked();
        way.front.fault_times(path, Trouble::Rest(500, timeout.clone()), 1);
        let passed = pull.pass(|| true, |_| ()).await.unwrap();
        assert!(passed.rows > 0 && passed.unreadable == 0, "{passed:?}");
        let asked = way.front.asked_for(path);
        let limits: Vec<i64> = asked.iter().filter_map(|asked| asked.json()["limit"].as_i64()).collect();
        assert!(limits[1] < limits[0] && limits.iter().all(|limit| *limit >= 10), "{limits:?}");
        assert!(
            asked.iter().all(|asked| asked.header("accept-encoding").is_some_and(|how| how.contains("gzip")))
        );
        let (here, there) = (in_one_form(rows(&cache).await), in_one_form(way.rest(account).await));
        assert_eq!(here, there, "round {round}");
        way.front.forget_asked();
        let start =
            (SystemClock.now() + Duration::days(5 + round)).with_minute(0).unwrap().with_second(0).unwrap();
        way.cast.lesson("student_ben", "tutor_ada", &start.to_rfc3339()).await.unwrap();
    }
}
