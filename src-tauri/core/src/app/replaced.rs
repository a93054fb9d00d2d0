//! Entries of the keychain that a new sign-in takes the place of: they go when the new one is stored, and are gone back
//! to where it never was.

use uuid::Uuid;

use super::{App, Result};
use crate::{
    secret::{Keychain as _, KeychainFault},
    sign_in::{SignIn, SignInState},
    store::device::sign_ins::{self, Replaced},
};

impl App {
    /// Sign-ins whose new entry was not stored before the program ended have their old one again. To be asked once, when
    /// the program has started: later a new one may just be on its way to the keychain.
    pub(super) async fn go_back_where_nothing_was_stored(&self) {
        let replaced = match self.store.read().await {
            Ok(mut reader) => sign_ins::replaced(&mut reader).await.unwrap_or_default(),
            Err(_) => return,
        };
        for replaced in replaced {
            if let Err(error) = self.go_back(replaced).await {
                tracing::info!(code = ?error.code(), "a sign-in stays at its new entry");
            }
        }
    }

    async fn go_back(&self, Replaced { entry, sign_in, address, key }: Replaced) -> Result<()> {
        let Some(current) = sign_ins::get(&mut *self.store.read().await?, sign_in).await? else {
            return Ok(());
        };
        // A keychain that cannot say has no say in it.
        if self.is_stored(current.entry).await != Ok(false) || self.is_stored(entry).await != Ok(true) {
            return Ok(());
        }
        let mut tx = self.store.write().await?;
        // With the address that it was given by: its token goes to no other.
        let back = SignIn { entry, address, key, state: SignInState::In, ended: None, ..current };
        sign_ins::put(&mut tx, &back, self.now()).await?;
        sign_ins::remove_replaced(&mut tx, entry).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes away what has been replaced and is still there: the keychain was locked, or the program ended.
    pub(super) async fn drop_all_replaced(&self) -> Result<()> {
        let replaced = sign_ins::replaced(&mut *self.store.read().await?).await?;
        for Replaced { entry, sign_in, .. } in replaced {
            let current = sign_ins::get(&mut *self.store.read().await?, sign_in).await?;
            let may_go = match current {
                Some(current) => self.is_stored(current.entry).await == Ok(true),
                None => true,
            };
            if may_go {
                self.drop_replaced(entry).await?;
            }
        }
        Ok(())
    }

    async fn is_stored(&self, entry: Uuid) -> std::result::Result<bool, KeychainFault> {
        self.schools.keychain.read(entry).await.map(|found| !found.is_empty())
    }

    /// Takes away an entry that nobody needs any more. Where the keychain does not do it, it is tried again later.
    pub(super) async fn drop_replaced(&self, entry: Uuid) -> Result<()> {
        if let Err(fault) = self.schools.keychain.delete(entry).await {
            tracing::info!(%fault, "an entry of the keychain stays for now");
            return Ok(());
        }
        let mut tx = self.store.write().await?;
        sign_ins::remove_replaced(&mut tx, entry).await?;
        Ok(tx.commit().await?)
    }
}
