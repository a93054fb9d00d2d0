//! Starting with the computer: the desktop's own setting is the truth.

use tauri::AppHandle;

#[cfg(target_os = "linux")]
pub use entry::Autostart;

/// Whether First Bell starts with the computer.
pub fn is_on(app: &AppHandle) -> bool {
    #[cfg(target_os = "linux")]
    return tauri::Manager::state::<Autostart>(app).is_on();
    #[cfg(not(target_os = "linux"))]
    return tauri_plugin_autostart::ManagerExt::autolaunch(app).is_enabled().unwrap_or(false);
}

/// Switches it. What holds afterwards comes back.
pub fn set(app: &AppHandle, on: bool) -> bool {
    if on != is_on(app) {
        #[cfg(target_os = "linux")]
        let done = tauri::Manager::state::<Autostart>(app).set(on);
        #[cfg(not(target_os = "linux"))]
        let done = {
            let launch = tauri_plugin_autostart::ManagerExt::autolaunch(app);
            if on { launch.enable() } else { launch.disable() }
        };
        if let Err(error) = done {
            tracing::warn!(%error, "starting with the computer could not be switched");
        }
    }
    is_on(app)
}

/// A desktop file in the autostart folder (freedesktop.org, Desktop Application Autostart Specification).
/// The plugin's own takes `~/.config` for that folder wherever it really is, and quotes no path.
#[cfg(target_os = "linux")]
mod entry {
    use std::{
        fs, io,
        path::{Path, PathBuf},
    };

    /// The autostart file, and what it starts.
    pub struct Autostart {
        file: Option<PathBuf>,
        data_dir: Option<PathBuf>,
    }

    impl Autostart {
        /// For this program, with the data folder it was told to use.
        pub fn new(data_dir: Option<PathBuf>) -> Self {
            let file = dirs::config_dir().map(|config| config.join("autostart").join("firstbell.desktop"));
            Self { file, data_dir }
        }

        pub fn is_on(&self) -> bool {
            let text = self.file.as_deref().and_then(|file| fs::read_to_string(file).ok());
            // The person may have switched it off in the desktop's own settings.
            text.is_some_and(|text| {
                !text
                    .lines()
                    .any(|line| matches!(line.trim_end(), "Hidden=true" | "X-GNOME-Autostart-enabled=false"))
            })
        }

        pub fn set(&self, on: bool) -> io::Result<()> {
            let file = self.file.as_deref().ok_or(io::ErrorKind::NotFound)?;
            if !on {
                return fs::remove_file(file);
            }
            if let Some(folder) = file.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(file, text(&std::env::current_exe()?, self.data_dir.as_deref()))
        }
    }

    fn text(program: &Path, data_dir: Option<&Path>) -> String {
        let mut exec = format!("{} --hidden", quoted(program));
        if let Some(data_dir) = data_dir {
            exec = format!("{exec} --data-dir {}", quoted(data_dir));
        }
        format!(
            "[Desktop Entry]\nType=Application\nName=First Bell\nIcon=firstbell\nExec={exec}\nTerminal=false\n"
        )
    }

    /// One argument of `Exec` (Desktop Entry Specification, "The Exec key"): in quotes, in which four
    /// characters take a backslash; the value as a whole doubles backslashes; `%` begins a field code.
    fn quoted(path: &Path) -> String {
        let mut out = String::from("\"");
        for character in path.to_string_lossy().chars() {
            match character {
                '"' | '`' | '$' => out.extend(["\\\\", character.encode_utf8(&mut [0; 4])]),
                '\\' => out.push_str("\\\\\\\\"),
                '%' => out.push_str("%%"),
                _ => out.push(character),
            }
        }
        out.push('"');
        out
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_path_is_quoted_as_desktop_files_want_it() {
            let text = text(Path::new("/usr/bin/firstbell"), Some(Path::new("/home/ada/my \"data\" 100%")));
            let exec = text.lines().find(|line| line.starts_with("Exec=")).unwrap();
            let wanted = r#"Exec="/usr/bin/firstbell" --hidden --data-dir "/home/ada/my \\"data\\" 100%%""#;
            assert_eq!(exec, wanted);
        }
    }
}
