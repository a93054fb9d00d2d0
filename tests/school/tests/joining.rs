//! Coming to a school without an invitation: looking at it, asking, the school's answer, and being forgotten.
#![allow(clippy::unwrap_used)]

#[path = "joining/answers.rs"]
mod answers;
#[path = "joining/asking.rs"]
mod asking;
#[path = "joining/forgetting.rs"]
mod forgetting;
#[path = "joining/looking.rs"]
mod looking;
#[path = "joining/scene.rs"]
mod scene;
#[path = "joining/strangers.rs"]
mod strangers;
