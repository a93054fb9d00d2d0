//! A calendar file that is looked at.

use firstbell_core::{
    app::{Asked, ImportId, ImportResult as CoreResult, Preview, PreviewSeries},
    calendar_file::{LeftOut as CoreLeftOut, Pattern as CorePattern},
    join::{JoinUrl, Verdict},
    words::say,
};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::{
    clocks::{Clocks, ZoneClock},
    enums::{Choice, SeriesState},
    instant,
};

/// When a series takes place.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Pattern {
    Once,
    Weekly,
    Other,
}

/// One series of a file.
#[derive(Clone, Debug, Serialize, Type)]
pub struct ImportSeries {
    pub key: String,
    pub title: String,
    pub person: Option<String>,
    pub subject: Option<String>,
    pub pattern: Pattern,
    /// 1 is Monday; only for weekly ones.
    pub weekdays: Vec<u32>,
    pub zone: String,
    /// The first one to come, or the last one if all are over.
    pub first: String,
    pub first_end: String,
    pub last: String,
    /// How many are to come.
    pub coming: u32,
    /// How many are over.
    pub past: u32,
    pub provider: Option<String>,
    pub has_link: bool,
    pub asks_host: Option<String>,
    pub choice: Choice,
    pub state: SeriesState,
    pub cancelled: bool,
}

/// An event that cannot be understood.
#[derive(Clone, Debug, Serialize, Type)]
pub struct LeftOut {
    pub line: u32,
    pub title: Option<String>,
    pub message: String,
}

/// What is in a file.
#[derive(Clone, Debug, Serialize, Type)]
pub struct ImportPreview {
    pub import_id: String,
    pub file_name: String,
    pub zone: String,
    pub series: Vec<ImportSeries>,
    pub all_day: u32,
    pub left_out: Vec<LeftOut>,
    /// The clocks of `zone`.
    pub clocks: Vec<ZoneClock>,
}

impl ImportPreview {
    /// What is in the file of that name.
    pub fn new(preview: &Preview, file_name: String) -> Self {
        Self {
            import_id: preview.id.0.to_string(),
            file_name,
            zone: preview.zone.name().to_owned(),
            series: preview.series.iter().map(series).collect(),
            all_day: count(preview.all_day),
            left_out: preview.left_out.iter().map(left_out).collect(),
            clocks: preview
                .series
                .iter()
                .flat_map(|series| [series.shown.start, series.shown.end, series.last])
                .fold(Clocks::of(preview.zone), Clocks::shows)
                .told(),
        }
    }
}

fn series(series: &PreviewSeries) -> ImportSeries {
    let (pattern, weekdays) = match &series.pattern {
        CorePattern::Once => (Pattern::Once, Vec::new()),
        CorePattern::Weekly(days) => {
            (Pattern::Weekly, days.iter().map(|day| day.number_from_monday()).collect())
        }
        CorePattern::Other => (Pattern::Other, Vec::new()),
    };
    let link = series.link.as_ref();
    ImportSeries {
        key: series.uid.clone(),
        title: series.shown.title.clone(),
        person: series.shown.person.clone(),
        subject: series.shown.subject.clone(),
        pattern,
        weekdays,
        zone: series.shown.zone.clone(),
        first: instant(series.shown.start),
        first_end: instant(series.shown.end),
        last: instant(series.last),
        coming: count(series.coming),
        past: count(series.past),
        provider: link.and_then(JoinUrl::provider).map(|provider| provider.label().to_owned()),
        has_link: link.is_some(),
        asks_host: link.filter(|link| link.verdict() == Verdict::Ask).map(|link| link.host().to_owned()),
        choice: series.choice.into(),
        state: series.state.into(),
        cancelled: series.is_cancelled,
    }
}

fn left_out(left_out: &CoreLeftOut) -> LeftOut {
    LeftOut {
        line: count(left_out.line),
        title: left_out.title.clone(),
        message: say(&left_out.reason.code().replace('_', "-"), &[]),
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// What the person wants of a series.
#[derive(Clone, Debug, Deserialize, Type)]
pub struct ImportChoice {
    pub key: String,
    pub choice: Choice,
    pub link: Option<String>,
}

impl ImportChoice {
    /// As the core takes it. A link that cannot be joined is as if none had been given: the window has
    /// said so beside the field.
    pub fn into_asked(self) -> Asked {
        Asked {
            uid: self.key,
            choice: self.choice.into(),
            link: self.link.and_then(|link| JoinUrl::parse(link.trim()).ok()),
        }
    }
}

/// How many sessions an import has changed.
#[derive(Clone, Copy, Debug, Serialize, Type)]
pub struct ImportResult {
    pub added: u32,
    pub changed: u32,
    pub removed: u32,
}

impl From<CoreResult> for ImportResult {
    fn from(result: CoreResult) -> Self {
        Self { added: count(result.added), changed: count(result.changed), removed: count(result.removed) }
    }
}

/// What was pasted.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PasteAnswer {
    Calendar { preview: ImportPreview },
    Link { link: String, provider: Option<String> },
    Nothing,
}

/// The id of a preview, as the window names it.
pub fn import_id(text: &str) -> Option<ImportId> {
    text.parse().ok().map(ImportId)
}
