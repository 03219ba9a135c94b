//! A disk that is full while deliveries arrive. A limit on the size of files stands for it.

#![cfg(target_os = "linux")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command};
use std::time::Duration;

use rusqlite::Connection;
use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};
use webhook_axum::inbox::KeyRing;
use webhook_axum::{Signer, providers};

use crate::common::Database;

/// The secret of receivers.
const SECRET: &str = "whsec_storm_0123456789abcdef";
/// A body that takes a page of its own.
const BODY: usize = 8192;

struct Receiver {
    child: Child,
    port: u16,
}

impl Receiver {
    fn start(database: &Database) -> Self {
        let port = webhook_test_services::free_port();
        let keys = database.file().with_file_name("keys");
        std::fs::write(&keys, KeyRing::fresh_entry("1").unwrap()).unwrap();
        let mut shell = Command::new("sh");
        // The signal is ignored, so the write fails.
        shell.args([
            "-c",
            "trap '' XFSZ; exec \"$0\" \"$@\"",
            env!("CARGO_BIN_EXE_faults"),
        ]);
        shell
            .args(["work", "--inbox", &database.store(), "--keys"])
            .arg(keys);
        shell.args(["--port", &port.to_string(), "--lease", "1", "--takes", "0"]);
        shell.args(["--fails", "0", "--seed", "1"]);
        let child = shell.spawn().unwrap();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::sleep(Duration::from_millis(10));
        }
        Self { child, port }
    }

    /// Lets no file of the receiver grow beyond this.
    fn limit(&self, bytes: Option<u64>) {
        let pid = Pid::from_raw(self.child.id().try_into().unwrap());
        let maximum = getrlimit(Resource::Fsize).maximum;
        let limit = Rlimit {
            current: bytes.or(maximum),
            maximum,
        };
        prlimit(pid, Resource::Fsize, limit).unwrap();
    }

    /// The status of the answer to a delivery of this event.
    fn deliver(&self, event: u32) -> u16 {
        let signer = Signer::new(providers::STRIPE, SECRET).unwrap();
        let padding = "x".repeat(BODY);
        let body = format!(r#"{{"id":"evt_{event}","type":"a","padding":"{padding}"}}"#);
        let signed = signer.sign_now(body);
        let mut request = "POST /hooks/gateway HTTP/1.1\r\nhost: localhost\r\n".to_owned();
        for (name, value) in &signed.headers {
            request += &format!("{name}: {value}\r\n");
        }
        request += &format!(
            "connection: close\r\ncontent-length: {}\r\n\r\n",
            signed.body.len()
        );
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        stream.write_all(&signed.body).unwrap();
        let mut answer = BufReader::new(stream);
        let mut line = String::new();
        answer.read_line(&mut line).unwrap();
        answer.read_to_end(&mut Vec::new()).unwrap();
        line[9..12].parse().unwrap()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// How many rows each of the tables has.
fn rows(database: &Database) -> [u32; 3] {
    let db = Connection::open(database.file()).unwrap();
    db.busy_timeout(Duration::from_secs(10)).unwrap();
    ["webhook_key", "webhook_delivery", "webhook_body"].map(|table| {
        let count = format!("select count(*) from {table}");
        db.query_row(&count, [], |row| row.get(0)).unwrap()
    })
}

fn not_done(database: &Database) -> u32 {
    let db = Connection::open(database.file()).unwrap();
    db.busy_timeout(Duration::from_secs(10)).unwrap();
    let open = "select count(*) from webhook_delivery where state <> 2";
    db.query_row(open, [], |row| row.get(0)).unwrap()
}

#[test]
fn a_full_disk_is_answered_503_and_nothing_is_half_stored_and_all_of_it_recovers() {
    let database = Database::new();
    let path = database.file();
    drop(webhook_sqlite::SqliteStore::open(&path).unwrap());
    Connection::open(&path)
        .unwrap()
        .execute_batch("create table effect (event text not null)")
        .unwrap();
    let receiver = Receiver::start(&database);
    let mut accepted = 0;
    for _ in 0..10 {
        assert_eq!(receiver.deliver(accepted), 200);
        accepted += 1;
    }
    receiver.limit(Some(512 * 1024));
    let refused = loop {
        match receiver.deliver(accepted) {
            200 => accepted += 1,
            status => break status,
        }
        assert!(accepted < 1000, "the disk is never full");
    };
    assert_eq!(refused, 503);
    // It stays so, for new ones and for the copy of the one that was refused.
    for event in [accepted, accepted, accepted + 1] {
        assert_eq!(receiver.deliver(event), 503);
    }
    assert_eq!(rows(&database), [accepted; 3]);
    // Copies of what is stored need no room.
    receiver.limit(None);
    for event in 0..accepted + 5 {
        assert_eq!(receiver.deliver(event), 200, "{event}");
    }
    assert_eq!(rows(&database), [accepted + 5; 3]);
    for _ in 0..3000 {
        if not_done(&database) == 0 {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(not_done(&database), 0);
    let db = Connection::open(database.file()).unwrap();
    let once = "select count(*), count(distinct event) from effect";
    let effects: [u32; 2] = db
        .query_row(once, [], |row| Ok([row.get(0)?, row.get(1)?]))
        .unwrap();
    assert_eq!(effects, [accepted + 5; 2]);
}
