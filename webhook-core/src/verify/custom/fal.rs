//! fal.ai: Ed25519 over three headers and the hexadecimal hash of the body, one per line.
//!
//! A template has no part for a hash of the body, and no other sender with public keys signs one.

use crate::crypto::{Algorithm, RunningDigest};
use crate::error::RejectionKind;
use crate::parse::encoding::{decode_long, encode};
use crate::parse::{Encoding, is_printable};
use crate::provider::{Check, CheckInput, Coverage, Custom, Draft, Verified};
use crate::time::{TimeUnit, UnixTime};
use crate::verify::custom::{CheckResult, digest_of};
use crate::verify::fresh;
use crate::verify::key_ring::KeyRing;

pub(crate) const SIGNATURE: &str = "x-fal-webhook-signature";
const TIME: &str = "x-fal-webhook-timestamp";
const REQUEST: &str = "x-fal-webhook-request-id";
const USER: &str = "x-fal-webhook-user-id";

#[derive(Debug)]
pub(crate) struct Fal;

impl Custom for Fal {
    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let signature = asked.header(SIGNATURE)?;
        let line = |name| {
            // A line break would move the end of a line.
            let value = asked.header(name)?;
            match !value.is_empty() && is_printable(value) {
                true => Ok(value),
                false => Err(RejectionKind::Malformed),
            }
        };
        let (request, user, time) = (line(REQUEST)?, line(USER)?, line(TIME)?);
        Ok(Box::new(Running {
            lines: [request, user].map(<[u8]>::to_vec),
            sent: time.to_vec(),
            time: fresh(time, TimeUnit::Seconds, asked.now, asked.tolerance)?,
            signature: decode_long(signature, Encoding::Hex).ok_or(RejectionKind::Malformed)?,
            ring: KeyRing::Public(asked.keys.public()),
            body: RunningDigest::new(),
            coverage: asked.scheme.coverage(),
        }))
    }

    fn public(&self) -> Option<Algorithm> {
        Some(Algorithm::Ed25519)
    }

    fn sign(&self, draft: &mut Draft<'_>) {
        let time = TimeUnit::Seconds.format(draft.now);
        let (request, user) = ("024ca5b1-45d3-4afd-883e-ad3abe2a1c4d", "user_1");
        let hash = const_hex::encode(digest_of(&draft.body));
        let signed = [request, user, &time, &hash].join("\n");
        let signature = draft.signature(&[signed.as_bytes()]);
        draft.push(SIGNATURE, encode(&signature, Encoding::Hex));
        draft.push(REQUEST, request);
        draft.push(USER, user);
        draft.push(TIME, time);
    }
}

struct Running {
    /// The request and the user.
    lines: [Vec<u8>; 2],
    /// The time, with the text as sent.
    sent: Vec<u8>,
    time: UnixTime,
    signature: Vec<u8>,
    ring: KeyRing,
    body: RunningDigest,
    coverage: Coverage,
}

impl Check for Running {
    fn update(&mut self, bytes: &[u8]) {
        self.body.update(bytes);
    }

    fn finish(&mut self, _: &[u8]) -> Result<Verified, RejectionKind> {
        let hash = const_hex::encode(self.body.clone().finish());
        let [request, user] = &self.lines;
        let signed = [request, user, &self.sent[..], hash.as_bytes()].join(&b'\n');
        // A retry may have another time, so the time is not part of the event's identity.
        let event = [&request[..], user, hash.as_bytes()].join(&b'\n');
        CheckResult {
            slot: self.ring.slot(&[&signed], &self.signature),
            time: Some(self.time),
            message: Some(digest_of(&event)),
        }
        .verified(self.coverage)
    }
}
