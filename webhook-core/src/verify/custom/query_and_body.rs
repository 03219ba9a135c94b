//! MessageBird's first scheme: the time, the query sorted and escaped again, and the hash of the
//! body. Bird signs the URL in place of the query.

use crate::crypto::{Algorithm, RunningDigest, RunningMac};
use crate::error::RejectionKind;
use crate::parse::encoding::encode;
use crate::parse::{Encoding, form};
use crate::provider::{Check, CheckInput, Coverage, Custom, Draft, Verified};
use crate::secret::Keys;
use crate::time::{TimeUnit, UnixTime};
use crate::verify::custom::check::one_tag;
use crate::verify::custom::{CheckResult, digest_of, first};
use crate::verify::{Candidates, fresh};

const TAG: &str = "messagebird-signature";
const TIME: &str = "messagebird-request-timestamp";

/// What is signed between the time and the hash of the body.
#[derive(Clone, Copy, Debug)]
pub(crate) enum QueryAndBody {
    /// The query, sorted by name and escaped again.
    Query,
    /// The URL as requested.
    Url,
}

impl QueryAndBody {
    fn middle(self, url: impl FnOnce() -> String, query: Option<&str>) -> Option<String> {
        match self {
            Self::Query => canonical(query.unwrap_or_default()),
            Self::Url => Some(url()),
        }
    }
}

impl Custom for QueryAndBody {
    fn mac(&self, secret: &[u8]) -> Option<RunningMac> {
        Some(Algorithm::HmacSha256.key(secret))
    }

    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let candidates = one_tag(asked.header(TAG)?, Encoding::Base64, Algorithm::HmacSha256)?;
        let sent = asked.header(TIME)?;
        let time = fresh(sent, TimeUnit::Seconds, asked.now, asked.tolerance)?;
        Ok(Box::new(Running {
            candidates,
            keys: asked.keys.clone(),
            sent: sent.to_vec(),
            time,
            middle: self
                .middle(|| asked.full_url(), asked.head.query())
                .ok_or(RejectionKind::Malformed)?,
            body: RunningDigest::new(),
            coverage: asked.scheme.coverage(),
        }))
    }

    fn sign(&self, draft: &mut Draft<'_>) {
        let time = TimeUnit::Seconds.format(draft.now);
        let query = draft.target.split_once('?').map(|(_, query)| query);
        let middle = self.middle(|| draft.full_url(), query).unwrap_or_default();
        let signed = message(time.as_bytes(), &middle, &digest_of(&draft.body));
        draft.push(TAG, encode(draft.tag(&[&signed]), Encoding::Base64));
        draft.push(TIME, time);
    }
}

struct Running {
    candidates: Candidates,
    keys: Keys,
    /// The time, with the text as sent.
    sent: Vec<u8>,
    time: UnixTime,
    middle: String,
    body: RunningDigest,
    coverage: Coverage,
}

impl Check for Running {
    fn update(&mut self, bytes: &[u8]) {
        self.body.update(bytes);
    }

    fn finish(&mut self, _: &[u8]) -> Result<Verified, RejectionKind> {
        let body = self.body.clone().finish();
        let signed = message(&self.sent, &self.middle, &body);
        let tags = self.keys.macs().map(|mut mac| {
            mac.update(&signed);
            mac.finish()
        });
        // A retry has another time, so the time is not part of the event's identity.
        CheckResult {
            slot: first(tags.map(|tag| self.candidates.contain(&tag))),
            time: Some(self.time),
            message: Some(digest_of(&message(b"", &self.middle, &body))),
        }
        .verified(self.coverage)
    }
}

fn message(time: &[u8], middle: &str, body: &[u8; 32]) -> Vec<u8> {
    [time, middle.as_bytes(), body].join(&b'\n')
}

/// The maximum number of parameters in a query.
const MAX_PARAMETERS: usize = 500;

/// The query sorted by name, with names and values escaped. Values of one name keep their order.
/// `None` if there are too many.
fn canonical(query: &str) -> Option<String> {
    let fields = || form::fields(query.as_bytes());
    if fields().nth(MAX_PARAMETERS).is_some() {
        return None;
    }
    let mut pairs: Vec<_> = fields()
        .map(|field| (field.name.read(), field.value.read()))
        .collect();
    pairs.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut out = String::with_capacity(query.len());
    for (name, value) in &pairs {
        if !out.is_empty() {
            out.push('&');
        }
        escape(name, &mut out);
        out.push('=');
        escape(value, &mut out);
    }
    Some(out)
}

/// Escapes everything except letters, digits and `-._~` as `%XX`, and a space as `+`.
fn escape(text: &[u8], out: &mut String) {
    for &byte in text {
        match byte {
            b' ' => out.push('+'),
            b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            _ => {
                out.push('%');
                out.push_str(&const_hex::encode_upper([byte]));
            }
        }
    }
}
