//! PayPal: RSA over a line of two header values, the webhook id and a checksum of the body.

use crc32fast::Hasher;

use crate::crypto::Algorithm;
use crate::crypto::chain::IsOwnName;
use crate::crypto::public::PublicKey;
use crate::error::RejectionKind;
use crate::keys::KeyQuery;
use crate::parse::Encoding;
use crate::parse::encoding::{decode_long, encode};
use crate::provider::{Check, CheckInput, Coverage, Custom, Draft, Verified};
use crate::time::{TimeUnit, UnixTime};
use crate::verify::custom::sns::CERT_URL;
use crate::verify::custom::{CheckResult, digest_of};
use crate::verify::fresh;
use crate::verify::key_ring::{KeyRing, ring};

/// The setting with the id of the webhook, which PayPal signs but does not send.
pub(crate) const WEBHOOK_ID: &str = "webhook_id";

const ID: &str = "paypal-transmission-id";
const TIME: &str = "paypal-transmission-time";
const SIGNATURE: &str = "paypal-transmission-sig";
const URL: &str = "paypal-cert-url";
const ALGORITHM: &str = "paypal-auth-algo";

const SIGNER_URL: &str = "https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594";

/// The allowed locations of PayPal's certificates.
const CERTIFICATES: [&str; 4] = [
    "https://api.paypal.com/v1/notifications/certs/",
    "https://api-m.paypal.com/v1/notifications/certs/",
    "https://api.sandbox.paypal.com/v1/notifications/certs/",
    "https://api-m.sandbox.paypal.com/v1/notifications/certs/",
];

#[derive(Debug)]
pub(crate) struct PayPal;

impl Custom for PayPal {
    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let signature = asked.header(SIGNATURE)?;
        if asked.header(ALGORITHM)? != b"SHA256withRSA" {
            return Err(RejectionKind::UnsupportedScheme);
        }
        let url = asked.header(URL)?;
        let url = std::str::from_utf8(url).map_err(|_| RejectionKind::Malformed)?;
        if !is_certificate(url) {
            return Err(RejectionKind::UnknownKey);
        }
        let (id, time) = (asked.header(ID)?, asked.header(TIME)?);
        // The fields must not contain their separator.
        if id.is_empty() || !id.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-') {
            return Err(RejectionKind::Malformed);
        }
        let name = asked.settings.get(CERT_URL);
        let query = || Some(KeyQuery::by_url("paypal", url.to_owned(), None));
        Ok(Box::new(Summing {
            before: [
                id,
                b"|",
                time,
                b"|",
                asked.settings.required(WEBHOOK_ID),
                b"|",
            ]
            .concat(),
            signature: decode_long(signature, Encoding::Base64).ok_or(RejectionKind::Malformed)?,
            time: fresh(time, TimeUnit::Rfc3339, asked.now, asked.tolerance)?,
            ring: ring(
                &asked.keys.public(),
                asked.fetches_keys,
                name,
                Some(url),
                query,
            )?,
            sum: Hasher::new(),
            coverage: asked.scheme.coverage(),
        }))
    }

    fn public(&self) -> Option<Algorithm> {
        Some(Algorithm::RsaSha256)
    }

    fn names_keys(&self) -> bool {
        true
    }

    fn certified(&self) -> Option<IsOwnName> {
        Some(signs_messages)
    }

    fn sign(&self, draft: &mut Draft<'_>) {
        let time = TimeUnit::Rfc3339.format(draft.now);
        let id = "dfb3be50-fd74-11e4-8bf3-77339302725b";
        let webhook = String::from_utf8_lossy(draft.settings.required(WEBHOOK_ID));
        let sum = crc32fast::hash(&draft.body);
        let line = format!("{id}|{time}|{webhook}|{sum}");
        let signature = draft.signature(&[line.as_bytes()]);
        let url = draft.settings.get(CERT_URL).map(String::from_utf8_lossy);
        let url = url.map_or(SIGNER_URL.to_owned(), std::borrow::Cow::into_owned);
        draft.push(SIGNATURE, encode(&signature, Encoding::Base64));
        draft.push(ID, id);
        draft.push(TIME, time);
        draft.push(URL, url);
        draft.push(ALGORITHM, "SHA256withRSA");
    }
}

/// Accepts `messageverificationcerts.paypal.com`, optionally with labels in between, as PayPal's
/// Java library does.
fn signs_messages(name: &str) -> bool {
    let between = name
        .strip_prefix("messageverificationcerts.")
        .and_then(|name| name.strip_suffix("paypal.com"));
    between.is_some_and(|between| between.is_empty() || between.ends_with('.'))
}

/// Whether the URL is one of PayPal's certificates.
fn is_certificate(url: &str) -> bool {
    let name = CERTIFICATES
        .iter()
        .find_map(|place| url.strip_prefix(place));
    name.is_some_and(|name| {
        let plain = name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        (1..=128).contains(&name.len()) && plain
    })
}

struct Summing {
    before: Vec<u8>,
    signature: Vec<u8>,
    time: UnixTime,
    ring: KeyRing,
    /// CRC-32 (IEEE 802.3), as zlib's.
    sum: Hasher,
    coverage: Coverage,
}

impl Check for Summing {
    fn update(&mut self, bytes: &[u8]) {
        self.sum.update(bytes);
    }

    fn wanted(&mut self, _: &[u8]) -> Option<&KeyQuery> {
        self.ring.wanted()
    }

    fn supply(&mut self, keys: &[PublicKey]) {
        self.ring = KeyRing::Public(keys.to_vec());
    }

    fn finish(&mut self, _: &[u8]) -> Result<Verified, RejectionKind> {
        let sum = self.sum.clone().finalize().to_string();
        let signed = [&self.before, sum.as_bytes()].concat();
        CheckResult {
            slot: self.ring.slot(&[&signed], &self.signature),
            time: Some(self.time),
            message: Some(digest_of(&signed)),
        }
        .verified(self.coverage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_ieee() {
        for (text, expected) in [("", 0), ("123456789", 0xcbf4_3926), ("a", 0xe8b7_be43)] {
            assert_eq!(crc32fast::hash(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn certificates_are_for_the_signing_of_messages() {
        for name in [
            "messageverificationcerts.paypal.com",
            "messageverificationcerts.sandbox.paypal.com",
        ] {
            assert!(signs_messages(name), "{name}");
        }
        for name in [
            "www.paypal.com",
            "*.paypal.com",
            "paypal.com",
            "messageverificationcerts.paypal.com.evil.example",
            "messageverificationcerts.evilpaypal.com",
            "messageverificationcerts-paypal.com",
            "evil.messageverificationcerts.paypal.com",
            "",
        ] {
            assert!(!signs_messages(name), "{name}");
        }
    }

    #[test]
    fn certificates_are_paypals_own() {
        for url in [
            SIGNER_URL,
            "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1",
        ] {
            assert!(is_certificate(url), "{url}");
        }
        for url in [
            "http://api.paypal.com/v1/notifications/certs/CERT-1",
            "https://evilpaypal.com/v1/notifications/certs/CERT-1",
            "https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1",
            "https://api.paypal.com@evil.example/v1/notifications/certs/CERT-1",
            "https://api.paypal.com:443/v1/notifications/certs/CERT-1",
            "https://api.paypal.com./v1/notifications/certs/CERT-1",
            "https://api.paypal.com/v1/notifications/certs/../CERT-1",
            "https://api.paypal.com/v1/notifications/certs/",
            "https://api.paypal.com/v1/notifications/certs/CERT-1?x",
            "https://api.paypal.com/v1/notifications/certs/CERT-1#",
            "https://api.paypal.com/v1/oauth2/CERT-1",
            "https://www.paypal.com/v1/notifications/certs/CERT-1",
            "",
        ] {
            assert!(!is_certificate(url), "{url}");
        }
    }
}
