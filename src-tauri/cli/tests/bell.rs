//! `bell` as a person or a program calls it: each test has a home and a data folder of its own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

#[path = "bell/agenda.rs"]
mod agenda;
#[path = "bell/desk.rs"]
mod desk;
#[path = "bell/doctor.rs"]
mod doctor;
#[path = "bell/export.rs"]
mod export;
#[path = "bell/import.rs"]
mod import;
#[path = "bell/join.rs"]
mod join;
#[path = "bell/link.rs"]
mod link;
#[path = "bell/oracle.rs"]
mod oracle;
#[path = "bell/schools.rs"]
mod schools;
#[path = "bell/zones.rs"]
mod zones;
