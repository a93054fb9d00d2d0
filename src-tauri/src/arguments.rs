//! What may stand on the command line, of the first start and of every later one.

use std::path::{Path, PathBuf};

use clap::Parser;

/// The bell for online tutoring.
#[derive(Clone, Debug, Default, Parser)]
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
    /// A calendar file to look at
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
}

impl Arguments {
    /// The arguments of a later start, handed over by it. Its paths are relative to where it was started.
    /// What cannot be understood is as if nothing had been said: the window comes up.
    pub fn of_later_start(words: Vec<String>, folder: &str) -> Self {
        let mut arguments = Self::try_parse_from(words).unwrap_or_default();
        arguments.file = arguments.file.map(|file| Path::new(folder).join(file));
        arguments
    }
}

/// The whole path, from where this program was started.
pub fn absolute(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}
