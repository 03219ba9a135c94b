//! Programs that handle stored events.

mod facts;
#[cfg_attr(not(unix), path = "no_group.rs")]
mod group;

use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::timeout;
use webhook_axum::inbox::{Consumed, Stored};

use group::Group;

/// A program that gets the body of an event on its stdin, and what is known of it in environment
/// variables.
#[derive(Clone)]
pub(crate) struct Program {
    path: PathBuf,
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
    timeout: Duration,
    max_running: usize,
}

impl Program {
    /// The program of this path, or of this name in a folder of `PATH`, with these arguments. It is
    /// run without a shell.
    pub(crate) fn new(command: Vec<String>) -> Result<Self, &'static str> {
        if command.iter().any(|part| part.contains('\0')) {
            return Err("has a NUL, which no argument can have");
        }
        let mut command = command.into_iter();
        let name = command.next().filter(|name| !name.is_empty());
        Ok(Self {
            path: find(&name.ok_or("names no program")?)?,
            arguments: command.collect(),
            variables: Vec::new(),
            timeout: Duration::from_secs(30),
            max_running: 4,
        })
    }

    pub(crate) fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    pub(crate) fn max_running(mut self, count: usize) -> Self {
        self.max_running = count;
        self
    }

    pub(crate) fn variable(mut self, name: &str, value: String) -> Self {
        self.variables.push((name.to_owned(), value));
        self
    }

    /// How long a run may take.
    pub(crate) const fn time(&self) -> Duration {
        self.timeout
    }

    /// How many of it run at the same time.
    pub(crate) const fn at_once(&self) -> usize {
        self.max_running
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Runs it once. When it ends, takes too long, or the future is dropped, its process group is
    /// killed: nothing that it has started is left.
    pub(crate) async fn run(&self, route: &str, stored: &Stored) -> Consumed {
        let mut child = match self.spawn(route, stored) {
            Ok(child) => child,
            Err(error) => {
                tracing::warn!(route, program = %self.path.display(), %error, "not started");
                return Consumed::failed("not started");
            }
        };
        let _group = Group::of(&child);
        let stdin = child.stdin.take();
        let body = stored.delivery().raw().clone();
        match timeout(self.timeout, finish(&mut child, stdin, body)).await {
            Ok(Ok(status)) => consumed(status),
            Ok(Err(_)) => Consumed::failed("lost"),
            Err(_) => Consumed::failed("timeout"),
        }
    }

    fn spawn(&self, route: &str, stored: &Stored) -> io::Result<Child> {
        let own = self.variables.iter().map(|(name, value)| (name, value));
        let mut command = Command::new(&self.path);
        command
            .args(&self.arguments)
            // The environment of the server may hold its keys.
            .env_clear()
            .envs(facts::inherited())
            .envs(own)
            .envs(facts::of(route, stored))
            .stdin(Stdio::piped())
            .stdout(log()?)
            .stderr(log()?)
            .kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        command.spawn()
    }
}

/// The log of the server: stdout of the server is for the line that tells its address.
fn log() -> io::Result<Stdio> {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd as _;
        Ok(io::stderr().as_fd().try_clone_to_owned()?.into())
    }
    #[cfg(not(unix))]
    Ok(Stdio::inherit())
}

/// Writes the body, and waits for the end. A program may end without reading all of it.
async fn finish(
    child: &mut Child,
    stdin: Option<ChildStdin>,
    body: Bytes,
) -> io::Result<ExitStatus> {
    let write = async move {
        if let Some(mut stdin) = stdin {
            let _ = stdin.write_all(&body).await;
        }
    };
    tokio::select! {
        status = child.wait() => return status,
        () = write => {}
    }
    child.wait().await
}

/// What an exit code means.
fn consumed(status: ExitStatus) -> Consumed {
    let kind = match status.code() {
        Some(0) => return Consumed::Done,
        Some(code @ GIVEN_UP) => {
            let kind = format!("exit {code}").into();
            return Consumed::GivenUp { kind };
        }
        Some(code) => format!("exit {code}"),
        None => group::signal(status).map_or("killed".into(), |number| format!("signal {number}")),
    };
    Consumed::failed(kind)
}

/// The file of a program.
fn find(name: &str) -> Result<PathBuf, &'static str> {
    if name.contains('/') {
        let path = PathBuf::from(name);
        return match group::is_executable(&path) {
            true => Ok(path),
            false => Err("names a program that does not exist, or that may not be executed"),
        };
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let mut paths = std::env::split_paths(&folders).map(|folder| folder.join(name));
    let found = paths.find(|path| group::is_executable(path));
    found.ok_or("names a program that is in no folder of PATH: write its path")
}

/// No path of arguments: they may hold a secret.
impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Program")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// The exit code of a program for which no other attempt is worth it.
const GIVEN_UP: i32 = 100;
