//! What the person has chosen.

use chrono::Duration;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::wall_clock::HourClock;

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
///
/// It is stored as one JSON text, so a new field needs no migration: where it is missing, its default holds. A field
/// that is renamed is forgotten. See [`Settings::read`].
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
    /// How many minutes before a session the bell rings. It belongs to the person, for whatever workspace.
    pub bell_lead: u16,
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
            bell_lead: 5,
        }
    }
}

/// The longest time before a session at which a bell makes sense.
const LONGEST_LEAD: u16 = 24 * 60;

impl Settings {
    /// What is stored, each value for itself: one that this program cannot read, such as a theme of a newer one, has its
    /// default and costs no other. Whoever hides names must not show them for that.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let stored: serde_json::Map<String, Value> = serde_json::from_str(text).unwrap_or_default();
        stored.into_iter().fold(Self::default(), |settings, one| {
            let Ok(Value::Object(mut all)) = serde_json::to_value(settings) else { return settings };
            all.extend([one]);
            serde_json::from_value(Value::Object(all)).unwrap_or(settings)
        })
    }

    /// How long before a session the bell rings: five minutes, unless the person has chosen otherwise.
    #[must_use]
    pub fn lead(&self) -> Duration {
        Duration::minutes(i64::from(self.bell_lead.min(LONGEST_LEAD)))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_cannot_be_read_costs_no_other() {
        let text = r#"{"theme":"sepia","hide_names":true,"sound":"loud","bell_lead":-3,"hour_clock":"12","new":[1]}"#;
        let expected = Settings { hide_names: true, hour_clock: Hours::Twelve, ..Settings::default() };
        assert_eq!(Settings::read(text), expected);
        for nothing in ["", "null", "[]", "{"] {
            assert_eq!(Settings::read(nothing), Settings::default(), "{nothing}");
        }
        let all =
            Settings { sound: false, theme: Theme::Dark, first_run_done: true, bell_lead: 12, ..expected };
        assert_eq!(Settings::read(&serde_json::to_string(&all).unwrap()), all);
    }
}
