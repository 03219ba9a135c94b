//! A keyed hash over the body as it arrives.

use crate::crypto::{Algorithm, RunningDigest, RunningMac};
use crate::error::RejectionKind;
use crate::parse::utf8::Utf8;
use crate::provider::{Coverage, Part, Verified};
use crate::request::Head;
use crate::time::UnixTime;
use crate::verify::head::{read_tags, read_time_and_id};
use crate::verify::message::{SignedMessage, has_mark};
use crate::verify::prepared::Prepared;
use crate::verify::seam::Seam;
use crate::verify::tail::Tail;
use crate::verify::verification::State;
use crate::verify::{Candidates, Verification};

/// A running check of one scheme, with a hash for each key.
pub(super) struct MacCheck {
    coverage: Coverage,
    pub(super) candidates: Candidates,
    /// Boxed, because most schemes have none.
    tail: Option<Box<Tail>>,
    first: RunningMac,
    rest: Vec<RunningMac>,
}

impl MacCheck {
    /// Reads the head and hashes the parts before the body. The check is built in place in
    /// `verification`, because the running hashes are too large to move.
    pub(super) fn start<'h>(
        prepared: &Prepared,
        algorithm: Algorithm,
        url: &str,
        head: &Head<'h>,
        now: UnixTime,
        verification: &mut Verification,
    ) -> Result<Option<&'h str>, RejectionKind> {
        let mut macs = prepared.keys.keyed_hashes();
        // A verifier has at least one secret.
        let first = macs.next().ok_or(RejectionKind::BadSignature)?;
        let check = verification.run(Self {
            coverage: prepared.plan.coverage,
            candidates: Candidates::new(),
            tail: None,
            first: first.clone(),
            rest: macs.cloned().collect(),
        });
        let encoding = prepared.plan.scheme.encoding;
        let time_text = read_tags(&prepared.plan.scheme, head, |spelled| {
            check
                .candidates
                .push(spelled, encoding, algorithm.tag_len())
        })?;
        let (time_text, id) = read_time_and_id(&prepared.plan.scheme, head, time_text)?;
        check.candidates.check()?;
        let time = prepared.plan.fresh_time(time_text, now)?;
        let message = SignedMessage {
            head,
            url,
            time: time_text.unwrap_or_default(),
            id: id.unwrap_or_default().as_bytes(),
        };
        for part in prepared.plan.before_body {
            match part {
                Part::Secret => check.update_own(prepared),
                // Two spellings of such a query have one signature.
                Part::UrlDecoding(marks) if has_mark(head, marks) => {
                    check.coverage.url = false;
                    check.coverage.values = true;
                    message.write(*part, &mut |bytes| check.update(bytes))?;
                }
                _ => message.write(*part, &mut |bytes| check.update(bytes))?,
            }
        }
        check.set_tail(prepared, algorithm, &message)?;
        if prepared.plan.from_body.is_empty() {
            let verified = check.decide(prepared, time, &message)?;
            verification.state = State::Decided(verified);
        }
        verification.time = time;
        Ok(id)
    }

    /// Hashes the secret of each key.
    fn update_own(&mut self, prepared: &Prepared) {
        let macs = std::iter::once(&mut self.first).chain(&mut self.rest);
        for (mac, secret) in macs.zip(prepared.keys.texts()) {
            mac.update(secret);
        }
    }

    /// Prepares the parts after the body, and the requirements on the body.
    fn set_tail(
        &mut self,
        prepared: &Prepared,
        algorithm: Algorithm,
        message: &SignedMessage<'_>,
    ) -> Result<(), RejectionKind> {
        let seam = prepared.plan.seam.map(|rule| Seam::new(rule, message.head));
        let seam = seam.transpose()?;
        // A plain hash that ends with the body can be extended.
        let has_to_be_text = algorithm.is_plain() && prepared.plan.from_body == [Part::Body];
        if seam.is_none() && !has_to_be_text && matches!(prepared.plan.from_body, [] | [Part::Body])
        {
            return Ok(());
        }
        let mut tail = Tail {
            seam,
            text: has_to_be_text.then(Utf8::default),
            ..Tail::default()
        };
        for part in prepared.plan.from_body {
            tail.add(*part, prepared, message)?;
        }
        self.tail = Some(Box::new(tail));
        Ok(())
    }

    /// Decides without the body, if the body is not signed.
    fn decide(
        &mut self,
        prepared: &Prepared,
        time: Option<UnixTime>,
        message: &SignedMessage<'_>,
    ) -> Result<Verified, RejectionKind> {
        let mut digest = RunningDigest::new();
        for part in prepared.plan.before_body {
            message.write(*part, &mut |bytes| digest.update(bytes))?;
        }
        Ok(Verified {
            coverage: self.coverage,
            key_slot: self.slot().ok_or(RejectionKind::BadSignature)?,
            time,
            message: (!self.coverage.is_sender_only()).then(|| digest.finish()),
        })
    }

    #[inline]
    pub(super) fn update_body(&mut self, bytes: &[u8]) {
        if let Some(tail) = &mut self.tail {
            tail.push(bytes);
        }
        self.update(bytes);
    }

    #[inline]
    fn update(&mut self, bytes: &[u8]) {
        self.first.update(bytes);
        for mac in &mut self.rest {
            mac.update(bytes);
        }
    }

    #[inline]
    pub(super) fn verified(&mut self, time: Option<UnixTime>) -> Option<Verified> {
        if let Some(tail) = self.tail.take()
            && !self.finish_tail(*tail)
        {
            return None;
        }
        Some(Verified {
            coverage: self.coverage,
            key_slot: self.slot()?,
            time,
            message: None,
        })
    }

    /// Hashes the parts after the body. Returns whether the body can have been signed this way.
    #[cold]
    fn finish_tail(&mut self, tail: Tail) -> bool {
        self.update(&tail.suffix);
        if let Some(prepared) = &tail.secrets_of {
            self.update_own(prepared);
        }
        tail.holds()
    }

    /// The slot of the key that made one of the candidates. All keys are tried in any case.
    #[inline]
    fn slot(&mut self) -> Option<usize> {
        let mut slot = self.candidates.contain(&self.first.finish()).then_some(0);
        for (i, mac) in self.rest.iter_mut().enumerate() {
            let found = self.candidates.contain(&mac.finish());
            slot = slot.or(found.then_some(i.saturating_add(1)));
        }
        slot
    }
}
