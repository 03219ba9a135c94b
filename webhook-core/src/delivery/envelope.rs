//! What a provider's deliveries say about themselves, and where.

use bytes::Bytes;
use std::borrow::Cow;
use std::ops::Range;

use crate::answer::Answer;
use crate::crypto::RunningMac;
use crate::delivery::record::label;
use crate::delivery::responder::MAX_ECHO;
use crate::delivery::{BodyLabels, HandshakeResponder};
use crate::error::RejectionKind;
use crate::observe::EscapedId;
use crate::parse::json::{JsonValue, Pointers, Problem};
use crate::parse::{json, xml};
use crate::provider::{Challenge, Handshake, Locator, Mode, Provider, Questions, When};
use crate::request::{Found, Head};
use crate::verify::MAX_ID;

/// What to look for in the deliveries of a provider, worked out once.
#[derive(Debug)]
pub(crate) struct EnvelopeSpec {
    provider: Provider,
    pointers: Pointers,
    /// Which of the pointers lead to what.
    ids: Range<usize>,
    kinds: Range<usize>,
    mode: usize,
    challenge: usize,
    /// Which of the pointers tell a question.
    questions: Range<usize>,
    /// Whether a delivery may be a challenge, so that its body has to be looked into in any case.
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
            challenge,
            questions,
            challenges: handshake.is_some_and(|handshake| handshake.is_signed()),
        }
    }

    /// The id a sender claims in its head, for a hook that hears of a refusal.
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
                sources.find_map(|source| shown(source.header))
            }
            _ => None,
        }
    }
}

/// What a body says about itself.
pub(crate) struct Envelope<'b> {
    wanted: &'b EnvelopeSpec,
    /// Whether there is a body that is not JSON.
    is_form: bool,
    found: [Option<JsonValue<'b>>; json::MAX_POINTERS],
}

impl<'b> Envelope<'b> {
    pub(crate) fn read(wanted: &'b EnvelopeSpec, raw: &'b Bytes) -> Result<Self, RejectionKind> {
        let mut envelope = Self {
            wanted,
            is_form: false,
            found: [const { None }; json::MAX_POINTERS],
        };
        if wanted.pointers.is_empty() || raw.is_empty() {
            return Ok(envelope);
        }
        match json::scan(raw, &wanted.pointers) {
            Ok(found) => envelope.found = found,
            // Genuine all the same: forms and other things are known by their content.
            Err(Problem::NotJson) => envelope.is_form = true,
            Err(Problem::DuplicateKey) => return Err(RejectionKind::Unprocessable),
        }
        Ok(envelope)
    }

    pub(crate) fn labels(self, raw: &Bytes, vouched: bool) -> Result<BodyLabels, RejectionKind> {
        let kind = match self.wanted.provider.kind {
            Locator::Xml(element) => xml::child(raw, element)
                .filter(|kind| is_label(kind))
                .map(Cow::Borrowed),
            _ => self.kind(),
        };
        Ok(BodyLabels {
            id: self.id(vouched)?.map(|id| label(raw, id)),
            kind: kind.map(|kind| label(raw, kind)),
            mode: self.mode(),
        })
    }

    /// The first value of these slots that is one: neither null nor an array or object.
    fn first(&self, slots: Range<usize>) -> Option<JsonValue<'b>> {
        let mut found = self.found.get(slots)?.iter().flatten();
        let is_value =
            |value: &&JsonValue<'b>| !matches!(value, JsonValue::Null | JsonValue::Nested(_));
        found.find(is_value).copied()
    }

    fn at(&self, slot: usize) -> Option<JsonValue<'b>> {
        self.found.get(slot).copied().flatten()
    }

    /// The id. One that cannot be an id is an error where the body is vouched for, since another reader of the same bytes
    /// might see another one; elsewhere it is no id.
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

    fn kind(&self) -> Option<Cow<'b, str>> {
        let value = self.first(self.wanted.kinds.clone())?;
        text_or_integer(&value).filter(|text| is_label(text))
    }

    fn mode(&self) -> Option<Mode> {
        let locator = self.wanted.provider.mode?;
        match self.at(self.wanted.mode)? {
            JsonValue::Bool(value) if value == locator.live_when => Some(Mode::Live),
            JsonValue::Bool(_) => Some(Mode::Test),
            _ => None,
        }
    }

    /// Whether the sender waits for an answer of the handler's.
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

    /// The answer to a verified challenge, if this is one. `key` is the one that verified it.
    pub(crate) fn challenge(
        &self,
        key: impl FnOnce() -> Option<RunningMac>,
    ) -> Result<Option<Answer>, RejectionKind> {
        let Some(handshake) = self.wanted.provider.handshake() else {
            return Ok(None);
        };
        let Challenge::Signed { when, .. } = handshake.challenge() else {
            return Ok(None);
        };
        let is_challenge = match (when, self.at(self.wanted.challenge)) {
            (When::Text(_, value), Some(JsonValue::Text(text))) => {
                text.read(value.len()).as_deref() == Some(value)
            }
            (When::Number(_, value), Some(number)) => number.integer() == Some(i128::from(value)),
            (When::Has(_), Some(JsonValue::Text(_))) => true,
            _ => false,
        };
        if !is_challenge {
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

    /// The answer to an unsigned challenge; an error for all that is none, or none that is answered.
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

/// A text of a label's length, or a number that is whole.
fn text_or_integer<'b>(value: &JsonValue<'b>) -> Option<Cow<'b, str>> {
    match value {
        JsonValue::Text(text) => text.read(MAX_ID),
        _ => value.integer().map(|number| number.to_string().into()),
    }
}

/// The text of a label: not empty, not long, nothing that a log or a terminal would act on.
pub(crate) fn is_label(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_ID && !text.chars().any(char::is_control)
}
