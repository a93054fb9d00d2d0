//! What the person has chosen, kept in the store.

use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use crate::{
    store::{Result, settings},
    wall_clock::HourClock,
};

/// The colours of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the computer.
    #[default]
    System,
    /// Paper.
    Light,
    /// Night.
    Dark,
}

/// How hours are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Hours {
    /// As the computer's language does.
    #[default]
    #[serde(rename = "system")]
    System,
    /// To twelve.
    #[serde(rename = "12")]
    Twelve,
    /// To twenty-four.
    #[serde(rename = "24")]
    TwentyFour,
}

/// What the person has chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The bell strikes.
    pub sound: bool,
    /// Notifications and tray name nobody.
    pub hide_names: bool,
    /// Notifications break through Do Not Disturb.
    pub break_through: bool,
    /// Colours.
    pub theme: Theme,
    /// 12 or 24 hours.
    pub hour_clock: Hours,
    /// The first run is over.
    pub first_run_done: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            sound: true,
            hide_names: false,
            break_through: false,
            theme: Theme::System,
            hour_clock: Hours::System,
            first_run_done: false,
        }
    }
}

const KEY: &str = "settings";

impl Settings {
    /// Reads them; what is missing or cannot be read has its default.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn load(conn: &mut SqliteConnection) -> Result<Self> {
        let text = settings::get(conn, KEY).await?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    /// Keeps them.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn save(&self, conn: &mut SqliteConnection) -> Result<()> {
        // A struct of plain values cannot fail to become JSON; an empty text would read as the defaults.
        settings::set(conn, KEY, &serde_json::to_string(self).unwrap_or_default()).await
    }

    /// How times are said by bell and tray.
    #[must_use]
    pub fn hours(&self) -> HourClock {
        match self.hour_clock {
            Hours::Twelve => HourClock::Twelve,
            Hours::TwentyFour => HourClock::TwentyFour,
            Hours::System => crate::clock::computer_hours(),
        }
    }
}
