//! Values that are not in the file: `{"env": "NAME"}` and `{"file": "PATH"}`.

use std::env::{self, VarError};
use std::fs::File;
use std::io::{self, Read as _};

use serde_json::value::RawValue;

use super::entries::Entries;
use super::error::EntryError;

/// Where the text of an entry is.
enum Reference {
    /// In an environment variable.
    Env(String),
    /// In a file.
    File(String),
}

/// Reads the text that the object `reference` points to. `key` is the entry that has the object.
///
/// An error names the variable or the file, and never quotes what is in it.
pub(super) fn resolve(key: &str, reference: &RawValue) -> Result<String, EntryError> {
    let text = match parse(reference) {
        Some(Reference::Env(name)) => from_env(&name),
        Some(Reference::File(path)) => from_file(&path),
        None => Err(EXPECTED.to_owned()),
    };
    text.map_err(|problem| EntryError::new(key, problem))
}

fn parse(reference: &RawValue) -> Option<Reference> {
    let entries: Entries = serde_json::from_str(reference.get()).ok()?;
    let mut pairs = entries.into_pairs();
    let (kind, name) = pairs.next()?;
    let name: String = serde_json::from_str(name.get()).ok()?;
    match (kind.as_str(), pairs.next()) {
        ("env", None) if !name.is_empty() => Some(Reference::Env(name)),
        ("file", None) if !name.is_empty() => Some(Reference::File(name)),
        _ => None,
    }
}

fn from_env(name: &str) -> Result<String, String> {
    // A secret that was pasted here is not repeated in the error.
    let plain = |byte: u8| byte == b'_' || byte.is_ascii_alphanumeric();
    if !name.bytes().all(plain) {
        return Err(
            "names an environment variable whose name has characters other than \
             letters, digits and `_`"
                .to_owned(),
        );
    }
    match env::var(name) {
        Ok(text) if text.is_empty() => Err(format!("the environment variable {name:?} is empty")),
        Ok(text) => Ok(text),
        Err(VarError::NotPresent) => Err(format!("the environment variable {name:?} is not set")),
        Err(VarError::NotUnicode(_)) => {
            Err(format!("the environment variable {name:?} is not UTF-8"))
        }
    }
}

fn from_file(path: &str) -> Result<String, String> {
    let mut text = read(path).map_err(|error| format!("cannot read the file {path:?}: {error}"))?;
    // Editors and `echo` end a file with a line break.
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    match text.is_empty() {
        true => Err(format!("the file {path:?} is empty")),
        false => Ok(text),
    }
}

/// Reads a file up to [`LONGEST`]: the path can be that of a device without an end.
fn read(path: &str) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?
        .take(LONGEST + 1)
        .read_to_string(&mut text)?;
    if text.len() as u64 > LONGEST {
        let problem = format!("it has more than {LONGEST} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, problem));
    }
    Ok(text)
}

const EXPECTED: &str = r#"must be a string in double quotes, {"env": "NAME"} or {"file": "PATH"}"#;
/// Bytes of a file. The longest secret is a key in PEM.
const LONGEST: u64 = 64 * 1024;
