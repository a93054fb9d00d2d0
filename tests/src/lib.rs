//! The test kit.

pub mod timeline;
