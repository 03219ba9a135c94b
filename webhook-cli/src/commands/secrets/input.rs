//! Reads secrets and settings. None of them is an argument, which others on the machine could see.

use std::io::{self, IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};

use webhook_axum::SecretSet;
use webhook_core::{Secret, TenantSecrets};

use crate::failure::Failure;

/// The longest value in bytes: more than any key, certificate or list of them.
const MOST: u64 = 64 * 1024;

/// What is put for a tenant.
#[derive(clap::Args)]
pub(super) struct Values {
    /// A setting that the provider needs, such as `webhook_id=FILE`, and the file with its value.
    #[arg(long = "setting", value_name = "NAME=FILE", value_parser = setting)]
    settings: Vec<(String, PathBuf)>,
    /// The URL that the tenant is registered with at the provider, if it is another than that of the
    /// endpoint. For providers that sign it.
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Store no secret, because the provider's keys are fetched. Nothing is read from stdin.
    #[arg(long)]
    fetched: bool,
}

impl Values {
    pub(super) fn read(self) -> Result<TenantSecrets, Failure> {
        let secrets = match self.fetched {
            true => SecretSet::fetched(),
            false => secret()?.into(),
        };
        let mut all = TenantSecrets::new(secrets);
        for (name, path) in self.settings {
            all = all.setting(name, from_file(&path)?);
        }
        if let Some(url) = self.public_url {
            all = all.public_url(url);
        }
        Ok(all)
    }
}

/// Reads the secret from stdin, without the line end behind it.
pub(super) fn secret() -> Result<Secret, Failure> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        let problem = "is a terminal, which would show the secret: pipe it in, such as `< FILE` or \
                       `pass show stripe | webhook secrets …`";
        return Err(Failure::argument("stdin", problem));
    }
    value("stdin", stdin.lock())
}

fn from_file(path: &Path) -> Result<Secret, Failure> {
    let name = path.display().to_string();
    let file = std::fs::File::open(path);
    value(&name, file.map_err(|error| Failure::config(&name, &error))?)
}

fn value(name: &str, from: impl io::Read) -> Result<Secret, Failure> {
    let mut bytes = Vec::new();
    let read = from.take(MOST + 1).read_to_end(&mut bytes);
    read.map_err(|error| Failure::config(name, &error))?;
    if bytes.len() as u64 > MOST {
        return Err(Failure::argument(name, "is longer than 64 KiB"));
    }
    // Editors and `echo` end a file with a line end. Any other white space is a copying mistake,
    // which the provider's rules refuse.
    let text = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    Ok(Secret::from(text))
}

fn setting(text: &str) -> Result<(String, PathBuf), &'static str> {
    match text.split_once('=') {
        Some((name, path)) if !name.is_empty() && !path.is_empty() => {
            Ok((name.to_owned(), path.into()))
        }
        _ => Err("expected NAME=FILE, such as webhook_id=webhook-id.txt"),
    }
}
