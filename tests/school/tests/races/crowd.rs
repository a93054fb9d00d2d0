//! Students by the dozen, and tutors whom one sign-in answers for.

use firstbell_school::{Account, Cast, Database};
use rand::{Rng, rngs::StdRng};
use serde_json::{Value, json};
use uuid::Uuid;

/// Requests of one group overlap each other, and none of another group: one of them can be confirmed.
#[derive(Clone, Debug)]
pub struct Wish {
    pub group: usize,
    pub booking: String,
}

pub struct Crowd {
    tutors: Vec<Uuid>,
    /// The own sign-in of all tutors: any connection can answer for any of them.
    pub tutors_account: Uuid,
    students: Vec<Uuid>,
    parents_account: Uuid,
    /// A guardian of all students, so that their requests go straight to the tutors.
    parent: Account,
}

/// In one group of four a student asks as many tutors for one time; in the others as many students ask one tutor.
const GROUP: usize = 20;

impl Crowd {
    /// Twenty tutors and forty students come to the school.
    pub async fn arrive(cast: &mut Cast) -> Self {
        let (tutors_account, parents_account) =
            (cast.player("tutor_ada").account, cast.player("parent_cleo").account);
        let tutors = people(&cast.database, "tutor", GROUP, tutors_account).await;
        let students = people(&cast.database, "student", 2 * GROUP, parents_account).await;
        let parent = cast.database.as_account(parents_account).await.unwrap();
        Self { tutors, tutors_account, students, parents_account, parent }
    }

    /// So many requests for days of this round.
    pub async fn ask(&mut self, round: usize, requests: usize, chance: &mut StdRng) -> Vec<Wish> {
        let mut wishes = Vec::new();
        for nth in 0..requests {
            let (group, place) = (nth / GROUP, nth % GROUP);
            let one_student = group % 4 == 3;
            let (tutor, student) = if one_student {
                (self.tutors[place], self.students[group])
            } else {
                (self.tutors[0], self.students[(group * 7 + place) % self.students.len()])
            };
            // An hour each, at most 45 minutes apart: each overlaps each. Groups are three hours apart.
            let monday = chrono::DateTime::parse_from_rfc3339("2026-11-09T06:00:00Z").unwrap();
            let start = monday
                + chrono::Duration::days(i64::try_from(3 * round + group / 6).unwrap())
                + chrono::Duration::hours(i64::try_from(3 * (group % 6)).unwrap())
                + chrono::Duration::minutes(15 * chance.random_range(0..4));
            let end = start + chrono::Duration::hours(1);
            let arguments = json!({"request_id": Uuid::new_v4(), "tutor": tutor, "student": student,
                "subject": "Maths", "start_at": start.to_rfc3339(), "end_at": end.to_rfc3339(),
                "zone": "Europe/Madrid"});
            let asked: Value = self.parent.call("request_booking", &arguments).await.unwrap();
            let booking = asked["bookings"][0]["id"].as_str().unwrap().to_owned();
            wishes.push(Wish { group, booking });
        }
        wishes
    }

    /// A session of the nth tutor with eight of the students, the same for each tutor; and the tutor's door.
    pub async fn group(&self, database: &Database, nth: usize, hour: u32) -> (Account, Value) {
        let [start, end] = [0, 1].map(|more| format!("2026-11-30T{:02}:00:00Z", hour + more));
        let mut tutor = database.as_account(self.tutors_account).await.unwrap();
        let mut parent = database.as_account(self.parents_account).await.unwrap();
        let mut bookings = Vec::new();
        for student in &self.students[..8] {
            let ask = json!({"request_id": Uuid::new_v4(), "tutor": self.tutors[nth], "student": student,
                "subject": "Maths", "start_at": start, "end_at": end, "zone": "Europe/Madrid"});
            let asked = parent.call("request_booking", &ask).await.unwrap();
            bookings.push(asked["bookings"][0]["id"].clone());
        }
        // All have asked before the first one takes the time.
        let mut session = Value::Null;
        for booking in bookings {
            let confirm = json!({"request_id": Uuid::new_v4(), "booking": booking, "expected_version": 1,
                "into_session": session});
            session = tutor.call("confirm_booking", &confirm).await.unwrap()["session"]["id"].clone();
        }
        (tutor, session)
    }
}

/// People of one kind, for whom one account acts.
pub async fn people(database: &Database, kind: &str, count: usize, account: Uuid) -> Vec<Uuid> {
    let client = database.as_superuser().await.unwrap();
    let rows = client
        .query(
            "with new as (
               insert into public.people (kind, first_name, zone, approved_at)
               select $1, 'Nth ' || nth, 'Europe/Madrid', case $1 when 'tutor' then private.clock() end
               from generate_series(1, $2::bigint) as nth returning id)
             insert into public.account_people (account_id, person_id, relation)
             select $3, new.id, case $1 when 'tutor' then 'self' else 'guardian' end from new returning person_id",
            &[&kind, &i64::try_from(count).unwrap(), &account],
        )
        .await
        .unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}
