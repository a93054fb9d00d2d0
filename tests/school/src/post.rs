//! The mails that a school's accounts send: what they hold, and where they end up. None leaves this computer.

pub(crate) mod sink;
pub(crate) mod templates;

use std::path::Path;

use anyhow::Result;
use serde::{Deserialize, Serialize};

/// A mail.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Mail {
    /// The one address that it is for.
    pub to: String,
    /// What stands above it.
    pub subject: String,
    /// What stands in it: HTML of a genuine server, plain text of the stand-in.
    pub text: String,
}

impl Mail {
    /// The link in it.
    #[must_use]
    pub fn link(&self) -> Option<String> {
        let start = self.text.match_indices("http").map(|(at, _)| at).find(|at| {
            let link = &self.text[*at..];
            link[..end_of_link(link)].contains("/verify?")
        })?;
        let link = &self.text[start..];
        Some(link[..end_of_link(link)].replace("&amp;", "&"))
    }

    /// The six digits in it.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        let words = self.text.split(|letter: char| !letter.is_ascii_alphanumeric());
        words.into_iter().find(|word| word.len() == 6 && word.bytes().all(|letter| letter.is_ascii_digit()))
    }
}

/// The mails in a folder for this address, the oldest first.
pub(crate) fn mails_to(folder: &Path, address: &str) -> Result<Vec<Mail>> {
    let mut files = folder.read_dir()?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    let mut mails = Vec::new();
    for file in files {
        let mail: Mail = serde_json::from_str(&std::fs::read_to_string(file)?)?;
        if mail.to == address {
            mails.push(mail);
        }
    }
    Ok(mails)
}

fn end_of_link(text: &str) -> usize {
    text.find(|letter: char| letter.is_whitespace() || matches!(letter, '"' | '<' | '>'))
        .unwrap_or(text.len())
}
