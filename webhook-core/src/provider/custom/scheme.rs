//! Schemes that users implement.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;

use crate::crypto::Algorithm;
use crate::error::RejectionKind;
use crate::parse::Encoding;
use crate::parse::encoding::{decode_long, encode};
use crate::provider::{CheckInput, Draft};
use crate::request::Head;
use crate::time::{Staleness, Stamp, TimeUnit, UnixTime};

/// A signature scheme that no [`Scheme`](crate::Scheme) value can express.
///
/// Implement it if the signed message has to be computed, such as fields in another order or the
/// canonical form of a document. The engine does the rest: it prepares the keys once, compares tags
/// in constant time, tries every secret, limits the body, and remembers deliveries by their signed
/// message.
///
/// ```
/// use webhook_core::{
///     Coverage, CustomCheck, CustomInput, CustomRequest, CustomScheme, Encoding,
///     Endpoint, Head, Provider, RejectionKind, Scheme, Signer, TimeUnit,
/// };
///
/// /// Acme signs the time, and then the body backwards.
/// #[derive(Debug)]
/// struct Backwards;
///
/// fn backwards(body: &[u8]) -> Vec<u8> {
///     body.iter().rev().copied().collect()
/// }
///
/// impl CustomScheme for Backwards {
///     fn check(&self, input: &CustomInput<'_>) -> Result<CustomCheck, RejectionKind> {
///         let time = input.head().header("acme-time")?;
///         let signature = input.head().header("acme-signature")?;
///         Ok(CustomCheck::new(signature, Encoding::Hex)?
///             .with_time(input, time, TimeUnit::Seconds)?
///             .with_form_of_body(|body| Ok(backwards(body))))
///     }
///
///     fn sign(&self, request: &mut CustomRequest<'_, '_>) {
///         let time = TimeUnit::Seconds.format(request.now());
///         let body = backwards(request.body());
///         let tag = request.tag(&[time.as_bytes(), &body], Encoding::Hex);
///         request.push_header("acme-signature", tag);
///         request.push_header("acme-time", time);
///     }
/// }
///
/// const ACME: Provider = Provider::new(
///     "acme",
///     &[Scheme::custom(&Backwards, Coverage::NONE.with_body().with_time())],
/// )
/// .id_at(&["/id"]);
///
/// let secret = "acme-secret-0123456789";
/// let endpoint = Endpoint::builder(ACME, secret).without_replay_protection().build()?;
/// let signed = Signer::new(ACME, secret)?.sign_now(r#"{"id":"evt_1"}"#);
/// let head = Head::new(signed.method, &signed.path_and_query, &signed.headers);
/// assert_eq!(endpoint.verify(&head, signed.body.clone())?.id(), Some("evt_1"));
/// assert!(endpoint.verify(&head, "{}".into()).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait CustomScheme: fmt::Debug + Sync {
    /// Reads the head of a delivery: its signature, and how the signed message is built.
    ///
    /// Nothing in the request is authenticated yet, so the cost has to stay within a small multiple
    /// of hashing the request. The message has to contain everything that the scheme [claims to
    /// cover](crate::Scheme::custom). An attacker can change whatever it leaves out.
    ///
    /// # Errors
    ///
    /// Why the request cannot be verified, such as `MissingHeader`, `Malformed` or
    /// `UnsupportedScheme`. All of them are answered 401.
    fn check(&self, input: &CustomInput<'_>) -> Result<CustomCheck, RejectionKind>;

    /// The signature algorithm, HMAC-SHA-256 by default. With a public-key algorithm, the secrets
    /// of an endpoint are public keys.
    fn algorithm(&self) -> Algorithm {
        Algorithm::HmacSha256
    }

    /// Signs a request, as the sender does. Used by [`Signer`](crate::Signer).
    fn sign(&self, request: &mut CustomRequest<'_, '_>);
}

/// The head of a delivery and the configuration of its endpoint, for a [`CustomScheme`].
#[derive(Clone, Copy)]
pub struct CustomInput<'a>(pub(crate) &'a CheckInput<'a>);

impl<'a> CustomInput<'a> {
    /// The head of the request.
    #[must_use]
    pub fn head(&self) -> &'a Head<'a> {
        self.0.head
    }

    /// The configured public URL of the endpoint, without query. Empty if none is configured.
    #[must_use]
    pub fn public_url(&self) -> &'a str {
        self.0.url
    }

    /// The value of one of the provider's [settings](crate::Provider::configured_by).
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<&'a [u8]> {
        self.0.settings.get(name)
    }
}

impl fmt::Debug for CustomInput<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomInput")
            .field("head", self.0.head)
            .finish_non_exhaustive()
    }
}

/// The signature of a delivery, and the pieces of the message that it must match.
#[must_use]
pub struct CustomCheck {
    pub(crate) signature: Vec<u8>,
    pub(crate) pieces: Vec<Piece>,
    pub(crate) time: Option<UnixTime>,
}

/// A piece of the signed message.
pub(crate) enum Piece {
    /// Known from the head.
    Fixed(Vec<u8>),
    /// The time, which differs between the attempts of one event.
    Time(Vec<u8>),
    /// The body as it is.
    Body,
    /// Computed from the body.
    FormOfBody(Box<FormOfBody>),
}

impl Piece {
    /// The bytes of the piece, for a delivery with this body.
    pub(crate) fn of<'p>(&'p self, body: &'p [u8]) -> Result<Cow<'p, [u8]>, RejectionKind> {
        match self {
            Self::Fixed(bytes) | Self::Time(bytes) => Ok(bytes.into()),
            Self::Body => Ok(body.into()),
            Self::FormOfBody(form) => form(body).map(Cow::Owned),
        }
    }
}

type FormOfBody = dyn Fn(&[u8]) -> Result<Vec<u8>, RejectionKind> + Send + Sync;

impl CustomCheck {
    /// Creates a check of this signature, as the request spells it, with an empty message.
    ///
    /// # Errors
    ///
    /// `Malformed` if the signature is empty or not in this encoding.
    pub fn new(signature: &[u8], encoding: Encoding) -> Result<Self, RejectionKind> {
        let signature = decode_long(signature, encoding).filter(|bytes| !bytes.is_empty());
        Ok(Self {
            signature: signature.ok_or(RejectionKind::Malformed)?,
            pieces: Vec::new(),
            time: None,
        })
    }

    /// Appends these bytes to the message.
    pub fn with_piece(self, piece: impl Into<Vec<u8>>) -> Self {
        self.with(Piece::Fixed(piece.into()))
    }

    /// Appends the body to the message.
    pub fn with_body(self) -> Self {
        self.with(Piece::Body)
    }

    /// Appends the result of `form` for the complete body. An error refuses the delivery.
    pub fn with_form_of_body(
        self,
        form: impl Fn(&[u8]) -> Result<Vec<u8>, RejectionKind> + Send + Sync + 'static,
    ) -> Self {
        self.with(Piece::FormOfBody(Box::new(form)))
    }

    /// Appends the text of the time, which has to be fresh.
    ///
    /// # Errors
    ///
    /// `Malformed` if the text is not a time, or the scheme does not [cover](crate::Coverage) one.
    /// `Stale` or `Future` if the time is outside the tolerance.
    pub fn with_time(
        mut self,
        input: &CustomInput<'_>,
        text: &[u8],
        unit: TimeUnit,
    ) -> Result<Self, RejectionKind> {
        let tolerance = input.0.tolerance.ok_or(RejectionKind::Malformed)?;
        let stamp = Stamp::parse(text, unit).ok_or(RejectionKind::Malformed)?;
        match stamp.staleness(input.0.now, tolerance) {
            Staleness::Fresh => self.time = Some(stamp.time),
            Staleness::Stale => return Err(RejectionKind::Stale),
            Staleness::Future => return Err(RejectionKind::Future),
        }
        Ok(self.with(Piece::Time(text.to_vec())))
    }

    fn with(mut self, piece: Piece) -> Self {
        self.pieces.push(piece);
        self
    }
}

impl fmt::Debug for CustomCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomCheck")
            .field("pieces", &self.pieces.len())
            .field("time", &self.time)
            .finish_non_exhaustive()
    }
}

/// A request that a [`CustomScheme`] signs.
pub struct CustomRequest<'d, 'k> {
    pub(crate) draft: &'d mut Draft<'k>,
    pub(crate) algorithm: Algorithm,
}

impl CustomRequest<'_, '_> {
    /// The time of the signature.
    #[must_use]
    pub fn now(&self) -> UnixTime {
        self.draft.now
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.draft.body
    }

    /// Replaces the body.
    pub fn set_body(&mut self, body: impl Into<Bytes>) {
        self.draft.body = body.into();
    }

    /// The path and query.
    #[must_use]
    pub fn path_and_query(&self) -> &str {
        &self.draft.target
    }

    /// The public URL of the endpoint, without query.
    #[must_use]
    pub fn public_url(&self) -> &str {
        self.draft.url
    }

    /// The value of a setting.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<&[u8]> {
        self.draft.settings.get(name)
    }

    /// Adds a header.
    pub fn push_header(&mut self, name: &str, value: impl Into<String>) {
        self.draft.push(name, value);
    }

    /// Signs a message that is given in pieces.
    #[must_use]
    pub fn tag(&self, pieces: &[&[u8]], encoding: Encoding) -> String {
        match self.algorithm.is_public() {
            true => encode(self.draft.signature(pieces), encoding),
            false => encode(self.draft.tag(pieces), encoding),
        }
    }
}

impl fmt::Debug for CustomRequest<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomRequest")
            .field("bytes", &self.draft.body.len())
            .finish_non_exhaustive()
    }
}
