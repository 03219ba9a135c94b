//! PgBouncer in front of a PostgreSQL server.

use crate::guard::{Folder, Guard};
use crate::missing::skip;
use crate::{Postgres, port, programs};

/// A PgBouncer in transaction mode: each transaction may run on another connection of the server.
#[derive(Debug)]
pub struct PgBouncer {
    url: String,
    // It ends before its folder is removed: fields are dropped in this order.
    _guard: Guard,
    _folder: Folder,
}

impl PgBouncer {
    /// A PgBouncer with this many connections to a private server.
    ///
    /// `None`: it is not installed, and a line on standard error says so.
    ///
    /// # Panics
    ///
    /// If it is not installed with `WEBHOOK_TEST_REQUIRE_SERVICES=1`, if it does not start, or if
    /// the server is not private.
    #[must_use]
    pub fn start(server: &Postgres, connections: u32) -> Option<Self> {
        let Some(program) = programs::find("pgbouncer", &["/usr/sbin".into()]) else {
            let why = "the program pgbouncer is neither in PATH nor in /usr/sbin";
            return skip("PgBouncer", why);
        };
        let user = programs::unprivileged_user();
        let folder = Folder::new("pgbouncer", user);
        let (port, server) = (port::free_port(), server.port());
        let settings = format!(
            "[databases]\n\
             postgres = host=127.0.0.1 port={server} user=postgres pool_size={connections}\n\
             [pgbouncer]\n\
             listen_addr = 127.0.0.1\n\
             listen_port = {port}\n\
             unix_socket_dir =\n\
             auth_type = any\n\
             pool_mode = transaction\n\
             server_round_robin = 1\n"
        );
        let file = folder.path().join("settings");
        std::fs::write(&file, settings).expect("the folder is writable");

        let mut line = programs::as_user(user, &program);
        line.push(file.display().to_string());
        let guard = Guard::run(&folder, "KILL", &line);
        let is_ready = port::wait(port, &crate::postgres::startup(), b"R", || {
            guard.is_running()
        });
        assert!(is_ready, "PgBouncer does not start:\n{}", folder.log());
        Some(Self {
            url: format!("postgres://postgres@127.0.0.1:{port}/postgres"),
            _guard: guard,
            _folder: folder,
        })
    }

    /// The URL of the database through PgBouncer.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}
