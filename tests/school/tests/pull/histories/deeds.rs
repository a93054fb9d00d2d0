//! What people do next: mostly what the moment allows, now and then something that it does not.

use chrono::{DateTime, Duration, Timelike as _, Utc};
use rand::Rng as _;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom as _, IteratorRandom as _};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::line::Who;
use super::company::{Company, list};
use super::truth::{Booking, Session, Truth};

/// A call.
pub struct Deed {
    pub who: Who,
    pub function: &'static str,
    pub arguments: Value,
}

/// What is done; often what leads on to more.
pub const ALL: [&str; 30] = [
    "request_booking",
    "approve_as_parent",
    "confirm_booking",
    "decline_booking",
    "propose_time",
    "accept_proposal",
    "decline_proposal",
    "cancel_booking",
    "cancel_series_from",
    "add_message",
    "move_session",
    "record_opened",
    "send_presence",
    "set_bell",
    "mark_no_show",
    "undo_no_show",
    "answer_no_show",
    "keep_no_show",
    "end_early",
    "mark_held",
    "write_note",
    "set_availability",
    "add_block",
    "remove_block",
    "set_video_connection",
    "link_guardian",
    "end_guardian",
    "approve_tutor",
    "invite_guardian",
    "forget_person",
];

/// How often each is tried, in the order of [`ALL`].
const WEIGHTS: [usize; 30] =
    [18, 10, 18, 2, 10, 10, 8, 5, 6, 5, 5, 4, 3, 2, 14, 12, 12, 24, 3, 3, 8, 1, 2, 2, 1, 4, 4, 2, 1, 1];

struct Scene<'a> {
    rng: &'a mut StdRng,
    company: &'a Company,
    truth: &'a Truth,
    now: DateTime<Utc>,
}

/// Chooses who does what, among that for which there is something to do it with.
pub fn choose(rng: &mut StdRng, company: &Company, truth: &Truth, now: DateTime<Utc>) -> Deed {
    let all: Vec<(&str, usize)> = ALL.into_iter().zip(WEIGHTS).collect();
    let mut scene = Scene { rng, company, truth, now };
    let (function, (mut who, arguments)) = loop {
        let function = all.choose_weighted(scene.rng, |(_, weight)| *weight).unwrap().0;
        if let Some(deed) = scene.deed(function) {
            break (function, deed);
        }
    };
    if scene.rng.random_bool(0.04) {
        who = Who::Account(scene.company.accounts().choose(scene.rng).unwrap());
    }
    Deed { who, function, arguments }
}

impl Scene<'_> {
    fn deed(&mut self, function: &str) -> Option<(Who, Value)> {
        match function {
            "request_booking" => self.ask(),
            "approve_as_parent" | "confirm_booking" | "decline_booking" | "propose_time"
            | "cancel_booking" | "cancel_series_from" | "add_message" => self.with_booking(function),
            "accept_proposal" | "decline_proposal" => self.with_proposal(),
            "set_availability" | "add_block" | "remove_block" | "set_video_connection" => {
                self.as_tutor(function)
            }
            "link_guardian" | "end_guardian" | "approve_tutor" | "invite_guardian" | "forget_person" => {
                self.with_people(function)
            }
            _ => self.with_session(function),
        }
    }

    /// One of few hours of few days, so that people meet in them.
    fn hour(&mut self) -> (String, String) {
        let day = self.now + Duration::days(self.rng.random_range(1..4));
        let start =
            day.with_hour(self.rng.random_range(15..18)).unwrap().with_minute(0).unwrap().with_second(0);
        let start = start.unwrap();
        (start.to_rfc3339(), (start + Duration::hours(1)).to_rfc3339())
    }

    /// The student's own sign-in, or a guardian's.
    fn for_student(&mut self, student: Uuid) -> Who {
        let guardians = self.truth.links.iter().filter(|link| link.person_id == student);
        let guardian = guardians.map(|link| link.account_id).choose(self.rng);
        let own = self.company.own(student);
        Who::Account(guardian.filter(|_| self.rng.random_bool(0.5)).unwrap_or(own))
    }

    fn for_either(&mut self, tutor: Uuid, student: Uuid) -> Who {
        if self.rng.random_bool(0.5) {
            Who::Account(self.company.own(tutor))
        } else {
            self.for_student(student)
        }
    }

    fn ask(&mut self) -> Option<(Who, Value)> {
        let tutor = *self.company.tutors[..2].choose(self.rng)?;
        let student = *self.company.students.choose(self.rng)?;
        let (start_at, end_at) = self.hour();
        let weeks = if self.rng.random_bool(0.15) { 3 } else { 1 };
        let arguments = json!({"tutor": tutor, "student": student, "subject": "Maths", "start_at": start_at, "end_at": end_at,
            "zone": "Europe/Madrid", "weeks": weeks, "skip_clashes": true});
        Some((self.for_student(student), arguments))
    }

    fn with_booking(&mut self, function: &str) -> Option<(Who, Value)> {
        let statuses: &[&str] = match function {
            "approve_as_parent" => &["AWAITING_PARENT"],
            "confirm_booking" | "decline_booking" => &["PENDING", "COUNTER_PROPOSED"],
            "propose_time" => &["PENDING", "COUNTER_PROPOSED", "CONFIRMED", "CONFIRMED"],
            "cancel_booking" => &["PENDING", "AWAITING_PARENT", "COUNTER_PROPOSED", "CONFIRMED", "CONFIRMED"],
            "cancel_series_from" => &["PENDING", "CONFIRMED"],
            _ => &["PENDING", "CONFIRMED", "CANCELLED", "COMPLETED", "EXPIRED", "DECLINED"],
        };
        let truth = self.truth;
        let wanted = |b: &&Booking| {
            statuses.contains(&b.status.as_str())
                && (function != "cancel_series_from" || b.series_id.is_some())
        };
        let b = truth.bookings.iter().filter(wanted).choose(self.rng)?;
        let mut arguments = json!({"booking": b.id, "expected_version": b.version});
        let who = match function {
            "approve_as_parent" => {
                let guardians = truth.links.iter().filter(|link| link.person_id == b.student_id);
                Who::Account(guardians.map(|link| link.account_id).choose(self.rng)?)
            }
            "confirm_booking" => {
                let joins = |s: &&Session| {
                    s.tutor_id == b.tutor_id && s.start_at == b.start_at && s.status == "SCHEDULED"
                };
                arguments["into_session"] =
                    json!(truth.sessions.iter().find(joins).map(|session| session.id));
                Who::Account(self.company.own(b.tutor_id))
            }
            "decline_booking" => Who::Account(self.company.own(b.tutor_id)),
            "add_message" => {
                arguments = json!({"booking": b.id, "body": "I'll bring the book."});
                self.for_either(b.tutor_id, b.student_id)
            }
            "propose_time" => {
                let (start_at, end_at) = self.hour();
                arguments = json!({"booking": b.id, "expected_version": b.version, "start_at": start_at, "end_at": end_at,
                    "zone": "Europe/Madrid"});
                self.for_either(b.tutor_id, b.student_id)
            }
            _ => self.for_either(b.tutor_id, b.student_id),
        };
        Some((who, arguments))
    }

    fn with_proposal(&mut self) -> Option<(Who, Value)> {
        let p = self.truth.proposals.choose(self.rng)?;
        let arguments = json!({"proposal": p.id, "expected_version": p.booking_version});
        let who = match p.side.as_str() {
            "tutor" => self.for_student(p.student_id),
            _ => Who::Account(self.company.own(p.tutor_id)),
        };
        Some((who, arguments))
    }

    fn with_session(&mut self, function: &str) -> Option<(Who, Value)> {
        let truth = self.truth;
        let wanted = |s: &&Session| match function {
            "write_note" => true,
            "record_opened" => s.status != "CANCELLED",
            "undo_no_show" | "answer_no_show" | "keep_no_show" => s.status.starts_with("NO_SHOW"),
            "mark_no_show" | "end_early" | "mark_held" => {
                s.status == "SCHEDULED" && s.start_at.parse::<DateTime<Utc>>().unwrap() <= self.now
            }
            _ => s.status == "SCHEDULED",
        };
        let s = truth.sessions.iter().filter(wanted).choose(self.rng)?;
        let person = *s.participants.choose(self.rng)?;
        let tutor = Who::Account(self.company.own(s.tutor_id));
        let either = self.for_either(s.tutor_id, person);
        let versioned = json!({"session": s.id, "expected_version": s.version});
        let about = json!({"session": s.id, "person": person});
        let mut both = versioned.clone();
        both["person"] = json!(person);
        Some(match function {
            "move_session" => {
                let (start_at, end_at) = self.hour();
                let mut arguments = versioned;
                arguments["start_at"] = json!(start_at);
                arguments["end_at"] = json!(end_at);
                arguments["zone"] = json!("Europe/Madrid");
                (tutor, arguments)
            }
            "write_note" => {
                let kind = *["note", "homework", "plan"].choose(self.rng)?;
                let shared = self.rng.random_bool(0.6);
                let before = truth
                    .notes
                    .iter()
                    .find(|n| (n.session_id, n.kind.as_str(), n.shared) == (s.id, kind, shared));
                let body = if before.is_some() && self.rng.random_bool(0.4) { "" } else { "Page 12." };
                let version = before.map_or(0, |note| note.version);
                (
                    tutor,
                    json!({"session": s.id, "kind": kind, "shared": shared, "body": body, "expected_version": version}),
                )
            }
            "record_opened" => {
                // Around the start, when the one who pressed had no network perhaps.
                let start: DateTime<Utc> = s.start_at.parse().unwrap();
                let mut arguments = about;
                arguments["pressed_at"] = json!(start + Duration::minutes(self.rng.random_range(-9..20)));
                (either, arguments)
            }
            "keep_no_show" => (either, about),
            "set_bell" => {
                let mut arguments = about;
                arguments["bell_on"] = json!(self.rng.random_bool(0.5));
                (self.for_student(person), arguments)
            }
            "send_presence" => {
                let mut arguments = about;
                let presence = *["here", "cant_come", "cant_come"].choose(self.rng)?;
                arguments["presence"] = json!(presence);
                (either, arguments)
            }
            "mark_no_show" | "undo_no_show" => (either, both),
            "answer_no_show" => {
                let mut arguments = about;
                arguments["agrees"] = json!(self.rng.random_bool(0.5));
                (either, arguments)
            }
            _ => (tutor, versioned),
        })
    }

    fn as_tutor(&mut self, function: &str) -> Option<(Who, Value)> {
        let tutor = *self.company.tutors.choose(self.rng)?;
        let who = Who::Account(self.company.own(tutor));
        Some(match function {
            "set_availability" => {
                let version =
                    self.truth.versions.iter().find(|rules| rules.tutor_id == tutor)?.availability_version;
                let rule = |weekday: usize| json!({"weekday": weekday, "from": "15:00", "to": "18:00", "zone": "Europe/Madrid"});
                let rules: Vec<Value> = (1..self.rng.random_range(1..5)).map(rule).collect();
                (who, json!({"tutor": tutor, "rules": rules, "expected_version": version}))
            }
            "add_block" => {
                let (start_at, end_at) = self.hour();
                (who, json!({"tutor": tutor, "start_at": start_at, "end_at": end_at, "reason": "dentist"}))
            }
            "remove_block" => {
                let block = self.truth.blocks.choose(self.rng)?;
                (Who::Account(self.company.own(block.tutor_id)), json!({"block": block.id}))
            }
            _ => {
                let state = *["connected", "sign_in_again", "off"].choose(self.rng)?;
                (who, json!({"tutor": tutor, "provider": "zoom", "state": state, "label": "ada@…"}))
            }
        })
    }

    fn with_people(&mut self, function: &str) -> Option<(Who, Value)> {
        let student = *self.company.students.choose(self.rng)?;
        Some(match function {
            "link_guardian" => {
                // A tutor may have a child of their own at the school.
                let accounts =
                    self.company.others().iter().copied().chain([self.company.own(self.company.tutors[1])]);
                let account = accounts.choose(self.rng)?;
                (Who::School, json!({"account": account, "person": student, "name": "Guardian"}))
            }
            "end_guardian" => {
                let link = self.truth.links.choose(self.rng)?;
                let sides = [
                    Who::School,
                    Who::Account(link.account_id),
                    Who::Account(self.company.own(link.person_id)),
                ];
                (*sides.choose(self.rng)?, json!({"link": link.id}))
            }
            "approve_tutor" => {
                let tutor = *self.company.tutors.choose(self.rng)?;
                (Who::School, json!({"person": tutor, "approved": self.rng.random_bool(0.7)}))
            }
            "invite_guardian" => (Who::Account(self.company.own(student)), json!({"person": student})),
            _ => {
                let everybody = self.company.tutors.iter().chain(&self.company.students);
                (Who::School, json!({"person": everybody.choose(self.rng)?}))
            }
        })
    }
}

/// What the school, or a migration, writes by hand. What is new for a person is written with them in hand.
pub fn by_hand(rng: &mut StdRng, company: &Company, truth: &Truth) -> Option<String> {
    let everybody: Vec<Uuid> = company.tutors.iter().chain(&company.students).copied().collect();
    let nth = rng.random_range(0..1000);
    Some(match rng.random_range(0..14) {
        0 => format!(
            "update public.sessions set subject = 'Maths {nth}' where id = '{}'",
            truth.sessions.choose(rng)?.id
        ),
        1 => {
            let person = *everybody.choose(rng)?;
            format!(
                "{}; update public.people set first_name = 'Name {nth}' where id = '{person}'",
                in_hand(&[person], &[])
            )
        }
        2 => format!(
            "update public.school_settings set name = 'School {nth}', parent_approves = {}",
            rng.random_bool(0.6)
        ),
        3 => format!(
            "update public.bookings set wish = 'wish {nth}' where id = '{}'",
            truth.bookings.choose(rng)?.id
        ),
        4 => {
            let note = truth.notes.choose(rng)?;
            let of_session = format!("from public.sessions s where s.id = '{}'", note.session_id);
            // With the tutor in hand the participants stay the same.
            format!(
                "select private.wait_for(array[s.tutor_id]) {of_session};
                 select private.lock_people(array[s.tutor_id], private.participants(s.id)) {of_session};
                 update public.session_notes set shared = not shared where id = '{}'",
                note.id
            )
        }
        5 => {
            let b = truth.bookings.choose(rng)?;
            format!(
                "{}; insert into public.booking_messages (booking_id, tutor_id, student_id, side, author_account_id, body)
                 select b.id, b.tutor_id, b.student_id, 'tutor', b.asked_by, 'message {nth}' from public.bookings b
                 where b.id = '{}' and b.reached_tutor_at is not null",
                in_hand(&[b.tutor_id], &[b.student_id]),
                b.id
            )
        }
        6 => format!(
            "update public.account_people set name = 'Name {nth}' where id = '{}'",
            truth.links.choose(rng)?.id
        ),
        7 => {
            let link = truth.links.choose(rng)?;
            format!(
                "{}; update public.account_people set ended_at = private.clock() where id = '{}' and ended_at is null",
                in_hand(&[], &[link.person_id]),
                link.id
            )
        }
        8 => format!(
            "delete from public.tutor_availability_rules where tutor_id = '{}'",
            company.tutors.choose(rng)?
        ),
        9 => format!(
            "update public.session_participants set bell_off = not bell_off where session_id = '{}'",
            truth.sessions.choose(rng)?.id
        ),
        10..13 => about_doors(rng, truth)?,
        _ => format!(
            "update public.people set approved_at = case when approved_at is null then private.clock() end where id = '{}'",
            company.tutors.choose(rng)?
        ),
    })
}

/// What changes doors: the school's numbers, or the room of a session. Two rooms, so that many lessons have neighbours.
fn about_doors(rng: &mut StdRng, truth: &Truth) -> Option<String> {
    if rng.random_bool(0.3) {
        return Some(format!(
            "update public.school_settings set join_lead_minutes = {}, join_after_end_minutes = {}",
            rng.random_range(5..61),
            rng.random_range(0..241)
        ));
    }
    let session = truth.sessions.choose(rng)?;
    Some(format!(
        "{}; update public.sessions set join_url = 'https://zoom.us/j/12345678{}' where id = '{}'",
        in_hand(&[session.tutor_id], &[]),
        rng.random_range(0..2),
        session.id
    ))
}

fn in_hand(tutors: &[Uuid], students: &[Uuid]) -> String {
    format!("select private.lock_people(array[{}]::uuid[], array[{}]::uuid[])", list(tutors), list(students))
}
