//! What an error of Redis means.

use redis::{ErrorKind, RedisError, ServerErrorKind};
use webhook_core::{StoreError, StoreErrorKind};

/// The error of an operation that failed.
pub(crate) fn store_error(error: RedisError) -> StoreError {
    StoreError::with_source(kind(&error), error)
}

/// The error of an operation that was answered with something unexpected.
pub(crate) fn corrupt(what: &'static str) -> StoreError {
    StoreError::with_source(StoreErrorKind::Corrupt, what)
}

/// The server has no memory left, and changed nothing.
pub(crate) fn is_out_of_memory(error: &RedisError) -> bool {
    error.code() == Some("OOM")
}

/// The server does not know a script.
pub(crate) fn is_unknown_script(error: &RedisError) -> bool {
    error.kind() == ErrorKind::Server(ServerErrorKind::NoScript)
}

/// Another connection may reach a server that answers: this one is now a replica, or has other
/// passwords.
pub(crate) fn is_of_this_connection(error: &RedisError) -> bool {
    matches!(
        error.code(),
        Some("READONLY" | "NOAUTH" | "NOPERM" | "MASTERDOWN")
    )
}

fn kind(error: &RedisError) -> StoreErrorKind {
    use StoreErrorKind as K;
    match error.kind() {
        ErrorKind::AuthenticationFailed
        | ErrorKind::InvalidClientConfig
        | ErrorKind::RESP3NotSupported => K::Misconfigured,
        ErrorKind::UnexpectedReturnType => K::Corrupt,
        ErrorKind::Io if error.is_timeout() => K::Timeout,
        _ => match error.code() {
            Some("OOM") => K::Full,
            Some("CORRUPT" | "WRONGTYPE") => K::Corrupt,
            Some("NOAUTH" | "NOPERM" | "WRONGPASS" | "MOVED" | "ASK" | "CROSSSLOT") => {
                K::Misconfigured
            }
            Some("ERR") => of_text(error.detail().unwrap_or_default()),
            _ => K::Unavailable,
        },
    }
}

/// Errors without a code of their own.
fn of_text(detail: &str) -> StoreErrorKind {
    let has = |text: &str| detail.contains(text);
    if has("unknown command") || has("ompiling script") || has("nexpected engine") {
        // Redis 6, or something that is not Redis.
        StoreErrorKind::Misconfigured
    } else if has("user_script") {
        // A script stopped at a field that has no number.
        StoreErrorKind::Corrupt
    } else {
        StoreErrorKind::Unavailable
    }
}
