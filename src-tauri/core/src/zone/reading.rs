//! What a wall-clock time means.

/// Which offsets from UTC, in seconds, a wall-clock time may have in a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The clocks show it once.
    Once {
        /// The offset.
        seconds: i32,
    },
    /// The clocks are set back and show it twice.
    Twice {
        /// The offset of the first time.
        first: i32,
        /// The offset of the second time.
        second: i32,
    },
    /// The clocks leave it out.
    Never {
        /// The offset from before the gap.
        before: i32,
        /// The offset from after it.
        after: i32,
    },
}
