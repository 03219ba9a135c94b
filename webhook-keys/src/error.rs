//! The errors of the setup and of a request.

use std::error::Error;
use std::fmt;

/// The TLS client cannot be set up.
#[derive(Debug)]
pub struct SetupError(reqwest::Error);

impl SetupError {
    pub(crate) const fn new(error: reqwest::Error) -> Self {
        Self(error)
    }
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cannot set up TLS to fetch keys")
    }
}

impl Error for SetupError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

/// A client of an API cannot be set up. The message says what to change.
#[derive(Debug)]
#[non_exhaustive]
pub enum ApiSetupError {
    /// The URL is not of the form that the constructor names.
    InvalidUrl,
    /// A token, a password or a header is empty, or cannot be in a header.
    InvalidCredential,
    /// TLS cannot be set up.
    Tls(SetupError),
}

impl ApiSetupError {
    pub(crate) const fn tls(error: reqwest::Error) -> Self {
        Self::Tls(SetupError::new(error))
    }
}

impl fmt::Display for ApiSetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InvalidUrl => {
                "the URL of the API is not valid; expected `https` with a host name, and without \
                 port, user, query and fragment, such as `https://api.example/2.0`"
            }
            Self::InvalidCredential => {
                "a credential for the API is not valid; expected visible characters, at least one"
            }
            Self::Tls(_) => "TLS for the API cannot be set up",
        })
    }
}

impl Error for ApiSetupError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Tls(error) => Some(error),
            _ => None,
        }
    }
}

/// Why a request for a key or a confirmation failed. The source of a `KeyError`, for logs.
#[derive(Debug)]
pub(crate) enum FetchError {
    /// The provider's keys have no URL.
    NoUrl,
    /// The URL is not of the one form that is accepted.
    Url,
    /// The host name resolves to an address that is not public.
    NotPublic,
    /// The server does not know the subscription.
    NotConfirmed,
    /// The server answered with another status than 200.
    Status(u16),
    /// The document is longer than this limit.
    TooLong(usize),
    /// The request failed.
    Request(reqwest::Error),
}

impl FetchError {
    /// Removes the URL from the error: a sender may have chosen it.
    pub(crate) fn request(error: reqwest::Error) -> Self {
        Self::Request(error.without_url())
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoUrl => f.write_str(
                "this provider serves its keys through an API, not at a URL: \
                 use another source of keys",
            ),
            Self::Url => f.write_str(
                "the URL must be `https` with a host name, and without port, user and fragment",
            ),
            Self::NotPublic => {
                f.write_str("the host name resolves to an address that is not public")
            }
            Self::NotConfirmed => f.write_str("the server does not know this subscription"),
            Self::Status(status) => {
                write!(f, "the server answered with status {status} instead of 200")
            }
            Self::TooLong(most) => write!(f, "the document is longer than {} KiB", most / 1024),
            Self::Request(_) => f.write_str("the request failed"),
        }
    }
}

impl Error for FetchError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Request(error) => Some(error),
            _ => None,
        }
    }
}
