//! What a ring says: right for the moment it is shown, however late.

use chrono::{DateTime, Utc};

use crate::{
    session::Session,
    wall_clock::{HourClock, minutes_until, time_of_day},
    words::say,
    zone::Zone,
};

/// How times and names are said.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// The zone that times are shown in.
    pub zone: Zone,
    /// 12 or 24 hours.
    pub clock: HourClock,
    /// Names stay hidden: by wish, or because one's own session runs and the screen may be shared.
    pub hide_names: bool,
}

/// Title and body of a ring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// The first line.
    pub title: String,
    /// The second line; may be empty.
    pub body: String,
}

/// What the ring of one session says now.
#[must_use]
pub fn one(session: &Session, their_zone: Option<&str>, manner: Manner, now: DateTime<Utc>) -> Phrase {
    let when = when(session, manner, now);
    if manner.hide_names {
        return Phrase { title: say("ring-hidden", &[("when", when.into())]), body: String::new() };
    }
    let title = match (&session.subject, session.person_name()) {
        (Some(subject), Some(person)) => say(
            "ring-with-person",
            &[("subject", subject.as_str().into()), ("person", person.into()), ("when", when.into())],
        ),
        _ => say("ring-title-only", &[("title", session.title.as_str().into()), ("when", when.into())]),
    };
    let mut body = body(session, their_zone, manner);
    if session.join_url.is_none() && session.place.is_none() {
        body = say("body-cannot-join", &[("body", body.into())]);
    }
    Phrase { title, body }
}

/// What one ring for several sessions says now.
#[must_use]
pub fn several(sessions: &[&Session], manner: Manner, now: DateTime<Utc>) -> Phrase {
    let count = sessions.len();
    let mut moments: Vec<String> = sessions.iter().map(|session| when(session, manner, now)).collect();
    moments.dedup();
    let title = match moments.as_slice() {
        [when] => say("ring-several", &[("count", count.into()), ("when", when.as_str().into())]),
        _ => say("ring-several-mixed", &[("count", count.into())]),
    };
    if manner.hide_names {
        return Phrase { title, body: String::new() };
    }
    let lines = sessions.iter().map(|session| {
        let time = time_of_day(session.start, manner.zone, manner.clock);
        say("body-several-line", &[("time", time.into()), ("name", short_name(session).into())])
    });
    Phrase { title, body: lines.collect::<Vec<_>>().join("\n") }
}

/// The person, or the title where no person is known.
#[must_use]
pub fn short_name(session: &Session) -> &str {
    session.person_name().unwrap_or(&session.title)
}

/// "in 5 minutes", "starts now", "started 2 minutes ago", "was planned until 17:00".
#[must_use]
pub fn when(session: &Session, manner: Manner, now: DateTime<Utc>) -> String {
    let minutes = minutes_until(session.start, now);
    if now >= session.end && session.end > session.start {
        let end = time_of_day(session.end, manner.zone, manner.clock);
        say("when-over", &[("end", end.into())])
    } else if minutes > 0 {
        say("when-in-minutes", &[("minutes", minutes.into())])
    } else if minutes == 0 {
        say("when-now", &[])
    } else {
        say("when-started", &[("minutes", (-minutes).into())])
    }
}

/// "16:00", or "16:00 · 10:00 for Ben" where the other one's clock shows something else.
fn body(session: &Session, their_zone: Option<&str>, manner: Manner) -> String {
    let time = time_of_day(session.start, manner.zone, manner.clock);
    let theirs = their_zone
        .and_then(|zone| zone.parse::<Zone>().ok())
        .map(|zone| time_of_day(session.start, zone, manner.clock))
        .filter(|theirs| *theirs != time);
    match (theirs, session.person_name()) {
        (Some(theirs), Some(person)) => say(
            "body-two-clocks",
            &[("time", time.into()), ("theirs", theirs.into()), ("person", person.into())],
        ),
        _ => say("body-time", &[("time", time.into())]),
    }
}
