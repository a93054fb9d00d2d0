//! Who caused a change, so that a window reloads what it shows and knows why.

use serde::{Deserialize, Serialize};

/// The cause of a change of what is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The person, in this program.
    ThisWindow,
    /// Time alone: a Join opened, a session is over, a minute has passed.
    Clock,
    /// Another program, such as `bell`.
    AnotherHost,
    /// The bell rang, or was answered.
    Bell,
}
