//! A school as a Supabase project: accounts by Supabase Auth, calls by PostgREST.

pub mod accounts;
pub mod error;
pub mod keeper;
pub mod retry;
