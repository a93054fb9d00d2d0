//! The people of a sample school.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::Server;

/// Someone with a sign-in.
pub struct Person {
    /// What they are, and their first name: `TUTOR`, `ADA`.
    pub role: &'static str,
    /// See [`Self::role`].
    pub name: &'static str,
    /// Their address at the school.
    pub email: &'static str,
    /// Known to everyone: the school is on this computer only.
    pub password: &'static str,
}

/// Two tutors, two students, and a parent.
pub const PEOPLE: [Person; 5] = [
    person("TUTOR", "ADA", "ada@school.example", "ada-rings-first"),
    person("TUTOR", "EVE", "eve@school.example", "eve-rings-first"),
    person("STUDENT", "BEN", "ben@school.example", "ben-rings-first"),
    person("STUDENT", "DAN", "dan@school.example", "dan-rings-first"),
    person("PARENT", "CLEO", "cleo@school.example", "cleo-rings-first"),
];

/// Signs them up as the app does, by the school's own door. Whoever has a sign-in keeps it.
///
/// # Errors
/// When the school refuses.
pub async fn sign_up(server: &Server) -> Result<()> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    for person in &PEOPLE {
        let name = person.name[..1].to_owned() + &person.name[1..].to_lowercase();
        let answered = client
            .post(format!("{}/auth/v1/signup", server.url()))
            .header("apikey", server.publishable_key())
            .json(&json!({"email": person.email, "password": person.password, "data": {"name": name}}))
            .send()
            .await?;
        let status = answered.status();
        let told: Value = answered.json().await?;
        let known = told["error_code"] == "user_already_exists";
        ensure!(status.is_success() || known, "signing {name} up: {status} {told}");
    }
    Ok(())
}

const fn person(
    role: &'static str,
    name: &'static str,
    email: &'static str,
    password: &'static str,
) -> Person {
    Person { role, name, email, password }
}
