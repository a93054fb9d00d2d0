//! The kit's own tests: each part is shown to work before a story leans on it.
// The lint spares test functions, but not the helpers beside them.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::time::Duration;

use firstbell_tests::kit::calendar::{self, Lesson, MEET_LINK};
use firstbell_tests::kit::notifications::Reason;
use firstbell_tests::kit::people::{student_ben, tutor_ada};
use firstbell_tests::kit::untouched::Violation;
use firstbell_tests::kit::{App, Desktop, Untouched, runs, wait};

const SOON: Duration = Duration::from_secs(10);
const MINI_BROWSER: &str = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";

#[tokio::test]
async fn a_desktop_has_a_screen_a_window_manager_and_a_bus_of_its_own() {
    let desktop = Desktop::plan().size(800, 600).of(student_ben()).start().await.unwrap();
    let screen = desktop.run("xdotool", &["getdisplaygeometry"]).await.unwrap();
    assert_eq!(screen.trim(), "800 600");
    assert_eq!(desktop.run("sh", &["-c", "echo $TZ"]).await.unwrap().trim(), "America/New_York");
    let home = desktop.run("sh", &["-c", "cd && pwd"]).await.unwrap();
    assert_eq!(Path::new(home.trim()), desktop.home());

    let names =
        zbus::fdo::DBusProxy::new(desktop.bus()).await.unwrap().list_activatable_names().await.unwrap();
    assert_eq!(names.len(), 1, "nothing but the bus itself can be started: {names:?}");

    let picture = desktop.root().join("screen.png");
    desktop.screenshot(&picture).await.unwrap();
    assert!(std::fs::metadata(picture).unwrap().len() > 100);
}

#[tokio::test]
async fn nothing_is_left_of_a_desktop() {
    let desktop = Desktop::start().await.unwrap();
    let root = desktop.root().to_owned();
    // One that has left its parent, its group and its session, as daemons do.
    let told = root.join("daemon");
    let script = format!("setsid sh -c 'echo $$ >{} && exec sleep 1000' &", told.display());
    desktop.run("sh", &["-c", &format!("{{ {script} }} >/dev/null 2>&1")]).await.unwrap();
    let daemon: u32 =
        wait::until("the daemon", SOON, async || Ok(std::fs::read_to_string(&told)?.trim().parse().ok()))
            .await
            .unwrap();
    let stubborn = desktop
        .start_process(
            "stubborn",
            desktop.command("sh").args(["-c", "trap '' TERM; while :; do sleep 1; done"]),
        )
        .unwrap();
    let ours = with_home_in(&root);
    assert!(ours.len() >= 5, "display, bus, window manager and two more: {ours:?}");
    assert!(ours.contains(&daemon) && ours.contains(&stubborn));

    drop(desktop);
    assert_eq!(ours.into_iter().filter(|pid| runs(*pid)).collect::<Vec<_>>(), [0; 0]);
    assert_eq!(with_home_in(&root), [0; 0]);
    assert!(!root.exists());
}

#[tokio::test]
async fn a_notification_is_recorded_pressed_and_answered() {
    let desktop = Desktop::start().await.unwrap();
    let mut command = desktop.command("notify-send");
    command.args(["--app-name=Kit", "--action=join=Join", "--action=snooze=Snooze", "--urgency=critical"]);
    command.args(["--hint=string:desktop-entry:firstbell", "Algebra", "in 5 minutes"]);
    let sender = desktop.start_process("notify-send", &mut command).unwrap();

    let shown = desktop.notifications.wait_for(1, SOON).await.unwrap().remove(0);
    assert_eq!((shown.summary.as_str(), shown.body.as_str()), ("Algebra", "in 5 minutes"));
    assert_eq!(shown.label("join"), Some("Join"));
    assert_eq!(shown.text_hint("desktop-entry"), Some("firstbell"));
    assert_eq!((shown.app_name.as_str(), shown.urgency()), ("Kit", 2));

    assert!(desktop.notifications.press(shown.id, "later").await.is_err(), "it offers no such action");
    desktop.notifications.press(shown.id, "join").await.unwrap();
    wait::until("notify-send to end", SOON, async || desktop.exit_status(sender)).await.unwrap();
    assert_eq!(desktop.log("notify-send").trim(), "join");
    assert!(desktop.notifications.live().is_empty());
    assert_eq!(desktop.notifications.closed(), [(shown.id, Reason::Dismissed)]);
}

#[tokio::test]
async fn a_notification_takes_the_place_of_another_and_is_taken_back() {
    let desktop = Desktop::start().await.unwrap();
    let first = notify(&desktop, desktop.bus(), "in 5 minutes", 0).await;
    let second = notify(&desktop, desktop.bus(), "now", first).await;
    assert_eq!(first, second);
    assert_eq!(desktop.notifications.all().len(), 2);
    assert_eq!(desktop.notifications.live()[0].body, "now");

    call(desktop.bus(), "CloseNotification", &(second,)).await;
    assert_eq!(desktop.notifications.closed(), [(second, Reason::Closed)]);
}

#[tokio::test]
async fn as_in_gnome_an_app_loses_all_with_the_connection_it_began_by() {
    let desktop = Desktop::start().await.unwrap();
    let (first, second) = (connect(&desktop).await, connect(&desktop).await);
    let began = notify(&desktop, &first, "one", 0).await;
    let later = notify(&desktop, &second, "two", 0).await;
    first.close().await.unwrap();
    wait::until_true("both to go", SOON, async || Ok(desktop.notifications.live().is_empty())).await.unwrap();
    let gone = [(began, Reason::Dismissed), (later, Reason::Dismissed)];
    assert_eq!(desktop.notifications.closed(), gone);

    // The other way round only the rule's own case is hit: a later connection may go.
    let (third, fourth) = (connect(&desktop).await, connect(&desktop).await);
    notify(&desktop, &third, "three", 0).await;
    notify(&desktop, &fourth, "four", 0).await;
    fourth.close().await.unwrap();
    let fifth = connect(&desktop).await;
    notify(&desktop, &fifth, "five", 0).await;
    assert_eq!(desktop.notifications.live().len(), 3);

    desktop.notifications.set_gnome_rule(false);
    third.close().await.unwrap();
    notify(&desktop, &fifth, "six", 0).await;
    assert_eq!(desktop.notifications.live().len(), 4);
}

#[tokio::test]
async fn the_notification_service_can_be_missing_and_come_back() {
    let desktop = Desktop::plan().without_notifications().start().await.unwrap();
    assert!(desktop.run("notify-send", &["nobody"]).await.is_err());
    desktop.notifications.start().await.unwrap();
    desktop.run("notify-send", &["somebody"]).await.unwrap();
    assert_eq!(desktop.notifications.all().len(), 1);
    desktop.notifications.stop().await.unwrap();
    assert!(desktop.run("notify-send", &["nobody"]).await.is_err());
}

#[tokio::test]
async fn what_is_opened_is_recorded_to_the_letter() {
    let desktop = Desktop::start().await.unwrap();
    let odd = "a \"quoted\" \\ $HOME `x`\nand 'more'\t✓";
    desktop.run("xdg-open", &[MEET_LINK]).await.unwrap();
    desktop.run("xdg-open", &[odd, ""]).await.unwrap();
    let opened = desktop.opener.wait_for_opened(2, SOON).await.unwrap();
    assert_eq!(opened, [vec![MEET_LINK], vec![odd, ""]]);

    desktop.opener.exit_with(3).unwrap();
    assert!(desktop.run("xdg-open", &["https://example.org/"]).await.unwrap_err().to_string().contains('3'));
    assert_eq!(desktop.opener.opened().unwrap().len(), 3);
    assert!(desktop.run("gio", &["open", "https://example.org/"]).await.is_err());
    assert_eq!(desktop.opener.calls().unwrap()[3], ["gio", "open", "https://example.org/"]);
}

#[tokio::test]
async fn a_secret_goes_into_the_keyring_and_comes_out() {
    let desktop = Desktop::plan().with_keyring().start().await.unwrap();
    desktop
        .run("sh", &["-c", "printf s3cret | secret-tool store --label=kit service firstbell account ada"])
        .await
        .unwrap();
    let secret =
        desktop.run("secret-tool", &["lookup", "service", "firstbell", "account", "ada"]).await.unwrap();
    assert_eq!(secret.trim(), "s3cret");
    let kept = std::fs::read_dir(desktop.root().join("data/keyrings")).unwrap().count();
    assert!(kept > 0, "the keyring keeps its files in the desktop's own folder");
}

#[tokio::test]
async fn sleep_and_wake_are_told_on_the_system_bus() {
    use futures_util::StreamExt;

    let desktop = Desktop::plan().with_logind().start().await.unwrap();
    let logind = desktop.logind.as_ref().unwrap();
    let listener = connect(&desktop).await;
    let manager = zbus::Proxy::new(
        &listener,
        "org.freedesktop.login1",
        "/org/freedesktop/login1",
        "org.freedesktop.login1.Manager",
    )
    .await
    .unwrap();
    let mut signals = manager.receive_signal("PrepareForSleep").await.unwrap();
    let held: zbus::zvariant::OwnedFd =
        manager.call("Inhibit", &("sleep", "First Bell", "rings first", "delay")).await.unwrap();
    assert_eq!(logind.inhibitors()[0].who, "First Bell");
    drop(held);

    logind.sleep().await.unwrap();
    logind.wake().await.unwrap();
    for expected in [true, false] {
        let signal = tokio::time::timeout(SOON, signals.next()).await.unwrap().unwrap();
        assert_eq!(signal.body().deserialize::<bool>().unwrap(), expected);
    }
}

#[tokio::test]
async fn a_tray_icon_is_seen_read_and_pressed() {
    let desktop = Desktop::plan().with_tray().start().await.unwrap();
    let mut command = desktop.command("/usr/bin/python3");
    command.args(["-B", "-c", include_str!("tray_item.py")]);
    let app = desktop.start_process("tray-item", &mut command).unwrap();

    let tray = desktop.tray.as_ref().unwrap();
    let item = tray.wait_for_item(SOON).await.unwrap();
    assert_eq!(item.id().await.unwrap(), "kit");
    assert_eq!(item.status().await.unwrap(), "Active");
    assert_eq!(item.tool_tip().await.unwrap().title, "Algebra in 12 min");
    let drawn = item.pixmaps().await.unwrap();
    assert_eq!((drawn[0].width, drawn[0].height, drawn[0].argb.len()), (2, 1, 8));
    let menu = item.menu().await.unwrap();
    let labels: Vec<_> = menu.iter().map(|entry| entry.label.as_str()).collect();
    assert_eq!(labels, ["Algebra in 12 min", "", "_More"]);
    assert!(!menu[0].enabled && menu[1].separator);
    assert_eq!(menu[2].entries[0].ticked, Some(true));

    item.press("Quiet today").await.unwrap();
    assert!(item.press("Algebra in 12 min").await.is_err(), "it is grey");
    item.activate().await.unwrap();
    wait::until_true("both to arrive", SOON, async || {
        Ok(desktop.log("tray-item").contains("clicked 4") && desktop.log("tray-item").contains("activated"))
    })
    .await
    .unwrap();

    desktop.end_process(app).await.unwrap();
    wait::until_true("the icon to go", SOON, async || Ok(tray.items().is_empty())).await.unwrap();
}

#[tokio::test]
async fn the_driver_sees_types_and_checks_a_real_window() {
    let desktop = Desktop::start().await.unwrap();
    let page = write_page(&desktop);
    let app = App::plan_of(MINI_BROWSER).arg("--automation").start_with_driver(&desktop).await.unwrap();
    let window = app.window().unwrap();
    window.goto(&page).await.unwrap();
    app.resize(700, 500).await.unwrap();

    let id = desktop.input().wait_for_window("Kit page", SOON).await.unwrap();
    assert_eq!(desktop.input().place_of(id).await.unwrap().width, 700);
    desktop.input().focus(id).await.unwrap();
    window.find(fantoccini::Locator::Css("#name")).await.unwrap().click().await.unwrap();
    desktop.input().text("Ada").await.unwrap();
    desktop.input().keys(&["Tab", "space"]).await.unwrap();
    wait::until_true("the real keys to arrive", SOON, async || {
        let said = window.find(fantoccini::Locator::Css("output")).await?.text().await?;
        Ok(said == "Hello Ada")
    })
    .await
    .unwrap();

    let picture = desktop.root().join("window.png");
    app.screenshot(&picture).await.unwrap();
    assert!(std::fs::metadata(&picture).unwrap().len() > 1000);
    desktop.screenshot(&picture).await.unwrap();

    let broken: Vec<_> = app.axe().await.unwrap().into_iter().map(|violation| violation.id).collect();
    assert!(broken.contains(&"image-alt".to_owned()), "{broken:?}");

    let pid = app.pid().unwrap();
    app.kill().await.unwrap();
    assert!(!runs(pid));
}

#[tokio::test]
async fn a_file_is_dropped_onto_a_window_with_the_mouse() {
    let desktop = Desktop::start().await.unwrap();
    let mut command = desktop.command("/usr/bin/python3");
    command.args(["-B", "-c", include_str!("drop_target.py")]);
    desktop.start_process("target", &mut command).unwrap();
    let window = desktop.input().wait_for_window("Drop here", SOON).await.unwrap();

    let file = desktop.home().join("my lessons.ics");
    calendar::write(&file, &[]).unwrap();
    desktop.drag_file(&file, window).await.unwrap().cancel().await.unwrap();
    assert!(!desktop.log("target").contains("dropped"));
    desktop.drop_file(&file, window).await.unwrap();
    let dropped = format!("dropped file://{}", file.display().to_string().replace(' ', "%20"));
    wait::until_true("the file", SOON, async || Ok(desktop.log("target").contains(&dropped))).await.unwrap();
}

#[tokio::test]
async fn a_page_in_webkit_takes_a_dropped_file() {
    let desktop = Desktop::start().await.unwrap();
    let page = write_page(&desktop);
    let app = App::plan_of(MINI_BROWSER).arg("--automation").start_with_driver(&desktop).await.unwrap();
    let window = app.window().unwrap();
    window.goto(&page).await.unwrap();
    let id = desktop.input().wait_for_window("Kit page", SOON).await.unwrap();
    let file = desktop.home().join("lessons.ics");
    calendar::write(&file, &[]).unwrap();
    desktop.drop_file(&file, id).await.unwrap();
    wait::until_true("the page to have the file", SOON, async || {
        let said = window.find(fantoccini::Locator::Css("output")).await?.text().await?;
        anyhow::ensure!(said.starts_with("Dropped"), "it says {said:?}");
        Ok(true)
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_write_elsewhere_and_a_call_abroad_are_caught() {
    let desktop = Desktop::start().await.unwrap();
    let untouched = Untouched::outside(&desktop).unwrap();
    assert!(untouched.violations().is_err(), "nothing seen proves nothing");

    let good = "import os, socket, tempfile
open(os.path.expanduser('~/ours'), 'w').write('x'); os.rename(os.path.expanduser('~/ours'), os.path.expanduser('~/own'))
open('/dev/null', 'w').write('x'); open('/etc/passwd').read(); tempfile.TemporaryFile().write(b'x')
server = socket.create_server(('127.0.0.1', 0)); socket.create_connection(server.getsockname())";
    watched_python(&desktop, &untouched, good).await;
    desktop.output(untouched.command(&desktop, "xdpyinfo").unwrap()).await.unwrap();
    desktop.output(untouched.command(&desktop, "notify-send").unwrap()).await.unwrap();
    untouched.check().unwrap();

    let elsewhere = tempfile::tempdir().unwrap();
    let there = elsewhere.path().display();
    let bad = format!(
        "import os, socket, subprocess
os.mkdir('{there}/made'); os.rmdir('{there}/made')
subprocess.run(['sh', '-c', 'echo x >{there}/written'])
os.rename('{there}/written', '{there}/renamed'); os.utime('{there}/renamed')
four = socket.socket(); four.setblocking(False); four.connect_ex(('203.0.113.1', 9))
six = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); six.connect_ex(('2001:db8::1', 53))
loose = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
try: loose.sendto(b'x', ('203.0.113.2', 9))
except OSError: pass
unix = socket.socket(socket.AF_UNIX); unix.bind('{there}/socket'); unix.listen()
socket.socket(socket.AF_UNIX).connect('{there}/socket')"
    );
    watched_python(&desktop, &untouched, &bad).await;
    let found = untouched.violations().unwrap();
    for name in ["made", "written", "renamed", "socket"] {
        assert!(found.contains(&Violation::Wrote(elsewhere.path().join(name))), "{name}: {found:#?}");
    }
    for address in ["203.0.113.1 port 9", "2001:db8::1 port 53", "203.0.113.2 port 9"] {
        assert!(found.contains(&Violation::Called(address.to_owned())), "{address}: {found:#?}");
    }
    assert!(found.iter().any(|violation| matches!(violation, Violation::Reached(_))), "{found:#?}");
    let own = |path: &Path| !path.starts_with(elsewhere.path());
    let false_alarm = found.iter().find(|violation| matches!(violation, Violation::Wrote(path) if own(path)));
    assert_eq!(false_alarm, None);
}

#[tokio::test]
async fn a_watched_window_is_driven_and_untouched() {
    let desktop = Desktop::start().await.unwrap();
    let untouched = Untouched::outside(&desktop).unwrap();
    let page = write_page(&desktop);
    let plan = App::plan_of(MINI_BROWSER).arg("--automation").watched_by(&untouched);
    let app = plan.start_with_driver(&desktop).await.unwrap();
    app.window().unwrap().goto(&page).await.unwrap();
    assert!(
        std::fs::read_to_string(format!("/proc/{}/comm", app.pid().unwrap())).unwrap().starts_with("MiniB")
    );
    app.terminate().await.unwrap();
    untouched.check().unwrap();
}

#[test]
fn a_lesson_is_written_as_calendars_write_it() {
    let now = "2026-11-22T17:54:52Z".parse().unwrap();
    let lesson = Lesson::starting_in(308, now).uid("one").title("Algebra, with Ada; again").minutes(45);
    let text = calendar::calendar(&[lesson.clone(), lesson.in_zone(tutor_ada().zone()).without_link()]);
    assert!(text.contains("\r\nDTSTART:20261122T180000Z\r\nDTEND:20261122T184500Z\r\n"), "{text}");
    assert!(text.contains("\r\nDTSTART;TZID=Europe/Madrid:20261122T190000\r\n"), "{text}");
    assert!(text.contains("SUMMARY:Algebra\\, with Ada\\; again\r\n"), "{text}");
    assert!(text.lines().all(|line| line.len() <= 75), "{text}");
    assert!(text.replace("\r\n ", "").contains(&format!("LOCATION:{MEET_LINK}\r\n")), "{text}");
}

/// The processes whose home lies in this folder.
fn with_home_in(root: &Path) -> Vec<u32> {
    let home = format!("HOME={}/home", root.display());
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    ids.filter(|pid| {
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|variable| variable == home.as_bytes())
    })
    .collect()
}

async fn connect(desktop: &Desktop) -> zbus::Connection {
    let address = format!("unix:path={}", desktop.root().join("run/bus").display());
    zbus::connection::Builder::address(address.as_str()).unwrap().build().await.unwrap()
}

async fn notify(desktop: &Desktop, connection: &zbus::Connection, body: &str, replaces: u32) -> u32 {
    let before = desktop.notifications.all().len();
    let hints =
        std::collections::HashMap::from([("desktop-entry", zbus::zvariant::Value::from("firstbell"))]);
    let actions: Vec<&str> = Vec::new();
    let arguments = ("First Bell", replaces, "", "Algebra", body, actions, hints, -1i32);
    let id = call(connection, "Notify", &arguments).await.body().deserialize().unwrap();
    assert_eq!(desktop.notifications.all().len(), before + 1);
    id
}

async fn call<B>(connection: &zbus::Connection, method: &str, arguments: &B) -> zbus::Message
where
    B: serde::Serialize + zbus::zvariant::DynamicType,
{
    let (name, path) = ("org.freedesktop.Notifications", "/org/freedesktop/Notifications");
    connection.call_method(Some(name), path, Some(name), method, arguments).await.unwrap()
}

fn write_page(desktop: &Desktop) -> String {
    let page = desktop.home().join("page.html");
    std::fs::write(&page, include_str!("page.html")).unwrap();
    format!("file://{}", page.display())
}

async fn watched_python(desktop: &Desktop, untouched: &Untouched, script: &str) {
    let mut command = untouched.command(desktop, "/usr/bin/python3").unwrap();
    command.args(["-B", "-c", script]);
    let output = desktop.output(command).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
