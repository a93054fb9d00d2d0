//! What has to be so before a group, and before one of its requests: accounts, sign-ins, time that has gone by.

use serde_json::{Value, json};
use uuid::Uuid;

use super::Replay;
use super::asked::Answer;

const PASSWORD: &str = "correct horse 1";

/// The accounts and sign-ins that a group begins with.
pub async fn prepare(replay: &mut Replay) {
    match replay.group.name.as_str() {
        "the mail cannot be sent" | "the school's mails are used up" => replay.account("b").await,
        "a trigger of the school refuses the account" => replay.refusing_trigger().await,
        "signing in" => {
            replay.account("ada").await;
            for name in ["<refresh:2>", "<refresh:4>"] {
                replay.sign_in_as(name, "ada").await;
            }
        }
        "signing out" => {
            replay.account("ada").await;
            let here = replay.sign_in_as("<refresh:1>", "ada").await;
            replay.sign_in_as("<refresh:2>", "ada").await;
            replay.elsewhere = replay.sign_in_as("<refresh:3>", "ada").await;
            replay.hand = here;
        }
        "one sign-in a person" => {
            replay.account("ada").await;
            replay.sign_in_as("<refresh:1>", "ada").await;
            replay.sign_in_as("<refresh:2>", "ada").await;
        }
        "passwords and addresses" => {
            replay.account("ada").await;
            replay.account("ben").await;
            replay.elsewhere = replay.sign_in_as("<refresh:2>", "ada").await;
        }
        "a new password wants a fresh proof"
        | "a new password wants the old one"
        | "its database is away" => {
            replay.account("ada").await;
            replay.hand = replay.sign_in_as("<refresh:1>", "ada").await;
            replay.sql("update auth.sessions set created_at = created_at - interval '25 hours'").await;
        }
        "sign-ins end after a while" | "sign-ins end when not used" => {
            replay.account("ada").await;
            replay.hand = replay.sign_in_as("<refresh:1>", "ada").await;
            replay.time_goes_by(4).await;
        }
        "refreshing, token form 1" | "refreshing, token form 2" | "asked too often" => {
            replay.account("ada").await
        }
        "an account with a second factor" => replay.second_factor().await,
        "links in mails" => {
            replay.person = format!("ben@{}", replay.domain);
            let body = json!({"email": replay.person, "password": PASSWORD});
            assert_eq!(replay.post("/signup", body).await.status, 200);
            let mail = replay.server.mail_to(&replay.person).unwrap().pop().unwrap();
            let recorded = &replay.group.also["the server's own mail for a sign-up"];
            assert_eq!(mail.code().is_some(), recorded["six digits in it"]);
            assert_eq!(mail.link().is_some(), recorded["a link in it"]);
        }
        _ => {}
    }
}

/// What happens before one request.
pub async fn before(replay: &mut Replay, what: &str) {
    match (replay.group.name.as_str(), what) {
        (_, "the code after its hour") => {
            replay
                .sql(
                    "update auth.users set confirmation_sent_at = confirmation_sent_at - interval '2 hours'
                     where email = $1",
                )
                .await;
        }
        (_, what) if what.contains("after 11 s") => replay.time_goes_by(11).await,
        ("signing out", "the others") => replay.hand = replay.elsewhere.clone(),
        ("its database is away", "health") => {
            replay.database("alter role supabase_auth_admin nologin").await;
            replay
                .database("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'supabase_auth_admin'")
                .await;
        }
        ("its database is away", "refresh, once it is back") => {
            replay.database("alter role supabase_auth_admin login").await;
        }
        _ => {}
    }
}

impl Replay {
    /// Somebody whose address is confirmed.
    async fn account(&mut self, name: &str) {
        self.person = format!("{name}@{}", self.domain);
        let email = self.person.clone();
        if self.server.accounts_are_genuine() {
            let body = json!({"email": email, "password": PASSWORD, "email_confirm": true});
            let request = self.request("POST", "/admin/users", Some(body));
            let (client, request) = request.build_split();
            let mut request = request.unwrap();
            request.headers_mut().insert("apikey", self.server.secret_key().parse().unwrap());
            let made = Answer::of(reqwest::RequestBuilder::from_parts(client, request)).await;
            assert_eq!(made.status, 200, "{}", made.body);
            return;
        }
        let made = self.post("/signup", json!({"email": email, "password": PASSWORD})).await;
        assert_eq!(made.status, 200, "{}", made.body);
        self.sql("update auth.users set email_confirmed_at = now() where email = $1").await;
    }

    pub async fn sign_in(&mut self, name: &str) -> Value {
        let body = json!({"email": format!("{name}@{}", self.domain), "password": PASSWORD});
        let answer = self.post("/token?grant_type=password", body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body
    }

    /// The token of this sign-in has this name.
    async fn sign_in_as(&mut self, token: &str, name: &str) -> Value {
        let session = self.sign_in(name).await;
        self.bound.insert(token.to_owned(), session["refresh_token"].as_str().unwrap().to_owned());
        session
    }

    /// Sign-ins and tokens are as old as if so many seconds had gone by.
    async fn time_goes_by(&self, seconds: i32) {
        let client = self.server.connect().await.unwrap();
        let back = format!("- interval '{seconds} seconds'");
        // Of one kind of accounts it is text, of the other a UUID.
        let of_here = "user_id::text in (select id::text from auth.users where email like $1)";
        let domain = format!("%@{}", self.domain);
        for sql in [
            "update auth.sessions set created_at = created_at BACK, refreshed_at = refreshed_at BACK",
            "update auth.refresh_tokens set created_at = created_at BACK, updated_at = updated_at BACK",
        ] {
            let sql = format!("{} where {of_here}", sql.replace("BACK", &back));
            client.execute(&sql, &[&domain]).await.unwrap();
        }
    }

    /// For the person whom the last mail was for, where it names one.
    async fn sql(&self, sql: &str) {
        let client = self.server.connect().await.unwrap();
        let person: &(dyn firstbell_school::postgres::types::ToSql + Sync) = &self.person;
        let arguments = if sql.contains("$1") { vec![person] } else { Vec::new() };
        client.execute(sql, &arguments).await.unwrap();
    }

    async fn database(&self, sql: &str) {
        self.server.connect().await.unwrap().batch_execute(sql).await.unwrap();
    }

    async fn refusing_trigger(&self) {
        self.database(
            "create function public.refuse_account() returns trigger language plpgsql as $$
             begin raise exception 'not here' using errcode = 'PT403', hint = 'not_here'; end $$;
             create trigger refuse_account before insert on auth.users
               for each row execute function public.refuse_account();",
        )
        .await;
    }

    /// Set by somebody on the school's page.
    async fn second_factor(&mut self) {
        self.account("ada").await;
        let account: Uuid = self.sign_in("ada").await["user"]["id"].as_str().unwrap().parse().unwrap();
        let sql = "insert into auth.mfa_factors (id, user_id, friendly_name, factor_type, status, created_at, updated_at,
                                                 secret)
                   values (gen_random_uuid(), $1, 'phone', 'totp', 'verified', now(), now(), 'JBSWY3DPEHPK3PXP')";
        self.server.connect().await.unwrap().execute(sql, &[&account]).await.unwrap();
    }
}
