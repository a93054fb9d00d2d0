//! How the accounts of a school are set.

use anyhow::{Result, ensure};
use serde::Serialize;

use crate::TokenForm;

/// The settings of a project's accounts, as far as First Bell meets them. The default is what tests of other things
/// want: addresses need no confirmation, and nobody waits.
///
/// ```no_run
/// # async fn example() -> anyhow::Result<()> {
/// use firstbell_school::{Server, Settings};
/// let settings = Settings { confirm_addresses: true, seconds_between_mails: 60, ..Settings::default() };
/// let server = Server::start_with(settings).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Settings {
    /// Whoever signs up has to confirm the address.
    pub confirm_addresses: bool,
    /// Anyone may sign up.
    pub sign_up: bool,
    /// Addresses and passwords are a way to sign in.
    pub email: bool,
    /// The fewest characters of a password.
    pub password_length: u32,
    /// Passwords need lower case, upper case, digits and signs.
    pub password_kinds: bool,
    /// What a mail holds.
    pub mails: Mails,
    /// From one mail to the next, for one address.
    pub seconds_between_mails: u32,
    /// Where links lead that have no other way back. `None`: the school's own address.
    pub site: Option<String>,
    /// Where links may lead besides.
    pub ways_back: Vec<String>,
    /// A sign-in ends after so many seconds.
    pub time_box: Option<u32>,
    /// A sign-in that is not used ends after so many seconds.
    pub unused: Option<u32>,
    /// A new sign-in ends the one before.
    pub one_sign_in: bool,

    /// What refresh tokens look like. From here on a genuine server alone can be set so.
    pub token_form: TokenForm,
    /// Whether mails can be sent.
    pub mail_server: MailServer,
    /// So many mails an hour, for all. `None`: as many as are wanted.
    pub mails_an_hour: Option<u32>,
    /// Signing up and in want a captcha solved.
    pub captcha: bool,
    /// What a new password wants besides an access token.
    pub new_password: NewPassword,
    /// Too many requests from one address (`X-Forwarded-For`) are refused.
    pub count_requests: bool,
    /// Tokens are signed by a key pair, as those of new projects are. The REST API here does not know it.
    pub key_pair: bool,
}

/// What a mail of the accounts holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Mails {
    /// A link, as a project that nobody has touched sends it.
    Link,
    /// A link and six digits.
    LinkAndCode,
}

/// How the server does that takes the mails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum MailServer {
    /// It takes them.
    Takes,
    /// Nobody listens at its port.
    Away,
    /// It knows no recipient.
    Refuses,
}

/// What a new password wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum NewPassword {
    /// Nothing else.
    Nothing,
    /// A code that comes by mail, where the sign-in is older than a day.
    FreshProof,
    /// The old password.
    OldPassword,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            confirm_addresses: false,
            sign_up: true,
            email: true,
            password_length: 6,
            password_kinds: false,
            mails: Mails::LinkAndCode,
            seconds_between_mails: 0,
            site: None,
            ways_back: vec!["http://127.0.0.1:*/**".to_owned()],
            time_box: None,
            unused: None,
            one_sign_in: false,
            token_form: TokenForm::One,
            mail_server: MailServer::Takes,
            mails_an_hour: None,
            captcha: false,
            new_password: NewPassword::Nothing,
            count_requests: false,
            key_pair: false,
        }
    }
}

impl Settings {
    /// What a genuine server alone can be set to, of that which is set here.
    #[must_use]
    pub fn beyond_the_stand_in(&self) -> Vec<&'static str> {
        let plain = Self::default();
        let beyond = [
            (self.token_form != plain.token_form, "token_form"),
            (self.mail_server != plain.mail_server, "mail_server"),
            (self.mails_an_hour.is_some(), "mails_an_hour"),
            (self.captcha, "captcha"),
            (self.new_password != plain.new_password, "new_password"),
            (self.count_requests, "count_requests"),
            (self.key_pair, "key_pair"),
        ];
        beyond.into_iter().filter(|(set, _)| *set).map(|(_, name)| name).collect()
    }

    pub(crate) fn fit_the_stand_in(&self) -> Result<()> {
        let beyond = self.beyond_the_stand_in();
        ensure!(
            beyond.is_empty(),
            "the stand-in for the accounts can't be set to {}: a genuine server can (FIRSTBELL_ACCOUNTS), or \
             `Scripted` plays what was recorded",
            beyond.join(", ")
        );
        Ok(())
    }
}
