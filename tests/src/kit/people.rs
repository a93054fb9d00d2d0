//! The people of the stories. The same few everywhere, so that a test reads as a story.

use firstbell_core::zone::Zone;

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person {
    /// As the window shows it.
    pub name: &'static str,
    /// At a domain that cannot exist (RFC 2606).
    pub email: &'static str,
    /// Where they live (IANA).
    pub zone: &'static str,
}

impl Person {
    /// Where they live; UTC for a name that is none.
    #[must_use]
    pub fn zone(&self) -> Zone {
        self.zone.parse().unwrap_or_else(|_| Zone::utc())
    }
}

/// Teaches mathematics in Madrid.
#[must_use]
pub const fn tutor_ada() -> Person {
    Person { name: "Ada Ruiz", email: "ada@firstbell.test", zone: "Europe/Madrid" }
}

/// Learns with Ada from New York.
#[must_use]
pub const fn student_ben() -> Person {
    Person { name: "Ben Carter", email: "ben@firstbell.test", zone: "America/New_York" }
}

/// Learns with Ada from around the corner; a child, whose mother is Cleo.
#[must_use]
pub const fn student_dan() -> Person {
    Person { name: "Dan Moreno", email: "dan@firstbell.test", zone: "Europe/Madrid" }
}

/// Dan's mother, who acts and sees for him.
#[must_use]
pub const fn parent_cleo() -> Person {
    Person { name: "Cleo Moreno", email: "cleo@firstbell.test", zone: "Europe/Madrid" }
}
