//! A school on this computer, for tests and for trying First Bell.
//!
//! [`Cluster`] is a PostgreSQL cluster of its own, arranged as Supabase arranges it, with the school's migrations: start
//! with [`Cluster::shared`] and [`Cluster::fresh`]. [`Server`] puts accounts and the REST API in front of one, at one
//! address with keys: start with [`Server::from_env_or_start`]. Where it
//! does not answer as Supabase does is listed, and held by tests, in `tests/server/known_differences.rs`.

mod account;
mod asking;
mod cast;
mod chance;
mod cluster;
mod database;
mod dump;
mod faults;
mod filled;
mod keys;
mod prepare;
pub mod sample;
mod server;
mod stage;

pub use account::Account;
pub use asking::Refusal;
pub use cast::{Cast, Player};
pub use chance::{seed, times};
pub use cluster::Cluster;
pub use database::Database;
pub use filled::{Cost, Filled, Reader};
pub use keys::Keys;
pub use prepare::{MIGRATIONS, SUPERUSER, run_sql};
pub use server::{Server, ServerPlan};
pub use stage::{Caller, Stage};
pub use tokio_postgres as postgres;
