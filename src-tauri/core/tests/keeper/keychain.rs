//! A keychain in memory that several programs share, and that fails in each of a keychain's ways.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

use firstbell_core::secret::{Keychain, KeychainFault};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};
use uuid::Uuid;

use super::schedule::{Mood, WriteFault};

/// How long a prompt stands before the keychain gives up on the person.
const PROMPT: Duration = Duration::from_secs(60);

type Told = Box<dyn Fn(usize, &str) + Send>;

#[derive(Clone)]
pub struct Drawer(Arc<Inside>);

struct Inside {
    entries: Mutex<BTreeMap<Uuid, Vec<String>>>,
    write_faults: Mutex<VecDeque<WriteFault>>,
    mood: watch::Sender<Mood>,
    /// Is told of each text that is stored, and by whom, with an answer that says so.
    told: Mutex<Option<Told>>,
    /// How long each step takes.
    takes: Duration,
}

/// The keychain as one program sees it.
pub struct Hand {
    pub drawer: Drawer,
    pub process: usize,
}

impl Drawer {
    pub fn new(takes: Duration) -> Self {
        Self(Arc::new(Inside {
            entries: Mutex::default(),
            write_faults: Mutex::default(),
            mood: watch::Sender::new(Mood::Open),
            told: Mutex::default(),
            takes,
        }))
    }

    pub fn hand(&self, process: usize) -> Arc<Hand> {
        Arc::new(Hand { drawer: self.clone(), process })
    }

    pub fn texts(&self, id: Uuid) -> Vec<String> {
        self.0.entries.lock().unwrap().get(&id).cloned().unwrap_or_default()
    }

    /// Puts there what nobody of ours has written.
    pub fn put(&self, id: Uuid, texts: &[&str]) {
        let texts = texts.iter().map(|text| (*text).to_owned()).collect();
        self.0.entries.lock().unwrap().insert(id, texts);
    }

    pub fn put_sign_in(&self, id: Uuid, refresh: &str) {
        self.put(id, &[&sign_in(refresh)]);
    }

    pub fn set(&self, mood: Mood) {
        self.0.mood.send_replace(mood);
    }

    pub fn fail_next_write(&self, fault: WriteFault) {
        self.0.write_faults.lock().unwrap().push_back(fault);
    }

    pub fn heal(&self) {
        self.set(Mood::Open);
        self.0.write_faults.lock().unwrap().clear();
    }

    pub fn tell(&self, told: impl Fn(usize, &str) + Send + 'static) {
        *self.0.told.lock().unwrap() = Some(Box::new(told));
    }

    async fn open(&self) -> Result<(), KeychainFault> {
        sleep(self.0.takes).await;
        let mood = *self.0.mood.borrow();
        match mood {
            Mood::Open => Ok(()),
            Mood::Locked => Err(KeychainFault::Locked),
            Mood::Absent => Err(KeychainFault::Absent),
            Mood::Another => {
                Err(KeychainFault::Another { had: "GNOME Keyring".to_owned(), has: "KWallet".to_owned() })
            }
            Mood::Silent => {
                sleep(Duration::from_secs(3)).await;
                Err(KeychainFault::Silent)
            }
            Mood::Prompting => {
                let mut moods = self.0.mood.subscribe();
                let opened = timeout(PROMPT, moods.wait_for(|mood| *mood == Mood::Open)).await;
                if opened.is_ok() { Ok(()) } else { Err(KeychainFault::Locked) }
            }
        }
    }
}

impl Keychain for Hand {
    async fn read(&self, id: Uuid) -> Result<Vec<SecretString>, KeychainFault> {
        self.drawer.open().await?;
        let texts = self.drawer.texts(id);
        sleep(self.drawer.0.takes).await;
        Ok(texts.into_iter().map(SecretString::from).collect())
    }

    async fn write(&self, id: Uuid, text: SecretString) -> Result<(), KeychainFault> {
        self.drawer.open().await?;
        let fault = self.drawer.0.write_faults.lock().unwrap().pop_front();
        let text = text.expose_secret().to_owned();
        if !matches!(fault, Some(WriteFault::NotStored)) {
            self.drawer.0.entries.lock().unwrap().insert(id, vec![text.clone()]);
        }
        if let (None, Some(told)) = (&fault, &*self.drawer.0.told.lock().unwrap()) {
            told(self.process, &text);
        }
        sleep(self.drawer.0.takes).await;
        if fault.is_some() { Err(KeychainFault::Refused) } else { Ok(()) }
    }

    async fn delete(&self, id: Uuid) -> Result<(), KeychainFault> {
        self.drawer.open().await?;
        self.drawer.0.entries.lock().unwrap().remove(&id);
        sleep(self.drawer.0.takes).await;
        Ok(())
    }

    async fn provider(&self) -> Result<String, KeychainFault> {
        self.drawer.open().await?;
        Ok("a drawer".to_owned())
    }
}

/// A sign-in's entry.
pub fn sign_in(refresh: &str) -> String {
    format!(r#"{{"v":1,"kind":"sign_in","refresh":"{refresh}"}}"#)
}

/// A sign-in's entry before which so many were stored.
pub fn counted(refresh: &str, generation: u64) -> String {
    format!(r#"{{"v":1,"kind":"sign_in","refresh":"{refresh}","generation":{generation}}}"#)
}

/// The refresh token in an entry.
pub fn refresh_in(text: &str) -> Option<String> {
    let entry: serde_json::Value = serde_json::from_str(text).ok()?;
    Some(entry.get("refresh")?.as_str()?.to_owned())
}
