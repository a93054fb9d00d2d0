//! Schools on the command line, where there is no network: what is refused, and with which exit code.

use serde_json::json;

use super::desk::Home;

const KEY: &str = "sb_publishable_abc12345";

#[test]
fn without_a_network_the_code_is_four_and_the_sentence_says_so() {
    let home = Home::new();
    let away = ["--address", "https://school.northside.example", "--key", KEY, "--email", "ada@example.com"];
    let in_ = home.bell_with(b"a-bell-before-each\n", [&["sign-in", "--json"], &away[..]].concat());
    assert_eq!(in_.code, 4, "{}\n{}", in_.out, in_.err);
    assert_eq!(in_.json()["error"]["code"], "offline");
    assert!(in_.err.contains("You’re not connected to the internet."), "{}", in_.err);
    let up = ["sign-up", "--json", "--role", "student", "--first-name", "Ada"];
    let up = home.bell_with(b"a-bell-before-each\n", [&up, &away[..]].concat());
    assert_eq!((up.code, up.json()["error"]["code"].as_str()), (4, Some("offline")), "{}", up.err);
    let check =
        home.bell(["schools", "check", "--address", "https://school.northside.example", "--key", KEY]);
    assert_eq!(check.code, 4, "{}", check.err);
    assert_eq!(home.bell(["schools", "--json"]).ok().json(), json!({"schools": []}));
}

#[test]
fn what_cannot_be_taken_is_refused_before_anybody_is_asked() {
    let home = Home::new();
    for (given, code) in [
        (vec!["--address", "http://school.northside.example", "--key", KEY], "no_address"),
        (vec!["--address", "https://school.northside.example", "--key", "sb_secret_abc12345"], "wrong_key"),
        (vec!["--invitation", "See you on Thursday"], "no_invitation"),
        (vec!["--invitation", "K7QM3-XTD9P-22ABC-HJKMN"], "code_needs_school"),
        (vec![], "not_found"),
    ] {
        let given = [vec!["sign-in", "--json", "--email", "ada@example.com"], given].concat();
        let said = home.bell_with(b"a-bell-before-each\n", &given);
        assert_eq!(said.json()["error"]["code"], code, "{given:?}: {}", said.err);
        assert_eq!(said.code, if code == "not_found" { 3 } else { 1 }, "{given:?}");
    }
    let silent = home.bell_with(b"\n", ["sign-in", "--email", "ada@example.com"]);
    assert_eq!(silent.code, 2, "no password: {}", silent.err);
    assert_eq!(home.bell(["sign-out"]).code, 3);
}
