//! What can come between, one thing at a time.

use std::sync::Arc;

use firstbell_core::{
    clock::Clock as _,
    outbox::{Came, Class, Deed, Fill, State, Waiting, Write},
    store::{StoreError, cache::outbox},
    sync::School,
};
use firstbell_school::Fault;
use serde_json::json;
use sqlx::{Connection as _, SqliteConnection};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::stage::{Computer, Writes, ask, booking, count, id, school};

const SAY: &str = "/rest/v1/rpc/add_message";

fn say(booking: Uuid, body: &str) -> Deed {
    Deed::AddMessage { booking, body: body.to_owned() }
}

async fn said(body: &str) -> i64 {
    count(&format!("public.booking_messages where body = '{body}'")).await
}

fn mark() -> String {
    Uuid::new_v4().to_string()
}

#[tokio::test]
async fn whatever_answers_in_the_schools_place_answers_nothing() {
    let ben = Computer::ben().await;
    let (lane, push) = (booking(&ben, 0).await, ben.push());
    let faults = [
        (Fault::PortalPage, Class::Network),
        (Fault::PortalRedirect, Class::Network),
        (Fault::InvalidKey, Class::Network),
        (Fault::BadGateway, Class::Transient),
        (Fault::EmptyObject, Class::Transient),
        (Fault::Rest(200, json!(null)), Class::Transient),
        (Fault::Rest(200, json!([])), Class::Transient),
        (Fault::Rest(404, json!({"message": "no Route matched"})), Class::Transient),
        (
            Fault::Rest(409, json!({"code": "23505", "message": "duplicate key", "hint": "slot_taken"})),
            Class::Transient,
        ),
        (Fault::Rest(403, json!({"code": "42501", "message": "permission denied"})), Class::Transient),
        (Fault::BadRequest, Class::Transient),
        (Fault::TooMany(Some(30)), Class::Transient),
        (Fault::Anonymous, Class::Transient),
        (Fault::AnswerLost, Class::Transient),
        (Fault::CutOff, Class::Transient),
    ];
    for (fault, class) in faults {
        let body = mark();
        let write = ben.does(say(lane, &body)).await;
        ben.way.fault(SAY, fault.clone());
        push.pass().await;
        let row = ben.row(&write).await.unwrap();
        assert_eq!((row.state, row.class), (State::Sent, Some(class)), "{fault:?}");
        ben.way.no_faults();
        push.hurry();
        ben.push_all(&push).await;
        assert_eq!((ben.row(&write).await, said(&body).await), (None, 1), "{fault:?}");
    }
}

#[tokio::test]
async fn a_school_that_is_too_old_for_a_write_holds_up_that_lane_alone() {
    let ben = Computer::ben().await;
    let (lane, body, later, wish) = (booking(&ben, 0).await, mark(), mark(), mark());
    ben.way.fault(SAY, Fault::Rest(404, json!({"code": "PGRST202", "message": "no such function"})));
    let first = ben.does(say(lane, &body)).await;
    let second = ben.does(say(lane, &later)).await;
    let other = ben.does(ben.request(&wish, 1).await).await;
    let push = ben.push();
    let pushed = push.pass().await;
    assert_eq!((pushed.sent, pushed.booked), (2, 1));
    assert_eq!(ben.row(&other).await, None, "another lane passes");
    assert_eq!(count(&format!("public.bookings where wish = '{wish}'")).await, 1);
    let row = ben.row(&first).await.unwrap();
    assert_eq!((row.class, row.attempts), (Some(Class::NeedsUpdate), 1));
    assert_eq!(ben.row(&second).await.unwrap().attempts, 0, "its lane waits");
    // Tried again rarely: not in the next ten minutes.
    let again = pushed.look_again.unwrap();
    assert!(again - ben.hands.now() > chrono::Duration::minutes(10), "{again}");
    assert_eq!(push.pass().await.sent, 0);
    ben.way.no_faults();
    ben.push_all(&push).await;
    assert_eq!((said(&body).await, said(&later).await, ben.list().await), (1, 1, Vec::new()));
}

/// Somebody takes the file's write lock as soon as the school has answered.
struct LocksAfterAnswer {
    school: Writes,
    path: std::path::PathBuf,
    lock: Arc<Mutex<Option<SqliteConnection>>>,
}

impl School for LocksAfterAnswer {
    fn account(&self) -> Option<Uuid> {
        self.school.account()
    }

    async fn send(&self, row: &Waiting) -> Came {
        let came = self.school.send(row).await;
        let mut conn = SqliteConnection::connect(&format!("sqlite:{}", self.path.display())).await.unwrap();
        sqlx::query("BEGIN IMMEDIATE").execute(&mut conn).await.unwrap();
        *self.lock.lock().await = Some(conn);
        came
    }
}

#[tokio::test]
async fn a_file_that_is_locked_after_the_answer_makes_the_same_id_go_again() {
    let ben = Computer::ben().await;
    let (lane, body) = (booking(&ben, 0).await, mark());
    let write = ben.does(say(lane, &body)).await;
    ben.way.forget_asked();
    let lock = Arc::new(Mutex::new(None));
    let path = firstbell_core::store::cache::Cache::path(ben.folder(), ben.sign_in);
    let locks = LocksAfterAnswer { school: ben.writes(), path, lock: lock.clone() };
    let pushed = ben.push_by(locks, ben.cache.clone()).pass().await;
    assert!(matches!(pushed.fault, Some(StoreError::Busy)), "{:?}", pushed.fault);
    assert_eq!(said(&body).await, 1, "the school has done it");
    assert_eq!(ben.row(&write).await.unwrap().state, State::Sent, "and here nobody knows");
    lock.lock().await.take();
    ben.push_all(&ben.push()).await;
    assert_eq!((ben.row(&write).await, said(&body).await), (None, 1));
    let ids: Vec<_> = ben.way.asked_for(SAY).iter().map(|asked| asked.json()["request_id"].clone()).collect();
    assert_eq!(ids, [json!(write.id), json!(write.id)]);
}

#[tokio::test]
async fn what_another_account_has_written_waits_for_it_and_is_listed() {
    let ben = Computer::ben().await;
    let (lane, body) = (booking(&ben, 0).await, mark());
    let theirs = Write::new(ben.sign_in, Uuid::new_v4(), say(lane, &mark()), ben.hands.now());
    let own = ben.new_write(say(lane, &body));
    ben.put(&[theirs.clone(), own]).await;
    ben.way.forget_asked();
    ben.push_all(&ben.push()).await;
    assert_eq!((said(&body).await, ben.way.asked_for(SAY).len()), (1, 1));
    let listed: Vec<Uuid> = ben.list().await.iter().map(|row| row.id).collect();
    assert_eq!(listed, [theirs.id]);
}

#[tokio::test]
async fn a_token_of_another_account_sends_nothing() {
    let ben = Computer::ben().await;
    let ada = Computer::ada().await;
    // The tokens are Ada's, and whoever made this took them for Ben's.
    let keeper_is_adas = ada.writes_as(ben.account);
    let write = Write::new(ada.sign_in, ben.account, say(Uuid::new_v4(), &mark()), ada.hands.now());
    ada.put(std::slice::from_ref(&write)).await;
    ada.way.forget_asked();
    let pushed = ada.push_by(keeper_is_adas, ada.cache.clone()).pass().await;
    assert_eq!((pushed.kept, ada.way.asked_for("/rest").len()), (Some(Class::SignInAgain), 0));
    assert_eq!(ada.row(&write).await.unwrap().state, State::Sent);
}

/// Ada's confirm of a request of Ben's, with her own link.
async fn confirm(ada: &Computer, booking: Uuid, link: &str) -> Vec<Write> {
    let version = ask(&format!("select version from public.bookings where id = '{booking}'")).await;
    let confirm =
        Deed::ConfirmBooking { booking, expected_version: version.as_i64().unwrap(), into_session: None };
    let confirm = ada.new_write(confirm);
    let children = Write::own_link(&confirm, Uuid::new_v4(), "own_link", "own", link);
    let writes: Vec<Write> = std::iter::once(confirm).chain(children).collect();
    ada.put(&writes).await;
    writes
}

async fn link_of(booking: Uuid) -> serde_json::Value {
    ask(&format!(
        "select s.join_url from public.sessions s join public.bookings b on b.session_id = s.id where b.id = '{booking}'"
    ))
    .await
}

#[tokio::test]
async fn a_confirm_waits_for_the_network_and_then_brings_the_session_and_its_link() {
    let (ben, ada) = (Computer::ben().await, Computer::ada().await);
    let booking = booking(&ben, 4).await;
    ada.pull().await;
    ada.way.fault("/rest/v1/rpc/", Fault::PortalPage);
    confirm(&ada, booking, "https://meet.example/ada").await;
    let push = ada.push();
    push.pass().await;
    let shown = |rows: Vec<firstbell_core::pulled::Row>| {
        rows.into_iter().find(|row| row["id"] == json!(booking)).unwrap()["status"].clone()
    };
    assert_eq!(
        shown(ada.cache.rows("bookings").await.unwrap()),
        "PENDING",
        "nothing before the school has answered"
    );
    assert_eq!(ada.list().await.len(), 3);
    ada.way.no_faults();
    push.hurry();
    let pushed = ada.push_all(&push).await;
    assert_eq!((pushed.booked, ada.list().await), (3, Vec::new()));
    // Without a pull.
    assert_eq!(shown(ada.cache.rows("bookings").await.unwrap()), "CONFIRMED");
    let session = id(&format!("select session_id from public.bookings where id = '{booking}'")).await;
    let sessions = ada.cache.rows("sessions").await.unwrap();
    let row = sessions.iter().find(|row| row["id"] == json!(session)).unwrap();
    assert_eq!(row["join_url"], "https://meet.example/ada");
    assert_eq!(link_of(booking).await, "https://meet.example/ada");
    // What a pull brings is the same.
    let before = row.clone();
    ada.pull().await;
    let sessions = ada.cache.rows("sessions").await.unwrap();
    assert_eq!(sessions.into_iter().find(|row| row["id"] == json!(session)), Some(before));
}

#[tokio::test]
async fn a_lease_that_ran_out_before_the_link_was_attached_is_taken_again() {
    let (ben, ada) = (Computer::ben().await, Computer::ada().await);
    let booking = booking(&ben, 5).await;
    let writes = confirm(&ada, booking, "https://meet.example/ada-again").await;
    ada.way.fault("/rest/v1/rpc/attach_meeting", Fault::Unavailable);
    let push = ada.push();
    push.pass().await;
    assert_eq!(ada.row(&writes[1]).await.unwrap().state, State::Booked, "the lease is there");
    let sql = "update private.meeting_leases set ends_at = now() - interval '1 minute'";
    school().await.connect().await.unwrap().batch_execute(sql).await.unwrap();
    ada.way.no_faults();
    ada.push_all(&push).await;
    assert_eq!(
        (ada.list().await, link_of(booking).await),
        (Vec::new(), json!("https://meet.example/ada-again"))
    );
}

#[tokio::test]
async fn a_refused_request_takes_what_stands_on_it_along_and_another_time_brings_both() {
    let ben = Computer::ben().await;
    let (wish, body, other) = (mark(), mark(), mark());
    let request = ben.new_write(ben.request(&wish, -100).await);
    let child =
        ben.new_write(say(Uuid::nil(), &body)).after(&request, vec![Fill::new("booking", "/bookings/0/id")]);
    ben.put(&[request.clone(), child.clone()]).await;
    let lane = booking(&ben, 6).await;
    ben.does(say(lane, &other)).await;
    let push = ben.push();
    let pushed = ben.push_all(&push).await;
    assert_eq!((pushed.refused, said(&other).await), (0, 1), "it was refused before, and blocks nobody");
    let reasons: Vec<_> = ben
        .list()
        .await
        .into_iter()
        .map(|row| (row.id, row.refusal.unwrap()))
        .map(|(id, refusal)| (id, refusal.code, refusal.is_carried))
        .collect();
    let past = || "in_the_past".to_owned();
    assert_eq!(reasons, [(request.id, past(), false), (child.id, past(), true)]);
    let mut tx = ben.cache.store().write().await.unwrap();
    assert!(outbox::retry_with(&mut tx, request.id, &ben.request(&wish, 7).await).await.unwrap());
    tx.commit().await.unwrap();
    assert_ne!(ben.row(&request).await.unwrap().request, request.id, "another request");
    ben.push_all(&push).await;
    assert_eq!((said(&body).await, ben.list().await), (1, Vec::new()));
    assert_eq!(count(&format!("public.bookings where wish = '{wish}'")).await, 1);
}
