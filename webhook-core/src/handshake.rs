//! Challenges that a provider sends before or between its deliveries, and the answers that it wants.
//!
//! A challenge reaches neither store nor handler. What is echoed is at most 1 KiB of visible ASCII, and goes out with
//! `X-Content-Type-Options: nosniff`, so that nobody can make us say anything that a browser would run.

#![allow(
    clippy::exhaustive_enums,
    reason = "closed on purpose: each is a way to answer what was not asked for"
)]

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use zeroize::Zeroizing;

use crate::algorithm::{RunningDigest, RunningMac, constant_time_eq, is_plain};
use crate::answer::Answer;
use crate::error::{ConfigError, RejectionKind};
use crate::head::{Found, Head};
use crate::hook::{self, Hook};
use crate::provider::Provider;
use crate::scheme::{Location, assert_header_name, assert_pointer};
use crate::secret::{KeyFormat, Secret};
use crate::verifier::query_value;

/// A challenge and its answer, as part of a [`Provider`]'s value.
///
/// ```
/// use webhook_core::{Algorithm, Challenge, Handshake, Part, Provider, Reply, Scheme, When};
///
/// const ACME: Provider = Provider::new(
///     "acme",
///     &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("acme-signature")],
/// )
/// .answers(Handshake::new(
///     Challenge::Signed { when: When::Text("/type", "ping"), value: "/token" },
///     Reply::Field("token"),
/// ));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handshake {
    pub(crate) challenge: Challenge,
    pub(crate) reply: Reply,
    condition: Option<(&'static str, &'static str)>,
    token: Option<&'static str>,
    offers_secret: bool,
}

/// What a challenge looks like, and so whether it is verified first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Challenge {
    /// A delivery, verified as any other, whose body says that it is a challenge. The value is at this JSON pointer; one without
    /// a value names the pointer of `when` once more.
    Signed {
        /// What tells it from a delivery.
        when: When,
        /// Where its value is.
        value: &'static str,
    },
    /// An unsigned delivery with a text at this JSON pointer of its body, which is at most 4 KiB. One with a signature is a
    /// delivery.
    UnsignedField(&'static str),
    /// An unsigned delivery whose body is a form with this field.
    UnsignedForm(&'static str),
    /// An unsigned delivery that cannot be an event: in its body, which is at most 4 KiB, no member of a JSON object has this name. There is no
    /// value.
    UnsignedWithout(&'static str),
    /// A request of this method with this query parameter.
    Query(&'static str, &'static str),
    /// A request of this method with this header, without a signature.
    Header(&'static str, &'static str),
    /// Any request of this method. There is no value.
    Method(&'static str),
}

/// What tells a challenge from a delivery, in a body that is verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// This text is at this JSON pointer.
    Text(&'static str, &'static str),
    /// This integer is at this JSON pointer.
    Number(&'static str, i64),
    /// Any text is at this JSON pointer.
    Has(&'static str),
}

/// How the answer is made of the value of the challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// This status, and no body.
    Status(u16),
    /// 200 and this JSON.
    Json(&'static str),
    /// 200 and the value as `text/plain`.
    Text,
    /// As [`Text`](Self::Text); the value may have single spaces inside.
    Words,
    /// 200 and a JSON object with the value under this name.
    Field(&'static str),
    /// As [`Field`](Self::Field), and under the second name the hexadecimal tag of the value, by the code and key that verified the challenge.
    ///
    /// The same key signs deliveries, so the two are kept apart: only a value of `A–Z a–z 0–9 + / = - _` is answered, and a
    /// delivery is refused if all that it signs is of these characters.
    FieldAndTag(&'static str, &'static str),
    /// 200 and the value in this header.
    Header(&'static str),
    /// 200 and a JSON object with, under this name, the hexadecimal SHA-256 of value, verify token and public URL.
    Digest(&'static str),
    /// 200 and, as `text/plain`, the value under the tag of the endpoint's first key. For a provider whose scheme has code of its own that knows
    /// which values are harmless to sign, as Braintree's does: it refuses them in deliveries.
    Proof,
}

/// Longest value that is echoed, in bytes.
pub(crate) const MAX_ECHO: usize = 1024;
/// Longest body that is read without a signature, in bytes.
pub(crate) const MAX_UNSIGNED: usize = 4096;

impl Handshake {
    /// A handshake of this challenge and this reply.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if the two do not fit.
    #[must_use]
    pub const fn new(challenge: Challenge, reply: Reply) -> Self {
        let signed = matches!(challenge, Challenge::Signed { .. });
        match challenge {
            Challenge::Signed { when, value } => {
                assert_pointer(when.pointer());
                assert_pointer(value);
            }
            Challenge::UnsignedField(pointer) => assert_pointer(pointer),
            Challenge::Header(_, name) => assert_header_name(name),
            Challenge::Method(_) => assert!(
                matches!(reply, Reply::Status(_)),
                "there is no value to answer"
            ),
            Challenge::UnsignedWithout(name) => {
                assert!(!name.is_empty(), "a member has a name");
                assert!(
                    matches!(reply, Reply::Status(_)),
                    "there is no value to answer"
                );
            }
            Challenge::UnsignedForm(_) | Challenge::Query(..) => {}
        }
        match reply {
            Reply::FieldAndTag(..) => assert!(signed, "no tag for a value that nobody vouches for"),
            Reply::Header(name) => assert_header_name(name),
            Reply::Proof => assert!(
                matches!(challenge, Challenge::Query(..)),
                "a value that is signed is one of a query"
            ),
            _ => {}
        }
        Self {
            challenge,
            reply,
            condition: None,
            token: None,
            offers_secret: false,
        }
    }

    /// Only a challenge if this query parameter is there too, with this value.
    #[must_use]
    pub const fn if_query(mut self, name: &'static str, value: &'static str) -> Self {
        self.condition = Some((name, value));
        self
    }

    /// Only answered if this query parameter is the configured verify token. Without one, nothing is answered.
    #[must_use]
    pub const fn with_token_in(mut self, name: &'static str) -> Self {
        self.token = Some(name);
        self
    }

    /// The value is a secret that the sender offers. Only answered if a hook takes it.
    #[must_use]
    pub const fn offering_secret(mut self) -> Self {
        self.offers_secret = true;
        self
    }

    /// What a challenge looks like.
    #[must_use]
    pub const fn challenge(&self) -> Challenge {
        self.challenge
    }

    /// How it is answered.
    #[must_use]
    pub const fn reply(&self) -> Reply {
        self.reply
    }

    /// Whether [`EndpointBuilder::verify_token`](crate::EndpointBuilder::verify_token) has to be configured for an answer.
    #[must_use]
    pub const fn needs_token(&self) -> bool {
        self.token.is_some() || matches!(self.reply, Reply::Digest(_))
    }

    /// Whether [`EndpointBuilder::on_offered_secret`](crate::EndpointBuilder::on_offered_secret) has to be configured for an
    /// answer.
    #[must_use]
    pub const fn offers_secret(&self) -> bool {
        self.offers_secret
    }

    pub(crate) const fn is_signed(&self) -> bool {
        matches!(self.challenge, Challenge::Signed { .. })
    }

    /// The JSON pointers to what tells it from a delivery and to its value.
    pub(crate) fn pointers(&self) -> Vec<&'static str> {
        match self.challenge {
            Challenge::Signed { when, value } => vec![when.pointer(), value],
            Challenge::UnsignedField(pointer) => vec![pointer],
            _ => Vec::new(),
        }
    }

    /// The method of a challenge that is told by its head.
    const fn method(&self) -> Option<&'static str> {
        match self.challenge {
            Challenge::Query(method, _)
            | Challenge::Header(method, _)
            | Challenge::Method(method) => Some(method),
            _ => None,
        }
    }
}

impl When {
    const fn pointer(self) -> &'static str {
        match self {
            Self::Text(pointer, _) | Self::Number(pointer, _) | Self::Has(pointer) => pointer,
        }
    }
}

/// Whether a hook takes the secret that a sender offers.
pub(crate) type OfferHook = dyn Fn(&str) -> bool + Send + Sync;

/// The handshake of an endpoint, with what was configured for it.
pub(crate) struct Answering {
    handshake: Handshake,
    provider: Provider,
    token: Option<Zeroizing<Vec<u8>>>,
    url: String,
    on_offer: Option<Arc<OfferHook>>,
    /// SHA-256 of the secret that the hook has taken: there is no second.
    taken: Mutex<Option<[u8; 32]>>,
}

impl Answering {
    /// `None` where the provider has no handshake, or what it needs is not configured.
    pub(crate) fn new(
        provider: &Provider,
        token: Option<&Secret>,
        url: Option<&str>,
        on_offer: Option<Arc<OfferHook>>,
    ) -> Result<Option<Self>, ConfigError> {
        let handshake = provider.handshake();
        let needs_token = handshake.is_some_and(|handshake| handshake.needs_token());
        let offers_secret = handshake.is_some_and(|handshake| handshake.offers_secret);
        if token.is_some() && !needs_token {
            return Err(ConfigError::NoVerifyToken);
        }
        if on_offer.is_some() && !offers_secret {
            return Err(ConfigError::NoOfferedSecret);
        }
        let (Some(handshake), true) = (handshake, token.is_some() || !needs_token) else {
            return Ok(None);
        };
        if offers_secret && on_offer.is_none() {
            return Ok(None);
        }
        if matches!(handshake.reply, Reply::Digest(_)) && url.is_none() {
            return Err(ConfigError::MissingUrl);
        }
        let decoded = token.map(|token| KeyFormat::Utf8.decode(token));
        Ok(Some(Self {
            handshake,
            provider: *provider,
            token: decoded
                .transpose()
                .map_err(|problem| ConfigError::VerifyToken { problem })?,
            url: url.unwrap_or_default().to_owned(),
            on_offer,
            taken: Mutex::new(None),
        }))
    }

    /// The method that only a challenge has, if this is not it.
    pub(crate) fn further_method(&self, asked: &str) -> Option<&'static str> {
        let method = self.handshake.method()?;
        (method != asked && !self.provider.methods().contains(&method)).then_some(method)
    }

    /// Whether a challenge has to be told by its body, and that body has no signature.
    pub(crate) fn reads_unsigned(&self, head: &Head<'_>) -> bool {
        let of_body = matches!(
            self.handshake.challenge,
            Challenge::UnsignedField(_)
                | Challenge::UnsignedForm(_)
                | Challenge::UnsignedWithout(_)
        );
        of_body && !self.is_signed(head)
    }

    /// Whether there is anything in a place where a signature would be.
    fn is_signed(&self, head: &Head<'_>) -> bool {
        let there = |name: &str| head.headers.find(name) != Found::Absent;
        self.provider
            .schemes()
            .iter()
            .any(|scheme| match scheme.location {
                Location::Header(name) => there(name),
                Location::AnyHeader(names) => names.iter().any(|name| there(name)),
                Location::NumberedHeaders(prefix) => there(&format!("{prefix}1")),
                _ => false,
            })
    }

    /// The answer to a challenge that is told by its head; `None` where this is none.
    ///
    /// `prove` is for [`Reply::Proof`].
    ///
    /// # Errors
    ///
    /// A challenge that is not answered.
    pub(crate) fn at_head(
        &self,
        head: &Head<'_>,
        prove: impl FnOnce(&str) -> Option<String>,
    ) -> Result<Option<Answer>, RejectionKind> {
        if self.handshake.method() != Some(head.method) {
            return Ok(None);
        }
        let value = match self.handshake.challenge {
            Challenge::Query(_, name) => match query_value(head, name)? {
                Some(value) => value,
                None => return Ok(None),
            },
            Challenge::Header(_, name) => match head.headers.find(name) {
                Found::Absent => return Ok(None),
                Found::Once(_) if self.is_signed_delivery(head) => return Ok(None),
                Found::Once(value) => std::str::from_utf8(value)
                    .map_err(|_| RejectionKind::Malformed)?
                    .into(),
                Found::Repeated => return Err(RejectionKind::AmbiguousHeader),
            },
            _ => "".into(),
        };
        self.check_query(head)?;
        let answer = match self.handshake.reply {
            Reply::Proof => {
                let proof = prove(&value).ok_or(RejectionKind::Malformed)?;
                Answer::echo_text(&proof)
            }
            _ => self.unsigned(&value)?,
        };
        Ok(Some(if has_body(head) {
            answer.with_unread_body()
        } else {
            answer
        }))
    }

    /// A delivery's method together with a signature makes a delivery.
    fn is_signed_delivery(&self, head: &Head<'_>) -> bool {
        self.provider.methods().contains(&head.method) && self.is_signed(head)
    }

    fn check_query(&self, head: &Head<'_>) -> Result<(), RejectionKind> {
        if let Some((name, expected)) = self.handshake.condition
            && query_value(head, name)?.as_deref() != Some(expected)
        {
            return Err(RejectionKind::Malformed);
        }
        if let Some(name) = self.handshake.token {
            let sent = query_value(head, name)?.ok_or(RejectionKind::MissingHeader)?;
            let known = self.token.as_deref().ok_or(RejectionKind::BadSignature)?;
            if !constant_time_eq(known, sent.as_bytes()) {
                return Err(RejectionKind::BadSignature);
            }
        }
        Ok(())
    }

    /// The value of an unsigned challenge whose body is no JSON; `None` where this is none.
    pub(crate) fn plain_value(&self, body: &[u8]) -> Option<String> {
        match self.handshake.challenge {
            Challenge::UnsignedForm(name) => {
                let mut pairs = form_urlencoded::parse(body);
                match (pairs.next(), pairs.next()) {
                    (Some((key, value)), None) if key == name => Some(value.into_owned()),
                    _ => None,
                }
            }
            // A name in quotes anywhere is one too many: what might be an event is not waved through.
            Challenge::UnsignedWithout(name) => {
                let member = format!("\"{name}\"");
                let found = memchr::memmem::find(body, member.as_bytes());
                found.is_none().then(String::new)
            }
            _ => None,
        }
    }

    /// The answer to a challenge that nobody vouches for.
    pub(crate) fn unsigned(&self, value: &str) -> Result<Answer, RejectionKind> {
        let answer = self
            .handshake
            .reply
            .to(value, self)
            .ok_or(RejectionKind::Malformed)?;
        if self.handshake.offers_secret && !(is_echo(value, false) && self.takes(value)) {
            return Err(RejectionKind::BadSignature);
        }
        Ok(answer)
    }

    /// Whether the offered secret is the one: the first that the hook takes, and no other after it.
    fn takes(&self, offered: &str) -> bool {
        let mut digest = RunningDigest::new();
        digest.update(offered.as_bytes());
        let digest = digest.finish();
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(taken) = &*taken {
            return constant_time_eq(taken, &digest);
        }
        let usable = self.provider.key_format.decode(&Secret::from(offered));
        let asks = |on_offer: &Arc<OfferHook>| {
            let provider = self.provider.name();
            hook::call(Hook::OnOfferedSecret, provider, || on_offer(offered)) == Some(true)
        };
        let takes = usable.is_ok() && self.on_offer.as_ref().is_some_and(asks);
        if takes {
            *taken = Some(digest);
        }
        takes
    }

    fn digest(&self, value: &str) -> String {
        let mut digest = RunningDigest::new();
        digest.update(value.as_bytes());
        digest.update(self.token.as_deref().map_or(&[], Vec::as_slice));
        digest.update(self.url.as_bytes());
        const_hex::encode(digest.finish())
    }
}

impl fmt::Debug for Answering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answering")
            .field("handshake", &self.handshake)
            .finish_non_exhaustive()
    }
}

impl Reply {
    /// The answer to an unsigned challenge; `None` for a value that is not echoed.
    fn to(self, value: &str, answering: &Answering) -> Option<Answer> {
        match self {
            Self::Digest(name) => {
                is_echo(value, false).then(|| object(&[(name, &answering.digest(value))]))
            }
            _ => self.of_value(value, None),
        }
    }

    /// The answer to a verified challenge; `None` for a value that is not echoed. `key` is the one that verified it.
    pub(crate) fn of_value(self, value: &str, key: Option<&RunningMac>) -> Option<Answer> {
        let echo =
            |answer: fn(&str) -> Answer, spaces| is_echo(value, spaces).then(|| answer(value));
        match self {
            Self::Status(status) => Some(Answer::empty(status)),
            Self::Json(text) => Some(Answer::echo_json(text.to_owned())),
            Self::Text => echo(Answer::echo_text, false),
            Self::Words => echo(Answer::echo_text, true),
            Self::Field(name) => is_echo(value, false).then(|| object(&[(name, value)])),
            Self::FieldAndTag(name, tag_name) => {
                if !(is_echo(value, false) && is_plain(value.as_bytes())) {
                    return None;
                }
                let mut mac = key?.clone();
                mac.update(value.as_bytes());
                let tag = const_hex::encode(mac.finish().as_bytes());
                Some(object(&[(name, value), (tag_name, &tag)]))
            }
            Self::Header(name) => is_echo(value, false).then(|| Answer::echo_header(name, value)),
            // Made of what is configured, which a verified challenge does not need.
            Self::Digest(_) | Self::Proof => None,
        }
    }

    /// Whether there has to be a value.
    pub(crate) const fn needs_value(self) -> bool {
        !matches!(self, Self::Status(_) | Self::Json(_))
    }
}

/// A JSON object of these texts, in this order.
fn object(fields: &[(&str, &str)]) -> Answer {
    let fields = fields.iter().map(|(name, value)| {
        let (name, value) = (
            serde_json::Value::from(*name),
            serde_json::Value::from(*value),
        );
        format!("{name}:{value}")
    });
    Answer::echo_json(format!("{{{}}}", fields.collect::<Vec<_>>().join(",")))
}

/// Short and visible ASCII, so that nobody can use us to say anything else.
fn is_echo(text: &str, spaces: bool) -> bool {
    let visible = |byte: u8| byte.is_ascii_graphic() || (spaces && byte == b' ');
    !text.is_empty()
        && text.len() <= MAX_ECHO
        && text.bytes().all(visible)
        && text.trim_ascii().len() == text.len()
}

/// Whether a body may come behind this head. It is not read, so the connection cannot be used again.
fn has_body(head: &Head<'_>) -> bool {
    let length = head.headers.find("content-length");
    !matches!(length, Found::Absent | Found::Once(b"0"))
        || head.headers.find("transfer-encoding") != Found::Absent
}
