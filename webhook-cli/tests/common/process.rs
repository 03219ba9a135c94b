//! The program as a process.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// The exit code and stderr of a server that does not start.
pub(crate) fn refused(config: &str) -> (Option<i32>, String) {
    refused_with(config, &[])
}

pub(crate) fn refused_with(config: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let config = written(config);
    let mut child = command(&config).args(arguments).spawn().unwrap();
    let code = ended(&mut child).code();
    let mut said = String::new();
    child.stderr.unwrap().read_to_string(&mut said).unwrap();
    let _ = std::fs::remove_file(config);
    (code, said)
}

/// What a command that ends has written.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs `webhook` with these arguments.
pub(crate) fn run(arguments: &[&str]) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_webhook"));
    end_of(command.args(arguments).stdin(Stdio::null()))
}

/// Runs `webhook` with these arguments, and this on its stdin.
pub(crate) fn run_with_input(arguments: &[&str], input: &str) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_webhook"));
    // A file, so that a command that does not read it ends nevertheless.
    let path = written(input);
    let file = std::fs::File::open(&path).unwrap();
    let ended = end_of(command.args(arguments).stdin(file));
    std::fs::remove_file(path).unwrap();
    ended
}

/// Runs a command until it ends.
pub(crate) fn end_of(command: &mut Command) -> Ended {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ended {
        code: output.status.code(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
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
        // Most tests have no receiver.
        .args(["--listen", listen, "--discard"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

pub(crate) fn written(config: &str) -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    // TOML has no object at the top.
    let extension = match config.trim_start().starts_with('{') {
        true => "json",
        false => "toml",
    };
    let name = format!("serve-{}-{count}.{extension}", std::process::id());
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, config).unwrap();
    path
}

/// An empty folder.
pub(crate) fn folder(name: &str) -> PathBuf {
    let name = format!("{name}-{}", std::process::id());
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
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
