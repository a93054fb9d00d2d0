//! What stands in the school now, read past everything, so that people can choose what to do.

use serde::Deserialize;
use uuid::Uuid;

use super::super::line::Line;
use super::company::{Company, list};

#[derive(Deserialize)]
pub struct Truth {
    pub bookings: Vec<Booking>,
    pub proposals: Vec<Proposal>,
    pub sessions: Vec<Session>,
    pub notes: Vec<Note>,
    pub links: Vec<Link>,
    pub blocks: Vec<Block>,
    pub versions: Vec<Rules>,
}

#[derive(Deserialize)]
pub struct Booking {
    pub id: Uuid,
    pub tutor_id: Uuid,
    pub student_id: Uuid,
    pub series_id: Option<Uuid>,
    pub start_at: String,
    pub status: String,
    pub version: i32,
}

#[derive(Deserialize)]
pub struct Proposal {
    pub id: Uuid,
    pub side: String,
    pub tutor_id: Uuid,
    pub student_id: Uuid,
    pub booking_version: i32,
}

#[derive(Deserialize)]
pub struct Session {
    pub id: Uuid,
    pub tutor_id: Uuid,
    pub status: String,
    pub start_at: String,
    pub version: i32,
    pub participants: Vec<Uuid>,
}

#[derive(Deserialize)]
pub struct Note {
    pub id: Uuid,
    pub session_id: Uuid,
    pub kind: String,
    pub shared: bool,
    pub version: i32,
}

#[derive(Deserialize)]
pub struct Link {
    pub id: Uuid,
    pub account_id: Uuid,
    pub person_id: Uuid,
}

#[derive(Deserialize)]
pub struct Block {
    pub id: Uuid,
    pub tutor_id: Uuid,
}

#[derive(Deserialize)]
pub struct Rules {
    pub tutor_id: Uuid,
    pub availability_version: i32,
}

impl Truth {
    pub async fn read(system: &Line, company: &Company) -> Self {
        let (tutors, students) = (list(&company.tutors), list(&company.students));
        let rows = |name: &str, query: &str| {
            format!("'{name}', (select coalesce(jsonb_agg(to_jsonb(r)), '[]') from ({query}) as r)")
        };
        let parts = [
            rows("bookings", &format!("select b.id, b.tutor_id, b.student_id, b.series_id, b.start_at, b.status, b.version
                from public.bookings b where b.student_id in ({students}) order by b.start_at, b.id")),
            rows("proposals", &format!("select p.id, p.side, p.tutor_id, p.student_id, b.version as booking_version
                from public.booking_proposals p join public.bookings b on b.id = p.booking_id
                where p.tutor_id in ({tutors}) and p.stored_status = 'OPEN' order by p.id")),
            rows("sessions", &format!("select s.id, s.tutor_id, s.status, s.scheduled_start_at as start_at, s.version,
                private.participants(s.id) as participants
                from public.sessions s where s.tutor_id in ({tutors}) order by s.scheduled_start_at, s.id")),
            rows("notes", &format!("select n.id, n.session_id, n.kind, n.shared, n.version
                from public.session_notes n where n.tutor_id in ({tutors}) order by n.id")),
            rows("links", &format!("select a.id, a.account_id, a.person_id from public.account_people a
                where a.person_id in ({students}) and a.relation = 'guardian' and a.ended_at is null order by a.id")),
            rows("blocks", &format!("select b.id, b.tutor_id from public.tutor_unavailability_blocks b
                where b.tutor_id in ({tutors}) order by b.id")),
            rows("versions", &format!("select p.id as tutor_id, p.availability_version from public.people p
                where p.id in ({tutors})")),
        ];
        let text = system.run(&format!("select jsonb_build_object({})", parts.join(", "))).await.unwrap();
        serde_json::from_str(&text.unwrap()).unwrap()
    }
}
