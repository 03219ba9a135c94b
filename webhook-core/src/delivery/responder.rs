//! The answers to challenges.
//!
//! A challenge reaches neither the store nor the handler.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use zeroize::Zeroizing;

use crate::answer::{Answer, is_echo};
use crate::crypto::{RunningDigest, constant_time_eq};
use crate::error::{ConfigError, RejectionKind};
use crate::observe::hook;
use crate::observe::hook::Hook;
use crate::provider::{Challenge, Handshake, Location, Provider, Reply};
use crate::request::{Found, Head};
use crate::secret::{KeyFormat, Secret};

/// The maximum length of a body that is read without a signature, in bytes.
pub(crate) const MAX_UNSIGNED: usize = 4096;

/// Decides whether a secret that a sender offers is accepted.
pub(crate) type OfferHook = dyn Fn(&str) -> bool + Send + Sync;

/// The handshake of an endpoint and its settings.
pub(crate) struct HandshakeResponder {
    handshake: Handshake,
    provider: Provider,
    token: Option<Zeroizing<Vec<u8>>>,
    url: String,
    on_offer: Option<Arc<OfferHook>>,
    /// SHA-256 of the secret that the hook has accepted. Only one is ever accepted.
    taken: Mutex<Option<[u8; 32]>>,
}

impl HandshakeResponder {
    /// Returns `None` if the provider has no handshake, or if a setting that it needs is missing.
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

    /// Whether the head may be that of a challenge which the head identifies.
    pub(crate) fn may_answer(&self, head: &Head<'_>) -> bool {
        self.handshake.method() == Some(head.method)
    }

    /// The method that only challenges use, unless it is `asked`.
    pub(crate) fn further_method(&self, asked: &str) -> Option<&'static str> {
        let method = self.handshake.method()?;
        (method != asked && !self.provider.methods().contains(&method)).then_some(method)
    }

    /// Whether the body may be a challenge without a signature.
    pub(crate) fn reads_unsigned(&self, head: &Head<'_>) -> bool {
        let may_be_probe = self.handshake.probe.is_some() && is_form(head);
        (self.is_unsigned() || may_be_probe) && !self.is_signed(head)
    }

    /// Whether the challenge is a body without a signature.
    pub(crate) const fn is_unsigned(&self) -> bool {
        matches!(
            self.handshake.challenge,
            Challenge::UnsignedField(_)
                | Challenge::UnsignedForm(_)
                | Challenge::UnsignedWithout(_)
                | Challenge::Encrypted { .. }
        )
    }

    /// Whether the challenge has to be decrypted.
    pub(crate) const fn is_encrypted(&self) -> bool {
        self.handshake.is_encrypted()
    }

    /// Whether this is the configured verify token.
    pub(crate) fn knows(&self, token: &[u8]) -> bool {
        let known = self.token.as_deref();
        known.is_some_and(|known| constant_time_eq(known, token))
    }

    /// Whether the head has a value where a signature would be.
    fn is_signed(&self, head: &Head<'_>) -> bool {
        let there = |name: &str| head.headers.find(name) != Found::Absent;
        self.provider
            .schemes()
            .iter()
            .any(|scheme| match scheme.location {
                Location::Header(name) => there(name),
                Location::AnyHeader(names) => names.iter().any(|name| there(name)),
                _ => false,
            })
    }

    /// The answer to a challenge that the head identifies; `None` if this is not a challenge.
    ///
    /// `code` computes the answer of [`Reply::Code`] and [`Reply::Tag`].
    ///
    /// # Errors
    ///
    /// If the challenge is refused.
    pub(crate) fn at_head(
        &self,
        head: &Head<'_>,
        code: impl FnOnce(&str) -> Option<String>,
    ) -> Result<Option<Answer>, RejectionKind> {
        if self.handshake.method() != Some(head.method) {
            return Ok(None);
        }
        let value = match self.handshake.challenge {
            Challenge::Query(_, name) => match head.query_value(name)? {
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
            Reply::Code | Reply::Tag(_) => {
                let text = code(&value).ok_or(RejectionKind::Malformed)?;
                self.handshake.reply.of_text(&text)
            }
            _ => self.unsigned(&value)?,
        };
        Ok(Some(if has_body(head) {
            answer.with_unread_body()
        } else {
            answer
        }))
    }

    /// Whether the request is a delivery: it has a delivery's method and a signature.
    fn is_signed_delivery(&self, head: &Head<'_>) -> bool {
        self.provider.methods().contains(&head.method) && self.is_signed(head)
    }

    fn check_query(&self, head: &Head<'_>) -> Result<(), RejectionKind> {
        if let Some((name, expected)) = self.handshake.condition
            && head.query_value(name)?.as_deref() != Some(expected)
        {
            return Err(RejectionKind::Malformed);
        }
        if let Some(name) = self.handshake.token {
            let sent = head
                .query_value(name)?
                .ok_or(RejectionKind::MissingHeader)?;
            if !self.knows(sent.as_bytes()) {
                return Err(RejectionKind::BadSignature);
            }
        }
        Ok(())
    }

    /// Whether the body of an unsigned request is the probe's form.
    pub(crate) fn is_probe(&self, body: &[u8]) -> bool {
        let Some((field, expected)) = self.handshake.probe else {
            return false;
        };
        let found = crate::parse::form::field(body, field);
        found.is_ok_and(|value| value.is(expected.as_bytes()))
    }

    /// The value of an unsigned challenge whose body is not JSON; `None` if this is not a
    /// challenge.
    pub(crate) fn plain_value(&self, body: &[u8]) -> Option<String> {
        match self.handshake.challenge {
            Challenge::UnsignedForm(name) => {
                let mut pairs = form_urlencoded::parse(body);
                match (pairs.next(), pairs.next()) {
                    (Some((key, value)), None) if key == name => Some(value.into_owned()),
                    _ => None,
                }
            }
            // The quoted name may not occur anywhere: a body that could be an event is not a
            // challenge.
            Challenge::UnsignedWithout(name) => {
                let member = format!("\"{name}\"");
                let found = memchr::memmem::find(body, member.as_bytes());
                found.is_none().then(String::new)
            }
            _ => None,
        }
    }

    /// The answer to a challenge without a signature.
    pub(crate) fn unsigned(&self, value: &str) -> Result<Answer, RejectionKind> {
        let answer = self
            .handshake
            .reply
            .to(value, self)
            .ok_or(RejectionKind::Malformed)?;
        if self.handshake.offers_secret && !(is_echo(value) && self.takes(value)) {
            return Err(RejectionKind::BadSignature);
        }
        Ok(answer)
    }

    /// Whether the offered secret is accepted: the first one that the hook accepts, and only that
    /// one.
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

    pub(super) fn digest(&self, value: &str) -> String {
        let mut digest = RunningDigest::new();
        digest.update(value.as_bytes());
        digest.update(self.token.as_deref().map_or(&[], Vec::as_slice));
        digest.update(self.url.as_bytes());
        const_hex::encode(digest.finish())
    }
}

impl fmt::Debug for HandshakeResponder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandshakeResponder")
            .field("handshake", &self.handshake)
            .finish_non_exhaustive()
    }
}

/// Whether the body is said to be a form.
fn is_form(head: &Head<'_>) -> bool {
    let media = match head.headers.find("content-type") {
        Found::Once(value) => value.split(|&byte| byte == b';').next(),
        _ => None,
    };
    let form = b"application/x-www-form-urlencoded";
    media.is_some_and(|media| media.trim_ascii().eq_ignore_ascii_case(form))
}

/// Whether a body may follow this head. The body is not read, so the connection cannot be reused.
fn has_body(head: &Head<'_>) -> bool {
    let length = head.headers.find("content-length");
    !matches!(length, Found::Absent | Found::Once(b"0"))
        || head.headers.find("transfer-encoding") != Found::Absent
}
