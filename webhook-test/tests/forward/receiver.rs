//! A receiver that answers as a test says.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, Notify, mpsc};
use tokio::task::JoinHandle;

use crate::wire::{Message, read};

/// What a receiver does with a request.
#[derive(Clone)]
pub(crate) enum Reply {
    /// Answers with these bytes.
    Answer(String),
    /// The same, and closes the connection without having said so.
    AnswerAndClose(String),
    /// The same, once it is told to.
    Wait(Arc<Notify>, String),
    /// Answers with this head and a body without an end.
    Endless(&'static str),
    /// Closes the connection.
    Close,
    /// Never answers.
    Silence,
}

impl Reply {
    pub(crate) fn status(status: u16) -> Self {
        Self::Answer(format!(
            "HTTP/1.1 {status} S\r\ncontent-length: 2\r\n\r\nok"
        ))
    }
}

/// A server that records requests. It stops when it is dropped.
pub(crate) struct Receiver {
    address: SocketAddr,
    requests: Mutex<mpsc::UnboundedReceiver<Message>>,
    counts: Arc<Counts>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Counts {
    requests: AtomicUsize,
    connections: AtomicUsize,
    closed: Notify,
}

impl Receiver {
    /// Starts one. `reply` gets the number of the request, beginning at zero.
    pub(crate) async fn start(reply: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").await.unwrap(), reply)
    }

    pub(crate) fn on(
        listener: TcpListener,
        reply: impl Fn(usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let address = listener.local_addr().unwrap();
        let (send, requests) = mpsc::unbounded_channel();
        let (counts, reply) = (Arc::<Counts>::default(), Arc::new(reply));
        let shared = counts.clone();
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let (counts, reply, send) = (shared.clone(), reply.clone(), send.clone());
                counts.connections.fetch_add(1, Ordering::Relaxed);
                connections.spawn(async move {
                    while let Some(request) = read(&mut stream).await {
                        let number = counts.requests.fetch_add(1, Ordering::Relaxed);
                        let _ = send.send(request);
                        if !answer(&mut stream, reply(number)).await {
                            break;
                        }
                    }
                    drop(stream);
                    counts.closed.notify_one();
                });
            }
        });
        Self {
            address,
            requests: Mutex::new(requests),
            counts,
            task,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next request.
    pub(crate) async fn request(&self) -> Message {
        self.requests.lock().await.recv().await.expect("a request")
    }

    pub(crate) fn requests(&self) -> usize {
        self.counts.requests.load(Ordering::Relaxed)
    }

    pub(crate) fn connections(&self) -> usize {
        self.counts.connections.load(Ordering::Relaxed)
    }

    /// Waits until a connection is closed, by whichever side.
    pub(crate) async fn closed(&self) {
        self.counts.closed.notified().await;
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Whether the connection stays open.
async fn answer(stream: &mut TcpStream, reply: Reply) -> bool {
    match reply {
        Reply::Answer(text) => stream.write_all(text.as_bytes()).await.is_ok(),
        Reply::AnswerAndClose(text) => {
            let _ = stream.write_all(text.as_bytes()).await;
            let _ = stream.shutdown().await;
            // The other side has seen it once it closes, too.
            let _ = stream.read(&mut [0]).await;
            false
        }
        Reply::Wait(told, text) => {
            told.notified().await;
            stream.write_all(text.as_bytes()).await.is_ok()
        }
        Reply::Endless(head) => {
            let chunk = format!("400\r\n{}\r\n", "x".repeat(1024));
            let mut sent = stream.write_all(head.as_bytes()).await;
            while sent.is_ok() {
                sent = stream.write_all(chunk.as_bytes()).await;
            }
            false
        }
        Reply::Close => false,
        Reply::Silence => {
            let _ = stream.read(&mut [0]).await;
            false
        }
    }
}
