//! A person: somebody met in sessions, and how they are told apart.

use crate::id::PersonId;

/// Somebody met in sessions. Two of one name are two people.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Person {
    /// Who it is.
    pub id: PersonId,
    /// What they are called.
    pub name: String,
}
