//! A client for both protocols that sends a request in any pieces and misbehaves on demand.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http_body::Frame;
use http_body_util::StreamBody;
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use crate::case::{Protocol, Wire};
use crate::{Client, PATIENCE, Reply, Sent};

type Frames = stream::BoxStream<'static, Result<Frame<Bytes>, Infallible>>;

/// An open connection.
pub(super) enum Connection {
    H1(Client),
    H2(H2),
}

/// Closed when it is dropped.
pub(super) struct H2 {
    address: SocketAddr,
    sender: SendRequest<StreamBody<Frames>>,
    driver: Abort<()>,
}

/// A request whose answer nobody has read yet.
pub(super) struct Pending {
    method: String,
    how: How,
}

enum How {
    H1(Client),
    H2(H2, Abort<Option<Reply>>),
}

struct Abort<T>(JoinHandle<T>);

impl<T> Drop for Abort<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Connection {
    pub(super) async fn open(address: SocketAddr, protocol: Protocol) -> Self {
        match protocol {
            Protocol::H1 => Self::H1(Client::connect(address).await),
            Protocol::H2 => {
                let stream = TcpStream::connect(address).await.expect("a connection");
                stream.set_nodelay(true).expect("a socket option");
                let connected = handshake(TokioExecutor::new(), TokioIo::new(stream)).await;
                let (sender, connection) = connected.expect("a handshake");
                let driving = async move {
                    let _ = connection.await;
                };
                Self::H2(H2 {
                    address,
                    sender,
                    driver: Abort(tokio::spawn(driving)),
                })
            }
        }
    }

    pub(super) async fn send(self, sent: &Sent, wire: &Wire) -> Pending {
        let method = sent.method.clone();
        let how = match self {
            Self::H1(mut client) => {
                send_h1(&mut client, sent, wire).await;
                How::H1(client)
            }
            Self::H2(mut h2) => {
                let answer = send_h2(&mut h2, sent, wire);
                How::H2(h2, answer)
            }
        };
        Pending { method, how }
    }
}

impl Pending {
    /// The answer, and the connection, if it goes on.
    pub(super) async fn reply(self) -> (Option<Reply>, Option<Connection>) {
        match self.how {
            How::H1(mut client) => {
                let mut reply = client.reply_to(&self.method).await;
                // `100 Continue` is none.
                while reply.as_ref().is_some_and(|reply| reply.status < 200) {
                    reply = client.reply_to(&self.method).await;
                }
                let alive = reply.is_some();
                (reply, alive.then_some(Connection::H1(client)))
            }
            How::H2(h2, mut answer) => {
                let reply = tokio::time::timeout(PATIENCE, &mut answer.0).await;
                let reply = reply.expect("an answer in time").expect("a task");
                let alive = !h2.driver.0.is_finished();
                (reply, alive.then_some(Connection::H2(h2)))
            }
        }
    }

    pub(super) async fn half_close(&mut self) {
        match &mut self.how {
            How::H1(client) => client.half_close().await,
            How::H2(..) => panic!("HTTP/2 knows no half-closed connection"),
        }
    }

    /// Gives the answer up, and keeps the connection.
    pub(super) fn reset(self) -> Connection {
        match self.how {
            How::H1(_) => panic!("HTTP/1.1 knows no reset"),
            How::H2(h2, answer) => {
                drop(answer);
                Connection::H2(h2)
            }
        }
    }
}

async fn send_h1(client: &mut Client, sent: &Sent, wire: &Wire) {
    if let Some(framing) = &wire.framing {
        let tail = wire.tail.as_ref().map(crate::case::Text::bytes);
        let tail = tail.unwrap_or_else(|| sent.body.to_vec());
        client.send(&[sent.head(framing), tail].concat()).await;
    } else if let Some(size) = wire.chunks {
        client.send(&sent.chunked(size)).await;
    } else if let Some(length) = wire.announce {
        let head = sent.head(&format!("content-length: {length}\r\n"));
        client.send(&[&head[..], &sent.body].concat()).await;
    } else if let Some(pause) = wire.drip_ms {
        let head = sent.head(&format!("content-length: {}\r\n", sent.body.len()));
        client.send(&head).await;
        for byte in &sent.body {
            client.send(&[*byte]).await;
            if client
                .is_answered_within(Duration::from_millis(pause))
                .await
            {
                break;
            }
        }
    } else {
        client.send(&sent.wire()).await;
    }
}

/// Never in a `Host`: it is in `:authority`.
fn send_h2(h2: &mut H2, sent: &Sent, wire: &Wire) -> Abort<Option<Reply>> {
    let mut absolute = sent.clone();
    absolute.target = format!("http://{}{}", h2.address, sent.target);
    let announced = wire.announce.or_else(|| {
        let in_pieces = wire.chunks.is_some() || wire.framing.is_some();
        let length = u64::try_from(sent.body.len()).expect("64 bits");
        (!in_pieces && length > 0).then_some(length)
    });
    if let Some(length) = announced {
        let header = ("content-length".to_owned(), length.to_string().into_bytes());
        let named = |(name, _): &(String, _)| name.eq_ignore_ascii_case("content-length");
        if !absolute.headers.iter().any(named) {
            absolute.headers.push(header);
        }
    }
    let request = absolute.request_with(StreamBody::new(frames(sent, wire)));
    let request = request.expect("a row that HTTP/2 has words for, or `only: h1`");
    let answer = h2.sender.send_request(request);
    Abort(tokio::spawn(async move {
        Reply::from_response(answer.await.ok()?).await.ok()
    }))
}

fn frames(sent: &Sent, wire: &Wire) -> Frames {
    let body = sent.body.clone();
    let length = u64::try_from(body.len()).expect("64 bits");
    let size = match (wire.chunks, wire.drip_ms) {
        (Some(size), _) => size,
        (None, Some(_)) => 1,
        (None, None) => body.len().max(1),
    };
    let pause = wire.drip_ms.map(Duration::from_millis);
    let pieces: Vec<_> = body
        .chunks(size)
        .map(|piece| body.slice_ref(piece))
        .collect();
    let pieces = stream::iter(pieces).then(move |piece| async move {
        if let Some(pause) = pause {
            tokio::time::sleep(pause).await;
        }
        Ok(Frame::data(piece))
    });
    if wire.announce.is_some_and(|announced| announced != length) {
        pieces.chain(stream::pending()).boxed()
    } else {
        pieces.boxed()
    }
}
