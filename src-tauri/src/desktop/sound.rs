//! The strike: one soft stroke of a bell, made here. It is handed to the notification service as a file.

use std::path::{Path, PathBuf};

const STRIKE: &[u8] = include_bytes!("../../../icons/strike.wav");

/// Lays the strike into the data folder, where the notification service can read it.
pub fn lay_out(folder: &Path) -> Option<PathBuf> {
    let path = folder.join("strike.wav");
    let is_there = std::fs::metadata(&path).is_ok_and(|data| data.len() == STRIKE.len() as u64);
    if !is_there && let Err(error) = std::fs::write(&path, STRIKE) {
        tracing::warn!(%error, "the strike could not be laid out");
        return None;
    }
    Some(path)
}
