//! Signing out: here at once, at the school when it answers.

use std::{sync::Arc, time::Duration};

use firstbell_core::{
    school::{
        fault::Fault,
        supabase::{
            accounts::SignOutScope,
            error::{Dead, Refusal},
            keeper::{KeeperFault, Revoked, SignOutThatWaits, State, sign_out_that_waits},
        },
    },
    secret::KeychainFault,
};
use tokio::{task::yield_now, time::sleep};

use super::{
    families::Form,
    keychain::refresh_in,
    schedule::{Mood, NetFault},
    world::{TheKeeper, World},
};

const OFFLINE: NetFault = NetFault::Lost(Fault::Offline);

fn left(scope: SignOutScope) -> SignOutThatWaits {
    SignOutThatWaits {
        address: "https://school.example".to_owned(),
        key: "sb_publishable_x".to_owned(),
        scope,
    }
}

async fn signed_in() -> (Arc<World>, TheKeeper) {
    let world = World::new(Form::Two, Duration::from_secs(3600));
    world.signed_in_before();
    let keeper = world.keeper(0);
    keeper.token().await.unwrap();
    (world, keeper)
}

fn kinds(world: &World) -> Vec<String> {
    let kind = |text: &String| {
        let entry: serde_json::Value = serde_json::from_str(text).unwrap();
        entry["kind"].as_str().unwrap().to_owned()
    };
    world.drawer.texts(world.id).iter().map(kind).collect()
}

fn is_alive(world: &World, refresh: &str) -> bool {
    let inside = world.inside();
    inside.families.sign_in_of(refresh).is_some_and(|sign_in| inside.families.is_alive(sign_in))
}

fn stored(world: &World) -> String {
    refresh_in(&world.drawer.texts(world.id)[0]).unwrap()
}

fn refreshes(world: &World) -> usize {
    world.inside().counts.refreshes
}

#[tokio::test(start_paused = true)]
async fn signing_out_offline_forgets_here_and_tells_the_school_later() {
    let (world, keeper) = signed_in().await;
    let refresh = stored(&world);
    let marking = keeper.sign_out(left(SignOutScope::ThisOne));
    // Before anything was waited for.
    assert_eq!(keeper.state(), State::SignedOut);
    assert_eq!(keeper.token().await.unwrap_err(), KeeperFault::SignedOut);
    marking.await.unwrap();
    assert_eq!(kinds(&world), ["to_be_revoked"]);
    for _ in 0..3 {
        world.inside().faults.push_back(OFFLINE);
        assert_eq!(keeper.revoke().await, Err(KeeperFault::School(Fault::Offline)));
        assert_eq!(kinds(&world), ["to_be_revoked"]);
        assert!(is_alive(&world, &refresh));
    }
    assert_eq!(keeper.revoke().await, Ok(Revoked::ByTheSchool));
    assert!(!is_alive(&world, &refresh));
    assert_eq!(kinds(&world), [""; 0]);
    assert_eq!(refreshes(&world), 1, "the access token was still good");
    assert_eq!(keeper.revoke().await, Ok(Revoked::Nothing));
}

#[tokio::test(start_paused = true)]
async fn a_sign_out_that_waits_signs_nobody_in_and_outlives_a_restart() {
    let (world, keeper) = signed_in().await;
    keeper.sign_out(left(SignOutScope::Everywhere)).await.unwrap();
    let refresh = stored(&world);
    drop(keeper);
    yield_now().await;

    let next = world.keeper(1);
    assert_eq!(next.token().await.unwrap_err(), KeeperFault::SignedOut);
    assert_eq!(next.state(), State::SignedOut);
    assert_eq!(refreshes(&world), 1, "nothing was sent");
    drop(next);

    let hand = world.drawer.hand(2);
    let waits = sign_out_that_waits(&*hand, world.id).await.unwrap().unwrap();
    assert_eq!(waits, left(SignOutScope::Everywhere));
    let last = world.keeper(2).of_sign_out(waits);
    assert_eq!(last.revoke().await, Ok(Revoked::ByTheSchool));
    assert_eq!(
        world.inside().signed_out.iter().map(|(_, scope)| *scope).collect::<Vec<_>>(),
        [SignOutScope::Everywhere]
    );
    assert_eq!(refreshes(&world), 2);
    assert!(!is_alive(&world, &refresh));
    assert_eq!(kinds(&world), [""; 0]);
    assert_eq!(sign_out_that_waits(&*hand, world.id).await, Ok(None));
}

#[tokio::test(start_paused = true)]
async fn an_access_token_that_has_run_out_is_refreshed_to_sign_out() {
    let (world, keeper) = signed_in().await;
    keeper.sign_out(left(SignOutScope::ThisOne)).await.unwrap();
    let parent = stored(&world);
    sleep(Duration::from_secs(4000)).await;
    // The child is stored before it is used, and no answer sends the parent again.
    world.inside().faults.push_back(NetFault::DoneAndLost(Fault::Silent));
    assert_eq!(keeper.revoke().await, Err(KeeperFault::School(Fault::Silent)));
    assert_eq!(stored(&world), parent);
    world.inside().faults.extend([NetFault::Lost(Fault::TooMany(None))]);
    assert!(keeper.revoke().await.is_err());
    assert_eq!(keeper.revoke().await, Ok(Revoked::ByTheSchool));
    let sent: Vec<_> = world.inside().sent.iter().skip(1).map(|(_, token)| token.clone()).collect();
    assert_eq!(sent, [parent.clone(), parent.clone(), parent]);
    assert_eq!(kinds(&world), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn what_the_school_has_ended_already_is_done_too() {
    for passed in [10, 4000] {
        let (world, keeper) = signed_in().await;
        world.end_sign_in();
        sleep(Duration::from_secs(passed)).await;
        keeper.sign_out(left(SignOutScope::ThisOne)).await.unwrap();
        let dead = if passed == 10 { Dead::SessionNotFound } else { Dead::NotFound };
        assert_eq!(keeper.revoke().await, Ok(Revoked::WasOver(dead)));
        assert_eq!(kinds(&world), [""; 0]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_ban_keeps_the_sign_out_for_later() {
    let (world, keeper) = signed_in().await;
    sleep(Duration::from_secs(4000)).await;
    keeper.sign_out(left(SignOutScope::ThisOne)).await.unwrap();
    let until = world.now() + Duration::from_secs(60);
    world.inside().banned_until = until;
    assert_eq!(keeper.revoke().await, Err(KeeperFault::Refused(Refusal::Banned)));
    assert_eq!(kinds(&world), ["to_be_revoked"]);
    sleep(Duration::from_secs(61)).await;
    assert_eq!(keeper.revoke().await, Ok(Revoked::ByTheSchool));
}

#[tokio::test(start_paused = true)]
async fn a_locked_keychain_keeps_nobody_from_signing_out() {
    let (world, keeper) = signed_in().await;
    let refresh = stored(&world);
    world.drawer.set(Mood::Locked);
    let locked = KeeperFault::Keychain(KeychainFault::Locked);
    assert_eq!(keeper.sign_out(left(SignOutScope::ThisOne)).await, Err(locked.clone()));
    assert_eq!(keeper.token().await.unwrap_err(), KeeperFault::SignedOut);
    // The school can be told all the same; the entry, which is dead now, goes later.
    assert_eq!(keeper.revoke().await, Err(locked));
    assert!(!is_alive(&world, &refresh));
    world.drawer.set(Mood::Open);
    assert_eq!(keeper.revoke().await, Ok(Revoked::ByTheSchool));
    assert_eq!(kinds(&world), [""; 0]);

    // Killed before it could be written: whoever knows that it was signed out revokes it at the next start.
    let (world, keeper) = signed_in().await;
    world.drawer.set(Mood::Locked);
    assert!(keeper.sign_out(left(SignOutScope::ThisOne)).await.is_err());
    drop(keeper);
    world.drawer.set(Mood::Open);
    assert_eq!(kinds(&world), ["sign_in"]);
    let next = world.keeper(1).of_sign_out(left(SignOutScope::ThisOne));
    assert_eq!(next.token().await.unwrap_err(), KeeperFault::SignedOut);
    assert_eq!(next.revoke().await, Ok(Revoked::ByTheSchool));
    assert_eq!(kinds(&world), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn signing_out_in_the_middle_of_a_refresh_leaves_no_sign_in() {
    for wait in [0, 3, 8, 20, 60, 88, 93, 97] {
        let (world, keeper) = signed_in().await;
        sleep(Duration::from_secs(3590)).await;
        let asking = {
            let keeper = keeper.clone();
            tokio::spawn(async move { keeper.token().await.map(|_| ()) })
        };
        sleep(Duration::from_millis(wait)).await;
        keeper.sign_out(left(SignOutScope::ThisOne)).await.unwrap();
        assert_eq!(asking.await.unwrap(), Err(KeeperFault::SignedOut), "{wait}");
        assert_eq!(
            (keeper.state(), kinds(&world)),
            (State::SignedOut, vec!["to_be_revoked".to_owned()]),
            "{wait}"
        );
        let refresh = stored(&world);
        assert!(matches!(keeper.revoke().await, Ok(Revoked::ByTheSchool)), "{wait}");
        assert!(!is_alive(&world, &refresh));
        assert_eq!(kinds(&world), [""; 0]);
        assert_eq!(world.inside().violations, [""; 0], "{wait}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_of_this_run_only_is_revoked_as_well() {
    let world = World::new(Form::One, Duration::from_secs(3600));
    world.drawer.set(Mood::Absent);
    let keeper = world.keeper(0);
    keeper.begin(world.sign_in()).await.unwrap();
    sleep(Duration::from_secs(4000)).await;
    keeper.sign_out(left(SignOutScope::ThisOne)).await.unwrap();
    world.inside().faults.push_back(OFFLINE);
    assert!(keeper.revoke().await.is_err());
    assert_eq!(keeper.revoke().await, Ok(Revoked::ByTheSchool));
    assert_eq!(keeper.revoke().await, Ok(Revoked::Nothing));
}
