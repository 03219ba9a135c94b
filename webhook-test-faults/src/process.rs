//! Receivers as processes.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::sleep;

use crate::Failure;
use crate::failpoint::Point;
use crate::receiver::Options;

/// What a run leaves behind, in a folder that is removed at its end.
#[derive(Debug)]
pub(crate) struct Scene {
    folder: PathBuf,
}

impl Scene {
    pub(crate) fn new(driver: &str) -> Result<Self, Failure> {
        let folder = std::env::temp_dir().join(format!("{driver}-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        // The journal of a run in which nothing happened.
        std::fs::write(folder.join("journal"), "")?;
        Ok(Self { folder })
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.file("journal")
    }

    /// The path of another file of the run.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// What the receivers have printed.
    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// How many lines of the receivers contain this text.
    pub(crate) fn logged(&self, text: &str) -> usize {
        let log = std::fs::read_to_string(self.log()).unwrap_or_default();
        log.lines().filter(|line| line.contains(text)).count()
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// How a receiver differs from the others of its run.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Traits {
    /// How many seconds its clock is ahead.
    pub(crate) clock_shift: i64,
    /// Where it kills itself, and at which pass of that point.
    pub(crate) dies: Option<(Point, u32)>,
}

/// A receiver in a process of its own. It is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Receiver {
    child: Child,
    pub(crate) port: u16,
}

impl Receiver {
    /// Starts a receiver on this port, and waits until it listens or has killed itself.
    pub(crate) async fn start(
        scene: &Scene,
        options: &Options,
        port: u16,
        traits: Traits,
    ) -> Result<Self, Failure> {
        let mut receiver = this_program()?;
        receiver.arg("serve").args(options.to_arguments());
        receiver.arg("--journal").arg(scene.journal());
        receiver.args(["--port", &port.to_string()]);
        receiver.args(["--clock-shift", &traits.clock_shift.to_string()]);
        if let Some((point, pass)) = traits.dies {
            receiver.args(["--die", point.name(), "--pass", &pass.to_string()]);
        }
        Self::run(scene, receiver, port, traits.dies.is_some()).await
    }

    /// Runs a program, and waits until it listens on this port or, if it `dies`, has killed itself.
    pub(crate) async fn run(
        scene: &Scene,
        mut program: Command,
        port: u16,
        dies: bool,
    ) -> Result<Self, Failure> {
        let mut child = program.stderr(append(&scene.log())?).spawn()?;
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            if let Some(status) = child.try_wait()? {
                if dies && is_killed(status) {
                    break;
                }
                let log = std::fs::read_to_string(scene.log()).unwrap_or_default();
                return Err(format!("a receiver ended: {status}\n{log}").into());
            }
            sleep(Duration::from_millis(5)).await;
        }
        Ok(Self { child, port })
    }

    pub(crate) async fn kill(&mut self) -> Result<(), Failure> {
        Ok(self.child.kill().await?)
    }

    /// Stops the process: connections stay open, and nothing answers.
    pub(crate) fn pause(&self) -> Result<(), Failure> {
        self.signal(Signal::STOP)
    }

    /// Continues after [`pause`](Self::pause).
    pub(crate) fn resume(&self) -> Result<(), Failure> {
        self.signal(Signal::CONT)
    }

    fn signal(&self, signal: Signal) -> Result<(), Failure> {
        let id = self.child.id().ok_or("the receiver has ended")?;
        let id = Pid::from_raw(id.try_into()?).ok_or("the receiver has no id")?;
        Ok(kill_process(id, signal)?)
    }

    /// Waits until the process has killed itself.
    pub(crate) async fn died(&mut self) -> Result<(), Failure> {
        let status = self.child.wait().await?;
        match is_killed(status) {
            true => Ok(()),
            false => Err(format!("a receiver ended otherwise than killed: {status}").into()),
        }
    }
}

fn is_killed(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt as _;
    status.signal() == Some(Signal::KILL.as_raw())
}

/// This program, for another command of it.
pub(crate) fn this_program() -> Result<Command, Failure> {
    Ok(program(&std::env::current_exe()?))
}

/// A program that ends with its handle.
pub(crate) fn program(path: &Path) -> Command {
    let mut program = Command::new(path);
    program.kill_on_drop(true);
    program
}

fn append(path: &Path) -> Result<Stdio, Failure> {
    let file = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)?;
    Ok(file.into())
}
