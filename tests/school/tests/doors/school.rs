//! A school whose tutors have rooms.

use firstbell_school::{Cast, Cluster, Refusal};
use serde_json::{Value, json};
use uuid::Uuid;

/// Sessions by the hour of twenty tutors, ten thousand that are over and as many to come; written past all triggers.
pub const MANY: &str = "
    set session_replication_role = replica;
    insert into public.people (id, kind, first_name, zone, approved_at)
    select md5('tutor ' || nth)::uuid, 'tutor', 'Tutor', 'UTC', now() from generate_series(0, 19) as nth;
    insert into public.sessions (tutor_id, subject, join_url, scheduled_start_at, scheduled_end_at, door_opens_at, door_closes_at, zone, status)
    select md5('tutor ' || nth % 20)::uuid, 'Maths', 'https://zoom.us/j/85012345678', at, at + interval '30 minutes',
      at - interval '5 minutes', at + interval '1 hour', 'UTC', 'SCHEDULED'
    from generate_series(0, 19999) as nth,
      lateral (select date_trunc('hour', now()) + make_interval(hours => case when nth < 10000 then 1 + nth / 20 else -5 - (nth - 10000) / 20 end)) as hours (at);
    reset session_replication_role;
    analyze public.sessions";

/// An hour of the day that the tests are about: a Wednesday in November.
pub fn hour(at: u32) -> String {
    format!("2026-11-04T{at:02}:00:00Z")
}

/// When a session's door opens and closes.
pub fn door(session: &Value) -> [String; 2] {
    ["door_opens_at", "door_closes_at"].map(|name| session[name].as_str().unwrap().to_owned())
}

pub struct School {
    pub cast: Cast,
}

/// Somebody's app, which asks what is new.
pub struct App {
    name: &'static str,
    cursor: Value,
}

impl App {
    /// The sessions that have changed.
    pub async fn news(&mut self, school: &mut School) -> Vec<Value> {
        let asked = json!({"cursor": self.cursor});
        let told = school.cast.player(self.name).call("pull_changes", asked).await.unwrap();
        self.cursor = told["cursor"].clone();
        let changes = told["changes"].as_array().unwrap().iter();
        changes.filter(|change| change["table"] == "sessions").map(|change| change["row"].clone()).collect()
    }
}

impl School {
    pub async fn open() -> Self {
        let database = Cluster::shared().await.unwrap().fresh().await.unwrap();
        database.hold_clock_at("2026-11-02 08:00+00").await.unwrap();
        Self { cast: Cast::arrive(database).await.unwrap() }
    }

    pub async fn client(&mut self, name: &'static str) -> App {
        let mut app = App { name, cursor: Value::Null };
        app.news(self).await;
        app
    }

    /// A lesson with Ada; its session.
    pub async fn lesson(&mut self, student: &str, start: &str) -> Value {
        self.cast.lesson(student, "tutor_ada", start).await.unwrap()["session"]["id"].clone()
    }

    pub async fn session(&self, id: &Value) -> Value {
        let query = format!(
            "select to_jsonb(s) from public.sessions s where s.id = '{}'",
            id.as_str().unwrap_or_default()
        );
        self.cast.read_one(&query).await.unwrap_or_default()
    }

    pub async fn by_hand(&self, statement: &str) {
        self.cast.database.as_superuser().await.unwrap().batch_execute(statement).await.unwrap();
    }

    pub async fn numbers(&self, lead: i32, after_end: i32) {
        let numbers = format!(
            "update public.school_settings set join_lead_minutes = {lead}, join_after_end_minutes = {after_end}"
        );
        self.by_hand(&numbers).await;
    }

    pub async fn attach(&mut self, session: &Value, url: &str) {
        self.try_attach(session, url).await.unwrap();
    }

    pub async fn move_to(&mut self, session: &Value, start: &str) {
        self.try_move(session, start).await.unwrap();
    }

    pub async fn cancel(&mut self, session: &Value) {
        self.try_cancel(session).await.unwrap();
    }

    /// The tutor's computer makes the meeting: here it is a room of theirs.
    pub async fn try_attach(&mut self, session: &Value, url: &str) -> Result<(), Refusal> {
        let tutor = self.tutor_of(session).await;
        let lease = json!({"session": session, "generation": 1, "device": Uuid::from_u128(1)});
        self.cast.player(tutor).call("claim_meeting", lease.clone()).await?;
        let mut made = lease;
        made["provider"] = json!("own_link");
        made["external_id"] = json!("room");
        made["join_url"] = json!(url);
        self.cast.player(tutor).call("attach_meeting", made).await.map(drop)
    }

    pub async fn try_move(&mut self, session: &Value, start: &str) -> Result<(), Refusal> {
        let tutor = self.tutor_of(session).await;
        let version = self.session(session).await["version"].clone();
        let end = chrono::DateTime::parse_from_rfc3339(start).unwrap() + chrono::Duration::hours(1);
        let moved = json!({"session": session, "start_at": start, "end_at": end.to_rfc3339(), "zone": "UTC", "expected_version": version});
        self.cast.player(tutor).call("move_session", moved).await.map(drop)
    }

    pub async fn try_cancel(&mut self, session: &Value) -> Result<(), Refusal> {
        let tutor = self.tutor_of(session).await;
        let booking = format!(
            "select to_jsonb(b) from public.bookings b where b.session_id = '{}'",
            session.as_str().unwrap_or_default()
        );
        let booking = self.cast.read_one(&booking).await.unwrap_or_default();
        let off = json!({"booking": booking["id"], "expected_version": booking["version"]});
        self.cast.player(tutor).call("cancel_booking", off).await.map(drop)
    }

    async fn tutor_of(&self, session: &Value) -> &'static str {
        let tutor = self.session(session).await["tutor_id"].clone();
        if tutor == json!(self.cast.person("tutor_eve")) { "tutor_eve" } else { "tutor_ada" }
    }

    /// How many doors are not those of the numbers alone.
    pub async fn count_clipped(&self) -> i64 {
        let clipped = "select count(*) from public.sessions s, public.school_settings school where s.status = 'SCHEDULED'
          and (s.door_opens_at, s.door_closes_at) <> (s.scheduled_start_at - make_interval(mins => school.join_lead_minutes),
            s.scheduled_end_at + make_interval(mins => school.join_after_end_minutes))";
        self.cast.read_one(clipped).await.unwrap().as_i64().unwrap()
    }
}
