//! A school with its people and `stranger_sam`, who has a sign-in and nothing else.

use firstbell_school::{Cast, Cluster, Refusal};
use serde_json::{Value, json};

/// A Monday morning in November; nobody's clock changes that week.
pub const NOW: &str = "2026-11-02 08:00+00";

pub async fn cast() -> Cast {
    let database = Cluster::shared().await.unwrap().fresh().await.unwrap();
    database.hold_clock_at(NOW).await.unwrap();
    Cast::arrive(database).await.unwrap()
}

/// What is sent to ask for a role; a guardian's with a child.
pub fn wish(role: &str) -> Value {
    let child = if role == "guardian" { "Dan, in Ada's class" } else { "" };
    json!({"role": role, "first_name": "Sam", "last_name": "Sallow", "zone": "Europe/Madrid",
        "note": "I am new in town.", "child": child})
}

/// Asks for a role, and gives the answer.
pub async fn ask(cast: &mut Cast, who: &str, role: &str) -> Result<Value, Refusal> {
    cast.player(who).call("ask_to_join", wish(role)).await
}

/// What somebody is told about themselves.
pub async fn who_am_i(cast: &mut Cast, who: &str) -> Value {
    cast.player(who).call("who_am_i", json!({})).await.unwrap()
}

pub async fn by_hand(cast: &Cast, sql: &str) {
    cast.database.as_superuser().await.unwrap().batch_execute(sql).await.unwrap();
}

/// The status, and the code.
pub fn told(refused: &Refusal) -> (&str, &str) {
    (&refused.status, &refused.code)
}

/// That what must never be true of a school's rows is not.
pub async fn is_sound(cast: &Cast) {
    assert_eq!(cast.database.faults().await.unwrap(), Vec::<String>::new());
}
