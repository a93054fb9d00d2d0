//! `docs/school.md`: what a school is told to run does what the page says.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use firstbell_school::postgres::{Client, SimpleQueryMessage};
use firstbell_school::{Cast, Cluster};
use serde_json::{Value, json};

const PAGE: &str = include_str!("../../../docs/school.md");
const NOW: &str = "2026-11-02 08:00+00";

async fn cast() -> Cast {
    let database = Cluster::shared().await.unwrap().fresh().await.unwrap();
    database.hold_clock_at(NOW).await.unwrap();
    Cast::arrive(database).await.unwrap()
}

/// The SQL of the page, block by block.
fn blocks() -> Vec<&'static str> {
    let after = PAGE.split("```sql\n").skip(1);
    after.map(|rest| rest.split("\n```").next().unwrap()).collect()
}

/// The one block that holds a word.
fn block_with(word: &str) -> &'static str {
    let found: Vec<&str> = blocks().into_iter().filter(|block| block.contains(word)).collect();
    assert_eq!(found.len(), 1, "{word} in {found:?}");
    found[0]
}

/// As the SQL editor runs it: by the migrations' role, all of it, and shows the last column of the last row.
async fn run(cast: &Cast, sql: &str) -> Option<String> {
    let editor = cast.database.as_migrator().await.unwrap();
    show(&editor, sql).await.unwrap_or_else(|error| panic!("{sql}\n{error:?}"))
}

async fn show(editor: &Client, sql: &str) -> Result<Option<String>, firstbell_school::postgres::Error> {
    let shown = editor.simple_query(sql).await?;
    Ok(shown.iter().rev().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(row.len() - 1).map(str::to_owned),
        _ => None,
    }))
}

/// What the link of a mail says.
fn parts(mail: &str) -> BTreeMap<String, String> {
    let link =
        mail.lines().find(|line| line.starts_with("firstbell://join?")).unwrap_or_else(|| panic!("{mail}"));
    let link = reqwest::Url::parse(link).unwrap();
    assert_eq!((link.scheme(), link.host_str()), ("firstbell", Some("join")));
    link.query_pairs().into_owned().collect()
}

fn line<'a>(mail: &'a str, name: &str) -> &'a str {
    mail.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("{mail}")).trim()
}

#[tokio::test]
async fn the_mail_with_an_invitation_holds_a_link_and_the_same_to_type_in_and_its_code_is_good() {
    let mut cast = cast().await;
    let query = block_with("firstbell://join?");
    let mail = run(&cast, query).await.unwrap();
    let parts = parts(&mail);
    assert_eq!(parts.keys().map(String::as_str).collect::<Vec<_>>(), ["code", "key", "school"]);
    assert_eq!(parts["school"], "https://YOUR-PROJECT.supabase.co");
    assert_eq!(parts["key"], "sb_publishable_YOUR-KEY");
    for (name, part) in [("Address:", "school"), ("Key:", "key"), ("Code:", "code")] {
        assert_eq!(line(&mail, name), parts[part], "{mail}");
    }
    assert!(mail.starts_with("Our school invites you"), "{mail}");
    assert!(mail.ends_with("until 2 December 2026."), "thirty days: {mail}");
    let mut nobody = cast.database.as_anon().await.unwrap();
    let looked = nobody.call("look_at_invitation", &json!({"code": parts["code"]})).await.unwrap();
    assert_eq!(looked["role"], "student");
    let accept = json!({"code": parts["code"], "first_name": "Sam"});
    cast.player("stranger_sam").call("accept_invitation", accept).await.unwrap();
    let again = parts_of_another(&cast, query).await;
    assert_ne!(again["code"], parts["code"], "each mail is one person's");
}

async fn parts_of_another(cast: &Cast, query: &str) -> BTreeMap<String, String> {
    parts(&run(cast, query).await.unwrap())
}

#[tokio::test]
async fn what_is_filled_in_comes_through_the_link_as_it_was() {
    let cast = cast().await;
    let dan = cast.person("student_dan");
    for (address, key) in [
        ("https://school.example:8443/a path/?x=1&y=2#z", "sb_publishable_a+b/c=="),
        ("https://schülé.example", "%41&code=FALSE"),
    ] {
        let query = block_with("firstbell://join?")
            .replace("https://YOUR-PROJECT.supabase.co", address)
            .replace("sb_publishable_YOUR-KEY", key)
            .replace("'student', ", "'guardian',")
            .replace("null::uuid", &format!("'{dan}'::uuid"));
        let mail = run(&cast, &query).await.unwrap();
        let parts = parts(&mail);
        assert_eq!((parts["school"].as_str(), parts["key"].as_str()), (address, key));
        assert_eq!((line(&mail, "Address:"), line(&mail, "Key:")), (address, key));
        let mut nobody = cast.database.as_anon().await.unwrap();
        let looked = nobody.call("look_at_invitation", &json!({"code": parts["code"]})).await.unwrap();
        assert_eq!(looked["role"], "guardian");
    }
}

#[tokio::test]
async fn the_list_shows_who_waits_and_the_answers_of_the_page_answer_them() {
    let mut cast = cast().await;
    let client = cast.database.as_superuser().await.unwrap();
    let ask = |role: &str| {
        json!({"role": role, "first_name": "Sam", "last_name": "Sallow", "zone": "UTC", "note": "",
            "child": if role == "guardian" { "Dan" } else { "" }})
    };
    let mut requests = BTreeMap::new();
    for (nth, role) in ["student", "tutor", "guardian"].into_iter().enumerate() {
        cast.database.hold_clock_at(&format!("2026-11-02 08:0{nth}+00")).await.unwrap();
        let asked = cast.player("stranger_sam").call("ask_to_join", ask(role)).await.unwrap();
        requests.insert(role, asked["request"].as_str().unwrap().to_owned());
    }
    let list = block_with("u.email");
    let listed = client.query(list.trim_end_matches(';'), &[]).await.unwrap();
    let roles: Vec<&str> = listed.iter().map(|row| row.get("role")).collect();
    assert_eq!(roles, ["student", "tutor", "guardian"], "the oldest first");
    assert_eq!(listed[0].get::<_, &str>("email"), "stranger_sam@school.example");

    let entered =
        "insert into public.people (kind, first_name, zone) values ('tutor', 'Sam', 'UTC') returning id";
    let entered: uuid::Uuid = client.query_one(entered, &[]).await.unwrap().get(0);
    let admit = block_with("'THE-PERSON'");
    let (as_new, as_entered) = admit.split_once('\n').unwrap();
    run(&cast, &as_new.replace("THE-REQUEST", &requests["student"])).await;
    let as_entered = as_entered.replace("THE-REQUEST", &requests["tutor"]);
    run(&cast, &as_entered.replace("THE-PERSON", &entered.to_string())).await;
    let dan = cast.person("student_dan");
    let (look, link) = block_with("'THE-CHILD'").split_once(";\n").unwrap();
    let found = client.query(look, &[]).await.unwrap();
    assert_eq!(found.iter().map(|row| row.get::<_, uuid::Uuid>(0)).collect::<Vec<_>>(), [dan]);
    let link = link.replace("THE-REQUEST", &requests["guardian"]);
    run(&cast, &link.replace("THE-CHILD", &dan.to_string())).await;
    let known = cast.player("stranger_sam").call("who_am_i", json!({})).await.unwrap();
    let mut roles: Vec<&Value> = known["people"].as_array().unwrap().iter().map(|one| &one["role"]).collect();
    roles.sort_by_key(|role| role.to_string());
    assert_eq!(roles, ["guardian", "student", "tutor"]);

    let asked = cast.player("student_ben").call("ask_to_join", ask("tutor")).await.unwrap();
    let request = asked["request"].as_str().unwrap();
    run(&cast, &block_with("turn_away").replace("THE-REQUEST", request)).await;
    let known = cast.player("student_ben").call("who_am_i", json!({})).await.unwrap();
    assert_eq!(known["requests"][0]["reason"], "We have no more rooms this term.");
    assert_eq!(client.query(list.trim_end_matches(';'), &[]).await.unwrap().len(), 0);

    run(&cast, block_with("set open_sign_up")).await;
    let asked = cast.player("parent_cleo").call("ask_to_join", ask("student")).await.unwrap();
    assert_eq!(asked["state"], "admitted");
}

#[tokio::test]
async fn every_other_query_of_the_page_runs() {
    let cast = cast().await;
    let nina = cast.person("tutor_nina").to_string();
    let mut ran = 0;
    for block in blocks() {
        if !block.contains("THE-REQUEST") {
            run(&cast, &block.replace("THE-ID", &nina)).await;
            ran += 1;
        }
    }
    assert!(ran >= 7, "{ran} blocks");
    let approved =
        cast.read_one("select approved_at is not null from public.people where first_name = 'Nina'");
    assert_eq!(approved.await.unwrap(), true);
}

#[test]
fn both_mails_hold_the_code_the_link_and_the_link_as_text() {
    let mails: Vec<&str> =
        PAGE.split("```html\n").skip(1).map(|rest| rest.split("\n```").next().unwrap()).collect();
    assert_eq!(mails.len(), 2);
    for mail in mails {
        assert_eq!(mail.matches("{{ .Token }}").count(), 1, "{mail}");
        assert_eq!(mail.matches("{{ .ConfirmationURL }}").count(), 2, "{mail}");
        assert!(mail.contains("href=\"{{ .ConfirmationURL }}\""), "{mail}");
    }
    for setting in ["`http://127.0.0.1:*/**`", "*Site URL*", "SMTP"] {
        assert!(PAGE.contains(setting), "{setting}");
    }
}
