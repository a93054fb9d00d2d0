//! A school in which every table holds rows of different people, so that a row too much or too few is seen.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use firstbell_school::{Caller, Cast, Cluster, Database, Stage};
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use uuid::Uuid;

/// A Monday morning in November; nobody's clock changes that week.
pub const NOW: &str = "2026-11-02 08:00+00";

const LABELS: &str = include_str!("labels.sql");

/// The roles of the matrix, and who plays them.
pub const ROLES: [(&str, &str); 12] = [
    ("anon", ""),
    ("sam", "stranger_sam"),
    ("nina", "tutor_nina"),
    ("ben", "student_ben"),
    ("dan", "student_dan"),
    ("kim", "student_kim"),
    ("ada", "tutor_ada"),
    ("eve", "tutor_eve"),
    ("cleo", "parent_cleo"),
    ("gus", "parent_gus"),
    ("fay", "former_fay"),
    ("service", ""),
];

/// Family names of the students, unlike every other word of the scene.
pub const FAMILIES: [(&str, &str); 3] = [("Ben", "Birch"), ("Dan", "Drake"), ("Kim", "Kapoor")];

/// The scene: what the matrix's labels and references stand for.
pub struct Scene {
    pub database: Database,
    accounts: BTreeMap<&'static str, Uuid>,
    rows: BTreeMap<(String, String), Uuid>,
    codes: BTreeMap<&'static str, Value>,
}

impl Scene {
    /// The one scene of this process. It is only looked at: what a test does in it is taken back.
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<Scene> = OnceCell::const_new();
        SHARED.get_or_try_init(arrange).await.unwrap()
    }

    pub fn caller(&self, role: &str) -> Caller {
        match role {
            "anon" => Caller::Anonymous,
            "service" => Caller::Service,
            _ => Caller::Account(self.account(role)),
        }
    }

    fn account(&self, role: &str) -> Uuid {
        *self.accounts.get(role).unwrap_or_else(|| panic!("no role {role}"))
    }

    /// The rows of a table, by label.
    pub fn rows<'a>(&'a self, table: &'a str) -> impl Iterator<Item = (&'a str, Uuid)> {
        self.rows.iter().filter(move |((of, _), _)| of == table).map(|((_, label), id)| (label.as_str(), *id))
    }

    /// Puts values in the place of references: `@bookings.ben_ada_4` is that row's id, `@bookings.ben_ada_4.version`
    /// what stands in this column now, `@account.cleo` a sign-in, `@code.tutor` an invitation's code.
    pub async fn resolve(&self, stage: &Stage, arguments: &Value) -> Result<Value> {
        let mut resolved = arguments.clone();
        for value in resolved.as_object_mut().context("not an object")?.values_mut() {
            let Some(reference) = value.as_str().and_then(|text| text.strip_prefix('@')) else { continue };
            let parts: Vec<&str> = reference.split('.').collect();
            *value = match parts[..] {
                ["account", role] => json!(self.account(role)),
                ["code", role] => self.codes[role].clone(),
                [table, label] => json!(self.row(table, label)),
                [table, label, column] => {
                    let read =
                        format!("select to_jsonb(t) -> '{column}' from public.{table} t where t.id = $1");
                    stage.by_hand().query_one(&read, &[&self.row(table, label)]).await?.get(0)
                }
                _ => panic!("what is @{reference}?"),
            };
        }
        Ok(resolved)
    }

    fn row(&self, table: &str, label: &str) -> Uuid {
        *self
            .rows
            .get(&(table.to_owned(), label.to_owned()))
            .unwrap_or_else(|| panic!("no {label} in {table}"))
    }
}

async fn arrange() -> Result<Scene> {
    let database = Cluster::shared().await?.fresh().await?;
    database.hold_clock_at(NOW).await?;
    let mut cast = Cast::arrive(database.clone()).await?;
    name_families(&database).await?;
    let codes = BTreeMap::from([
        ("tutor", cast.school("invite", json!({"role": "tutor"})).await?["code"].clone()),
        ("guardian", {
            let person = cast.person("student_dan");
            cast.player("student_dan").call("invite_guardian", json!({"person": person})).await?["code"]
                .clone()
        }),
    ]);
    tutors_say_when_they_teach(&mut cast).await?;
    one_to_one_lessons(&mut cast).await?;
    requests_that_wait(&mut cast).await?;
    a_group(&mut cast).await?;
    strangers_who_ask(&mut cast).await?;

    let client = database.as_superuser().await?;
    let mut rows = BTreeMap::new();
    for row in client.query(LABELS, &[]).await? {
        let place = (row.get(0), row.get(2));
        ensure!(!rows.contains_key(&place), "two rows are called {place:?}");
        rows.insert(place, row.get(1));
    }
    let mut accounts = BTreeMap::new();
    for (role, player) in ROLES.into_iter().filter(|(_, player)| !player.is_empty()) {
        accounts.insert(role, cast.player(player).account);
    }
    Ok(Scene { database, accounts, rows, codes })
}

async fn name_families(database: &Database) -> Result<()> {
    let client = database.as_superuser().await?;
    for (first, family) in FAMILIES {
        client
            .execute("update public.people set last_name = $2 where first_name = $1", &[&first, &family])
            .await?;
        client
            .execute(
                "update public.account_people a set name = p.first_name || ' ' || p.last_name from public.people p
                 where p.id = a.person_id and p.first_name = $1 and a.relation = 'self'",
                &[&first],
            )
            .await?;
    }
    Ok(())
}

async fn tutors_say_when_they_teach(cast: &mut Cast) -> Result<()> {
    for (tutor, weekday) in [("tutor_ada", 1), ("tutor_eve", 2), ("tutor_nina", 3)] {
        let person = cast.person(tutor);
        let rules = json!([{"weekday": weekday, "from": "15:00", "to": "18:00", "zone": "Europe/Madrid"}]);
        let said = json!({"tutor": person, "rules": rules, "expected_version": 1});
        cast.player(tutor).call("set_availability", said).await?;
    }
    let (ada, eve, nina) = (cast.person("tutor_ada"), cast.person("tutor_eve"), cast.person("tutor_nina"));
    for (player, mut block) in [
        ("tutor_ada", json!({"tutor": ada, "reason": "the dentist"})),
        ("tutor_ada", json!({"tutor": ada, "source": "elsewhere"})),
        ("tutor_eve", json!({"tutor": eve, "reason": "a wedding"})),
    ] {
        block["start_at"] = json!("2026-11-20T08:00:00Z");
        block["end_at"] = json!("2026-11-20T12:00:00Z");
        cast.player(player).call("add_block", block).await?;
    }
    for (player, tutor, provider) in [("tutor_ada", ada, "google_meet"), ("tutor_nina", nina, "zoom")] {
        let connection = json!({"tutor": tutor, "provider": provider, "state": "connected", "label": "somebody@video.example"});
        cast.player(player).call("set_video_connection", connection).await?;
    }
    Ok(())
}

/// Ben's with Ada, with a meeting, notes, messages and a proposal; and Dan's with Ada, approved by Cleo.
async fn one_to_one_lessons(cast: &mut Cast) -> Result<()> {
    let lesson = cast.lesson("student_ben", "tutor_ada", "2026-11-04T16:00:00Z").await?;
    let (booking, session) = (&lesson["booking"]["id"], &lesson["session"]["id"]);
    let device = Uuid::from_u128(1);
    let lease = json!({"session": session, "generation": 1, "device": device});
    cast.player("tutor_ada").call("claim_meeting", lease.clone()).await?;
    let mut meeting = lease;
    meeting["provider"] = json!("google_meet");
    meeting["external_id"] = json!("event-1");
    meeting["join_url"] = json!("https://meet.google.com/abc-defg-hij");
    cast.player("tutor_ada").call("attach_meeting", meeting).await?;
    for (player, body) in [("student_ben", "May I bring a friend?"), ("tutor_ada", "Of course.")] {
        cast.player(player).call("add_message", json!({"booking": booking, "body": body})).await?;
    }
    for (kind, shared) in [("homework", true), ("note", false)] {
        let note = json!({"session": session, "kind": kind, "shared": shared, "body": "Page 12", "expected_version": 0});
        cast.player("tutor_ada").call("write_note", note).await?;
    }
    let version = &lesson["booking"]["version"];
    let proposal = json!({"booking": booking, "start_at": "2026-11-04T18:00:00Z", "end_at": "2026-11-04T19:00:00Z",
        "zone": "Europe/Madrid", "expected_version": version});
    cast.player("student_ben").call("propose_time", proposal).await?;

    let lesson = cast.lesson("student_dan", "tutor_ada", "2026-11-05T16:00:00Z").await?;
    let (booking, session) = (&lesson["booking"]["id"], &lesson["session"]["id"]);
    cast.player("parent_cleo").call("add_message", json!({"booking": booking, "body": "Thank you."})).await?;
    let plan = json!({"session": session, "kind": "plan", "shared": true, "body": "Fractions", "expected_version": 0});
    cast.player("tutor_ada").call("write_note", plan).await?;
    Ok(())
}

/// Kim's to Eve, which waits for the parent; Kim's to Ada, for which Gus asked; two weeks of Ben's with Eve, who
/// suggests another time for the second.
async fn requests_that_wait(cast: &mut Cast) -> Result<()> {
    cast.ask("student_kim", "tutor_eve", "2026-11-05T10:00:00Z").await?;
    let asked = cast.ask("parent_gus", "tutor_ada", "2026-11-06T16:00:00Z").await?;
    let message = json!({"booking": asked["id"], "body": "It is about fractions."});
    cast.player("parent_gus").call("add_message", message).await?;
    let series = json!({"tutor": cast.person("tutor_eve"), "student": cast.person("student_ben"), "subject": "Physics",
        "start_at": "2026-11-09T10:00:00Z", "end_at": "2026-11-09T11:00:00Z", "zone": "Europe/London", "weeks": 2});
    let asked = cast.player("student_ben").call("request_booking", series).await?;
    let second = &asked["bookings"][1];
    let proposal = json!({"booking": second["id"], "start_at": "2026-11-16T12:00:00Z", "end_at": "2026-11-16T13:00:00Z",
        "zone": "Europe/London", "expected_version": second["version"]});
    cast.player("tutor_eve").call("propose_time", proposal).await?;
    Ok(())
}

/// Ben and Dan with Eve, who is making the meeting and has said that she will be late.
async fn a_group(cast: &mut Cast) -> Result<()> {
    // Both ask while the time is free.
    let of_ben = cast.ask("student_ben", "tutor_eve", "2026-11-07T10:00:00Z").await?;
    let of_dan = cast.ask("student_dan", "tutor_eve", "2026-11-07T10:00:00Z").await?;
    let approval = json!({"booking": of_dan["id"], "expected_version": of_dan["version"]});
    let of_dan = cast.player("parent_cleo").call("approve_as_parent", approval).await?["booking"].clone();
    let yes = json!({"booking": of_ben["id"], "expected_version": of_ben["version"]});
    let lesson = cast.player("tutor_eve").call("confirm_booking", yes).await?;
    let session = &lesson["session"]["id"];
    let too =
        json!({"booking": of_dan["id"], "expected_version": of_dan["version"], "into_session": session});
    cast.player("tutor_eve").call("confirm_booking", too).await?;
    for (kind, shared) in [("plan", true), ("note", false)] {
        let note = json!({"session": session, "kind": kind, "shared": shared, "body": "Optics", "expected_version": 0});
        cast.player("tutor_eve").call("write_note", note).await?;
    }
    let late = json!({"session": session, "presence": "late", "minutes": 10});
    cast.player("tutor_eve").call("send_presence", late).await?;
    cast.player("parent_cleo").call("send_presence", json!({"session": session, "presence": "here"})).await?;
    let lease = json!({"session": session, "generation": 1, "device": Uuid::from_u128(2)});
    cast.player("tutor_eve").call("claim_meeting", lease).await?;
    Ok(())
}

/// Sam, to become a student; and Fay, to be a child's guardian.
async fn strangers_who_ask(cast: &mut Cast) -> Result<()> {
    for (player, role, first_name, child) in
        [("stranger_sam", "student", "Sam", ""), ("former_fay", "guardian", "Fay", "My son")]
    {
        let ask = json!({"role": role, "first_name": first_name, "last_name": "Example", "zone": "UTC",
            "note": "Please let me in.", "child": child});
        cast.player(player).call("ask_to_join", ask).await?;
    }
    Ok(())
}
