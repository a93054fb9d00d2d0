//! The sessions that are decided on this computer, with their people and series.

pub mod clock_changes;
pub mod events;
pub mod people;
pub mod series;
pub mod sessions;
pub mod state;
