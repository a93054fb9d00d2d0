//! Where the stand-in for the accounts answers otherwise than was recorded of genuine ones, and stays so. `replay` looks
//! at each: one that is no longer there has to go from this list.

pub struct Different {
    pub group: &'static str,
    pub what: &'static str,
    /// What is told here.
    pub here: &'static str,
    /// Why it stays.
    #[allow(dead_code)]
    pub why: &'static str,
}

const OLD_TOKENS: &str = "lite ends a sign-in at the first token that is older than a parent, however soon; what old \
                          tokens are worth is played by `Scripted::keep_sign_ins`";
const ADDRESSES: &str =
    "lite takes the code that comes to the old address for both; First Bell changes no addresses";

const LIMITS: &str = "lite counts no requests; `Scripted` plays what is answered to whoever asks too often";

const FORM_ONE: &str = "refreshing, token form 1";

const DIFFERENT: &[Different] = &[
    different_so(FORM_ONE, "the grandparent at once", "400 refresh_token_already_used", OLD_TOKENS),
    different_so(FORM_ONE, "after that: the child's child", "400 refresh_token_already_used", OLD_TOKENS),
    different_so(FORM_ONE, "after that: the newest", "400 refresh_token_already_used", OLD_TOKENS),
    different_so(FORM_ONE, "asked too often", "400 refresh_token_not_found", LIMITS),
    different_so("passwords and addresses", "the first of its two codes", "200 session", ADDRESSES),
    different_so("passwords and addresses", "the second", "403 otp_expired", ADDRESSES),
];

/// The difference that is known of this exchange.
pub fn different(group: &str, what: &str) -> Option<&'static Different> {
    DIFFERENT.iter().find(|known| known.group == group && known.what == what)
}

const fn different_so(
    group: &'static str,
    what: &'static str,
    here: &'static str,
    why: &'static str,
) -> Different {
    Different { group, what, here, why }
}
