//! Refresh tokens as Supabase Auth deals with them (source of August 2026), held to its recorded answers by
//! `recorded.rs`. Times are the school's own.

use std::time::Duration;

/// How long a token that was replaced may be sent again, whatever has become of its child.
const REUSE: Duration = Duration::from_secs(10);

/// The form of refresh tokens, a setting of the project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Twelve lower-case letters and digits, each a row.
    One,
    /// 51 characters of base64url, a counter of the sign-in.
    Two,
}

/// What is refused, by its code.
pub type Code = &'static str;

pub struct Families {
    form: Form,
    sign_ins: Vec<SignIn>,
}

struct SignIn {
    tokens: Vec<Token>,
    is_gone: bool,
    refreshed_at: Duration,
}

struct Token {
    text: String,
    parent: Option<usize>,
    revoked_at: Option<Duration>,
}

impl Families {
    pub fn new(form: Form) -> Self {
        Self { form, sign_ins: Vec::new() }
    }

    /// Somebody signs in: their first refresh token.
    pub fn sign_in(&mut self, now: Duration) -> String {
        self.sign_ins.push(SignIn { tokens: Vec::new(), is_gone: false, refreshed_at: now });
        self.grant(self.sign_ins.len() - 1, None)
    }

    /// A sign-in ends at the school.
    pub fn end(&mut self, sign_in: usize) {
        self.sign_ins[sign_in].is_gone = true;
    }

    /// Which sign-in a token is of.
    pub fn sign_in_of(&self, text: &str) -> Option<usize> {
        self.find(text).map(|(sign_in, _)| sign_in)
    }

    pub fn is_alive(&self, sign_in: usize) -> bool {
        !self.sign_ins[sign_in].is_gone
    }

    /// How many generations a token is older than the newest of its sign-in. None where it is no forebear of that.
    pub fn generations_behind(&self, text: &str) -> Option<usize> {
        let (sign_in, token) = self.find(text)?;
        let tokens = &self.sign_ins[sign_in].tokens;
        let mut at = Some(self.active(sign_in)?);
        let mut behind = 0;
        while let Some(index) = at {
            if index == token {
                return Some(behind);
            }
            behind += 1;
            at = tokens[index].parent;
        }
        None
    }

    /// The child of a token, or the code of the refusal.
    pub fn refresh(&mut self, text: &str, now: Duration) -> Result<String, Code> {
        if text.is_empty() || text.len() > 1000 {
            return Err("validation_failed");
        }
        let Some((sign_in, token)) = self.find(text) else { return Err("refresh_token_not_found") };
        if self.sign_ins[sign_in].is_gone {
            return Err("refresh_token_not_found");
        }
        match self.form {
            Form::One => self.refresh_row(sign_in, token, now),
            Form::Two => self.refresh_counter(sign_in, token, now),
        }
    }

    fn refresh_row(&mut self, sign_in: usize, token: usize, now: Duration) -> Result<String, Code> {
        let active = self.active(sign_in);
        let tokens = &mut self.sign_ins[sign_in].tokens;
        if let Some(revoked_at) = tokens[token].revoked_at {
            if let Some(active) = active.filter(|active| tokens[*active].parent == Some(token)) {
                return Ok(tokens[active].text.clone());
            }
            if now > revoked_at + REUSE {
                for token in tokens.iter_mut().filter(|token| token.revoked_at.is_none()) {
                    token.revoked_at = Some(now);
                }
                return Err("refresh_token_already_used");
            }
        } else {
            tokens[token].revoked_at = Some(now);
        }
        Ok(self.grant(sign_in, Some(token)))
    }

    fn refresh_counter(&mut self, sign_in: usize, token: usize, now: Duration) -> Result<String, Code> {
        let current = self.sign_ins[sign_in].tokens.len() - 1;
        if token == current {
            self.sign_ins[sign_in].refreshed_at = now;
            return Ok(self.grant(sign_in, Some(token)));
        }
        if token + 1 < current && now > self.sign_ins[sign_in].refreshed_at + REUSE {
            self.end(sign_in);
            return Err("refresh_token_already_used");
        }
        Ok(self.sign_ins[sign_in].tokens[current].text.clone())
    }

    fn grant(&mut self, sign_in: usize, parent: Option<usize>) -> String {
        let number = self.sign_ins.iter().map(|sign_in| sign_in.tokens.len()).sum::<usize>();
        let text = match self.form {
            Form::One => format!("t{number:011}"),
            Form::Two => format!("T-_{number:048}"),
        };
        self.sign_ins[sign_in].tokens.push(Token { text: text.clone(), parent, revoked_at: None });
        text
    }

    fn active(&self, sign_in: usize) -> Option<usize> {
        self.sign_ins[sign_in].tokens.iter().rposition(|token| token.revoked_at.is_none())
    }

    fn find(&self, text: &str) -> Option<(usize, usize)> {
        let place = |sign_in: &SignIn| sign_in.tokens.iter().position(|token| token.text == text);
        self.sign_ins.iter().enumerate().find_map(|(number, sign_in)| Some((number, place(sign_in)?)))
    }
}
