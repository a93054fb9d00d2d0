//! Many data folders of one account, and several accounts in one: each row stands under the name of whoever it is for.

use chrono::Duration;
use firstbell_core::{
    app::{Became, Opened, Wish, getting_in::Step},
    id::WorkspaceId,
    sync::Signal,
};
use firstbell_school::{Server, sample};
use firstbell_tests::kit::wait;
use uuid::Uuid;

use crate::{
    lists::by_rest,
    scene::{AtDesk, SOON, school},
};

const FOLDERS: i64 = 20;

async fn account_of(server: &Server, name: &str) -> Uuid {
    let sql = "select id from auth.users where lower(email) = lower($1) || '@school.example'";
    server.connect().await.unwrap().query_one(sql, &[&name]).await.unwrap().get(0)
}

/// Who asked for what, as the school has it: (account, subject).
async fn asked(server: &Server) -> Vec<(Uuid, String)> {
    let sql = "select asked_by, subject from public.bookings where subject like 'Folder %' order by subject";
    let rows = server.connect().await.unwrap().query(sql, &[]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_folders_of_one_account_hold_the_same_and_what_each_writes_is_written_once() {
    let server = school().await;
    let ben = account_of(&server, "BEN").await;
    let mut desks = Vec::new();
    for _ in 0..FOLDERS {
        desks.push(AtDesk::signed_in(&server, "BEN").await);
    }
    let expected: Vec<String> = by_rest(&server, "BEN").await.into_keys().collect();
    for at_desk in &desks {
        at_desk.has_all().await;
        let mut here: Vec<String> =
            at_desk.sessions().await.iter().map(|session| session.id.to_string()).collect();
        here.sort();
        assert_eq!(here, expected);
    }
    // All ask at once, each for a time of its own.
    let at = desks[0].desk.app.askable().await.unwrap().pop().unwrap();
    let tutor = at.tutors.iter().find(|person| person.name.starts_with("Ada")).unwrap().id;
    let day = desks[0].desk.app.now() + Duration::days(12);
    let mut asking = Vec::new();
    for (nth, at_desk) in (0..).zip(&desks) {
        let app = std::sync::Arc::clone(&at_desk.desk.app);
        let wish = Wish {
            school: app.askable().await.unwrap().pop().unwrap().school,
            tutor,
            student: at.students[0].id,
            subject: format!("Folder {nth:02}"),
            start: day + Duration::hours(2 * nth),
            minutes: 60,
            zone: "Europe/Madrid".to_owned(),
            note: String::new(),
        };
        asking.push(tokio::spawn(async move { app.ask_for_time(&wish).await }));
    }
    for one in asking {
        let became = one.await.unwrap().unwrap();
        assert!(matches!(became, Became::Done { .. } | Became::Waits { .. }), "{became:?}");
    }
    let all: Vec<(Uuid, String)> = (0..FOLDERS).map(|nth| (ben, format!("Folder {nth:02}"))).collect();
    wait::until_true("all to be written", SOON, async || Ok(asked(&server).await == all)).await.unwrap();
    for at_desk in &desks {
        at_desk.desk.app.ask_schools(Signal::Asked);
        wait::until_true("all to be seen", SOON, async || {
            let requests = at_desk.desk.app.requests().await.unwrap();
            let ours = requests.iter().filter(|request| request.booking.subject.starts_with("Folder "));
            Ok(ours.count() == all.len() && at_desk.desk.app.waiting().await.unwrap().is_empty())
        })
        .await
        .unwrap();
    }
    assert_eq!(asked(&server).await, all, "each once");
    for at_desk in desks {
        at_desk.running.stop().await;
    }
}

#[tokio::test]
async fn two_accounts_on_one_computer_see_and_do_each_its_own() {
    let server = school().await;
    let both = AtDesk::signed_in(&server, "BEN").await;
    both.has_all().await;
    let ada = sample::PEOPLE.iter().find(|person| person.name == "ADA").unwrap();
    both.desk.at_door(server.url(), server.publishable_key()).await;
    let step = both.desk.app.sign_in(ada.email, ada.password.into()).await.unwrap();
    assert!(matches!(step, Step::Arrived { .. }), "{step:?}");
    let schools = both.desk.app.schools().await.unwrap();
    assert_eq!(schools.len(), 2);
    for school in &schools {
        wait::until_true("the first pull", SOON, async || {
            Ok(both.desk.app.heard(school.id).is_some_and(|heard| heard.whole_at.is_some()))
        })
        .await
        .unwrap();
    }
    for (name, email) in [("BEN", "ben@school.example"), ("ADA", ada.email)] {
        let own = schools.iter().find(|school| school.email.eq_ignore_ascii_case(email)).unwrap();
        let mut here: Vec<String> = both
            .sessions()
            .await
            .iter()
            .filter(|session| session.workspace == WorkspaceId::School(own.id))
            .map(|session| session.id.to_string())
            .collect();
        here.sort();
        let expected: Vec<String> = by_rest(&server, name).await.into_keys().collect();
        assert_eq!(here, expected, "{name}");
        // Only Ben can ask, and what he asks is his.
        let can_ask = both.desk.app.askable().await.unwrap().iter().any(|at| at.school == own.id);
        assert_eq!(can_ask, name == "BEN");
    }

    // A lesson of both is one row; a press is recorded for whoever's it was, and for nobody else.
    let running = "update public.sessions s set scheduled_start_at = now() - interval '1 minute',
          scheduled_end_at = now() + interval '50 minutes', join_url = 'https://zoom.us/j/123456789'
        where s.id = (select s.id from public.sessions s
            join public.session_participants sp on sp.session_id = s.id
            join public.people p on p.id = sp.person_id join public.people t on t.id = s.tutor_id
            where p.first_name = 'Ben' and t.first_name = 'Ada' and s.status = 'SCHEDULED' and s.scheduled_start_at > now()
            order by s.scheduled_start_at limit 1) returning s.id";
    let session: Uuid = server.connect().await.unwrap().query_one(running, &[]).await.unwrap().get(0);
    both.desk.app.ask_schools(Signal::Asked);
    let bens = schools.iter().find(|school| school.email != ada.email).unwrap();
    let adas = schools.iter().find(|school| school.email.eq_ignore_ascii_case(ada.email)).unwrap();
    let row = async || {
        let now = both.desk.app.now();
        let all = both.desk.app.between(now - Duration::hours(1), now).await.unwrap();
        all.into_iter().find(|entry| entry.session.id.to_string() == session.to_string())
    };
    wait::until_true("the session to run, as one", SOON, async || {
        Ok(row().await.is_some_and(|entry| entry.join.is_open() && entry.also.len() == 1))
    })
    .await
    .unwrap();
    let entry = row().await.unwrap();
    assert_eq!(entry.session.workspace, WorkspaceId::School(adas.id), "whoever gives it comes first");
    assert_eq!(entry.also[0].key.workspace, WorkspaceId::School(bens.id));
    let opened = both.desk.app.join(entry.session.key(), true, false).await.unwrap();
    assert_eq!(opened, Opened::Yes);
    let told = format!(
        "select account_id from public.session_events where session_id = '{session}' and kind = 'opened'"
    );
    wait::until_true("the press to be told", SOON, async || {
        Ok(!server.connect().await.unwrap().query(&told, &[]).await.unwrap().is_empty())
    })
    .await
    .unwrap();
    let rows = server.connect().await.unwrap().query(&told, &[]).await.unwrap();
    let accounts: Vec<Uuid> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(accounts, [account_of(&server, "ADA").await]);

    // Signing out takes one account's rows along, and none of the other's.
    both.desk.app.sign_out(adas.id, false).await.unwrap();
    let left = both.sessions().await;
    assert_eq!(left.len(), by_rest(&server, "BEN").await.len());
    assert!(left.iter().all(|session| session.workspace != WorkspaceId::School(adas.id)));
    both.running.stop().await;
}
