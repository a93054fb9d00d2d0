//! Who may do what: every table, row and function of the school for every role, as `rights/matrix.txt` has it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};

use firstbell_school::{Caller, Refusal, Stage};
use serde_json::{Value, json};
use uuid::Uuid;

#[path = "rights/matrix.rs"]
mod matrix;
#[path = "rights/scene.rs"]
mod scene;

use matrix::{Case, Matrix, NO_RIGHT};
use scene::{FAMILIES, NOW, ROLES, Scene};

/// What can be asked before there is a sign-in.
const FOR_NOBODY: [&str; 3] = ["look_at_invitation", "look_at_school", "who_am_i"];

/// What is missing here and what is too much, as sentences.
fn compare<T: Ord + std::fmt::Debug>(
    what: &str,
    found: &BTreeSet<T>,
    expected: &BTreeSet<T>,
    faults: &mut Vec<String>,
) {
    faults.extend(
        found.difference(expected).map(|more| format!("{what}: {more:?} is there, and not in the matrix")),
    );
    faults.extend(
        expected.difference(found).map(|less| format!("{what}: {less:?} is in the matrix, and not there")),
    );
}

fn none(faults: &[String]) {
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

async fn names(stage: &Stage, query: &str) -> BTreeSet<String> {
    stage.by_hand().query(query, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn every_table_row_and_function_has_its_place_in_the_matrix() {
    let scene = Scene::shared().await;
    let (matrix, mut faults) = (Matrix::read(), Vec::new());
    let stage = Stage::open(&scene.database).await.unwrap();
    // Views, foreign tables and the rest count as tables: a client can read them.
    let tables = names(
        &stage,
        "select relnamespace::regnamespace || '.' || relname from pg_class
         where relnamespace in ('public'::regnamespace, 'private'::regnamespace) and relkind not in ('i', 'I', 't', 'S', 'c')",
    )
    .await;
    compare("tables", &tables, &matrix.tables.keys().cloned().collect(), &mut faults);
    let functions = names(
        &stage,
        "select pronamespace::regnamespace || '.' || proname || '(' || pg_get_function_identity_arguments(oid) || ') returns '
           || pg_get_function_result(oid)
         from pg_proc where pronamespace in ('public'::regnamespace, 'private'::regnamespace)",
    )
    .await;
    compare("functions", &functions, &matrix.functions.keys().cloned().collect(), &mut faults);
    for (name, table) in &matrix.tables {
        let verbs: BTreeSet<&str> = table.verbs.keys().map(String::as_str).collect();
        compare(name, &verbs, &BTreeSet::from(["select", "insert", "update", "delete"]), &mut faults);
        let Some(bare) = name.strip_prefix("public.") else { continue };
        let labelled: BTreeSet<&str> = scene.rows(bare).map(|(label, _)| label).collect();
        compare(name, &labelled, &table.rows.keys().map(String::as_str).collect(), &mut faults);
        let count: i64 =
            stage.by_hand().query_one(&format!("select count(*) from {name}"), &[]).await.unwrap().get(0);
        assert_eq!(labelled.len(), usize::try_from(count).unwrap(), "every row of {name} has a label");
    }
    for (function, cases) in &matrix.functions {
        let can_be_done = cases.iter().any(|case| case.each.values().any(|cell| cell == "done"));
        let is_closed = cases.iter().all(|case| case.each.values().all(|cell| cell == NO_RIGHT));
        assert!(!cases.is_empty() && (can_be_done || is_closed), "{function}: nobody gets it done");
    }
    none(&faults);
}

#[tokio::test]
async fn each_role_sees_the_rows_that_are_its_own_to_see_and_no_others() {
    let scene = Scene::shared().await;
    let stage = Stage::open(&scene.database).await.unwrap();
    let (mut faults, mut cells) = (Vec::new(), 0);
    for (name, table) in Matrix::read().tables {
        let bare = name.split_once('.').unwrap().1;
        for (role, _) in ROLES {
            // The whole row: a right to some columns alone would not do.
            let read = format!("select to_jsonb(t) ->> 'id' from {name} t");
            let answer = stage.run(scene.caller(role), &read, &[]).await;
            cells += 1;
            match answer {
                Err(refusal) => {
                    let said = lacks_right(&refusal, &name);
                    if table.verbs["select"][role] != said {
                        faults.push(format!("{role} selects from {name}: {said}"));
                    }
                    for (label, cell) in &table.rows {
                        if cell[role] != "." {
                            faults.push(format!("{role} should see {label} of {name}"));
                        }
                    }
                }
                Ok(rows) => {
                    if table.verbs["select"][role] != "may" {
                        faults.push(format!("{role} may select from {name}"));
                    }
                    let ids: BTreeSet<Option<Uuid>> = rows
                        .iter()
                        .map(|row| row.get::<_, Option<String>>(0).and_then(|id| id.parse().ok()))
                        .collect();
                    let seen =
                        scene.rows(bare).filter(|(_, id)| ids.contains(&Some(*id))).map(|(label, _)| label);
                    let due = table
                        .rows
                        .iter()
                        .filter(|(_, cell)| cell[role] == "x")
                        .map(|(label, _)| label.as_str());
                    let (seen, due): (BTreeSet<_>, BTreeSet<_>) = (seen.collect(), due.collect());
                    assert_eq!(seen.len(), rows.len(), "{role} sees a row of {name} without a label");
                    cells += table.rows.len();
                    compare(&format!("{role} in {name}"), &seen, &due, &mut faults);
                }
            }
        }
    }
    none(&faults);
    eprintln!("{cells} cells of select");
}

#[tokio::test]
async fn nobody_writes_a_row_of_any_table() {
    let scene = Scene::shared().await;
    let stage = Stage::open(&scene.database).await.unwrap();
    let (mut faults, mut cells) = (Vec::new(), 0);
    for (name, table) in Matrix::read().tables {
        let one = stage
            .by_hand()
            .query_opt(&format!("select to_jsonb(t) from {name} t limit 1"), &[])
            .await
            .unwrap()
            .unwrap_or_else(|| panic!("{name} is empty: nothing is tried on it"));
        let row: Value = one.get(0);
        let column = row.as_object().unwrap().keys().next().unwrap();
        // Without a condition: reading the row would be refused first.
        let tried: [(&str, String); 3] = [
            (
                "insert",
                format!(
                    "insert into {name} overriding system value select * from jsonb_populate_record(null::{name}, $1)"
                ),
            ),
            (
                "update",
                format!(
                    "update {name} set {column} = (select {column} from jsonb_populate_record(null::{name}, $1))"
                ),
            ),
            ("delete", format!("delete from {name} where $1::jsonb is not null")),
        ];
        for (role, _) in ROLES {
            for (verb, statement) in &tried {
                cells += 1;
                let said = match stage.run(scene.caller(role), statement, &[&row]).await {
                    Ok(_) => "may".to_owned(),
                    Err(refusal) => lacks_right(&refusal, &name),
                };
                if table.verbs[*verb][role] != said {
                    faults.push(format!("{role} tries {verb} on {name}: {said}"));
                }
                assert_eq!(
                    table.verbs[*verb][role], NO_RIGHT,
                    "clients call functions: {name} {verb} {role}"
                );
            }
        }
    }
    none(&faults);
    eprintln!("{cells} cells of insert, update and delete");
}

#[tokio::test]
async fn each_function_answers_whom_it_is_for_and_refuses_everybody_else() {
    let scene = Scene::shared().await;
    let stage = Stage::open(&scene.database).await.unwrap();
    let (mut faults, mut cells) = (Vec::new(), 0);
    let matrix = Matrix::read();
    for (function, cases) in &matrix.functions {
        for (number, case) in cases.iter().enumerate() {
            stage.hold_clock_at(case.now.as_deref().unwrap_or(NOW)).await.unwrap();
            for (role, _) in ROLES {
                cells += 1;
                stage.mark("cell").await.unwrap();
                let (said, answer) = play(scene, &stage, function, case, scene.caller(role)).await;
                stage.go_back("cell").await.unwrap();
                for word in words(&answer.to_string()) {
                    if matrix.names.get(word).is_some_and(|cells| cells[role] != "x") {
                        faults.push(format!("{function}, case {}: {role} is told {word}", number + 1));
                    }
                }
                if case.each[role] != said {
                    let due = &case.each[role];
                    faults.push(format!("{function}, case {}: {role} gets {said}, not {due}", number + 1));
                }
            }
        }
    }
    none(&faults);
    eprintln!("{cells} cells of functions");
}

/// What becomes of the call in this case when it comes from this caller, and the answer.
async fn play(scene: &Scene, stage: &Stage, function: &str, case: &Case, caller: Caller) -> (String, Value) {
    for (role, before, arguments) in &case.first {
        let arguments = scene.resolve(stage, arguments).await.unwrap();
        let outcome = stage.call(scene.caller(role), before, &arguments).await;
        outcome.unwrap_or_else(|refusal| panic!("{role} calls {before} before {function}: {refusal}"));
    }
    let outcome = match &case.call {
        Some(arguments) => {
            let arguments = scene.resolve(stage, arguments).await.unwrap();
            let name = function.strip_prefix("public.").unwrap().split_once('(').unwrap().0;
            stage.call(caller, name, &arguments).await
        }
        None => stage.run(caller, &with_nulls(function), &[]).await.map(|_| Value::Null),
    };
    match outcome {
        Ok(answer) => ("done".to_owned(), answer),
        Err(refusal) if refusal.code.is_empty() => (lacks_right(&refusal, function), Value::Null),
        Err(refusal) => (refusal.code, refusal.detail),
    }
}

fn words(text: &str) -> BTreeSet<&str> {
    text.split(|letter: char| !letter.is_alphanumeric()).collect()
}

/// A call that gives null for every argument.
fn with_nulls(signature: &str) -> String {
    let (name, rest) = signature.split_once('(').unwrap();
    let arguments = rest.rsplit_once(") returns").unwrap().0;
    let nulls = arguments.split(", ").filter(|argument| !argument.is_empty()).map(|argument| {
        let (_, kind) = argument.trim_start_matches("VARIADIC ").split_once(' ').unwrap();
        format!("null::{kind}")
    });
    format!("select {name}({})", nulls.collect::<Vec<_>>().join(", "))
}

/// `42501` where a right is missing on the thing itself, else what the database said: a row that a policy turns
/// away, and what a trigger or a function may not do on the way, are something else.
fn lacks_right(refusal: &Refusal, thing: &str) -> String {
    let (schema, name) = thing.split('(').next().unwrap().split_once('.').unwrap();
    let said = [format!("table {name}"), format!("function {name}"), format!("schema {schema}")]
        .map(|on| format!("permission denied for {on}"));
    if refusal.status == NO_RIGHT && said.contains(&refusal.sentence) {
        NO_RIGHT.to_owned()
    } else {
        refusal.to_string()
    }
}

#[tokio::test]
async fn a_token_that_does_not_say_who_is_refused_as_not_signed_in() {
    let scene = Scene::shared().await;
    let stage = Stage::open(&scene.database).await.unwrap();
    let mut asked = 0;
    for (function, cases) in Matrix::read().functions {
        let case = &cases[0];
        if case.call.is_none() {
            continue;
        }
        asked += 1;
        let due = match case.each["sam"].as_str() {
            NO_RIGHT => NO_RIGHT,
            _ if FOR_NOBODY.iter().any(|name| function.starts_with(&format!("public.{name}("))) => "done",
            _ => "not_signed_in",
        };
        stage.hold_clock_at(case.now.as_deref().unwrap_or(NOW)).await.unwrap();
        stage.mark("cell").await.unwrap();
        assert_eq!(play(scene, &stage, &function, case, Caller::Nameless).await.0, due, "{function}");
        stage.go_back("cell").await.unwrap();
    }
    assert!(asked > 30, "{asked} functions");
    for table in Matrix::read().tables.keys().filter(|name| name.starts_with("public.")) {
        let Ok(rows) = stage.run(Caller::Nameless, &format!("select from {table}"), &[]).await else {
            continue;
        };
        assert_eq!(rows.len(), 0, "rows of {table}");
    }
}

#[tokio::test]
async fn a_pull_brings_each_account_the_rows_that_it_can_read_table_by_table() {
    let scene = Scene::shared().await;
    let stage = Stage::open(&scene.database).await.unwrap();
    let (matrix, mut faults) = (Matrix::read(), Vec::new());
    for (role, player) in ROLES {
        if player.is_empty() {
            continue;
        }
        let pulled = stage.call(scene.caller(role), "pull_changes", &json!({})).await.unwrap();
        let mut brought = BTreeSet::new();
        for change in pulled["changes"].as_array().unwrap() {
            assert!(change["row"].is_object(), "{change}");
            brought.insert((
                change["table"].as_str().unwrap().to_owned(),
                change["id"].as_str().unwrap().to_owned(),
            ));
        }
        let mut due = BTreeSet::new();
        for (name, table) in &matrix.tables {
            for label in table.rows.iter().filter(|(_, cells)| cells[role] == "x").map(|(label, _)| label) {
                let bare = name.strip_prefix("public.").unwrap();
                let row = scene.rows(bare).find(|(known, _)| known == label).unwrap().1;
                due.insert((bare.to_owned(), row.to_string()));
            }
        }
        compare(&format!("{role} pulls"), &brought, &due, &mut faults);
    }
    none(&faults);
}

#[tokio::test]
async fn a_students_name_reaches_themselves_their_guardians_and_their_tutors_and_in_a_group_the_first_name() {
    let scene = Scene::shared().await;
    let stage = Stage::open(&scene.database).await.unwrap();
    let (matrix, mut faults) = (Matrix::read(), Vec::new());
    let due: BTreeSet<&str> = FAMILIES.iter().flat_map(|(first, family)| [*first, *family]).collect();
    assert_eq!(matrix.names.keys().map(String::as_str).collect::<BTreeSet<_>>(), due);
    for (role, _) in ROLES {
        let mut read = String::new();
        for (name, table) in &matrix.tables {
            if table.verbs["select"][role] == "may" {
                let all = format!("select to_jsonb(t)::text from {name} t");
                let rows = stage.run(scene.caller(role), &all, &[]).await.unwrap();
                read.extend(rows.iter().map(|row| row.get::<_, String>(0) + "\n"));
            }
        }
        if let Ok(pulled) = stage.call(scene.caller(role), "pull_changes", &json!({})).await {
            assert_eq!(pulled["more"], false);
            read.push_str(&pulled["changes"].to_string());
        }
        let words = words(&read);
        for (name, cells) in &matrix.names {
            let reads = words.contains(name.as_str());
            if reads != (cells[role] == "x") {
                faults.push(format!("{role} {} {name}", if reads { "reads" } else { "does not read" }));
            }
        }
    }
    none(&faults);
}

#[tokio::test]
async fn a_student_is_told_of_the_others_in_a_group_by_the_sessions_first_names_alone() {
    let scene = Scene::shared().await;
    let stage = Stage::open(&scene.database).await.unwrap();
    let mut found = BTreeMap::new();
    for table in Matrix::read().tables.keys().filter(|name| name.starts_with("public.")) {
        let columns = format!(
            "select column_of.key, count(*) from {table} t, jsonb_each_text(to_jsonb(t)) column_of
             where column_of.value ~ '\\mBen\\M' group by 1"
        );
        // The school has no such rows to show to Dan, or the database says no.
        let Ok(rows) = stage.run(scene.caller("dan"), &columns, &[]).await else { continue };
        for row in rows {
            found.insert(format!("{table}.{}", row.get::<_, &str>(0)), row.get::<_, i64>(1));
        }
    }
    assert_eq!(found, BTreeMap::from([("public.sessions.first_names".to_owned(), 1)]));
}

#[tokio::test]
async fn the_schema_is_closed_where_nothing_is_said() {
    let scene = Scene::shared().await;
    let stage = Stage::open(&scene.database).await.unwrap();
    let schemas = "('public'::regnamespace, 'private'::regnamespace)";
    let mut faults = Vec::new();
    for (what, query) in [
        (
            "a table of public without row-level security",
            "select relname::text from pg_class where relnamespace = 'public'::regnamespace
             and relkind in ('r', 'p') and not relrowsecurity"
                .to_owned(),
        ),
        (
            "a function of public that runs as its caller and can write",
            "select proname::text from pg_proc where pronamespace = 'public'::regnamespace
             and not prosecdef and provolatile = 'v'"
                .to_owned(),
        ),
        (
            "a function that runs as its owner on any search path but the empty one",
            format!(
                "select proname::text from pg_proc where pronamespace in {schemas} and prosecdef
                 and not coalesce('search_path=\"\"' = any (proconfig), false)"
            ),
        ),
        (
            "a function that PUBLIC may call",
            format!(
                "select proname::text from pg_proc, aclexplode(coalesce(proacl, acldefault('f', proowner))) may
                 where pronamespace in {schemas} and may.grantee = 0"
            ),
        ),
        (
            "a function that anon may call, besides those that a sign-up needs",
            format!(
                "select proname::text from pg_proc where pronamespace in {schemas}
                 and has_function_privilege('anon', oid, 'execute') and proname not in ('{}')",
                FOR_NOBODY.join("', '")
            ),
        ),
        (
            "a right on a table, a view or a sequence besides reading",
            format!(
                "select relname || ': ' || may.privilege_type from pg_class, aclexplode(relacl) may
                 where relnamespace in {schemas} and may.grantee <> relowner and may.privilege_type <> 'SELECT'"
            ),
        ),
        (
            "a sequence that somebody may read",
            format!(
                "select relname::text from pg_class, aclexplode(relacl) may
                 where relnamespace in {schemas} and relkind = 'S' and may.grantee <> relowner"
            ),
        ),
        (
            "a column with rights of its own",
            format!(
                "select attrelid::regclass || '.' || attname from pg_attribute join pg_class on pg_class.oid = attrelid
                 where relnamespace in {schemas} and attacl is not null"
            ),
        ),
        (
            "a policy that lets somebody write, or somebody else than who is signed in",
            "select policyname::text from pg_policies where schemaname in ('public', 'private')
             and (cmd <> 'SELECT' or roles <> array['authenticated'::name])"
                .to_owned(),
        ),
        (
            "a schema in which a client can make something, or one that is open to anon",
            "select nspname || ' ' || rolname from pg_namespace, pg_roles
             where nspname in ('public', 'private') and rolname in ('anon', 'authenticated', 'service_role')
             and (has_schema_privilege(rolname, nspname, 'create')
               or (nspname = 'private' and rolname = 'anon' and has_schema_privilege(rolname, nspname, 'usage')))"
                .to_owned(),
        ),
        (
            "something that a superuser owns",
            format!(
                "select thing from (
                   select oid::regclass::text, relowner from pg_class where relnamespace in {schemas}
                   union all select oid::regprocedure::text, proowner from pg_proc where pronamespace in {schemas}
                   union all select oid::regtype::text, typowner from pg_type where typnamespace in {schemas}
                   union all select nspname, nspowner from pg_namespace where nspname = 'private') as things (thing, owner)
                 join pg_roles on pg_roles.oid = owner where rolsuper"
            ),
        ),
    ] {
        faults.extend(names(&stage, &query).await.into_iter().map(|name| format!("{what}: {name}")));
    }
    none(&faults);
}
