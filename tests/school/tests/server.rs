//! The school's server over HTTP: what First Bell relies on. With `SUPABASE_URL`, `SUPABASE_KEY`,
//! `SUPABASE_SECRET_KEY` and `DATABASE_URL` the same is asked of a genuine project.
// The lint spares test functions, but not the helpers beside them.
#![allow(clippy::unwrap_used)]

#[path = "server/accounts.rs"]
mod accounts;
#[path = "server/gateway.rs"]
mod gateway;
#[path = "server/in_front.rs"]
mod in_front;
#[path = "server/known_differences.rs"]
mod known_differences;
#[path = "server/replay.rs"]
mod replay;
#[path = "server/rest.rs"]
mod rest;
#[path = "server/school.rs"]
mod school;
#[path = "server/visitor.rs"]
mod visitor;
#[path = "server/witness.rs"]
mod witness;
