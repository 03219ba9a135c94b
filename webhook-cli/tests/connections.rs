//! The limits on what one client can use: connections, threads and memory.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};

use common::http2::{
    ACK, Client, DATA, GOAWAY, HEADERS, INITIAL_WINDOW_SIZE, PING, SETTINGS, frame,
};
use common::{Request, Server, github, read_answer};

const SECRET: &str = "github-0123456789abcdef";

fn config(server: &str) -> String {
    format!(
        r#"{{"_server": {{{server}}}, "github": {{"provider": "github", "secret": "{SECRET}"}}}}"#
    )
}

/// Reads until the server ends the connection. Fails at the client's own timeout of 20 s.
fn is_ended(stream: &mut TcpStream) {
    let mut bytes = [0; 4096];
    loop {
        match stream.read(&mut bytes) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) => {
                let waited = [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&error.kind());
                assert!(!waited, "the connection is still open");
                return;
            }
        }
    }
}

#[test]
fn a_delivery_over_http_2_is_taken_and_its_connection_says_how_much_it_takes() {
    let server = Server::start(&config(""));
    let mut client = Client::connect(&server, &[]);
    let settings = client.read_kind(SETTINGS).unwrap().payload;
    let setting = |name: u16| {
        let name = name.to_be_bytes();
        let found = settings.chunks(6).find(|setting| setting[..2] == name);
        found.map(|setting| u32::from_be_bytes(setting[2..].try_into().unwrap()))
    };
    assert_eq!(setting(3), Some(32), "streams");
    assert_eq!(setting(4), Some(256 * 1024), "window");
    assert_eq!(setting(6), Some(16 * 1024), "headers");
    client
        .request(1, &github(SECRET, "d-1", "ping", 0))
        .unwrap();
    let answer = client.read_kind(HEADERS).unwrap();
    assert_eq!(answer.payload[0], 0x88, ":status 200");
    let body = client.read_kind(DATA).unwrap().payload;
    assert!(String::from_utf8(body).unwrap().contains(r#""id":"d-1""#));
}

#[test]
fn an_idle_http_2_client_does_not_hold_up_the_shutdown() {
    let mut server = Server::start(&config(""));
    // One client has received an answer, the other has only sent its preface. Neither answers a
    // ping or hangs up.
    let mut idle = Client::connect(&server, &[]);
    idle.request(1, &github(SECRET, "d-1", "ping", 0)).unwrap();
    idle.read_kind(HEADERS).unwrap();
    let mut silent = Client::connect(&server, &[]);
    silent.read_kind(SETTINGS).unwrap();
    server.terminate();
    assert_eq!(server.exit_code(), Some(0));
    drop((idle, silent));
}

#[test]
fn an_idle_http_1_client_does_not_hold_up_the_shutdown() {
    let mut server = Server::start(&config(""));
    let mut idle = server.connect();
    let genuine = github(SECRET, "d-1", "ping", 0);
    idle.write_all(&genuine.bytes().0).unwrap();
    assert_eq!(read_answer(&mut idle).status, 200);
    let mut begun = server.connect();
    begun.write_all(b"P").unwrap();
    server.terminate();
    assert_eq!(server.exit_code(), Some(0));
    drop((idle, begun));
}

#[test]
fn a_client_of_http_2_is_told_that_its_idle_connection_ends() {
    let server = Server::start(&config(r#""idle_timeout_secs": 1"#));
    let mut client = Client::connect(&server, &[]);
    client
        .request(1, &github(SECRET, "d-1", "ping", 0))
        .unwrap();
    client.read_kind(GOAWAY).expect("a GOAWAY frame");
    is_ended(&mut client.0);
}

#[test]
fn pings_do_not_keep_a_connection_open() {
    let server = Server::start(&config(r#""idle_timeout_secs": 1"#));
    let mut client = Client::connect(&server, &[]);
    client
        .request(1, &github(SECRET, "d-1", "ping", 0))
        .unwrap();
    // The client follows every answer to a ping with another ping, while the connection lasts.
    client.send(PING, 0, 0, b"12345678").unwrap();
    while let Some(frame) = client.read() {
        if frame.kind == PING
            && client
                .send(PING, frame.flags ^ ACK, 0, b"12345678")
                .is_err()
        {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    is_ended(&mut client.0);
}

#[test]
fn an_answer_without_a_flow_control_window_does_not_keep_a_connection_open() {
    let server = Server::start(&config(r#""idle_timeout_secs": 1"#));
    let mut client = Client::connect(&server, &[(INITIAL_WINDOW_SIZE, 0)]);
    client
        .request(1, &github(SECRET, "d-1", "ping", 0))
        .unwrap();
    client.read_kind(HEADERS).expect("the head of the answer");
    is_ended(&mut client.0);
}

#[test]
fn unread_answers_do_not_keep_a_connection_open() {
    let server = Server::start(&config(r#""idle_timeout_secs": 1"#));
    let mut stream = server.connect();
    let request = Request::new("POST", "/hooks/nobody").bytes().0;
    // Until the unread answers fill the sockets, and the server reads no further request.
    let requests = request.repeat(1000);
    let ended = (0..10_000).find_map(|_| stream.write_all(&requests).err());
    let ended = ended.expect("the server reads on without end");
    let waited = [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&ended.kind());
    assert!(!waited, "the connection is still open");
}

#[test]
fn a_connection_over_the_limit_takes_the_place_of_the_one_that_waits_longest() {
    let server = Server::start(&config(r#""max_connections": 4"#));
    let genuine = github(SECRET, "d-1", "ping", 0);
    let begun: [&[u8]; 4] = [
        b"",
        b"P",
        b"POST /hooks/github HTTP/1.1\r\na:",
        &[&forged_head("content-length: 9"), b"1".as_slice()].concat(),
    ];
    let mut waiting: Vec<TcpStream> = Vec::new();
    for round in 0..5 {
        for begun in begun {
            let mut stream = server.connect();
            stream.write_all(begun).unwrap();
            waiting.push(stream);
        }
        assert_eq!(server.send(&genuine).status, 200, "round {round}");
    }
    for stream in waiting.iter_mut().take(16) {
        is_ended(stream);
    }
}

#[test]
fn a_delivery_gets_through_many_more_silent_connections_than_the_limit() {
    let server = Server::start(&config(r#""max_connections": 64"#));
    let silent: Vec<_> = (0..400).map(|_| server.connect()).collect();
    assert_eq!(server.send(&github(SECRET, "d-1", "ping", 0)).status, 200);
    drop(silent);
}

/// Sends the same bytes repeatedly until the server ends the connection. Returns the answer and the
/// number of mebibytes sent.
fn sent_without_end(stream: TcpStream, bytes: &[u8]) -> (String, usize) {
    let mut reading = stream.try_clone().unwrap();
    let answer = std::thread::spawn(move || {
        let (mut answer, mut bytes) = (Vec::new(), [0; 4096]);
        while let Ok(read @ 1..) = reading.read(&mut bytes) {
            answer.extend_from_slice(&bytes[..read]);
        }
        let _ = reading.shutdown(Shutdown::Both);
        String::from_utf8_lossy(&answer).into_owned()
    });
    let mut writing = stream;
    let mebibyte = bytes.repeat(1024 * 1024 / bytes.len());
    let mut sent = 0;
    while writing.write_all(&mebibyte).is_ok() {
        sent += 1;
    }
    (answer.join().unwrap(), sent)
}

/// The head of a delivery with a forged signature and this further header.
fn forged_head(header: &str) -> Vec<u8> {
    let tag = "0".repeat(64);
    let line = "POST /hooks/github HTTP/1.1\r\nhost: x";
    format!("{line}\r\nx-hub-signature-256: sha256={tag}\r\n{header}\r\n\r\n").into_bytes()
}

#[test]
fn a_body_that_is_all_framing_is_answered_400() {
    let server = Server::start(&config(""));
    for (what, first, endless) in [
        ("zeros of a chunk's size", "", "0"),
        ("blanks after a chunk's size", "1", " "),
    ] {
        let mut stream = server.connect();
        stream
            .write_all(&forged_head("transfer-encoding: chunked"))
            .unwrap();
        stream.write_all(first.as_bytes()).unwrap();
        let (answer, _) = sent_without_end(stream, endless.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 400 "), "{what}: {answer:?}");
    }
}

#[test]
fn what_comes_instead_of_a_request_ends_the_connection() {
    let server = Server::start(&config(""));
    // The server reads half a mebibyte. The sockets buffer the rest.
    let is_cut = |what: &str, stream: TcpStream, endless: &[u8]| {
        let (_, sent) = sent_without_end(stream, endless);
        assert!(sent < 64, "{what}: {sent} MiB");
    };
    is_cut("line breaks", server.connect(), b"\r\n");
    for (what, endless) in [
        ("pings", frame(PING, 0, 0, b"12345678")),
        ("settings", frame(SETTINGS, 0, 0, &[])),
        ("frames of an unknown kind", frame(99, 0, 0, b"x")),
    ] {
        is_cut(what, Client::connect(&server, &[]).0, &endless);
    }
    let mut client = Client::connect(&server, &[]);
    let proof = format!("sha256={}", "0".repeat(64));
    let open = Request::new("POST", "/hooks/github").header("x-hub-signature-256", &proof);
    client.head(1, &open).unwrap();
    is_cut(
        "data frames without data",
        client.0,
        &frame(DATA, 0, 1, &[]),
    );
}

#[test]
fn a_delivery_is_taken_however_small_its_chunks_and_however_large_it_is() {
    let server = Server::start(&config(""));
    let delivery = github(SECRET, "d-1", "ping", 5000);
    assert_eq!(server.send(&delivery.in_chunks_of(1)).status, 200);
    let large = github(SECRET, "d-2", "ping", 1_000_000);
    assert_eq!(server.send(&large.in_chunks_of(64)).status, 200);
    assert_eq!(
        server
            .send(&github(SECRET, "d-3", "ping", 5_000_000))
            .status,
        200
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_client_that_sends_one_letter_and_waits_costs_nothing() {
    let server = Server::start(&config(""));
    let switches = || {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", server.process())).unwrap();
        let status = |task: std::fs::DirEntry| std::fs::read_to_string(task.path().join("status"));
        let count = |status: String| {
            let mut lines = status.lines();
            let line = lines.find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
            line.unwrap().trim().parse::<u64>().unwrap()
        };
        let counts = tasks.map(|task| count(status(task.unwrap()).unwrap()));
        counts.sum::<u64>()
    };
    let begun: Vec<_> = (0..20)
        .map(|_| {
            let mut stream = server.connect();
            stream.write_all(b"P").unwrap();
            stream
        })
        .collect();
    // The server has accepted and read all of them when it answers this.
    assert_eq!(server.send(&github(SECRET, "d-1", "ping", 0)).status, 200);
    let before = switches();
    std::thread::sleep(std::time::Duration::from_secs(2));
    // Polling every 20 ms would wake the threads a hundred times.
    let woken = switches() - before;
    assert!(woken < 40, "{woken} times");
    drop(begun);
}

#[test]
fn the_capacity_of_a_routes_store_is_a_setting() {
    let deliveries: Vec<_> = (0..500)
        .map(|count| github(SECRET, &format!("d-{count}"), "ping", 0))
        .collect();
    let remembers_all = |settings: &str| {
        let server = Server::start(&config(settings));
        let send = |delivery: &Request| server.send(delivery).body;
        deliveries.iter().for_each(|delivery| drop(send(delivery)));
        let copies = deliveries.iter().map(send);
        let known = copies.filter(|body| body.contains(r#""duplicate":true"#));
        known.count() == deliveries.len()
    };
    assert!(remembers_all(""));
    assert!(!remembers_all(r#""store_capacity": 64"#));
}
