//! The program under test, a signer that is not ours, and a client that is not hyper.

#![allow(dead_code, reason = "no test uses all of it")]

pub(crate) mod http2;

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;

/// `webhook serve` on a port of its own; killed when dropped.
pub(crate) struct Server {
    child: Child,
    address: String,
    log: Option<JoinHandle<String>>,
    config: PathBuf,
}

impl Server {
    pub(crate) fn start(config: &str) -> Self {
        Self::start_with_log(config, "off")
    }

    pub(crate) fn start_with_log(config: &str, filter: &str) -> Self {
        let mut server = Self::start_with_unread_log(config, filter);
        server.read_log();
        server
    }

    /// Its log stays in the pipe, as far as it fits, until `read_log`.
    pub(crate) fn start_with_unread_log(config: &str, filter: &str) -> Self {
        Self::start_with_stderr(config, filter, Stdio::piped())
    }

    pub(crate) fn start_with_stderr(config: &str, filter: &str, stderr: Stdio) -> Self {
        let config = written(config);
        let mut command = command(&config);
        let mut child = command
            .env("RUST_LOG", filter)
            .stderr(stderr)
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://");
        let address = address.unwrap_or_else(|| panic!("no address in {line:?}"));
        Self {
            address: address.to_owned(),
            child,
            log: None,
            config,
        }
    }

    /// Reads the log from here on.
    pub(crate) fn read_log(&mut self) {
        let mut stderr = self.child.stderr.take().unwrap();
        self.log = Some(std::thread::spawn(move || {
            let mut log = Vec::new();
            let _ = stderr.read_to_end(&mut log);
            String::from_utf8_lossy(&log).into_owned()
        }));
    }

    /// Closes the reading end of the log.
    pub(crate) fn close_log(&mut self) {
        drop(self.child.stderr.take().unwrap());
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        let limit = Some(Duration::from_secs(20));
        stream.set_read_timeout(limit).unwrap();
        stream.set_write_timeout(limit).unwrap();
        stream
    }

    /// Sends a request and reads the answer.
    pub(crate) fn send(&self, request: &Request) -> Answer {
        let mut stream = self.connect();
        stream.write_all(&request.bytes().0).unwrap();
        read_answer(&mut stream)
    }

    pub(crate) fn terminate(&self) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(sent.success());
    }

    /// The code it ends with, which it has to within ten seconds.
    pub(crate) fn exit_code(&mut self) -> Option<i32> {
        ended(&mut self.child).code()
    }

    /// Stops it, and gives its log.
    pub(crate) fn stop(mut self) -> String {
        self.terminate();
        assert_eq!(self.exit_code(), Some(0));
        self.log.take().unwrap().join().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(&self.config);
    }
}

/// Exit code and stderr of a server that does not start.
pub(crate) fn refused(config: &str) -> (Option<i32>, String) {
    let config = written(config);
    let mut child = command(&config).spawn().unwrap();
    let code = ended(&mut child).code();
    let mut said = String::new();
    child.stderr.unwrap().read_to_string(&mut said).unwrap();
    let _ = std::fs::remove_file(config);
    (code, said)
}

pub(crate) fn command(config: &Path) -> Command {
    listening(config, "127.0.0.1:0")
}

pub(crate) fn listening(config: &Path, listen: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_webhook"));
    command
        .arg("serve")
        .arg("--config")
        .arg(config)
        .args(["--listen", listen])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

pub(crate) fn written(config: &str) -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("serve-{}-{count}.json", std::process::id());
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, config).unwrap();
    path
}

pub(crate) fn ended(child: &mut Child) -> ExitStatus {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        assert!(Instant::now() < deadline, "still runs");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// What a provider sends, as `sign.py` makes it.
pub(crate) fn sign(provider: &str, secret: &str, target: &str, url: &str) -> Request {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sign.py");
    let signed = Command::new("python3")
        .arg(script)
        .args([provider, secret, target, url])
        .output();
    let signed = signed.expect("`python3` on the path: it signs what these tests send");
    let complaint = String::from_utf8_lossy(&signed.stderr);
    assert!(signed.status.success(), "{complaint}");
    let signed: Value = serde_json::from_slice(&signed.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let headers = signed["headers"].as_object().unwrap();
    Request {
        method: text(&signed["method"]),
        path: text(&signed["path"]),
        headers: headers
            .iter()
            .map(|(name, value)| (name.clone(), text(value)))
            .collect(),
        body: text(&signed["body"]).into_bytes(),
        chunk: None,
    }
}

/// A delivery of GitHub's, as `Signer` makes it: `id` is the delivery's, and the body's own.
pub(crate) fn github(secret: &str, id: &str, kind: &str, length: usize) -> Request {
    let provider = webhook_core::Provider::find("github").unwrap();
    let padding = "x".repeat(length);
    let body = serde_json::json!({"zen": id, "padding": padding}).to_string();
    let signer = webhook_core::Signer::new(*provider, secret).unwrap();
    let signer = signer
        .path_and_query("/hooks/github")
        .id(id)
        .event_type(kind);
    let signed = signer.sign(webhook_core::UnixTime::from_secs(0), body);
    Request {
        method: signed.method.to_owned(),
        path: signed.path_and_query.to_string(),
        headers: signed.headers,
        body: signed.body.to_vec(),
        chunk: None,
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// The length of a chunk, where the body comes in chunks.
    chunk: Option<usize>,
}

/// A request on the wire, and where its body begins.
pub(crate) struct Bytes(pub(crate) Vec<u8>, usize);

impl Bytes {
    pub(crate) fn split_at_body(self) -> (Vec<u8>, Vec<u8>) {
        let Self(mut head, at) = self;
        let body = head.split_off(at);
        (head, body)
    }
}

impl Request {
    pub(crate) fn new(method: &str, path: &str) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            chunk: None,
        }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn body(mut self, body: &str) -> Self {
        self.body = body.as_bytes().to_vec();
        self
    }

    /// The same with its body in chunks of seven bytes, and no length announced.
    pub(crate) fn chunked(&self) -> Self {
        self.in_chunks_of(7)
    }

    pub(crate) fn in_chunks_of(&self, length: usize) -> Self {
        let mut request = self.clone();
        request.chunk = Some(length);
        request
    }

    pub(crate) fn bytes(&self) -> Bytes {
        let mut head = format!(
            "{} {} HTTP/1.1\r\nhost: localhost\r\n",
            self.method, self.path
        );
        for (name, value) in &self.headers {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
        if self.chunk.is_some() {
            head.push_str("transfer-encoding: chunked\r\n");
        } else if !self
            .headers
            .iter()
            .any(|(name, _)| name == "content-length")
        {
            write!(head, "content-length: {}\r\n", self.body.len()).unwrap();
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        let at = bytes.len();
        if let Some(length) = self.chunk {
            for chunk in self.body.chunks(length) {
                bytes.extend(format!("{:x}\r\n", chunk.len()).bytes());
                bytes.extend_from_slice(chunk);
                bytes.extend_from_slice(b"\r\n");
            }
            bytes.extend_from_slice(b"0\r\n\r\n");
        } else {
            bytes.extend_from_slice(&self.body);
        }
        Bytes(bytes, at)
    }
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Reads one answer, and no more than its length.
pub(crate) fn read_answer(stream: &mut TcpStream) -> Answer {
    let mut reader = BufReader::new(stream);
    let mut line = || {
        let mut line = String::new();
        reader.read_line(&mut line).expect("an answer");
        line.trim_end().to_owned()
    };
    let first = line();
    let status = first.split(' ').nth(1).and_then(|code| code.parse().ok());
    let status = status.unwrap_or_else(|| panic!("no status in {first:?}"));
    let mut headers = Vec::new();
    while let Some((name, value)) = line().split_once(": ") {
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let mut answer = Answer {
        status,
        headers,
        body: String::new(),
    };
    let length = answer
        .header("content-length")
        .map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    answer.body = String::from_utf8(body).unwrap();
    answer
}
