//! The tray: what comes next, *Join*, and the way back to the window. On Linux it is a StatusNotifierItem
//! over D-Bus; where no tray host answers, making it fails and First Bell knows that it has none.

use std::sync::{Arc, Mutex};

use firstbell_core::{
    app::{App, Page},
    error::Error,
    join::JoinState,
    reminder::phrase::{self, Manner},
    settings::Settings,
    today::Entry,
    wall_clock::time_of_day,
    words::say,
};
use tauri::{
    AppHandle, Manager as _,
    image::Image,
    menu::{CheckMenuItem, Menu, MenuItem, PredefinedMenuItem},
    tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent},
};

use crate::{desktop::notifications::Notifications, host::Host, outside, window};

/// How many sessions after the next one the menu names.
const LATER: usize = 2;
/// How many days after today it looks for them. Who has enough to do today and tomorrow is not asked for two
/// weeks each minute.
const DAYS_AHEAD: [u16; 2] = [1, 13];

/// The tray, if there is one.
#[derive(Default)]
pub struct Tray {
    shown: Mutex<Option<Shown>>,
}

struct Shown {
    icon: TrayIcon,
    form: Form,
    next: MenuItem<tauri::Wry>,
    join: MenuItem<tauri::Wry>,
    later: [MenuItem<tauri::Wry>; LATER],
    hide_names: CheckMenuItem<tauri::Wry>,
}

/// The forms of the icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Normal,
    Open,
    CannotRing,
}

impl Form {
    fn image(self) -> Image<'static> {
        match self {
            Self::Normal => tauri::include_image!("icons/tray-normal.png"),
            Self::Open => tauri::include_image!("icons/tray-open.png"),
            Self::CannotRing => tauri::include_image!("icons/tray-cannot-ring.png"),
        }
    }
}

impl Tray {
    /// Whether there is a tray.
    pub fn is_shown(&self) -> bool {
        self.shown.lock().is_ok_and(|shown| shown.is_some())
    }

    /// Makes the tray if there is none yet and a host for it answers, and says in it what comes next.
    pub async fn refresh(app: &AppHandle) {
        let can_ring = window::core(app).memory().health().borrow().can_ring();
        let is_shown = app.state::<Self>().is_shown();
        // Menus for nobody would be made anew each minute.
        if !is_shown && !app.state::<Arc<Notifications>>().has_tray_host().await {
            return;
        }
        let said = Said::now(app, can_ring).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the tray could not be told what comes next");
            Said::unread(can_ring)
        });
        let handle = app.clone();
        // Menus belong to the main thread.
        let _ = app.run_on_main_thread(move || {
            let tray = handle.state::<Self>();
            let Ok(mut shown) = tray.shown.lock() else { return };
            if shown.is_none() {
                *shown = make(&handle, &said)
                    .inspect_err(|error| tracing::info!(%error, "there is no tray on this desktop"))
                    .ok();
            }
            if let Some(shown) = shown.as_mut() {
                let _ = shown.say(&said);
            }
        });
    }
}

/// The sessions that the menu names.
#[derive(Default)]
struct Listed {
    /// The one that the menu's *Join* means, or the next one.
    first: Option<Entry>,
    /// What comes after it.
    later: Vec<Entry>,
}

impl Listed {
    async fn now(core: &App) -> Result<Self, Error> {
        let [near, far] = DAYS_AHEAD;
        let listed = Self::of(&core.today(near).await?);
        if listed.later.len() == LATER { Ok(listed) } else { Ok(Self::of(&core.today(far).await?)) }
    }

    fn of(Page { today, now, .. }: &Page) -> Self {
        let Some(first) = today.first() else { return Self::default() };
        let is_later = |entry: &&Entry| {
            entry.session.key() != first.session.key() && entry.session.start >= first.session.start
        };
        let later = today.coming(*now).filter(is_later).take(LATER).cloned().collect();
        Self { first: Some(first.clone()), later }
    }
}

/// What the tray says.
struct Said {
    form: Form,
    tooltip: String,
    next: String,
    join: String,
    can_join: bool,
    later: Vec<String>,
    hide_names: bool,
}

impl Said {
    async fn now(app: &AppHandle, can_ring: bool) -> Result<Self, Error> {
        let core = window::core(app);
        let settings = core.settings().await?;
        Ok(Self::of(&core, settings, &Listed::now(&core).await?, can_ring))
    }

    /// The sessions cannot be read.
    fn unread(can_ring: bool) -> Self {
        let sentence = say("tray-unread", &[]);
        Self {
            form: if can_ring { Form::Normal } else { Form::CannotRing },
            tooltip: if can_ring { sentence.clone() } else { say("tray-cannot-ring", &[]) },
            next: sentence,
            join: say("tray-join", &[]),
            can_join: false,
            later: Vec::new(),
            // Nothing is known of the wish to hide names; none is shown.
            hide_names: false,
        }
    }

    fn of(core: &App, settings: Settings, listed: &Listed, can_ring: bool) -> Self {
        let now = core.now();
        let manner = Manner { zone: core.zone(), clock: settings.hours(), hide_names: settings.hide_names };
        let time = |at| time_of_day(at, manner.zone, manner.clock);
        let name = |entry: &Entry| {
            if settings.hide_names { String::new() } else { phrase::short_name(&entry.session).to_owned() }
        };
        let next = listed.first.as_ref();
        let sentence = next.map_or_else(
            || say("tray-nothing", &[]),
            |entry| {
                let when = if entry.session.end <= now {
                    say("tray-ended", &[("time", time(entry.session.end).into())])
                } else {
                    phrase::when(&entry.session, manner, now)
                };
                say(
                    if settings.hide_names { "tray-next-hidden" } else { "tray-next" },
                    &[
                        ("time", time(entry.session.start).into()),
                        ("name", name(entry).into()),
                        ("when", when.into()),
                    ],
                )
            },
        );
        let is_open = next.is_some_and(|entry| entry.join.is_open());
        let join = match next.map(|entry| (entry.join, entry)) {
            Some((JoinState::OpensAt, entry)) => {
                say("tray-opens", &[("time", time(entry.door.opens_at).into())])
            }
            _ => say("tray-join", &[]),
        };
        let later = listed.later.iter().map(|entry| {
            let name_of = if settings.hide_names { "tray-hidden" } else { "tray-later" };
            say(name_of, &[("time", time(entry.session.start).into()), ("name", name(entry).into())])
        });
        let form = match (can_ring, is_open) {
            (false, _) => Form::CannotRing,
            (true, true) => Form::Open,
            (true, false) => Form::Normal,
        };
        let tooltip = if can_ring { sentence.clone() } else { say("tray-cannot-ring", &[]) };
        Self {
            form,
            tooltip,
            next: sentence,
            join,
            can_join: is_open,
            later: later.collect(),
            hide_names: settings.hide_names,
        }
    }
}

impl Shown {
    /// Texts are changed in place: a menu made anew each minute leaks in some hosts.
    fn say(&mut self, said: &Said) -> tauri::Result<()> {
        self.next.set_text(&said.next)?;
        self.join.set_text(&said.join)?;
        self.join.set_enabled(said.can_join)?;
        for (index, item) in self.later.iter().enumerate() {
            item.set_text(said.later.get(index).map_or("–", String::as_str))?;
            item.set_enabled(index < said.later.len())?;
        }
        self.hide_names.set_checked(said.hide_names)?;
        self.icon.set_tooltip(Some(&said.tooltip))?;
        if self.form != said.form {
            self.icon.set_icon(Some(said.form.image()))?;
            self.form = said.form;
        }
        Ok(())
    }
}

fn make(app: &AppHandle, said: &Said) -> tauri::Result<Shown> {
    let item = |id: &str, text: &str| MenuItem::with_id(app, id, text, true, None::<&str>);
    let line = || PredefinedMenuItem::separator(app);
    let next = item("next", &said.next)?;
    let join = item("join", &said.join)?;
    let later = [item("later-1", "–")?, item("later-2", "–")?];
    let hide_names = CheckMenuItem::with_id(
        app,
        "hide-names",
        say("tray-hide-names", &[]),
        true,
        said.hide_names,
        None::<&str>,
    )?;
    let open = item("open", &say("tray-open", &[]))?;
    let quit = item("quit", &say("tray-quit", &[]))?;
    let menu = Menu::with_items(
        app,
        &[&next, &join, &line()?, &later[0], &later[1], &line()?, &open, &hide_names, &line()?, &quit],
    )?;
    let icon = TrayIconBuilder::with_id("firstbell")
        .icon(said.form.image())
        .icon_as_template(true)
        .tooltip(&said.tooltip)
        .menu(&menu)
        .show_menu_on_left_click(false)
        .on_menu_event(|app, event| {
            let (app, item) = (app.clone(), event.id().as_ref().to_owned());
            tauri::async_runtime::spawn(async move { pressed(&app, &window::core(&app), &item).await });
        })
        .on_tray_icon_event(|tray, event| {
            if let TrayIconEvent::Click {
                button: MouseButton::Left,
                button_state: MouseButtonState::Up,
                ..
            } = event
            {
                window::show(tray.app_handle());
            }
        })
        .build(app)?;
    Ok(Shown { icon, form: said.form, next, join, later, hide_names })
}

/// An item of the menu was pressed.
async fn pressed(host: &impl Host, core: &App, item: &str) {
    match item {
        "open" => host.show(),
        "quit" => outside::ask_to_quit(host, core).await,
        "hide-names" => {
            if let Ok(settings) = core.settings().await {
                let turned = Settings { hide_names: !settings.hide_names, ..settings };
                if let Err(error) = core.save_settings(turned).await {
                    host.tell_failed(error);
                }
            }
        }
        item => {
            let listed = Listed::now(core).await.unwrap_or_default();
            let entry = match item {
                "later-1" => listed.later.first(),
                "later-2" => listed.later.get(1),
                _ => listed.first.as_ref(),
            };
            match entry.map(|entry| entry.session.key()) {
                Some(id) if item == "join" => outside::join(host, core, id).await,
                Some(id) => outside::show_session(host, id),
                None => host.show(),
            }
        }
    }
}
