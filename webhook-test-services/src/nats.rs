//! NATS with JetStream.

use crate::guard::{Folder, Guard};
use crate::missing::skip_on_demand;
use crate::{port, programs};

/// A NATS server with JetStream. Tests with it are on demand: it is never required.
#[derive(Debug)]
pub struct Nats {
    // It ends before its folder is removed: fields are dropped in this order.
    guard: Option<Guard>,
    line: Vec<String>,
    port: u16,
    folder: Folder,
}

impl Nats {
    /// A private server. It syncs each message to the disk.
    ///
    /// `None`: it is not installed, and a line on standard error says so.
    ///
    /// # Panics
    ///
    /// If it does not start.
    #[must_use]
    pub fn start() -> Option<Self> {
        Self::start_with(&[])
    }

    /// The same with these options too, such as `--user` and `--pass`.
    ///
    /// # Panics
    ///
    /// If it does not start.
    #[must_use]
    pub fn start_with(more: &[&str]) -> Option<Self> {
        let Some(server) = programs::find("nats-server", &["/usr/sbin".into()]) else {
            return skip_on_demand("NATS", "the program nats-server is not in PATH");
        };
        let folder = Folder::new("nats", None);
        let port = port::free_port();
        let (port_text, dir) = (port.to_string(), folder.path().display().to_string());
        let options = ["-a", "127.0.0.1", "-p", &port_text, "-js", "-sd", &dir];
        let mut line = vec![server.display().to_string()];
        line.extend(options.iter().chain(more).map(|&part| part.to_owned()));
        let mut nats = Self {
            guard: None,
            line,
            port,
            folder,
        };
        nats.restart();
        Some(nats)
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Kills the server. [`restart`](Self::restart) starts it again.
    pub fn kill(&mut self) {
        self.guard = None;
    }

    /// Kills the server and starts it again, with its streams.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub fn restart(&mut self) {
        self.guard = None;
        let guard = Guard::run(&self.folder, "KILL", &self.line);
        // It speaks first.
        let is_ready = port::wait(self.port, b"", b"INFO", || guard.is_running());
        assert!(is_ready, "NATS does not start:\n{}", self.folder.log());
        self.guard = Some(guard);
    }
}
