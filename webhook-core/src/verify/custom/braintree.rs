//! Braintree: a form with a payload and tags. Each tag follows the public key that belongs to its
//! private key.

use form_urlencoded::Serializer;
use std::borrow::Cow;

use crate::crypto::{Algorithm, RunningDigest, RunningMac};
use crate::error::RejectionKind;
use crate::parse::encoding::encode;
use crate::parse::{Encoding, form};
use crate::provider::{Check, CheckInput, Custom, Draft};
use crate::request::MAX_VALUE;
use crate::secret::{Keys, Settings};
use crate::verify::Candidates;
use crate::verify::custom::{CheckResult, first, whole_unwrapped};

/// The setting of the public key.
pub(crate) const PUBLIC_KEY: &str = "public_key";

#[derive(Debug)]
pub(crate) struct Braintree;

impl Custom for Braintree {
    /// The key is the hash of the private key.
    fn mac(&self, secret: &[u8]) -> Option<RunningMac> {
        let mut hash = Algorithm::Sha1.key(&[]);
        hash.update(secret);
        Some(Algorithm::HmacSha1.key(hash.finish().as_bytes()))
    }

    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let (keys, coverage) = (asked.keys.clone(), asked.scheme.coverage());
        let public = asked.settings.required(PUBLIC_KEY).to_vec();
        let check = move |body: &[u8]| {
            let [payload, tags] = form::values(body, ["bt_payload", "bt_signature"])?;
            let payload = payload.ok_or(RejectionKind::MissingHeader)?;
            let known = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=\n".contains(&byte);
            let is_challenge = |text: Cow<'_, [u8]>| is_challenge(&text);
            if payload.is_empty()
                || !payload.bytes().all(known)
                || payload.short(MAX_CHALLENGE).is_some_and(is_challenge)
            {
                return Err(RejectionKind::Malformed);
            }
            let tags = tags.ok_or(RejectionKind::MissingHeader)?.short(MAX_VALUE);
            let candidates = ours(&tags.ok_or(RejectionKind::Malformed)?, &public)?;
            // As sent, or with the final line feed that forms lose.
            let matches = |mut mac: RunningMac| {
                payload.write(&mut |piece| mac.update(piece));
                let as_sent = candidates.contain(&mac.clone().finish());
                mac.update(b"\n");
                as_sent | candidates.contain(&mac.finish())
            };
            let mut digest = RunningDigest::new();
            payload
                .without_line_feeds()
                .write(&mut |piece| digest.update(piece));
            CheckResult {
                slot: first(keys.macs().map(matches)),
                time: None,
                message: Some(digest.finish()),
            }
            .verified(coverage)
        };
        Ok(whole_unwrapped(check, |body| {
            let payload = form::field(body, "bt_payload").ok()?;
            notification(payload.bytes()).map(Cow::Owned)
        }))
    }

    /// The public key and the tag by the first key. A delivery never has a payload that is answered
    /// here: [`is_challenge`] separates them.
    fn answer(&self, value: &str, keys: &Keys, settings: &Settings) -> Option<String> {
        let public = std::str::from_utf8(settings.required(PUBLIC_KEY)).ok()?;
        let mut mac = keys.macs().next()?;
        if !is_challenge(value.as_bytes()) {
            return None;
        }
        mac.update(value.as_bytes());
        Some(format!("{public}|{}", encode(mac.finish(), Encoding::Hex)))
    }

    /// The body becomes the payload, in base64.
    fn sign(&self, draft: &mut Draft<'_>) {
        use base64::Engine as _;
        let payload = base64::engine::general_purpose::STANDARD.encode(&draft.body) + "\n";
        let tag = encode(draft.tag(&[payload.as_bytes()]), Encoding::Hex);
        let public = String::from_utf8_lossy(draft.settings.required(PUBLIC_KEY));
        let mut form = Serializer::new(String::new());
        form.append_pair("bt_signature", &format!("{public}|{tag}"));
        form.append_pair("bt_payload", &payload);
        draft.body = form.finish().into();
    }
}

/// Whether text has the form of a challenge: 20 to 32 lower-case hexadecimal digits. A payload of
/// this form is refused, since anyone can have it signed. No notification is lost: its XML starts
/// with `<` or white space, whose base64 starts with a capital letter.
fn is_challenge(text: &[u8]) -> bool {
    let digits = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    (20..=MAX_CHALLENGE).contains(&text.len()) && text.iter().all(digits)
}

/// The maximum length of a challenge, in digits.
const MAX_CHALLENGE: usize = 32;

/// The XML in a payload, which is base64 in lines.
fn notification(payload: impl Iterator<Item = u8>) -> Option<Vec<u8>> {
    use base64::Engine as _;
    let compact: Vec<u8> = payload.filter(|byte| *byte != b'\n').collect();
    let standard = base64::engine::general_purpose::STANDARD;
    standard.decode(compact).ok()
}

/// The tags that follow the configured public key.
fn ours(list: &[u8], public: &[u8]) -> Result<Candidates, RejectionKind> {
    let mut candidates = Candidates::new();
    for pair in list.split(|&byte| byte == b'&') {
        let mut halves = pair.splitn(2, |&byte| byte == b'|');
        if let (Some(key), Some(tag)) = (halves.next(), halves.next())
            && key == public
        {
            candidates.push(tag, Encoding::Hex, Algorithm::HmacSha1.tag_len())?;
        }
    }
    candidates.check()?;
    Ok(candidates)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_is_that_of_no_challenge_whatever_its_xml_begins_with() {
        use base64::Engine as _;
        let standard = base64::engine::general_purpose::STANDARD;
        for first in ["<", " ", "\t", "\n", "\r", "\u{feff}<"] {
            // As long as a challenge.
            for len in 12..=24 {
                let document = format!("{first:<len$}");
                let payload = standard.encode(&document);
                assert!(!is_challenge(payload.as_bytes()), "{document:?}");
                assert_eq!(notification(payload.bytes()), Some(document.into()));
            }
        }
        assert!(is_challenge(b"20f9f8ed05f77439fe955c977e4c8a53"));
    }
}
