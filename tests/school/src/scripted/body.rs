//! A body that comes whole, byte by byte, or in part.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame};
use tokio::time::{Sleep, sleep};

/// How a connection is ended in the middle.
#[derive(Debug, thiserror::Error)]
#[error("the connection ends here, as the scene wants it")]
pub struct EndsHere;

/// What comes, in pieces.
pub struct Pieces {
    pieces: VecDeque<Bytes>,
    /// Before each piece.
    pause: Option<Duration>,
    waiting: Option<Pin<Box<Sleep>>>,
    /// After the last piece, instead of the end.
    breaks: Breaks,
}

#[derive(PartialEq, Eq)]
enum Breaks {
    Not,
    /// Once what came before has been written.
    Next,
    Now,
}

impl Pieces {
    pub fn whole(body: Bytes) -> Self {
        let pieces = if body.is_empty() { VecDeque::new() } else { VecDeque::from([body]) };
        Self { pieces, pause: None, waiting: None, breaks: Breaks::Not }
    }

    pub fn slow(body: &Bytes, pause: Duration) -> Self {
        let pieces = (0..body.len()).map(|at| body.slice(at..=at)).collect();
        Self { pieces, pause: Some(pause), waiting: None, breaks: Breaks::Not }
    }

    pub fn half(body: &Bytes) -> Self {
        Self {
            pieces: VecDeque::from([body.slice(..body.len() / 2)]),
            breaks: Breaks::Next,
            ..Self::whole(Bytes::new())
        }
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = EndsHere;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, EndsHere>>> {
        let this = &mut *self;
        if let Some(pause) = this.pause.filter(|_| !this.pieces.is_empty()) {
            let waiting = this.waiting.get_or_insert_with(|| Box::pin(sleep(pause)));
            std::task::ready!(waiting.as_mut().poll(context));
            this.waiting = None;
        }
        Poll::Ready(match this.pieces.pop_front() {
            Some(piece) => Some(Ok(Frame::data(piece))),
            None if this.breaks == Breaks::Next => {
                this.breaks = Breaks::Now;
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            None if this.breaks == Breaks::Now => Some(Err(EndsHere)),
            None => None,
        })
    }
}
