//! The server under test.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::process::{command, ended, written};
use super::wire::{Answer, Request, read_answer};

/// A running `webhook serve` on a free port. Dropping it kills the process.
pub(crate) struct Server {
    child: Child,
    address: String,
    log: Arc<Mutex<Vec<u8>>>,
    log_ends: Option<JoinHandle<()>>,
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

    /// Starts without reading the log, which fills the pipe until `read_log`.
    pub(crate) fn start_with_unread_log(config: &str, filter: &str) -> Self {
        Self::start_with_stderr(config, filter, Stdio::piped())
    }

    pub(crate) fn start_with_stderr(config: &str, filter: &str, stderr: Stdio) -> Self {
        let config = written(config);
        let mut command = command(&config);
        command.env("RUST_LOG", filter).stderr(stderr);
        Self::spawn(command, config)
    }

    /// Starts with further arguments and environment variables. Its log is read.
    pub(crate) fn start_with(config: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let config = written(config);
        let mut command = command(&config);
        command
            .args(arguments)
            .env("RUST_LOG", "info")
            .envs(variables.iter().copied());
        let mut server = Self::spawn(command, config);
        server.read_log();
        server
    }

    fn spawn(mut command: Command, config: PathBuf) -> Self {
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://");
        let address = address.unwrap_or_else(|| {
            let mut log = String::new();
            let _ = child.stderr.take().unwrap().read_to_string(&mut log);
            panic!("no address in {line:?}: {log}")
        });
        Self {
            address: address.to_owned(),
            child,
            log: Arc::default(),
            log_ends: None,
            config,
        }
    }

    /// Starts to read the log.
    pub(crate) fn read_log(&mut self) {
        let mut stderr = self.child.stderr.take().unwrap();
        let log = self.log.clone();
        self.log_ends = Some(std::thread::spawn(move || {
            let mut bytes = [0; 64 * 1024];
            while let Ok(read @ 1..) = stderr.read(&mut bytes) {
                log.lock().unwrap().extend_from_slice(&bytes[..read]);
            }
        }));
    }

    /// The log so far.
    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&self.log.lock().unwrap()).into_owned()
    }

    /// Waits until the log contains a text so many times.
    pub(crate) fn wait_for_log(&self, text: &str, times: usize) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.log().matches(text).count() < times {
            assert!(Instant::now() < deadline, "no {text:?} in {}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
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
        connect(&self.address)
    }

    /// Sends a request and reads the answer.
    pub(crate) fn send(&self, request: &Request) -> Answer {
        send_to(&self.address, request)
    }

    pub(crate) fn terminate(&self) {
        self.signal("-TERM");
    }

    /// Replaces the configuration file, and tells the server to read it.
    pub(crate) fn reload(&self, config: &str) {
        std::fs::write(&self.config, config).unwrap();
        self.signal("-HUP");
    }

    fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status().unwrap();
        assert!(sent.success());
    }

    /// The exit code. Fails after ten seconds.
    pub(crate) fn exit_code(&mut self) -> Option<i32> {
        ended(&mut self.child).code()
    }

    /// Stops the server and returns its log.
    pub(crate) fn stop(mut self) -> String {
        self.terminate();
        assert_eq!(self.exit_code(), Some(0));
        self.log_ends.take().unwrap().join().unwrap();
        self.log()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(&self.config);
    }
}

/// Sends a request to an address and reads the answer.
pub(crate) fn send_to(address: &str, request: &Request) -> Answer {
    let mut stream = connect(address);
    stream.write_all(&request.bytes().0).unwrap();
    read_answer(&mut stream)
}

fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    let limit = Some(Duration::from_secs(20));
    stream.set_read_timeout(limit).unwrap();
    stream.set_write_timeout(limit).unwrap();
    stream
}
