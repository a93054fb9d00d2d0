//! The test kit: what stories need to drive the real `firstbell` and `bell` on a real desktop that
//! belongs to the test alone.
#![warn(missing_docs)]

pub mod kit;
