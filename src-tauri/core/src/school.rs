//! A school: its address, an invitation to it, what goes wrong on the way there, and how it is spoken to.

pub mod address;
pub mod fault;
pub mod invitation;
pub mod supabase;
