//! What the person has chosen.

use firstbell_core::settings::Settings;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::enums::{HourClock, Theme};

/// What the person has chosen.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, Type)]
#[serde(rename = "Settings")]
pub struct SettingsView {
    pub sound: bool,
    pub hide_names: bool,
    pub break_through: bool,
    pub theme: Theme,
    pub hour_clock: HourClock,
    /// First Bell starts with this computer.
    pub autostart: bool,
}

impl SettingsView {
    /// The settings, and whether the desktop starts First Bell.
    pub fn new(settings: Settings, autostart: bool) -> Self {
        Self {
            sound: settings.sound,
            hide_names: settings.hide_names,
            break_through: settings.break_through,
            theme: settings.theme.into(),
            hour_clock: settings.hour_clock.into(),
            autostart,
        }
    }

    /// The settings with what the window has changed.
    pub fn applied_to(self, settings: Settings) -> Settings {
        Settings {
            sound: self.sound,
            hide_names: self.hide_names,
            break_through: self.break_through,
            theme: self.theme.into(),
            hour_clock: self.hour_clock.into(),
            ..settings
        }
    }
}
