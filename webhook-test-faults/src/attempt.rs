//! One attempt at a delivery, over HTTP/1.1.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use webhook_axum::{SignedRequest, Signer, providers};

use crate::{Failure, SECRET};

/// How long an answer may take. A receiver that was killed gives none.
const PATIENCE: Duration = Duration::from_secs(10);

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// With this status.
    Answered(u16),
    /// Nothing listened.
    Unreachable,
    /// The connection ended after the request had begun: a receiver died with it in flight.
    Broken,
    /// Nothing came in time.
    TimedOut,
}

impl Outcome {
    /// The status, or zero if there is none.
    pub(crate) fn status(self) -> u16 {
        match self {
            Self::Answered(status) => status,
            Self::Unreachable | Self::Broken | Self::TimedOut => 0,
        }
    }
}

/// What a sender sends with.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    signer: Arc<Signer>,
    patience: Duration,
    path: &'static str,
    padding: usize,
}

/// Connections that are open, by port.
pub(crate) type Connections = BTreeMap<u16, TcpStream>;

impl Client {
    pub(crate) fn new() -> Result<Self, Failure> {
        let signer = Arc::new(Signer::new(providers::STRIPE, SECRET)?);
        Ok(Self {
            signer,
            patience: PATIENCE,
            path: "/",
            padding: 0,
        })
    }

    /// Sends to this path instead of the root.
    pub(crate) fn to(self, path: &'static str) -> Self {
        Self { path, ..self }
    }

    /// Makes bodies so many characters longer.
    pub(crate) fn padded(self, padding: usize) -> Self {
        Self { padding, ..self }
    }

    /// Waits this long for an answer.
    pub(crate) fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// A new attempt at an event.
    pub(crate) fn sign(&self, event: u64) -> SignedRequest {
        self.signer.sign_now(self.body(event))
    }

    /// The body of every attempt at an event. Padding differs from event to event, and whoever
    /// writes it anew writes it differently.
    pub(crate) fn body(&self, event: u64) -> String {
        let id = id(event);
        if self.padding == 0 {
            return format!(r#"{{"id":"{id}","type":"fault"}}"#);
        }
        let mut random = fastrand::Rng::with_seed(event);
        let padding: String = (0..self.padding)
            .map(|_| random.choice(PADDING).unwrap_or_default())
            .collect();
        format!(r#"{{ "id":"{id}","type" :"fault","n":1.50,"é":"\u00e9{padding}" }}"#)
    }

    /// The same, as the bytes of a request.
    pub(crate) fn request(&self, event: u64) -> Vec<u8> {
        let signed = self.sign(event);
        let mut request = format!("POST {} HTTP/1.1\r\nhost: localhost\r\n", self.path);
        for (name, value) in &signed.headers {
            request += &format!("{name}: {value}\r\n");
        }
        request += &format!("content-length: {}\r\n\r\n", signed.body.len());
        let mut request = request.into_bytes();
        request.extend_from_slice(&signed.body);
        request
    }

    /// Sends an event over a connection of its own.
    pub(crate) async fn send(&self, port: u16, event: u64) -> Outcome {
        self.send_over(&mut Connections::new(), port, event).await
    }

    /// Sends an event over a connection that is open, or else over a new one.
    pub(crate) async fn send_over(&self, open: &mut Connections, port: u16, event: u64) -> Outcome {
        let mut stream = match open.remove(&port) {
            Some(stream) => stream,
            None => match TcpStream::connect(("127.0.0.1", port)).await {
                Ok(stream) => stream,
                Err(_) => return Outcome::Unreachable,
            },
        };
        let request = self.request(event);
        let answered = timeout(self.patience, async {
            stream.write_all(&request).await?;
            answer(&mut stream).await
        });
        match answered.await {
            Ok(Ok((status, is_kept))) => {
                if is_kept {
                    open.insert(port, stream);
                }
                Outcome::Answered(status)
            }
            Ok(Err(_)) => Outcome::Broken,
            Err(_) => Outcome::TimedOut,
        }
    }
}

/// What a padding is made of: any text of JSON that needs no escape.
const PADDING: [char; 8] = ['a', 'Z', '0', ' ', '/', 'ß', '€', '🦀'];

/// The id of an event.
pub(crate) fn id(event: u64) -> String {
    format!("evt_{event}")
}

/// The status of an answer, and whether the connection can be used again.
async fn answer(stream: &mut TcpStream) -> Result<(u16, bool), Failure> {
    let mut read = Vec::new();
    let end = loop {
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut read).await? == 0 {
            return Err("the connection ended".into());
        }
    };
    let head = read.get(..end).ok_or("no head")?;
    let head = std::str::from_utf8(head)?.to_ascii_lowercase();
    let status = head.get(9..12).ok_or("no status")?.parse()?;
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.map_or(Ok(0), str::parse)?;
    while read.len() < end + length {
        if stream.read_buf(&mut read).await? == 0 {
            return Err("the connection ended".into());
        }
    }
    Ok((status, !head.contains("connection: close")))
}
