//! A keyed hash that runs over the body as it arrives.

use zeroize::Zeroizing;

use crate::crypto::{RunningDigest, RunningMac};
use crate::parse::low_bytes::LowBytes;
use crate::parse::utf8::Utf8;
use crate::provider::{Coverage, Part, Provider, Verified};
use crate::time::UnixTime;
use crate::verify::Candidates;
use crate::verify::key::Key;
use crate::verify::seam::Seam;

/// One scheme at work, with a running code for each key.
pub(super) struct MacCheck {
    pub(super) coverage: Coverage,
    pub(super) candidates: Candidates,
    /// Boxed, because most schemes have none, and all are moved.
    pub(super) tail: Option<Box<Tail>>,
    pub(super) first: RunningMac,
    pub(super) rest: Vec<RunningMac>,
}

/// What is special about the body, or signed behind it.
///
/// A plain hash with the secret in front can be continued by anybody who has one: with the padding
/// of the hash, and whatever follows. The padding begins with a byte that no text has behind a
/// whole character, so what has to be text cannot be continued.
#[derive(Default)]
pub(super) struct Tail {
    /// With the digest of what is signed of the body then.
    pub(super) low_bytes: Option<(LowBytes, RunningDigest)>,
    /// Where the body has to be text.
    pub(super) text: Option<Utf8>,
    pub(super) seam: Option<Seam>,
    /// The parts behind the body.
    pub(super) suffix: Vec<u8>,
    /// What is signed last and is each key's own.
    pub(super) secrets: Vec<Zeroizing<Vec<u8>>>,
}

impl MacCheck {
    #[inline]
    pub(super) fn update_body(&mut self, bytes: &[u8]) {
        match self.tail.take() {
            Some(mut tail) => {
                if let Some(seam) = &mut tail.seam {
                    seam.push(bytes);
                }
                if let Some(text) = &mut tail.text {
                    text.push(bytes, |_| {});
                }
                match &mut tail.low_bytes {
                    Some((low_bytes, digest)) => low_bytes.push(bytes, |bytes| {
                        self.update(bytes);
                        digest.update(bytes);
                    }),
                    None => self.update(bytes),
                }
                self.tail = Some(tail);
            }
            None => self.update(bytes),
        }
    }

    /// A part that is each key's own.
    pub(super) fn update_own(&mut self, part: Part, keys: &[Key], provider: &Provider) {
        let macs = std::iter::once(&mut self.first).chain(&mut self.rest);
        for (mac, key) in macs.zip(keys) {
            let (login, secret) = provider.key_format.split(key.own());
            mac.update(if part == Part::Login { login } else { secret });
        }
    }

    #[inline]
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.first.update(bytes);
        for mac in &mut self.rest {
            mac.update(bytes);
        }
    }

    #[inline]
    pub(super) fn verified(&mut self, time: Option<UnixTime>) -> Option<Verified> {
        let message = match self.tail.take() {
            Some(tail) => self.finish_tail(*tail)?,
            None => None,
        };
        Some(Verified {
            coverage: self.coverage,
            key_slot: self.slot()?,
            time,
            message,
        })
    }

    /// Signs what stands behind the body. SHA-256 of what was signed of the body, where that is not
    /// the body byte for byte; `None` for a body that cannot have been signed so.
    #[cold]
    pub(super) fn finish_tail(&mut self, tail: Tail) -> Option<Option<[u8; 32]>> {
        self.update(&tail.suffix);
        let macs = std::iter::once(&mut self.first).chain(&mut self.rest);
        for (mac, secret) in macs.zip(&tail.secrets) {
            mac.update(secret);
        }
        let is_text = tail.text.is_none_or(|text| text.is_text());
        let holds = tail.seam.is_none_or(|seam| seam.holds());
        match tail.low_bytes {
            _ if !is_text || !holds => None,
            Some((low_bytes, _)) if !low_bytes.is_text() => None,
            Some((_, digest)) => Some(Some(digest.finish())),
            None => Some(None),
        }
    }

    /// The slot of the key that made one of the candidates. All keys are tried, whatever the outcome.
    #[inline]
    pub(super) fn slot(&mut self) -> Option<usize> {
        let mut slot = self.candidates.contain(&self.first.finish()).then_some(0);
        for (i, mac) in self.rest.iter_mut().enumerate() {
            let found = self.candidates.contain(&mac.finish());
            slot = slot.or(found.then_some(i.saturating_add(1)));
        }
        slot
    }
}

/// The secret of every key, as it is signed.
pub(super) fn secrets(keys: &[Key], provider: &Provider) -> Vec<Zeroizing<Vec<u8>>> {
    keys.iter()
        .map(|key| Zeroizing::new(provider.key_format.split(key.own()).1.to_vec()))
        .collect()
}
