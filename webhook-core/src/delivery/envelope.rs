//! Reads what a delivery says about itself: id, type, mode, challenge.

use bytes::Bytes;
use std::borrow::Cow;
use std::ops::Range;

use crate::answer::{Answer, MAX_ECHO};
use crate::crypto::RunningMac;
use crate::delivery::record::label;
use crate::delivery::{BodyLabels, HandshakeResponder};
use crate::error::RejectionKind;
use crate::observe::EscapedId;
use crate::parse::json::{JsonValue, Pointers, Problem};
use crate::parse::{is_printable, json, xml};
use crate::provider::{Challenge, Handshake, Locator, Mode, Provider, Questions, When};
use crate::request::{Found, Head};
use crate::verify::MAX_ID;

/// What to look for in the deliveries of a provider, computed once.
#[derive(Debug)]
pub(crate) struct EnvelopeSpec {
    provider: Provider,
    pointers: Pointers,
    /// The index ranges of the pointers, by purpose.
    ids: Range<usize>,
    kinds: Range<usize>,
    mode: usize,
    /// Apart from the other pointers: only routers ask for it, and GitHub's bodies have no other.
    action: Option<Pointers>,
    challenge: usize,
    /// The pointers that identify a question.
    questions: Range<usize>,
    /// Whether a delivery may be a challenge, so that its body is always read.
    pub(crate) challenges: bool,
}

impl EnvelopeSpec {
    pub(crate) fn new(provider: &Provider) -> Self {
        let pointers_of = |locator: Locator| match locator {
            Locator::Body(pointers) => pointers,
            _ => &[],
        };
        let mut pointers = pointers_of(provider.id).to_vec();
        let ids = 0..pointers.len();
        pointers.extend(pointers_of(provider.kind));
        let kinds = ids.end..pointers.len();
        let mode = pointers.len();
        pointers.extend(provider.mode.map(|mode| mode.pointer));
        let challenge = pointers.len();
        let handshake = provider.handshake();
        pointers.extend(handshake.iter().flat_map(Handshake::pointers));
        let first = pointers.len();
        match provider.questions() {
            Questions::With(told_by) => pointers.extend(told_by),
            Questions::Except(pointer, _) => pointers.push(pointer),
            Questions::None | Questions::All | Questions::Forms => {}
        }
        let questions = first..pointers.len();
        Self {
            provider: *provider,
            pointers: Pointers::new(&pointers),
            ids,
            kinds,
            mode,
            action: provider.action.map(|pointer| Pointers::new(&[pointer])),
            challenge,
            questions,
            challenges: handshake.is_some_and(|handshake| handshake.may_be_signed()),
        }
    }

    /// The action in a payload.
    pub(crate) fn action<'b>(&self, payload: &'b [u8]) -> Option<Cow<'b, str>> {
        let pointers = self.action.as_ref()?;
        let mut found = [const { None }; json::MAX_POINTERS];
        json::scan_into(&mut found, payload, pointers).ok()?;
        found.into_iter().flatten().next().and_then(name)
    }

    /// The id that a sender claims in the head, for the hook that reports a refusal.
    pub(crate) fn claimed_id(&self, head: &Head<'_>) -> Option<EscapedId> {
        let shown = |name: &str| match head.headers.find(name) {
            Found::Once(value) => Some(EscapedId::new(value)),
            _ => None,
        };
        match self.provider.id {
            Locator::Header(names) => names.iter().find_map(|name| shown(name)),
            Locator::SignedHeader => {
                let mut sources = self
                    .provider
                    .schemes()
                    .iter()
                    .filter_map(|scheme| scheme.id);
                sources.find_map(shown)
            }
            _ => None,
        }
    }
}

/// What a body says about itself.
pub(crate) struct Envelope<'b> {
    wanted: &'b EnvelopeSpec,
    /// Whether the body is not empty and not JSON.
    is_form: bool,
    found: [Option<JsonValue<'b>>; json::MAX_POINTERS],
}

impl<'b> Envelope<'b> {
    pub(crate) fn read(wanted: &'b EnvelopeSpec, raw: &'b [u8]) -> Result<Self, RejectionKind> {
        let mut envelope = Self {
            wanted,
            is_form: false,
            found: [const { None }; json::MAX_POINTERS],
        };
        if wanted.pointers.is_empty() || raw.is_empty() {
            return Ok(envelope);
        }
        match json::scan_into(&mut envelope.found, raw, &wanted.pointers) {
            Ok(()) => {}
            // Verified all the same: a form, for example, is identified by its content.
            Err(Problem::NotJson) => {
                envelope.found = [const { None }; json::MAX_POINTERS];
                envelope.is_form = true;
            }
            Err(Problem::DuplicateKey) => return Err(RejectionKind::Unprocessable),
        }
        Ok(envelope)
    }

    pub(crate) fn labels(self, raw: &Bytes, vouched: bool) -> Result<BodyLabels, RejectionKind> {
        let kind = match self.wanted.provider.kind {
            Locator::Xml(element) => xml::child(raw, element)
                .filter(|kind| is_label(kind))
                .map(Cow::Borrowed),
            _ => self.first(self.wanted.kinds.clone()).and_then(name),
        };
        Ok(BodyLabels {
            id: self.id(vouched)?.map(|id| label(raw, id)),
            kind: kind.map(|kind| label(raw, kind)),
            mode: self.mode(),
        })
    }

    /// The first scalar value of these slots: not null, an array or an object.
    fn first(&self, slots: Range<usize>) -> Option<JsonValue<'b>> {
        let mut found = self.found.get(slots)?.iter().flatten();
        let is_value =
            |value: &&JsonValue<'b>| !matches!(value, JsonValue::Null | JsonValue::Nested(_));
        found.find(is_value).copied()
    }

    fn at(&self, slot: usize) -> Option<JsonValue<'b>> {
        self.found.get(slot).copied().flatten()
    }

    /// The id. A value that is not a usable id is an error if the body is authenticated, since
    /// another reader of the same bytes might see a different id. Otherwise it is ignored.
    fn id(&self, vouched: bool) -> Result<Option<Cow<'b, str>>, RejectionKind> {
        let Some(value) = self.first(self.wanted.ids.clone()) else {
            return Ok(None);
        };
        match text_or_integer(&value) {
            Some(text) if text.is_empty() => Ok(None),
            Some(text) if is_label(&text) => Ok(Some(text)),
            _ if !vouched => Ok(None),
            _ => Err(RejectionKind::Unprocessable),
        }
    }

    fn mode(&self) -> Option<Mode> {
        let locator = self.wanted.provider.mode?;
        match self.at(self.wanted.mode)? {
            JsonValue::Bool(value) if value == locator.live_when => Some(Mode::Live),
            JsonValue::Bool(_) => Some(Mode::Test),
            _ => None,
        }
    }

    /// Whether the sender waits for the handler's answer.
    pub(crate) fn is_question(&self) -> bool {
        match self.wanted.provider.questions() {
            Questions::None => false,
            Questions::All => true,
            Questions::Forms => self.is_form,
            Questions::With(_) => self.first(self.wanted.questions.clone()).is_some(),
            Questions::Except(_, notification) => match self.first(self.wanted.questions.clone()) {
                Some(JsonValue::Text(text)) => {
                    text.read(notification.len()).as_deref() != Some(notification)
                }
                _ => false,
            },
        }
    }

    /// The answer to a verified challenge, if this is one. `key` is the key that verified it.
    pub(crate) fn challenge(
        &self,
        key: impl FnOnce() -> Option<RunningMac>,
    ) -> Result<Option<Answer>, RejectionKind> {
        let Some(handshake) = self.wanted.provider.handshake() else {
            return Ok(None);
        };
        if !self.is_challenge(handshake) {
            return Ok(None);
        }
        let value = match self.at(self.wanted.challenge.saturating_add(1)) {
            Some(JsonValue::Text(value)) => {
                value.read(MAX_ECHO).ok_or(RejectionKind::Unprocessable)?
            }
            _ if handshake.reply().needs_value() => return Err(RejectionKind::Unprocessable),
            _ => Cow::Borrowed(""),
        };
        let answer = handshake.reply().of_value(&value, key().as_ref());
        answer.map(Some).ok_or(RejectionKind::Unprocessable)
    }

    /// Whether the body says that it is a challenge.
    fn is_challenge(&self, handshake: Handshake) -> bool {
        let (Challenge::Signed { when, .. } | Challenge::Encrypted { when, .. }) =
            handshake.challenge()
        else {
            return false;
        };
        match (when, self.at(self.wanted.challenge)) {
            (When::Text(_, value), Some(JsonValue::Text(text))) => {
                text.read(value.len()).as_deref() == Some(value)
            }
            (When::Number(_, value), Some(number)) => number.integer() == Some(i128::from(value)),
            (When::Has(_), Some(JsonValue::Text(_))) => true,
            _ => false,
        }
    }

    /// The answer to a decrypted challenge. `None` if it is not one, or has another token.
    pub(crate) fn encrypted_challenge(&self, responder: &HandshakeResponder) -> Option<Answer> {
        let handshake = self.wanted.provider.handshake()?;
        let at = |offset| match self.at(self.wanted.challenge.saturating_add(offset))? {
            JsonValue::Text(text) => text.read(MAX_ECHO),
            _ => None,
        };
        let (value, token) = (at(1)?, at(2)?);
        let is_genuine = self.is_challenge(handshake) && responder.knows(token.as_bytes());
        is_genuine.then(|| responder.unsigned(&value).ok())?
    }

    /// The answer to an unsigned challenge, or an error if this is not a challenge or it is
    /// refused.
    pub(crate) fn unsigned_challenge(
        self,
        responder: &HandshakeResponder,
    ) -> Result<Answer, RejectionKind> {
        match self.at(self.wanted.challenge) {
            Some(JsonValue::Text(value)) => {
                responder.unsigned(&value.read(MAX_ECHO).ok_or(RejectionKind::Malformed)?)
            }
            _ => Err(RejectionKind::MissingHeader),
        }
    }
}

/// A value that can be the name of something.
fn name(value: JsonValue<'_>) -> Option<Cow<'_, str>> {
    text_or_integer(&value).filter(|text| is_label(text))
}

/// A text that is short enough for a label, or an integer.
fn text_or_integer<'b>(value: &JsonValue<'b>) -> Option<Cow<'b, str>> {
    match value {
        JsonValue::Text(text) => text.read(MAX_ID),
        _ => value.integer().map(|number| number.to_string().into()),
    }
}

/// Whether the text can be a label: not empty, not too long, and without control characters, which
/// a log or a terminal could interpret.
pub(crate) fn is_label(text: &str) -> bool {
    let fits = !text.is_empty() && text.len() <= MAX_ID;
    fits && (is_printable(text.as_bytes()) || !text.chars().any(char::is_control))
}
