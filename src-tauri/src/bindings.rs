//! Commands and types as TypeScript knows them. `ui/src/tauri/bindings.ts` is made from here and
//! committed; a test holds the two together.

use specta_typescript::Typescript;
use tauri::{generate_handler, ipc::Invoke};
use tauri_specta::{Builder, collect_commands};

use crate::commands;

/// The one list of commands, for a macro that takes such a list.
macro_rules! all_commands {
    ($take:ident) => {
        $take![
            commands::lists::boot,
            commands::lists::today,
            commands::lists::between,
            commands::lists::past,
            commands::lists::search,
            commands::lists::people,
            commands::lists::person_sessions,
            commands::lists::set_person_zone,
            commands::lists::zone_names,
            commands::lists::listening,
            commands::sessions::session,
            commands::sessions::draft_of,
            commands::sessions::check_draft,
            commands::sessions::add_session,
            commands::sessions::edit_session,
            commands::sessions::cancel_session,
            commands::sessions::restore_session,
            commands::sessions::mark_session,
            commands::sessions::write_homework,
            commands::sessions::write_notes,
            commands::sessions::set_bell,
            commands::join::join,
            commands::join::join_what_is_open,
            commands::join::link_to_copy,
            commands::import::choose_calendar_file,
            commands::import::paste_text,
            commands::import::apply_import,
            commands::import::stop_import,
            commands::import::drop_import,
            commands::import::save_calendar_file,
            commands::bell::settings,
            commands::bell::save_settings,
            commands::bell::bell,
            commands::bell::ring_test_bell,
            commands::bell::finish_first_run,
            commands::bell::acknowledge_missed,
            commands::bell::acknowledge_clocks,
            commands::bell::add_samples,
            commands::bell::remove_samples,
            commands::schools::getting_in,
            commands::schools::read_invitation,
            commands::schools::look_at_school,
            commands::schools::go_on_with_invitation,
            commands::schools::sign_up,
            commands::schools::sign_in,
            commands::schools::forgot_password,
            commands::schools::confirm_code,
            commands::schools::opened_link,
            commands::schools::send_mail_again,
            commands::schools::set_new_password,
            commands::schools::take_invitation,
            commands::schools::ask_to_join,
            commands::schools::look_again,
            commands::schools::leave_getting_in,
            commands::schools::schools,
            commands::schools::go_on_with_school,
            commands::schools::sign_out,
            commands::course::answer_request,
            commands::course::askable,
            commands::course::free_slots,
            commands::course::ask_for_time,
            commands::course::waiting,
            commands::course::retry_waiting,
            commands::course::drop_waiting,
            commands::course::acknowledge_left,
            commands::course::own_link,
            commands::course::set_own_link,
            commands::program::hide_window,
            commands::program::quit,
            commands::program::end_first_copy,
            commands::program::retry_store,
            commands::program::acknowledge_lost,
            commands::program::ring_window,
            commands::program::answer_ring_window,
        ]
    };
}

/// Answers what the window asks. The types that [`builder`] gathers are only for who writes them out.
pub fn handler() -> impl Fn(Invoke<tauri::Wry>) -> bool + Send + Sync + 'static {
    all_commands!(generate_handler)
}

/// Everything the window may ask for, and the channel over which it is told.
pub fn builder() -> Builder<tauri::Wry> {
    Builder::new()
        // What goes out and what comes in have one form.
        .disable_serde_phases()
        .commands(all_commands!(collect_commands))
}

/// Writes the bindings to a file.
///
/// # Errors
/// What the exporter says.
pub fn write(path: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> {
    builder().export(Typescript::default(), path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_committed_bindings_are_current() {
        let committed = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/src/tauri/bindings.ts");
        let folder = tempfile::tempdir().unwrap();
        let fresh = folder.path().join("bindings.ts");
        super::write(&fresh).unwrap();
        let fresh = std::fs::read_to_string(fresh).unwrap();
        if std::env::var_os("FIRSTBELL_WRITE_BINDINGS").is_some() {
            std::fs::create_dir_all(committed.parent().unwrap()).unwrap();
            std::fs::write(&committed, &fresh).unwrap();
        }
        let committed = std::fs::read_to_string(committed).unwrap_or_default();
        assert!(committed == fresh, "run `./dev bindings` and commit ui/src/tauri/bindings.ts");
    }
}
