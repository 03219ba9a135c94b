//! Checks of a route's name and of its keys.

use webhook_axum::Provider;

use crate::catalogue;
use crate::config::entries::Entries;
use crate::config::error::{ConfigError, EntryError};
use crate::config::suggest;

/// Refuses a name that a path would have to escape. Each route then has exactly one path.
pub(super) fn name(name: &str) -> Result<(), ConfigError> {
    let problem = match name {
        _ if name.starts_with('_') => "starts with `_`, which is reserved: choose another name",
        _ if is_plain(name) => return Ok(()),
        _ => "has an invalid name: use 1 to 64 ASCII letters, digits, `.`, `_`, `~` or `-`",
    };
    Err(ConfigError::route(name, problem))
}

/// Whether a name is short, and has no character that a path would have to escape.
pub(super) fn is_plain(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._~-".contains(&byte);
    (1..=64).contains(&name.len()) && name.bytes().all(plain)
}

/// Refuses a key that no provider has. This check comes first: a misspelled key is the cause of the
/// missing one.
pub(super) fn known(entries: &Entries) -> Result<(), EntryError> {
    let every: Vec<_> = catalogue::every_name().collect();
    let Some(key) = entries.unknown(&every) else {
        return Ok(());
    };
    let problem = match suggest::closest(key, every) {
        Some(meant) => format!("is an unknown key; did you mean {meant:?}?"),
        None => "is an unknown key; `webhook providers` lists the keys of a route".to_owned(),
    };
    Err(EntryError::new(key, problem))
}

/// Refuses a key that this provider does not use.
pub(super) fn used(entries: &Entries, provider: &Provider) -> Result<(), EntryError> {
    let keys = catalogue::keys(provider).into_iter().map(|key| key.name);
    let used: Vec<_> = keys.chain(["provider"]).collect();
    let Some(key) = entries.unknown(&used) else {
        return Ok(());
    };
    let provider = provider.name();
    let problem = format!("is not a key of {provider:?}; `webhook providers` lists its keys");
    Err(EntryError::new(key, problem))
}
