//! One notification for what is due.

use chrono::{DateTime, Utc};

use super::{
    known::Surroundings,
    phrase::{self, Manner},
};
use crate::{clock::computer_zone, desktop::Ring, ring::RingKey, session::Session};

/// One notification for what is due, in words for `now` (UTC).
pub(super) fn compose(due: &[(RingKey, Session)], with: &Surroundings, now: DateTime<Utc>) -> Ring {
    let settings = &with.settings;
    let in_session = with.around.iter().any(|session| session.runs_for_me(now));
    let manner = Manner {
        zone: computer_zone(),
        clock: settings.hours(),
        hide_names: settings.hide_names || in_session,
    };
    let (phrase, can_join) = match due {
        [(_, session)] => {
            let theirs =
                session.person.as_ref().and_then(|person| with.zones.get(&person.id)).map(String::as_str);
            (phrase::one(session, theirs, manner, now), session.join_url.is_some())
        }
        _ => {
            let sessions: Vec<&Session> = due.iter().map(|(_, session)| session).collect();
            (phrase::several(&sessions, manner, now), false)
        }
    };
    Ring {
        keys: due.iter().map(|(key, _)| *key).collect(),
        title: phrase.title,
        body: phrase.body,
        can_join,
        sounds: settings.sound && !in_session,
        breaks_through: settings.break_through && !in_session,
    }
}
