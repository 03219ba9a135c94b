//! A network that fails: a TCP proxy between a receiver and its store.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// Every so many requests or replies are cut, so that others get through in between.
const CUT_EVERY: u32 = 5;
const BUFFER: usize = 16 * 1024;

/// What the network does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// It works.
    #[default]
    Pass,
    /// Every fifth request reaches the server, and its connection ends at once: the server has
    /// carried it out, or not.
    CutAfterRequest,
    /// Every fifth reply is lost, and its connection ends: the server has carried it out.
    CutBeforeReply,
    /// Nothing gets through, and connections stay open. What was lost on a connection stays lost,
    /// so that connection is silent until one end closes it. The other end learns that when the
    /// network works again.
    Silent,
    /// Every reply comes so much later.
    Delay(Duration),
}

/// A proxy for a server on this machine. Its connections end when it is dropped.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    mode: watch::Sender<Mode>,
    listening: JoinHandle<()>,
}

impl Proxy {
    /// A proxy for the server on this port, on a port of its own.
    ///
    /// # Errors
    ///
    /// If no port is free.
    pub async fn start(server: u16) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let mode = watch::Sender::new(Mode::Pass);
        let network = Network {
            server,
            mode: mode.subscribe(),
            passed: Arc::default(),
        };
        let listening = tokio::spawn(network.listen(listener));
        Ok(Self {
            port,
            mode,
            listening,
        })
    }

    /// The port that it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Changes what the network does, for new connections and for those that are open.
    pub fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

#[derive(Clone, Debug)]
struct Network {
    server: u16,
    mode: watch::Receiver<Mode>,
    /// How many requests or replies have passed since the process began.
    passed: Arc<AtomicU32>,
}

impl Network {
    async fn listen(self, listener: TcpListener) {
        let mut connections = tokio::task::JoinSet::new();
        while let Ok((client, _)) = listener.accept().await {
            connections.spawn(self.clone().relay(client));
            while connections.try_join_next().is_some() {}
        }
    }

    /// Relays a connection until one end closes it, or the network does.
    async fn relay(mut self, mut client: TcpStream) -> io::Result<()> {
        let mut server = TcpStream::connect(("127.0.0.1", self.server)).await?;
        let (mut request, mut reply) = (vec![0; BUFFER], vec![0; BUFFER]);
        loop {
            tokio::select! {
                read = client.read(&mut request) => {
                    let Some(request) = request.get(..read?).filter(|read| !read.is_empty()) else {
                        return Ok(());
                    };
                    if self.mode() == Mode::Silent {
                        return self.silence(&mut client, &mut server).await;
                    }
                    server.write_all(request).await?;
                    if self.mode() == Mode::CutAfterRequest && self.is_due() {
                        return Ok(());
                    }
                }
                read = server.read(&mut reply) => {
                    let Some(reply) = reply.get(..read?).filter(|read| !read.is_empty()) else {
                        return Ok(());
                    };
                    match self.mode() {
                        Mode::Silent => return self.silence(&mut client, &mut server).await,
                        Mode::CutBeforeReply if self.is_due() => return Ok(()),
                        Mode::Delay(time) => sleep(time).await,
                        _ => {}
                    }
                    client.write_all(reply).await?;
                }
            }
        }
    }

    fn mode(&self) -> Mode {
        *self.mode.borrow()
    }

    fn is_due(&self) -> bool {
        let passed = self.passed.fetch_add(1, Ordering::Relaxed);
        passed.is_multiple_of(CUT_EVERY)
    }

    /// Takes everything and passes nothing, until one end gives up.
    async fn silence(&mut self, client: &mut TcpStream, server: &mut TcpStream) -> io::Result<()> {
        tokio::select! {
            () = lose(client) => {}
            () = lose(server) => {}
        }
        // An error: the proxy has ended.
        let _ = self.mode.wait_for(|mode| *mode != Mode::Silent).await;
        Ok(())
    }
}

/// Reads to the end.
async fn lose(stream: &mut TcpStream) {
    let mut lost = vec![0; BUFFER];
    while stream.read(&mut lost).await.is_ok_and(|read| read > 0) {}
}
