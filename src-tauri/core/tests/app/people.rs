use firstbell_core::{draft::Draft, error::Error};

use super::desk::{Desk, at, lesson};

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
