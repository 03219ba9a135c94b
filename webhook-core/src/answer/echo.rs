//! Which text of a sender may be in an answer.
//!
//! It is at most 1 KiB of visible ASCII and is sent with `X-Content-Type-Options: nosniff`, so that
//! an attacker cannot use the answer to run anything in a browser.

/// The maximum length of an echoed value, in bytes.
pub(crate) const MAX_ECHO: usize = 1024;

/// Whether the text is short, visible ASCII. Anything else is not echoed, so that an attacker
/// cannot choose the content of an answer.
pub(crate) fn is_echo(text: &str) -> bool {
    (1..=MAX_ECHO).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}
