//! The keys of a school on this computer, and the tokens that are signed with its secret.

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::Uuid;

/// The tokens of the two roles are valid until 2036, as those of a project are for ten years.
const ROLE_TOKENS_EXPIRE: u32 = 2_082_758_400;

/// What a project's settings page shows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Keys {
    /// May be known to everyone: stands for the role `anon`.
    pub publishable: String,
    /// Stands for the role `service_role`, which row-level security does not bind.
    pub secret: String,
    jwt_secret: String,
}

impl Keys {
    pub(crate) fn random() -> Self {
        let random = || Uuid::new_v4().simple().to_string();
        Self {
            publishable: format!("sb_publishable_{}", random()),
            secret: format!("sb_secret_{}", random()),
            jwt_secret: random() + &random(),
        }
    }

    /// A token of this project with these claims.
    ///
    /// # Errors
    /// Never, as far as is known: the hash takes secrets of every length.
    pub fn token(&self, claims: &Value) -> Result<String> {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&json!({"alg": "HS256", "typ": "JWT"})), part(claims));
        let mut signature = Hmac::<Sha256>::new_from_slice(self.jwt_secret.as_bytes()).context("a secret")?;
        signature.update(signed.as_bytes());
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.finalize().into_bytes())))
    }

    /// The key of the older kind that stands for a role.
    ///
    /// # Errors
    /// As [`Self::token`].
    pub fn role_token(&self, role: &str) -> Result<String> {
        self.token(&json!({"iss": "supabase", "role": role, "exp": ROLE_TOKENS_EXPIRE}))
    }

    pub(crate) fn jwt_secret(&self) -> &str {
        &self.jwt_secret
    }
}
