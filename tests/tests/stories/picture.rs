//! The first picture: the page as it is seen before the window answers (`ui/src/picture.ts`).

use chrono::Utc;
use firstbell_tests::kit::calendar::Lesson;
use firstbell_tests::kit::{App, Desktop, wait};
use serde_json::json;

use super::scene::{SOON, start};

/// A window beside the one that is there, drawn from the same start: the page's script is called when the picture
/// has been painted, and then counts the presses of *Week*.
const DRAW_ANOTHER: &str = "
    const done = arguments[arguments.length - 1];
    const kept = document.getElementById('window');
    kept.id = 'kept';
    const boot = document.createElement('script');
    boot.type = 'application/json';
    boot.id = 'boot';
    boot.textContent = JSON.stringify(await window.__TAURI_INTERNALS__.invoke('boot'));
    const another = document.createElement('div');
    another.id = 'window';
    document.body.append(boot, another);
    const script = document.createElement('script');
    script.src = '/assets/picture.js';
    await new Promise((loaded, failed) => { script.onload = loaded; script.onerror = failed; document.body.append(script); });
    const week = () => [...another.querySelectorAll('nav button')].find((one) => one.textContent === 'Week');
    const press = () => week().dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
    const result = { presses: 0 };
    const ready = new Promise((called) => {
      globalThis.firstBellWindow = () => {
        week().addEventListener('click', () => { result.presses += 1; });
        called();
      };
    });
    document.dispatchEvent(new Event('DOMContentLoaded'));
    result.kept = kept.innerHTML;
    result.picture = another.innerHTML;
    // A press that is held says so.
    result.held = [!press(), !press()];
    await ready;
    await null;
    for (const one of [boot, another, script]) one.remove();
    kept.id = 'window';
    done(result);
";

async fn with_lessons<'a>(desktop: &'a Desktop, seconds: &[i64]) -> App<'a> {
    desktop.settled().await.unwrap();
    let lessons: Vec<_> = seconds.iter().map(|&one| Lesson::starting_in(one, Utc::now())).collect();
    desktop.import(&lessons).await.unwrap();
    let app = start(desktop).await;
    app.page().unwrap().says("article.card", "Algebra").await.unwrap();
    app
}

#[tokio::test]
async fn the_window_takes_over_its_picture_as_it_stands_and_what_was_pressed_in_it() {
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    let app = with_lessons(&desktop, &[3600, 7200]).await;
    let page = app.page().unwrap();

    // The window's elements are those of the picture: drawn anew they would have their attributes in another order.
    // Until both are of the same minute.
    let drawn = wait::until("the same words", SOON, async || {
        let drawn = page.script_that_waits(DRAW_ANOTHER).await?;
        Ok((drawn["kept"] == drawn["picture"]).then_some(drawn))
    })
    .await
    .unwrap();
    assert!(drawn["picture"].as_str().unwrap().contains("Algebra"), "{drawn}");
    // Two presses that came before anything could answer are held, and answered then, once.
    assert_eq!((&drawn["held"], &drawn["presses"]), (&json!([true, true]), &json!(1)));

    // And what was taken over answers.
    page.press("Week").await.unwrap();
    page.says("nav [aria-current=page]", "Week").await.unwrap();
    app.terminate().await.unwrap();
}

#[tokio::test]
async fn a_page_that_is_loaded_again_is_drawn_without_a_picture() {
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    let app = with_lessons(&desktop, &[3600]).await;
    let page = app.page().unwrap();
    // The mark by which a picture is taken over.
    let picture = "return document.getElementById('window').innerHTML.startsWith('<!--[-->');";
    assert_eq!(page.script(picture, Vec::new()).await.unwrap(), json!(true));
    page.script("location.reload();", Vec::new()).await.unwrap();
    wait::until_true("the page to be loaded again", SOON, async || {
        let again = "return performance.getEntriesByType('navigation')[0]?.type === 'reload' && !!document.querySelector('article.card');";
        Ok(page.script(again, Vec::new()).await?.as_bool() == Some(true))
    })
    .await
    .unwrap();
    assert_eq!(page.script(picture, Vec::new()).await.unwrap(), json!(false));
    page.press("Week").await.unwrap();
    page.says("nav [aria-current=page]", "Week").await.unwrap();
}
