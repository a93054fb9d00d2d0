//! The people of a test's school: who they are, their sign-ins, and what they call.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::asking::{Refusal, call};
use crate::{Account, Database};

/// A school with its people, made by the functions that a real school calls.
pub struct Cast {
    /// Where they are.
    pub database: Database,
    players: BTreeMap<&'static str, Player>,
    school: Account,
}

/// Somebody with a sign-in.
pub struct Player {
    /// `tutor_ada`.
    pub name: &'static str,
    /// The sign-in.
    pub account: Uuid,
    /// For a tutor or student themselves; for a guardian the child.
    pub person: Uuid,
    door: Account,
}

/// Role, first name and zone of those who come by themselves; a student's guardians follow.
const PEOPLE: [(&str, &str, &str, &str); 6] = [
    ("tutor_ada", "tutor", "Ada", "Europe/Madrid"),
    ("tutor_eve", "tutor", "Eve", "Europe/London"),
    ("tutor_nina", "tutor", "Nina", "Europe/Madrid"),
    ("student_ben", "student", "Ben", "America/New_York"),
    ("student_dan", "student", "Dan", "Europe/Madrid"),
    ("student_kim", "student", "Kim", "Asia/Kolkata"),
];

/// Guardians and the child of each.
const GUARDIANS: [(&str, &str, &str); 3] = [
    ("parent_cleo", "Cleo", "student_dan"),
    ("parent_gus", "Gus", "student_kim"),
    ("former_fay", "Fay", "student_dan"),
];

impl Cast {
    /// Brings everybody into a school: Ada and Eve are approved tutors, Nina is not; Cleo is Dan's guardian, Gus is
    /// Kim's, Fay was Dan's; Ben is grown up. `stranger_sam` has a sign-in and nothing else.
    ///
    /// # Errors
    /// When a function refuses.
    pub async fn arrive(database: Database) -> Result<Self> {
        let school = database.as_service().await?;
        let mut cast = Self { database, players: BTreeMap::new(), school };
        for (name, role, first_name, zone) in PEOPLE {
            let invitation = cast.school("invite", json!({"role": role})).await?;
            cast.accept(
                name,
                &invitation,
                json!({"first_name": first_name, "last_name": "Example", "zone": zone}),
            )
            .await?;
        }
        for tutor in ["tutor_ada", "tutor_eve"] {
            let person = cast.person(tutor);
            cast.school("approve_tutor", json!({"person": person})).await?;
        }
        for (name, first_name, child) in GUARDIANS {
            let person = cast.person(child);
            let invitation = cast.player(child).call("invite_guardian", json!({"person": person})).await?;
            cast.accept(name, &invitation, json!({"first_name": first_name})).await?;
        }
        let link = cast.read_one("select id from public.account_people where name = 'Fay'").await?;
        cast.player("former_fay").call("end_guardian", json!({"link": link})).await?;
        cast.newcomer("stranger_sam").await?;
        Ok(cast)
    }

    /// Somebody who has a sign-in with a confirmed address, and nothing else.
    ///
    /// # Errors
    /// When somebody is called that already.
    pub async fn newcomer(&mut self, name: &'static str) -> Result<()> {
        let account = self.database.sign_up(&format!("{name}@school.example"), &json!({})).await?;
        let door = self.database.as_account(account).await?;
        self.players.insert(name, Player { name, account, person: Uuid::nil(), door });
        Ok(())
    }

    async fn accept(&mut self, name: &'static str, invitation: &Value, mut names: Value) -> Result<()> {
        let account = self.database.sign_up(&format!("{name}@school.example"), &json!({})).await?;
        let mut player =
            Player { name, account, person: Uuid::nil(), door: self.database.as_account(account).await? };
        names["code"] = invitation["code"].clone();
        let accepted = player.call("accept_invitation", names).await?;
        player.person = accepted["person"].as_str().context("no person")?.parse()?;
        self.players.insert(name, player);
        Ok(())
    }

    /// Somebody, by name.
    ///
    /// # Panics
    /// When nobody is called that.
    pub fn player(&mut self, name: &str) -> &mut Player {
        let Some(player) = self.players.get_mut(name) else { panic!("nobody is called {name}") };
        player
    }

    /// Somebody's person: their own, or a guardian's child.
    ///
    /// # Panics
    /// When nobody is called that.
    #[must_use]
    pub fn person(&self, name: &str) -> Uuid {
        let Some(player) = self.players.get(name) else { panic!("nobody is called {name}") };
        player.person
    }

    /// Everybody's name.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.players.keys().copied()
    }

    /// The school itself calls a function, with its secret key. A request id is given where none is.
    ///
    /// # Errors
    /// What the function refuses.
    pub async fn school(&mut self, function: &str, arguments: Value) -> Result<Value, Refusal> {
        call(&mut self.school, function, arguments).await
    }

    /// Reads one value past row-level security.
    ///
    /// # Errors
    /// When the query fails or gives none.
    pub async fn read_one(&self, query: &str) -> Result<Value> {
        let client = self.database.as_superuser().await?;
        let rows = client.query(&format!("select to_jsonb(one) from ({query}) as rows (one)"), &[]).await?;
        match &rows[..] {
            [row] => Ok(row.get(0)),
            rows => bail!("{} rows for {query}", rows.len()),
        }
    }

    /// `student` asks `tutor` for an hour that starts at `start` (RFC 3339), and gets the booking.
    ///
    /// # Errors
    /// What the function refuses.
    pub async fn ask(&mut self, student: &str, tutor: &str, start: &str) -> Result<Value, Refusal> {
        let (person, tutor) = (self.person(student), self.person(tutor));
        let asked = self.player(student).ask(tutor, person, start).await?;
        Ok(asked["bookings"][0].clone())
    }

    /// The same, confirmed at once; gives booking and session.
    ///
    /// # Errors
    /// What a function refuses.
    pub async fn lesson(&mut self, student: &str, tutor: &str, start: &str) -> Result<Value, Refusal> {
        let booking = self.ask(student, tutor, start).await?;
        let booking = if booking["status"] == "AWAITING_PARENT" {
            let guardian = if student == "student_dan" { "parent_cleo" } else { "parent_gus" };
            let (id, version) = (&booking["id"], &booking["version"]);
            let approved = self
                .player(guardian)
                .call("approve_as_parent", json!({"booking": id, "expected_version": version}))
                .await?;
            approved["booking"].clone()
        } else {
            booking
        };
        let (id, version) = (&booking["id"], &booking["version"]);
        self.player(tutor).call("confirm_booking", json!({"booking": id, "expected_version": version})).await
    }
}

impl Player {
    /// Calls a function of the school. A request id is given where none is.
    ///
    /// # Errors
    /// What the function refuses.
    pub async fn call(&mut self, function: &str, arguments: Value) -> Result<Value, Refusal> {
        call(&mut self.door, function, arguments).await
    }

    /// The connection itself.
    pub fn door(&mut self) -> &mut Account {
        &mut self.door
    }

    async fn ask(&mut self, tutor: Uuid, student: Uuid, start: &str) -> Result<Value, Refusal> {
        let end = one_hour_after(start);
        self.call(
            "request_booking",
            json!({"tutor": tutor, "student": student, "subject": "Maths", "start_at": start, "end_at": end, "zone": "Europe/Madrid"}),
        )
        .await
    }
}

fn one_hour_after(start: &str) -> String {
    let end = chrono::DateTime::parse_from_rfc3339(start).map(|start| start + chrono::Duration::hours(1));
    end.map_or_else(|_| start.to_owned(), |end| end.to_rfc3339())
}
