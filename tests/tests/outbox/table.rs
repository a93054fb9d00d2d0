//! The table of the outbox, without a school.

use std::time::Duration;

use chrono::{DateTime, Utc};
use firstbell_core::{
    outbox::{Class, Deed, Fill, Refusal, State, Waiting, Write},
    store::{
        Store, StoreError,
        cache::{Cache, outbox},
    },
};
use serde_json::{Value, json};
use uuid::Uuid;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

struct Outbox {
    _folder: tempfile::TempDir,
    cache: Cache,
    store: Store,
    sign_in: Uuid,
    ada: Uuid,
}

impl Outbox {
    async fn new() -> Self {
        let (folder, sign_in) = (tempfile::tempdir().unwrap(), Uuid::new_v4());
        let cache = Cache::open(folder.path(), sign_in, now()).await.unwrap();
        Self { _folder: folder, store: cache.store(), cache, sign_in, ada: Uuid::new_v4() }
    }

    fn says(&self, booking: Uuid) -> Write {
        Write::new(self.sign_in, self.ada, Deed::AddMessage { booking, body: "Hello".to_owned() }, now())
    }

    async fn put(&self, write: &Write) {
        let mut tx = self.store.write().await.unwrap();
        outbox::write(&mut tx, write).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn row(&self, write: &Write) -> Option<Waiting> {
        outbox::get(&mut self.store.read().await.unwrap(), write.id).await.unwrap()
    }

    async fn state(&self, write: &Write) -> Option<State> {
        self.row(write).await.map(|row| row.state)
    }

    async fn sends(&self, write: &Write) -> bool {
        let mut tx = self.store.write().await.unwrap();
        let may_be = outbox::sends(&mut tx, write.id, now()).await.unwrap();
        tx.commit().await.unwrap();
        may_be
    }

    async fn answered(&self, write: &Write, answer: Value) {
        let mut tx = self.store.write().await.unwrap();
        outbox::answered(&mut tx, write.id, write.id, &answer).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn refused(&self, write: &Write, code: &str) {
        let refusal = Refusal { code: code.to_owned(), arguments: json!({"a": 1}), is_carried: false };
        let mut tx = self.store.write().await.unwrap();
        outbox::refused(&mut tx, write.id, write.id, &refusal).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn drops(&self, write: &Write) -> bool {
        let mut tx = self.store.write().await.unwrap();
        let could = outbox::drop_row(&mut tx, write.id).await.unwrap();
        tx.commit().await.unwrap();
        could
    }

    async fn retries(&self, write: &Write) -> bool {
        let mut tx = self.store.write().await.unwrap();
        let could = outbox::retry(&mut tx, write.id).await.unwrap();
        tx.commit().await.unwrap();
        could
    }
}

fn told() -> Value {
    json!({"message": {"id": Uuid::new_v4(), "body": "Hello"}})
}

#[tokio::test]
async fn a_write_and_what_it_changes_here_are_there_both_or_neither() {
    let desk = Outbox::new().await;
    let write = desk.says(Uuid::new_v4());
    {
        let mut tx = desk.store.write().await.unwrap();
        outbox::write(&mut tx, &write).await.unwrap();
        assert!(outbox::get(&mut tx, write.id).await.unwrap().is_some());
    }
    assert_eq!(desk.row(&write).await, None);
    desk.put(&write).await;
    let row = desk.row(&write).await.unwrap();
    assert_eq!((row.request, row.account, row.deed()), (write.id, desk.ada, Some(write.deed.clone())));
    assert_eq!((row.written_at, row.state, row.attempts), (now(), State::Waiting, 0));
}

#[tokio::test]
async fn what_was_dropped_before_it_was_sent_is_gone_and_is_not_sent() {
    let desk = Outbox::new().await;
    let write = desk.says(Uuid::new_v4());
    desk.put(&write).await;
    assert!(desk.drops(&write).await);
    assert_eq!(desk.row(&write).await, None);
    assert!(!desk.sends(&write).await);
    assert!(!desk.drops(&write).await);
}

#[tokio::test]
async fn the_answer_of_one_that_was_dropped_on_its_way_is_booked_all_the_same() {
    let desk = Outbox::new().await;
    let write = desk.says(Uuid::new_v4());
    desk.put(&write).await;
    assert!(desk.sends(&write).await);
    assert!(desk.drops(&write).await);
    assert_eq!(desk.state(&write).await, Some(State::Dropped));
    assert!(outbox::list(&mut desk.store.read().await.unwrap()).await.unwrap().is_empty());
    assert!(!desk.sends(&write).await);
    desk.answered(&write, told()).await;
    assert_eq!(desk.state(&write).await, Some(State::Answered));
    assert!(!desk.drops(&write).await, "what is answered is done");
    desk.cache.book(write.id, now()).await.unwrap();
    assert_eq!(desk.row(&write).await, None);
}

#[tokio::test]
async fn one_that_was_dropped_on_its_way_and_never_answered_goes_with_the_next_pass() {
    let desk = Outbox::new().await;
    let (write, kept) = (desk.says(Uuid::new_v4()), desk.says(Uuid::new_v4()));
    desk.put(&write).await;
    desk.put(&kept).await;
    desk.sends(&write).await;
    desk.drops(&write).await;
    let mut tx = desk.store.write().await.unwrap();
    outbox::forget_dropped(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!((desk.row(&write).await, desk.state(&kept).await), (None, Some(State::Waiting)));
}

#[tokio::test]
async fn a_refusal_goes_down_to_the_grandchildren_and_trying_one_of_them_tries_all() {
    let desk = Outbox::new().await;
    let first = desk.says(Uuid::new_v4());
    let child = desk.says(Uuid::nil()).after(&first, vec![Fill::new("booking", "/message/id")]);
    let grandchild = desk.says(Uuid::new_v4()).after(&child, vec![]);
    for write in [&first, &child, &grandchild] {
        desk.put(write).await;
    }
    assert_eq!(desk.row(&child).await.unwrap().lane, first.lane(), "as long as nobody knows its own");
    desk.sends(&first).await;
    desk.refused(&first, "not_found").await;
    let late = desk.says(Uuid::new_v4()).after(&child, vec![]);
    desk.put(&late).await;
    for write in [&first, &child, &grandchild, &late] {
        let row = desk.row(write).await.unwrap();
        let refusal = row.refusal.unwrap();
        assert_eq!((row.state, refusal.code.as_str()), (State::Refused, "not_found"));
        assert_eq!(refusal.is_carried, write.id != first.id);
    }
    assert!(desk.retries(&grandchild).await);
    for write in [&first, &child, &grandchild, &late] {
        let row = desk.row(write).await.unwrap();
        assert_eq!((row.state, row.request, row.refusal), (State::Waiting, write.id, None), "as it was");
    }
    desk.sends(&first).await;
    desk.refused(&first, "not_found").await;
    assert!(desk.drops(&first).await);
    for write in [&first, &child, &grandchild, &late] {
        assert_eq!(desk.row(write).await, None);
    }
}

#[tokio::test]
async fn an_id_that_the_school_knows_for_something_else_is_not_used_again() {
    let desk = Outbox::new().await;
    let write = desk.says(Uuid::new_v4());
    desk.put(&write).await;
    desk.sends(&write).await;
    desk.refused(&write, "request_id_reused").await;
    assert!(desk.retries(&write).await);
    let row = desk.row(&write).await.unwrap();
    assert_eq!(row.state, State::Waiting);
    assert_ne!(row.request, write.id);
    // An answer to the request before is none to this one.
    desk.sends(&write).await;
    desk.answered(&write, told()).await;
    assert_eq!(desk.state(&write).await, Some(State::Sent));
}

#[tokio::test]
async fn what_may_have_been_done_is_not_exchanged_for_something_else() {
    let desk = Outbox::new().await;
    let (write, other) = (desk.says(Uuid::new_v4()), desk.says(Uuid::new_v4()).deed);
    desk.put(&write).await;
    let exchange = async || {
        let mut tx = desk.store.write().await.unwrap();
        let could = outbox::retry_with(&mut tx, write.id, &other).await.unwrap();
        tx.commit().await.unwrap();
        could
    };
    assert!(exchange().await, "it was never sent");
    let row = desk.row(&write).await.unwrap();
    assert_eq!((row.deed(), row.lane), (Some(other.clone()), other.lane().unwrap()));
    desk.sends(&write).await;
    assert!(!exchange().await);
}

#[tokio::test]
async fn a_child_is_told_by_the_answer_of_its_parent_whenever_it_comes() {
    let desk = Outbox::new().await;
    let (first, booking) = (desk.says(Uuid::new_v4()), Uuid::new_v4());
    let fills = || vec![Fill::new("booking", "/message/booking_id")];
    let early = desk.says(Uuid::nil()).after(&first, fills());
    let deaf = desk.says(Uuid::nil()).after(&first, vec![Fill::new("booking", "/session/id")]);
    for write in [&first, &early, &deaf] {
        desk.put(write).await;
    }
    desk.sends(&first).await;
    desk.answered(&first, json!({"message": {"id": Uuid::new_v4(), "booking_id": booking}})).await;
    desk.cache.book(first.id, now()).await.unwrap();
    assert_eq!(desk.state(&first).await, Some(State::Booked), "it has children");
    let late = desk.says(Uuid::nil()).after(&first, fills());
    desk.put(&late).await;
    for write in [&early, &late] {
        let row = desk.row(write).await.unwrap();
        let wanted = Deed::AddMessage { booking, body: "Hello".to_owned() };
        assert_eq!((row.lane, row.fills.len(), row.deed()), (wanted.lane().unwrap(), 0, Some(wanted)));
    }
    assert_eq!(desk.state(&deaf).await, Some(State::Refused), "the answer does not tell what it needs");
    desk.drops(&deaf).await;
    for write in [&early, &late] {
        desk.sends(write).await;
        desk.answered(write, told()).await;
        desk.cache.book(write.id, now()).await.unwrap();
    }
    assert_eq!(desk.row(&first).await, None, "it has none any more");
    let mut tx = desk.store.write().await.unwrap();
    let orphan = outbox::write(&mut tx, &desk.says(Uuid::nil()).after(&first, fills())).await;
    assert!(matches!(orphan, Err(StoreError::Row { .. })), "{orphan:?}");
}

#[tokio::test]
async fn what_was_kept_says_why_and_for_how_long_also_after_a_start() {
    let desk = Outbox::new().await;
    let write = desk.says(Uuid::new_v4());
    desk.put(&write).await;
    desk.sends(&write).await;
    let mut tx = desk.store.write().await.unwrap();
    outbox::kept(&mut tx, write.id, write.id, Class::NeedsUpdate, Duration::from_secs(900)).await.unwrap();
    tx.commit().await.unwrap();
    let row = desk.row(&write).await.unwrap();
    let wait = Duration::from_secs(900);
    assert_eq!((row.class, row.wait, row.tried_at), (Some(Class::NeedsUpdate), wait, Some(now())));
    assert!(!row.is_due(now() + chrono::Duration::seconds(899)));
    assert!(row.is_due(now() + chrono::Duration::seconds(900)));
    assert!(desk.retries(&write).await, "the person wants it now");
    assert!(desk.row(&write).await.unwrap().is_due(now()));
}
