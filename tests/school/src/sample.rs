//! A sample school: five people with sign-ins, and requests and lessons around now.

use anyhow::{Context as _, Result, ensure};
use chrono::{DateTime, Duration, DurationRound as _, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::asking::call;
use crate::{Account, Database, Server};

/// Someone with a sign-in.
pub struct Person {
    /// What they are, and their first name: `TUTOR`, `ADA`.
    pub role: &'static str,
    /// See [`Self::role`].
    pub name: &'static str,
    /// Their address at the school.
    pub email: &'static str,
    /// Known to everyone: the school is on this computer only.
    pub password: &'static str,
    zone: &'static str,
}

/// Two tutors, two students, and the parent of the second.
pub const PEOPLE: [Person; 5] = [
    person("TUTOR", "ADA", "ada@school.example", "ada-rings-first", "Europe/Madrid"),
    person("TUTOR", "EVE", "eve@school.example", "eve-rings-first", "Europe/London"),
    person("STUDENT", "BEN", "ben@school.example", "ben-rings-first", "America/New_York"),
    person("STUDENT", "DAN", "dan@school.example", "dan-rings-first", "Europe/Madrid"),
    person("PARENT", "CLEO", "cleo@school.example", "cleo-rings-first", "Europe/Madrid"),
];

/// Signs them up as the app does, by the school's own door, and furnishes the school if it has nobody in it yet.
///
/// # Errors
/// When the school refuses something.
pub async fn furnish(server: &Server) -> Result<()> {
    for person in &PEOPLE {
        sign_up(server, person).await?;
    }
    let Some(database) = server.database() else { return Ok(()) };
    let there: i64 =
        server.connect().await?.query_one("select count(*) from public.people", &[]).await?.get(0);
    if there == 0 {
        let mut school = SampleSchool::new(database).await?;
        let furnished = school.arrive_and_learn(Utc::now()).await;
        school.database.let_clock_go().await?;
        furnished?;
    }
    Ok(())
}

/// Whoever has a sign-in keeps it.
async fn sign_up(server: &Server, person: &Person) -> Result<()> {
    let name = person.first_name();
    let answered = crate::http_client()
        .build()?
        .post(format!("{}/auth/v1/signup", server.url()))
        .header("apikey", server.publishable_key())
        .json(&json!({"email": person.email, "password": person.password, "data": {"name": name}}))
        .send()
        .await?;
    let status = answered.status();
    let told: Value = answered.json().await?;
    let known = told["error_code"] == "user_already_exists";
    ensure!(status.is_success() || known, "signing {name} up: {status} {told}");
    Ok(())
}

/// The doors of all five, and the school's own.
struct SampleSchool {
    database: Database,
    office: Account,
    ada: Account,
    eve: Account,
    ben: Account,
    dan: Account,
    cleo: Account,
}

/// Who is who in the school.
struct Ids {
    ada: Value,
    eve: Value,
    ben: Value,
    dan: Value,
}

impl SampleSchool {
    async fn new(database: Database) -> Result<Self> {
        Ok(Self {
            office: database.as_service().await?,
            ada: door(&database, &PEOPLE[0]).await?,
            eve: door(&database, &PEOPLE[1]).await?,
            ben: door(&database, &PEOPLE[2]).await?,
            dan: door(&database, &PEOPLE[3]).await?,
            cleo: door(&database, &PEOPLE[4]).await?,
            database,
        })
    }

    /// Everything is done by the functions that people call. What lies behind is done by a clock that is set back.
    async fn arrive_and_learn(&mut self, now: DateTime<Utc>) -> Result<()> {
        let in_six_minutes = (now + Duration::minutes(6)).duration_trunc(Duration::minutes(1))?;
        let last_week = in_six_minutes - Duration::days(7);
        self.set_clock(last_week - Duration::days(2)).await?;
        let ids = self.arrive().await?;
        self.say_when_they_can().await?;

        // Ben learns with Ada every week: the last time was held, the next one is in six minutes.
        let lessons = ask(&mut self.ben, &ids.ada, &ids.ben, "Maths", last_week, 60, 4).await?;
        let mut sessions = Vec::new();
        for booking in &lessons {
            sessions.push(confirm(&mut self.ada, booking).await?);
        }
        for (session, room) in sessions.iter().zip(["abc-defg-hij", "bcd-efgh-ijk"]) {
            make_meeting(&mut self.ada, session, &format!("https://meet.google.com/{room}")).await?;
        }
        self.set_clock(last_week + Duration::hours(1)).await?;
        call(
            &mut self.ada,
            "mark_held",
            json!({"session": sessions[0]["id"], "expected_version": sessions[0]["version"]}),
        )
        .await?;
        self.write_for(&sessions[1]).await?;

        // Dan is at Eve's since half an hour ago.
        self.set_clock(now - Duration::days(2)).await?;
        let booking =
            ask(&mut self.dan, &ids.eve, &ids.dan, "English", in_six_minutes - Duration::minutes(36), 60, 1)
                .await?;
        let booking = approve(&mut self.cleo, &booking[0]).await?;
        let session = confirm(&mut self.eve, &booking).await?;
        make_meeting(&mut self.eve, &session, "https://zoom.us/j/93512345678").await?;

        self.database.let_clock_go().await?;
        self.wish(&ids, in_six_minutes).await
    }

    async fn set_clock(&self, at: DateTime<Utc>) -> Result<()> {
        self.database.hold_clock_at(&at.to_rfc3339()).await
    }

    async fn arrive(&mut self) -> Result<Ids> {
        let office = &mut self.office;
        let ids = Ids {
            ada: arrive(office, &mut self.ada, &PEOPLE[0]).await?,
            eve: arrive(office, &mut self.eve, &PEOPLE[1]).await?,
            ben: arrive(office, &mut self.ben, &PEOPLE[2]).await?,
            dan: arrive(office, &mut self.dan, &PEOPLE[3]).await?,
        };
        for tutor in [&ids.ada, &ids.eve] {
            call(office, "approve_tutor", json!({"person": tutor})).await?;
        }
        let invitation = call(&mut self.dan, "invite_guardian", json!({"person": ids.dan})).await?;
        call(&mut self.cleo, "accept_invitation", json!({"code": invitation["code"], "first_name": "Cleo"}))
            .await?;
        Ok(ids)
    }

    async fn say_when_they_can(&mut self) -> Result<()> {
        for (tutor, zone) in [(&mut self.ada, "Europe/Madrid"), (&mut self.eve, "Europe/London")] {
            let id = own_person(tutor).await?;
            let rules: Vec<Value> = (1..=5)
                .map(|weekday| json!({"weekday": weekday, "from": "14:00", "to": "20:00", "zone": zone}))
                .collect();
            call(tutor, "set_availability", json!({"tutor": id, "rules": rules, "expected_version": 1}))
                .await?;
        }
        Ok(())
    }

    async fn write_for(&mut self, session: &Value) -> Result<()> {
        for (kind, shared, body) in [
            ("homework", true, "Fractions, sheet 4, questions 1 to 8"),
            ("note", false, "Slow with common denominators, quick in the head."),
        ] {
            let note = json!({"session": session["id"], "kind": kind, "shared": shared, "body": body, "expected_version": 0});
            call(&mut self.ada, "write_note", note).await?;
        }
        Ok(())
    }

    /// What waits for an answer: Ben's request at Eve's, Dan's at his mother's, and a time that Ada suggests.
    async fn wish(&mut self, ids: &Ids, around: DateTime<Utc>) -> Result<()> {
        let day = |days, hours| around + Duration::days(days) + Duration::hours(hours);
        let waiting = ask(&mut self.ben, &ids.eve, &ids.ben, "English", day(2, 1), 45, 1).await?;
        call(
            &mut self.ben,
            "add_message",
            json!({"booking": waiting[0]["id"], "body": "Could we read the second act?"}),
        )
        .await?;
        ask(&mut self.dan, &ids.ada, &ids.dan, "Maths", day(3, 0), 60, 1).await?;
        let other = ask(&mut self.ben, &ids.ada, &ids.ben, "Physics", day(4, 2), 60, 1).await?;
        let (start, end) = (day(4, 4).to_rfc3339(), day(4, 5).to_rfc3339());
        call(
            &mut self.ada,
            "propose_time",
            json!({"booking": other[0]["id"], "start_at": start, "end_at": end, "zone": "Europe/Madrid",
                   "expected_version": other[0]["version"]}),
        )
        .await?;
        Ok(())
    }
}

async fn door(database: &Database, person: &Person) -> Result<Account> {
    let client = database.as_superuser().await?;
    let account: Uuid =
        client.query_one("select id from auth.users where email = $1", &[&person.email]).await?.get(0);
    database.as_account(account).await
}

async fn arrive(office: &mut Account, door: &mut Account, person: &Person) -> Result<Value> {
    let role = person.role.to_lowercase();
    let invitation = call(office, "invite", json!({"role": role})).await?;
    let names = json!({"code": invitation["code"], "first_name": person.first_name(), "zone": person.zone});
    Ok(call(door, "accept_invitation", names).await?["person"].clone())
}

async fn own_person(door: &mut Account) -> Result<Value> {
    let pulled = call(door, "pull_changes", json!({})).await?;
    let changes = pulled["changes"].as_array().context("no changes")?;
    let link = changes.iter().find(|change| change["table"] == "account_people").context("no link")?;
    Ok(link["row"]["person_id"].clone())
}

async fn ask(
    door: &mut Account,
    tutor: &Value,
    student: &Value,
    subject: &str,
    start: DateTime<Utc>,
    minutes: i64,
    weeks: u32,
) -> Result<Vec<Value>> {
    let end = start + Duration::minutes(minutes);
    let asked = call(
        door,
        "request_booking",
        json!({"tutor": tutor, "student": student, "subject": subject, "start_at": start.to_rfc3339(),
               "end_at": end.to_rfc3339(), "zone": "Europe/Madrid", "weeks": weeks}),
    )
    .await?;
    asked["bookings"].as_array().cloned().context("no bookings")
}

async fn approve(door: &mut Account, booking: &Value) -> Result<Value> {
    Ok(call(door, "approve_as_parent", of_booking(booking)).await?["booking"].clone())
}

async fn confirm(door: &mut Account, booking: &Value) -> Result<Value> {
    Ok(call(door, "confirm_booking", of_booking(booking)).await?["session"].clone())
}

fn of_booking(booking: &Value) -> Value {
    json!({"booking": booking["id"], "expected_version": booking["version"]})
}

async fn make_meeting(door: &mut Account, session: &Value, join_url: &str) -> Result<()> {
    let provider = if join_url.contains("zoom") { "zoom" } else { "google_meet" };
    let mut meeting = json!({"session": session["id"], "generation": 1, "device": Uuid::new_v4()});
    call(door, "claim_meeting", meeting.clone()).await?;
    meeting["provider"] = json!(provider);
    meeting["external_id"] = json!(format!("sample-{}", session["id"].as_str().unwrap_or_default()));
    meeting["join_url"] = json!(join_url);
    call(door, "attach_meeting", meeting).await?;
    Ok(())
}

impl Person {
    fn first_name(&self) -> String {
        self.name[..1].to_owned() + &self.name[1..].to_lowercase()
    }
}

const fn person(
    role: &'static str,
    name: &'static str,
    email: &'static str,
    password: &'static str,
    zone: &'static str,
) -> Person {
    Person { role, name, email, password, zone }
}
