//! Where programs are, and which user they may run as.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The program in `PATH`, or in one of the folders.
pub(crate) fn find(name: &str, folders: &[PathBuf]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let in_path: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let candidates = folders.iter().chain(&in_path);
    candidates
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
}

/// The user that runs servers which refuse to run as root. `None`: this process is not root.
pub(crate) fn unprivileged_user() -> Option<&'static str> {
    if id(&["-u"]).as_deref() != Some("0") {
        return None;
    }
    Some(if id(&["-u", "postgres"]).is_some() {
        "postgres"
    } else {
        "nobody"
    })
}

/// The command line that runs a program as this user.
pub(crate) fn as_user(user: Option<&str>, program: &Path) -> Vec<String> {
    let mut line = Vec::new();
    if let Some(user) = user {
        line.extend([
            "setpriv".to_owned(),
            format!("--reuid={user}"),
            // The group of that user, whatever it is called.
            format!("--regid={}", id(&["-g", user]).unwrap_or_default()),
            "--clear-groups".to_owned(),
        ]);
    }
    line.push(program.display().to_string());
    line
}

/// Runs a program to its end.
///
/// # Panics
///
/// If it fails.
pub(crate) fn run(line: &[String]) {
    let [program, arguments @ ..] = line else {
        unreachable!("a command line has a program");
    };
    let output = Command::new(program)
        .args(arguments)
        // A folder that every user may be in.
        .current_dir("/")
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{program} does not run: {error}"));
    assert!(
        output.status.success(),
        "{program} fails: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn id(arguments: &[&str]) -> Option<String> {
    let output = Command::new("id")
        .args(arguments)
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let id = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| id.trim().to_owned())
}
