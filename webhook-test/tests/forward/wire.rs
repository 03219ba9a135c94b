//! HTTP/1 messages as they are on the wire.

use std::fmt::Write as _;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use webhook_core::SignedRequest;

/// A request or a response.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    /// The first line.
    pub(crate) start: String,
    /// With names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Message {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let found = self.headers.iter().filter(move |(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn status(&self) -> u16 {
        let status = self.start.split(' ').nth(1);
        status.unwrap().parse().unwrap()
    }
}

/// Reads a message whose body has a length. `None` if the peer has closed.
pub(crate) async fn read(stream: &mut TcpStream) -> Option<Message> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut lines = head.lines();
    let start = lines.next().unwrap_or_default().to_owned();
    let headers = lines.filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_ascii_lowercase(), value.trim().to_owned()))
    });
    let mut message = Message {
        start,
        headers: headers.collect(),
        body: Vec::new(),
    };
    let length = message
        .header("content-length")
        .map_or(0, |text| text.parse().unwrap());
    message.body.resize(length, 0);
    stream.read_exact(&mut message.body).await.ok()?;
    Some(message)
}

/// Begins a delivery, with further headers.
pub(crate) async fn begin(
    address: SocketAddr,
    path: &str,
    delivery: &SignedRequest,
    headers: &[(String, String)],
) -> TcpStream {
    let query = delivery.path_and_query.split_once('?');
    let query = query.map_or(String::new(), |(_, query)| format!("?{query}"));
    let mut head = format!(
        "{} {path}{query} HTTP/1.1\r\nhost: gateway\r\n",
        delivery.method
    );
    for (name, value) in delivery.headers.iter().chain(headers) {
        write!(head, "{name}: {value}\r\n").unwrap();
    }
    write!(head, "content-length: {}\r\n\r\n", delivery.body.len()).unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&delivery.body).await.unwrap();
    stream
}

/// Sends a delivery, and reads the answer.
pub(crate) async fn send(
    address: SocketAddr,
    path: &str,
    delivery: &SignedRequest,
    headers: &[(String, String)],
) -> Message {
    let mut stream = begin(address, path, delivery, headers).await;
    read(&mut stream).await.expect("an answer")
}
