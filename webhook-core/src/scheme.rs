//! How a delivery is authenticated, as a value.

#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "const evaluation knows no iterators, and stops the compiler where an index is wrong"
)]

use std::time::Duration;

use crate::algorithm::Algorithm;
use crate::time::{TimeUnit, Tolerance};

/// A way of authenticating a delivery: what is signed, with what, and where the proof of it is.
///
/// A scheme is a `const`. A mistake in it, such as a time that is not part of what is signed, is a compile error:
///
/// ```
/// use webhook_core::{Algorithm, Part, Provider, Scheme, TimeUnit};
///
/// const ACME: Provider = Provider::new(
///     "acme",
///     &[Scheme::hmac(
///         Algorithm::HmacSha256,
///         &[Part::Time, Part::Literal("."), Part::Body],
///     )
///     .in_header("acme-signature")
///     .pairs(b',', "v1")
///     .time_in_pair("t", TimeUnit::Seconds)],
/// )
/// .id_at(&["/id"])
/// .type_at(&["/type"]);
/// ```
///
/// ```compile_fail
/// # use webhook_core::{Algorithm, Part, Provider, Scheme, TimeUnit};
/// const UNSIGNED_TIME: Provider = Provider::new(
///     "acme",
///     &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
///         .in_header("acme-signature")
///         .time_in_header("acme-time", TimeUnit::Seconds)],
/// );
/// # let _ = UNSIGNED_TIME;
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Scheme {
    pub(crate) authentication: Authentication,
    pub(crate) location: Location,
    pub(crate) grammar: Grammar,
    pub(crate) encoding: Encoding,
    pub(crate) time: Option<TimeSource>,
    pub(crate) id: Option<IdSource>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Authentication {
    Mac {
        algorithm: Algorithm,
        parts: &'static [Part],
    },
    Token,
    Basic,
}

/// Where the tag or token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Location {
    /// In the header of this (lower-case) name.
    Header(&'static str),
    /// In headers of this name with `1`, `2`, … behind it, one for each key of the sender.
    NumberedHeaders(&'static str),
    /// In the query parameter of this name.
    Query(&'static str),
}

/// How tags are written in a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Grammar {
    /// One tag behind a prefix, which may be empty: `sha256=<tag>`.
    Bare {
        /// The prefix, compared byte for byte.
        prefix: &'static str,
    },
    /// `t=<time>,v1=<tag>,v1=<tag>`: pairs, of which those with the label hold tags and others are ignored.
    Pairs {
        /// What stands between two pairs.
        separator: u8,
        /// The key of a pair that holds a tag.
        label: &'static str,
        /// Whether white space around a pair is tolerated.
        spaces: bool,
    },
    /// `v1,<tag> v1,<tag> v1a,<tag>`: entries separated by spaces, each with its version in front.
    Versions {
        /// The version whose entries hold tags of this scheme.
        label: &'static str,
    },
}

/// How a tag is spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding {
    /// Hexadecimal digits, written in lower case and read in either.
    Hex,
    /// Hexadecimal digits, written in upper case and read in either.
    HexUpper,
    /// Base64 with padding and the standard alphabet (RFC 4648 §4), in its canonical spelling only.
    Base64,
}

/// A piece of what is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// Fixed text.
    Literal(&'static str),
    /// The time, as its text was sent.
    Time,
    /// The id of the delivery, as its header was sent.
    Id,
    /// The method.
    Method,
    /// The configured public URL, and the query with its `?` as received.
    Url,
    /// The body.
    Body,
    /// Text around a value of the request; the whole of it is left out when the value is absent or blank.
    Optional {
        /// What stands before the value.
        before: &'static str,
        /// The value, without surrounding white space.
        value: Value,
        /// What stands behind it.
        after: &'static str,
    },
}

/// A value of the request that is part of what is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value {
    /// The header of this (lower-case) name.
    Header(&'static str),
    /// The query parameter of this name, decoded.
    Query(&'static str),
    /// The same in ASCII lower case.
    QueryLowercase(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimeSource {
    pub(crate) at: TimeLocation,
    pub(crate) unit: TimeUnit,
    pub(crate) past_secs: u32,
    pub(crate) future_secs: u32,
}

impl TimeSource {
    pub(crate) fn tolerance(self) -> Tolerance {
        Tolerance {
            past: Duration::from_secs(self.past_secs.into()),
            future: Duration::from_secs(self.future_secs.into()),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeLocation {
    Header(&'static str),
    Pair(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct IdSource {
    pub(crate) header: &'static str,
    /// Whether a `.` may stand in an id: not where it separates the fields of what is signed.
    pub(crate) dots: bool,
}

/// What a scheme vouches for. Everything else in a request is as anybody on the way may have left it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Coverage {
    /// Every byte of the body.
    pub body: bool,
    /// The time of the delivery, so that an old capture is recognised.
    pub time: bool,
    /// The id of the delivery.
    pub id: bool,
    /// The URL, with its query.
    pub url: bool,
    /// The method.
    pub method: bool,
    /// Chosen header or query values.
    pub values: bool,
}

impl Coverage {
    /// Nothing is covered: a token or a password came with the request and says who sent it, not what.
    #[must_use]
    pub const fn is_sender_only(self) -> bool {
        !(self.body || self.time || self.id || self.url || self.method || self.values)
    }

    /// Whether what the body says may be relied on: it is signed, or a token vouches for its sender, and so for all of
    /// the request.
    pub(crate) const fn vouches_for_body(self) -> bool {
        self.body || self.is_sender_only()
    }
}

const DEFAULT_TOLERANCE_SECS: u32 = 300;

impl Scheme {
    /// A keyed hash over `parts`, in this order. Say next where the tag is.
    #[must_use]
    pub const fn hmac(algorithm: Algorithm, parts: &'static [Part]) -> Self {
        Self {
            authentication: Authentication::Mac { algorithm, parts },
            location: Location::Header(""),
            grammar: Grammar::Bare { prefix: "" },
            encoding: Encoding::Hex,
            time: None,
            id: None,
        }
    }

    /// A shared token that comes with the request, compared in constant time. It says who sent the request and
    /// nothing about what is in it.
    #[must_use]
    pub const fn token() -> Self {
        let mut scheme = Self::hmac(Algorithm::HmacSha256, &[]);
        scheme.authentication = Authentication::Token;
        scheme
    }

    /// HTTP Basic authentication (RFC 7617).
    #[must_use]
    pub const fn basic() -> Self {
        let mut scheme = Self::token().in_header("authorization");
        scheme.authentication = Authentication::Basic;
        scheme
    }

    /// The tag or token is in this header. Names are given in lower case.
    #[must_use]
    pub const fn in_header(mut self, name: &'static str) -> Self {
        self.location = Location::Header(name);
        self
    }

    /// The tags are in headers of this name with `1`, `2`, … behind it.
    #[must_use]
    pub const fn in_numbered_headers(mut self, name: &'static str) -> Self {
        self.location = Location::NumberedHeaders(name);
        self
    }

    /// The token is in this query parameter.
    #[must_use]
    pub const fn in_query(mut self, name: &'static str) -> Self {
        self.location = Location::Query(name);
        self
    }

    /// A fixed text stands before the tag.
    #[must_use]
    pub const fn prefix(mut self, prefix: &'static str) -> Self {
        self.grammar = Grammar::Bare { prefix };
        self
    }

    /// The header is a list of pairs such as `t=…,v1=…`; tags are the values of `label`.
    #[must_use]
    pub const fn pairs(mut self, separator: u8, label: &'static str) -> Self {
        self.grammar = Grammar::Pairs {
            separator,
            label,
            spaces: false,
        };
        self
    }

    /// As [`pairs`](Self::pairs), with white space around a pair tolerated.
    #[must_use]
    pub const fn spaced_pairs(mut self, separator: u8, label: &'static str) -> Self {
        self.grammar = Grammar::Pairs {
            separator,
            label,
            spaces: true,
        };
        self
    }

    /// The header is a list such as `v1,… v1a,…`; tags are the entries of version `label`.
    #[must_use]
    pub const fn versions(mut self, label: &'static str) -> Self {
        self.grammar = Grammar::Versions { label };
        self
    }

    /// How the tag is spelled; hexadecimal unless said.
    #[must_use]
    pub const fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// The time is in a header of its own. The default tolerance is 300 s to both sides, that of the Standard
    /// Webhooks libraries.
    #[must_use]
    pub const fn time_in_header(mut self, name: &'static str, unit: TimeUnit) -> Self {
        self.time = Some(TimeSource {
            at: TimeLocation::Header(name),
            unit,
            past_secs: DEFAULT_TOLERANCE_SECS,
            future_secs: DEFAULT_TOLERANCE_SECS,
        });
        self
    }

    /// The time is the value of pair `key` in the signature header, with the same default tolerance.
    #[must_use]
    pub const fn time_in_pair(mut self, key: &'static str, unit: TimeUnit) -> Self {
        self.time = Some(TimeSource {
            at: TimeLocation::Pair(key),
            unit,
            past_secs: DEFAULT_TOLERANCE_SECS,
            future_secs: DEFAULT_TOLERANCE_SECS,
        });
        self
    }

    /// The id of the delivery is in this header, and signed.
    #[must_use]
    pub const fn id_in_header(mut self, header: &'static str) -> Self {
        self.id = Some(IdSource {
            header,
            dots: false,
        });
        self
    }

    /// What this scheme vouches for.
    #[must_use]
    pub const fn coverage(&self) -> Coverage {
        let mut coverage = Coverage {
            body: false,
            time: false,
            id: false,
            url: false,
            method: false,
            values: false,
        };
        let parts = self.parts();
        let mut i = 0;
        while i < parts.len() {
            match parts[i] {
                Part::Literal(_) => {}
                Part::Time => coverage.time = true,
                Part::Id => coverage.id = true,
                Part::Method => coverage.method = true,
                Part::Url => coverage.url = true,
                Part::Body => coverage.body = true,
                Part::Optional { .. } => coverage.values = true,
            }
            i += 1;
        }
        coverage
    }

    /// What is signed, in order; empty for tokens and credentials.
    #[must_use]
    pub const fn parts(&self) -> &'static [Part] {
        match self.authentication {
            Authentication::Mac { parts, .. } => parts,
            Authentication::Token | Authentication::Basic => &[],
        }
    }

    /// Where the tag or token is.
    #[must_use]
    pub const fn location(&self) -> Location {
        self.location
    }

    /// The algorithm; `None` for tokens and credentials.
    #[must_use]
    pub const fn algorithm(&self) -> Option<Algorithm> {
        match self.authentication {
            Authentication::Mac { algorithm, .. } => Some(algorithm),
            Authentication::Token | Authentication::Basic => None,
        }
    }

    /// Stops the compiler where a scheme contradicts itself. Runs in `const` evaluation only.
    pub(crate) const fn check(&self) {
        match self.location {
            Location::Header(name) | Location::NumberedHeaders(name) => assert_header_name(name),
            Location::Query(name) => assert!(!name.is_empty(), "a query parameter needs a name"),
        }
        if let Grammar::Pairs { label, .. } | Grammar::Versions { label } = self.grammar {
            assert!(!label.is_empty(), "the label of a tag is empty");
        }
        if let Some(id) = self.id {
            assert_header_name(id.header);
        }
        let coverage = self.coverage();
        match self.time {
            Some(time) => {
                assert!(
                    coverage.time,
                    "the time is not among the signed parts, so anybody could freshen it"
                );
                match time.at {
                    TimeLocation::Header(name) => assert_header_name(name),
                    TimeLocation::Pair(key) => {
                        assert!(!key.is_empty(), "the key of the time is empty");
                        assert!(
                            matches!(self.grammar, Grammar::Pairs { .. }),
                            "a time in a pair needs a header of pairs"
                        );
                    }
                }
            }
            None => assert!(
                !coverage.time,
                "the time is signed, but nothing says where it is"
            ),
        }
        assert!(
            coverage.id == self.id.is_some(),
            "an id is signed if and only if something says where it is"
        );
        if let Authentication::Mac { parts, .. } = self.authentication {
            assert!(!parts.is_empty(), "nothing is signed");
            let (mut i, mut bodies) = (0, 0);
            while i < parts.len() {
                if matches!(parts[i], Part::Body) {
                    bodies += 1;
                }
                i += 1;
            }
            assert!(bodies < 2, "the body is signed twice");
        }
    }
}

pub(crate) const fn assert_header_name(name: &str) {
    let bytes = name.as_bytes();
    assert!(!bytes.is_empty(), "a header has no name");
    let mut i = 0;
    while i < bytes.len() {
        assert!(
            matches!(bytes[i], b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'),
            "header names are given in lower case"
        );
        i += 1;
    }
}
