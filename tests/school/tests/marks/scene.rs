//! A lesson of Dan's with Ada, for whom his mother acts too.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use firstbell_school::{Caller, Cast, Cluster, Refusal, Stage};
use serde_json::{Value, json};
use uuid::Uuid;

/// The planned start: a Wednesday in November; nobody's clock changes that week.
pub const START: DateTime<Utc> = DateTime::from_timestamp(1_793_808_000, 0).unwrap();
/// The planned end.
pub const END: DateTime<Utc> = DateTime::from_timestamp(1_793_811_600, 0).unwrap();

pub fn minutes(count: i64) -> Duration {
    Duration::minutes(count)
}

/// The instant of a value.
pub fn instant(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap_or_else(|| panic!("no instant: {value}")).parse().unwrap()
}

/// A school with that lesson, in one transaction that nobody commits.
pub struct Lesson {
    stage: Stage,
    callers: BTreeMap<&'static str, Caller>,
    people: BTreeMap<&'static str, Uuid>,
    id: Value,
}

impl Lesson {
    pub async fn set() -> Self {
        let database = Cluster::shared().await.unwrap().fresh().await.unwrap();
        database.hold_clock_at("2026-11-02 08:00+00").await.unwrap();
        let mut cast = Cast::arrive(database.clone()).await.unwrap();
        let lesson = cast.lesson("student_dan", "tutor_ada", &START.to_rfc3339()).await.unwrap();
        let names: Vec<&str> = cast.names().collect();
        let people = names.iter().map(|name| (*name, cast.person(name))).collect();
        let callers = names.iter().map(|name| (*name, Caller::Account(cast.player(name).account))).collect();
        Self {
            stage: Stage::open(&database).await.unwrap(),
            callers,
            people,
            id: lesson["session"]["id"].clone(),
        }
    }

    /// From now on the school's clock stands at `moment`.
    pub async fn at(&self, moment: DateTime<Utc>) {
        self.stage.hold_clock_at(&moment.to_rfc3339()).await.unwrap();
    }

    pub async fn mark(&self, name: &str) {
        self.stage.mark(name).await.unwrap();
    }

    pub async fn go_back(&self, name: &str) {
        self.stage.go_back(name).await.unwrap();
    }

    /// Calls a function about the lesson; the version that it may want is the one of now.
    pub async fn call(&self, name: &str, function: &str, mut arguments: Value) -> Result<Value, Refusal> {
        arguments["session"] = self.id.clone();
        if ["mark_no_show", "undo_no_show", "move_session", "mark_held"].contains(&function) {
            arguments["expected_version"] = self.session().await["version"].clone();
        }
        self.stage.call(self.callers[name], function, &arguments).await
    }

    pub async fn done(&self, name: &str, function: &str, arguments: Value) {
        let outcome = self.call(name, function, arguments).await;
        outcome.unwrap_or_else(|refusal| panic!("{name} calls {function}: {refusal}"));
    }

    /// The code of the refusal.
    pub async fn refused(&self, name: &str, function: &str, arguments: Value) -> String {
        self.call(name, function, arguments).await.unwrap_err().code
    }

    pub async fn forget(&self, name: &str) {
        let person = json!({"person": self.people[name]});
        self.stage.call(Caller::Service, "forget_person", &person).await.unwrap();
    }

    pub async fn session(&self) -> Value {
        self.read("select to_jsonb(s) from public.sessions s where s.id = $1").await
    }

    /// Dan's place in it.
    pub async fn place(&self) -> Value {
        self.read("select to_jsonb(sp) from public.session_participants sp where sp.session_id = $1").await
    }

    /// What was told of it, in its order.
    pub async fn events(&self) -> Vec<Value> {
        let told = "select coalesce(jsonb_agg(to_jsonb(e) order by e.number), '[]') from public.session_events e where e.session_id = $1";
        serde_json::from_value(self.read(told).await).unwrap()
    }

    async fn read(&self, query: &str) -> Value {
        let id: Uuid = self.id.as_str().unwrap().parse().unwrap();
        self.stage.by_hand().query_one(query, &[&id]).await.unwrap().get(0)
    }

    /// The rows that somebody pulls who begins.
    pub async fn pulls(&self, name: &str) -> Vec<Value> {
        let pulled = self.stage.call(self.callers[name], "pull_changes", &json!({})).await.unwrap();
        pulled["changes"].as_array().unwrap().iter().map(|change| change["row"].clone()).collect()
    }
}
