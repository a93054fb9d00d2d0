//! What the stories share: times, a running app, and the people's words for what they wait for.

use std::time::Duration;

use chrono::Utc;
use firstbell_tests::kit::calendar::Lesson;
use firstbell_tests::kit::{App, Desktop};

/// Long enough for what follows at once, on a busy computer too.
pub const SOON: Duration = Duration::from_secs(15);

/// Long enough for a bell that is due in some seconds.
pub const BELL: Duration = Duration::from_secs(40);

/// A lesson whose bell is due that many seconds from now.
pub fn rings_in(seconds: i64) -> Lesson {
    Lesson::starting_in(5 * 60 + seconds, Utc::now()).title("Algebra with Ben")
}

/// About noon at the computer of somebody who has used First Bell before and has these lessons.
pub async fn noon_with(lessons: &[Lesson]) -> Desktop {
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    desktop.settled().await.unwrap();
    desktop.import(lessons).await.unwrap();
    desktop
}

/// First Bell in front of somebody who has used it before.
pub async fn settled(desktop: &Desktop) -> App<'_> {
    desktop.settled().await.unwrap();
    start(desktop).await
}

/// First Bell as it starts now, once it has painted.
pub async fn start(desktop: &Desktop) -> App<'_> {
    let app = App::plan().start_with_driver(desktop).await.unwrap();
    app.page().unwrap().find("h1").await.unwrap();
    app
}
