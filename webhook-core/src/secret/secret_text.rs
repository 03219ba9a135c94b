//! A secret as configured.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::error::SecretProblem;

/// A shared secret as the provider shows it: `whsec_…`, a token, a password.
///
/// Its memory is wiped on drop. It has no `Display`, `Serialize` or equality, and its `Debug` is
/// redacted. Building an endpoint checks whether the secret is usable with the provider: see
/// [`SecretProblem`] for what is refused.
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The secret of HTTP Basic authentication: `username:password`.
    ///
    /// RFC 7617 §2 does not allow a colon in a username. A username with one makes an empty secret,
    /// which is refused when the endpoint is built.
    #[must_use]
    pub fn basic(username: &str, password: &str) -> Self {
        if username.contains(':') {
            return Self(Zeroizing::new(Vec::new()));
        }
        let mut pair = Zeroizing::new(Vec::new());
        pair.extend_from_slice(username.as_bytes());
        pair.push(b':');
        pair.extend_from_slice(password.as_bytes());
        Self(pair)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret([redacted])")
    }
}

impl From<&str> for Secret {
    fn from(secret: &str) -> Self {
        Self(Zeroizing::new(secret.as_bytes().to_vec()))
    }
}

impl From<&String> for Secret {
    fn from(secret: &String) -> Self {
        Self::from(secret.as_str())
    }
}

impl From<String> for Secret {
    fn from(secret: String) -> Self {
        Self(Zeroizing::new(secret.into_bytes()))
    }
}

impl From<&[u8]> for Secret {
    fn from(secret: &[u8]) -> Self {
        Self(Zeroizing::new(secret.to_vec()))
    }
}

impl From<Box<str>> for Secret {
    fn from(secret: Box<str>) -> Self {
        Self::from(String::from(secret))
    }
}

impl From<Arc<str>> for Secret {
    fn from(secret: Arc<str>) -> Self {
        Self::from(&*secret)
    }
}

impl From<Cow<'_, str>> for Secret {
    fn from(secret: Cow<'_, str>) -> Self {
        Self::from(secret.into_owned())
    }
}

/// Refuses a configured value that is blank, has surrounding white space, or contains a control
/// character.
pub(crate) fn check_text(text: &[u8]) -> Result<(), SecretProblem> {
    let padded = match std::str::from_utf8(text) {
        Ok(text) => {
            let trimmed = text.trim_matches(is_blank);
            if trimmed.is_empty() {
                return Err(SecretProblem::Empty);
            }
            trimmed.len() < text.len()
        }
        Err(_) => text.trim_ascii().len() < text.len(),
    };
    if padded {
        return Err(SecretProblem::SurroundingWhitespace);
    }
    match text.iter().any(u8::is_ascii_control) {
        true => Err(SecretProblem::ControlCharacter),
        false => Ok(()),
    }
}

/// Whether a character is white space or as invisible: a zero-width space, or a byte order mark.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}')
}
