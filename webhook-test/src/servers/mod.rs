//! The servers that every row is sent to. One more is a file of a few lines, and a line here.

mod actix;
mod axum;
mod core;
mod listen;
mod tower;

use std::net::{SocketAddr, TcpListener};

use tokio::task::JoinHandle;

use crate::app::App;
use crate::case::Protocol;

/// A way to serve an [`App`]: an adapter in a framework, on a socket.
pub trait Server: Send + Sync {
    /// Its name in the report, and in rows that only some servers have.
    fn name(&self) -> &'static str;

    /// The protocols that the server speaks in clear text. Called with one of them, `serve` serves
    /// at least that one.
    fn protocols(&self) -> &'static [Protocol] {
        &[Protocol::H1, Protocol::H2]
    }

    /// Serves from now on, until the task is aborted.
    fn serve(&self, app: App, listener: TcpListener, protocol: Protocol) -> JoinHandle<()>;
}

/// All of them. The first is what the others are compared with.
pub const ALL: &[&dyn Server] = &[&core::Core, &tower::Tower, &axum::Axum, &actix::ActixWeb];

/// A server on a port of its own, until it is dropped.
#[derive(Debug)]
pub struct Serving {
    /// Where it listens.
    pub address: SocketAddr,
    task: JoinHandle<()>,
}

impl Serving {
    /// Starts it.
    pub fn start(server: &dyn Server, app: App, protocol: Protocol) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a socket option");
        let address = listener.local_addr().expect("an address");
        let task = server.serve(app, listener, protocol);
        Self { address, task }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.task.abort();
    }
}
