//! PostgreSQL.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::guard::{Folder, Guard};
use crate::missing::skip;
use crate::{port, programs};

/// A PostgreSQL server, and its database `postgres`.
#[derive(Debug)]
pub struct Postgres {
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

impl Postgres {
    /// The server that all tests of this process share: that of `DATABASE_URL`, or a private one.
    ///
    /// The user of `DATABASE_URL` must be a superuser: tests terminate connections.
    ///
    /// `None`: there is none, and a line on standard error says so.
    ///
    /// # Panics
    ///
    /// If there is none with `WEBHOOK_TEST_REQUIRE_SERVICES=1`, or if the private server does not
    /// start.
    pub fn find() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Postgres>> = OnceLock::new();
        let find = || match std::env::var("DATABASE_URL") {
            Ok(url) => Some(Self { url, private: None }),
            Err(_) => Self::start(&[]),
        };
        SHARED.get_or_init(find).as_ref()
    }

    /// A private server with these settings, such as `fsync=off`.
    ///
    /// `None`: it is not installed, and a line on standard error says so.
    ///
    /// # Panics
    ///
    /// If it is not installed with `WEBHOOK_TEST_REQUIRE_SERVICES=1`, or if it does not start.
    #[must_use]
    pub fn start(settings: &[&str]) -> Option<Self> {
        let (Some(initdb), Some(server)) = (program("initdb"), program("postgres")) else {
            let why = "neither is DATABASE_URL set nor are the programs initdb and postgres \
                       installed, in PATH or /usr/lib/postgresql/*/bin";
            return skip("PostgreSQL", why);
        };
        let user = programs::unprivileged_user();
        let folder = Folder::new("postgres", user);
        let data = folder.path().join("data");
        copy(&cluster(user, &initdb), &data);

        let port = port::free_port();
        let mut line = programs::as_user(user, &server);
        line.extend(["-D".to_owned(), data.display().to_string()]);
        let fixed = [
            &format!("port={port}"),
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
        ];
        for setting in fixed.iter().chain(settings) {
            line.extend(["-c".to_owned(), (*setting).to_owned()]);
        }
        let mut private = Private {
            guard: None,
            line,
            port,
            folder,
        };
        private.start();
        Some(Self {
            url: format!("postgres://postgres@127.0.0.1:{port}/postgres"),
            private: Some(private),
        })
    }

    /// The URL of its database.
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

    /// Stops the server and starts it again as a standby, which accepts no writes.
    ///
    /// # Panics
    ///
    /// If it is not private, or if it does not start.
    pub fn restart_as_standby(&mut self) {
        let private = self.private_mut();
        let marker = private.folder.path().join("data/standby.signal");
        private.guard = None;
        std::fs::write(marker, "").expect("the folder of the server is writable");
        private.start();
    }

    /// Stops the server at once, as a crash does, and starts it again.
    ///
    /// # Panics
    ///
    /// If it is not private, or if it does not start.
    pub fn restart(&mut self) {
        let private = self.private_mut();
        private.guard = None;
        private.start();
    }

    /// Stops all processes of the server for a while: connections stay open, and nothing answers.
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
        private.expect("only a server of `Postgres::start` is controlled by a test")
    }

    fn private_mut(&mut self) -> &mut Private {
        let private = self.private.as_mut();
        private.expect("only a server of `Postgres::start` is controlled by a test")
    }
}

impl Private {
    fn start(&mut self) {
        // An immediate shutdown: nothing of the data is needed by anybody later.
        let guard = Guard::run(&self.folder, "QUIT", &self.line);
        let is_ready = port::wait(self.port, &startup(), b"R", || guard.is_running());
        assert!(
            is_ready,
            "PostgreSQL does not start:\n{}",
            self.folder.log()
        );
        self.guard = Some(guard);
    }
}

fn program(name: &str) -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql");
    let versions = versions.into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = versions.map(|entry| entry.path().join("bin")).collect();
    folders.sort();
    folders.reverse();
    programs::find(name, &folders)
}

/// The data of a new server. `initdb` takes seconds, so a process runs it once.
fn cluster(user: Option<&str>, initdb: &Path) -> PathBuf {
    static CLUSTER: OnceLock<Folder> = OnceLock::new();
    let make = || {
        let folder = Folder::new("postgres-cluster", user);
        let mut line = programs::as_user(user, initdb);
        let options = ["--username=postgres", "--auth=trust", "--encoding=UTF8"];
        line.extend(options.map(str::to_owned));
        line.extend(["--no-locale", "--no-sync", "-D"].map(str::to_owned));
        line.push(folder.path().join("data").display().to_string());
        programs::run(&line);
        folder
    };
    CLUSTER.get_or_init(make).path().join("data")
}

/// Copies a folder with its owners and rights.
fn copy(from: &Path, to: &Path) {
    let [from, to] = [from, to].map(|path| path.display().to_string());
    programs::run(&["cp".to_owned(), "-a".to_owned(), from, to]);
}

/// The first message of a client. A server that is ready answers `R`.
pub(crate) fn startup() -> Vec<u8> {
    let parameters = b"\0\x03\0\0user\0postgres\0database\0postgres\0\0";
    let length = u32::try_from(parameters.len() + 4).expect("it is short");
    [&length.to_be_bytes()[..], parameters].concat()
}
