//! Lists, with the school's network and without it.

use std::collections::BTreeMap;

use firstbell_core::app::Opens;
use firstbell_core::id::WorkspaceId;
use firstbell_core::state_table::Action;
use firstbell_school::Server;
use firstbell_tests::kit::wait;
use serde_json::Value;

use crate::scene::{AtDesk, SOON, school};

/// Start and subject of all sessions that REST gives an account, by id.
pub async fn by_rest(server: &Server, name: &str) -> BTreeMap<String, (String, String)> {
    let sql = format!(
        "select coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'subject', s.subject, 'status', s.status)), '[]')
         from public.sessions s where exists (
           select 1 from public.account_people a join auth.users u on u.id = a.account_id
           where lower(u.email) = '{}@school.example' and a.ended_at is null and (a.person_id = s.tutor_id
             or a.person_id in (select sp.person_id from public.session_participants sp where sp.session_id = s.id)))",
        name.to_lowercase()
    );
    let told: Value = server.connect().await.unwrap().query_one(&sql, &[]).await.unwrap().get(0);
    let text = |one: &Value, field: &str| one[field].as_str().unwrap().to_owned();
    told.as_array()
        .unwrap()
        .iter()
        .map(|one| (text(one, "id"), (text(one, "subject"), text(one, "status"))))
        .collect()
}

#[tokio::test]
async fn what_a_school_plans_stands_in_the_list_of_each_of_its_people_with_and_without_it() {
    let server = school().await;
    for (name, other) in [("BEN", "Ada"), ("ADA", "Ben"), ("CLEO", "Eve")] {
        let at_desk = AtDesk::signed_in(&server, name).await;
        at_desk.has_all().await;
        let expected = by_rest(&server, name).await;
        assert!(!expected.is_empty(), "{name} has lessons");
        let here = |session: &firstbell_core::session::Session| {
            (
                session.id.to_string(),
                (session.subject.clone().unwrap_or_default(), session.status.name().to_owned()),
            )
        };
        let sessions = at_desk.sessions().await;
        assert_eq!(sessions.iter().map(here).collect::<BTreeMap<_, _>>(), expected, "{name}");
        let names: Vec<_> = sessions.iter().filter_map(|session| session.person_name()).collect();
        assert!(names.iter().any(|name| name.starts_with(other)), "{name} sees {names:?}");

        // Started again, with the school out of reach: all of it is there, and what only the school can do is not offered.
        let AtDesk { desk, running } = at_desk;
        running.stop().await;
        let desk = desk.start_again().await;
        desk.app.take_in_schools(Opens::Owner).await;
        let running = crate::beside::run_beside(&desk).await;
        let offline = AtDesk { desk, running };
        assert_eq!(offline.sessions().await.len(), sessions.len(), "{name}, offline");
        for session in &sessions {
            let page = offline.desk.app.session(session.key()).await.unwrap();
            assert!(
                page.entry.allowed.iter().all(|action| matches!(action, Action::Join | Action::Cancel)),
                "{:?}",
                page.entry.allowed
            );
        }
        offline.running.stop().await;
    }
}

#[tokio::test]
async fn what_changes_at_the_school_is_here_after_one_pull_and_goes_with_signing_out() {
    let server = school().await;
    let ben = AtDesk::signed_in(&server, "BEN").await;
    ben.has_all().await;
    let before = ben.sessions().await;
    let next =
        before.iter().find(|session| !session.is_final() && session.start > ben.desk.app.now()).unwrap();
    let sql = format!("update public.sessions set subject = 'Rhetoric' where id = '{}'", next.id);
    server.connect().await.unwrap().batch_execute(&sql).await.unwrap();
    ben.desk.app.ask_schools(firstbell_core::sync::Signal::Asked);
    wait::until_true("the other subject", SOON, async || {
        let now = ben.sessions().await;
        Ok(now.iter().any(|session| session.id == next.id && session.subject.as_deref() == Some("Rhetoric")))
    })
    .await
    .unwrap();

    let id = ben.desk.app.schools().await.unwrap()[0].id;
    assert_eq!(next.workspace, WorkspaceId::School(id));
    ben.desk.app.sign_out(id, false).await.unwrap();
    assert!(ben.sessions().await.is_empty());
    let files = || std::fs::read_dir(ben.desk.path()).unwrap().flatten().map(|file| file.file_name());
    assert!(files().all(|name| !name.to_string_lossy().contains(&id.to_string())), "its file is gone");
    ben.running.stop().await;
}
