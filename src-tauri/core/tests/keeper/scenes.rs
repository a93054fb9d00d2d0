//! What the keeper does in each case that matters, one at a time.

use std::{fs::File, sync::Arc, time::Duration};

use firstbell_core::{
    school::{
        fault::Fault,
        supabase::{
            error::{Dead, Refusal},
            keeper::{Access, Keeper, KeeperFault, State},
            retry::{A_LITTLE_TIME, Then, with_token},
        },
    },
    secret::KeychainFault,
};
use secrecy::ExposeSecret as _;
use tokio::{
    task::{JoinSet, yield_now},
    time::{Instant, sleep, timeout},
};

use super::{
    families::Form,
    keychain::{counted, refresh_in, sign_in},
    schedule::{Mood, NetFault, WriteFault},
    world::{Called, TheKeeper, World, judge},
};

const HOUR: Duration = Duration::from_secs(3600);

fn hour(form: Form) -> Arc<World> {
    World::new(form, HOUR)
}

/// A keeper that has a token.
async fn signed_in(world: &Arc<World>) -> (TheKeeper, Access) {
    world.signed_in_before();
    let keeper = world.keeper(0);
    let access = keeper.token().await.unwrap();
    (keeper, access)
}

fn refreshes(world: &World) -> usize {
    world.inside().counts.refreshes
}

fn hold(world: &World) {
    assert_eq!(world.inside().violations, [""; 0]);
}

/// Lets time pass on all clocks.
async fn pass(seconds: u64) {
    sleep(Duration::from_secs(seconds)).await;
}

fn is_same(one: &Access, other: &Access) -> bool {
    one.secret().expose_secret() == other.secret().expose_secret()
}

#[tokio::test(start_paused = true)]
async fn two_hundred_calls_with_an_expired_token_make_one_refresh() {
    for form in [Form::One, Form::Two] {
        let world = hour(form);
        let (keeper, old) = signed_in(&world).await;
        let mut calls = JoinSet::new();
        for _ in 0..200 {
            let (keeper, old) = (keeper.clone(), old.clone());
            calls.spawn(async move { keeper.token_instead_of(&old).await.unwrap() });
        }
        // The school has said that it is over, whatever the keeper believes.
        world.refuse_next_call(0);
        assert_eq!(world.call(0, old.clone()).await, Err(Called::Expired));
        let given = calls.join_all().await;
        assert_eq!(refreshes(&world), 2, "one at the start, one now");
        assert!(given.iter().all(|access| is_same(access, &given[0]) && !is_same(access, &old)));
        // Who comes late with the old one gets the new one for nothing.
        assert!(is_same(&keeper.token_instead_of(&old).await.unwrap(), &given[0]));
        assert_eq!(refreshes(&world), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_is_refreshed_a_minute_before_its_end_and_not_before() {
    let world = hour(Form::One);
    let (keeper, first) = signed_in(&world).await;
    pass(3530).await;
    assert!(is_same(&keeper.token().await.unwrap(), &first));
    assert_eq!(refreshes(&world), 1);
    pass(15).await;
    // It is good for 55 s more: it is given at once, and refreshed meanwhile.
    let asked = Instant::now();
    assert!(is_same(&keeper.token().await.unwrap(), &first));
    assert_eq!(asked.elapsed(), Duration::ZERO);
    pass(1).await;
    assert!(!is_same(&keeper.token().await.unwrap(), &first));
    assert_eq!(refreshes(&world), 2);
    hold(&world);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_refreshes_nothing_and_sleep_counts() {
    let world = hour(Form::Two);
    let (keeper, first) = signed_in(&world).await;
    for minutes in [70, -70, -70, 70] {
        world.set_wall(minutes);
        assert!(is_same(&keeper.token().await.unwrap(), &first));
    }
    assert_eq!(refreshes(&world), 1);
    world.sleep(HOUR);
    assert!(!is_same(&keeper.token().await.unwrap(), &first));
    assert_eq!(refreshes(&world), 2);
    hold(&world);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_still_good_is_given_while_the_school_fails() {
    let world = hour(Form::One);
    let (keeper, first) = signed_in(&world).await;
    // Fifteen seconds are left, which a call may need: the refresh is waited for.
    pass(3585).await;
    world.inside().faults.push_back(NetFault::Lost(Fault::Silent));
    assert!(is_same(&keeper.token().await.unwrap(), &first));
    assert_eq!(refreshes(&world), 2);
    for _ in 0..10 {
        assert!(is_same(&keeper.token().await.unwrap(), &first));
    }
    assert_eq!(refreshes(&world), 2, "there is a pause");
    // Unless the school says that it is over.
    assert!(!is_same(&keeper.token_instead_of(&first).await.unwrap(), &first));
    assert_eq!(refreshes(&world), 3);
    assert_eq!(keeper.state(), State::In);
}

#[tokio::test(start_paused = true)]
async fn a_school_that_holds_a_refresh_open_keeps_nobody_and_works_later() {
    for is_done in [true, false] {
        for slept in [Duration::ZERO, 8 * HOUR] {
            let world = hour(Form::Two);
            let (keeper, _) = signed_in(&world).await;
            pass(3700).await;
            world.inside().faults.push_back(NetFault::Hangs { is_done });
            let asked = Instant::now();
            let mut calls = JoinSet::new();
            for _ in 0..20 {
                let keeper = keeper.clone();
                calls.spawn(async move { keeper.token().await.map(|_| ()) });
            }
            pass(3).await;
            world.sleep(slept);
            let answers = calls.join_all().await;
            assert!(answers.iter().all(|answer| *answer == Err(KeeperFault::School(Fault::Silent))));
            assert!(asked.elapsed() <= Duration::from_secs(21), "{:?}", asked.elapsed());
            pass(6).await;
            keeper.token().await.unwrap();
            assert_eq!(keeper.state(), State::In);
            hold(&world);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_goes_away_breaks_off_no_refresh() {
    let world = hour(Form::Two);
    world.signed_in_before();
    let keeper = world.keeper(0);
    assert!(timeout(Duration::from_millis(30), keeper.token()).await.is_err());
    pass(1).await;
    assert_eq!(refreshes(&world), 1);
    let asked = Instant::now();
    keeper.token().await.unwrap();
    assert_eq!((asked.elapsed(), refreshes(&world)), (Duration::ZERO, 1));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_lost_sends_the_same_token_again() {
    for form in [Form::One, Form::Two] {
        let world = hour(form);
        let parent = world.signed_in_before();
        let keeper = world.keeper(0);
        for fault in [NetFault::DoneAndLost(Fault::Silent), NetFault::Lost(Fault::CaptivePortal)] {
            world.inside().faults.push_back(fault);
            assert!(matches!(keeper.token().await, Err(KeeperFault::School(_))));
            // In between nobody is asked.
            assert!(matches!(keeper.token().await, Err(KeeperFault::School(_))));
            pass(6).await;
        }
        keeper.token().await.unwrap();
        let sent: Vec<_> = world.inside().sent.iter().map(|(_, token)| token.clone()).collect();
        assert_eq!(sent, [parent.clone(), parent.clone(), parent]);
        hold(&world);
    }
}

#[tokio::test(start_paused = true)]
async fn a_child_that_is_not_stored_is_not_used_and_the_parent_goes_again() {
    for fault in [WriteFault::NotStored, WriteFault::StoredAllTheSame] {
        let world = hour(Form::Two);
        world.signed_in_before();
        let keeper = world.keeper(0);
        world.drawer.fail_next_write(fault);
        assert_eq!(keeper.token().await.unwrap_err(), KeeperFault::NotStored(KeychainFault::Refused));
        assert_eq!(keeper.state(), State::KeychainRefused);
        pass(6).await;
        keeper.token().await.unwrap();
        assert_eq!((keeper.state(), refreshes(&world)), (State::In, 2));
        hold(&world);
    }
}

#[tokio::test(start_paused = true)]
async fn only_the_schools_word_ends_a_sign_in() {
    let world = hour(Form::One);
    let (keeper, _) = signed_in(&world).await;
    pass(3700).await;
    // A ban, too many calls and a mistake of ours are no such word.
    let until = world.now() + Duration::from_secs(120);
    world.inside().banned_until = until;
    assert_eq!(keeper.token().await.unwrap_err(), KeeperFault::Refused(Refusal::Banned));
    pass(130).await;
    for fault in [NetFault::TooMany, NetFault::OursIsWrong] {
        world.inside().faults.push_back(fault);
        assert!(matches!(keeper.token().await, Err(KeeperFault::Refused(_))));
        assert_eq!(keeper.state(), State::In);
        pass(61).await;
    }
    let access = keeper.token().await.unwrap();
    world.end_sign_in();
    pass(3700).await;
    assert_eq!(keeper.token().await.unwrap_err(), KeeperFault::Ended(Dead::NotFound));
    assert_eq!(keeper.state(), State::Ended(Dead::NotFound));
    let before = refreshes(&world);
    assert_eq!(keeper.token_instead_of(&access).await.unwrap_err(), KeeperFault::Ended(Dead::NotFound));
    assert_eq!(refreshes(&world), before, "nobody asks again");
    assert_eq!(world.drawer.texts(world.id).len(), 1, "and nothing is deleted");
    // Signed in anew, with the same keeper.
    keeper.begin(world.sign_in()).await.unwrap();
    assert_eq!(keeper.state(), State::In);
    assert_eq!(world.call(0, keeper.token().await.unwrap()).await, Ok(()));
    hold(&world);
}

#[tokio::test(start_paused = true)]
async fn the_entry_is_read_once_more_before_a_death_is_believed() {
    for form in [Form::One, Form::Two] {
        let world = hour(form);
        world.signed_in_before();
        let keeper = world.keeper(0);
        world.inside().signs_in_elsewhere = true;
        let access = keeper.token().await.unwrap();
        assert_eq!(world.call(0, access).await, Ok(()));
        assert_eq!((keeper.state(), refreshes(&world)), (State::In, 2));
        hold(&world);
    }
}

/// Found by the schedules: the token was known to be dead, and the sign-in not to be over.
#[tokio::test(start_paused = true)]
async fn a_death_that_could_not_be_believed_at_once_is_believed_later() {
    let world = hour(Form::One);
    world.signed_in_before();
    world.end_sign_in();
    let keeper = world.keeper(0);
    let asking = {
        let keeper = keeper.clone();
        tokio::spawn(async move { keeper.token().await.map(|_| ()) })
    };
    // Read and sent: it is locked before the answer is there.
    sleep(Duration::from_millis(50)).await;
    world.drawer.set(Mood::Locked);
    assert_eq!(asking.await.unwrap(), Err(KeeperFault::Keychain(KeychainFault::Locked)));
    assert_eq!(keeper.state(), State::KeychainLocked);
    world.drawer.set(Mood::Open);
    assert_eq!(keeper.token().await.unwrap_err(), KeeperFault::Ended(Dead::NotFound));
    assert_eq!(refreshes(&world), 1);
}

#[tokio::test(start_paused = true)]
async fn of_several_entries_the_one_that_the_school_takes_stays() {
    let world = hour(Form::One);
    let dead = world.signed_in_before();
    world.end_sign_in();
    let alive = world.sign_in().refresh.expose_secret().to_owned();
    world.drawer.put(world.id, &[&sign_in(&dead), &sign_in(&alive)]);
    let keeper = world.keeper(0);
    keeper.token().await.unwrap();
    let sent: Vec<_> = world.inside().sent.iter().map(|(_, token)| token.clone()).collect();
    assert_eq!(sent, [dead.clone(), alive.clone()], "the newest first");
    let left = world.drawer.texts(world.id);
    assert_eq!(left.len(), 1);
    assert!(![dead, alive].contains(&refresh_in(&left[0]).unwrap()), "its child");

    // A copy that came back from elsewhere counts as new at the keychain. How often it was written says what it is.
    let world = hour(Form::One);
    let (old, new) = (world.signed_in_before(), world.signed_in_before());
    let (old, new) = (counted(&old, 3), (counted(&new, 11), new));
    world.drawer.put(world.id, &[&old, &new.0]);
    world.keeper(0).token().await.unwrap();
    let sent: Vec<_> = world.inside().sent.iter().map(|(_, token)| token.clone()).collect();
    assert_eq!(sent, [new.1]);
    let left = world.drawer.texts(world.id);
    assert!(left[0].contains("\"generation\":12"), "{left:?}");

    let world = hour(Form::Two);
    let (one, other) = (world.signed_in_before(), world.signed_in_before());
    world.drawer.put(world.id, &[&sign_in(&one), &sign_in(&other)]);
    world.end_sign_in();
    let keeper = world.keeper(0);
    world.inside().faults.push_back(NetFault::OursIsWrong);
    assert!(matches!(keeper.token().await, Err(KeeperFault::Refused(_))), "one of them may still live");
    assert_eq!(keeper.state(), State::In);
    pass(61).await;
    assert_eq!(keeper.token().await.unwrap_err(), KeeperFault::Ended(Dead::NotFound), "all are dead");
}

#[tokio::test(start_paused = true)]
async fn an_entry_that_cannot_be_read_stays_as_it_is() {
    let newer = r#"{"v":2,"kind":"sign_in","refresh":"abcdefghij12"}"#;
    let good = sign_in("abcdefghij12");
    for texts in
        [vec!["\u{1}\u{2}"], vec![newer], vec![r#"{"v":1,"kind":"waiting"}"#], vec![good.as_str(), "nothing"]]
    {
        let world = hour(Form::One);
        world.drawer.put(world.id, &texts);
        let keeper = world.keeper(0);
        let unreadable = KeeperFault::Keychain(KeychainFault::Unreadable);
        assert_eq!(keeper.token().await.unwrap_err(), unreadable);
        assert_eq!(keeper.begin(world.sign_in()).await, Err(unreadable));
        assert_eq!(keeper.state(), State::EntryUnreadable);
        assert_eq!(
            (refreshes(&world), world.drawer.texts(world.id)),
            (0, texts.iter().map(ToString::to_string).collect())
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_keychain_does_is_a_state_and_passes() {
    let moods = [
        (Mood::Locked, State::KeychainLocked),
        (Mood::Silent, State::KeychainSilent),
        (Mood::Absent, State::KeychainAbsent),
        (Mood::Another, State::KeychainAnother),
    ];
    for (mood, state) in moods {
        let world = hour(Form::One);
        let refresh = world.signed_in_before();
        world.drawer.set(mood);
        let keeper = world.keeper(0);
        let asked = Instant::now();
        assert!(matches!(keeper.token().await, Err(KeeperFault::Keychain(_))), "{mood:?}");
        assert!(asked.elapsed() < Duration::from_secs(4), "{mood:?}: {:?}", asked.elapsed());
        let mut states = keeper.states();
        states.wait_for(|now| *now == state).await.unwrap();
        assert_eq!(world.drawer.texts(world.id), [sign_in(&refresh)]);
        assert_eq!(refreshes(&world), 0);
        // Nobody calls, and nobody says that it is open again: within a minute it is found.
        world.drawer.set(Mood::Open);
        timeout(Duration::from_secs(61), states.wait_for(|now| *now == State::In)).await.unwrap().unwrap();
        keeper.token().await.unwrap();
        assert_eq!(refreshes(&world), 1);
        hold(&world);
    }
}

#[tokio::test(start_paused = true)]
async fn an_unlocked_keychain_signs_in_at_once() {
    let world = hour(Form::Two);
    world.signed_in_before();
    world.drawer.set(Mood::Locked);
    let keeper = world.keeper(0);
    assert_eq!(keeper.token().await.unwrap_err(), KeeperFault::Keychain(KeychainFault::Locked));
    world.drawer.set(Mood::Open);
    keeper.keychain_changed();
    let mut states = keeper.states();
    let asked = Instant::now();
    states.wait_for(|now| *now == State::In).await.unwrap();
    keeper.token().await.unwrap();
    assert!(asked.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn while_a_prompt_stands_calls_are_told_so_at_once() {
    let world = hour(Form::Two);
    world.signed_in_before();
    world.drawer.set(Mood::Prompting);
    let keeper = world.keeper(0);
    let locked = KeeperFault::Keychain(KeychainFault::Locked);
    let asked = Instant::now();
    assert_eq!(keeper.token().await.unwrap_err(), locked);
    assert!(asked.elapsed() < Duration::from_secs(4), "{:?}", asked.elapsed());
    pass(20).await;
    for _ in 0..10 {
        let asked = Instant::now();
        assert_eq!(keeper.token().await.unwrap_err(), locked);
        assert_eq!(asked.elapsed(), Duration::ZERO);
    }
    assert_eq!(keeper.state(), State::KeychainLocked);
    // Half a minute at the prompt is none of the refresh's own time.
    pass(15).await;
    world.drawer.set(Mood::Open);
    pass(1).await;
    let asked = Instant::now();
    keeper.token().await.unwrap();
    assert_eq!((asked.elapsed(), keeper.state(), refreshes(&world)), (Duration::ZERO, State::In, 1));
}

#[tokio::test(start_paused = true)]
async fn a_good_token_is_given_while_the_keychain_is_locked() {
    let world = hour(Form::One);
    let (keeper, first) = signed_in(&world).await;
    world.drawer.set(Mood::Locked);
    pass(3590).await;
    assert!(is_same(&keeper.token().await.unwrap(), &first));
    assert_eq!(refreshes(&world), 1);
    pass(20).await;
    keeper.keychain_changed();
    assert_eq!(keeper.token().await.unwrap_err(), KeeperFault::Keychain(KeychainFault::Locked));
}

#[tokio::test(start_paused = true)]
async fn without_a_keychain_one_stays_in_until_the_program_is_quit() {
    let world = hour(Form::One);
    world.drawer.set(Mood::Absent);
    let keeper = world.keeper(0);
    keeper.begin(world.sign_in()).await.unwrap();
    assert_eq!(keeper.state(), State::InThisRunOnly);
    let first = keeper.token().await.unwrap();
    assert_eq!(refreshes(&world), 0);
    pass(3590).await;
    assert!(!is_same(&keeper.token().await.unwrap(), &first));
    assert_eq!((refreshes(&world), keeper.state()), (1, State::InThisRunOnly));
    world.drawer.set(Mood::Open);
    assert_eq!(world.drawer.texts(world.id), [""; 0]);
    drop(keeper);
    let keeper = world.keeper(1);
    assert_eq!(keeper.token().await.unwrap_err(), KeeperFault::Missing);
    assert_eq!(keeper.state(), State::Missing);
}

#[tokio::test(start_paused = true)]
async fn what_a_locked_keychain_does_not_take_is_stored_later_or_kept_for_this_run() {
    let world = hour(Form::One);
    world.drawer.set(Mood::Locked);
    let keeper = world.keeper(0);
    let locked = KeeperFault::Keychain(KeychainFault::Locked);
    assert_eq!(keeper.begin(world.sign_in()).await, Err(locked.clone()));
    assert_eq!(keeper.token().await.unwrap_err(), locked);
    world.drawer.set(Mood::Open);
    pass(61).await;
    assert_eq!((keeper.state(), world.drawer.texts(world.id).len()), (State::In, 1));
    assert_eq!(world.call(0, keeper.token().await.unwrap()).await, Ok(()));
    assert_eq!(refreshes(&world), 0);

    let world = hour(Form::One);
    world.drawer.set(Mood::Locked);
    let keeper = world.keeper(0);
    assert_eq!(keeper.begin(world.sign_in()).await, Err(KeeperFault::Keychain(KeychainFault::Locked)));
    keeper.stay_for_this_run();
    keeper.token().await.unwrap();
    assert_eq!(keeper.state(), State::InThisRunOnly);
    hold(&world);
}

#[tokio::test(start_paused = true)]
async fn a_program_that_only_sleeps_keeps_its_turn() {
    let world = hour(Form::Two);
    world.signed_in_before();
    let held = File::create(world.lock()).unwrap();
    held.lock().unwrap();
    let keeper = world.keeper(0);
    let asked = Instant::now();
    assert_eq!(keeper.token().await.unwrap_err(), KeeperFault::Busy);
    assert!(asked.elapsed() <= Duration::from_secs(11), "{:?}", asked.elapsed());
    world.sleep(24 * HOUR);
    assert_eq!(keeper.token().await.unwrap_err(), KeeperFault::Busy);
    assert_eq!(refreshes(&world), 0);
    drop(held);
    keeper.token().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_keychain_that_goes_back_in_time_makes_no_old_token_go_out() {
    for form in [Form::One, Form::Two] {
        let world = hour(form);
        let old = world.signed_in_before();
        let keeper = world.keeper(0);
        keeper.token().await.unwrap();
        pass(3590).await;
        keeper.token().await.unwrap();
        world.drawer.put_sign_in(world.id, &old);
        pass(3590).await;
        keeper.token().await.unwrap();
        assert_eq!(refreshes(&world), 3);
        let stored = refresh_in(&world.drawer.texts(world.id)[0]).unwrap();
        assert_eq!(world.inside().families.generations_behind(&stored), Some(0));
        hold(&world);
    }
}

#[tokio::test(start_paused = true)]
async fn another_programs_token_is_the_one_that_is_refreshed() {
    for form in [Form::One, Form::Two] {
        let world = hour(form);
        world.signed_in_before();
        let keepers = [world.keeper(0), world.keeper(1)];
        for _ in 0..10 {
            for (process, keeper) in keepers.iter().enumerate() {
                let call = with_token(keeper, judge, |access| world.call(process, access));
                call.await.unwrap();
            }
            pass(3590).await;
        }
        assert_eq!(refreshes(&world), 20);
        hold(&world);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_refused_is_made_once_more_and_no_oftener() {
    let world = hour(Form::One);
    let (keeper, first) = signed_in(&world).await;
    let mut made = Vec::new();
    let refused: Result<(), _> = with_token(
        &keeper,
        |(): &()| Then::SameAgain(A_LITTLE_TIME),
        |access| {
            made.push(access);
            async { Err(()) }
        },
    )
    .await;
    assert!(refused.is_err());
    assert!(made.len() == 2 && made.iter().all(|access| is_same(access, &first)));
    assert_eq!(refreshes(&world), 1);

    let mut made = Vec::new();
    let refused: Result<(), _> = with_token(
        &keeper,
        |(): &()| Then::Refresh,
        |access| {
            made.push(access);
            async { Err(()) }
        },
    )
    .await;
    assert!(refused.is_err());
    assert!(made.len() == 2 && is_same(&made[0], &first) && !is_same(&made[1], &first));
    assert_eq!(refreshes(&world), 2);
}

#[tokio::test(start_paused = true)]
async fn the_last_keeper_takes_its_work_with_it() {
    let world = hour(Form::One);
    world.signed_in_before();
    let keeper = world.keeper(0);
    keeper.keychain_changed();
    assert!(timeout(Duration::from_millis(20), keeper.token()).await.is_err());
    let held = Arc::strong_count(&world);
    drop(keeper);
    yield_now().await;
    assert!(Arc::strong_count(&world) < held, "its line and its clock are gone");
    pass(5).await;
    assert_eq!(world.inside().counts.refreshes, 1);
    assert!(World::keeper(&world, 1).token().await.is_ok(), "and its turn");
}

#[tokio::test(start_paused = true)]
async fn nothing_secret_is_shown() {
    let world = hour(Form::One);
    let tokens = world.sign_in();
    assert_eq!(format!("{tokens:?}"), "Tokens { .. }");
    let keeper: TheKeeper = Keeper::clone(&world.keeper(0));
    keeper.begin(tokens).await.unwrap();
    let shown = format!("{:?}", keeper.token().await.unwrap());
    assert_eq!(shown, "Access { number: 1, .. }");
}
