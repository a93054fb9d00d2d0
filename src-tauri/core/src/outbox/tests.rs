use std::collections::BTreeMap;

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use serde_json::json;

use super::*;

mod histories;

pub(super) fn ada() -> Uuid {
    Uuid::from_u128(0xADA)
}

pub(super) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

pub(super) fn message(booking: u128) -> Deed {
    Deed::AddMessage { booking: Uuid::from_u128(booking), body: "Until then".to_owned() }
}

pub(super) fn row(number: u128, deed: &Deed) -> Waiting {
    let id = Uuid::from_u128(number);
    Waiting {
        id,
        request: id,
        sign_in: Uuid::from_u128(1),
        account: ada(),
        function: deed.function(),
        arguments: deed.arguments(),
        lane: deed.lane().unwrap_or(Lane::New(id)),
        parent: None,
        fills: Vec::new(),
        written_at: at(0),
        state: State::Waiting,
        attempts: 0,
        tried_at: None,
        wait: Duration::ZERO,
        class: None,
        answer: None,
        refusal: None,
    }
}

fn ids(numbers: &[u128]) -> Vec<Uuid> {
    numbers.iter().map(|number| Uuid::from_u128(*number)).collect()
}

fn signed_in() -> Stand {
    Stand::new(Some(ada()))
}

#[test]
fn writes_go_in_order_within_a_booking_and_others_pass() {
    let rows = [row(1, &message(10)), row(2, &message(10)), row(3, &message(11))];
    assert_eq!(next(&rows, at(0), &signed_in()).send, ids(&[1, 3]));
}

#[test]
fn each_state_lets_the_next_one_of_its_lane_go_or_not() {
    let cases = [
        (State::Waiting, vec![1], vec![]),
        (State::Sent, vec![1], vec![]),
        (State::Answered, vec![], vec![1]),
        (State::Booked, vec![2], vec![]),
        (State::Refused, vec![2], vec![]),
        (State::Dropped, vec![2], vec![]),
    ];
    for (state, send, book) in cases {
        let rows = [Waiting { state, ..row(1, &message(10)) }, row(2, &message(10))];
        let next = next(&rows, at(0), &signed_in());
        assert_eq!((next.send, next.book), (ids(&send), ids(&book)), "{state:?}");
    }
}

#[test]
fn a_write_waits_for_its_own_account_and_holds_up_nobody_elses() {
    let theirs = Waiting { account: Uuid::from_u128(0xBE), ..row(1, &message(10)) };
    let rows = [theirs, row(2, &message(10))];
    assert_eq!(next(&rows, at(0), &signed_in()).send, ids(&[2]));
    assert_eq!(next(&rows, at(0), &Stand::new(None)), Next::default());
    assert_eq!(next(&rows, at(0), &Stand::new(Some(Uuid::from_u128(0xBE)))).send, ids(&[1]));
    let answered = [Waiting { state: State::Answered, ..rows[0].clone() }];
    assert_eq!(
        next(&answered, at(0), &signed_in()).book,
        ids(&[1]),
        "an answer is booked whoever is signed in"
    );
}

#[test]
fn a_child_waits_until_its_parent_is_booked() {
    let child = Waiting { parent: Some(Uuid::from_u128(1)), ..row(2, &message(11)) };
    for (state, send) in [
        (State::Waiting, vec![1]),
        (State::Sent, vec![1]),
        (State::Answered, vec![]),
        (State::Refused, vec![]),
        (State::Booked, vec![2]),
    ] {
        let rows = [Waiting { state, ..row(1, &message(10)) }, child.clone()];
        assert_eq!(next(&rows, at(0), &signed_in()).send, ids(&send), "{state:?}");
    }
    assert_eq!(
        next(std::slice::from_ref(&child), at(0), &signed_in()).send,
        ids(&[2]),
        "its parent was booked and is gone"
    );
    let unfilled = Waiting { fills: vec![Fill::new("session", "/session/id")], ..child };
    assert_eq!(next(&[unfilled], at(0), &signed_in()).send, ids(&[]), "it lacks what it was to be told");
}

#[test]
fn a_pause_is_waited_for_and_a_clock_that_was_set_back_ends_it() {
    let tried = Waiting {
        state: State::Sent,
        tried_at: Some(at(100)),
        wait: Duration::from_secs(30),
        ..row(1, &message(10))
    };
    let rows = [tried, row(2, &message(10))];
    let when = |now| next(&rows, at(now), &signed_in());
    assert_eq!((when(129).send, when(129).look_again), (ids(&[]), Some(at(130))));
    assert_eq!((when(130).send, when(130).look_again), (ids(&[1]), None));
    assert_eq!(when(99).send, ids(&[1]), "the clock was set back");
}

#[test]
fn what_holds_up_the_school_holds_up_all_of_it_until_somebody_hurries() {
    let rows = [row(1, &message(10)), row(2, &message(11))];
    for came in [
        Came::Network,
        Came::SignInAgain,
        Came::TooMany(None),
        Came::TooMany(Some(Duration::from_secs(7))),
        Came::Refused("not_signed_in".to_owned(), json!({})),
    ] {
        let mut stand = signed_in();
        stand.came(&came, at(0), 0.5);
        let held = next(&rows, at(1), &stand);
        assert_eq!(held.send, ids(&[]), "{came:?}");
        let until = held.look_again.unwrap();
        let hint = if came == Came::TooMany(Some(Duration::from_secs(7))) { 7 } else { 5 };
        assert_eq!(until, at(hint), "{came:?}");
        assert_eq!(next(&rows, until, &stand).send, ids(&[1, 2]), "{came:?}");
        assert_eq!(next(&rows, at(-1), &stand).send, ids(&[1, 2]), "{came:?}: the clock was set back");
        stand.hurry();
        assert_eq!(next(&rows, at(1), &stand).send, ids(&[1, 2]), "{came:?}");
    }
}

#[test]
fn pauses_grow_with_faults_in_a_row_and_an_answer_ends_them() {
    let mut stand = signed_in();
    let mut waits = Vec::new();
    for _ in 0..9 {
        stand.came(&Came::Network, at(0), 0.5);
        waits.push((stand.held_until(at(0)).unwrap() - at(0)).num_seconds());
    }
    assert_eq!(waits, [5, 10, 20, 40, 80, 160, 300, 300, 300]);
    stand.came(&Came::Answer(json!({})), at(0), 0.5);
    assert_eq!(stand.held_until(at(0)), None);
    stand.came(&Came::Network, at(0), 0.5);
    assert_eq!(stand.held_until(at(0)), Some(at(5)));
}

#[test]
fn three_failures_of_whatever_writes_are_the_schools() {
    let mut stand = signed_in();
    let fails = |stand: &mut Stand| stand.came(&Came::Transient(None), at(0), 0.5);
    fails(&mut stand);
    fails(&mut stand);
    assert_eq!(stand.held_until(at(0)), None);
    stand.came(&Came::Answer(json!({})), at(0), 0.5);
    fails(&mut stand);
    fails(&mut stand);
    assert_eq!(stand.held_until(at(0)), None, "an answer came between");
    fails(&mut stand);
    assert!(stand.held_until(at(0)).is_some());
}

#[test]
fn only_an_answer_and_the_schools_own_no_end_a_write() {
    let sent = |function: &Deed| Waiting { attempts: 1, tried_at: Some(at(0)), ..row(1, function) };
    let confirm =
        Deed::ConfirmBooking { booking: Uuid::from_u128(10), expected_version: 2, into_session: None };
    let wait = |seconds| Duration::from_secs(seconds);
    let again = |class, seconds| Outcome::Again { class, wait: wait(seconds) };
    let good = json!({"booking": {"id": "1"}, "session": null});
    let refused = Refusal { code: "slot_taken".to_owned(), arguments: json!({"a": 1}), is_carried: false };
    let cases = [
        (Came::Answer(good.clone()), Outcome::Answered(good)),
        (Came::Refused("slot_taken".to_owned(), json!({"a": 1})), Outcome::Refused(refused)),
        // Whatever answers in the school's place.
        (Came::Answer(Value::Null), again(Class::Transient, 2)),
        (Came::Answer(json!({})), again(Class::Transient, 2)),
        (Came::Answer(json!([])), again(Class::Transient, 2)),
        (Came::Answer(json!("ok")), again(Class::Transient, 2)),
        (Came::Answer(json!({"message": "Welcome"})), again(Class::Transient, 2)),
        (Came::Answer(json!({"booking": null})), again(Class::Transient, 2)),
        (Came::Transient(None), again(Class::Transient, 2)),
        (Came::Transient(Some(wait(40))), again(Class::Transient, 40)),
        (Came::Transient(Some(wait(1_000_000))), again(Class::Transient, 3600)),
        (Came::NeedsUpdate, again(Class::NeedsUpdate, 900)),
        // These hold up all of the school's.
        (Came::Network, again(Class::Network, 0)),
        (Came::TooMany(Some(wait(9))), again(Class::Transient, 0)),
        (Came::SignInAgain, again(Class::SignInAgain, 0)),
        (Came::Refused("not_signed_in".to_owned(), json!({})), again(Class::SignInAgain, 0)),
    ];
    for (came, wanted) in cases {
        assert_eq!(outcome(&sent(&confirm), came.clone(), &signed_in(), 0.5), wanted, "{came:?}");
    }
}

#[test]
fn a_write_at_which_only_the_school_fails_is_set_aside() {
    let failed = |attempts| Waiting { attempts, tried_at: Some(at(10)), ..row(1, &message(10)) };
    let mut others_pass = signed_in();
    others_pass.came(&Came::Answer(json!({})), at(11), 0.5);
    let of = |attempts, stand: &Stand| match outcome(&failed(attempts), Came::Transient(None), stand, 0.5) {
        Outcome::Again { class, wait } => (class, wait.as_secs()),
        other => panic!("{other:?}"),
    };
    assert_eq!(of(4, &others_pass), (Class::Transient, 16));
    assert_eq!(of(5, &others_pass), (Class::SetAside, 3600));
    assert_eq!(of(5, &signed_in()), (Class::Transient, 32), "the school answers nobody");
    assert_eq!(of(40, &signed_in()), (Class::Transient, 300));
}

#[test]
fn a_lease_that_has_run_out_is_taken_again() {
    let session = Uuid::from_u128(20);
    let device = Uuid::from_u128(21);
    let claim = row(1, &Deed::ClaimMeeting { session, generation: 1, device });
    let attach = Deed::AttachMeeting {
        session,
        generation: 1,
        device,
        provider: "own".to_owned(),
        external_id: "own".to_owned(),
        join_url: "https://meet.example/ada".to_owned(),
    };
    let being_made = || Came::Refused("link_being_made".to_owned(), json!({"until": "2026-12-01T10:00:00Z"}));
    let attach = Waiting { parent: Some(claim.id), ..row(2, &attach) };
    let of = |row: &Waiting| outcome(row, being_made(), &signed_in(), 0.5);
    assert_eq!(of(&attach), Outcome::ClaimAgain { wait: Duration::from_secs(2) });
    assert_eq!(of(&claim), Outcome::Again { class: Class::Transient, wait: Duration::from_secs(30) });
}

#[test]
fn a_wait_is_spread_by_a_fifth_at_most() {
    let mut random = StdRng::seed_from_u64(7);
    for _ in 0..1_000 {
        let chance = random.random_range(-1.0..2.0);
        let sent = Waiting { attempts: 1, tried_at: Some(at(0)), ..row(1, &message(10)) };
        let Outcome::Again { wait, .. } = outcome(&sent, Came::Transient(None), &signed_in(), chance) else {
            panic!("not again");
        };
        assert!((1_600..=2_400).contains(&wait.as_millis()), "{wait:?} by {chance}");
    }
}

/// One of each, with every argument.
pub(super) fn all_deeds() -> Vec<Deed> {
    let (booking, session, person) = (Uuid::from_u128(10), Uuid::from_u128(20), Some(Uuid::from_u128(30)));
    let (start_at, end_at, zone) = (at(0), at(3600), "Europe/Madrid".to_owned());
    let (expected_version, generation, device) = (3, 1, Uuid::from_u128(40));
    let (reason, body) = ("Away".to_owned(), "Page 12".to_owned());
    vec![
        Deed::RequestBooking {
            tutor: Uuid::from_u128(50),
            student: Uuid::from_u128(51),
            subject: "Maths".to_owned(),
            start_at,
            end_at,
            zone: zone.clone(),
            wish: "Fractions".to_owned(),
            weeks: 3,
            skip_clashes: true,
        },
        Deed::ApproveAsParent { booking, expected_version },
        Deed::ConfirmBooking { booking, expected_version, into_session: Some(session) },
        Deed::DeclineBooking { booking, expected_version, reason: reason.clone() },
        Deed::CancelBooking { booking, expected_version, reason: reason.clone() },
        Deed::CancelSeriesFrom { booking, expected_version, reason },
        Deed::ProposeTime { booking, start_at, end_at, zone: zone.clone(), expected_version },
        Deed::AcceptProposal { booking, proposal: Uuid::from_u128(60), expected_version },
        Deed::DeclineProposal { booking, proposal: Uuid::from_u128(60), expected_version },
        Deed::AddMessage { booking, body: body.clone() },
        Deed::MoveSession { session, start_at, end_at, zone, expected_version },
        Deed::ClaimMeeting { session, generation, device },
        Deed::AttachMeeting {
            session,
            generation,
            device,
            provider: "own".to_owned(),
            external_id: "own".to_owned(),
            join_url: "https://meet.example/ada".to_owned(),
        },
        Deed::ReleaseMeeting { session, generation, device, anew: true },
        Deed::RecordOpened { session, person, pressed_at: Some(at(9)) },
        Deed::SendPresence { session, presence: Presence::Late, minutes: Some(10), person },
        Deed::SetBell { session, bell_on: false, person },
        Deed::MarkNoShow { session, expected_version, person },
        Deed::KeepNoShow { session, person },
        Deed::UndoNoShow { session, expected_version, person },
        Deed::AnswerNoShow { session, agrees: false, person },
        Deed::EndEarly { session, expected_version },
        Deed::MarkHeld { session, expected_version },
        Deed::WriteNote { session, kind: NoteKind::Homework, shared: true, body, expected_version },
    ]
}

#[test]
fn a_deed_comes_back_from_how_it_is_stored() {
    for deed in all_deeds() {
        let lane = deed.lane().unwrap_or(Lane::New(Uuid::from_u128(1)));
        assert_eq!(lane.to_string().parse(), Ok(lane));
        assert_eq!(Deed::of(&deed.function(), &deed.arguments(), lane), Some(deed));
    }
    assert_eq!(Deed::of("dance", &Arguments::new(), Lane::New(Uuid::nil())), None);
    for text in ["", "booking", "lunch:00000000-0000-0000-0000-000000000001", "booking:7"] {
        assert_eq!(text.parse::<Lane>(), Err(NoLane), "{text}");
    }
}

#[test]
fn what_is_not_said_is_not_sent_and_a_proposal_is_sent_without_its_booking() {
    let opened = Deed::RecordOpened { session: Uuid::from_u128(20), person: None, pressed_at: None };
    assert_eq!(Value::Object(opened.arguments()), json!({"session": Uuid::from_u128(20)}));
    let accept = Deed::AcceptProposal {
        booking: Uuid::from_u128(10),
        proposal: Uuid::from_u128(60),
        expected_version: 3,
    };
    assert_eq!(
        Value::Object(accept.arguments()),
        json!({"proposal": Uuid::from_u128(60), "expected_version": 3})
    );
    assert_eq!(accept.lane(), Some(Lane::Booking(Uuid::from_u128(10))));
}

#[test]
fn the_rows_of_an_answer_are_found() {
    let id = |number| json!(Uuid::from_u128(number));
    let told = rows_told(&json!({
        "booking": {"id": id(1)}, "bookings": [{"id": id(2)}, {"id": "no id"}, 7], "session": {"id": id(3)},
        "message": {"id": id(4)}, "note": {"id": id(5)}, "until": "2026-12-01T10:00:00Z", "weather": {"id": id(6)},
    }));
    let told: BTreeMap<Uuid, &str> = told.into_iter().map(|change| (change.id, change.table)).collect();
    let tables = ["bookings", "bookings", "sessions", "booking_messages", "session_notes"];
    assert_eq!(told, ids(&[1, 2, 3, 4, 5]).into_iter().zip(tables).collect());
    assert!(rows_told(&json!({"session": null})).is_empty());
    assert!(rows_told(&Value::Null).is_empty());
}

#[test]
fn nothing_shows_a_join_url_where_it_is_written_out() {
    let confirm = Write::new(
        Uuid::from_u128(1),
        ada(),
        Deed::ConfirmBooking { booking: Uuid::from_u128(10), expected_version: 1, into_session: None },
        at(0),
    );
    let [claim, attach] =
        Write::own_link(&confirm, Uuid::from_u128(40), "own", "own", "https://meet.example/secret?pwd=x");
    assert_eq!((claim.parent, attach.parent), (Some(confirm.id), Some(claim.id)));
    let answer = json!({"session": {"id": Uuid::from_u128(3), "join_url": "https://meet.example/secret"}});
    let waiting = Waiting { answer: Some(answer.clone()), ..row(1, &attach.deed) };
    for text in [format!("{attach:?}"), format!("{waiting:?}"), format!("{:?}", Came::Answer(answer))] {
        assert!(!text.contains("secret"), "{text}");
    }
}
