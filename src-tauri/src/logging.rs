//! The log goes to standard error, warnings and worse unless `FIRSTBELL_LOG` says otherwise. No join URL,
//! no token and no name is ever in it: the types that hold them do not print them.

use tracing_subscriber::EnvFilter;

/// Begins to log.
pub fn start() {
    let filter = EnvFilter::try_from_env("FIRSTBELL_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}
