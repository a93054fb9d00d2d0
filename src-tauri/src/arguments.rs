//! What may stand on the command line, of the first start and of every later one.

use std::path::{Path, PathBuf};

use clap::Parser;

/// The bell for online tutoring.
#[derive(Clone, Default, Parser)]
#[command(name = "firstbell", version, about)]
pub struct Arguments {
    /// Keep everything in this folder instead of the usual one
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Start without a window; the tray and the bell are there
    #[arg(long)]
    pub hidden: bool,
    /// Start with sample lessons around now
    #[arg(long)]
    pub sample: bool,
    /// A calendar file to look at, or an invitation to a school (firstbell://join?…)
    #[arg(value_name = "FILE")]
    pub file: Option<String>,
}

/// What First Bell was started with.
#[derive(Clone, PartialEq, Eq)]
pub enum What {
    /// A calendar file.
    File(PathBuf),
    /// The link of an invitation to a school.
    Invitation(String),
}

impl Arguments {
    /// The arguments of a later start, handed over by it. Its paths are relative to where it was started.
    /// What cannot be understood is as if nothing had been said: the window comes up.
    pub fn of_later_start(words: Vec<String>, folder: &str) -> Self {
        let mut arguments = Self::try_parse_from(words).unwrap_or_default();
        if let Some(What::File(file)) = arguments.opened() {
            arguments.file = Some(Path::new(folder).join(file).to_string_lossy().into_owned());
        }
        arguments
    }

    /// What is to be opened. Desktops hand over a file by its path or as a `file:` address.
    pub fn opened(&self) -> Option<What> {
        let text = self.file.as_ref()?;
        let scheme = text.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
        Some(match scheme.as_deref() {
            Some("firstbell") => What::Invitation(text.clone()),
            Some("file") => {
                let path = tauri::Url::parse(text).ok().and_then(|url| url.to_file_path().ok());
                What::File(path.unwrap_or_else(|| PathBuf::from(text)))
            }
            _ => What::File(PathBuf::from(text)),
        })
    }
}

/// The whole path, from where this program was started.
pub fn absolute(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}
