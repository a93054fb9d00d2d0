use firstbell_core::{
    app::Scope, draft::Draft, error::Error, id::PersonId, person::Person, store::local::people,
};

use super::desk::{Desk, at, calendar, lesson};

#[tokio::test]
async fn people_are_those_met_with_their_next_and_their_last() {
    let desk = Desk::new().await;
    desk.add(&lesson("2026-11-20", "16:00")).await;
    let next = desk.add(&lesson("2026-11-25", "16:00")).await;
    desk.add(&lesson("2026-11-27", "16:00")).await;
    desk.add(&Draft { person: "ada B".to_owned(), ..lesson("2026-11-19", "16:00") }).await;
    desk.add(&Draft { person: String::new(), ..lesson("2026-11-19", "18:00") }).await;
    let people = desk.app.people().await.unwrap();
    let names: Vec<&str> = people.iter().map(|person| person.person.name.as_str()).collect();
    assert_eq!(names, ["ada B", "Ben"]);
    let ben = &people[1];
    assert_eq!((ben.sessions, ben.last), (3, Some(at("2026-11-20T16:00"))));
    assert_eq!(ben.next.as_ref().unwrap().session.key(), next);
    assert!(people[0].next.is_none());
    assert_eq!(desk.app.sessions_with(ben.person.id).await.unwrap().len(), 3);
}

#[tokio::test]
async fn where_a_person_lives_can_be_said_and_forgotten() {
    let desk = Desk::new().await;
    let id = desk.add(&lesson("2026-11-25", "16:00")).await;
    let ben = desk.app.people().await.unwrap()[0].person.id;
    desk.app.set_person_zone(ben, Some("America/New_York")).await.unwrap();
    assert_eq!(desk.page(id).await.person_zone.as_deref(), Some("America/New_York"));
    assert_eq!(desk.app.people().await.unwrap()[0].zone.as_deref(), Some("America/New_York"));
    let refused = desk.app.set_person_zone(ben, Some("Mars/Olympus")).await;
    assert!(matches!(refused, Err(Error::Invalid("draft-zone"))));
    desk.app.set_person_zone(ben, None).await.unwrap();
    assert_eq!(desk.page(id).await.person_zone, None);
    assert!(desk.app.people_zones().await.unwrap().is_empty());
}

/// Ben of Madrid, and then another Ben, who lives in New York, as two workspaces may bring them.
async fn two_bens(desk: &Desk) -> [Person; 2] {
    desk.add(&lesson("2026-11-25", "16:00")).await;
    let first = desk.app.people().await.unwrap().remove(0).person;
    let second = Person { id: PersonId::new(), name: "Ben".to_owned() };
    let mut tx = desk.store.write().await.unwrap();
    people::add(&mut tx, &second).await.unwrap();
    people::set_zone(&mut tx, second.id, Some("America/New_York")).await.unwrap();
    tx.commit().await.unwrap();
    desk.add(&Draft { person_id: Some(second.id), ..lesson("2026-11-26", "16:00") }).await;
    [first, second]
}

#[tokio::test]
async fn two_of_one_name_are_two_people_with_their_own_sessions_and_zones() {
    let desk = Desk::new().await;
    let [first, second] = two_bens(&desk).await;
    let met = desk.app.people().await.unwrap();
    let known: Vec<_> = met.iter().map(|page| (page.person.id, page.sessions, page.zone.clone())).collect();
    let mut expected = [(first.id, 1, None), (second.id, 1, Some("America/New_York".to_owned()))];
    expected.sort();
    assert_eq!(known, expected);
    for (person, day) in [(&first, "2026-11-25"), (&second, "2026-11-26")] {
        let sessions = desk.app.sessions_with(person.id).await.unwrap();
        let starts: Vec<_> = sessions.iter().map(|entry| entry.session.start).collect();
        assert_eq!(starts, [at(&format!("{day}T16:00"))]);
        assert_eq!(sessions[0].session.person.as_ref(), Some(person));
    }
}

#[tokio::test]
async fn a_lesson_of_one_of_two_bens_stays_his_when_it_is_changed_and_a_name_alone_means_the_last_one_met() {
    let desk = Desk::new().await;
    let [first, second] = two_bens(&desk).await;
    let key = desk.app.sessions_with(first.id).await.unwrap()[0].session.key();
    let draft = Draft { time: "17:00".to_owned(), ..desk.app.draft_of(key).await.unwrap() };
    desk.app.edit_session(key, 1, Scope::This, &draft).await.unwrap().unwrap();
    assert_eq!(desk.session(key).await.person, Some(first));
    let new = desk.add(&lesson("2026-11-27", "16:00")).await;
    assert_eq!(desk.session(new).await.person, Some(second.clone()));
    // Whoever types another name means somebody else, whatever id the form still holds.
    let mia = Draft { person: "Mia".to_owned(), ..desk.app.draft_of(new).await.unwrap() };
    desk.app.edit_session(new, 1, Scope::This, &mia).await.unwrap().unwrap();
    let person = desk.session(new).await.person.unwrap();
    assert_eq!(person.name, "Mia");
    assert_ne!(person.id, second.id);
}

#[tokio::test]
async fn the_samples_are_nobody_whom_the_person_knows_and_leave_nobody_behind() {
    let desk = Desk::new().await;
    let ben = desk.add(&lesson("2026-11-25", "16:00")).await;
    let mine = desk.session(ben).await.person.unwrap();
    desk.app.add_samples().await.unwrap();
    let bens = desk.app.people().await.unwrap().into_iter().filter(|page| page.person.name == "Ben");
    assert_eq!(bens.count(), 2);
    assert_eq!(desk.page(ben).await.person_zone, None, "the sample's zone is not his");
    desk.app.remove_samples().await.unwrap();
    let mut conn = desk.store.read().await.unwrap();
    assert_eq!(people::zones(&mut conn).await.unwrap(), Default::default());
    for name in ["Eva", "Mia", "Dan"] {
        assert_eq!(people::called(&mut conn, name).await.unwrap(), None);
    }
    assert_eq!(people::called(&mut conn, "Ben").await.unwrap(), Some(mine));
}

#[tokio::test]
async fn a_calendar_file_that_comes_again_keeps_a_series_with_the_ben_whose_it_is() {
    let desk = Desk::new().await;
    let event = "UID:b\nDTSTART:20261125T100000Z\nDTEND:20261125T110000Z\nSUMMARY:Maths with Ben";
    desk.import(&calendar(&[event])).await;
    let key = desk.all().await[0].key();
    let first = desk.session(key).await.person.unwrap();
    two_bens(&desk).await;
    desk.import(&calendar(&[&event.replace("T100000Z", "T103000Z")])).await;
    let moved = desk.session(key).await;
    assert_eq!((moved.start, moved.person), (at("2026-11-25T10:30"), Some(first)));
}
