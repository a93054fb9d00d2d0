//! A mail's code that has run out, and a link that belongs to another attempt, as a person reads it.

use firstbell_school::Scripted;
use firstbell_tests::kit::{Desktop, Page, wait};

use super::getting_in::{sign_up, to_door_by_address};
use super::scene::{SOON, settled};
use super::school_trouble::with_door;

const CODE_OVER: &str = "This code is wrong, was used already or has run out.";
const ANOTHER_ATTEMPT: &str = "This link was asked for on another computer, or before.";

#[tokio::test]
async fn a_code_that_has_run_out_is_told_and_a_new_mail_is_offered() {
    let school = with_door(Scripted::start().unwrap());
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    let app = settled(&desktop).await;
    let page = app.page().unwrap();
    to_door_by_address(&page, school.url(), school.publishable_key()).await;
    page.field("a student").await.unwrap().click().await.unwrap();
    school.answer("sign-up, address has to be confirmed", "sign up").unwrap();
    sign_up(&page, "Ben", "ben@example.com").await;
    for what in ["the code after its hour", "a wrong code", "the same code again"] {
        school.answer_next("sign-up, address has to be confirmed", what).unwrap();
        type_code(&page, "Is there a code in the mail?", &school).await;
        page.shows(CODE_OVER).await.unwrap();
        page.shows("else have a new mail sent").await.unwrap();
        assert_eq!(app.axe().await.unwrap(), [], "{what}");
        // With the new mail the line goes, so that the next one is not taken for it.
        school
            .answer_next("sign-up, address has to be confirmed", "send again for an unknown address")
            .unwrap();
        page.press("Send it again").await.unwrap();
        page.shows_no(CODE_OVER).await.unwrap();
    }
    forgets_password(&page, &school).await;
    school.answer_next("passwords and addresses", "a wrong code").unwrap();
    type_code(&page, "Or type the code from the mail", &school).await;
    page.shows(CODE_OVER).await.unwrap();
    page.says("main h1", "Northside has sent you a mail.").await.unwrap();
}

/// Types a code, and waits until the school was asked for it.
async fn type_code(page: &Page<'_>, label: &str, school: &Scripted) {
    school.forget_asked();
    page.fill(label, "123456").await.unwrap();
    page.press("Confirm").await.unwrap();
    wait::until_true("the school to be asked", SOON, async || {
        Ok(school.asked_for("/auth/v1/verify").len() == 1)
    })
    .await
    .unwrap();
}

/// From the page of a mail to that of a mail for a new password.
async fn forgets_password(page: &Page<'_>, school: &Scripted) {
    page.press("Sign in").await.unwrap();
    page.says("main h1", "Sign in to Northside").await.unwrap();
    page.fill("E-mail", "ben@example.com").await.unwrap();
    school.answer("links in mails", "forgotten password with PKCE and an own way back").unwrap();
    page.press("Forgotten password").await.unwrap();
    page.says("main h1", "Northside has sent you a mail.").await.unwrap();
    page.shows("Or type the code from the mail").await.unwrap();
}

#[tokio::test]
async fn a_link_of_another_attempt_is_told_on_the_page_and_in_the_browser() {
    let school = with_door(Scripted::start().unwrap());
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    let app = settled(&desktop).await;
    let page = app.page().unwrap();
    to_door_by_address(&page, school.url(), school.publishable_key()).await;
    page.press("I have an account").await.unwrap();
    forgets_password(&page, &school).await;
    for what in ["the code with a wrong verifier", "PKCE code that is none", "the code a second time"] {
        school.answer_next("links in mails", what).unwrap();
        let asked = school.asked_for("/auth/v1/recover").pop().unwrap();
        let way_back = asked.in_query("redirect_to").unwrap();
        let link = format!("{way_back}?code=2f9c1a52-6a1b-4b53-9a55-0d3e4c1f7c11");
        let shown = firstbell_school::http_client().build().unwrap().get(link).send().await.unwrap();
        let shown = shown.text().await.unwrap();
        assert!(shown.contains("First Bell"), "{shown}");
        page.says("main .mend", ANOTHER_ATTEMPT).await.unwrap();
        page.says("main h1", "Northside has sent you a mail.").await.unwrap();
        assert_eq!(app.axe().await.unwrap(), [], "{what}");
        // A new mail leads back to an address of its own, and what was wrong with the one before is over.
        page.press("Send it again").await.unwrap();
        page.shows_no(ANOTHER_ATTEMPT).await.unwrap();
    }
}
