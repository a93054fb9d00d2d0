//! A school with one lesson in it, on which all is tried and nothing stays.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use firstbell_school::postgres::Statement;
use firstbell_school::{Caller, Cast, Cluster, Refusal, Stage};
use serde_json::{Value, json};
use uuid::Uuid;

/// When all begins: a Monday morning in November; nobody's clock changes that week.
pub const NOW: &str = "2026-11-02T08:00:00Z";
/// The lesson's planned start, 56 hours later.
pub const START: &str = "2026-11-04T16:00:00Z";
/// Its planned end.
pub const END: &str = "2026-11-04T17:00:00Z";
/// An evening on which nobody has anything.
pub const OTHER_START: &str = "2026-11-12T18:00:00Z";
/// An hour later.
pub const OTHER_END: &str = "2026-11-12T19:00:00Z";

/// Those whose lesson it is, by the role of the state table.
pub const ROLES: [(&str, &str); 3] =
    [("tutor", "tutor_ada"), ("student", "student_dan"), ("guardian", "parent_cleo")];
/// Those whose lesson it is not: another tutor, another student, another guardian, a former one, a stranger.
pub const BYSTANDERS: [&str; 5] = ["tutor_eve", "student_ben", "parent_gus", "former_fay", "stranger_sam"];

pub struct School {
    pub stage: Stage,
    callers: BTreeMap<&'static str, Caller>,
    people: BTreeMap<&'static str, Uuid>,
    digest: Statement,
    bystanders: usize,
}

/// The instant that an RFC 3339 text means.
pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

impl School {
    /// A school of one's own, with a lesson of Ben's with Ada as its neighbour.
    pub async fn open() -> Self {
        let database = Cluster::shared().await.unwrap().fresh().await.unwrap();
        database.hold_clock_at(NOW).await.unwrap();
        let mut cast = Cast::arrive(database.clone()).await.unwrap();
        cast.lesson("student_ben", "tutor_ada", "2026-11-04T12:00:00Z").await.unwrap();
        let names: Vec<&str> = cast.names().collect();
        let people = names.iter().map(|name| (*name, cast.person(name))).collect();
        let callers = names.iter().map(|name| (*name, Caller::Account(cast.player(name).account))).collect();
        let stage = Stage::open(&database).await.unwrap();
        let digest = digest_of_all_tables(&stage).await;
        Self { stage, callers, people, digest, bystanders: 0 }
    }

    pub fn caller(&self, name: &str) -> Caller {
        self.callers[name]
    }

    pub fn person(&self, name: &str) -> Uuid {
        self.people[name]
    }

    /// A bystander, each in turn.
    pub fn next_bystander(&mut self) -> &'static str {
        self.bystanders += 1;
        BYSTANDERS[self.bystanders % BYSTANDERS.len()]
    }

    pub async fn hold_clock_at(&self, moment: DateTime<Utc>) {
        self.stage.hold_clock_at(&moment.to_rfc3339()).await.unwrap();
    }

    /// Calls a function of which nothing is expected but that it is done.
    pub async fn get_done(&self, name: &str, function: &str, arguments: Value) -> Value {
        let outcome = self.stage.call(self.caller(name), function, &arguments).await;
        outcome.unwrap_or_else(|refusal| panic!("{name} calls {function} with {arguments}: {refusal}"))
    }

    pub async fn try_it(&self, name: &str, function: &str, arguments: &Value) -> Result<Value, Refusal> {
        self.stage.call(self.caller(name), function, arguments).await
    }

    /// `student` asks Ada for the lesson's time.
    pub async fn ask(&self, student: &str) -> Value {
        let wish = json!({"tutor": self.person("tutor_ada"), "student": self.person(student), "subject": "Maths",
            "start_at": START, "end_at": END, "zone": "Europe/Madrid"});
        self.get_done(student, "request_booking", wish).await["bookings"][0].clone()
    }

    /// Does something to a booking, and gives it as it is then.
    pub async fn on(&self, booking: &Value, name: &str, function: &str, more: Value) -> Value {
        let mut arguments = json!({"booking": booking["id"], "expected_version": booking["version"]});
        arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.get_done(name, function, arguments).await["booking"].clone()
    }

    /// A booking as it is now.
    pub async fn booking(&self, id: &Value) -> Value {
        self.read(
            "select to_jsonb(b) || jsonb_build_object('status', b.status) from public.bookings b where b.id = $1",
            id,
        )
        .await
    }

    /// A session as it is now.
    pub async fn session(&self, id: &Value) -> Value {
        self.read("select to_jsonb(s) from public.sessions s where s.id = $1", id).await
    }

    pub async fn read(&self, query: &str, id: &Value) -> Value {
        let id: Uuid = id.as_str().unwrap().parse().unwrap();
        self.stage.by_hand().query_one(query, &[&id]).await.unwrap().get(0)
    }

    /// Writes past all functions.
    pub async fn by_hand(&self, statement: &str) {
        self.stage.by_hand().batch_execute(statement).await.unwrap();
    }

    /// One word for all that is stored.
    pub async fn digest(&self) -> String {
        self.stage.by_hand().query_one(&self.digest, &[]).await.unwrap().get(0)
    }

    /// One word for all bookings and sessions but these.
    pub async fn others(&self, booking: &Value, session: &Value) -> String {
        let others = "select coalesce(md5(string_agg(line, ',' order by line)), '') from (
              select b::text from public.bookings b where b.id::text <> $1
              union all select s::text from public.sessions s where s.id::text is distinct from $2
                and s.id not in (select k.session_id from public.bookings k where k.id::text = $1 and k.session_id is not null)
            ) as lines (line)";
        let (booking, session) = (booking.as_str().unwrap(), session.as_str().unwrap_or_default());
        self.stage.by_hand().query_one(others, &[&booking, &session]).await.unwrap().get(0)
    }
}

/// Prepared, because it is asked after every refusal.
async fn digest_of_all_tables(stage: &Stage) -> Statement {
    let tables = stage
        .by_hand()
        .query(
            "select oid::regclass::text from pg_class
             where relnamespace in ('public'::regnamespace, 'private'::regnamespace) and relkind = 'r' order by 1",
            &[],
        )
        .await
        .unwrap();
    let each = tables.iter().map(|table| {
        let table: &str = table.get(0);
        format!("select '{table}', md5(string_agg(t::text, ',' order by t::text)) from {table} t")
    });
    let all = each.collect::<Vec<_>>().join(" union all ");
    let digest = format!("select md5(string_agg(all_of_it::text, ',')) from ({all}) as all_of_it");
    stage.by_hand().prepare(&digest).await.unwrap()
}

/// A second before something begins, and the moment when it does.
pub fn around(moment: DateTime<Utc>) -> [DateTime<Utc>; 2] {
    [moment - Duration::seconds(1), moment]
}
