//! The timeline: plays a scenario through the real bell, the real store and the real app on a fake clock,
//! and tells what rang. `docs/timeline.md` describes the format.

mod apps;
mod duration;
mod files;
mod meanwhile;
mod play;
mod scenario;
mod world;

pub use duration::parse_duration;
pub use play::{Death, Meanwhile, PlayError, Refused, Report, Rung, Template};
pub use scenario::{Action, Fault, Kill, NewSession, Scenario, Step};
