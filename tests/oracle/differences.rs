//! Read by every test that asks the second opinion of `occurrences.py`.

/// Where the library differs from RFC 5545. Each row: file, its rows that we do not have, and ours
/// that it does not have.
///
/// - DTEND gives "the same exact duration" for all members of the set (§3.8.5.3); the library adds the
///   wall clock's difference, so that a lesson that spans a change of the clock becomes an hour
///   longer or shorter (or of no length at all, in the gap).
/// - A time in the gap is read with the offset from before it (§3.3.5). For IANA zones the library
///   agrees; for a VTIMEZONE of the file's own it takes the offset from after it.
/// - `BYDAY=MO,1TU` means Mondays and first Tuesdays (§3.3.10: a list); the library finds no day that
///   is both.
/// - Two wall-clock times that are the same instant, because one is in the gap, are one member of a set.
/// - An EXDATE excludes what starts at that instant; the library also excludes what starts an hour or
///   two later, if its time in UTC looks like the EXDATE's local time.
/// - A time in UTC is that instant, also in a calendar whose X-WR-TIMEZONE has two of that wall clock;
///   the library moves the second one onto the first.
pub const DIFFERENCES: &[(&str, &[&str], &[&str])] = &[
    (
        "fold_with_end",
        &["20261025T003000Z 20261025T023000Z An hour over the fold"],
        &["20261025T003000Z 20261025T013000Z An hour over the fold"],
    ),
    (
        "gap",
        &["20270328T013000Z 20270328T010000Z Half an hour at half past two"],
        &["20270328T013000Z 20270328T020000Z Half an hour at half past two"],
    ),
    (
        "gap_of_an_own_zone",
        &["20270314T050000Z 20270314T052000Z In the gap"],
        &["20270314T060000Z 20270314T062000Z In the gap"],
    ),
    (
        "gap_with_end",
        &[
            "20270328T003000Z 20270328T013000Z Two hours over the gap",
            "20270328T013000Z 20270328T013000Z An hour over the gap",
        ],
        &[
            "20270328T003000Z 20270328T023000Z Two hours over the gap",
            "20270328T013000Z 20270328T023000Z An hour over the gap",
        ],
    ),
    ("exdate_and_hours", &[], &["20261007T160000Z 20261007T163000Z Twice in the afternoon"]),
    ("hourly_over_the_gap", &["20270328T010000Z 20270328T013000Z Every hour"], &[]),
    (
        "mixed_by_day",
        &[],
        &[
            "20261012T150000Z 20261012T160000Z Mondays and the first Tuesday",
            "20261019T150000Z 20261019T160000Z Mondays and the first Tuesday",
            "20261026T160000Z 20261026T170000Z Mondays and the first Tuesday",
            "20261102T160000Z 20261102T170000Z Mondays and the first Tuesday",
            "20261103T160000Z 20261103T170000Z Mondays and the first Tuesday",
            "20261109T160000Z 20261109T170000Z Mondays and the first Tuesday",
            "20261116T160000Z 20261116T170000Z Mondays and the first Tuesday",
            "20261123T160000Z 20261123T170000Z Mondays and the first Tuesday",
        ],
    ),
    (
        "x_wr_timezone",
        &["20261101T053000Z 20261101T070000Z The second half past one"],
        &["20261101T063000Z 20261101T070000Z The second half past one"],
    ),
];
