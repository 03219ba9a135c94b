use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use bytes::Bytes;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::reply::Reply;

/// How long anything may take before a test gives up. Decides nothing else.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// An axum server on a port of its own, until it is dropped.
#[derive(Debug)]
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    task: JoinHandle<()>,
}

impl Server {
    /// Serves the router.
    pub async fn start(router: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let task = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("a server");
        });
        Self { address, task }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// An HTTP/1.1 client that sends exactly what it is told.
#[derive(Debug)]
pub struct Client {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Client {
    /// A new connection.
    pub async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("a connection");
        stream.set_nodelay(true).expect("a socket option");
        Self {
            stream,
            read: Vec::new(),
        }
    }

    /// Sends these bytes. [`reply`](Self::reply) shows whether the other side still accepts them.
    pub async fn send(&mut self, bytes: &[u8]) {
        let _ = tokio::time::timeout(PATIENCE, self.stream.write_all(bytes)).await;
    }

    /// Sends no more, and goes on reading.
    pub async fn half_close(&mut self) {
        self.stream.shutdown().await.expect("a half-closed socket");
    }

    /// Reads a response; `None` when the connection ends instead.
    pub async fn reply(&mut self) -> Option<Reply> {
        self.reply_to("POST").await
    }

    /// Reads the response to a request with this method. The response to a `HEAD` has no body,
    /// whatever length it announces.
    pub async fn reply_to(&mut self, method: &str) -> Option<Reply> {
        tokio::time::timeout(PATIENCE, self.read_reply(method))
            .await
            .expect("an answer in time")
    }

    async fn read_reply(&mut self, method: &str) -> Option<Reply> {
        let end = loop {
            match find(&self.read, b"\r\n\r\n") {
                Some(end) => break end,
                None => self.more().await?,
            }
        };
        let head: Vec<u8> = self.read.drain(..end + 4).collect();
        let head = String::from_utf8(head).expect("an ASCII head");
        let mut lines = head.trim_end().split("\r\n");
        let status_line = lines.next().expect("a status line");
        let status = status_line.split(' ').nth(1).expect("a status");
        let headers: Vec<(String, String)> = lines
            .map(|line| {
                let (name, value) = line.split_once(':').expect("a header");
                (name.to_ascii_lowercase(), value.trim().to_owned())
            })
            .collect();
        let mut reply = Reply {
            status: status.parse().expect("a status"),
            headers,
            body: Bytes::new(),
        };
        assert_eq!(
            reply.header("transfer-encoding"),
            None,
            "no answer here is chunked"
        );
        let length = match reply.header("content-length") {
            Some(length) if method != "HEAD" => length.parse().expect("a content length"),
            _ => 0,
        };
        while self.read.len() < length {
            self.more().await?;
        }
        reply.body = self.read.drain(..length).collect::<Vec<_>>().into();
        Some(reply)
    }

    /// Whether there is something to read within this time.
    pub async fn is_answered_within(&self, time: Duration) -> bool {
        let readable = tokio::time::timeout(time, self.stream.readable()).await;
        readable.is_ok()
    }

    /// Whether the other side closes the connection without another byte.
    pub async fn is_closed(&mut self) -> bool {
        tokio::time::timeout(PATIENCE, self.more())
            .await
            .is_ok_and(|more| more.is_none())
    }

    /// All that comes until the other side closes.
    pub async fn rest(&mut self) -> Vec<u8> {
        let reading = async { while self.more().await.is_some() {} };
        tokio::time::timeout(PATIENCE, reading)
            .await
            .expect("a closed connection");
        std::mem::take(&mut self.read)
    }

    async fn more(&mut self) -> Option<()> {
        let mut chunk = [0; 4096];
        match self.stream.read(&mut chunk).await {
            Ok(0) | Err(_) => None,
            Ok(n) => {
                self.read.extend_from_slice(&chunk[..n]);
                Some(())
            }
        }
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}
