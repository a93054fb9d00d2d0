//! The course in real windows, each with a folder and a keychain of its own: a wish, a parent's yes, the tutor's, and the
//! session in everybody's list.

use firstbell_school::Server;
use firstbell_tests::kit::calendar::MEET_LINK;
use firstbell_tests::kit::{App, Desktop, Page, wait};

use super::at_school::{northside, sign_in, with_keyring};
use super::scene::{BELL, SOON, settled};

/// Has the app that runs there ask the school now.
async fn look_again(desktop: &Desktop) {
    let synced = desktop.bell(&["sync"]).await.unwrap();
    assert!(synced.status.success(), "{synced:?}");
}

/// Presses the dialog's chief button, which says the time that is asked for.
async fn press_chief(page: &Page<'_>) {
    page.script("document.querySelector('dialog button.chief').click()", Vec::new()).await.unwrap();
}

#[tokio::test]
async fn a_wish_goes_from_the_childs_window_over_the_parents_to_the_tutors_and_comes_back_as_a_session() {
    let server = northside(3600).await;
    let (at_dans, at_cleos, at_adas) = (with_keyring().await, with_keyring().await, with_keyring().await);
    let (dan, cleo, ada) = (settled(&at_dans).await, settled(&at_cleos).await, settled(&at_adas).await);
    for (app, name) in [(&dan, "DAN"), (&cleo, "CLEO"), (&ada, "ADA")] {
        sign_in(app, &server, name).await;
    }

    // Ada says where she teaches.
    let page = ada.page().unwrap();
    page.press("Settings").await.unwrap();
    page.fill("Your own meeting link", MEET_LINK).await.unwrap();
    page.press("Save").await.unwrap();
    page.shows("Your link is kept on this computer.").await.unwrap();
    page.press("Today").await.unwrap();

    // Dan asks, and what he typed wrongly stays before him.
    let page = dan.page().unwrap();
    page.press("Ask for a time").await.unwrap();
    page.shows("Ask Ada for a time").await.unwrap();
    press_chief(&page).await;
    page.shows("Say what the lesson is about.").await.unwrap();
    page.fill("What", "Rhetoric").await.unwrap();
    assert_eq!(dan.axe().await.unwrap(), []);
    press_chief(&page).await;
    page.no_dialog().await.unwrap();
    page.says("section.asked", "Rhetoric with Ada, once a parent agrees").await.unwrap();

    // His mother agrees, and then it is Ada's turn.
    look_again(&at_cleos).await;
    let page = cleo.page().unwrap();
    page.says("section.needs", "Dan wants to ask Ada for Rhetoric").await.unwrap();
    assert_eq!(cleo.axe().await.unwrap(), []);
    page.script(
        "[...document.querySelectorAll('.request')].find((row) => row.textContent.includes('Rhetoric'))
           .querySelector('button.strong').click()",
        Vec::new(),
    )
    .await
    .unwrap();
    page.says("section.asked", "You asked Ada for Rhetoric").await.unwrap();
    look_again(&at_adas).await;
    let page = ada.page().unwrap();
    page.says("section.needs", "Dan asks for Rhetoric").await.unwrap();
    page.press("Confirm").await.unwrap();

    // All three have it, with both buttons, which are two.
    for (app, desktop) in [(&ada, &at_adas), (&dan, &at_dans), (&cleo, &at_cleos)] {
        look_again(desktop).await;
        let page = app.page().unwrap();
        page.press("Search").await.unwrap();
        page.fill("Name, subject or words", "Rhetoric").await.unwrap();
        page.says("dialog .row", "Rhetoric").await.unwrap();
        page.press("View session").await.unwrap();
        page.no_dialog().await.unwrap();
        page.says("main h1", "Rhetoric").await.unwrap();
        page.shows("Opens").await.unwrap();
    }
    it_rings_for_all_and_leads_into_one_room(
        &server,
        [(&ada, &at_adas), (&dan, &at_dans), (&cleo, &at_cleos)],
    )
    .await;
}

/// The school moves the lesson, so that its bell is due soon.
async fn it_rings_for_all_and_leads_into_one_room(server: &Server, all: [(&App<'_>, &Desktop); 3]) {
    // Whatever else the sample has planned around now is in nobody's way.
    let soon = "delete from private.slots where during && tstzrange(now(), now() + interval '2 hours');
        update public.sessions set scheduled_start_at = now() + interval '330 seconds',
          scheduled_end_at = now() + interval '330 seconds 45 minutes' where subject = 'Rhetoric'";
    server.connect().await.unwrap().batch_execute(soon).await.unwrap();
    for (_, desktop) in all {
        look_again(desktop).await;
    }
    for (_, desktop) in all {
        wait::until_true("the bell", BELL, async || {
            Ok(desktop.notifications.all().iter().any(|ring| ring.summary.contains("Rhetoric")))
        })
        .await
        .unwrap();
    }
    let [(ada, at_adas), (dan, at_dans), _] = all;
    for (app, desktop) in [(dan, at_dans), (ada, at_adas)] {
        app.page().unwrap().press("Join").await.unwrap();
        assert_eq!(desktop.opener.wait_for_opened(1, SOON).await.unwrap(), [vec![MEET_LINK]]);
    }
    // Ada reads when Dan went in.
    look_again(at_adas).await;
    let page = ada.page().unwrap();
    wait::until_true("the line of Dan's press", SOON, async || {
        let lines = "return [...document.querySelectorAll('ol.ledger li')].map((line) => line.textContent)";
        let lines = page.script(lines, Vec::new()).await?;
        Ok(lines.as_array().is_some_and(|lines| {
            lines
                .iter()
                .filter_map(|line| line.as_str())
                .any(|line| line.contains("Opened the meeting") && line.contains("student"))
        }))
    })
    .await
    .unwrap();
}
