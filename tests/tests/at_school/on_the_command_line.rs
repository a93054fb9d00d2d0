//! The course by `bell` alone, beside apps that run: each command, what it answers programs, and its exit codes.

use std::process::Output;

use chrono::{Duration, Timelike as _};
use firstbell_core::clock::{Clock as _, SystemClock};
use serde_json::Value;

use crate::line::Line;
use crate::scene::{AtDesk, school};

impl AtDesk {
    /// Runs `bell` in this computer's folder.
    async fn bell(&self, arguments: &[&str]) -> Output {
        let program = std::env::var_os("BELL_BIN").map_or_else(
            || {
                let own = std::env::current_exe().unwrap();
                own.parent().unwrap().parent().unwrap().join("bell")
            },
            Into::into,
        );
        let mut command = tokio::process::Command::new(program);
        command.arg("--data-dir").arg(self.desk.path()).arg("--json").args(arguments);
        command.output().await.unwrap()
    }

    /// The same, which has to go well: what it says.
    async fn tells(&self, arguments: &[&str]) -> Value {
        let Output { status, stdout, stderr } = self.bell(arguments).await;
        assert!(status.success(), "bell {arguments:?}: {status} {}", String::from_utf8_lossy(&stderr));
        serde_json::from_slice(&stdout).unwrap()
    }
}

/// The one of a list with this subject.
fn of_subject<'a>(list: &'a Value, subject: &str) -> Option<&'a Value> {
    list.as_array().unwrap().iter().find(|one| one["subject"] == subject)
}

#[tokio::test]
async fn bell_asks_confirms_lists_and_takes_back() {
    let server = school().await;
    let line = Line::to(server.url()).await;
    let ben = AtDesk::signed_in(&server, "BEN").await;
    let ada = AtDesk::signed_in_over(&server, line.url(), "ADA").await;
    ben.has_all().await;
    ada.has_all().await;

    let tutors = ben.tells(&["requests", "--tutors"]).await;
    assert!(
        tutors.as_array().unwrap().iter().any(|one| one["name"].as_str().unwrap().starts_with("Ada")),
        "{tutors}"
    );
    let at = SystemClock.now() + Duration::days(8);
    let at = at.with_minute(0).unwrap().format("%Y-%m-%dT%H:%M").to_string();
    let asking =
        ["ask", "--tutor", "Ada", "--subject", "Rhetoric", "--at", &at, "--zone", "UTC", "--note", "Soon"];
    let asked = ben.tells(&asking).await;
    assert_eq!(asked["done"], true, "{asked}");
    let id = asked["id"].as_str().unwrap();

    let synced = ada.tells(&["sync"]).await;
    assert!(
        synced["schools"][0]["whole_at"].is_string() && synced["schools"][0]["code"].is_null(),
        "{synced}"
    );
    let requests = ada.tells(&["requests"]).await;
    let request = of_subject(&requests, "Rhetoric").expect("the tutor sees it");
    assert_eq!(
        (&request["id"], &request["needs_me"], &request["note"]),
        (&id.into(), &true.into(), &"Soon".into())
    );
    assert_eq!(request["start"].as_str().unwrap(), format!("{at}:00Z"));

    // Without a way to the school it waits, and is told so; `sync` says that it is the network.
    line.cut();
    let waits = ada.tells(&["confirm", id]).await;
    assert_eq!((&waits["done"], &waits["waiting"]), (&false.into(), &true.into()), "{waits}");
    let waiting = ada.tells(&["waiting"]).await;
    assert_eq!(waiting.as_array().unwrap().len(), 1, "{waiting}");
    assert_eq!((&waiting[0]["booking"], &waiting[0]["refused"]), (&id.into(), &false.into()));
    assert_eq!(ada.bell(&["sync"]).await.status.code(), Some(4));
    line.mend();
    ada.tells(&["waiting", "--retry", waiting[0]["id"].as_str().unwrap()]).await;
    assert!(ada.tells(&["waiting"]).await.as_array().unwrap().is_empty());

    ben.tells(&["sync"]).await;
    let until = (SystemClock.now() + Duration::days(20)).format("%Y-%m-%d").to_string();
    for (at_desk, role) in [(&ben, "student"), (&ada, "tutor")] {
        let agenda = at_desk.tells(&["agenda", "--to", &until]).await;
        let title = |one: &&Value| one["title"].as_str().unwrap().starts_with("Rhetoric");
        let session =
            agenda.as_array().unwrap().iter().find(title).unwrap_or_else(|| panic!("{role}: {agenda}"));
        assert_eq!(
            (&session["role"], &session["source"], &session["waiting"]),
            (&role.into(), &"school".into(), &false.into())
        );
        assert!(session["school"].is_string());
    }

    let gone = ben.tells(&["cancel", id, "--reason", "ill"]).await;
    assert_eq!((&gone["id"], &gone["done"]), (&id.into(), &true.into()));
    ada.tells(&["sync"]).await;
    let agenda = ada.tells(&["agenda", "--to", &until]).await;
    let title = |one: &&Value| one["title"].as_str().unwrap().starts_with("Rhetoric");
    let session = agenda.as_array().unwrap().iter().find(title).unwrap();
    assert_eq!(session["status"], "CANCELLED");

    // What is not there, and what cannot be any more.
    assert_eq!(ada.bell(&["confirm", id]).await.status.code(), Some(1));
    assert_eq!(ada.bell(&["confirm", &uuid::Uuid::new_v4().to_string()]).await.status.code(), Some(3));
    let nobody = ben.bell(&["ask", "--tutor", "Nobody", "--subject", "Rhetoric", "--at", &at]).await;
    assert_eq!(nobody.status.code(), Some(1));
    for at_desk in [ben, ada] {
        at_desk.running.stop().await;
    }
}

#[tokio::test]
async fn a_session_is_called_off_by_its_own_id_with_what_is_said_to_the_other_side() {
    let server = school().await;
    let ben = AtDesk::signed_in(&server, "BEN").await;
    ben.has_all().await;
    let until = (SystemClock.now() + Duration::days(20)).format("%Y-%m-%d").to_string();
    let agenda = ben.tells(&["agenda", "--to", &until]).await;
    let scheduled = |one: &&Value| one["status"] == "SCHEDULED" && one["join_state"] != "open";
    let session = agenda.as_array().unwrap().iter().rfind(scheduled).expect("a weekly lesson");
    let gone = ben.tells(&["cancel", session["id"].as_str().unwrap(), "--reason", "Away that week"]).await;
    assert_eq!((&gone["id"], &gone["done"]), (&session["id"], &true.into()));
    let sql = "select count(*) from public.bookings where reason = 'Away that week'";
    let said: i64 = server.connect().await.unwrap().query_one(sql, &[]).await.unwrap().get(0);
    assert_eq!(said, 1);
    ben.running.stop().await;
}
