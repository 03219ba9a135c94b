//! How a delivery is authenticated, as a value.

mod check;
mod coverage;
mod grammar;
mod location;
mod message_signatures;
mod part;
mod time;

use crate::crypto::Algorithm;
use crate::parse::{Encoding, Grammar};
use crate::provider::{Custom, CustomScheme};
use crate::secret::KeyFormat;
use crate::time::TimeUnit;

pub use coverage::Coverage;
pub use location::Location;
pub(crate) use message_signatures::KeySet;
pub use message_signatures::MessageSignatures;
pub use part::Part;
pub(crate) use time::{TimeLocation, TimeSource};

/// How a delivery is authenticated: what is signed, with what, and where the signature is.
///
/// A scheme is a `const`. A mistake in it, such as a time that is not signed, is a compile error:
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
    /// The header of the signed id.
    pub(crate) id: Option<&'static str>,
    /// What a scheme with custom code covers, as a value and in words.
    pub(in crate::provider) own: (Coverage, &'static str),
    /// Where its time is, in words.
    pub(crate) own_time: &'static str,
    /// The body fields that it signs, if it does not sign the body.
    pub(crate) own_fields: &'static [&'static str],
    needs_full_body: bool,
    /// Whether the header of the tags may be present several times.
    pub(crate) repeated: bool,
    /// How a secret becomes this scheme's key, if not as the provider says.
    pub(crate) key_format: Option<KeyFormat>,
    /// Whether its code signs the configured URL without the query of the request.
    address: bool,
    /// Where a delivery names the key it is signed with.
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
    Custom(&'static dyn Custom),
}

impl Authentication {
    /// Whether it is HTTP Basic authentication.
    pub(crate) const fn is_basic(self) -> bool {
        matches!(self, Self::Basic)
    }
}

impl Scheme {
    /// A keyed hash over `parts`, in this order. Call `in_header` or another `in_*` method next.
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
            repeated: false,
            key_format: None,
            address: false,
            key_name: None,
        }
    }

    /// A plain hash over `parts`, one of which is the secret.
    ///
    /// This is legacy. If the secret comes first, one known message and its hash are enough to
    /// compute the hash of a longer message. HMAC prevents this.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if the algorithm is not a plain hash.
    #[must_use]
    pub const fn hash(algorithm: Algorithm, parts: &'static [Part]) -> Self {
        assert!(algorithm.is_plain(), "this algorithm is not a plain hash");
        Self::hmac(algorithm, parts)
    }

    /// A signature over `parts`, in this order, made with a private key. The secrets of an endpoint
    /// are then public keys.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if the algorithm has no public keys.
    #[must_use]
    pub const fn signature(algorithm: Algorithm, parts: &'static [Part]) -> Self {
        assert!(algorithm.is_public(), "this algorithm has no public keys");
        Self::hmac(algorithm, parts)
    }

    /// A shared token that comes with the request, compared in constant time. It authenticates the
    /// sender but covers none of the content.
    #[must_use]
    pub const fn token() -> Self {
        let mut scheme = Self::hmac(Algorithm::HmacSha256, &[]);
        scheme.authentication = Authentication::Token;
        scheme
    }

    /// A scheme that is implemented in code, and what its signatures cover.
    ///
    /// If the scheme covers the time, its tolerance is 300 s in both directions, unless
    /// [`tolerance_secs`](Self::tolerance_secs) sets another.
    #[must_use]
    pub const fn custom<S: CustomScheme>(code: &'static S, coverage: Coverage) -> Self {
        let scheme = Self::with_code(code, coverage, "defined in code").reads_body();
        match coverage.time {
            true => scheme.timed(TimeUnit::Seconds),
            false => scheme,
        }
    }

    /// A scheme with custom code, and what it covers, as a value and in words.
    #[must_use]
    pub(crate) const fn with_code(
        code: &'static dyn Custom,
        coverage: Coverage,
        words: &'static str,
    ) -> Self {
        let mut scheme = Self::token();
        scheme.authentication = Authentication::Custom(code);
        scheme.location = Location::Code;
        scheme.own = (coverage, words);
        scheme
    }

    /// Declares that the code needs the complete body.
    #[must_use]
    pub(crate) const fn reads_body(mut self) -> Self {
        self.needs_full_body = true;
        self
    }

    /// Declares that the code signs the configured URL, but not the query of the request.
    #[must_use]
    pub(crate) const fn signing_address(mut self) -> Self {
        self.address = true;
        self
    }

    pub(crate) const fn needs_url(&self) -> bool {
        self.address || self.coverage().url
    }

    /// Declares that the message signed by the code includes the fields at these JSON pointers.
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

    /// Reads the signed id of the delivery from this header.
    #[must_use]
    pub const fn id_in_header(mut self, header: &'static str) -> Self {
        self.id = Some(header);
        self
    }

    /// Sets how the text of a secret becomes the key of this scheme, if another scheme of the
    /// provider uses another format. For senders that have changed the format of their keys.
    #[must_use]
    pub(crate) const fn keyed_by(mut self, format: KeyFormat) -> Self {
        self.key_format = Some(format);
        self
    }

    /// Where the tag or token is.
    #[must_use]
    pub const fn location(&self) -> Location {
        self.location
    }

    /// Whether the header of the tags may be present several times.
    #[must_use]
    pub const fn repeats_header(&self) -> bool {
        self.repeated
    }

    /// How tags are written in a header.
    #[must_use]
    pub const fn grammar(&self) -> Grammar {
        self.grammar
    }

    /// The algorithm. `None` for tokens and credentials, and for custom code unless all of its tags
    /// are keyed hashes of one algorithm.
    #[must_use]
    pub fn algorithm(&self) -> Option<Algorithm> {
        match self.authentication {
            Authentication::Mac { algorithm, .. } => Some(algorithm),
            Authentication::Custom(code) => code.algorithm(),
            Authentication::Token | Authentication::Basic => None,
        }
    }

    /// The algorithm of the scheme's public keys, also for custom code. `None` if secrets are
    /// shared.
    #[must_use]
    pub fn key_algorithm(&self) -> Option<Algorithm> {
        match self.authentication {
            Authentication::Custom(code) => code.public(),
            _ => self.algorithm().filter(|known| known.is_public()),
        }
    }

    /// All algorithms that a public key of the scheme may be for.
    pub(crate) fn key_algorithms(&self) -> impl Iterator<Item = Algorithm> + use<> {
        let further = match self.authentication {
            Authentication::Custom(code) => code.further_algorithms(),
            _ => &[],
        };
        self.key_algorithm()
            .into_iter()
            .chain(further.iter().copied())
    }

    /// Whether the signature, the time or a part of the message is read from the body, so that the
    /// body is buffered.
    #[must_use]
    pub const fn needs_full_body(&self) -> bool {
        self.needs_full_body
    }

    /// Whether deliveries are signed with a private key, so that the secrets are public keys. False
    /// for schemes with custom code.
    #[must_use]
    pub const fn is_public(&self) -> bool {
        match self.authentication {
            Authentication::Mac { algorithm, .. } => algorithm.is_public(),
            Authentication::Token | Authentication::Basic | Authentication::Custom(_) => false,
        }
    }
}
