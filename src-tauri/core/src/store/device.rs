//! What belongs to this device and its person, whatever workspaces there are: settings and the ledger of the bell.

pub mod rings;
pub mod settings;
