//! A school on this computer, for tests: a PostgreSQL cluster of its own, arranged as Supabase arranges it, with
//! the school's migrations. Start with [`Cluster::shared`] and [`Cluster::fresh`].

mod account;
mod cast;
mod chance;
mod cluster;
mod database;
mod faults;
mod prepare;

pub use account::Account;
pub use cast::{Cast, Player, Refusal};
pub use chance::{seed, times};
pub use cluster::Cluster;
pub use database::Database;
pub use prepare::{MIGRATIONS, SUPERUSER, run_sql};
pub use tokio_postgres as postgres;
