//! The watch over the bell.

use std::time::Duration;

use tokio::{
    sync::mpsc,
    time::{Instant, sleep},
};

use super::Task;
use crate::reminder::{SharedMemory, Signal};

/// How a bell is watched.
#[derive(Clone, Copy, Debug)]
pub struct Watch {
    /// Without a sign of life for longer than this it is started anew. A bell looks every ten seconds.
    pub silence: Duration,
    /// How often it is looked.
    pub every: Duration,
}

impl Watch {
    /// Half a minute of silence, looked for every five seconds.
    pub const USUAL: Self = Self { silence: Duration::from_secs(30), every: Duration::from_secs(5) };
}

/// How soon a bell that broke off is started anew: at once, but one that breaks off each time must not take the
/// processor for itself.
const BREATH: Duration = Duration::from_secs(1);

/// Keeps a bell ringing for as long as the sender of `signals` lives: one that breaks off or falls silent is started
/// anew, by `bell`, and the one before rings nothing any more. Meanwhile the health says that it does not run.
pub async fn keep_ringing<R>(
    memory: SharedMemory,
    watch: Watch,
    mut signals: mpsc::UnboundedReceiver<Signal>,
    mut bell: impl FnMut(mpsc::UnboundedReceiver<Signal>) -> R,
) where
    R: Future<Output = ()> + Send + 'static,
{
    loop {
        let (forward, heard) = mpsc::unbounded_channel();
        let mut task = Task(tokio::spawn(bell(heard)));
        let mut looked = Instant::now();
        loop {
            tokio::select! {
                ended = &mut task.0 => match ended {
                    // Another bell has the turn, or nobody needs one any more.
                    Ok(()) => return,
                    Err(error) => {
                        tracing::error!(%error, "the bell broke off; it is started anew");
                        break;
                    }
                },
                signal = signals.recv() => match signal {
                    Some(signal) => {
                        // A bell that has broken off is noticed above.
                        let _ = forward.send(signal);
                    }
                    None => {
                        drop(forward);
                        let _ = (&mut task.0).await;
                        return;
                    }
                },
                () = sleep(watch.every) => {}
            }
            // Whoever was stopped, as a whole program can be, is no judge of another's silence.
            if looked.elapsed() > watch.every * 2 {
                memory.excuse_silence();
            }
            looked = Instant::now();
            if memory.silence() > watch.silence {
                tracing::error!(seconds = watch.silence.as_secs(), "the bell was silent; it is started anew");
                task.0.abort();
                break;
            }
        }
        memory.bell_is_missed();
        sleep(BREATH.min(watch.every)).await;
    }
}
