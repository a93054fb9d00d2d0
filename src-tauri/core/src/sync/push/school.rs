//! Writes to a school's server, sent with a token of the sign-in's keeper.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use uuid::Uuid;

use super::School;
use crate::{
    outbox::{Came, Waiting},
    school::{
        fault::Fault,
        supabase::{
            accounts::Accounts,
            keeper::{Keeper, KeeperFault},
            retry::{A_LITTLE_TIME, NoAnswer, Then, with_token},
            wire::Wire,
            write::{WriteFault, write},
        },
    },
    secret::Keychain,
};

/// The way to one school, for one sign-in.
pub struct SchoolWrites<A: Accounts, K: Keychain> {
    wire: Wire,
    keeper: Keeper<A, K>,
    account: Uuid,
}

impl<A: Accounts, K: Keychain> SchoolWrites<A, K> {
    /// Writes by this way, for the sign-in of this account. Nothing is sent yet.
    #[must_use]
    pub const fn new(wire: Wire, keeper: Keeper<A, K>, account: Uuid) -> Self {
        Self { wire, keeper, account }
    }
}

/// Why a write was not sent, or came to nothing.
enum NotDone {
    /// The token is another account's than the write.
    AnotherAccount,
    Write(WriteFault),
}

impl<A: Accounts, K: Keychain> School for SchoolWrites<A, K> {
    fn account(&self) -> Option<Uuid> {
        Some(self.account)
    }

    async fn send(&self, row: &Waiting) -> Came {
        let wire = &self.wire;
        let sent = with_token(&self.keeper, judge, |access| async move {
            // The keeper may have been given another sign-in's tokens a moment ago.
            if row.account != self.account
                || account_of(access.secret()).is_some_and(|whose| whose != row.account)
            {
                return Err(NotDone::AnotherAccount);
            }
            let answer = write(wire, access.secret(), row.request, &row.function, &row.arguments).await;
            answer.map_err(NotDone::Write)
        });
        match sent.await {
            Ok(answer) => Came::Answer(answer),
            Err(NoAnswer::Keeper(KeeperFault::School(fault))) => of_fault(fault),
            Err(NoAnswer::Keeper(_) | NoAnswer::Call(NotDone::AnotherAccount)) => Came::SignInAgain,
            Err(NoAnswer::Call(NotDone::Write(fault))) => of_write(fault),
        }
    }
}

fn judge(fault: &NotDone) -> Then {
    match fault {
        NotDone::Write(WriteFault::Token { is_early: true }) => Then::SameAgain(A_LITTLE_TIME),
        NotDone::Write(WriteFault::Token { is_early: false }) => Then::Refresh,
        _ => Then::Done,
    }
}

fn of_write(fault: WriteFault) -> Came {
    match fault {
        WriteFault::Refused { code, detail } => Came::Refused(code, detail),
        WriteFault::NeedsUpdate => Came::NeedsUpdate,
        // A token that was refreshed a moment ago: the servers of the school do not agree.
        WriteFault::Undone | WriteFault::Token { .. } => Came::Transient(None),
        WriteFault::Fault(fault) => of_fault(fault),
    }
}

const fn of_fault(fault: Fault) -> Came {
    match fault {
        Fault::Offline
        | Fault::CaptivePortal
        | Fault::NetworkBlocks
        | Fault::SwitchedOff
        | Fault::NameUnknown
        | Fault::NetworkOrSchool
        | Fault::WrongKey
        | Fault::NoSchool
        | Fault::ClockOff => Came::Network,
        Fault::Silent => Came::Transient(None),
        Fault::TooMany(hint) => Came::TooMany(hint),
        Fault::NeedsUpdate => Came::NeedsUpdate,
    }
}

/// Whose an access token is (RFC 7519, `sub`); none where it does not say so to everybody.
fn account_of(token: &SecretString) -> Option<Uuid> {
    let claims = token.expose_secret().split('.').nth(1)?;
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
    claims.get("sub")?.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_says_whose_it_is_if_it_says_so_to_everybody() {
        let account = Uuid::from_u128(7);
        let token = |claims: &str| format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims));
        let of = |token: String| account_of(&token.into());
        assert_eq!(of(token(&format!(r#"{{"sub":"{account}","role":"authenticated"}}"#))), Some(account));
        assert_eq!(of(token("{}")), None);
        assert_eq!(of(token(r#"{"sub":7}"#)), None);
        for other in ["", "opaque", "a.b.c", "..", "a.!.c"] {
            assert_eq!(of(other.to_owned()), None, "{other}");
        }
    }

    #[test]
    fn what_does_not_come_from_the_school_refuses_nothing() {
        let faults = [
            (Fault::Offline, Came::Network),
            (Fault::CaptivePortal, Came::Network),
            (Fault::NetworkBlocks, Came::Network),
            (Fault::SwitchedOff, Came::Network),
            (Fault::NameUnknown, Came::Network),
            (Fault::NetworkOrSchool, Came::Network),
            (Fault::WrongKey, Came::Network),
            (Fault::NoSchool, Came::Network),
            (Fault::ClockOff, Came::Network),
            (Fault::Silent, Came::Transient(None)),
            (Fault::TooMany(None), Came::TooMany(None)),
            (Fault::NeedsUpdate, Came::NeedsUpdate),
        ];
        for (fault, came) in faults {
            assert_eq!(of_write(WriteFault::Fault(fault)), came, "{fault:?}");
        }
        assert_eq!(of_write(WriteFault::Undone), Came::Transient(None));
        assert_eq!(of_write(WriteFault::NeedsUpdate), Came::NeedsUpdate);
        assert_eq!(of_write(WriteFault::Token { is_early: false }), Came::Transient(None));
    }
}
