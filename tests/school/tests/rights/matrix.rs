//! The matrix as it stands in `matrix.txt`.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::scene::ROLES;

const FILE: &str = include_str!("matrix.txt");

/// What PostgreSQL says to who may not.
pub const NO_RIGHT: &str = "42501";

/// A cell for each role.
pub type Cells = BTreeMap<&'static str, String>;

/// What the matrix says.
#[derive(Default)]
pub struct Matrix {
    pub tables: BTreeMap<String, Table>,
    /// By schema, name, arguments and result.
    pub functions: BTreeMap<String, Vec<Case>>,
    /// Who comes to read a student's first name, and who the family name.
    pub names: BTreeMap<String, Cells>,
}

/// A table: who may do what, and who sees which row.
#[derive(Default)]
pub struct Table {
    /// By verb: `42501` or `may`.
    pub verbs: BTreeMap<String, Cells>,
    /// By label: `x` or `.`.
    pub rows: BTreeMap<String, Cells>,
}

/// A call, and what each role is answered.
#[derive(Clone, Default)]
pub struct Case {
    /// When, if not at the scene's own time.
    pub now: Option<String>,
    /// Calls that come before: role, function, arguments.
    pub first: Vec<(String, String, Value)>,
    /// The arguments; without any the function is called with nulls.
    pub call: Option<Value>,
    /// `done`, the code of a refusal, or `42501`.
    pub each: Cells,
}

impl Matrix {
    pub fn read() -> Self {
        let mut matrix = Self::default();
        let mut under = Under::Nothing;
        let mut case = Case::default();
        for line in FILE.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
            let (word, rest) = line.trim().split_once(char::is_whitespace).unwrap_or((line.trim(), ""));
            let rest = rest.trim();
            match (word, &under) {
                ("roles", _) => {
                    assert_eq!(rest.split_whitespace().collect::<Vec<_>>(), ROLES.map(|role| role.0))
                }
                ("table", _) => {
                    assert!(
                        matrix.tables.insert(rest.to_owned(), Table::default()).is_none(),
                        "{rest} twice"
                    );
                    under = Under::Table(rest.to_owned());
                }
                ("function", _) => {
                    assert!(matrix.functions.insert(rest.to_owned(), Vec::new()).is_none(), "{rest} twice");
                    under = Under::Function(rest.to_owned());
                    case = Case::default();
                }
                ("names", _) => under = Under::Names,
                ("row", Under::Table(table)) => {
                    let (label, rest) = rest.split_once(char::is_whitespace).unwrap();
                    let rows = &mut matrix.tables.get_mut(table).unwrap().rows;
                    assert!(rows.insert(label.to_owned(), cells(rest)).is_none(), "{label} twice");
                }
                (verb, Under::Table(table)) => {
                    matrix.tables.get_mut(table).unwrap().verbs.insert(verb.to_owned(), cells(rest));
                }
                ("now", Under::Function(_)) => case.now = Some(rest.to_owned()),
                ("first", Under::Function(_)) => {
                    let mut parts = rest.splitn(3, ' ');
                    let (role, function) = (parts.next().unwrap(), parts.next().unwrap());
                    let arguments = serde_json::from_str(parts.next().unwrap()).unwrap();
                    case.first.push((role.to_owned(), function.to_owned(), arguments));
                }
                ("call", Under::Function(_)) => {
                    case.call =
                        Some(serde_json::from_str(rest).unwrap_or_else(|error| panic!("{rest}: {error}")));
                }
                ("each", Under::Function(function)) => {
                    case.each = cells(rest);
                    matrix.functions.get_mut(function).unwrap().push(std::mem::take(&mut case));
                }
                (name, Under::Names) => {
                    matrix.names.insert(name.to_owned(), cells(rest));
                }
                _ => panic!("what is {line:?}?"),
            }
        }
        matrix
    }
}

enum Under {
    Nothing,
    Table(String),
    Function(String),
    Names,
}

fn cells(text: &str) -> Cells {
    if text == "nobody" {
        return ROLES.iter().map(|(role, _)| (*role, NO_RIGHT.to_owned())).collect();
    }
    let given: Vec<&str> = text.split_whitespace().collect();
    assert_eq!(given.len(), ROLES.len(), "a cell for each role: {text}");
    ROLES.iter().zip(given).map(|((role, _), cell)| (*role, cell.to_owned())).collect()
}
