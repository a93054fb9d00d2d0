//! Waiting for a condition, so that no test sleeps and hopes.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How long the kit waits for what it has started itself.
pub const PATIENCE: Duration = Duration::from_secs(20);

const PAUSE: Duration = Duration::from_millis(25);

/// Asks `check` again and again until it gives a value, and gives that value.
///
/// An error from `check` counts as "not yet": it is only told if the time runs out.
///
/// # Errors
/// When `timeout` has passed: names `what` was waited for, how long, and the last error.
pub async fn until<T>(
    what: &str,
    timeout: Duration,
    mut check: impl AsyncFnMut() -> Result<Option<T>>,
) -> Result<T> {
    let started = Instant::now();
    loop {
        // One last look after the deadline: on a busy computer a check itself may take long.
        let late = started.elapsed() >= timeout;
        let last = match check().await {
            Ok(Some(value)) => return Ok(value),
            Ok(None) => None,
            Err(error) => Some(error),
        };
        if late {
            let seconds = timeout.as_secs_f64();
            match last {
                Some(error) => bail!("waited {seconds:.1} s in vain for {what}; at last: {error:#}"),
                None => bail!("waited {seconds:.1} s in vain for {what}"),
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// The same for a condition that is true or false.
///
/// # Errors
/// As [`until`].
pub async fn until_true(
    what: &str,
    timeout: Duration,
    mut check: impl AsyncFnMut() -> Result<bool>,
) -> Result<()> {
    until(what, timeout, async || Ok(check().await?.then_some(()))).await
}

/// Gives what `work` gives if it ends in time: for calls that may never answer, such as a driver's.
///
/// # Errors
/// When `timeout` has passed, or with the error of `work` itself.
pub async fn within<T, E: Into<anyhow::Error>>(
    what: &str,
    timeout: Duration,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T> {
    match tokio::time::timeout(timeout, work).await {
        Ok(done) => done.map_err(Into::into),
        Err(_) => bail!("{what} did not end within {:.1} s", timeout.as_secs_f64()),
    }
}
