//! A server that never outlives the test that started it.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// Runs the server, prints its id, waits until standard input ends, and stops it.
///
/// Standard input ends when the `Guard` is dropped and when the process of the test ends in any
/// way. A test keeps its server in a static, which is never dropped, or it is killed.
const SCRIPT: &str = r#"
folder=$1 signal=$2
shift 2
"$@" </dev/null >>"$folder/log" 2>&1 &
echo $!
exec >/dev/null
cat >/dev/null
kill -s "$signal" $! 2>/dev/null && kill -s CONT $! 2>/dev/null
wait
"#;

/// Removes the folder when it is told to. If the process of the test ends without that, the server
/// gets a moment to end first.
const REMOVE: &str = r#"read -r _ || sleep 1; rm -rf "$1""#;

/// A running server.
#[derive(Debug)]
pub(crate) struct Guard {
    shell: Child,
    server: u32,
}

impl Guard {
    /// Runs this command line. `signal` is the name of the signal that ends the server at once.
    pub(crate) fn run(folder: &Folder, signal: &str, line: &[String]) -> Self {
        let mut shell = Command::new("sh")
            .args(["-c", SCRIPT, "guard"])
            .arg(&folder.path)
            .arg(signal)
            .args(line)
            // A folder that every user may be in.
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("there is a shell");
        let mut first = String::new();
        let output = shell.stdout.take().expect("standard output is a pipe");
        BufReader::new(output)
            .read_line(&mut first)
            .expect("the shell prints a line");
        let server = first.trim().parse().expect("the line is a process id");
        Self { shell, server }
    }

    pub(crate) fn is_running(&self) -> bool {
        // A process that has ended, and that nobody has waited for, is no longer running.
        let state = std::fs::read_to_string(format!("/proc/{}/stat", self.server));
        state.is_ok_and(|stat| !stat.contains(") Z "))
    }

    /// Sends a signal to the server and all processes that it has started.
    pub(crate) fn signal_all(&self, signal: &str) {
        let _ = Command::new("kill")
            .args(["-s", signal])
            .arg(self.server.to_string())
            .args(self.children())
            .stderr(Stdio::null())
            .status();
    }

    /// Continues the server and all processes that it has started, if they were stopped.
    pub(crate) fn continue_all(&self) {
        // If a process ends meanwhile, others may be missing in the list.
        loop {
            self.signal_all("CONT");
            let is_stopped = |child: &String| {
                let state = std::fs::read_to_string(format!("/proc/{child}/stat"));
                state.is_ok_and(|stat| stat.contains(") T "))
            };
            if !self.children().iter().any(is_stopped) {
                return;
            }
        }
    }

    /// The ids of the processes that it has started.
    fn children(&self) -> Vec<String> {
        let children = format!("/proc/{0}/task/{0}/children", self.server);
        let children = std::fs::read_to_string(children).unwrap_or_default();
        children.split_whitespace().map(str::to_owned).collect()
    }
}

/// Ends the server and waits for that.
impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

/// An empty folder for temporary files. It is removed when the value is dropped, and when the
/// process of the test ends.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    shell: Child,
}

impl Folder {
    /// A folder that belongs to this user.
    pub(crate) fn new(server: &str, user: Option<&str>) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("webhook-{server}-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        // A folder of an earlier process with this id.
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir(&path).expect("a folder can be made for temporary files");
        if let Some(user) = user {
            let status = Command::new("chown").arg(user).arg(&path).status();
            assert!(status.is_ok_and(|status| status.success()), "chown {user}");
        }
        let shell = Command::new("sh")
            .args(["-c", REMOVE, "folder"])
            .arg(&path)
            .stdin(Stdio::piped())
            .spawn()
            .expect("there is a shell");
        Self { path, shell }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The last lines of what the server has printed.
    pub(crate) fn log(&self) -> String {
        let log = std::fs::read_to_string(self.path.join("log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let last = lines.len().saturating_sub(20);
        lines.get(last..).unwrap_or_default().join("\n")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Some(mut shell) = self.shell.stdin.take() {
            let _ = shell.write_all(b"remove\n");
        }
        let _ = self.shell.wait();
    }
}
