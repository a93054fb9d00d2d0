//! The way through the browser and back: what is the same for confirming an address, a forgotten password, and
//! connecting a video account.

pub mod loopback;
