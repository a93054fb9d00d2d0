//! From the wish for a lesson to the session on both sides, each at a computer of their own.

use chrono::Duration;
use firstbell_core::{
    app::{Became, Reply, Request, Scope, Wish},
    booking::{Action, Status},
    error::{Code, Error},
    happened::{By, Kind},
    session::{self, CancelledBy, Session},
    sync::Signal,
};
use firstbell_school::Server;
use firstbell_tests::kit::wait;

use crate::line::Line;
use crate::scene::{AtDesk, SOON, school};

impl AtDesk {
    /// What somebody would like, on a day on which nobody has anything.
    async fn wish(&self, tutor: &str, hour: i64) -> Wish {
        let at = self.desk.app.askable().await.unwrap().pop().expect("somebody can be asked");
        let tutor = at.tutors.iter().find(|person| person.name.starts_with(tutor)).expect("the tutor");
        let start = self.desk.app.now() + Duration::days(10) + Duration::hours(hour);
        Wish {
            school: at.school,
            tutor: tutor.id,
            student: at.students[0].id,
            subject: "Rhetoric".to_owned(),
            start,
            minutes: 60,
            zone: "Europe/Madrid".to_owned(),
            note: "Before the exam".to_owned(),
        }
    }

    async fn request(&self, subject: &str) -> Option<Request> {
        let all = self.desk.app.requests().await.unwrap();
        all.into_iter().find(|request| request.booking.subject == subject)
    }

    /// Waits until the request is seen, and can be answered as one wants.
    async fn sees(&self, subject: &str, action: Action) -> Request {
        self.desk.app.ask_schools(Signal::Asked);
        wait::until_true("the request", SOON, async || {
            Ok(self.request(subject).await.is_some_and(|request| request.allowed.contains(&action)))
        })
        .await
        .unwrap();
        self.request(subject).await.unwrap()
    }

    async fn session(&self, subject: &str) -> Option<Session> {
        self.sessions().await.into_iter().find(|session| session.subject.as_deref() == Some(subject))
    }

    async fn has_session(&self, subject: &str) -> Session {
        self.desk.app.ask_schools(Signal::Asked);
        wait::until_true("the session", SOON, async || Ok(self.session(subject).await.is_some()))
            .await
            .unwrap();
        self.session(subject).await.unwrap()
    }
}

async fn told(server: &Server, sql: &str) -> i64 {
    server.connect().await.unwrap().query_one(sql, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn a_wish_is_agreed_to_confirmed_and_a_session_with_the_tutors_own_link_on_all_sides() {
    let server = school().await;
    let (dan, cleo, ada) = (
        AtDesk::signed_in(&server, "DAN").await,
        AtDesk::signed_in(&server, "CLEO").await,
        AtDesk::signed_in(&server, "ADA").await,
    );
    for at_desk in [&dan, &cleo, &ada] {
        at_desk.has_all().await;
    }
    ada.desk.app.set_own_link("https://meet.google.com/abc-defg-hij").await.unwrap();

    let wish = dan.wish("Ada", 0).await;
    let became = dan.desk.app.ask_for_time(&wish).await.unwrap();
    let Became::Done { bookings } = became else { panic!("{became:?}") };
    assert_eq!(bookings.len(), 1);
    let asked = dan.request("Rhetoric").await.expect("it stands here at once, before any pull");
    assert_eq!(
        asked.booking.status,
        Status::AwaitingParent,
        "Dan has a parent, and the school wants her to agree"
    );
    assert!(!asked.needs_me);
    assert!(ada.request("Rhetoric").await.is_none(), "the tutor sees nothing before that");

    let request = cleo.sees("Rhetoric", Action::Approve).await;
    assert!(request.needs_me);
    let version = Some(request.booking.version);
    let became = cleo.desk.app.answer_request(request.booking.key, version, Reply::Approve).await.unwrap();
    assert!(matches!(became, Became::Done { .. }), "{became:?}");

    let request = ada.sees("Rhetoric", Action::Confirm).await;
    assert!(request.needs_me);
    assert_eq!(request.booking.wish, "Before the exam");
    let version = Some(request.booking.version);
    let became = ada.desk.app.answer_request(request.booking.key, version, Reply::Confirm).await.unwrap();
    assert!(matches!(became, Became::Done { .. }), "{became:?}");

    for (name, at_desk) in [("ada", &ada), ("dan", &dan), ("cleo", &cleo)] {
        at_desk.has_session("Rhetoric").await;
        wait::until_true("the link", SOON, async || {
            at_desk.desk.app.ask_schools(Signal::Asked);
            let session = at_desk.session("Rhetoric").await.expect("the session stays");
            Ok(session.join_url.is_some_and(|url| url.as_str() == "https://meet.google.com/abc-defg-hij"))
        })
        .await
        .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(at_desk.request("Rhetoric").await.is_none(), "{name}: nothing waits any more");
    }
    for at_desk in [dan, cleo, ada] {
        assert!(at_desk.desk.app.waiting().await.unwrap().is_empty());
        at_desk.running.stop().await;
    }
}

#[tokio::test]
async fn what_the_school_refuses_at_once_is_said_in_words_and_leaves_nothing_behind() {
    let server = school().await;
    let ben = AtDesk::signed_in(&server, "BEN").await;
    ben.has_all().await;
    let wish = ben.wish("Ada", 0).await;
    let past = Wish { start: ben.desk.app.now() - Duration::hours(3), ..wish.clone() };
    let refused = ben.desk.app.ask_for_time(&past).await.unwrap_err();
    assert_eq!(refused.code(), Code::SchoolRefused);
    assert!(refused.sentence().contains("what you typed is kept"), "{}", refused.sentence());
    assert!(ben.desk.app.waiting().await.unwrap().is_empty());

    // Somebody was faster.
    ben.desk.app.ask_for_time(&wish).await.unwrap();
    let again = ben.desk.app.ask_for_time(&Wish { subject: "Logic".to_owned(), ..wish }).await;
    let stood = ben.request("Rhetoric").await.unwrap();
    let key = stood.booking.key;
    ben.desk.app.answer_request(key, None, Reply::Cancel("ill".to_owned())).await.unwrap();
    // Two wishes for one time may stand, until one of them is confirmed.
    assert!(again.is_ok(), "{again:?}");
    let late =
        ben.desk.app.answer_request(key, Some(stood.booking.version), Reply::Cancel(String::new())).await;
    assert!(matches!(late, Err(Error::NotAllowed(_))), "{late:?}");
    for (subject, code) in [("", Code::Invalid), (&*"x".repeat(201), Code::Invalid)] {
        let wish = Wish { subject: subject.to_owned(), ..ben.wish("Ada", 5).await };
        assert_eq!(ben.desk.app.ask_for_time(&wish).await.unwrap_err().code(), code);
    }
    ben.running.stop().await;
}

#[tokio::test]
async fn a_session_is_called_off_from_its_page_and_the_other_side_reads_by_whom() {
    let server = school().await;
    let (ben, ada) = (AtDesk::signed_in(&server, "BEN").await, AtDesk::signed_in(&server, "ADA").await);
    ben.has_all().await;
    ada.has_all().await;
    let now = ben.desk.app.now();
    let coming = |session: &Session| !session.is_final() && session.start > now + Duration::days(1);
    let session = ben.sessions().await.into_iter().find(coming).expect("next week's lesson");
    ben.desk.app.cancel_session(session.key(), session.version, Scope::This).await.unwrap();
    ada.desk.app.ask_schools(Signal::Asked);
    wait::until_true("called off on both sides", SOON, async || {
        let mut all = ben.sessions().await.into_iter().chain(ada.sessions().await);
        Ok(all.all(|one| one.id != session.id || one.status == session::Status::Cancelled))
    })
    .await
    .unwrap();
    let here = ada.sessions().await.into_iter().find(|one| one.id == session.id).unwrap();
    assert_eq!(here.cancelled.map(|(_, by)| by), Some(CancelledBy::Student));
    let again = ada.desk.app.cancel_session(here.key(), here.version, Scope::This).await;
    assert!(matches!(again, Err(Error::NotAllowed(_))), "{again:?}");
    for at_desk in [ben, ada] {
        at_desk.running.stop().await;
    }
}

#[tokio::test]
async fn what_is_done_without_a_network_waits_and_is_done_once() {
    let server = school().await;
    let line = Line::to(server.url()).await;
    let ben = AtDesk::signed_in(&server, "BEN").await;
    let ada = AtDesk::signed_in_over(&server, line.url(), "ADA").await;
    ben.has_all().await;
    ada.has_all().await;
    let wish = ben.wish("Ada", 0).await;
    ben.desk.app.ask_for_time(&wish).await.unwrap();
    let request = ada.sees("Rhetoric", Action::Confirm).await;

    line.cut();
    let became = ada.desk.app.answer_request(request.booking.key, None, Reply::Confirm).await.unwrap();
    assert!(matches!(became, Became::Waits { .. }), "{became:?}");
    let waits = ada.request("Rhetoric").await.unwrap();
    assert!(waits.waits && waits.allowed.is_empty() && !waits.needs_me, "{waits:?}");
    let lines = ada.desk.app.waiting().await.unwrap();
    let [waits] = &lines[..] else { panic!("one line: {lines:?}") };
    assert!(waits.what.contains("Ben") && waits.what.contains("Rhetoric"), "{}", waits.what);
    assert!(!waits.is_refused);
    assert!(ada.session("Rhetoric").await.is_none(), "no session before the school has answered");

    line.mend();
    ada.desk.app.retry_waiting(waits.id).await.unwrap();
    ada.has_session("Rhetoric").await;
    let made = "select count(*) from public.sessions where subject = 'Rhetoric'";
    assert_eq!(told(&server, made).await, 1);
    wait::until_true("nothing waits", SOON, async || Ok(ada.desk.app.waiting().await.unwrap().is_empty()))
        .await
        .unwrap();
    for at_desk in [ben, ada] {
        at_desk.running.stop().await;
    }
}

#[tokio::test]
async fn that_somebody_went_in_is_told_to_the_school_with_the_time_of_the_press() {
    let server = school().await;
    let dan = AtDesk::signed_in(&server, "DAN").await;
    dan.has_all().await;
    let now = dan.desk.app.now();
    let open = dan.sessions().await.into_iter().find(|session| {
        session.join_url.is_some()
            && !session.is_final()
            && session.start - Duration::minutes(5) <= now
            && now < session.end
    });
    let open = open.expect("a lesson whose door is open");
    dan.desk.app.join(open.key(), true, false).await.unwrap();
    let sql =
        format!(
        "select count(*) from public.session_participants where session_id = '{}' and opened_at is not null
           and pressed_at is not null", open.id);
    wait::until_true("it is told", SOON, async || Ok(told(&server, &sql).await == 1)).await.unwrap();
    assert!(dan.desk.app.waiting().await.unwrap().is_empty(), "nobody has to be told of that");

    // The other side reads it among what happened.
    let eve = AtDesk::signed_in(&server, "EVE").await;
    eve.has_all().await;
    let session = eve.sessions().await.into_iter().find(|session| session.id == open.id).unwrap();
    let happened = eve.desk.app.session(session.key()).await.unwrap().happened;
    assert!(
        happened.iter().any(|event| (event.kind, event.by) == (Kind::TheyOpened, By::Student)),
        "{happened:?}"
    );
    dan.running.stop().await;
    eve.running.stop().await;
}
