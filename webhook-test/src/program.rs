//! A program that is started, killed and started again.

use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::socket::{Client, PATIENCE};
use crate::{Reply, Sent};

/// A server in a process of its own, with all that it has said. It is killed when it is dropped.
#[derive(Debug)]
pub struct Program {
    child: Child,
    said: Said,
    address: SocketAddr,
}

/// The lines of both streams, in the order in which they came.
#[derive(Clone, Debug)]
struct Said {
    lines: Arc<Mutex<Vec<String>>>,
    heard: Arc<watch::Sender<usize>>,
}

impl Program {
    /// Starts it, and waits until it says where it listens: `listening on http://<address>`.
    pub async fn start<A: AsRef<std::ffi::OsStr>>(
        program: &str,
        arguments: impl IntoIterator<Item = A>,
    ) -> Self {
        let mut command = Command::new(program);
        command.args(arguments).kill_on_drop(true);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("a program that starts");
        let said = Said::new();
        said.listen(child.stdout.take().expect("a pipe"));
        said.listen(child.stderr.take().expect("a pipe"));
        let line = said.line("listening on http://").await;
        let (_, address) = line.rsplit_once("http://").expect("an address");
        let address = address.trim().parse().expect("an address");
        Self {
            child,
            said,
            address,
        }
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Kills it, as `kill -9` does, and waits until it is gone.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("a process to kill");
    }

    /// The first line that has this text, once it is there.
    pub async fn line(&self, text: &str) -> String {
        self.said.line(text).await
    }

    /// Everything that it has said so far.
    pub fn said(&self) -> String {
        self.said.lock().join("\n")
    }

    /// Sends a request over a connection of its own.
    pub async fn send(&self, request: impl Into<Sent>) -> Reply {
        Self::ask(self.address, request).await
    }

    /// Sends a request to another address of it.
    pub async fn ask(address: SocketAddr, request: impl Into<Sent>) -> Reply {
        let mut client = Client::connect(address).await;
        let request = request.into();
        client.send(&request.wire()).await;
        let reply = client.reply_to(&request.method).await;
        reply.unwrap_or_else(|| panic!("no answer to {} {}", request.method, request.target))
    }

    /// Sends a `GET`, and again until its answer is as it should be.
    pub async fn get_until(&self, path: &str, is_right: impl Fn(&Reply) -> bool) -> Reply {
        self.ask_until(self.address, path, is_right).await
    }

    /// The same at another address of it.
    pub async fn ask_until(
        &self,
        address: SocketAddr,
        path: &str,
        is_right: impl Fn(&Reply) -> bool,
    ) -> Reply {
        let mut last = None;
        let asking = async {
            loop {
                let reply = Self::ask(address, Sent::get(path)).await;
                if is_right(&reply) {
                    return reply;
                }
                last = Some(reply);
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let found = timeout(PATIENCE, asking).await;
        found.unwrap_or_else(|_| panic!("{path}: {last:?}\n{}", self.said()))
    }
}

impl Said {
    fn new() -> Self {
        Self {
            lines: Arc::default(),
            heard: Arc::new(watch::Sender::new(0)),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn listen(&self, stream: impl AsyncRead + Send + Unpin + 'static) {
        let said = self.clone();
        tokio::spawn(async move {
            let mut lines = BufReader::new(stream).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                said.lock().push(line);
                said.heard.send_modify(|count| *count += 1);
            }
        });
    }

    async fn line(&self, text: &str) -> String {
        let mut heard = self.heard.subscribe();
        let waiting = async {
            loop {
                let found = self.lock().iter().find(|line| line.contains(text)).cloned();
                if let Some(line) = found {
                    return line;
                }
                heard.changed().await.expect("a sender that is kept");
            }
        };
        let line = timeout(PATIENCE, waiting).await;
        line.unwrap_or_else(|_| panic!("no line with {text:?}:\n{}", self.lock().join("\n")))
    }
}
