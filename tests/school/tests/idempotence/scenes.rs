//! For each function that writes: a moment in which somebody calls it with success.

use firstbell_school::Cast;
use serde_json::{Value, json};
use uuid::Uuid;

/// Who calls is the school itself.
pub const SCHOOL: &str = "the school";

/// A call that succeeds.
pub struct Scene {
    pub who: &'static str,
    /// All of them but the request id, also those with a default.
    pub arguments: Value,
    /// SQL after which the same call is refused, and what takes that back.
    pub hinder: String,
    pub relieve: String,
}

impl Scene {
    /// The arguments as they are sent.
    pub fn with_id(&self, request_id: &Value) -> Value {
        let mut sent = self.arguments.clone();
        sent["request_id"] = request_id.clone();
        sent
    }
}

/// All that write. A function of the school that is not here fails the test.
pub const FUNCTIONS: [&str; 38] = [
    "accept_invitation",
    "accept_proposal",
    "add_block",
    "add_message",
    "admit",
    "answer_no_show",
    "approve_as_parent",
    "approve_tutor",
    "ask_to_join",
    "attach_meeting",
    "cancel_booking",
    "cancel_series_from",
    "claim_meeting",
    "confirm_booking",
    "decline_booking",
    "decline_proposal",
    "end_early",
    "end_guardian",
    "forget_person",
    "invite",
    "invite_guardian",
    "keep_no_show",
    "link_guardian",
    "mark_held",
    "mark_no_show",
    "move_session",
    "propose_time",
    "record_opened",
    "release_meeting",
    "remove_block",
    "request_booking",
    "send_presence",
    "set_availability",
    "set_bell",
    "set_video_connection",
    "turn_away",
    "undo_no_show",
    "write_note",
];

const START: &str = "2026-11-04T16:00:00Z";
const END: &str = "2026-11-04T17:00:00Z";
const LATER: [&str; 2] = ["2026-11-05T16:00:00Z", "2026-11-05T17:00:00Z"];

/// Brings everybody to where `function` can be called.
pub async fn set(cast: &mut Cast, function: &str) -> Scene {
    match function {
        "request_booking" => {
            let (tutor, student) = (cast.person("tutor_ada"), cast.person("student_ben"));
            let arguments = json!({"tutor": tutor, "student": student, "subject": "Maths", "start_at": START,
                "end_at": END, "zone": "Europe/Madrid", "wish": "Fractions", "weeks": 3, "skip_clashes": true});
            by(cast, "student_ben", arguments)
        }
        "approve_as_parent" => {
            let booking = cast.ask("student_dan", "tutor_ada", START).await.unwrap();
            by(cast, "parent_cleo", of(&booking, json!({})))
        }
        "confirm_booking" => with_a_request(cast, "tutor_ada", json!({"into_session": null})).await,
        "decline_booking" => with_a_request(cast, "tutor_ada", json!({"reason": "Away"})).await,
        "cancel_booking" => with_a_request(cast, "student_ben", json!({"reason": "Ill"})).await,
        "cancel_series_from" => {
            let mut asked = set_series(cast).await;
            asked["reason"] = json!("Exams");
            by(cast, "student_ben", asked)
        }
        "propose_time" => {
            let time = json!({"start_at": LATER[0], "end_at": LATER[1], "zone": "Europe/Madrid"});
            with_a_request(cast, "tutor_ada", time).await
        }
        "accept_proposal" | "decline_proposal" => with_a_proposal(cast).await,
        "add_message" => {
            let booking = cast.ask("student_ben", "tutor_ada", START).await.unwrap();
            by(cast, "student_ben", json!({"booking": booking["id"], "body": "Until then!"}))
        }
        "invite" | "invite_guardian" | "accept_invitation" | "link_guardian" | "end_guardian"
        | "approve_tutor" | "forget_person" => with_people(cast, function).await,
        "ask_to_join" | "admit" | "turn_away" => with_a_stranger(cast, function).await,
        "set_video_connection" | "set_availability" | "add_block" | "remove_block" => {
            with_a_tutor(cast, function).await
        }
        of_a_session => with_a_session(cast, of_a_session).await,
    }
}

/// Called by somebody, who is refused while their sign-in is linked to nobody.
fn by(cast: &mut Cast, who: &'static str, arguments: Value) -> Scene {
    let account = cast.player(who).account;
    let link = |ended: &str| {
        format!("update public.account_people set ended_at = {ended} where account_id = '{account}'")
    };
    Scene { who, arguments, hinder: link("private.clock()"), relieve: link("null") }
}

/// Called by the school, which is refused while the person is forgotten.
fn by_the_school(person: Uuid, arguments: Value) -> Scene {
    let person = |forgotten: &str| {
        format!("update public.people set forgotten_at = {forgotten} where id = '{person}'")
    };
    Scene { who: SCHOOL, arguments, hinder: person("private.clock()"), relieve: person("null") }
}

/// Adds the booking, and the version that was seen.
fn of(booking: &Value, mut arguments: Value) -> Value {
    arguments["booking"] = booking["id"].clone();
    arguments["expected_version"] = booking["version"].clone();
    arguments
}

async fn with_a_request(cast: &mut Cast, who: &'static str, arguments: Value) -> Scene {
    let booking = cast.ask("student_ben", "tutor_ada", START).await.unwrap();
    by(cast, who, of(&booking, arguments))
}

async fn set_series(cast: &mut Cast) -> Value {
    let (tutor, student) = (cast.person("tutor_ada"), cast.person("student_ben"));
    let asked = json!({"tutor": tutor, "student": student, "subject": "Maths", "start_at": START, "end_at": END,
        "zone": "Europe/Madrid", "weeks": 3});
    let asked = cast.player("student_ben").call("request_booking", asked).await.unwrap();
    of(&asked["bookings"][1], json!({}))
}

async fn with_a_proposal(cast: &mut Cast) -> Scene {
    let booking = cast.ask("student_ben", "tutor_ada", START).await.unwrap();
    let time = json!({"start_at": LATER[0], "end_at": LATER[1], "zone": "Europe/Madrid"});
    let proposed = cast.player("tutor_ada").call("propose_time", of(&booking, time)).await.unwrap();
    let proposal = cast.read_one("select id from public.booking_proposals").await.unwrap();
    let version = &proposed["booking"]["version"];
    by(cast, "student_ben", json!({"proposal": proposal, "expected_version": version}))
}

async fn with_people(cast: &mut Cast, function: &str) -> Scene {
    let (nina, kim, sam) =
        (cast.person("tutor_nina"), cast.person("student_kim"), cast.player("stranger_sam").account);
    match function {
        "invite" => by_the_school(kim, json!({"role": "student", "person": kim, "days": 7})),
        "invite_guardian" => by(cast, "student_kim", json!({"person": kim})),
        "link_guardian" => by_the_school(kim, json!({"account": sam, "person": kim, "name": "Sam"})),
        "approve_tutor" => by_the_school(nina, json!({"person": nina, "approved": true})),
        "forget_person" => {
            cast.lesson("student_kim", "tutor_ada", START).await.unwrap();
            by(cast, "student_kim", json!({"person": kim}))
        }
        "end_guardian" => {
            let link =
                cast.read_one("select id from public.account_people where name = 'Gus'").await.unwrap();
            by(cast, "parent_gus", json!({"link": link}))
        }
        _ => {
            let invitation = cast.school("invite", json!({"role": "student"})).await.unwrap();
            let used = |at: &str| {
                format!(
                    "update public.invitations set used_at = {at} where used_by is null and role = 'student'"
                )
            };
            Scene {
                who: "stranger_sam",
                arguments: json!({"code": invitation["code"], "first_name": "Sam", "last_name": "Example",
                    "zone": "Europe/Madrid"}),
                hinder: used("private.clock()"),
                relieve: used("null"),
            }
        }
    }
}

async fn with_a_stranger(cast: &mut Cast, function: &str) -> Scene {
    let account = cast.player("stranger_sam").account;
    let ask = json!({"role": "student", "first_name": "Sam", "last_name": "Example", "zone": "Europe/Madrid",
        "note": "I am new here.", "child": ""});
    if function == "ask_to_join" {
        let confirmed =
            |at: &str| format!("update auth.users set email_confirmed_at = {at} where id = '{account}'");
        return Scene {
            who: "stranger_sam",
            arguments: ask,
            hinder: confirmed("null"),
            relieve: confirmed("now()"),
        };
    }
    let asked = cast.player("stranger_sam").call("ask_to_join", ask).await.unwrap();
    if function == "admit" {
        // Whom the school has entered, and who has no sign-in yet.
        let entered = "insert into public.people (kind, first_name, zone) values ('student', 'Sam', 'UTC') returning id";
        let client = cast.database.as_superuser().await.unwrap();
        let person: Uuid = client.query_one(entered, &[]).await.unwrap().get(0);
        return by_the_school(person, json!({"request": asked["request"], "person": person}));
    }
    let elsewhere = Uuid::new_v4();
    let id =
        |from: &str, to: &str| format!("update public.join_requests set id = '{to}' where id = '{from}'");
    let request = asked["request"].as_str().unwrap();
    Scene {
        who: SCHOOL,
        arguments: json!({"request": request, "reason": "We are full."}),
        hinder: id(request, &elsewhere.to_string()),
        relieve: id(&elsewhere.to_string(), request),
    }
}

async fn with_a_tutor(cast: &mut Cast, function: &str) -> Scene {
    let tutor = cast.person("tutor_ada");
    let busy =
        json!({"tutor": tutor, "start_at": START, "end_at": END, "reason": "Dentist", "source": "own"});
    let arguments = match function {
        "set_video_connection" => {
            json!({"tutor": tutor, "provider": "zoom", "state": "connected", "label": "ada@school.example"})
        }
        "set_availability" => {
            let rule = json!({"weekday": 3, "from": "15:00", "to": "24:00", "zone": "Europe/Madrid"});
            json!({"tutor": tutor, "rules": [rule], "expected_version": 1})
        }
        "add_block" => busy,
        _ => cast.player("tutor_ada").call("add_block", busy).await.unwrap(),
    };
    by(cast, "tutor_ada", arguments)
}

async fn with_a_session(cast: &mut Cast, function: &str) -> Scene {
    let lesson = cast.lesson("student_ben", "tutor_ada", START).await.unwrap();
    let ben = cast.person("student_ben");
    let (session, version) = (lesson["session"]["id"].clone(), lesson["session"]["version"].clone());
    let device = Uuid::new_v4();
    let lease = json!({"session": session, "generation": 1, "device": device});
    let mut arguments = match function {
        "move_session" => json!({"start_at": LATER[0], "end_at": LATER[1], "zone": "Europe/Madrid"}),
        "claim_meeting" | "attach_meeting" | "release_meeting" => lease.clone(),
        "record_opened" => json!({"person": null, "pressed_at": "2026-11-02T07:58:00Z"}),
        "send_presence" => json!({"presence": "late", "minutes": 10, "person": ben}),
        "set_bell" => json!({"bell_on": false, "person": ben}),
        "mark_no_show" | "undo_no_show" | "answer_no_show" | "keep_no_show" => json!({"person": ben}),
        "write_note" => json!({"kind": "homework", "shared": true, "body": "Page 12", "expected_version": 0}),
        "end_early" | "mark_held" => json!({}),
        other => panic!("{other} has no scene"),
    };
    arguments["session"] = session.clone();
    if ["move_session", "mark_no_show", "undo_no_show", "end_early", "mark_held"].contains(&function) {
        arguments["expected_version"] = version.clone();
    }
    match function {
        "attach_meeting" | "release_meeting" => {
            cast.player("tutor_ada").call("claim_meeting", lease).await.unwrap();
            if function == "attach_meeting" {
                arguments["provider"] = json!("zoom");
                arguments["external_id"] = json!("8123");
                arguments["join_url"] = json!("https://zoom.us/j/8123");
            } else {
                arguments["anew"] = json!(true);
            }
        }
        "mark_no_show" | "undo_no_show" | "answer_no_show" | "keep_no_show" | "end_early" | "mark_held" => {
            cast.database.hold_clock_at("2026-11-04 16:20+00").await.unwrap();
        }
        _ => {}
    }
    if ["undo_no_show", "answer_no_show", "keep_no_show"].contains(&function) {
        let mark = json!({"session": session, "expected_version": version});
        let marked = cast.player("tutor_ada").call("mark_no_show", mark).await.unwrap();
        match function {
            "undo_no_show" => arguments["expected_version"] = marked["session"]["version"].clone(),
            "answer_no_show" => arguments["agrees"] = json!(false),
            _ => {
                let press = json!({"session": session, "pressed_at": "2026-11-04T16:05:00Z"});
                cast.player("student_ben").call("record_opened", press).await.unwrap();
            }
        }
    }
    let by_the_student = ["answer_no_show", "send_presence", "set_bell"].contains(&function);
    by(cast, if by_the_student { "student_ben" } else { "tutor_ada" }, arguments)
}
