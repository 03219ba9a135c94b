//! The keys that stored deliveries are sealed with, if the configuration does not have them.

use std::error::Error;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use webhook_axum::UnixTime;
use webhook_axum::inbox::KeyRing;

use super::Location;

/// Where the keys of an inbox are.
///
/// A file has its keys in a file of its own, next to it, which the first server makes. They keep
/// somebody who can write the database, and cannot read that file, from making deliveries. An inbox
/// that several machines share has no such place, so somebody has to say what its keys are.
pub(crate) enum KeyPlace {
    /// This file.
    File(PathBuf),
    /// The environment, or nowhere.
    Elsewhere,
}

type Failure = Box<dyn Error + Send + Sync>;

impl KeyPlace {
    pub(crate) fn of(inbox: &Location) -> Self {
        match inbox.file() {
            Some(database) => {
                let mut name = database.as_os_str().to_owned();
                name.push(".keys");
                Self::File(name.into())
            }
            None => Self::Elsewhere,
        }
    }

    /// The keys, if there are any. A file that exists is asked first: deliveries that wait were
    /// sealed with its keys, whatever is added to the environment later.
    pub(crate) fn find(&self, variable: &str) -> Result<Option<KeyRing>, Failure> {
        if let Self::File(path) = self
            && path.exists()
        {
            let keys = KeyRing::from_file(path);
            return keys.map(Some).map_err(|error| named(path, &error));
        }
        match std::env::var_os(variable) {
            None => Ok(None),
            Some(_) => KeyRing::from_env(variable).map(Some).map_err(Into::into),
        }
    }

    /// Makes the file with a fresh key. `None`: there is no place for one.
    pub(crate) fn make(&self) -> Result<Option<KeyRing>, Failure> {
        let Self::File(path) = self else {
            return Ok(None);
        };
        let entry = fresh()?;
        write(path, &entry).map_err(|error| named(path, &error))?;
        // Another process may have been first.
        let keys = KeyRing::from_file(path);
        keys.map(Some).map_err(|error| named(path, &error))
    }
}

/// A key that is in no file.
pub(crate) fn unsaved() -> Result<KeyRing, Failure> {
    Ok(KeyRing::parse(&fresh()?)?)
}

fn fresh() -> Result<String, Failure> {
    let now = UnixTime::now().to_string();
    let today = now.split('T').next().unwrap_or_default();
    Ok(KeyRing::fresh_entry(today)?)
}

/// Writes a new file, and leaves one that exists as it is. It is on the disk before anything is
/// sealed with it, and no process ever sees a part of it.
fn write(path: &Path, entry: &str) -> io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}", std::process::id()));
    let draft = PathBuf::from(name);
    let _ = std::fs::remove_file(&draft);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&draft).and_then(|mut file| {
        writeln!(file, "{entry}")?;
        file.sync_all()
    });
    let linked = written.and_then(|()| std::fs::hard_link(&draft, path));
    let _ = std::fs::remove_file(&draft);
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => sync_folder(path),
    }
}

fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

fn named(path: &Path, error: &dyn Error) -> Failure {
    format!("the file {}: {error}", path.display()).into()
}
