//! What crosses to the window: plain data, ids and times as text. Only here are types made for TypeScript.

pub mod bell;
pub mod change;
pub mod clocks;
pub mod course;
pub mod draft;
pub mod enums;
pub mod import;
pub mod page;
pub mod school;
pub mod session;
pub mod settings;
pub mod strip;

use chrono::{DateTime, SecondsFormat, Utc};

/// An instant as the window reads it: RFC 3339, UTC.
pub fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
