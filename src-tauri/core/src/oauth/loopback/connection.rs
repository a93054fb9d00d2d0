//! One connection: what it asks is read within limits, judged, and answered once.

use std::{sync::Arc, time::Duration};

use secrecy::zeroize::Zeroizing;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::oneshot,
    time::timeout,
};

use super::{
    Arrival, Outcome, Shared, page,
    request::{LONGEST, Verdict},
};

/// How long a request may take to be there.
const READING: Duration = Duration::from_secs(10);

/// How long a page waits for what comes of it; then it sends the person back to First Bell, which says so.
const OUTCOME: Duration = Duration::from_secs(8);

/// How long an answer may take to be taken.
const WRITING: Duration = Duration::from_secs(5);

/// How long, and how much, is still read of one who has been answered: what is unread when a connection is closed takes
/// the answer with it.
const DRAINING: Duration = Duration::from_millis(500);
const DRAINED: usize = 64 * 1024;

/// Reads, judges and answers. Before it has asked anything, it may be `ended` in favour of another.
pub(super) async fn serve(mut stream: TcpStream, ended: oneshot::Receiver<()>, shared: Arc<Shared>) {
    let verdict = tokio::select! {
        // One that has asked meanwhile is not in the way.
        biased;
        verdict = timeout(READING, read(&mut stream, &shared)) => verdict.ok().flatten(),
        _ = ended => None,
    };
    let answer = match verdict {
        None | Some(Verdict::Unfinished) => return,
        Some(Verdict::Other(status)) => page::refusal(status),
        Some(Verdict::Arrived(arrival)) => {
            shared.arrive(arrival);
            page::answer(outcome(&shared).await)
        }
    };
    let _ = timeout(WRITING, async {
        stream.write_all(answer.as_bytes()).await?;
        stream.shutdown().await
    })
    .await;
    let _ = timeout(DRAINING, drain(&mut stream)).await;
}

/// What a request is, as soon as that is known. Nothing if it ends before.
async fn read(stream: &mut TcpStream, shared: &Shared) -> Option<Verdict> {
    let mut read = Zeroizing::new(vec![0; LONGEST + 1]);
    let mut length = 0;
    loop {
        let more = stream.read(&mut read[length..]).await.ok()?;
        length += more;
        match shared.expected.judge(&read[..length]) {
            Verdict::Unfinished if more > 0 => (),
            Verdict::Unfinished => return None,
            verdict => return Some(verdict),
        }
    }
}

/// What has come of the arrival that counts. A refusal needs no waiting.
async fn outcome(shared: &Shared) -> Option<Outcome> {
    if matches!(*shared.arrived.borrow(), Some(Arrival::Refused { .. })) {
        return Some(Outcome::Failed);
    }
    let mut told = shared.outcome.subscribe();
    let told = timeout(OUTCOME, told.wait_for(Option::is_some)).await;
    told.ok().and_then(Result::ok).and_then(|outcome| *outcome)
}

async fn drain(stream: &mut TcpStream) {
    let mut left = DRAINED;
    let mut buffer = [0; 4096];
    while left > 0 {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(read) => left = left.saturating_sub(read),
        }
    }
}
