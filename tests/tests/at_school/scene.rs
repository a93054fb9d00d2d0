//! A school with lessons around now, and somebody who is signed in there.

use std::time::Duration;

use firstbell_core::app::getting_in::Step;
use firstbell_core::app::tasks::Running;
use firstbell_core::id::WorkspaceId;
use firstbell_core::session::Session;
use firstbell_school::{Server, sample};
use firstbell_tests::kit::wait;

use crate::beside::run_beside;
use crate::desk::Desk;

pub const SOON: Duration = Duration::from_secs(30);

/// A school of its own, furnished as `./dev server` furnishes one.
pub async fn school() -> Server {
    let server = Server::start().await.unwrap();
    sample::furnish(&server).await.unwrap();
    server
}

/// Somebody at their computer, with all that runs beside the app.
pub struct AtDesk {
    pub desk: Desk,
    pub running: Running,
}

impl AtDesk {
    /// Signs in as one of the sample's people: `BEN`.
    pub async fn signed_in(server: &Server, name: &str) -> Self {
        Self::signed_in_over(server, server.url(), name).await
    }

    /// The same over another way to the school.
    pub async fn signed_in_over(server: &Server, url: &str, name: &str) -> Self {
        let desk = Desk::new().await;
        let running = run_beside(&desk).await;
        running.is_up();
        let person = sample::PEOPLE.iter().find(|person| person.name == name).unwrap();
        desk.at_door(url, server.publishable_key()).await;
        let step = desk.app.sign_in(person.email, person.password.into()).await.unwrap();
        assert!(matches!(step, Step::Arrived { .. }), "{step:?}");
        Self { desk, running }
    }

    /// The sessions at the school that are here.
    pub async fn sessions(&self) -> Vec<Session> {
        let mut all = self.desk.app.all().await.unwrap();
        all.retain(|session| session.workspace != WorkspaceId::ThisComputer);
        all
    }

    /// Waits until everything that the school has is here.
    pub async fn has_all(&self) {
        let id = self.desk.app.schools().await.unwrap()[0].id;
        wait::until_true("the first pull", SOON, async || {
            Ok(self.desk.app.heard(id).is_some_and(|heard| heard.whole_at.is_some()))
        })
        .await
        .unwrap();
    }
}
