//! Pages from a school's server, asked for with a token of the sign-in's keeper.

use crate::{
    pulled::Page,
    school::{
        fault::Fault,
        supabase::{
            accounts::Accounts,
            keeper::{Keeper, KeeperFault},
            pull::{PageFault, pull_changes},
            rest::CallError,
            retry::{NoAnswer, Then, then, with_token},
            wire::Wire,
        },
    },
    secret::Keychain,
    sync::pull::{NoPage, Pages},
};

/// The way to one school, for one sign-in.
pub struct SchoolPages<A: Accounts, K: Keychain> {
    wire: Wire,
    keeper: Keeper<A, K>,
}

impl<A: Accounts, K: Keychain> SchoolPages<A, K> {
    /// Pages by this way. Nothing is sent yet.
    #[must_use]
    pub const fn new(wire: Wire, keeper: Keeper<A, K>) -> Self {
        Self { wire, keeper }
    }
}

impl<A: Accounts, K: Keychain> Pages for SchoolPages<A, K> {
    async fn page(&self, cursor: Option<&str>, limit: usize) -> Result<Page, NoPage> {
        let wire = &self.wire;
        let asked = with_token(&self.keeper, judge, |access| async move {
            pull_changes(wire, access.secret(), cursor, limit).await
        });
        asked.await.map_err(|error| match error {
            NoAnswer::Call(fault) => no_page(fault),
            NoAnswer::Keeper(KeeperFault::School(fault)) => NoPage::Fault(fault),
            NoAnswer::Keeper(fault) => NoPage::NoToken(fault),
        })
    }
}

fn judge(fault: &PageFault) -> Then {
    match fault {
        PageFault::Call(error) => then(error),
        _ => Then::Done,
    }
}

fn no_page(fault: PageFault) -> NoPage {
    match fault {
        PageFault::TooMuch => NoPage::TooMuch,
        PageFault::CursorRefused => NoPage::CursorRefused,
        PageFault::Call(CallError::Fault(fault)) => NoPage::Fault(fault),
        PageFault::Call(CallError::Refused { code, .. }) => NoPage::Refused(code),
        PageFault::Call(CallError::NoToken(fault)) => NoPage::NoToken(*fault),
        // A token that was refreshed a moment ago: the servers of the school do not agree.
        PageFault::Call(CallError::Token { .. }) => NoPage::Fault(Fault::Silent),
    }
}
