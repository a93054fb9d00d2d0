//! The people of the stories. The same few everywhere, so that a test reads as a story.

use chrono_tz::Tz;

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person {
    /// As the window shows it.
    pub name: &'static str,
    /// At a domain that cannot exist (RFC 2606).
    pub email: &'static str,
    /// Where they live.
    pub zone: Tz,
}

/// Teaches mathematics in Madrid.
#[must_use]
pub const fn tutor_ada() -> Person {
    Person { name: "Ada Ruiz", email: "ada@firstbell.test", zone: Tz::Europe__Madrid }
}

/// Learns with Ada from New York.
#[must_use]
pub const fn student_ben() -> Person {
    Person { name: "Ben Carter", email: "ben@firstbell.test", zone: Tz::America__New_York }
}

/// Learns with Ada from around the corner; a child, whose mother is Cleo.
#[must_use]
pub const fn student_dan() -> Person {
    Person { name: "Dan Moreno", email: "dan@firstbell.test", zone: Tz::Europe__Madrid }
}

/// Dan's mother, who acts and sees for him.
#[must_use]
pub const fn parent_cleo() -> Person {
    Person { name: "Cleo Moreno", email: "cleo@firstbell.test", zone: Tz::Europe__Madrid }
}
