//! Identifiers. Each kind has a type of its own, so that one cannot be handed over for another.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Names a session for as long as it is known, on whatever computer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionId(Uuid);

impl SessionId {
    /// A new id for a session that is made here (UUID version 7, RFC 9562 §5.7: sorts by age).
    #[must_use]
    pub fn new() -> Self {
        Self(Uuid::now_v7())
    }

    /// The id of an occurrence in a calendar file: UUID version 5 (RFC 9562 §5.5) of source, UID
    /// and RECURRENCE-ID, so that the same occurrence keeps its id however often it is read.
    #[must_use]
    pub fn of_occurrence(source: Uuid, uid: &str, recurrence_id: &str) -> Self {
        // The separator cannot occur in either part: RFC 5545 §3.1 allows no control characters.
        Self(Uuid::new_v5(&source, format!("{uid}\u{1f}{recurrence_id}").as_bytes()))
    }
}

impl Default for SessionId {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for SessionId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::parse_str(text).map(Self)
    }
}

/// Where a session is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WorkspaceId {
    /// This computer: SQLite is the truth.
    ThisComputer,
    /// A sign-in at a school, by the random id that it was given here.
    School(Uuid),
}

/// What a text has to be to name a workspace.
const THIS_COMPUTER: &str = "this_computer";

impl fmt::Display for WorkspaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ThisComputer => f.write_str(THIS_COMPUTER),
            Self::School(id) => id.fmt(f),
        }
    }
}

impl FromStr for WorkspaceId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == THIS_COMPUTER { Ok(Self::ThisComputer) } else { Uuid::parse_str(text).map(Self::School) }
    }
}

/// Names a session wherever it is decided: two workspaces may use the same id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionKey {
    /// Where it is decided.
    pub workspace: WorkspaceId,
    /// Its name there.
    pub id: SessionId,
}

impl SessionKey {
    /// The key of a session of this computer.
    #[must_use]
    pub const fn here(id: SessionId) -> Self {
        Self { workspace: WorkspaceId::ThisComputer, id }
    }
}

/// A session of this computer by its id alone, as it was before there were schools; any other one as workspace and
/// id, with a dot between them, so that the whole is one word for shells, pages and commands.
impl fmt::Display for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.workspace {
            WorkspaceId::ThisComputer => self.id.fmt(f),
            WorkspaceId::School(school) => write!(f, "{school}.{}", self.id),
        }
    }
}

impl FromStr for SessionKey {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('.') {
            None => Ok(Self::here(text.parse()?)),
            Some((workspace, id)) => Ok(Self { workspace: workspace.parse()?, id: id.parse()? }),
        }
    }
}

/// Names a person for as long as they are known. Names are not unique: two Bens are two people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonId(Uuid);

impl PersonId {
    /// A new id for somebody who is met here for the first time.
    #[must_use]
    pub fn new() -> Self {
        Self(Uuid::now_v7())
    }
}

impl PersonId {
    /// The id of those who come to one lesson together (UUID version 5, RFC 9562 §5.5, of theirs in order): the same for
    /// the same people.
    #[must_use]
    pub fn of_group(people: &[Self]) -> Self {
        const GROUPS: Uuid = Uuid::from_u128(0x6f1c_2b1e_7c0d_4b0e_9a57_5d1f_8f3c_2a10);
        let mut people = people.to_vec();
        people.sort_unstable();
        let name: Vec<u8> = people.iter().flat_map(|person| person.0.into_bytes()).collect();
        Self(Uuid::new_v5(&GROUPS, &name))
    }
}

impl From<PersonId> for Uuid {
    fn from(id: PersonId) -> Self {
        id.0
    }
}

impl Default for PersonId {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for PersonId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::parse_str(text).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_one_word_and_comes_back_from_it() {
        let id = SessionId::new();
        for workspace in [WorkspaceId::ThisComputer, WorkspaceId::School(Uuid::now_v7())] {
            let key = SessionKey { workspace, id };
            let word = key.to_string();
            assert_eq!(word.parse(), Ok(key), "{word}");
            assert!(word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.'), "{word}");
            assert_eq!(workspace.to_string().parse(), Ok(workspace));
        }
    }

    #[test]
    fn what_named_a_session_before_there_were_schools_names_it_still() {
        let id = SessionId::new();
        assert_eq!(id.to_string().parse(), Ok(SessionKey::here(id)));
        assert_eq!(SessionKey::here(id).to_string(), id.to_string());
        for text in ["", ".", "ben", &format!("{id}."), &format!("ben.{id}"), &format!("{id}.{id}.{id}")] {
            assert!(text.parse::<SessionKey>().is_err(), "{text}");
        }
    }
}
