//! What is to be done at the keychain, by which thread, and what became of what was done late.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use secrecy::SecretString;
use tokio::sync::{oneshot, watch};
use uuid::Uuid;

use super::{
    super::KeychainFault,
    store::{Asking, Store},
};

/// So many threads may hang at a keychain at once. Each ends with its call, if that ever ends.
const STUCK_AT_MOST: usize = 8;

/// So long an answer that came late may be used: who waits for it is told at once, and later another program may have
/// written something else.
const LATE_FOR: Duration = Duration::from_secs(5);

/// What is to be done, and to whom the answer goes.
pub(super) enum Work {
    /// Read what stands under the id.
    Read(oneshot::Sender<Result<Vec<SecretString>, KeychainFault>>),
    /// Store the text, or take away what is there.
    Write(Option<SecretString>, oneshot::Sender<Result<(), KeychainFault>>),
    /// Say who answers.
    Provider(oneshot::Sender<Result<String, KeychainFault>>),
}

/// The calls and the thread that works on them. The thread ends when there is nothing to do, and the next call begins
/// another.
pub(super) struct Desk {
    store: Arc<dyn Store>,
    state: Mutex<State>,
    /// The thread whose keychain asks the person just now.
    asking: watch::Sender<Option<u64>>,
    /// Whether the person has said no since the keychain was last seen unlocked.
    said_no: AtomicBool,
    changes: watch::Sender<u64>,
    #[cfg(all(unix, not(target_os = "macos")))]
    pub(super) watched: AtomicBool,
}

#[derive(Default)]
struct State {
    /// The thread that takes what waits. Those before it have been given up.
    thread: u64,
    runs: bool,
    stuck: usize,
    waiting: VecDeque<Job>,
    count: u64,
    entries: BTreeMap<Uuid, Past>,
}

struct Job {
    id: Uuid,
    number: u64,
    reply: Reply,
}

enum Reply {
    Read(oneshot::Sender<Result<Vec<SecretString>, KeychainFault>>),
    Write(oneshot::Sender<Result<(), KeychainFault>>),
    Provider(oneshot::Sender<Result<String, KeychainFault>>),
}

/// What was asked and answered of one entry.
#[derive(Default)]
struct Past {
    /// The newest write that was begun, and the newest read that was answered: an answer to a read with a lower
    /// number is out of date.
    newest: u64,
    /// What is wanted by the newest write, for as long as any is under way. A thread that comes late writes this.
    wanted: Option<(u64, Option<SecretString>)>,
    /// How many writes are under way.
    writes: usize,
    /// The answer to a read for which nobody waited any more, and when it came.
    late: Option<(Instant, Vec<SecretString>)>,
}

impl Desk {
    pub(super) fn over(store: Arc<dyn Store>) -> Arc<Self> {
        Arc::new(Self {
            store,
            state: Mutex::default(),
            asking: watch::Sender::new(None),
            said_no: AtomicBool::new(false),
            changes: watch::Sender::new(0),
            #[cfg(all(unix, not(target_os = "macos")))]
            watched: AtomicBool::new(false),
        })
    }

    /// Puts something to be done at the end of the line.
    pub(super) fn put(self: &Arc<Self>, id: Uuid, work: Work) {
        let mut state = self.state();
        state.count += 1;
        let number = state.count;
        let reply = match work {
            Work::Read(reply) => Reply::Read(reply),
            Work::Provider(reply) => Reply::Provider(reply),
            Work::Write(text, reply) => {
                let past = state.entries.entry(id).or_default();
                past.newest = number;
                past.wanted = Some((number, text));
                past.writes += 1;
                past.late = None;
                Reply::Write(reply)
            }
        };
        state.waiting.push_back(Job { id, number, reply });
        self.begin_thread(&mut state);
    }

    /// An answer that came too late for who had asked.
    pub(super) fn take_late(&self, id: Uuid) -> Option<Vec<SecretString>> {
        let (came, found) = self.state().entries.get_mut(&id)?.late.take()?;
        (came.elapsed() < LATE_FOR).then_some(found)
    }

    /// Leaves the thread to itself; what waits is done by another.
    pub(super) fn give_up(self: &Arc<Self>) {
        let mut state = self.state();
        if !state.runs {
            return;
        }
        state.thread += 1;
        state.stuck += 1;
        state.runs = false;
        self.begin_thread(&mut state);
    }

    pub(super) fn asking(&self) -> watch::Receiver<Option<u64>> {
        self.asking.subscribe()
    }

    pub(super) fn is_asking(&self) -> bool {
        self.asking.borrow().is_some()
    }

    /// Whether it is the thread that works on what waits for which the person is asked.
    pub(super) fn thread_is_asking(&self) -> bool {
        let thread = self.state().thread;
        *self.asking.borrow() == Some(thread)
    }

    pub(super) fn ask_again(&self) {
        self.said_no.store(false, Ordering::Relaxed);
    }

    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Whether somebody wants to know of changes.
    #[cfg(all(unix, not(target_os = "macos")))]
    pub(super) fn is_awaited(&self) -> bool {
        self.changes.receiver_count() > 0
    }

    /// Tells all who wait that asking again may be worth it.
    pub(super) fn tell_change(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin_thread(self: &Arc<Self>, state: &mut State) {
        if state.runs || state.waiting.is_empty() {
            return;
        }
        let (desk, thread) = (self.clone(), state.thread);
        let begun = state.stuck < STUCK_AT_MOST
            && thread::Builder::new().name("keychain".to_owned()).spawn(move || desk.work(thread)).is_ok();
        state.runs = begun;
        if !begun {
            // Who waits reads from the dropped reply that nobody answers.
            let dropped: Vec<Job> = state.waiting.drain(..).collect();
            dropped.iter().for_each(|job| state.end_write(job));
        }
    }

    /// The life of one thread.
    fn work(&self, thread: u64) {
        while let Some(job) = self.next_job(thread) {
            // A panic of a crate costs its call the answer, and nothing else.
            let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.do_job(&job, thread)));
            match done {
                Ok(answer) => self.settle(job, answer),
                Err(_) => self.state().end_write(&job),
            }
        }
    }

    fn next_job(&self, thread: u64) -> Option<Job> {
        let mut state = self.state();
        if state.thread != thread {
            state.stuck = state.stuck.saturating_sub(1);
            return None;
        }
        let job = state.waiting.pop_front();
        state.runs = job.is_some();
        job
    }

    fn do_job(&self, job: &Job, thread: u64) -> Answer {
        let asking = AskingOf { desk: self, thread };
        match job.reply {
            Reply::Read(_) => Answer::Read(self.store.read(job.id, &asking)),
            Reply::Write(_) => Answer::Write(self.write(job.id, &asking)),
            Reply::Provider(_) => Answer::Provider(self.store.provider()),
        }
    }

    /// Brings an entry to what is wanted of it, whoever has wanted it: so a thread that comes late does what was wanted
    /// last, again if need be.
    fn write(&self, id: Uuid, asking: &dyn Asking) -> Result<(), KeychainFault> {
        let wanted = || self.state().entries.get(&id).and_then(|past| past.wanted.clone());
        loop {
            let Some((number, text)) = wanted() else { return Ok(()) };
            let is_newest = || wanted().is_some_and(|(newest, _)| newest == number);
            let done = match text {
                Some(text) => self.store.write(id, &text, &is_newest, asking),
                None => self.store.delete(id, &is_newest, asking),
            };
            if is_newest() {
                return done;
            }
        }
    }

    fn settle(&self, job: Job, answer: Answer) {
        let mut state = self.state();
        state.end_write(&job);
        let (id, number) = (job.id, job.number);
        let mut is_late = false;
        let mut was_open = false;
        match (job.reply, answer) {
            (Reply::Read(reply), Answer::Read(answer)) => {
                was_open = answer.as_ref().is_ok_and(|found| !found.is_empty());
                let past = state.entries.entry(id).or_default();
                let is_current = past.newest < number;
                if is_current && answer.is_ok() {
                    past.newest = number;
                    past.late = None;
                }
                if let Err(Ok(found)) = reply.send(answer) {
                    is_late = true;
                    past.late = is_current.then(|| (Instant::now(), found));
                }
            }
            (Reply::Write(reply), Answer::Write(answer)) => {
                was_open = answer.is_ok();
                is_late = reply.send(answer) == Err(Ok(()));
            }
            (Reply::Provider(reply), Answer::Provider(answer)) => drop(reply.send(answer)),
            _ => (),
        }
        drop(state);
        if was_open {
            self.said_no.store(false, Ordering::Relaxed);
        }
        if is_late {
            self.tell_change();
        }
    }
}

impl State {
    /// The text that was wanted is forgotten with the last write that is under way.
    fn end_write(&mut self, job: &Job) {
        if let (Reply::Write(_), Some(past)) = (&job.reply, self.entries.get_mut(&job.id)) {
            past.writes = past.writes.saturating_sub(1);
            if past.writes == 0 {
                past.wanted = None;
            }
        }
    }
}

enum Answer {
    Read(Result<Vec<SecretString>, KeychainFault>),
    Write(Result<(), KeychainFault>),
    Provider(Result<String, KeychainFault>),
}

struct AskingOf<'a> {
    desk: &'a Desk,
    thread: u64,
}

impl Asking for AskingOf<'_> {
    fn may_ask(&self) -> bool {
        !self.desk.is_asking() && !self.desk.said_no.load(Ordering::Relaxed)
    }

    fn ask(&self, ask: &mut dyn FnMut() -> Result<(), KeychainFault>) -> Result<(), KeychainFault> {
        self.desk.asking.send_replace(Some(self.thread));
        let asked = ask();
        self.desk.said_no.store(asked == Err(KeychainFault::Locked), Ordering::Relaxed);
        self.desk.asking.send_replace(None);
        asked
    }
}
