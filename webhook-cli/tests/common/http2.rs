//! HTTP/2 frame by frame, so that a test can send what no client library sends.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;

use super::{Request, Server};

pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const SETTINGS: u8 = 4;
pub(crate) const PING: u8 = 6;
pub(crate) const GOAWAY: u8 = 7;

pub(crate) const END_STREAM: u8 = 1;
pub(crate) const ACK: u8 = 1;
const END_HEADERS: u8 = 4;

pub(crate) const INITIAL_WINDOW_SIZE: u16 = 4;

#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) kind: u8,
    pub(crate) flags: u8,
    pub(crate) stream: u32,
    pub(crate) payload: Vec<u8>,
}

/// A client that has sent its preface and its settings.
pub(crate) struct Client(pub(crate) TcpStream);

impl Client {
    pub(crate) fn connect(server: &Server, settings: &[(u16, u32)]) -> Self {
        let mut stream = server.connect();
        stream
            .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
            .unwrap();
        let mut payload = Vec::new();
        for (name, value) in settings {
            payload.extend(name.to_be_bytes());
            payload.extend(value.to_be_bytes());
        }
        let mut client = Self(stream);
        client.send(SETTINGS, 0, 0, &payload).unwrap();
        client
    }

    pub(crate) fn send(
        &mut self,
        kind: u8,
        flags: u8,
        stream: u32,
        payload: &[u8],
    ) -> io::Result<()> {
        self.0.write_all(&frame(kind, flags, stream, payload))
    }

    /// Sends a request whose body fits into a frame.
    pub(crate) fn request(&mut self, stream: u32, request: &Request) -> io::Result<()> {
        self.head(stream, request)?;
        self.send(DATA, END_STREAM, stream, &request.body)
    }

    /// Sends the head of a request. A body can follow.
    pub(crate) fn head(&mut self, stream: u32, request: &Request) -> io::Result<()> {
        let mut block = Vec::new();
        let pseudo = [
            (":method", request.method.as_str()),
            (":scheme", "http"),
            (":authority", "localhost"),
            (":path", request.path.as_str()),
        ];
        let headers = request.headers.iter();
        let headers = headers.map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in pseudo.into_iter().chain(headers) {
            // RFC 7541 §6.2.2: a literal that is not indexed, with a new name.
            block.push(0);
            for text in [name.to_ascii_lowercase(), value.to_owned()] {
                block.push(u8::try_from(text.len()).unwrap());
                assert!(text.len() < 127);
                block.extend(text.bytes());
            }
        }
        self.send(HEADERS, END_HEADERS, stream, &block)
    }

    /// The next frame, or `None` if the server has ended the connection.
    pub(crate) fn read(&mut self) -> Option<Frame> {
        let mut head = [0; 9];
        self.0.read_exact(&mut head).ok()?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        self.0.read_exact(&mut payload).ok()?;
        Some(Frame {
            kind: head[3],
            flags: head[4],
            stream: u32::from_be_bytes([head[5], head[6], head[7], head[8]]),
            payload,
        })
    }

    /// The next frame of this kind that is not an acknowledgement.
    pub(crate) fn read_kind(&mut self, kind: u8) -> Option<Frame> {
        loop {
            let frame = self.read()?;
            if frame.kind == kind && (frame.flags & ACK == 0 || kind <= HEADERS) {
                return Some(frame);
            }
        }
    }
}

pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}
