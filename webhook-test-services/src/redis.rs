//! Redis.

use std::sync::OnceLock;

use crate::guard::{Folder, Guard};
use crate::missing::skip;
use crate::{port, programs};

/// A Redis server.
#[derive(Debug)]
pub struct Redis {
    url: String,
    private: Option<Private>,
}

#[derive(Debug)]
struct Private {
    // It ends before its folder is removed: fields are dropped in this order.
    guard: Option<Guard>,
    line: Vec<String>,
    port: u16,
    folder: Folder,
}

impl Redis {
    /// The server that all tests of this process share: that of `REDIS_URL`, or a private one.
    ///
    /// `None`: there is none, and a line on standard error says so.
    ///
    /// # Panics
    ///
    /// If there is none with `WEBHOOK_TEST_REQUIRE_SERVICES=1`, or if the private server does not
    /// start.
    pub fn find() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Redis>> = OnceLock::new();
        let find = || match std::env::var("REDIS_URL") {
            Ok(url) => Some(Self { url, private: None }),
            Err(_) => Self::start(&[]),
        };
        SHARED.get_or_init(find).as_ref()
    }

    /// A private server with these options, such as `["--appendonly", "yes"]`.
    ///
    /// Nothing is saved on disk unless an option says so.
    ///
    /// `None`: it is not installed, and a line on standard error says so.
    ///
    /// # Panics
    ///
    /// If it is not installed with `WEBHOOK_TEST_REQUIRE_SERVICES=1`, or if it does not start.
    #[must_use]
    pub fn start(options: &[&str]) -> Option<Self> {
        let Some(server) = programs::find("redis-server", &[]) else {
            let why = "neither is REDIS_URL set nor is the program redis-server in PATH";
            return skip("Redis", why);
        };
        let folder = Folder::new("redis", None);
        let port = port::free_port();
        let (port_text, dir) = (port.to_string(), folder.path().display().to_string());
        let fixed = ["--bind", "127.0.0.1", "--port", &port_text, "--dir", &dir];
        let unless_told = ["--save", ""];
        let options = fixed.iter().chain(&unless_told).chain(options);
        let mut line = vec![server.display().to_string()];
        line.extend(options.map(|option| (*option).to_owned()));

        let mut private = Private {
            guard: None,
            line,
            port,
            folder,
        };
        private.start();
        Some(Self {
            url: format!("redis://127.0.0.1:{port}"),
            private: Some(private),
        })
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The port of a private server.
    ///
    /// # Panics
    ///
    /// If it is not private.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.private().port
    }

    /// Kills the server, as a crash of its machine does. [`restart`](Self::restart) starts it again.
    ///
    /// # Panics
    ///
    /// If it is not private.
    pub fn kill(&mut self) {
        self.private_mut().guard = None;
    }

    /// Kills the server and starts it again. What it has saved in its folder is read again.
    ///
    /// # Panics
    ///
    /// If it is not private, or if it does not start.
    pub fn restart(&mut self) {
        let private = self.private_mut();
        private.guard = None;
        private.start();
    }

    /// Stops the server for a while: connections stay open, and nothing answers.
    ///
    /// # Panics
    ///
    /// If it is not private.
    pub fn pause(&self) {
        self.guard().signal_all("STOP");
    }

    /// Continues after [`pause`](Self::pause).
    ///
    /// # Panics
    ///
    /// If it is not private.
    pub fn resume(&self) {
        self.guard().continue_all();
    }

    fn guard(&self) -> &Guard {
        let guard = self.private().guard.as_ref();
        guard.expect("the server runs")
    }

    fn private(&self) -> &Private {
        let private = self.private.as_ref();
        private.expect("only a server of `Redis::start` is controlled by a test")
    }

    fn private_mut(&mut self) -> &mut Private {
        let private = self.private.as_mut();
        private.expect("only a server of `Redis::start` is controlled by a test")
    }
}

impl Private {
    fn start(&mut self) {
        let guard = Guard::run(&self.folder, "KILL", &self.line);
        let is_ready = port::wait(self.port, b"PING\r\n", b"+PONG", || guard.is_running());
        assert!(is_ready, "Redis does not start:\n{}", self.folder.log());
        self.guard = Some(guard);
    }
}
