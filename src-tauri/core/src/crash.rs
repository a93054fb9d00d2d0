//! What a program leaves behind when it comes to grief: where that was, and nothing of what it had at hand. A password
//! that is being typed, and the tokens of a sign-in, lie in its memory.

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    io::Write as _,
    panic::PanicHookInfo,
};

/// To be called by every program, first of all: from then on neither a panic's words nor a core dump hold a secret.
pub fn leave_no_secrets() {
    forbid_core_dumps();
    std::panic::set_hook(Box::new(|panic| {
        // Where nobody takes it, there is nothing left to be done.
        let _ = write!(std::io::stderr(), "{}", words(panic));
    }));
}

/// Where it was; with what words only where they stand so in the source. Others are put together from values: a text
/// that is cut in the middle of a letter, for one, is printed whole.
fn words(panic: &PanicHookInfo<'_>) -> String {
    let thread = std::thread::current();
    let name = thread.name().unwrap_or("without a name");
    let place = panic.location().map_or_else(|| "somewhere".to_owned(), ToString::to_string);
    let said = panic.payload().downcast_ref::<&'static str>().unwrap_or(&"(what it says is left out)");
    // Functions and places in the source: no values.
    let trace = Backtrace::capture();
    let trace =
        if trace.status() == BacktraceStatus::Captured { format!("{trace}\n") } else { String::new() };
    format!("\nthread '{name}' panicked at {place}:\n{said}\n{trace}")
}

/// No memory gets to a disk, nor to whoever gathers crashes: of this program, and of those that it starts, for what is
/// typed lies with the window's own process. Whoever wants dumps of what else is opened can raise the limit there.
#[cfg(unix)]
fn forbid_core_dumps() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    // Not 0: where dumps are piped to a program, Linux does not look at the limit (core(5)), except that it takes one
    // of exactly 1 for such a program's own, and dumps nothing (fs/coredump.c). A file of one byte there is neither.
    const LEAST: u64 = 1;
    let maximum = getrlimit(Resource::Core).maximum;
    let current = Some(maximum.map_or(LEAST, |maximum| maximum.min(LEAST)));
    if let Err(error) = setrlimit(Resource::Core, Rlimit { current, maximum }) {
        tracing::warn!(%error, "core dumps are not forbidden");
    }
}

#[cfg(not(unix))]
const fn forbid_core_dumps() {}
