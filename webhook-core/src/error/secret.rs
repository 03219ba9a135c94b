//! A secret that cannot be used.

use std::fmt;

/// Why a secret cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretProblem {
    /// Empty or blank, or nothing is left behind the provider's prefix. An empty key lets anyone sign.
    Empty,
    /// White space at an end: a copying mistake, and never part of a provider's secret.
    SurroundingWhitespace,
    /// A control character inside.
    ControlCharacter,
    /// Not base64, in which the provider writes its secrets.
    NotBase64,
    /// Not base62, in which the provider writes its secrets.
    NotBase62,
    /// Not hexadecimal, in which the provider writes its secrets.
    NotHex,
    /// Not `username:password` (RFC 7617 §2) with a username and a password.
    Credentials,
    /// No public key in PEM, base64 or hexadecimal digits.
    NoKey,
    /// A private key, where the public one is enough.
    PrivateKey,
    /// A certificate that cannot be read.
    Certificate,
    /// A key of another algorithm, or no key at all: as of a point that is not on the curve.
    WrongKey,
    /// An RSA key of fewer than 2048 bits or more than 8192, or an Ed25519 key that verifies what nobody signed.
    WeakKey,
    /// A public key, in a build without the feature `asymmetric`.
    NeedsAsymmetric,
    /// The algorithm can be verified, but not signed with.
    VerifyOnly,
}

impl fmt::Display for SecretProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "is empty",
            Self::SurroundingWhitespace => "has white space around it",
            Self::ControlCharacter => "contains a control character",
            Self::NotBase64 => "is not base64",
            Self::NotBase62 => "is not base62",
            Self::NotHex => "is not hexadecimal",
            Self::Credentials => "is not of the form username:password, with both",
            Self::NoKey => "is no key in PEM, base64 or hexadecimal digits",
            Self::PrivateKey => "is a private key: configure the public one",
            Self::Certificate => "is a certificate that cannot be read",
            Self::WrongKey => "is no key of the provider's algorithm",
            Self::WeakKey => "is a key that is too weak",
            Self::NeedsAsymmetric => {
                "is a public key, which needs the feature `asymmetric`: enable it in Cargo.toml"
            }
            Self::VerifyOnly => "cannot sign: this algorithm is only verified",
        })
    }
}
