//! Feishu and Lark: a plain hash over time, nonce, key and body. The same key encrypts the body.

use std::borrow::Cow;

use serde_json::json;
use zeroize::Zeroizing;

use crate::crypto::{Algorithm, Decrypted, RunningDigest, cbc};
use crate::error::RejectionKind;
use crate::parse::Encoding;
use crate::parse::encoding::{decode_long, encode};
use crate::parse::json::{JsonValue, Pointers, scan};
use crate::provider::{Check, CheckInput, Custom, Draft, Verified};
use crate::secret::Keys;
use crate::time::TimeUnit;
use crate::verify::custom::check::Codes;
use crate::verify::fresh;

/// The header with the signature.
pub(crate) const SIGNATURE: &str = "x-lark-signature";

/// The header with the time.
pub(crate) const TIMESTAMP: &str = "x-lark-request-timestamp";

const NONCE: &str = "x-lark-request-nonce";

#[derive(Debug)]
pub(crate) struct Feishu;

impl Custom for Feishu {
    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let (time, nonce) = (asked.header(TIMESTAMP)?, asked.header(NONCE)?);
        let tag = asked.header(SIGNATURE)?;
        let mut codes = Codes::new(asked, Algorithm::Sha256, tag, Encoding::Hex)?;
        codes.time = Some(fresh(time, TimeUnit::Seconds, asked.now, asked.tolerance)?);
        codes.sign(time);
        codes.sign(nonce);
        codes.sign_own(asked.keys.texts());
        Ok(Box::new(Encrypted {
            codes,
            keys: asked.keys.clone(),
            text: None,
        }))
    }

    fn algorithm(&self) -> Option<Algorithm> {
        Some(Algorithm::Sha256)
    }

    fn decrypt(&self, body: &[u8], secret: &[u8]) -> Option<Decrypted> {
        let [found] = scan(body, &Pointers::new(&["/encrypt"])).ok()?;
        let Some(JsonValue::Text(sealed)) = found else {
            return None;
        };
        let sealed = sealed.read(body.len())?;
        let sealed = decode_long(sealed.as_bytes(), Encoding::Base64)?;
        cbc::decrypt(&key(secret), sealed)
    }

    /// The body becomes the encrypted one.
    fn sign(&self, draft: &mut Draft<'_>) {
        let sealed = cbc::encrypt(&key(draft.key), &draft.body).unwrap_or_default();
        let sealed = encode(sealed, Encoding::Base64);
        draft.body = json!({"encrypt": sealed}).to_string().into();
        let (time, nonce) = (TimeUnit::Seconds.format(draft.now), "1234567890");
        let tag = draft.tag(&[time.as_bytes(), nonce.as_bytes(), draft.key, &draft.body]);
        draft.push(TIMESTAMP, time);
        draft.push(NONCE, nonce);
        draft.push(SIGNATURE, encode(tag, Encoding::Hex));
    }
}

/// The AES key of a secret.
fn key(secret: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut digest = RunningDigest::new();
    digest.update(secret);
    Zeroizing::new(digest.finish())
}

/// A signed body that is decrypted once its signature is verified.
struct Encrypted {
    codes: Codes,
    keys: Keys,
    text: Option<Zeroizing<Vec<u8>>>,
}

impl Check for Encrypted {
    fn update(&mut self, bytes: &[u8]) {
        self.codes.update(bytes);
    }

    fn finish(&mut self, body: &[u8]) -> Result<Verified, RejectionKind> {
        let verified = self.codes.finish(body)?;
        // Anyone can extend a plain hash that ends with the body, but never to a text: see
        // `verify/tail.rs`.
        if std::str::from_utf8(body).is_err() {
            return Err(RejectionKind::BadSignature);
        }
        let secret = self.keys.texts().nth(verified.key_slot);
        let decrypted = Feishu.decrypt(body, secret.unwrap_or_default());
        let decrypted = decrypted.filter(|decrypted| decrypted.is_intact);
        self.text = Some(decrypted.ok_or(RejectionKind::Malformed)?.text);
        Ok(verified)
    }

    fn unwrapped<'b>(&mut self, _: &'b [u8]) -> Option<Cow<'b, [u8]>> {
        let mut text = self.text.take()?;
        Some(Cow::Owned(std::mem::take(&mut *text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_example_is_decrypted() {
        // "Step 3: Receive events" of Feishu's documentation.
        let body = br#"{"encrypt":"P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk="}"#;
        let decrypted = Feishu.decrypt(body, b"test key").unwrap();
        assert_eq!(
            (&decrypted.text[..], decrypted.is_intact),
            (&b"hello world"[..], true)
        );
    }

    #[test]
    fn bad_padding_gives_all_blocks_and_says_so() {
        let sealed = cbc::encrypt(&key(b"k"), &[b'a'; 40]).unwrap();
        let spoilt = |at: usize| {
            let mut sealed = sealed.clone();
            sealed[at] ^= 0x80;
            cbc::decrypt(&key(b"k"), sealed).unwrap()
        };
        let (good, bad) = (spoilt(0), spoilt(sealed.len() - 17));
        assert_eq!((good.text.len(), good.is_intact), (40, true));
        assert_eq!((bad.text.len(), bad.is_intact), (48, false));
        for len in [0, 15, 16, 17, 31, 33] {
            let short = sealed[..len].to_vec();
            assert!(cbc::decrypt(&key(b"k"), short).is_none(), "{len}");
        }
    }
}
