//! How a delivery is authenticated, as a value.

mod check;
mod coverage;
mod grammar;
mod location;
mod part;
mod time;

use crate::crypto::Algorithm;
use crate::parse::{Encoding, Grammar};
use crate::provider::{Custom, CustomScheme};
use crate::time::TimeUnit;

pub use coverage::Coverage;
pub use location::Location;
pub use part::{Part, Value};
pub(crate) use time::{TimeLocation, TimeSource};

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
    /// What a scheme with code of its own vouches for, and that in words.
    pub(in crate::provider) own: (Coverage, &'static str),
    /// Where the time of one is, in words.
    pub(crate) own_time: &'static str,
    /// The fields of the body that one signs, where it does not sign the body.
    pub(crate) own_fields: &'static [&'static str],
    needs_full_body: bool,
    /// Whether the code of one signs the configured URL, but not the query of a request.
    address: bool,
    /// Where a delivery says which key it is signed with.
    pub(crate) key_name: Option<crate::provider::KeyName>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Authentication {
    Mac {
        algorithm: Algorithm,
        parts: &'static [Part],
    },
    Token,
    Basic,
    /// Code of its own.
    Custom(&'static dyn Custom),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct IdSource {
    pub(crate) header: &'static str,
    /// Whether a `.` may stand in an id: not where it separates the fields of what is signed.
    pub(crate) dots: bool,
}

impl Authentication {
    /// Whether it is HTTP Basic authentication.
    pub(crate) const fn is_basic(self) -> bool {
        matches!(self, Self::Basic)
    }
}

impl Scheme {
    /// A keyed hash over `parts`, in this order. Say next where the tag is.
    #[must_use]
    pub const fn hmac(algorithm: Algorithm, parts: &'static [Part]) -> Self {
        let (mut i, mut fields) = (0, false);
        while i < parts.len() {
            fields |= matches!(parts[i], Part::Field(_));
            i += 1;
        }
        Self {
            authentication: Authentication::Mac { algorithm, parts },
            location: Location::Header(""),
            grammar: Grammar::Bare { prefix: "" },
            encoding: Encoding::Hex,
            time: None,
            id: None,
            own: (Coverage::NONE, ""),
            own_time: "",
            own_fields: &[],
            needs_full_body: fields,
            address: false,
            key_name: None,
        }
    }

    /// A plain hash over `parts`, the secret among them. Legacy: with the secret in front, whoever knows one message and its
    /// hash can make the hash of a longer one; HMAC is what cures that.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if the algorithm is no plain hash.
    #[must_use]
    pub const fn hash(algorithm: Algorithm, parts: &'static [Part]) -> Self {
        assert!(algorithm.is_plain(), "this algorithm makes an HMAC");
        Self::hmac(algorithm, parts)
    }

    /// A signature over `parts`, in this order, made with a private key. The secrets of an endpoint are public keys then.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if the algorithm has no public keys.
    #[must_use]
    pub const fn signature(algorithm: Algorithm, parts: &'static [Part]) -> Self {
        assert!(algorithm.is_public(), "this algorithm makes an HMAC");
        Self::hmac(algorithm, parts)
    }

    /// A shared token that comes with the request, compared in constant time. It says who sent the request and
    /// nothing about what is in it.
    #[must_use]
    pub const fn token() -> Self {
        let mut scheme = Self::hmac(Algorithm::HmacSha256, &[]);
        scheme.authentication = Authentication::Token;
        scheme
    }

    /// A scheme that is written in code, and what its signatures cover.
    ///
    /// A scheme that covers the time has a tolerance of 300 s in both directions, unless
    /// [`tolerance_secs`](Self::tolerance_secs) says otherwise.
    #[must_use]
    pub const fn custom<S: CustomScheme>(code: &'static S, coverage: Coverage) -> Self {
        let mut scheme = Self::with_code(code, coverage, "what its code says").reads_body();
        scheme.location = Location::Code;
        match coverage.time {
            true => scheme.timed(TimeUnit::Seconds),
            false => scheme,
        }
    }

    /// A scheme with code of its own, what it vouches for, and that in words.
    #[must_use]
    pub(crate) const fn with_code(
        code: &'static dyn Custom,
        coverage: Coverage,
        words: &'static str,
    ) -> Self {
        let mut scheme = Self::token();
        scheme.authentication = Authentication::Custom(code);
        scheme.own = (coverage, words);
        scheme
    }

    /// The code of the scheme reads the body at its end.
    #[must_use]
    pub(crate) const fn reads_body(mut self) -> Self {
        self.needs_full_body = true;
        self
    }

    /// The code of the scheme signs the configured URL, though not with the query of the request.
    #[must_use]
    pub(crate) const fn signing_address(mut self) -> Self {
        self.address = true;
        self
    }

    pub(crate) const fn needs_url(&self) -> bool {
        self.address || self.coverage().url
    }

    /// What the code of the scheme signs are, or hold, the fields at these JSON pointers.
    #[must_use]
    pub(crate) const fn signing(mut self, pointers: &'static [&'static str]) -> Self {
        self.own_fields = pointers;
        self
    }

    /// HTTP Basic authentication (RFC 7617).
    #[must_use]
    pub const fn basic() -> Self {
        let mut scheme = Self::token().in_header("authorization");
        scheme.authentication = Authentication::Basic;
        scheme
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

    /// Where the tag or token is.
    #[must_use]
    pub const fn location(&self) -> Location {
        self.location
    }

    /// How tags are written.
    #[must_use]
    pub const fn grammar(&self) -> Grammar {
        self.grammar
    }

    /// The algorithm; `None` for tokens, credentials, and schemes with code of their own.
    #[must_use]
    pub const fn algorithm(&self) -> Option<Algorithm> {
        match self.authentication {
            Authentication::Mac { algorithm, .. } => Some(algorithm),
            Authentication::Token | Authentication::Basic | Authentication::Custom(_) => None,
        }
    }

    /// The algorithm of its public keys, also where it has code of its own; `None` where secrets are shared ones.
    #[must_use]
    pub fn key_algorithm(&self) -> Option<Algorithm> {
        match self.authentication {
            Authentication::Custom(code) => code.public(),
            _ => self.algorithm().filter(|known| known.is_public()),
        }
    }

    /// Whether the proof, the time or what is signed has to be read out of the body, which is kept until its end then.
    #[must_use]
    pub const fn needs_full_body(&self) -> bool {
        self.needs_full_body
    }

    /// Whether it is signed with a private key, so that secrets are public ones.
    #[must_use]
    pub const fn is_public(&self) -> bool {
        match self.authentication {
            Authentication::Mac { algorithm, .. } => algorithm.is_public(),
            Authentication::Token | Authentication::Basic | Authentication::Custom(_) => false,
        }
    }
}
