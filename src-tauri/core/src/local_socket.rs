//! The local socket in the data folder, by which another program of the same person asks the owner: a second start
//! whether the first still answers, `bell doctor` how the bell is. One line of JSON there, one back.
//!
//! Only Unix has it so far; elsewhere nobody answers.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{data_folder::DataFolder, health::Health};

#[cfg(unix)]
pub use unix::Listener;

/// JSON that is passed on and not looked at. There may be a password in it, so it is never shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sealed(pub serde_json::Value);

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(…)")
    }
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Ask {
    /// First Bell was started again: its window is to come up.
    Show {
        /// The words of that command line, the program's name first.
        words: Vec<String>,
        /// Where it was started.
        folder: String,
    },
    /// How bell and store are.
    Health,
    /// Something is to be done at a school.
    School {
        /// What, for whoever does it.
        what: Sealed,
    },
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "snake_case")]
pub enum Reply {
    /// The window was brought up.
    Shown,
    /// How bell and store are.
    Health(Health),
    /// What came of it at a school.
    School {
        /// What, for whoever has asked.
        what: Sealed,
    },
}

/// What came of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The owner has answered.
    Answered(Reply),
    /// The owner is there and says nothing: its process.
    Silent(u32),
    /// Nobody listens.
    Nobody,
}

/// Asks the owner of a folder, and waits so long for the answer.
pub async fn ask(folder: &DataFolder, ask: &Ask, patience: Duration) -> Asked {
    #[cfg(unix)]
    return unix::ask(folder, ask, patience).await;
    #[cfg(not(unix))]
    {
        let _ = (folder, ask, patience);
        Asked::Nobody
    }
}

/// How long a copy that is to be ended has to say that it is well after all.
const LAST_WORD: Duration = Duration::from_secs(1);

/// Ends the owner of a folder, if it listens and does not answer. It cannot refuse; its lock is free as soon as it is
/// gone. The process is the one that the system names at this very moment.
pub async fn end_silent(folder: &DataFolder) {
    if let Asked::Silent(pid) = ask(folder, &Ask::Health, LAST_WORD).await
        && pid != std::process::id()
    {
        end(pid);
    }
}

fn end(pid: u32) {
    #[cfg(unix)]
    if let Some(pid) = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw)
        && let Err(error) = rustix::process::kill_process(pid, rustix::process::Signal::KILL)
    {
        tracing::warn!(%error, "the other copy could not be ended");
    }
    #[cfg(not(unix))]
    let _ = pid;
}

#[cfg(unix)]
mod unix {
    use std::{
        fs, io,
        os::{
            fd::AsRawFd as _,
            unix::fs::{FileTypeExt as _, PermissionsExt as _},
        },
        path::PathBuf,
        time::Duration,
    };

    use serde::{Serialize, de::DeserializeOwned};
    use tokio::{
        io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
        net::{UnixListener, UnixStream},
        task::JoinSet,
        time::timeout,
    };

    use super::{Ask, Asked, Reply};
    use crate::data_folder::DataFolder;

    /// The longest line that is read: a command line is shorter.
    const MOST: u64 = 1 << 16;
    /// How long whoever asks may take to do so.
    const PATIENCE: Duration = Duration::from_secs(5);

    /// Where others can ask.
    pub struct Listener(UnixListener);

    /// The address of a socket holds 107 bytes (unix(7)), and a folder's name may be longer: it is reached by way of
    /// the open folder then, which has to stay open for as long as the name is used.
    fn name(folder: &DataFolder) -> io::Result<(PathBuf, Option<fs::File>)> {
        let plain = folder.socket();
        if plain.as_os_str().len() < 100 {
            return Ok((plain, None));
        }
        let open = fs::File::open(folder.path())?;
        let by_number = PathBuf::from(format!("/proc/self/fd/{}/socket", open.as_raw_fd()));
        Ok((by_number, Some(open)))
    }

    impl Listener {
        /// Takes the place of whoever has listened there before: only the owner of the folder may.
        ///
        /// # Errors
        /// What the system says.
        pub fn bind(folder: &DataFolder) -> io::Result<Self> {
            let (name, _open) = name(folder)?;
            if fs::symlink_metadata(&name).is_ok_and(|there| there.file_type().is_socket()) {
                fs::remove_file(&name)?;
            }
            let listener = UnixListener::bind(&name)?;
            // The folder lets in nobody else either; this holds where it was opened to others by hand.
            fs::set_permissions(&name, fs::Permissions::from_mode(0o600))?;
            Ok(Self(listener))
        }

        /// Answers for as long as it is awaited.
        pub async fn serve<R>(self, answer: impl Fn(Ask) -> R + Clone + Send + 'static)
        where
            R: Future<Output = Reply> + Send + 'static,
        {
            let mut asked = JoinSet::new();
            loop {
                tokio::select! {
                    stream = self.0.accept() => match stream {
                        Ok((stream, _)) if is_own(&stream) => {
                            asked.spawn(answer_one(stream, answer.clone()));
                        }
                        Ok(_) => tracing::warn!("another user has asked, and gets no answer"),
                        Err(error) => {
                            tracing::warn!(%error, "nobody can ask for a while");
                            tokio::time::sleep(PATIENCE).await;
                        }
                    },
                    Some(_) = asked.join_next() => {}
                }
            }
        }
    }

    async fn answer_one<R: Future<Output = Reply>>(stream: UnixStream, answer: impl Fn(Ask) -> R) {
        let mut stream = BufReader::new(stream);
        let Ok(Ok(ask)) = timeout(PATIENCE, read(&mut stream)).await else { return };
        let reply = answer(ask).await;
        // Whoever has asked may have gone meanwhile.
        let _ = write(&mut stream, &reply).await;
    }

    /// The same user asks.
    fn is_own(stream: &UnixStream) -> bool {
        let own = rustix::process::geteuid().as_raw();
        stream.peer_cred().is_ok_and(|peer| peer.uid() == own)
    }

    pub(super) async fn ask(folder: &DataFolder, ask: &Ask, patience: Duration) -> Asked {
        let Ok((name, _open)) = name(folder) else { return Asked::Nobody };
        // The system lets in as many as may wait; beyond that, connecting waits too.
        let Ok(Ok(stream)) = timeout(patience, UnixStream::connect(&name)).await else {
            return Asked::Nobody;
        };
        if !is_own(&stream) {
            return Asked::Nobody;
        }
        let pid = stream.peer_cred().ok().and_then(|peer| peer.pid()).and_then(|pid| u32::try_from(pid).ok());
        let mut stream = BufReader::new(stream);
        let answered = async {
            write(&mut stream, ask).await?;
            read::<Reply>(&mut stream).await
        };
        match (timeout(patience, answered).await, pid) {
            (Ok(Ok(reply)), _) => Asked::Answered(reply),
            (Err(_), Some(pid)) => Asked::Silent(pid),
            // It hung up, or speaks as another First Bell does.
            (Ok(Err(_)), _) | (Err(_), None) => Asked::Nobody,
        }
    }

    async fn read<T: DeserializeOwned>(stream: &mut BufReader<UnixStream>) -> io::Result<T> {
        let mut line = String::new();
        stream.take(MOST).read_line(&mut line).await?;
        Ok(serde_json::from_str(&line)?)
    }

    async fn write<T: Serialize>(stream: &mut BufReader<UnixStream>, what: &T) -> io::Result<()> {
        let mut line = serde_json::to_string(what)?;
        line.push('\n');
        stream.write_all(line.as_bytes()).await?;
        stream.flush().await
    }
}
