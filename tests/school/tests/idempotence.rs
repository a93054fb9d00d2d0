//! Every function that writes, sent again: answered again, and done once.
#![allow(clippy::unwrap_used)]

#[path = "idempotence/rows.rs"]
mod rows;
#[path = "idempotence/scenes.rs"]
mod scenes;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use firstbell_processes::wait;
use firstbell_school::postgres::types::ToSql;
use firstbell_school::{Account, Cast, Cluster, Database, Refusal};
use serde_json::{Value, json};
use uuid::Uuid;

use rows::Rows;
use scenes::{SCHOOL, Scene};

/// A Monday morning in November; nobody's clock changes that week.
const NOW: &str = "2026-11-02 08:00+00";
const SOON: Duration = Duration::from_secs(20);

async fn cast() -> Cast {
    let database = Cluster::shared().await.unwrap().fresh().await.unwrap();
    database.hold_clock_at(NOW).await.unwrap();
    Cast::arrive(database).await.unwrap()
}

/// The functions that take a request id, and the arguments of each with their types.
async fn writes(database: &Database) -> BTreeMap<String, BTreeMap<String, String>> {
    let client = database.as_superuser().await.unwrap();
    let rows = client
        .query(
            "select p.proname::text, argument.name, format_type(argument.type, null)
             from pg_proc p
             cross join unnest(p.proargtypes::oid[], p.proargnames) as argument (type, name)
             where p.pronamespace = 'public'::regnamespace and 'request_id' = any (p.proargnames)",
            &[],
        )
        .await
        .unwrap();
    let mut functions: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for row in &rows {
        functions.entry(row.get(0)).or_default().insert(row.get(1), row.get(2));
    }
    functions
}

async fn door_of(cast: &mut Cast, who: &str) -> Account {
    if who == SCHOOL {
        return cast.database.as_service().await.unwrap();
    }
    let account = cast.player(who).account;
    cast.database.as_account(account).await.unwrap()
}

#[tokio::test]
async fn every_write_has_a_scene_in_which_it_succeeds() {
    let database = Cluster::shared().await.unwrap().fresh().await.unwrap();
    let functions = writes(&database).await;
    let with_a_scene: BTreeSet<&str> = scenes::FUNCTIONS.into_iter().collect();
    assert_eq!(functions.keys().map(String::as_str).collect::<BTreeSet<_>>(), with_a_scene);
}

#[tokio::test]
async fn a_write_sent_again_gets_the_same_answer_and_is_done_once() {
    for function in scenes::FUNCTIONS {
        let mut cast = cast().await;
        let scene = scenes::set(&mut cast, function).await;
        let types = writes(&cast.database).await.remove(function).unwrap();
        let id = json!(Uuid::new_v4());
        let sent = scene.with_id(&id);
        assert!(
            types.keys().eq(sent.as_object().unwrap().keys()),
            "the scene of {function} names all arguments"
        );
        a_refused_call_leaves_no_trace(&mut cast, function, &scene, &id).await;
        let answer = the_second_waits_for_the_first(&mut cast, function, &scene, &id).await;
        let done = Rows::of(&cast.database).await;
        let mut door = door_of(&mut cast, scene.who).await;
        for _ in 0..2 {
            let again = door.call(function, &scene.with_id(&id)).await.unwrap();
            assert_eq!(again, answer, "{function} answers otherwise when it is sent again");
        }
        Rows::of(&cast.database).await.must_be(&done, &format!("{function} sent again"));
        other_arguments_are_refused(&mut cast, function, &scene, &types, &id).await;
    }
}

/// The id of a refused call is not used up.
async fn a_refused_call_leaves_no_trace(cast: &mut Cast, function: &str, scene: &Scene, id: &Value) {
    let client = cast.database.as_superuser().await.unwrap();
    client.batch_execute(&scene.hinder).await.unwrap();
    let before = Rows::of(&cast.database).await;
    let mut door = door_of(cast, scene.who).await;
    let refused: Refusal = door.call(function, &scene.with_id(id)).await.unwrap_err().into();
    assert!(
        ["not_found", "invitation_over", "not_confirmed"].contains(&refused.code.as_str()),
        "{function} should be refused for now: {refused}"
    );
    Rows::of(&cast.database).await.must_be(&before, &format!("{function} refused"));
    client.batch_execute(&scene.relieve).await.unwrap();
}

/// Two computers send the same at the same time: the second waits until the first has its answer.
async fn the_second_waits_for_the_first(cast: &mut Cast, function: &str, scene: &Scene, id: &Value) -> Value {
    let arguments = scene.with_id(id);
    let (mut first, mut second) = (door_of(cast, scene.who).await, door_of(cast, scene.who).await);
    let first = first.begin().await.unwrap();
    let answer = Account::call_in(&first, function, &arguments).await.unwrap();
    let second = second.begin().await.unwrap();
    let watch = cast.database.as_superuser().await.unwrap();
    let (again, ()) = tokio::join!(Account::call_in(&second, function, &arguments), async {
        wait::until_true("the second call to wait", SOON, async || {
            let row = watch
                .query_one(
                    "select exists (select from pg_stat_activity
                       where datname = current_database() and wait_event_type = 'Lock')",
                    &[],
                )
                .await?;
            Ok(row.get(0))
        })
        .await
        .unwrap();
        first.commit().await.unwrap();
    });
    assert_eq!(again.unwrap(), answer, "{function}: the second gets the first's answer");
    // What only the first has done, because the second is not committed yet.
    let done_once = Rows::of(&cast.database).await;
    assert_eq!(done_once.count_of("private.requests", &id.to_string()), 1, "{function}");
    second.commit().await.unwrap();
    Rows::of(&cast.database).await.must_be(&done_once, &format!("{function} sent twice at once"));
    answer
}

/// Each argument counts: the id stands for exactly what was sent with it.
async fn other_arguments_are_refused(
    cast: &mut Cast,
    function: &str,
    scene: &Scene,
    types: &BTreeMap<String, String>,
    id: &Value,
) {
    let done = Rows::of(&cast.database).await;
    let mut door = door_of(cast, scene.who).await;
    for (argument, kind) in types {
        if argument == "request_id" {
            continue;
        }
        let mut others = scene.with_id(id);
        others[argument] = another(&others[argument], kind);
        let refused: Refusal = door.call(function, &others).await.unwrap_err().into();
        assert_eq!(
            (refused.status.as_str(), refused.code.as_str()),
            ("PT409", "request_id_reused"),
            "{function} with another {argument}: {refused}"
        );
    }
    let elsewhere = if function == "end_guardian" {
        ("invite_guardian", json!({"request_id": id, "person": scene.arguments["link"]}))
    } else {
        ("end_guardian", json!({"request_id": id, "link": Uuid::new_v4()}))
    };
    let refused: Refusal = door.call(elsewhere.0, &elsewhere.1).await.unwrap_err().into();
    assert_eq!(refused.code, "request_id_reused", "the id of {function} for {}", elsewhere.0);
    Rows::of(&cast.database).await.must_be(&done, &format!("{function} with other arguments"));
}

/// Another value of the same type.
fn another(value: &Value, kind: &str) -> Value {
    match (kind, value) {
        ("uuid", _) => json!(Uuid::new_v4()),
        ("integer", value) => json!(value.as_i64().unwrap_or(6) + 1),
        ("boolean", value) => json!(value != &json!(true)),
        ("text", Value::String(text)) => json!(format!("{text}x")),
        ("timestamp with time zone", Value::String(text)) => {
            let time = chrono::DateTime::parse_from_rfc3339(text).unwrap();
            json!((time + chrono::Duration::minutes(1)).to_rfc3339())
        }
        ("jsonb", _) => json!([]),
        other => panic!("no other value than {other:?} is known"),
    }
}

/// For a function that has gained arguments: those that it had at first.
const AS_FIRST_MADE: [(&str, &str, &[&str]); 1] =
    [("record_opened", "jsonb_build_array($1::uuid, $2::uuid)", &["session", "person"])];

#[tokio::test]
async fn what_a_client_from_before_sends_has_the_digest_that_it_had_before() {
    for (function, digested, first) in AS_FIRST_MADE {
        let mut cast = cast().await;
        let scene = scenes::set(&mut cast, function).await;
        let id = Uuid::new_v4();
        let mut sent = json!({"request_id": id});
        let mut values: Vec<Option<Uuid>> = Vec::new();
        for argument in first {
            sent[*argument] = scene.arguments[*argument].clone();
            values.push(sent[*argument].as_str().map(|value| value.parse().unwrap()));
        }
        let mut door = door_of(&mut cast, scene.who).await;
        let answer = door.call(function, &sent).await.unwrap();
        let client = cast.database.as_superuser().await.unwrap();
        let values: Vec<_> = values.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
        let digest = client.query_one(&format!("select md5({digested}::text)"), &values).await.unwrap();
        let stored = "select args_hash from private.requests where request_id = $1";
        let stored = client.query_one(stored, &[&id]).await.unwrap();
        assert_eq!(stored.get::<_, String>(0), digest.get::<_, String>(0), "{function}");
        // Sent again by a client that knows the new arguments and gives none of them.
        for argument in scene.arguments.as_object().unwrap().keys() {
            if !first.contains(&argument.as_str()) {
                sent[argument] = Value::Null;
            }
        }
        assert_eq!(door.call(function, &sent).await.unwrap(), answer, "{function}");
    }
}

#[tokio::test]
async fn a_request_id_is_the_accounts_own() {
    let mut cast = cast().await;
    let id = Uuid::new_v4();
    let ask = |tutor: Uuid, student: Uuid| {
        json!({"request_id": id, "tutor": tutor, "student": student, "subject": "Maths",
               "start_at": "2026-11-04T16:00:00Z", "end_at": "2026-11-04T17:00:00Z", "zone": "Europe/Madrid"})
    };
    let (ada, ben, kim) = (cast.person("tutor_ada"), cast.person("student_ben"), cast.person("student_kim"));
    let first = cast.player("student_ben").call("request_booking", ask(ada, ben)).await.unwrap();
    let other = cast.player("parent_gus").call("request_booking", ask(ada, kim)).await.unwrap();
    assert_ne!(first["bookings"][0]["id"], other["bookings"][0]["id"]);
    assert_eq!(other["bookings"][0]["student_id"], json!(kim));
}
