//! One Tauri window that shows one page, and nothing else: what First Bell is measured against.
//! It is built with the same profile and runs with the same WebKit switches.
#![allow(unsafe_code)]

fn main() {
    for (name, value) in [("WEBKIT_DISABLE_DMABUF_RENDERER", "1"), ("JSC_useDFGJIT", "0")] {
        if std::env::var_os(name).is_none() {
            // SAFETY: the first thing that happens; there is no other thread yet.
            unsafe { std::env::set_var(name, value) };
        }
    }
    if let Err(error) = tauri::Builder::default().run(tauri::generate_context!()) {
        eprintln!("{error}");
    }
}
