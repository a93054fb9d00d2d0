//! What the person has chosen.

use firstbell_core::settings::{Hours, Settings, Theme as CoreTheme};
use serde::{Deserialize, Serialize};
use specta::Type;

/// Colours.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    System,
    Light,
    Dark,
}

impl From<CoreTheme> for Theme {
    fn from(theme: CoreTheme) -> Self {
        match theme {
            CoreTheme::System => Self::System,
            CoreTheme::Light => Self::Light,
            CoreTheme::Dark => Self::Dark,
        }
    }
}

/// 12 or 24 hours.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, Type)]
pub enum HourClock {
    #[serde(rename = "system")]
    System,
    #[serde(rename = "12")]
    Twelve,
    #[serde(rename = "24")]
    TwentyFour,
}

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
            hour_clock: match settings.hour_clock {
                Hours::System => HourClock::System,
                Hours::Twelve => HourClock::Twelve,
                Hours::TwentyFour => HourClock::TwentyFour,
            },
            autostart,
        }
    }

    /// The settings with what the window has changed.
    pub fn applied_to(self, settings: Settings) -> Settings {
        Settings {
            sound: self.sound,
            hide_names: self.hide_names,
            break_through: self.break_through,
            theme: match self.theme {
                Theme::System => CoreTheme::System,
                Theme::Light => CoreTheme::Light,
                Theme::Dark => CoreTheme::Dark,
            },
            hour_clock: match self.hour_clock {
                HourClock::System => Hours::System,
                HourClock::Twelve => Hours::Twelve,
                HourClock::TwentyFour => Hours::TwentyFour,
            },
            ..settings
        }
    }
}
