//! Lessons one after the other, minute by minute: card, brass and *Join* go on with the afternoon.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use firstbell_core::{
    app::{Opened, Scope},
    draft::Draft,
    error::Error,
    id::SessionKey,
    session::Session,
    today::Brass,
};

use super::desk::{Desk, at, lesson};

const DAY: &str = "2026-11-24";

/// Tutor Ada's afternoon.
struct Afternoon {
    desk: Desk,
    names: BTreeMap<SessionKey, String>,
    /// Who is joined at which minute, whatever *Join* means then.
    joined: Vec<(DateTime<Utc>, SessionKey)>,
}

fn minute(time: &str) -> DateTime<Utc> {
    at(&format!("{DAY}T{time}"))
}

fn clock(at: DateTime<Utc>) -> String {
    at.format("%H:%M").to_string()
}

impl Afternoon {
    async fn new() -> Self {
        Self { desk: Desk::new().await, names: BTreeMap::new(), joined: Vec::new() }
    }

    /// A lesson in a room of its own.
    async fn lesson(&mut self, name: &str, from: &str, until: &str) -> SessionKey {
        let room = format!("https://zoom.us/j/9341234{:04}", self.names.len());
        self.lesson_in(&room, name, from, until).await
    }

    async fn lesson_in(&mut self, room: &str, name: &str, from: &str, until: &str) -> SessionKey {
        let minutes = (minute(until) - minute(from)).num_minutes();
        let draft = Draft { person: name.to_owned(), minutes, link: room.to_owned(), ..lesson(DAY, from) };
        let id = self.desk.add(&draft).await;
        self.names.insert(id, name.to_owned());
        id
    }

    fn joins(&mut self, id: SessionKey, times: &[&str]) {
        self.joined.extend(times.iter().map(|time| (minute(time), id)));
        self.joined.sort_by_key(|(at, _)| *at);
    }

    /// What is seen and what *Join* means from minute to minute; a line where something changes.
    async fn passes(&self, from: &str, until: &str) -> Vec<String> {
        let mut told: Vec<String> = Vec::new();
        let mut last = String::new();
        for (at, id) in self.joined.iter().filter(|(at, _)| *at < minute(from)) {
            self.desk.set(&at.format("%Y-%m-%dT%H:%M").to_string());
            assert_eq!(self.desk.app.join(*id, false, false).await.unwrap(), Opened::Yes);
        }
        self.desk.set(&format!("{DAY}T{from}"));
        while self.desk.app.now() < minute(until) {
            let now = self.desk.app.now();
            for (_, id) in self.joined.iter().filter(|(at, _)| *at == now) {
                assert_eq!(self.desk.app.join(*id, false, false).await.unwrap(), Opened::Yes);
            }
            let seen = self.seen().await;
            if seen != last {
                told.push(format!("{} {seen}", clock(now)));
                last = seen;
            }
            self.desk.pass(Duration::minutes(1));
        }
        told
    }

    async fn seen(&self) -> String {
        let page = self.desk.app.today(2).await.unwrap();
        let name = |session: &Session| self.names[&session.key()].as_str();
        let shown = |entry: Option<&firstbell_core::today::Entry>, is_brass: bool| {
            let name = entry.map_or("–", |entry| name(&entry.session)).to_owned();
            if is_brass { name + "*" } else { name }
        };
        let today = &page.today;
        let joins = match self.desk.app.session_to_join(false).await {
            Ok(id) => {
                assert_eq!(today.joins, Some(id));
                self.names[&id].clone()
            }
            Err(Error::NotOpenYet { at, .. }) => format!("opens {}", clock(at)),
            Err(Error::NotFound) => "nothing".to_owned(),
            Err(error) => panic!("{error}"),
        };
        // What `bell next` says is the card.
        let next = self.desk.app.coming(1).await.unwrap().pop();
        assert_eq!(next.map(|entry| entry.session.key()), today.card.as_ref().map(|card| card.session.key()));
        format!(
            "{} / {}: {joins}",
            shown(today.card.as_ref(), today.brass == Some(Brass::Card)),
            shown(today.slim.as_ref(), today.brass == Some(Brass::Slim)),
        )
    }
}

/// Ben, Mia right after him, Dan three minutes after her.
async fn three() -> (Afternoon, [SessionKey; 3]) {
    let mut afternoon = Afternoon::new().await;
    let ben = afternoon.lesson("Ben", "13:32", "13:47").await;
    let mia = afternoon.lesson("Mia", "13:47", "14:07").await;
    let dan = afternoon.lesson("Dan", "14:10", "14:30").await;
    (afternoon, [ben, mia, dan])
}

#[tokio::test]
async fn each_lesson_that_is_joined_takes_card_and_join_with_it() {
    let (mut afternoon, [ben, mia, dan]) = three().await;
    afternoon.joins(ben, &["13:30"]);
    afternoon.joins(mia, &["13:46"]);
    afternoon.joins(dan, &["14:09"]);
    assert_eq!(
        afternoon.passes("13:20", "15:40").await,
        [
            "13:20 Ben / –: opens 13:27",
            "13:27 Ben* / Mia: Ben",
            "13:30 Ben / Mia: Ben",
            "13:42 Ben / Mia*: Mia",
            "13:46 Mia / Dan: Mia",
            "14:05 Mia / Dan*: Dan",
            "14:09 Dan / –: Dan",
            // His lesson may run over; after a while it is held to be over, and his door is the last one open.
            "14:45 – / –: Dan",
            "15:30 – / –: nothing",
        ]
    );
}

#[tokio::test]
async fn a_lesson_that_was_joined_gives_way_to_the_next_one_that_begins() {
    let (mut afternoon, [ben, ..]) = three().await;
    afternoon.joins(ben, &["13:30"]);
    assert_eq!(
        afternoon.passes("13:30", "14:40").await,
        [
            "13:30 Ben / Mia: Ben",
            "13:42 Ben / Mia*: Mia",
            "13:47 Mia* / Dan: Mia",
            "14:07 Dan* / –: Dan",
            "14:30 – / –: Dan",
        ]
    );
}

#[tokio::test]
async fn nobody_joined_the_one_that_runs_is_meant() {
    let (afternoon, _) = three().await;
    assert_eq!(
        afternoon.passes("13:27", "15:31").await,
        [
            "13:27 Ben* / Mia: Ben",
            "13:47 Mia* / Dan: Mia",
            "14:07 Dan* / –: Dan",
            "14:30 – / –: Dan",
            "15:30 – / –: nothing",
        ]
    );
}

#[tokio::test]
async fn who_goes_back_on_purpose_is_there_until_another_lesson_begins() {
    let (mut afternoon, [ben, mia, dan]) = three().await;
    afternoon.joins(ben, &["13:30", "13:50"]);
    afternoon.joins(mia, &["13:46"]);
    assert_eq!(
        afternoon.passes("13:46", "14:12").await,
        [
            "13:46 Mia / Dan: Mia",
            "13:50 Ben / Mia: Ben",
            // Dan's door opens and he waits; then he begins.
            "14:05 Mia / Dan*: Dan",
            "14:10 Dan* / –: Dan",
        ]
    );
    // Back to Mia when hers is over and Dan's runs.
    afternoon.joined = vec![(minute("14:13"), dan), (minute("14:15"), mia)];
    assert_eq!(
        afternoon.passes("14:12", "14:40").await,
        ["14:12 Dan* / –: Dan", "14:13 Dan / –: Dan", "14:15 Mia / Dan: Mia", "14:30 Dan / –: Dan"]
    );
}

#[tokio::test]
async fn one_that_waits_is_meant_though_another_was_opened_last() {
    let (mut afternoon, [ben, ..]) = three().await;
    afternoon.joins(ben, &["13:30", "13:50"]);
    assert_eq!(
        afternoon.passes("13:46", "14:05").await,
        ["13:46 Ben / Mia*: Mia", "13:47 Mia* / Dan: Mia", "13:50 Ben / Mia*: Mia"]
    );
}

#[tokio::test]
async fn one_opened_before_the_lesson_before_it_ends_is_meant_at_once() {
    let (mut afternoon, [ben, mia, _]) = three().await;
    afternoon.joins(ben, &["13:30", "13:45"]);
    afternoon.joins(mia, &["13:43"]);
    assert_eq!(
        afternoon.passes("13:41", "13:50").await,
        [
            "13:41 Ben / Mia: Ben",
            "13:42 Ben / Mia*: Mia",
            "13:43 Mia / Dan: Mia",
            // Back to Ben, whose lesson still runs; then Mia's begins.
            "13:45 Ben / Mia: Ben",
            "13:47 Mia / Dan: Mia",
        ]
    );
    let (mut afternoon, [_, mia, _]) = three().await;
    afternoon.joins(mia, &["13:43"]);
    assert_eq!(
        afternoon.passes("13:42", "14:05").await,
        ["13:42 Ben* / Mia: Ben", "13:43 Mia / Dan: Mia"],
        "Ben was left out on purpose"
    );
}

#[tokio::test]
async fn a_link_that_was_tried_early_does_not_hide_the_lesson_when_its_door_opens() {
    let (mut afternoon, [ben, mia, dan]) = three().await;
    afternoon.desk.set("2026-11-24T13:20");
    afternoon.desk.app.join(dan, false, true).await.unwrap();
    afternoon.joins(ben, &["13:30"]);
    afternoon.joins(mia, &["13:47"]);
    assert_eq!(
        afternoon.passes("13:20", "14:09").await,
        [
            "13:20 Ben / –: opens 13:27",
            "13:27 Ben* / Mia: Ben",
            "13:30 Ben / Mia: Ben",
            "13:42 Ben / Mia*: Mia",
            "13:47 Mia / Dan: Mia",
            // It was opened already, so nothing is filled.
            "14:05 Mia / Dan: Dan",
        ]
    );
}

#[tokio::test]
async fn in_one_room_no_door_opens_or_stays_open_into_the_next_lesson() {
    let mut afternoon = Afternoon::new().await;
    let room = "https://zoom.us/j/93412345678";
    let ben = afternoon.lesson_in(room, "Ben", "13:32", "13:47").await;
    let mia = afternoon.lesson_in(room, "Mia", "13:47", "14:07").await;
    afternoon.joins(ben, &["13:30"]);
    afternoon.joins(mia, &["13:47"]);
    assert_eq!(
        afternoon.passes("13:40", "15:08").await,
        [
            "13:40 Ben / Mia: Ben",
            "13:42 Ben / Mia*: Mia",
            "13:47 Mia / –: Mia",
            "14:22 – / –: Mia",
            "15:07 – / –: nothing",
        ]
    );
}

#[tokio::test]
async fn one_that_runs_over_keeps_join_for_itself_until_another_door_opens() {
    let mut afternoon = Afternoon::new().await;
    let ben = afternoon.lesson("Ben", "13:00", "14:00").await;
    afternoon.lesson("Mia", "14:40", "15:40").await;
    afternoon.joins(ben, &["12:58"]);
    assert_eq!(
        afternoon.passes("12:58", "14:40").await,
        [
            "12:58 Ben / –: Ben",
            // Whoever presses now, with the next one on the card, does not want into the last one.
            "14:15 Mia / –: opens 14:35",
            "14:35 Mia* / –: Mia",
        ]
    );
    // With hours to the next one, what is still open is the only thing that can be meant.
    let mut afternoon = Afternoon::new().await;
    let ben = afternoon.lesson("Ben", "13:00", "14:00").await;
    afternoon.lesson("Mia", "18:00", "19:00").await;
    afternoon.joins(ben, &["12:58", "14:20"]);
    assert_eq!(
        afternoon.passes("12:58", "17:56").await,
        [
            "12:58 Ben / –: Ben",
            "14:15 Mia / –: Ben",
            "14:20 Ben / –: Ben",
            "14:35 Mia / –: Ben",
            "15:00 Mia / –: opens 17:55",
            "17:55 Mia* / –: Mia",
        ]
    );
}

#[tokio::test]
async fn what_is_called_off_or_held_in_a_library_is_stepped_over() {
    let (mut afternoon, [ben, mia, _]) = three().await;
    let version = afternoon.desk.session(mia).await.version;
    afternoon.desk.app.cancel_session(mia, version, Scope::This).await.unwrap();
    afternoon.joins(ben, &["13:30"]);
    assert_eq!(
        afternoon.passes("13:30", "14:11").await,
        ["13:30 Ben / –: Ben", "14:02 Dan / –: opens 14:05", "14:05 Dan* / –: Dan"]
    );

    let mut afternoon = Afternoon::new().await;
    let ben = afternoon.lesson("Ben", "13:00", "13:30").await;
    let eve = Draft { person: "Eve".to_owned(), minutes: 60, link: String::new(), ..lesson(DAY, "13:30") };
    let eve = afternoon.desk.add(&Draft { place: "Library".to_owned(), ..eve }).await;
    afternoon.names.insert(eve, "Eve".to_owned());
    afternoon.lesson("Dan", "14:30", "15:00").await;
    afternoon.joins(ben, &["13:00"]);
    assert_eq!(
        afternoon.passes("13:00", "14:32").await,
        [
            "13:00 Ben / Eve: Ben",
            "13:30 Eve / Dan: opens 14:25",
            "14:25 Eve / Dan*: Dan",
            "14:30 Dan* / –: Dan",
        ]
    );
}

#[tokio::test]
async fn of_two_at_once_the_one_that_was_not_opened_waits() {
    let mut afternoon = Afternoon::new().await;
    let ben = afternoon.lesson("Ben", "13:00", "14:00").await;
    let mia = afternoon.lesson("Mia", "13:30", "14:30").await;
    afternoon.joins(ben, &["13:00"]);
    afternoon.joins(mia, &["13:40"]);
    assert_eq!(
        afternoon.passes("12:55", "14:46").await,
        [
            "12:55 Ben* / Mia: Ben",
            "13:00 Ben / Mia: Ben",
            "13:25 Ben / Mia*: Mia",
            "13:40 Mia / –: Mia",
            "14:45 – / –: Mia",
        ]
    );
    // Nobody was opened: the first is not left for the second.
    let mut afternoon = Afternoon::new().await;
    afternoon.lesson("Ben", "13:00", "14:00").await;
    afternoon.lesson("Mia", "13:00", "14:30").await;
    assert_eq!(afternoon.passes("12:55", "14:02").await, ["12:55 Ben* / Mia: Ben", "14:00 Mia* / –: Mia"]);
}

#[tokio::test]
async fn join_early_takes_the_door_that_opens_next() {
    let (afternoon, [ben, ..]) = three().await;
    afternoon.desk.set("2026-11-24T13:20");
    assert_eq!(afternoon.desk.app.session_to_join(true).await.unwrap(), ben);
    afternoon.desk.set("2026-11-24T16:00");
    assert!(matches!(afternoon.desk.app.session_to_join(true).await, Err(Error::NotFound)));
}
