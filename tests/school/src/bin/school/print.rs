//! Where the school is, for people and for programs.

use std::io::Write as _;

use anyhow::Result;
use firstbell_school::{Server, sample};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub struct Address {
    pub url: String,
    publishable_key: String,
    secret_key: String,
    database_url: String,
}

impl Address {
    pub fn of(server: &Server) -> Self {
        Self {
            url: server.url().to_owned(),
            publishable_key: server.publishable_key().to_owned(),
            secret_key: server.secret_key().to_owned(),
            database_url: server.database_url().to_owned(),
        }
    }

    /// As lines `NAME=value`, or as a page to read.
    pub fn print(&self, as_env: bool) -> Result<()> {
        let mut out = std::io::stdout().lock();
        if as_env {
            for (name, value) in self.variables() {
                writeln!(out, "{name}={value}")?;
            }
        } else {
            writeln!(out, "Address           {}", self.url)?;
            writeln!(out, "Key               {}", self.publishable_key)?;
            writeln!(out, "Secret key        {}", self.secret_key)?;
            writeln!(out, "Database          {}", self.database_url)?;
            writeln!(out)?;
            for person in &sample::PEOPLE {
                let role = person.role.to_lowercase();
                writeln!(out, "{role:10}{:24}{}", person.email, person.password)?;
            }
        }
        Ok(out.flush()?)
    }

    fn variables(&self) -> Vec<(String, &str)> {
        let mut variables = vec![
            ("SUPABASE_URL".to_owned(), self.url.as_str()),
            ("SUPABASE_KEY".to_owned(), &self.publishable_key),
            ("SUPABASE_SECRET_KEY".to_owned(), &self.secret_key),
            ("DATABASE_URL".to_owned(), &self.database_url),
        ];
        for person in &sample::PEOPLE {
            variables.push((format!("{}_{}_EMAIL", person.role, person.name), person.email));
            variables.push((format!("{}_{}_PASSWORD", person.role, person.name), person.password));
        }
        variables
    }
}
