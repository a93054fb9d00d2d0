use chrono::{DateTime, Duration, Utc};
use firstbell_core::{
    app::zones,
    data_folder::DataFolder,
    store::{Migrate, Store},
    zone::Table,
};
use serde_json::Value;

use super::desk::{Home, now};

fn starts(sessions: &[Value]) -> Vec<DateTime<Utc>> {
    sessions.iter().map(|session| session["start"].as_str().unwrap().parse().unwrap()).collect()
}

#[test]
fn a_lesson_in_vancouver_is_at_this_years_hour() {
    let home = Home::in_zone("Europe/Madrid");
    for (zone, start) in [
        ("America/Vancouver", "2026-12-02T15:00:00+00:00"),
        ("America/Edmonton", "2026-12-02T14:00:00+00:00"),
        ("America/Winnipeg", "2026-12-02T13:00:00+00:00"),
        ("Africa/Casablanca", "2026-12-02T08:00:00+00:00"),
        ("America/Havana", "2026-12-02T12:00:00+00:00"),
    ] {
        home.import(&[&format!(
            "UID:{zone}\nSUMMARY:{zone}\nDTSTART;TZID={zone}:20261202T080000\nDURATION:PT1H"
        )]);
        let said =
            home.bell(["agenda", "--json", "--from", "2026-12-02", "--to", "2026-12-03", "--zone", "utc"]);
        let said = said.ok().json();
        let session = said.as_array().unwrap().iter().find(|session| session["title"] == zone).unwrap();
        assert_eq!(session["start"], start, "{zone}");
    }
}

#[test]
fn a_zone_is_named_by_its_place_too() {
    let home = Home::new();
    home.import(&["UID:a\nSUMMARY:A\nDTSTART:20261202T080000Z\nDURATION:PT1H"]);
    for zone in ["Asia/Kolkata", "kolkata", "Calcutta"] {
        let said = home.bell(["agenda", "--from", "2026-12-02", "--to", "2026-12-03", "--zone", zone]).ok();
        assert!(said.out.contains("13:30–14:30"), "{zone}: {}", said.out);
    }
    let refused = home.bell(["agenda", "--zone", "Atlantis"]);
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("That time zone isn’t known."), "{}", refused.err);
}

#[test]
fn what_another_table_has_written_is_put_right_unless_the_app_runs() {
    let home = Home::new();
    let tomorrow = (now() + Duration::days(1)).format("%Y%m%dT120000");
    home.import(&[&format!("UID:a\nSUMMARY:Asha\nDTSTART;TZID=Asia/Kolkata:{tomorrow}\nDURATION:PT1H")]);
    let right = starts(&home.agenda());
    let data = DataFolder::open(&home.data()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let text = "zone Asia/Kolkata\n2020-01-01T00:00:00Z 2060-01-01T00:00:00Z 18000";
        let store = Store::open(&data.database(), Migrate::No).await.unwrap();
        assert!(zones::are_right(&store).await.unwrap(), "bell says by which table it has written");
        let other = Table::differing("2026a", text).unwrap();
        assert_eq!(zones::put_right_by(&store, other, now()).await.unwrap(), 1);
        store.close().await;
    });
    let owned = data.own().unwrap();
    assert_eq!(starts(&home.agenda()), [right[0] + Duration::minutes(30)], "the app will do it");
    drop(owned);
    assert_eq!(starts(&home.agenda()), right);
    assert_eq!(starts(&home.agenda()), right);
}
