//! The line between a computer and a school, which can be cut.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A way to a school on this computer, over an address of its own.
pub struct Line {
    url: String,
    is_cut: Arc<AtomicBool>,
    cuts: watch::Sender<()>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Line {
    /// A line to the school at this address.
    pub async fn to(url: &str) -> Self {
        let school = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (is_cut, cuts) = (Arc::new(AtomicBool::new(false)), watch::Sender::new(()));
        let task = tokio::spawn(carry(listener, school, Arc::clone(&is_cut), cuts.clone()));
        Self { url, is_cut, cuts, task }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Nothing gets through any more, and what was on its way is lost.
    pub fn cut(&self) {
        self.is_cut.store(true, Ordering::SeqCst);
        self.cuts.send_replace(());
    }

    /// Everything gets through again.
    pub fn mend(&self) {
        self.is_cut.store(false, Ordering::SeqCst);
    }
}

async fn carry(listener: TcpListener, school: String, is_cut: Arc<AtomicBool>, cuts: watch::Sender<()>) {
    while let Ok((mut near, _)) = listener.accept().await {
        if is_cut.load(Ordering::SeqCst) {
            continue;
        }
        let (school, mut cut) = (school.clone(), cuts.subscribe());
        tokio::spawn(async move {
            let Ok(mut far) = TcpStream::connect(school).await else { return };
            tokio::select! {
                _ = copy_bidirectional(&mut near, &mut far) => {}
                _ = cut.changed() => {}
            }
        });
    }
}
