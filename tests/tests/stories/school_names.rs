//! A school's name that leads nowhere, as a person reads it: told apart from a computer that is not connected.

use std::time::{Duration, Instant};

use firstbell_tests::kit::network::{Names, Network};
use firstbell_tests::kit::{Desktop, Page};

use super::getting_in::{go_to_address, to_address};
use super::scene::settled;

const NAME: &str = "no-such-school.example";
const KEY: &str = "sb_publishable_abc12345";

const NOT_CONNECTED: &str = "You’re not connected to the internet. What you typed is kept.";

/// A resolver may be asked twice, five seconds apart; the wire waits less long than that.
const OUR_DEADLINE: Duration = Duration::from_secs(15);

#[test]
fn a_name_that_leads_nowhere_is_told_from_a_computer_that_is_not_connected() {
    let story = "school_names::a_name_that_leads_nowhere_is_told_from_a_computer_that_is_not_connected";
    let Some(network) = Network::of_story(story).unwrap() else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(read_in(&network));
}

async fn read_in(network: &Network) {
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    let app = settled(&desktop).await;
    let page = app.page().unwrap();
    to_address(&page).await;
    assert_eq!(network.asked(), [""; 0], "nobody is asked for anything before a press");

    for (names, words) in [
        (Names::Unknown, "nothing is known by the name no-such-school.example."),
        // Nobody could say what the name leads to: no school can be asked from here.
        (Names::Fails, NOT_CONNECTED),
        (Names::Unknown, "’s server is switched off or has moved"),
        (Names::Silent, NOT_CONNECTED),
    ] {
        network.says_of_names(names);
        let took = goes_to_school(&page, words).await;
        println!("{names:?}: told after {} ms", took.as_millis());
        assert!(took < OUR_DEADLINE, "{names:?}: {took:?}");
        assert_eq!(network.asked(), [NAME], "{names:?}: nobody but the school is asked for");
    }

    // Where there is no way to anywhere, that is known without asking.
    network.says_of_names(Names::Unknown);
    goes_to_school(&page, "nothing is known by the name").await;
    assert_eq!(network.asked(), [NAME]);
    network.unplug().unwrap();
    goes_to_school(&page, NOT_CONNECTED).await;
    assert_eq!(network.asked(), [""; 0]);
}

/// Asks for the school, and reads the sentence over the button. What was typed is still there. How long it took.
async fn goes_to_school(page: &Page<'_>, words: &str) -> Duration {
    let began = Instant::now();
    go_to_address(page, &format!("https://{NAME}"), KEY).await;
    page.says("main .mend", words).await.unwrap();
    let took = began.elapsed();
    let typed = page.field("The school’s address").await.unwrap().prop("value").await.unwrap();
    assert_eq!(typed.as_deref(), Some("https://no-such-school.example"));
    took
}
