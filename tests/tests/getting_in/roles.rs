//! Student, tutor and parent, with an invitation and without one, at the school of `./dev server`.

use firstbell_core::app::getting_in::{Form, Step};
use firstbell_core::app::school_asks::SchoolReply;
use firstbell_core::error::Code;
use firstbell_core::sign_in::{JoinRequestState, OpenSignUp, SchoolRole, SchoolState};
use firstbell_school::Server;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::desk::{Desk, PASSWORD, form, fresh_email, refused};

/// One school for these tests, which confirms no addresses.
pub async fn northside() -> &'static Server {
    static SERVER: OnceCell<Server> = OnceCell::const_new();
    SERVER
        .get_or_init(|| async {
            let server = Server::start().await.unwrap();
            let sql = "update public.school_settings set name = 'Northside'";
            server.connect().await.unwrap().batch_execute(sql).await.unwrap();
            server
        })
        .await
}

async fn ask(server: &Server, sql: &str) -> Value {
    let row = server.connect().await.unwrap().query_one(sql, &[]).await.unwrap();
    row.get(0)
}

/// The code of a new invitation.
pub async fn invite(server: &Server, role: &str) -> String {
    let answer = ask(server, &format!("select public.invite(gen_random_uuid(), '{role}')")).await;
    answer["code"].as_str().unwrap().to_owned()
}

/// The id of a child whom the school has entered.
async fn child(server: &Server, name: &str) -> String {
    let sql = format!(
        "insert into public.people (kind, first_name, last_name, zone) values ('student', '{name}', 'Okafor', 'UTC')
         returning to_jsonb(id)"
    );
    ask(server, &sql).await.as_str().unwrap().to_owned()
}

pub fn link(server: &Server, code: &str) -> String {
    let whole = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("school", server.url())
        .append_pair("key", server.publishable_key())
        .append_pair("code", code)
        .finish();
    format!("firstbell://join?{whole}")
}

/// Ben, in by an invitation.
pub async fn signed_up_student(desk: &Desk, server: &Server) -> String {
    let code = invite(server, "student").await;
    desk.app.read_invitation(&link(server, &code)).await.unwrap();
    desk.app.go_on_with_invitation(false).await.unwrap();
    let email = fresh_email("ben");
    let step = desk.app.sign_up(form(&email, SchoolRole::Student), PASSWORD.into()).await.unwrap();
    assert!(matches!(step, Step::Arrived { role: SchoolRole::Student, .. }), "{step:?}");
    email
}

#[tokio::test]
async fn each_role_gets_in_by_its_invitation_which_is_used_up_by_that() {
    let server = northside().await;
    let dan = child(server, "Dan").await;
    let guardian =
        ask(server, &format!("select public.invite(gen_random_uuid(), 'guardian', '{dan}')")).await;
    for (role, code, approved) in [
        (SchoolRole::Student, invite(server, "student").await, true),
        (SchoolRole::Tutor, invite(server, "tutor").await, false),
        (SchoolRole::Guardian, guardian["code"].as_str().unwrap().to_owned(), true),
    ] {
        let desk = Desk::new().await;
        desk.app.read_invitation(&link(server, &code)).await.unwrap();
        let step = desk.app.go_on_with_invitation(false).await.unwrap();
        let Step::Door { school, role: invited, .. } = step else { panic!("{step:?}") };
        assert_eq!((school.as_str(), invited), ("Northside", Some(role)));
        // As what one comes is the invitation's, whatever is said.
        let step =
            desk.app.sign_up(form(&fresh_email("ada"), SchoolRole::Student), PASSWORD.into()).await.unwrap();
        assert_eq!(step, Step::Arrived { school: "Northside".to_owned(), role, approved });
        let schools = desk.app.schools().await.unwrap();
        assert_eq!((schools.len(), schools[0].state), (1, SchoolState::In));
        let today = desk.app.today(2).await.unwrap();
        assert_eq!(today.schools, ["Northside"]);
        // Somebody else with the same code is told before an account is made.
        let desk = Desk::new().await;
        desk.app.read_invitation(&link(server, &code)).await.unwrap();
        assert_eq!(refused(desk.app.go_on_with_invitation(false).await).0, Code::InvitationOver);
    }
}

#[tokio::test]
async fn without_an_invitation_one_asks_and_the_school_answers() {
    let server = northside().await;
    for (role, yes) in [
        (SchoolRole::Student, true),
        (SchoolRole::Tutor, true),
        (SchoolRole::Guardian, true),
        (SchoolRole::Student, false),
    ] {
        let desk = Desk::new().await;
        let step = desk.at_door(server.url(), server.publishable_key()).await;
        assert!(matches!(step, Step::Door { role: None, open_sign_up: OpenSignUp::Off, .. }), "{step:?}");
        let email = fresh_email("cleo");
        let step = desk.app.sign_up(form(&email, role), PASSWORD.into()).await.unwrap();
        let Step::Asked { request, .. } = &step else { panic!("{step:?}") };
        assert_eq!((request.role, request.state), (role, JoinRequestState::Waiting));
        assert_eq!(desk.app.look_again().await.unwrap(), step, "nobody has answered yet");
        let request = ask(
            server,
            &format!(
                "select to_jsonb(j.id) from public.join_requests j join auth.users u on u.id = j.account_id
                 where u.email = '{email}'"
            ),
        )
        .await;
        let request = request.as_str().unwrap();
        if yes {
            let person = match role {
                SchoolRole::Guardian => format!("'{}'", child(server, "Dan").await),
                _ => "null".to_owned(),
            };
            ask(server, &format!("select public.admit(gen_random_uuid(), '{request}', {person})")).await;
            let step = desk.app.look_again().await.unwrap();
            assert!(matches!(&step, Step::Arrived { role: now, .. } if *now == role), "{step:?}");
        } else {
            ask(server, &format!("select public.turn_away(gen_random_uuid(), '{request}', 'We are full.')"))
                .await;
            let step = desk.app.look_again().await.unwrap();
            let Step::TurnedAway { request, .. } = &step else { panic!("{step:?}") };
            assert_eq!(request.reason, "We are full.");
            assert_eq!(desk.app.schools().await.unwrap()[0].state, SchoolState::TurnedAway);
            // Asking again is another request.
            let again = Form { note: "In spring?".to_owned(), ..form(&email, role) };
            let step = desk.app.ask_to_join(again).await.unwrap();
            assert!(matches!(step, Step::Asked { .. }), "{step:?}");
        }
    }
}

#[tokio::test]
async fn an_account_that_is_nobody_at_the_school_takes_an_invitation_up() {
    let server = northside().await;
    let desk = Desk::new().await;
    let email = signed_up_student(&desk, server).await;
    // The school forgets Ben; the account is there still.
    let sql = format!(
        "select public.forget_person(gen_random_uuid(), a.person_id) from public.account_people a
         join auth.users u on u.id = a.account_id where u.email = '{email}'"
    );
    ask(server, &sql).await;
    let desk = Desk::new().await;
    desk.at_door(server.url(), server.publishable_key()).await;
    let step = desk.app.sign_in(&email, PASSWORD.into()).await.unwrap();
    assert!(matches!(step, Step::Stranger { fault: None, .. }), "{step:?}");
    assert_eq!(desk.app.schools().await.unwrap()[0].state, SchoolState::Stranger);
    let code = invite(server, "tutor").await;
    assert_eq!(
        refused(desk.app.take_invitation("no code in it", Form::default()).await).0,
        Code::NoInvitation
    );
    let other = "firstbell://join?school=https%3A%2F%2Fother.example&key=sb_publishable_other123&code=K7QM3-XTD9P-22ABC-HJKMN";
    assert_eq!(refused(desk.app.take_invitation(other, Form::default()).await).0, Code::NoInvitation);
    let named = Form { first_name: "Ben".to_owned(), last_name: "Okafor".to_owned(), ..Form::default() };
    let step = desk.app.take_invitation(&code, named).await.unwrap();
    assert!(matches!(step, Step::Arrived { role: SchoolRole::Tutor, approved: false, .. }), "{step:?}");
}

#[tokio::test]
async fn the_zone_is_the_computers_or_the_one_that_was_chosen_and_one_that_is_none_is_refused_at_once() {
    let server = northside().await;
    let desk = Desk::new().await;
    let own = desk.app.zone().name().to_owned();
    for (chosen, zone) in [(None, own.as_str()), (Some("kolkata"), "Asia/Kolkata"), (Some("UTC"), "UTC")] {
        let desk = Desk::new().await;
        desk.at_door(server.url(), server.publishable_key()).await;
        let email = fresh_email("ben");
        let chosen = chosen.map(str::to_owned);
        let wanted = Form { zone: chosen, ..form(&email, SchoolRole::Student) };
        let lost = Form { zone: Some("Atlantis".to_owned()), ..wanted.clone() };
        let (code, sentence) = refused(desk.app.sign_up(lost, PASSWORD.into()).await);
        assert_eq!((code, sentence.contains("New York")), (Code::UnknownZone, true), "{sentence}");
        let step = desk.app.sign_up(wanted, PASSWORD.into()).await.unwrap();
        assert!(matches!(step, Step::Asked { .. }), "{step:?}");
        assert_eq!(zone_of(server, &email).await, zone);
    }
}

#[tokio::test]
async fn bell_names_a_zone_and_one_that_knows_of_none_comes_with_the_computers() {
    let server = northside().await;
    for (zone, told) in [(json!("new york"), "America/New_York"), (Value::Null, "")] {
        let desk = Desk::new().await;
        let told = if told.is_empty() { desk.app.zone().name() } else { told };
        let email = fresh_email("ada");
        let mut asked = json!({
            "at_school": "sign_up", "role": "student", "first_name": "Ada", "last_name": "", "email": email,
            "password": PASSWORD, "note": "", "child": "",
            "door": {"address": server.url(), "key": server.publishable_key(), "agreed": false},
        });
        if !zone.is_null() {
            asked["zone"] = zone;
        }
        let came = desk.app.at_school(serde_json::from_value(asked).unwrap()).await;
        let SchoolReply::Step(line) = came else { panic!("{came:?}") };
        assert_eq!(line.step, "asked");
        assert_eq!(zone_of(server, &email).await, told);
    }
}

/// The zone with which somebody has asked.
async fn zone_of(server: &Server, email: &str) -> Value {
    let sql = format!(
        "select to_jsonb(j.zone) from public.join_requests j join auth.users u on u.id = j.account_id
         where u.email = '{email}'"
    );
    ask(server, &sql).await
}

#[tokio::test]
async fn where_the_school_has_opened_its_sign_up_students_are_in_at_once() {
    let server = Server::start().await.unwrap();
    let client = server.connect().await.unwrap();
    client
        .batch_execute("update public.school_settings set name = 'Southside', open_sign_up = 'students'")
        .await
        .unwrap();
    for (role, is_in) in
        [(SchoolRole::Student, true), (SchoolRole::Tutor, false), (SchoolRole::Guardian, false)]
    {
        let desk = Desk::new().await;
        desk.at_door(server.url(), server.publishable_key()).await;
        let step = desk.app.sign_up(form(&fresh_email("ben"), role), PASSWORD.into()).await.unwrap();
        assert_eq!(matches!(step, Step::Arrived { .. }), is_in, "{step:?}");
    }
}

#[tokio::test]
async fn each_time_that_somebody_asks_again_is_another_request_also_after_a_restart() {
    let server = northside().await;
    let mut desk = Desk::new().await;
    desk.at_door(server.url(), server.publishable_key()).await;
    let email = fresh_email("cleo");
    desk.app.sign_up(form(&email, SchoolRole::Student), PASSWORD.into()).await.unwrap();
    for round in 0..3 {
        ask(
            server,
            &format!(
                "select public.turn_away(gen_random_uuid(), j.id, 'Not now.') from public.join_requests j
                 join auth.users u on u.id = j.account_id where u.email = '{email}' and j.state = 'waiting'"
            ),
        )
        .await;
        desk = desk.start_again().await;
        desk.at_door(server.url(), server.publishable_key()).await;
        let step = desk.app.sign_in(&email, PASSWORD.into()).await.unwrap();
        assert!(matches!(step, Step::TurnedAway { .. }), "{round}: {step:?}");
        let step = desk.app.ask_to_join(form(&email, SchoolRole::Student)).await.unwrap();
        assert!(matches!(step, Step::Asked { .. }), "{round}: {step:?}");
    }
}
