//! The port: connections come in, requests go to the scene.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;

use anyhow::{Context, Result};
use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::body::EndsHere;
use super::scene::Scene;

/// A port that is open until this is dropped: then nobody listens there, and its connections have ended.
///
/// It has a thread of its own, so that it answers also while a test waits for a program that asks it.
pub struct Door {
    pub address: SocketAddr,
    open: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Door {
    /// At this port, or at any where it is 0.
    pub fn open(port: u16, tls: Option<TlsAcceptor>, scene: Arc<Scene>) -> Result<Self> {
        // A test may be within a runtime of its own, where no other one may be waited for.
        let listener =
            std::net::TcpListener::bind(("127.0.0.1", port)).context("a port for the scripted school")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (open, closed) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listen = move || {
            runtime.block_on(async {
                let Ok(listener) = TcpListener::from_std(listener) else { return };
                tokio::select! {
                    () = welcome(listener, tls, scene) => {}
                    _ = closed => {}
                }
            });
        };
        let thread = std::thread::Builder::new().name("scripted school".to_owned()).spawn(listen)?;
        Ok(Self { address, open: Some(open), thread: Some(thread) })
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        drop(self.open.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn welcome(listener: TcpListener, tls: Option<TlsAcceptor>, scene: Arc<Scene>) {
    // They end with this.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                let (tls, scene) = (tls.clone(), scene.clone());
                connections.spawn(async move {
                    match tls {
                        // A client that does not trust the certificate goes away.
                        Some(tls) => if let Ok(stream) = tls.accept(stream).await {
                            serve(stream, scene).await;
                        },
                        None => serve(stream, scene).await,
                    }
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin, scene: Arc<Scene>) {
    let answer = service_fn(|request: hyper::Request<hyper::body::Incoming>| {
        let scene = scene.clone();
        async move {
            let (parts, body) = request.into_parts();
            let body: Bytes = body.collect().await.map_err(|_| EndsHere)?.to_bytes();
            scene.answer(parts, body).await
        }
    });
    let connection = hyper::server::conn::http1::Builder::new();
    // How it ends is a matter of the scene, or of the client.
    let _ = connection.serve_connection(TokioIo::new(stream), answer).await;
}
