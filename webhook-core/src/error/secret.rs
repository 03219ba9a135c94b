//! A secret that cannot be used.

use std::fmt;

/// Why a secret cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretProblem {
    /// Empty or blank, or empty after the provider's prefix. An empty key would let anyone sign.
    Empty,
    /// Leading or trailing white space. It is a copying mistake, and never part of a provider's
    /// secret.
    SurroundingWhitespace,
    /// A control character inside.
    ControlCharacter,
    /// Not base64, the encoding of the provider's secrets.
    NotBase64,
    /// Not base62, the encoding of the provider's secrets.
    NotBase62,
    /// Not hexadecimal, the encoding of the provider's secrets.
    NotHex,
    /// Not `username:password` (RFC 7617 §2) with a username and a password.
    Credentials,
    /// Not a key in PEM, base64 or hexadecimal.
    NoKey,
    /// A private key, although the public key is enough.
    PrivateKey,
    /// A certificate that cannot be read.
    Certificate,
    /// A key for another algorithm, or an invalid key, such as a point that is not on the curve.
    WrongKey,
    /// An RSA key of fewer than 2048 or more than 8192 bits, or an Ed25519 key of small order,
    /// which verifies forged signatures.
    WeakKey,
    /// A public key, in a build without the feature `asymmetric`.
    NeedsAsymmetric,
    /// The algorithm can only be verified, not signed with.
    VerifyOnly,
    /// A setting that has to be `true` or `false`, and is neither.
    NotFlag,
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
            Self::Credentials => "is not of the form username:password with both parts",
            Self::NoKey => "is not a key in PEM, base64 or hex",
            Self::PrivateKey => "is a private key: configure the public one",
            Self::Certificate => "is a certificate that cannot be read",
            Self::WrongKey => "is not a key for the provider's algorithm",
            Self::WeakKey => "is a weak key",
            Self::NeedsAsymmetric => {
                "is a public key, which needs the feature `asymmetric`: enable it in Cargo.toml"
            }
            Self::VerifyOnly => "cannot sign: this algorithm can only be verified",
            Self::NotFlag => "must be true or false",
        })
    }
}
