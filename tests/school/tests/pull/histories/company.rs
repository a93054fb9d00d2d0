//! The people of one history.

use uuid::Uuid;

use super::super::line::{Line, Who};

/// Sign-ins, in the order of their people; then the guardians of Dan and Kim, and somebody who is nobody yet.
const NAMES: [&str; 9] = ["ada", "eve", "nina", "ben", "dan", "kim", "cleo", "gus", "sam"];

/// Three tutors of whom Nina is not approved, three students, two guardians, a stranger.
pub struct Company {
    accounts: Vec<Uuid>,
    pub tutors: Vec<Uuid>,
    pub students: Vec<Uuid>,
}

impl Company {
    /// Enters them by hand, because that is quick; how people come by themselves is told elsewhere.
    pub async fn arrive(system: &Line) -> Self {
        let new = |count: usize| (0..count).map(|_| Uuid::new_v4()).collect::<Vec<_>>();
        let company = Self { accounts: new(NAMES.len()), tutors: new(3), students: new(3) };
        let mut people = Vec::new();
        let mut links = Vec::new();
        for (at, person) in company.tutors.iter().chain(&company.students).enumerate() {
            let kind = if at < 3 { "tutor" } else { "student" };
            let approved = if at < 2 { "private.clock()" } else { "null" };
            people.push(format!("('{person}', '{kind}', '{}', 'Europe/Madrid', {approved})", NAMES[at]));
            links.push(format!("('{}', '{person}', 'self', '{}')", company.accounts[at], NAMES[at]));
        }
        for (guardian, child) in [(6, 1), (7, 2)] {
            let (account, person) = (company.accounts[guardian], company.students[child]);
            links.push(format!("('{account}', '{person}', 'guardian', '{}')", NAMES[guardian]));
        }
        let users: Vec<String> = company.accounts.iter().map(|account| format!("('{account}')")).collect();
        let (users, people, links) = (users.join(", "), people.join(", "), links.join(", "));
        system
            .run(&format!(
                "insert into auth.users (id) values {users};
                 insert into public.people (id, kind, first_name, zone, approved_at) values {people};
                 insert into public.account_people (account_id, person_id, relation, name) values {links};"
            ))
            .await
            .unwrap();
        let [ada, eve] = [company.tutors[0], company.tutors[1]];
        company.lesson(system, eve, &[company.students[0]], "2026-11-03 15:00+00").await;
        company.lesson(system, ada, &[company.students[1], company.students[2]], "2026-11-03 16:00+00").await;
        company
    }

    /// A lesson that was agreed before the history begins.
    async fn lesson(&self, system: &Line, tutor: Uuid, students: &[Uuid], start: &str) {
        let session = Uuid::new_v4();
        let times = format!("'{start}', '{start}'::timestamptz + interval '1 hour', 'Europe/Madrid'");
        let mut sql = format!(
            "insert into public.sessions (id, tutor_id, subject, scheduled_start_at, scheduled_end_at, zone)
             values ('{session}', '{tutor}', 'Maths', {times});"
        );
        for student in students {
            let booking = Uuid::new_v4();
            let asked_by = self.own(*student);
            sql += &format!(
                "insert into public.bookings (id, tutor_id, student_id, subject, start_at, end_at, zone, stored_status, asked_by,
                   reached_tutor_at, session_id)
                 values ('{booking}', '{tutor}', '{student}', 'Maths', {times}, 'CONFIRMED', '{asked_by}', now(), '{session}');
                 insert into public.session_participants (session_id, tutor_id, person_id, booking_id)
                 values ('{session}', '{tutor}', '{student}', '{booking}');"
            );
        }
        system.run(&sql).await.unwrap();
    }

    /// Nobody of a later history sees these tutors.
    pub async fn leave(&self, system: &Line) {
        let tutors = list(&self.tutors);
        system
            .run(&format!(
                "update public.people set approved_at = null where id in ({tutors}) and approved_at is not null;
                 update public.school_settings set parent_approves = true"
            ))
            .await
            .unwrap();
    }

    pub fn accounts(&self) -> impl Iterator<Item = Uuid> {
        self.accounts.iter().copied()
    }

    /// The sign-in of somebody's own.
    pub fn own(&self, person: Uuid) -> Uuid {
        let at = self.tutors.iter().chain(&self.students).position(|one| *one == person).unwrap();
        self.accounts[at]
    }

    /// Those who are nobody's own: guardians, of now or later.
    pub fn others(&self) -> &[Uuid] {
        &self.accounts[6..]
    }

    pub fn name(&self, account: Uuid) -> &'static str {
        NAMES[self.accounts.iter().position(|one| *one == account).unwrap()]
    }

    pub fn name_of(&self, who: Who) -> &'static str {
        match who {
            Who::Account(account) => self.name(account),
            Who::School => "the school",
        }
    }
}

/// Ids, as they stand in a statement.
pub fn list(ids: &[Uuid]) -> String {
    ids.iter().map(|id| format!("'{id}'")).collect::<Vec<_>>().join(", ")
}
