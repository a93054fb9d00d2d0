//! The test kit: what stories need to drive the real `firstbell` and `bell` on a real desktop that
//! belongs to the test alone; and the timeline, which plays scenarios through the real bell.
#![warn(missing_docs)]

pub mod kit;
pub mod timeline;
