//! A school as a Supabase project: accounts by Supabase Auth, calls by PostgREST.

pub mod error;
