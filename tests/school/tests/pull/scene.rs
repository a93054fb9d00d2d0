//! A school with its people, a line to it, and what a fresh client sees.

use firstbell_school::{Cast, Cluster};
use serde_json::{Value, json};

use super::line::{Line, Who, literal};
use super::mirror::{Change, Mirror};
use super::view::View;

/// A Monday morning in November; nobody's clock changes that week.
pub const NOW: &str = "2026-11-02 08:00+00";

/// Where stories play.
pub struct Scene {
    pub cast: Cast,
    /// For what commits at once.
    pub line: Line,
    pub view: View,
}

impl Scene {
    pub async fn set() -> Self {
        let database = Cluster::shared().await.unwrap().fresh().await.unwrap();
        database.hold_clock_at(NOW).await.unwrap();
        Self::with(Cast::arrive(database).await.unwrap()).await
    }

    pub async fn with(cast: Cast) -> Self {
        let line = Line::open(&cast.database).await;
        let view = View::of(&cast.database).await;
        Self { cast, line, view }
    }

    pub fn who(&mut self, name: &str) -> Who {
        Who::Account(self.cast.player(name).account)
    }

    /// Somebody's client, which has got everything once.
    pub async fn mirror(&mut self, name: &str) -> Mirror {
        let mut mirror = Mirror::of(self.cast.player(name).account);
        mirror.catch_up(&self.line, 500).await;
        mirror
    }

    /// Lets a client catch up; it has to show what a fresh one sees. Gives what it was told.
    pub async fn catches_up(&self, mirror: &mut Mirror) -> Vec<Change> {
        let told = mirror.catch_up(&self.line, 500).await;
        let mut differences = self.view.differences(&self.line, mirror).await;
        differences.extend(self.view.differences_to_fresh_pull(&self.line, mirror).await);
        assert!(differences.is_empty(), "{}", differences.join("\n"));
        told
    }

    /// Asserts that nothing is told any more.
    pub async fn is_still(&self, mirror: &mut Mirror) {
        let told = mirror.catch_up(&self.line, 500).await;
        assert_eq!(told, [], "told again");
    }

    /// Writes by hand, as the school may, and commits.
    pub async fn by_hand(&self, sql: &str) {
        Line::by_hand(&self.cast.database).await.run(sql).await.unwrap();
    }

    /// What says something about a booking by hand, which asks nobody who has its people in hand.
    pub fn message(&self, booking: &Value, body: &str) -> String {
        format!(
            "insert into public.booking_messages (booking_id, tutor_id, student_id, side, author_account_id, body)
             select b.id, b.tutor_id, b.student_id, 'tutor', b.asked_by, '{body}' from public.bookings b where b.id = {}",
            literal(&booking["id"])
        )
    }

    /// A connection for a transaction that is left open.
    pub async fn another(&self) -> Line {
        Line::open(&self.cast.database).await
    }

    /// A lesson of `student` with `tutor` in a group with those who come to it too; gives each one's booking, and
    /// the session.
    pub async fn group(&mut self, tutor: &str, students: &[&str], start: &str) -> (Vec<Value>, Value) {
        let mut asked = Vec::new();
        for student in students {
            asked.push(self.reaches(student, tutor, start).await);
        }
        let mut session = Value::Null;
        let mut confirmed = Vec::new();
        for booking in asked {
            let arguments = json!({"booking": booking["id"], "expected_version": booking["version"], "into_session": session["id"]});
            let answer = self.cast.player(tutor).call("confirm_booking", arguments).await.unwrap();
            session = answer["session"].clone();
            confirmed.push(answer["booking"].clone());
        }
        (confirmed, session)
    }

    /// A request that has reached the tutor.
    pub async fn reaches(&mut self, student: &str, tutor: &str, start: &str) -> Value {
        let booking = self.cast.ask(student, tutor, start).await.unwrap();
        if booking["status"] != "AWAITING_PARENT" {
            return booking;
        }
        let guardian = if student == "student_dan" { "parent_cleo" } else { "parent_gus" };
        let arguments = json!({"booking": booking["id"], "expected_version": booking["version"]});
        let approved = self.cast.player(guardian).call("approve_as_parent", arguments).await.unwrap();
        approved["booking"].clone()
    }
}

/// The rows of a table among what was told: how many came, and how many were told gone.
pub fn of<'a>(told: &'a [Change], table: &str) -> (Vec<&'a Value>, usize) {
    let ours: Vec<&Change> = told.iter().filter(|change| change.table == table).collect();
    let gone = ours.iter().filter(|change| change.row.is_none()).count();
    (ours.into_iter().filter_map(|change| change.row.as_ref()).collect(), gone)
}
