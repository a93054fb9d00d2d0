//! A school on this computer, for tests and for trying First Bell.
//!
//! [`Cluster`] is a PostgreSQL cluster of its own, arranged as Supabase arranges it, with the school's migrations: start
//! with [`Cluster::shared`] and [`Cluster::fresh`]. [`Server`] puts accounts and the REST API in front of one, at one
//! address with keys: start with [`Server::from_env_or_start`]. Where it
//! does not answer as Supabase does is listed, and held by tests, in `tests/server/known_differences.rs`.
//!
//! [`recorded`] is what genuine accounts answered, and [`Scripted`] a school that plays those answers, and everything
//! that can be wrong on the way to one.

mod account;
mod asking;
mod cast;
mod chance;
mod cluster;
mod database;
mod dump;
mod faults;
mod filled;
mod http;
mod keys;
mod post;
mod prepare;
pub mod recorded;
pub mod sample;
mod scripted;
mod server;
mod settings;
mod stage;

pub use account::Account;
pub use asking::Refusal;
pub use cast::{Cast, Player};
pub use chance::{seed, times};
pub use cluster::Cluster;
pub use database::Database;
pub use filled::{Cost, Filled, Reader};
pub use http::http_client;
pub use keys::Keys;
pub use post::Mail;
pub use prepare::{MIGRATIONS, SUPERUSER, run_sql};
pub use scripted::{Asked, Families, Fault, REUSE, Refreshed, Scripted, TokenForm};
pub use server::{Server, ServerPlan};
pub use settings::{MailServer, Mails, NewPassword, Settings};
pub use stage::{Caller, Stage};
pub use tokio_postgres as postgres;
