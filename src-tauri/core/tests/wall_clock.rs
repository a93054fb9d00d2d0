//! What the window is told of a zone's clocks.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use chrono::{DateTime, Duration, Offset as _, TimeZone as _, Utc};
use chrono_tz::Tz;
use firstbell_core::wall_clock::stretches;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[test]
fn the_clocks_of_madrid_change_at_one_in_the_morning_of_utc() {
    let found = stretches(Tz::Europe__Madrid, at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
    let changes: Vec<_> = found.iter().map(|stretch| (stretch.until, stretch.seconds)).collect();
    let expected = [
        (at("2026-03-29T01:00:00Z"), 3600),
        (at("2026-10-25T01:00:00Z"), 7200),
        (at("2027-01-01T00:00:00Z"), 3600),
    ];
    assert_eq!(changes, expected);
}

#[test]
fn stretches_have_no_gaps_and_say_what_the_zone_says() {
    let (from, to) = (at("2025-10-21T11:03:07Z"), at("2029-02-03T00:00:00Z"));
    let zones = [
        Tz::UTC,
        Tz::Europe__Madrid,
        Tz::America__New_York,
        Tz::Australia__Lord_Howe,
        Tz::Africa__Casablanca,
        Tz::Asia__Kathmandu,
        Tz::Pacific__Chatham,
    ];
    for zone in zones {
        let found = stretches(zone, from, to);
        assert_eq!((found[0].from, found.last().unwrap().until), (from, to));
        assert!(found.windows(2).all(|two| two[0].until == two[1].from), "{zone}");
        let mut at = from;
        while at < to {
            let stretch = found.iter().find(|stretch| stretch.from <= at && at < stretch.until).unwrap();
            let truth = zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc();
            assert_eq!(stretch.seconds, truth, "{zone} at {at}");
            at += Duration::minutes(97);
        }
    }
}
