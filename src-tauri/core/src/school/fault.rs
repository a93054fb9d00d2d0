//! Why a school could not be asked, from what was seen on the way: a pure rule. Nobody but the school is asked anything,
//! so where that cannot tell the network from the school, the fault is both.

use std::time::Duration;

/// What was seen when the school was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The computer has a way to somewhere beyond itself. Nothing is sent to find that out.
    pub has_route: bool,
    /// The school is asked on this computer itself (a loopback address).
    pub is_loopback: bool,
    /// How far it came.
    pub end: End,
}

/// How far asking came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The name's address was not found.
    Lookup(Lookup),
    /// No connection was made.
    Connect(Connect),
    /// No trust was made (TLS).
    Tls(Tls),
    /// Nothing came within the time-out, after the connection was made.
    Silence,
    /// The answer broke off, or was no answer.
    CutOff,
    /// An answer came that the school's own servers do not give.
    Strange {
        /// Its status (RFC 9110 §15).
        status: u16,
        /// What it holds.
        content: Content,
    },
}

/// Why a name has no address (RFC 3493 §6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// Whoever knows names says that there is none of this one.
    Unknown,
    /// Nobody who knows names could be asked.
    NobodyAnswers,
}

/// Why there is no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connect {
    /// Somebody is there and does not want to.
    Refused,
    /// There is no way there.
    Unreachable,
    /// Nobody has answered within the time-out.
    Silence,
}

/// Why whoever answers is not trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// Its certificate is for another name.
    AnotherName,
    /// Nobody that this computer trusts has signed its certificate.
    UnknownIssuer,
    /// Its certificate is not valid at this computer's time.
    NotNow,
    /// It does not speak TLS, or breaks it off.
    Broken,
}

/// What an answer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// JSON that is not what was asked for.
    Json,
    /// A page.
    Html,
    /// Nothing.
    Empty,
    /// Anything else.
    Other,
    /// Another address, over there or without TLS.
    Redirect,
}

/// Why the school could not be asked, or has not answered. None of these ends a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// This computer is not connected to the internet.
    Offline,
    /// This network wants to be signed in to first.
    CaptivePortal,
    /// This network does not lead to the school: somebody else answers by its name.
    NetworkBlocks,
    /// The school's server is switched off.
    SwitchedOff,
    /// Nothing is known by the school's name: its server is switched off or its address has changed.
    NameUnknown,
    /// Either the network or the school: it cannot be told from here.
    NetworkOrSchool,
    /// The school's server is there and does not answer as it should.
    Silent,
    /// The school wants fewer requests, for so long if it says so.
    TooMany(Option<Duration>),
    /// The school's First Bell is older than what was asked for.
    NeedsUpdate,
    /// The key is not one of this school.
    WrongKey,
    /// Something answers at the address, and it is no school.
    NoSchool,
    /// This computer's clock and the school's certificate do not go together.
    ClockOff,
}

/// The fault behind what was seen.
#[must_use]
pub fn fault(seen: &Seen) -> Fault {
    let is_offline = !seen.has_route && !seen.is_loopback;
    match &seen.end {
        End::Lookup(_) | End::Connect(_) if is_offline => Fault::Offline,
        End::Lookup(Lookup::NobodyAnswers) => Fault::Offline,
        End::Lookup(Lookup::Unknown) => Fault::NameUnknown,
        // Nothing but the school could have refused here.
        End::Connect(Connect::Refused) if seen.is_loopback => Fault::SwitchedOff,
        End::Connect(_) => Fault::NetworkOrSchool,
        End::Tls(Tls::AnotherName | Tls::UnknownIssuer | Tls::Broken) => Fault::NetworkBlocks,
        End::Tls(Tls::NotNow) => Fault::ClockOff,
        End::Silence | End::CutOff => Fault::Silent,
        End::Strange { status, content } => strange(*status, *content),
    }
}

fn strange(status: u16, content: Content) -> Fault {
    match (status, content) {
        (429, _) => Fault::TooMany(None),
        // A paused project (supabase.com, troubleshooting: HTTP 540).
        (540, _) => Fault::SwitchedOff,
        // RFC 6585 §6.
        (511, _) => Fault::CaptivePortal,
        (408 | 425 | 500..=599, _) => Fault::Silent,
        (200..=299, Content::Html) | (300..=399, _) => Fault::CaptivePortal,
        (404, Content::Html | Content::Other | Content::Empty) => Fault::NoSchool,
        _ => Fault::Silent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_says_whose_fault_it_is() {
        use super::{Connect as C, Content as K, Fault as F, Lookup as L, Tls as T};
        let strange = |status, content| End::Strange { status, content };
        let elsewhere = [
            (End::Lookup(L::Unknown), F::NameUnknown),
            (End::Lookup(L::NobodyAnswers), F::Offline),
            (End::Connect(C::Refused), F::NetworkOrSchool),
            (End::Connect(C::Unreachable), F::NetworkOrSchool),
            (End::Connect(C::Silence), F::NetworkOrSchool),
            (End::Tls(T::AnotherName), F::NetworkBlocks),
            (End::Tls(T::UnknownIssuer), F::NetworkBlocks),
            (End::Tls(T::Broken), F::NetworkBlocks),
            (End::Tls(T::NotNow), F::ClockOff),
            (End::Silence, F::Silent),
            (End::CutOff, F::Silent),
            (strange(200, K::Html), F::CaptivePortal),
            (strange(200, K::Other), F::Silent),
            (strange(302, K::Redirect), F::CaptivePortal),
            (strange(307, K::Redirect), F::CaptivePortal),
            (strange(511, K::Html), F::CaptivePortal),
            (strange(404, K::Html), F::NoSchool),
            (strange(408, K::Json), F::Silent),
            (strange(425, K::Json), F::Silent),
            (strange(429, K::Json), F::TooMany(None)),
            (strange(500, K::Json), F::Silent),
            (strange(501, K::Json), F::Silent),
            (strange(502, K::Html), F::Silent),
            (strange(503, K::Empty), F::Silent),
            (strange(520, K::Html), F::Silent),
            (strange(530, K::Html), F::Silent),
            (strange(540, K::Html), F::SwitchedOff),
            (strange(400, K::Other), F::Silent),
        ];
        for (end, expected) in elsewhere {
            let seen = Seen { has_route: true, is_loopback: false, end };
            assert_eq!(fault(&seen), expected, "{seen:?}");
        }
    }

    #[test]
    fn without_a_way_to_anywhere_it_is_the_computer_that_is_not_connected() {
        for end in [
            End::Lookup(Lookup::Unknown),
            End::Lookup(Lookup::NobodyAnswers),
            End::Connect(Connect::Refused),
            End::Connect(Connect::Unreachable),
            End::Connect(Connect::Silence),
        ] {
            let seen = Seen { has_route: false, is_loopback: false, end };
            assert_eq!(fault(&seen), Fault::Offline, "{seen:?}");
        }
    }

    #[test]
    fn a_school_on_this_computer_needs_no_way_to_anywhere() {
        let end = End::Connect(Connect::Refused);
        assert_eq!(fault(&Seen { has_route: false, is_loopback: true, end }), Fault::SwitchedOff);
    }
}
