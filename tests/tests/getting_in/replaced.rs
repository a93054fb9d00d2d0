//! A new sign-in takes the place of an older one in a real keychain, and the program ends at any point of that.

use std::time::Duration;

use firstbell_core::app::open;
use firstbell_core::clock::{Clock as _, SystemClock};
use firstbell_core::data_folder::DataFolder;
use firstbell_core::secret::{Secrets, SystemKeychain};
use firstbell_core::sign_in::{SchoolState, SignIn};
use firstbell_core::store::{Store, device::sign_ins};
use firstbell_school::Scripted;
use firstbell_tests::kit::{Desktop, Keyring, keyring, wait};
use uuid::Uuid;

use crate::beside::run_beside;
use crate::desk::{Desk, PASSWORD, fresh_email};
use crate::roles::northside;

const SOON: Duration = Duration::from_secs(20);

/// Somebody who is signed in, on a computer with a keyring.
struct SignedIn {
    desktop: Desktop,
    _keyring: Keyring,
    school: Scripted,
    desk: Desk,
    email: String,
}

async fn signed_in() -> SignedIn {
    let desktop = Desktop::plan().without_notifications().start().await.unwrap();
    let keyring = Keyring::start(&desktop).await.unwrap();
    let school = Scripted::in_front_of(northside().await).unwrap();
    let bus = format!("unix:path={}/run/bus", desktop.root().display());
    let desk = Desk::with(Secrets::System(SystemKeychain::on_bus(&bus))).await;
    let email = fresh_email("ben");
    desk.signed_up(school.url(), school.publishable_key(), &email).await;
    SignedIn { desktop, _keyring: keyring, school, desk, email }
}

async fn store(desk: &Desk) -> Store {
    let folder = DataFolder::open(desk.path()).unwrap();
    open::open_beside(&folder, SystemClock.now()).await.store
}

async fn the_only(store: &Store) -> SignIn {
    sign_ins::all(&mut store.read().await.unwrap()).await.unwrap().remove(0)
}

/// How many entries of First Bell the keyring has.
async fn entries(desktop: &Desktop) -> usize {
    keyring::found(desktop, &[("service", "firstbell")]).await.unwrap().len()
}

#[tokio::test]
async fn a_program_that_ends_before_the_new_token_is_stored_goes_back_to_the_old_one() {
    let SignedIn { desktop, _keyring, school, desk, .. } = signed_in().await;
    // As a death between the row and the keychain leaves it.
    let store = store(&desk).await;
    let before = the_only(&store).await;
    let mut tx = store.write().await.unwrap();
    let moved = "https://moved.school.example".parse().unwrap();
    let lost = SignIn { entry: Uuid::new_v4(), address: moved, ..before.clone() };
    sign_ins::put(&mut tx, &lost, SystemClock.now()).await.unwrap();
    sign_ins::add_replaced(&mut tx, &before).await.unwrap();
    tx.commit().await.unwrap();

    let desk = desk.start_again().await;
    school.forget_asked();
    let running = run_beside(&desk).await;
    running.is_up();
    wait::until_true("the school to be asked", SOON, async || {
        Ok(!school.asked_for("/rest/v1/rpc/who_am_i").is_empty())
    })
    .await
    .unwrap();
    let back = the_only(&store).await;
    assert_eq!((back.entry, back.address), (before.entry, before.address), "its token goes nowhere else");
    assert!(matches!(desk.app.schools().await.unwrap()[0].state, SchoolState::Asked | SchoolState::In));
    assert_eq!(sign_ins::replaced(&mut store.read().await.unwrap()).await.unwrap(), []);
    assert_eq!(entries(&desktop).await, 1);
    running.stop().await;
}

#[tokio::test]
async fn an_old_token_that_a_locked_keychain_keeps_goes_once_it_is_unlocked() {
    let SignedIn { desktop, _keyring, school, desk, email } = signed_in().await;
    let store = store(&desk).await;
    let before = the_only(&store).await;
    desk.at_door(school.url(), school.publishable_key()).await;
    desk.app.sign_in(&email, PASSWORD.into()).await.unwrap();
    let after = the_only(&store).await;
    assert_ne!(after.entry, before.entry);
    assert_eq!(entries(&desktop).await, 1, "the old one went at once");

    // As a keyring that was locked at that moment leaves it.
    let old = before.entry.to_string();
    keyring::put(&desktop, &[("service", "firstbell"), ("username", &old)], b"old").await.unwrap();
    let mut tx = store.write().await.unwrap();
    sign_ins::add_replaced(&mut tx, &before).await.unwrap();
    tx.commit().await.unwrap();
    let desk = desk.start_again().await;
    desk.app.look_after_sign_ins().await.unwrap();
    assert_eq!(entries(&desktop).await, 1);
    assert_eq!(the_only(&store).await.entry, after.entry);
    assert_eq!(sign_ins::replaced(&mut store.read().await.unwrap()).await.unwrap(), []);
}
