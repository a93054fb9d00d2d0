//! Clocks of other places: the window's second clock for every zone there is, names as people type them, and what a
//! newer table of zones has moved.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, NaiveTime, Utc, Weekday};
use firstbell_core::app::zones;
use firstbell_core::draft::Draft;
use firstbell_core::store::local::people;
use firstbell_core::zone::{Table, Zone};
use firstbell_tests::kit::people::student_ben;
use firstbell_tests::kit::{Desktop, Page, wait};

use super::scene::{SOON, settled, start};

const HERE: &str = "Europe/Madrid";

/// What PyPI's tzdata says: every name, with what its clocks show less UTC at each of the instants.
fn oracle(instants: &[DateTime<Utc>]) -> BTreeMap<String, Vec<i64>> {
    let python = std::env::var_os("FIRSTBELL_ORACLE_PYTHON").unwrap();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let ask = |what: &str, lines: &str| {
        let mut asked = Command::new(&python);
        asked.arg(root.join("oracle/zones.py")).arg(what).env("PYTHONTZPATH", "");
        let mut asked = asked.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        // Both ends are small enough to be held by the pipes' other sides in turn.
        let mut input = asked.stdin.take().unwrap();
        let lines = lines.to_owned();
        let writes = std::thread::spawn(move || input.write_all(lines.as_bytes()).unwrap());
        let output = asked.wait_with_output().unwrap();
        writes.join().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    let names: Vec<String> = ask("names", "").lines().skip(1).map(str::to_owned).collect();
    assert!(names.len() > 590, "{}", names.len());
    let asked = |name: &String| {
        let lines: Vec<String> = instants.iter().map(|at| format!("{name} {}\n", at.timestamp())).collect();
        lines.concat()
    };
    let said = ask("at", &names.iter().map(asked).collect::<String>());
    let seconds: Vec<i64> = said.lines().map(|line| line.parse().unwrap()).collect();
    assert_eq!(seconds.len(), names.len() * instants.len());
    names.into_iter().zip(seconds.chunks(instants.len()).map(<[i64]>::to_vec)).collect()
}

fn monday(day: NaiveDate) -> NaiveDate {
    day.week(Weekday::Mon).first_day()
}

/// Noon in UTC on the Wednesday of the week after the day's.
fn wednesday_noon(after: DateTime<Utc>) -> DateTime<Utc> {
    let day = monday(after.date_naive()) + Duration::days(9);
    day.and_time(NaiveTime::from_hms_opt(12, 0, 0).unwrap()).and_utc()
}

/// The line for the other one, as the session's page has it; nothing where it is the same time.
fn expected(name: &str, start: DateTime<Utc>, there: i64, here: i64) -> Option<String> {
    let wall =
        |seconds: i64, at: DateTime<Utc>| -> NaiveDateTime { at.naive_utc() + Duration::seconds(seconds) };
    // The window shows whole minutes.
    let clock = |at| wall(there, at).format("%H:%M").to_string();
    let days = (wall(there, start).date() - wall(here, start).date()).num_days();
    let days = match days {
        0 => "",
        1 => ", +1 day",
        -1 => ", −1 day",
        _ => panic!("{name}"),
    };
    let place = name.rsplit('/').next().unwrap().replace('_', " ");
    let end = start + Duration::hours(1);
    let line = format!("for {name}, {place}{days} {}–{}", clock(start), clock(end));
    (there != here).then_some(line)
}

/// Opens one session after the other from the week's list; what the page says of the clocks of each person.
async fn clocks_by_person(page: &Page<'_>) -> BTreeMap<String, Vec<String>> {
    let script = "
        const done = arguments[0];
        const found = {};
        const views = () => [...document.querySelectorAll('.week-list [data-view]')];
        for (let at = 0; at < views().length; at += 1) {
          const view = views()[at];
          const name = view.closest('li').querySelector('b').textContent;
          view.click();
          const until = performance.now() + 10000;
          const isThere = () => document.querySelector('.session h1')?.textContent === `${name}, Maths`;
          while (!isThere() && performance.now() < until) await new Promise((go) => setTimeout(go, 4));
          const clocks = [...document.querySelectorAll('.session .clocks > div')];
          found[name] = clocks.map((one) => one.textContent.replace(/\\s+/g, ' ').trim());
        }
        done(found);";
    let found = page.script_that_waits(script).await.unwrap();
    serde_json::from_value(found).unwrap()
}

/// Half a year: in the second one the other half of the world has summer.
const WEEKS: usize = 26;

#[tokio::test]
async fn the_second_clock_is_right_for_every_zone_there_is() {
    let desktop = Desktop::plan().start().await.unwrap();
    desktop.settled().await.unwrap();
    let now = Utc::now();
    // Some of the zones each week, so that no page is long; after half a year each comes once more.
    let starts: Vec<DateTime<Utc>> =
        (0..).map(Duration::weeks).map(|later| wednesday_noon(now) + later).take(2 * WEEKS).collect();
    let said = oracle(&[starts.as_slice(), &[now]].concat());
    let names: Vec<&String> = said.keys().collect();
    let of_week = |week: usize| names.iter().skip(week % WEEKS).step_by(WEEKS).copied();
    let arranged = desktop.arrange().await.unwrap();
    for (week, start) in starts.iter().enumerate() {
        for name in of_week(week) {
            let draft = Draft {
                person: name.clone(),
                person_id: None,
                person_zone: Some(name.clone()),
                subject: "Maths".to_owned(),
                date: start.format("%Y-%m-%d").to_string(),
                time: "12:00".to_owned(),
                minutes: 60,
                zone: "UTC".to_owned(),
                link: String::new(),
                place: String::new(),
                repeat_weeks: 1,
                homework: String::new(),
            };
            arranged.core().add_session(&draft).await.unwrap().unwrap();
        }
    }
    arranged.done().await;

    let app = start(&desktop).await;
    let page = app.page().unwrap();
    // Wide enough for the session's page beside the list. That the two stand side by side draws the list anew, from
    // this week on.
    app.resize(1280, 900).await.unwrap();
    page.press("Week").await.unwrap();
    page.press("Week after").await.unwrap();
    let open = "return document.querySelector('.week-list [data-view]')?.click() === undefined && Boolean(document.querySelector('main.beside'))";
    wait::until_true("a session beside the list", SOON, async || {
        Ok(page.script(open, Vec::new()).await?.as_bool() == Some(true))
    })
    .await
    .unwrap();
    let today = now.with_timezone(&desktop.zone()).date_naive();
    let mut away = 0;
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (week, start) in starts.iter().enumerate() {
        while away < (monday(start.date_naive()) - monday(today)).num_weeks() {
            page.press("Week after").await.unwrap();
            away += 1;
        }
        let all_there = format!(
            "return JSON.stringify([...document.querySelectorAll('.week-list b')].map((one) => one.textContent)) === {}",
            serde_json::to_string(&serde_json::to_string(&of_week(week).collect::<Vec<_>>()).unwrap())
                .unwrap()
        );
        wait::until_true("the sessions of that week", SOON, async || {
            Ok(page.script(&all_there, Vec::new()).await?.as_bool() == Some(true))
        })
        .await
        .unwrap();
        let shown = clocks_by_person(&page).await;
        seen += shown.len();
        wrong.extend(of_week(week).filter_map(|name| {
            let expected = expected(name, *start, said[name][week], said[HERE][week]);
            let lines = shown.get(name).cloned().unwrap_or_default();
            let is_right =
                lines.len() == 1 + usize::from(expected.is_some()) && lines.get(1) == expected.as_ref();
            (!is_right).then(|| format!("{name} at {start}: {lines:?} instead of {expected:?}"))
        }));
    }
    assert!(wrong.is_empty(), "{} of {seen}:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(seen, 2 * names.len());

    // What time it is there now, as the minute goes on.
    page.press("People").await.unwrap();
    page.has(said.len(), ".row.person").await.unwrap();
    let before = Utc::now() - Duration::seconds(30);
    let shown = page
        .script(
            "return [...document.querySelectorAll('.row.person')].map((row) => [row.querySelector('b').textContent, row.querySelector('.second').textContent])",
            Vec::new(),
        )
        .await
        .unwrap();
    let after = Utc::now() + Duration::seconds(30);
    for row in shown.as_array().unwrap() {
        let (name, text) = (row[0].as_str().unwrap(), row[1].as_str().unwrap());
        let place = name.rsplit('/').next().unwrap().replace('_', " ");
        let at = |at: DateTime<Utc>| {
            let wall = at.naive_utc() + Duration::seconds(said[name][2 * WEEKS]);
            format!("{place}, {} there now", wall.format("%H:%M"))
        };
        assert!([at(before), at(after)].contains(&text.to_owned()), "{name}: {text}");
    }
}

#[tokio::test]
async fn a_zone_is_found_by_any_of_its_names_and_shown_by_the_one_that_was_typed() {
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    desktop.settled().await.unwrap();
    let arranged = desktop.arrange().await.unwrap();
    arranged.add(student_ben(), "Maths", Utc::now() + Duration::hours(3), |draft| draft).await.unwrap();
    // Nobody's table has it: as of a newer First Bell.
    let mut tx = arranged.store().write().await.unwrap();
    let ben = people::called(&mut tx, "Ben").await.unwrap().unwrap();
    people::set_zone(&mut tx, ben.id, Some("Mars/Olympus_Mons")).await.unwrap();
    tx.commit().await.unwrap();
    arranged.done().await;
    let app = start(&desktop).await;
    let page = app.page().unwrap();
    page.says("article.card", "Ben’s time (Olympus Mons) isn’t known").await.unwrap();
    page.press("People").await.unwrap();
    page.says(".row.person", "Olympus Mons, the time there isn’t known").await.unwrap();
    assert_eq!(app.axe().await.unwrap(), []);
    page.press("View Ben").await.unwrap();
    for (typed, zone, place) in [
        ("calcutta", "Asia/Calcutta", "Calcutta"),
        ("Kolkata", "Asia/Kolkata", "Kolkata"),
        ("kiev", "Europe/Kiev", "Kiev"),
        ("kyiv", "Europe/Kyiv", "Kyiv"),
        ("ho chi minh city", "Asia/Ho_Chi_Minh", "Ho Chi Minh"),
        ("Katmandu", "Asia/Katmandu", "Katmandu"),
    ] {
        // Over what is there, as a person types: an emptied field would forget the zone first.
        let field = page.field("Ben’s time zone").await.unwrap();
        field.click().await.unwrap();
        page.script("document.activeElement.select()", Vec::new()).await.unwrap();
        field.send_keys(&format!("{typed}\u{e007}")).await.unwrap();
        page.press("People").await.unwrap();
        page.says(".row.person", &format!("{place}, ")).await.unwrap();
        let arranged = desktop.arrange().await.unwrap();
        assert_eq!(arranged.core().people().await.unwrap()[0].zone.as_deref(), Some(zone));
        let clock = zone.parse::<Zone>().unwrap().wall(Utc::now()).format("%H:").to_string();
        arranged.done().await;
        let said = page.text(".row.person .second").await.unwrap().unwrap();
        assert!(said.starts_with(&format!("{place}, {clock}")) || clock_turns(), "{said}");
        page.press("View Ben").await.unwrap();
    }
    let _ = ben;
}

/// The hour has just changed, or is about to.
fn clock_turns() -> bool {
    let minute = chrono::Timelike::minute(&Utc::now());
    [0, 14].contains(&(minute % 15))
}

#[tokio::test]
async fn what_a_newer_table_has_moved_is_told_until_it_is_acknowledged() {
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    desktop.settled().await.unwrap();
    let arranged = desktop.arrange().await.unwrap();
    // An older program, which thought that the clocks in Kolkata are half an hour from where they are.
    let kolkata = "zone Asia/Kolkata\n2020-01-01T00:00:00Z 2060-01-01T00:00:00Z 18000";
    let older = Table::differing("2020x", kolkata).unwrap();
    let zone: Zone = "Asia/Kolkata".parse().unwrap();
    let first = zone.wall(Utc::now() + Duration::hours(30)).date();
    let in_kolkata = |draft: Draft| Draft {
        zone: "Asia/Kolkata".to_owned(),
        date: first.to_string(),
        time: "17:00".to_owned(),
        repeat_weeks: 2,
        ..draft
    };
    let id = arranged.add(student_ben(), "Maths", Utc::now(), in_kolkata).await.unwrap();
    zones::put_right_by(arranged.store(), older, Utc::now()).await.unwrap();
    arranged.core().acknowledge_clocks("Asia/Kolkata").await.unwrap();
    let was = arranged.core().session(id).await.unwrap().entry.session.start;
    arranged.done().await;

    let app = start(&desktop).await;
    let page = app.page().unwrap();
    let right = zone.instant(first.and_hms_opt(17, 0, 0).unwrap());
    assert_eq!(was - right, Duration::minutes(30));
    let time = right.with_timezone(&desktop.zone()).format("%H:%M").to_string();
    let words = format!("The clocks in Kolkata changed: 2 sessions now begin at {time} your time.");
    page.shows(&words).await.unwrap();
    assert_eq!(app.axe().await.unwrap(), []);
    page.press("View session").await.unwrap();
    page.shows("Its clocks changed; it stood at").await.unwrap();
    app.terminate().await.unwrap();

    // Not seen is not known: the line is there at the next start, and goes with OK.
    let app = start(&desktop).await;
    let page = app.page().unwrap();
    page.shows(&words).await.unwrap();
    page.press("OK").await.unwrap();
    page.shows_no(&words).await.unwrap();
    app.terminate().await.unwrap();
    let app = settled(&desktop).await;
    app.page().unwrap().shows_no(&words).await.unwrap();
}
