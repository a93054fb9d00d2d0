//! What belongs to this device and its person, whatever workspaces there are: settings, sign-ins, and the ledger of the
//! bell.

pub mod rings;
pub mod settings;
pub mod sign_ins;
