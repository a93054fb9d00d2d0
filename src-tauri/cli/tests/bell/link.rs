use serde_json::{Value, json};

use super::desk::Home;

fn lines(out: &str) -> Vec<Value> {
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn each_link_gets_a_line_and_the_code_says_that_all_were_judged() {
    let home = Home::new();
    let said = home
        .bell([
            "link",
            "--json",
            "HTTPS://Meet.Google.com:443/abc-defg-hij",
            "https://example.org/a b",
            "https://example.org/room",
            "http://zoom.us/j/93412345678",
            "https://zoom.us.example.org/j/93412345678",
        ])
        .ok();
    assert_eq!(
        lines(&said.out),
        [
            json!({"verdict": "open", "provider": "google_meet",
                   "url": "https://meet.google.com/abc-defg-hij", "reason": "join_form"}),
            json!({"verdict": "refuse", "provider": null, "url": null, "reason": "control_character"}),
            json!({"verdict": "ask", "provider": null, "url": "https://example.org/room",
                   "reason": "unknown_host"}),
            json!({"verdict": "refuse", "provider": null, "url": null, "reason": "not_https"}),
            json!({"verdict": "ask", "provider": null,
                   "url": "https://zoom.us.example.org/j/93412345678", "reason": "looks_like_a_provider"}),
        ]
    );
    assert!(!home.data().exists());
}

#[test]
fn standard_input_is_judged_line_by_line_and_only_the_line_end_goes() {
    let home = Home::new();
    let input = b"https://zoom.us/j/93412345678\nhttps://zoom.us/j/93412345678\r\n\
        https://zoom.us/j/93412345678 \n\thttps://zoom.us/j/93412345678\nhttps://zoom.us/j/93412345678\r\r\n\
        \nhttps://zoom.us/j/9341\x002345678\nhttps://zoom.us/j/93412345678\xff\nhttps://zoom.us/j/93412345678";
    let said = home.bell_with(input, ["link", "--json", "-"]).ok();
    let verdicts: Vec<(String, String)> = lines(&said.out)
        .iter()
        .map(|line| {
            (line["verdict"].as_str().unwrap().to_owned(), line["reason"].as_str().unwrap().to_owned())
        })
        .collect();
    let text = |verdict: &str, reason: &str| (verdict.to_owned(), reason.to_owned());
    assert_eq!(
        verdicts,
        [
            text("open", "join_form"),
            text("open", "join_form"),
            text("refuse", "control_character"),
            text("refuse", "control_character"),
            text("refuse", "control_character"),
            text("refuse", "not_a_url"),
            text("refuse", "control_character"),
            text("refuse", "not_a_url"),
            text("open", "join_form"),
        ]
    );
    assert_eq!(home.bell_with(b"", ["link", "--json", "-"]).ok().out, "");
}

#[test]
fn many_lines_have_as_many_verdicts() {
    let home = Home::new();
    let input = "https://zoom.us/j/93412345678\nhttps://example.org/\n".repeat(1_000);
    assert_eq!(home.bell_with(input.as_bytes(), ["link", "--json", "-"]).ok().out.lines().count(), 2_000);
}

#[cfg(unix)]
#[test]
fn an_argument_that_is_no_text_is_refused() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};
    let home = Home::new();
    let said =
        home.bell([OsStr::new("link"), OsStr::new("--json"), OsStr::from_bytes(b"https://zoom.us/\xff")]);
    assert_eq!(lines(&said.ok().out)[0]["verdict"], "refuse");
}

#[test]
fn people_read_a_verdict_and_a_reason() {
    let home = Home::new();
    let said =
        home.bell(["link", "https://meet.google.com/abc-defg-hij", "https://zoom.us.example.org/"]).ok();
    assert_eq!(
        said.out,
        "open · Google Meet · A join link of a known meeting service.  https://meet.google.com/abc-defg-hij\n\
         ask · It looks like Zoom, but it isn’t.  https://zoom.us.example.org/\n"
    );
}
