//! The words of a series: what the person wants of it.

/// What the person wants of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Show it and ring.
    Bell,
    /// Show it, do not ring.
    NoBell,
    /// Do not show it.
    LeaveOut,
}

impl Choice {
    const ALL: [Self; 3] = [Self::Bell, Self::NoBell, Self::LeaveOut];

    /// The name that the store uses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bell => "bell",
            Self::NoBell => "no_bell",
            Self::LeaveOut => "leave_out",
        }
    }

    /// The choice of that name, if this program knows it.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.name() == name)
    }
}
