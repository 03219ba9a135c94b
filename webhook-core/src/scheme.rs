//! How a delivery is authenticated, as a value.

#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "const evaluation knows no iterators, and stops the compiler where an index is wrong"
)]

use std::time::Duration;

use crate::algorithm::Algorithm;
use crate::custom::Custom;
use crate::custom::form_token::FormToken;
use crate::quoted::MAX_SHORT;
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
    /// What a scheme with code of its own vouches for, and that in words.
    own: (Coverage, &'static str),
    /// Where the time of one is, in words.
    pub(crate) own_time: &'static str,
    /// The fields of the body that one signs, where it does not sign the body.
    pub(crate) own_fields: &'static [&'static str],
    holds_body: bool,
    /// Whether the code of one signs the configured URL, but not the query of a request.
    address: bool,
    /// Where a delivery says which key it is signed with.
    #[cfg(feature = "asymmetric")]
    pub(crate) key_name: Option<crate::keys::KeyName>,
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

/// Where the tag or token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Location {
    /// In the header of this (lower-case) name.
    Header(&'static str),
    /// In headers of this name with `1`, `2`, … behind it, one for each key of the sender.
    NumberedHeaders(&'static str),
    /// In any of these headers, of which at least one is there: tags of one message under several keys.
    AnyHeader(&'static [&'static str]),
    /// In the query parameter of this name.
    Query(&'static str),
    /// The body is a token, and the tag a part of it.
    Body,
    /// In the text at this JSON pointer of the body.
    BodyField(&'static str),
    /// In the text at this JSON pointer of the JSON that a field of a form holds.
    FormField {
        /// The form's field.
        field: &'static str,
        /// The JSON pointer.
        pointer: &'static str,
    },
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
        /// A pair that has to be there besides, as the name of the algorithm is where the sender chooses it.
        beside: Option<(&'static str, &'static str)>,
    },
    /// `t=<time>,v1=<tag> t=<time>,v1=<tag>`: lists of pairs separated by spaces, all of one time.
    PairSets {
        /// What stands between two pairs.
        separator: u8,
        /// The key of a pair that holds a tag.
        label: &'static str,
    },
    /// `<tag>,<tag>`, behind the time where that is the first entry.
    List {
        /// What stands between two entries.
        separator: u8,
    },
    /// `v1,<tag> v1,<tag> v1a,<tag>`: entries separated by spaces, each with its version in front.
    Versions {
        /// The version whose entries hold tags of this scheme.
        label: &'static str,
        /// Whether an entry may end in a comma.
        commas: bool,
    },
    /// `<key>/SHA256/<tag>,<key>/SHA256/<tag>`: entries separated by commas, each with the name of its key and its
    /// algorithm in front. The name of a key is not looked at: every key is tried.
    Keyed {
        /// The algorithm whose entries hold tags of this scheme.
        label: &'static str,
    },
    /// A JSON object in base64, with the tag in one of its fields. The others, which name key and algorithm, are not looked at:
    /// the algorithm is the scheme's, and every key is tried.
    Json {
        /// The pointer of the field.
        field: &'static str,
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
    /// Base64 without padding and with the alphabet for URLs (RFC 4648 §5), in its canonical spelling only.
    Base64Url,
    /// Base64 in either alphabet, with padding or without. Written like
    /// [`Base64Url`](Self::Base64Url). Only for providers that spell their signatures in several
    /// ways.
    Base64Any,
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
    ///
    /// With nothing between them, a thief could move bytes from the query into the body and back.
    /// So where the body stands next to it, a query with a bracket, a quotation mark or white space
    /// is refused, and a body is refused unless it is empty or has one of these at the end that
    /// touches: JSON and XML do. A body behind a URL without a query only must not begin with `?`.
    Url,
    /// The body.
    Body,
    /// The body as a program writes it that takes the low eight bits of every UTF-16 unit for a byte. It does not cover the
    /// body: many texts are written the same.
    BodyLowBytes,
    /// The header of this (lower-case) name, which has to be there.
    Header(&'static str),
    /// The value at this JSON pointer of the body: a text as it reads, or an integer or boolean in digits or letters.
    Field(&'static str),
    /// The secret itself: what keys a plain hash. Behind the body it stands last.
    Secret,
    /// What stands before the colon of a [`KeyFormat::Login`](crate::KeyFormat::Login).
    Login,
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
    /// The first entry of the list of tags.
    First,
    /// At this JSON pointer of the body.
    Body(&'static str),
    /// Where the code of the scheme knows.
    Custom,
}

impl TimeLocation {
    /// Whether the pair of this key holds the time.
    pub(crate) fn is_pair(self, key: &[u8]) -> bool {
        matches!(self, Self::Pair(name) if name.as_bytes() == key)
    }
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
    pub(crate) const NONE: Self = Self {
        body: false,
        time: false,
        id: false,
        url: false,
        method: false,
        values: false,
    };

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
            holds_body: fields,
            address: false,
            #[cfg(feature = "asymmetric")]
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
    #[cfg(feature = "asymmetric")]
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

    /// A scheme with code of its own, what it vouches for, and that in words.
    #[must_use]
    pub(crate) const fn custom(
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
        self.holds_body = true;
        self
    }

    /// The code of the scheme knows where the time is.
    #[must_use]
    pub(crate) const fn timed(self, unit: TimeUnit) -> Self {
        self.time_at(TimeLocation::Custom, unit)
    }

    /// Where that is, in words.
    #[must_use]
    pub(crate) const fn time_is(mut self, words: &'static str) -> Self {
        self.own_time = words;
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

    /// The tags are in any of these headers, and may be in several.
    #[must_use]
    pub const fn in_any_header(mut self, names: &'static [&'static str]) -> Self {
        self.location = Location::AnyHeader(names);
        self
    }

    /// The tag or token is the text at this JSON pointer of the body. The body is kept until its end then, and the scheme
    /// is the provider's only one.
    #[must_use]
    pub const fn in_body(mut self, pointer: &'static str) -> Self {
        self.location = Location::BodyField(pointer);
        self.holds_body = true;
        self
    }

    /// The body is a token.
    #[must_use]
    pub(crate) const fn is_body(mut self) -> Self {
        self.location = Location::Body;
        self.holds_body = true;
        self
    }

    /// The tag or token is at this JSON pointer of the JSON in a field of a form. As [`in_body`](Self::in_body) else.
    #[must_use]
    pub const fn in_form(mut self, field: &'static str, pointer: &'static str) -> Self {
        self.location = Location::FormField { field, pointer };
        self.holds_body = true;
        self
    }

    /// A shared token in a field of a form, which is kept until its end. It says who sent the request and nothing about what is in
    /// it.
    #[must_use]
    pub const fn token_in_form(field: &'static str) -> Self {
        let words = "nothing: a token in the form";
        Self::custom(&FormToken, Coverage::NONE, words).in_form(field, "/token")
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
    pub const fn pairs(self, separator: u8, label: &'static str) -> Self {
        self.listing(separator, label, false, None)
    }

    const fn listing(
        mut self,
        separator: u8,
        label: &'static str,
        spaces: bool,
        beside: Option<(&'static str, &'static str)>,
    ) -> Self {
        self.grammar = Grammar::Pairs {
            separator,
            label,
            spaces,
            beside,
        };
        self
    }

    /// As [`pairs`](Self::pairs), with white space around a pair tolerated.
    #[must_use]
    pub const fn spaced_pairs(self, separator: u8, label: &'static str) -> Self {
        self.listing(separator, label, true, None)
    }

    /// As [`pairs`](Self::pairs), in a header that has this other pair too. For senders that name their algorithm: no name but
    /// this one is accepted.
    #[must_use]
    pub const fn pairs_beside(
        self,
        separator: u8,
        label: &'static str,
        key: &'static str,
        value: &'static str,
    ) -> Self {
        self.listing(separator, label, false, Some((key, value)))
    }

    /// The header is one or more lists of pairs with a space between, all of one time.
    #[must_use]
    pub const fn pair_sets(mut self, separator: u8, label: &'static str) -> Self {
        self.grammar = Grammar::PairSets { separator, label };
        self
    }

    /// As [`spaced_pairs`](Self::spaced_pairs) and [`pairs_beside`](Self::pairs_beside).
    #[must_use]
    pub const fn spaced_pairs_beside(
        self,
        separator: u8,
        label: &'static str,
        key: &'static str,
        value: &'static str,
    ) -> Self {
        self.listing(separator, label, true, Some((key, value)))
    }

    /// The header is a JSON object in base64, and the tag is the text of its field `field`.
    #[must_use]
    pub const fn json(mut self, field: &'static str) -> Self {
        self.grammar = Grammar::Json { field };
        self
    }

    /// The header is a list of tags.
    #[must_use]
    pub const fn list(mut self, separator: u8) -> Self {
        self.grammar = Grammar::List { separator };
        self
    }

    /// The header is a list such as `1/SHA256/…,2/SHA256/…`; tags are the entries of algorithm `label`.
    #[must_use]
    pub const fn keyed(mut self, label: &'static str) -> Self {
        self.grammar = Grammar::Keyed { label };
        self
    }

    /// The header is a list such as `v1,… v1a,…`; tags are the entries of version `label`.
    #[must_use]
    pub const fn versions(mut self, label: &'static str) -> Self {
        self.grammar = Grammar::Versions {
            label,
            commas: false,
        };
        self
    }

    /// As [`versions`](Self::versions), with a comma behind an entry tolerated.
    #[must_use]
    pub const fn versions_with_commas(mut self, label: &'static str) -> Self {
        self.grammar = Grammar::Versions {
            label,
            commas: true,
        };
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
    pub const fn time_in_header(self, name: &'static str, unit: TimeUnit) -> Self {
        self.time_at(TimeLocation::Header(name), unit)
    }

    /// The time is the value of pair `key` in the signature header, with the same default tolerance.
    #[must_use]
    pub const fn time_in_pair(self, key: &'static str, unit: TimeUnit) -> Self {
        self.time_at(TimeLocation::Pair(key), unit)
    }

    /// The time is the first entry of the [`list`](Self::list) in the signature header, with the same default tolerance.
    #[must_use]
    pub const fn time_first(self, unit: TimeUnit) -> Self {
        self.time_at(TimeLocation::First, unit)
    }

    /// The time is at this JSON pointer of the signed body, with the same default tolerance. As [`in_body`](Self::in_body), this
    /// keeps the body until its end.
    #[must_use]
    pub const fn time_in_body(mut self, pointer: &'static str, unit: TimeUnit) -> Self {
        self.holds_body = true;
        self.time_at(TimeLocation::Body(pointer), unit)
    }

    const fn time_at(mut self, at: TimeLocation, unit: TimeUnit) -> Self {
        self.time = Some(TimeSource {
            at,
            unit,
            past_secs: DEFAULT_TOLERANCE_SECS,
            future_secs: DEFAULT_TOLERANCE_SECS,
        });
        self
    }

    /// Another tolerance than 300 s. Say it behind where the time is.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if the scheme has no time.
    #[must_use]
    pub const fn tolerance_secs(mut self, past: u32, future: u32) -> Self {
        let Some(mut time) = self.time else {
            panic!("there is no time to tolerate");
        };
        time.past_secs = past;
        time.future_secs = future;
        self.time = Some(time);
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
        if let Authentication::Custom(_) = self.authentication {
            return self.own.0;
        }
        let mut coverage = Coverage::NONE;
        let parts = self.parts();
        let mut i = 0;
        while i < parts.len() {
            match parts[i] {
                Part::Literal(_) | Part::Secret | Part::Login | Part::BodyLowBytes => {}
                Part::Time => coverage.time = true,
                Part::Id => coverage.id = true,
                Part::Method => coverage.method = true,
                Part::Url => coverage.url = true,
                Part::Body => coverage.body = true,
                Part::Header(_) | Part::Field(_) | Part::Optional { .. } => {
                    coverage.values = true;
                }
            }
            i += 1;
        }
        if let Some(TimeSource {
            at: TimeLocation::Body(_),
            ..
        }) = self.time
        {
            coverage.time = coverage.body;
        }
        coverage
    }

    /// What is signed, in order; empty for tokens and credentials.
    #[must_use]
    pub const fn parts(&self) -> &'static [Part] {
        match self.authentication {
            Authentication::Mac { parts, .. } => parts,
            Authentication::Token | Authentication::Basic | Authentication::Custom(_) => &[],
        }
    }

    /// What is signed, in words, where it takes code of its own to say it; `None` for all others.
    #[must_use]
    pub const fn words(&self) -> Option<&'static str> {
        match self.authentication {
            Authentication::Custom(_) => Some(self.own.1),
            _ => None,
        }
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

    /// How far a signed time may lie from now; `None` where no time is signed.
    #[must_use]
    pub fn tolerance(&self) -> Option<Tolerance> {
        self.time.map(TimeSource::tolerance)
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
    #[cfg(feature = "asymmetric")]
    #[must_use]
    pub fn key_algorithm(&self) -> Option<Algorithm> {
        match self.authentication {
            Authentication::Custom(code) => code.public(),
            _ => self.algorithm().filter(|known| known.is_public()),
        }
    }

    /// Whether the proof, the time or what is signed has to be read out of the body, which is kept until its end then.
    #[must_use]
    pub const fn holds_body(&self) -> bool {
        self.holds_body
    }

    /// Whether it is signed with a private key, so that secrets are public ones.
    #[must_use]
    pub const fn is_public(&self) -> bool {
        match self.authentication {
            Authentication::Mac { algorithm, .. } => algorithm.is_public(),
            Authentication::Token | Authentication::Basic | Authentication::Custom(_) => false,
        }
    }

    pub(crate) const fn signs_login(&self) -> bool {
        let parts = self.parts();
        let (mut i, mut login) = (0, false);
        while i < parts.len() {
            login |= matches!(parts[i], Part::Login);
            i += 1;
        }
        login
    }

    /// Stops the compiler where a scheme contradicts itself. Runs in `const` evaluation only.
    pub(crate) const fn check(&self) {
        self.check_location();
        self.check_time();
        if let Some(id) = self.id {
            assert_header_name(id.header);
        }
        #[cfg(feature = "asymmetric")]
        if let Some(name) = self.key_name {
            name.check(self);
        }
        assert!(
            self.coverage().id == self.id.is_some(),
            "an id is signed if and only if something says where it is"
        );
        if let Authentication::Mac { algorithm, parts } = self.authentication {
            check_parts(parts, self.holds_body(), algorithm.is_plain());
            if algorithm.is_public() {
                assert!(
                    !self.holds_body(),
                    "signatures and their times are in the head"
                );
                check_public(parts);
            }
        }
    }

    const fn check_location(&self) {
        match self.location {
            Location::Header(name) | Location::NumberedHeaders(name) => assert_header_name(name),
            Location::AnyHeader(names) => {
                assert!(
                    matches!(self.authentication, Authentication::Mac { .. }),
                    "a token is in one header"
                );
                assert!(!names.is_empty(), "a list of headers is empty");
                let mut i = 0;
                while i < names.len() {
                    assert_header_name(names[i]);
                    i += 1;
                }
            }
            Location::Query(name) => assert!(!name.is_empty(), "a query parameter needs a name"),
            Location::Body => {}
            Location::BodyField(pointer) => self.assert_place(pointer),
            Location::FormField { field, pointer } => {
                assert!(!field.is_empty(), "a form field needs a name");
                self.assert_place(pointer);
            }
        }
        if let Grammar::Pairs { label, .. }
        | Grammar::PairSets { label, .. }
        | Grammar::Versions { label, .. }
        | Grammar::Keyed { label } = self.grammar
        {
            assert!(!label.is_empty(), "the label of a tag is empty");
        }
    }

    /// Where a signer puts a proof: at the top level, unless the scheme has code that puts it elsewhere.
    const fn assert_place(&self, pointer: &str) {
        match self.authentication {
            Authentication::Custom(_) => assert_pointer(pointer),
            _ => assert_top_level(pointer),
        }
    }

    const fn check_time(&self) {
        let signed = self.coverage().time;
        let Some(time) = self.time else {
            assert!(!signed, "the time is signed, but nothing says where it is");
            return;
        };
        assert!(
            signed,
            "the time is not among the signed parts, so anybody could freshen it"
        );
        assert!(
            matches!(
                time.at,
                TimeLocation::Header(_) | TimeLocation::Body(_) | TimeLocation::Custom
            ) || matches!(self.location, Location::Header(_)),
            "a time beside the tags needs one header of them"
        );
        match time.at {
            TimeLocation::Header(name) => assert_header_name(name),
            TimeLocation::Pair(key) => {
                assert!(!key.is_empty(), "the key of the time is empty");
                assert!(
                    matches!(
                        self.grammar,
                        Grammar::Pairs { .. } | Grammar::PairSets { .. }
                    ),
                    "a time in a pair needs a header of pairs"
                );
            }
            TimeLocation::First => assert!(
                matches!(self.grammar, Grammar::List { .. }),
                "a time in front needs a header that is a list"
            ),
            TimeLocation::Body(pointer) => assert_top_level(pointer),
            TimeLocation::Custom => {}
        }
    }
}

/// Stops the compiler where the parts contradict each other. A scheme that holds the body writes them when it has ended, and
/// knows of the head no more than the tag by then.
const fn check_parts(parts: &[Part], holds_body: bool, plain: bool) {
    assert!(!parts.is_empty(), "nothing is signed");
    let (mut i, mut bodies, mut secrets) = (0, 0, 0);
    while i < parts.len() {
        match parts[i] {
            Part::Body | Part::BodyLowBytes => bodies += 1,
            Part::Secret => {
                secrets += 1;
                assert!(
                    bodies == 0 || i + 1 == parts.len(),
                    "behind the body, the secret stands last"
                );
            }
            Part::Login => assert!(bodies == 0, "the login stands before the body"),
            Part::Header(name) => assert_header_name(name),
            Part::Field(pointer) => assert_pointer(pointer),
            _ => {}
        }
        let known_at_end = matches!(
            parts[i],
            Part::Literal(_) | Part::Body | Part::Field(_) | Part::Secret | Part::Login
        );
        assert!(
            known_at_end || !holds_body,
            "a scheme that reads the body can sign nothing of the head"
        );
        i += 1;
    }
    assert!(bodies < 2, "the body is signed twice");
    assert!(
        secrets > 0 || !plain,
        "a plain hash without the secret proves nothing"
    );
}

/// Stops the compiler where a signature would cover what only a keyed hash can.
const fn check_public(parts: &[Part]) {
    let mut i = 0;
    while i < parts.len() {
        assert!(
            !matches!(parts[i], Part::Secret | Part::Login | Part::BodyLowBytes),
            "a public key is no part of what is signed, and the body is signed as it is"
        );
        i += 1;
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

/// A pointer to a field that a signer can put into an object.
const fn assert_top_level(pointer: &str) {
    assert_pointer(pointer);
    let bytes = pointer.as_bytes();
    let mut i = 1;
    while i < bytes.len() {
        assert!(bytes[i] != b'/', "proof and time are at the top level");
        i += 1;
    }
}

pub(crate) const fn assert_pointer(pointer: &str) {
    let bytes = pointer.as_bytes();
    assert!(
        bytes.len() > 1 && bytes[0] == b'/',
        "a JSON pointer begins with a slash"
    );
    let (mut i, mut name) = (0, 0);
    while i < bytes.len() {
        assert!(
            bytes[i] != b'~',
            "JSON pointers with escapes are not supported"
        );
        name = if bytes[i] == b'/' { 0 } else { name + 1 };
        assert!(
            name <= MAX_SHORT,
            "names in a JSON pointer have at most 64 bytes"
        );
        i += 1;
    }
}
