//! Refresh tokens as genuine accounts hand them on, in both of their forms. The rules are those of the two recorded
//! groups *refreshing, token form 1* and *… 2*, and a test holds this to them.
//!
//! | | form 1 | form 2 |
//! |---|---|---|
//! | the newest | a child | a child |
//! | its parent | the same child again | the same child again |
//! | older, within ten seconds | a new branch | the newest once more |
//! | older, later | already used; the newest is good for ten seconds more | already used, and the sign-in is gone |

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use rand::Rng as _;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// How long a spent token may be used once more by those who asked at the same time.
pub const REUSE: TimeDelta = TimeDelta::seconds(10);

/// The two forms of refresh tokens, by a setting of the project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub enum TokenForm {
    /// Twelve lower-case letters and digits.
    One,
    /// 51 characters of base64url.
    Two,
}

/// What comes of a refresh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refreshed {
    /// The token that is good now, of this sign-in.
    Token(String, Uuid),
    /// Older than a parent, and too late.
    AlreadyUsed,
    /// Nobody's, or of a sign-in that has ended.
    NotFound,
    /// No token at all.
    NotValid,
}

/// All sign-ins and their tokens.
#[derive(Debug)]
pub struct Families {
    form: TokenForm,
    sign_ins: HashMap<Uuid, SignIn>,
}

#[derive(Debug)]
struct SignIn {
    account: Uuid,
    /// In the order in which they were made.
    tokens: Vec<Token>,
    last_refresh: DateTime<Utc>,
}

#[derive(Debug)]
struct Token {
    text: String,
    parent: Option<usize>,
    spent: Option<DateTime<Utc>>,
}

impl Families {
    /// No sign-ins.
    #[must_use]
    pub fn new(form: TokenForm) -> Self {
        Self { form, sign_ins: HashMap::new() }
    }

    /// A new sign-in of an account: its id and its first token.
    pub fn sign_in(&mut self, account: Uuid, now: DateTime<Utc>) -> (Uuid, String) {
        let id = Uuid::new_v4();
        let text = self.form.token(id, 0);
        let first = Token { text: text.clone(), parent: None, spent: None };
        self.sign_ins.insert(id, SignIn { account, tokens: vec![first], last_refresh: now });
        (id, text)
    }

    /// What this token is exchanged for. `None`: none was sent.
    pub fn refresh(&mut self, token: Option<&str>, now: DateTime<Utc>) -> Refreshed {
        let Some(token) = token.filter(|token| is_token(token)) else { return Refreshed::NotValid };
        let found = self.sign_ins.iter_mut().find_map(|(id, sign_in)| {
            let nth = sign_in.tokens.iter().position(|known| known.text == token)?;
            Some((*id, sign_in, nth))
        });
        let Some((id, sign_in, nth)) = found else { return Refreshed::NotFound };
        let good = match self.form {
            TokenForm::One => sign_in.refresh_form_one(id, nth, now),
            TokenForm::Two => sign_in.refresh_form_two(id, nth, now),
        };
        if let Some(good) = good {
            sign_in.last_refresh = now;
            return Refreshed::Token(good, id);
        }
        if self.form == TokenForm::Two {
            self.sign_ins.remove(&id);
        }
        Refreshed::AlreadyUsed
    }

    /// Whose sign-in this is, while it lasts.
    #[must_use]
    pub fn account_of(&self, sign_in: Uuid) -> Option<Uuid> {
        self.sign_ins.get(&sign_in).map(|sign_in| sign_in.account)
    }

    /// Ends the sign-ins for which this holds (of their ids and accounts).
    pub fn end(&mut self, mut which: impl FnMut(Uuid, Uuid) -> bool) {
        self.sign_ins.retain(|id, sign_in| !which(*id, sign_in.account));
    }
}

impl SignIn {
    fn refresh_form_one(&mut self, id: Uuid, nth: usize, now: DateTime<Utc>) -> Option<String> {
        if let Some(spent) = self.tokens[nth].spent {
            let newest = self.tokens.iter().rev().find(|token| token.spent.is_none());
            if let Some(newest) = newest.filter(|newest| newest.parent == Some(nth)) {
                return Some(newest.text.clone());
            }
            if now > spent + REUSE {
                for token in self.tokens.iter_mut().filter(|token| token.spent.is_none()) {
                    token.spent = Some(now);
                }
                return None;
            }
        }
        self.tokens[nth].spent = Some(now);
        Some(self.child(TokenForm::One, id, nth))
    }

    fn refresh_form_two(&mut self, id: Uuid, nth: usize, now: DateTime<Utc>) -> Option<String> {
        let newest = self.tokens.len() - 1;
        if nth == newest {
            return Some(self.child(TokenForm::Two, id, nth));
        }
        let allowed = nth + 1 == newest || now - self.last_refresh < REUSE;
        allowed.then(|| self.tokens[newest].text.clone())
    }

    fn child(&mut self, form: TokenForm, id: Uuid, parent: usize) -> String {
        let text = form.token(id, self.tokens.len());
        self.tokens.push(Token { text: text.clone(), parent: Some(parent), spent: None });
        text
    }
}

impl TokenForm {
    /// A token that nobody has had.
    #[must_use]
    pub fn token(self, sign_in: Uuid, counter: usize) -> String {
        let mut chance = rand::rng();
        if self == Self::One {
            let letters = b"abcdefghijklmnopqrstuvwxyz0123456789";
            return (0..12).map(|_| char::from(letters[chance.random_range(0..letters.len())])).collect();
        }
        let mut bytes = vec![0];
        bytes.extend(sign_in.as_bytes());
        let mut rest = counter;
        while rest >= 0x80 {
            bytes.push(u8::try_from(rest & 0x7f).unwrap_or_default() | 0x80);
            rest >>= 7;
        }
        bytes.push(u8::try_from(rest).unwrap_or_default());
        bytes.extend(chance.random::<[u8; 16]>());
        bytes.extend(&Sha256::digest(&bytes)[..4]);
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

/// Whether a text is a token at all, known or not, as the accounts look before they search.
fn is_token(text: &str) -> bool {
    if text.len() <= 12 {
        let of_form_one = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit();
        return text.len() == 12 && text.bytes().all(of_form_one);
    }
    let Ok(bytes) = URL_SAFE_NO_PAD.decode(text) else { return false };
    bytes.len() >= 38 && {
        let (signed, checksum) = bytes.split_at(bytes.len() - 4);
        Sha256::digest(signed)[..4] == *checksum
    }
}
