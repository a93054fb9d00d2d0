//! A school as a Supabase project: accounts by Supabase Auth, calls by PostgREST.

pub mod accounts;
pub mod auth;
pub mod calls;
pub mod error;
pub mod keeper;
pub mod pull;
pub mod rest;
pub mod retry;
pub mod wire;
pub mod write;
