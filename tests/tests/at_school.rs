//! What a school plans, in the app of each of its people, without a window: the school of `./dev server`, with a real
//! database, and files that stay.
// The lint spares test functions, but not the helpers beside them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "getting_in/beside.rs"]
mod beside;
#[path = "at_school/course.rs"]
mod course;
#[path = "getting_in/desk.rs"]
#[allow(dead_code)]
mod desk;
#[path = "at_school/folders.rs"]
mod folders;
#[path = "at_school/guardian.rs"]
mod guardian;
#[path = "at_school/line.rs"]
mod line;
#[path = "at_school/lists.rs"]
mod lists;
#[path = "at_school/on_the_command_line.rs"]
mod on_the_command_line;
#[path = "at_school/scene.rs"]
mod scene;
