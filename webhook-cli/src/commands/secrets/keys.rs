//! The keys that secrets are sealed with.

use std::path::PathBuf;

use webhook_core::UnixTime;
use webhook_core::secret_store::KeyRing;

use crate::commands::print;
use crate::config::SECRET_KEYS_VARIABLE as VARIABLE;
use crate::failure::Failure;

/// Where the keys are.
#[derive(clap::Args)]
pub(super) struct Keys {
    /// The file with the keys, each as ID:KEY, the current one first. Without it, they are in the
    /// environment variable WEBHOOK_SECRET_KEYS.
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
}

impl Keys {
    pub(super) fn read(&self) -> Result<KeyRing, Failure> {
        match &self.keys {
            Some(path) => {
                let keys = KeyRing::from_file(path);
                keys.map_err(|error| Failure::config(path.display(), &error))
            }
            None => KeyRing::from_env(VARIABLE)
                .map_err(|error| Failure::config(format_args!("--keys or {VARIABLE}"), &error)),
        }
    }
}

/// Print a fresh key as ID:KEY, for the front of the file of keys. It is secret.
#[derive(clap::Args)]
pub(super) struct Key {
    /// The id of the key: letters, digits, `.`, `_` and `-`. Without it, the date of today.
    #[arg(long)]
    id: Option<String>,
}

impl Key {
    pub(super) fn run(self) -> Result<(), Failure> {
        let id = self.id.unwrap_or_else(today);
        let entry = KeyRing::fresh_entry(&id);
        print(entry.map_err(|error| Failure::config("--id", &error))?)
    }
}

/// The date, such as `2027-01-31`.
fn today() -> String {
    let now = UnixTime::now().to_string();
    now.split('T').next().unwrap_or_default().to_owned()
}
