//! Detached JSON Web Signatures (RFC 7515 appendix F): a header carries the token's header and
//! signature, and the request is its payload.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::crypto::Algorithm;
use crate::crypto::public::{PublicKey, RunningMessage};
use crate::error::RejectionKind;
use crate::jose::{Token, compact};
use crate::keys::KeyQuery;
use crate::parse::json::Json;
use crate::provider::{Check, CheckInput, Coverage, Custom, Draft, Verified};
use crate::verify::custom::CheckResult;
use crate::verify::custom::jwt::{named, signing_id};
use crate::verify::key_ring::{KeyRing, ring_of};

const FIREBLOCKS: &str = "fireblocks-webhook-signature";

const FIREBLOCKS_KEYS: &str = "https://keys.fireblocks.io/.well-known/jwks.json";

/// The setting that overrides the address of Fireblocks' keys.
pub(crate) const JWKS_URL: &str = "jwks_url";

const TRUELAYER: &str = "tl-signature";

/// The allowed addresses of TrueLayer's keys.
const TRUELAYER_KEYS: [&str; 2] = [
    "https://webhooks.truelayer.com/.well-known/jwks",
    "https://webhooks.truelayer-sandbox.com/.well-known/jwks",
];

/// The maximum number of headers that TrueLayer may sign.
const MOST_HEADERS: usize = 16;

/// Fireblocks: RS512 over the body.
#[derive(Debug)]
pub(crate) struct Fireblocks;

impl Custom for Fireblocks {
    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let token = detached(asked.header(FIREBLOCKS)?, "RS512", &[])?;
        let id = named(&token.header()?)?;
        let url = asked.settings.get(JWKS_URL);
        let url = url.map_or(FIREBLOCKS_KEYS.into(), String::from_utf8_lossy);
        let query = || {
            let url = url.into_owned();
            Some(KeyQuery::by_url("fireblocks", url, Some(id.clone()?)))
        };
        let ring = ring_of(asked, id.as_deref(), query)?;
        Ok(Box::new(Running::new(
            asked,
            Algorithm::RsaSha512,
            &token,
            &[b""],
            ring,
        )))
    }

    fn public(&self) -> Option<Algorithm> {
        Some(Algorithm::RsaSha512)
    }

    fn names_keys(&self) -> bool {
        true
    }

    fn sign(&self, draft: &mut Draft<'_>) {
        let header = json!({"alg": "RS512", "kid": signing_id(draft.settings)});
        let value = detach(draft, &header, &draft.body);
        draft.push(FIREBLOCKS, value);
    }
}

/// TrueLayer: ES512 over method, path, headers and body, one per line.
#[derive(Debug)]
pub(crate) struct TrueLayer;

impl TrueLayer {
    /// The address of the key, if it is TrueLayer's.
    fn place(header: &Json<'_>) -> Result<Option<String>, RejectionKind> {
        match header.get("jku").map(Json::as_text) {
            None => Ok(None),
            Some(Some(url)) if TRUELAYER_KEYS.contains(&url) => Ok(Some(url.to_owned())),
            Some(_) => Err(RejectionKind::UnknownKey),
        }
    }

    /// Every signed header, with its name as the signature spells it.
    fn lines(asked: &CheckInput<'_>, header: &Json<'_>) -> Result<Vec<u8>, RejectionKind> {
        let malformed = RejectionKind::Malformed;
        let names = match header.get("tl_headers") {
            Some(names) => names.as_text().ok_or(malformed)?,
            None => "",
        };
        let mut lines = Vec::new();
        let names = names.split(',').filter(|name| !name.is_empty());
        for (i, name) in names.enumerate() {
            let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            if i >= MOST_HEADERS || !plain {
                return Err(malformed);
            }
            let value = asked.header(&name.to_ascii_lowercase())?;
            lines.extend_from_slice(name.as_bytes());
            lines.extend_from_slice(b": ");
            lines.extend_from_slice(value);
            lines.push(b'\n');
        }
        Ok(lines)
    }
}

impl Custom for TrueLayer {
    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let token = detached(asked.header(TRUELAYER)?, "ES512", &["jku"])?;
        let header = token.header()?;
        if header.get("tl_version").and_then(Json::as_text) != Some("2") {
            return Err(RejectionKind::UnsupportedScheme);
        }
        let (place, id) = (Self::place(&header)?, named(&header)?);
        let query = || Some(KeyQuery::by_url("truelayer", place?, Some(id.clone()?)));
        let ring = ring_of(asked, id.as_deref(), query)?;
        let lines = Self::lines(asked, &header)?;
        let target = asked.head.path_and_query;
        // TrueLayer itself may add or drop a final slash.
        let other = match target.strip_suffix('/') {
            Some(bare) => bare.to_owned(),
            None => format!("{target}/"),
        };
        let before = |target: &str| {
            let line = format!("{} {target}\n", asked.head.method);
            [line.as_bytes(), &lines].concat()
        };
        let before = [before(target), before(&other)];
        let before = before.each_ref().map(Vec::as_slice);
        let algorithm = Algorithm::EcdsaP521Sha512Fixed;
        Ok(Box::new(Running::new(
            asked, algorithm, &token, &before, ring,
        )))
    }

    fn public(&self) -> Option<Algorithm> {
        Some(Algorithm::EcdsaP521Sha512Fixed)
    }

    fn names_keys(&self) -> bool {
        true
    }

    /// Signs the headers that the caller set.
    fn sign(&self, draft: &mut Draft<'_>) {
        let names: Vec<&str> = draft.given.iter().map(|(name, _)| name.as_str()).collect();
        let header = json!({"alg": "ES512", "kid": signing_id(draft.settings), "tl_version": "2",
            "tl_headers": names.join(","), "jku": TRUELAYER_KEYS[0]});
        let mut payload = format!("{} {}\n", draft.method, draft.target).into_bytes();
        for (name, value) in draft.given {
            payload.extend_from_slice(format!("{name}: {value}\n").as_bytes());
        }
        payload.extend_from_slice(&draft.body);
        let value = detach(draft, &header, &payload);
        draft.push(TRUELAYER, value);
    }
}

/// Parses a token without its payload.
fn detached<'t>(text: &'t [u8], alg: &str, allowed: &[&str]) -> Result<Token<'t>, RejectionKind> {
    let token = Token::parse_with(text, alg, allowed)?;
    match token.encoded_payload().is_empty() {
        true => Ok(token),
        false => Err(RejectionKind::Malformed),
    }
}

fn detach(draft: &Draft<'_>, header: &serde_json::Value, payload: &[u8]) -> String {
    let signed = compact(header, payload);
    let signature = draft.signature(&[signed.as_bytes()]);
    let (header, _) = signed.split_once('.').unwrap_or_default();
    format!("{header}..{}", URL_SAFE_NO_PAD.encode(signature))
}

/// A check of a token whose payload is the body after one of several prefixes. It is encoded and
/// hashed as it arrives.
struct Running {
    algorithm: Algorithm,
    messages: Vec<(RunningMessage, Encoder)>,
    signature: Vec<u8>,
    ring: KeyRing,
    coverage: Coverage,
}

impl Running {
    fn new(
        asked: &CheckInput<'_>,
        algorithm: Algorithm,
        token: &Token<'_>,
        before: &[&[u8]],
        ring: KeyRing,
    ) -> Self {
        let begun = |before: &&[u8]| {
            let mut message = algorithm.message();
            message.update(token.encoded_header());
            message.update(b".");
            let mut encoder = Encoder::default();
            encoder.push(before, &mut |text| message.update(text));
            (message, encoder)
        };
        Self {
            algorithm,
            messages: before.iter().map(begun).collect(),
            signature: token.signature.clone(),
            ring,
            coverage: asked.scheme.coverage(),
        }
    }
}

impl Check for Running {
    fn update(&mut self, bytes: &[u8]) {
        for (message, encoder) in &mut self.messages {
            encoder.push(bytes, &mut |text| message.update(text));
        }
    }

    fn wanted(&mut self, _: &[u8]) -> Option<&KeyQuery> {
        self.ring.wanted()
    }

    fn supply(&mut self, keys: &[PublicKey]) {
        self.ring = KeyRing::Public(keys.to_vec());
    }

    fn finish(&mut self, _: &[u8]) -> Result<Verified, RejectionKind> {
        let messages = std::mem::take(&mut self.messages);
        let slot = messages.into_iter().find_map(|(mut message, encoder)| {
            encoder.finish(&mut |text| message.update(text));
            let message = message.finish(self.algorithm)?;
            self.ring.slot_of(&message, &self.signature)
        });
        CheckResult {
            slot,
            time: None,
            message: None,
        }
        .verified(self.coverage)
    }
}

/// Base64url of bytes that arrive in pieces.
#[derive(Default)]
struct Encoder {
    /// Up to two bytes that are not encoded yet.
    left: Vec<u8>,
}

/// The number of bytes that are encoded at once. A multiple of three.
const RUN: usize = 3 * 256;

impl Encoder {
    fn push(&mut self, bytes: &[u8], sink: &mut dyn FnMut(&[u8])) {
        let (first, rest) = match self.left.len() {
            0 => (&[][..], bytes),
            left => bytes.split_at(bytes.len().min(3_usize.saturating_sub(left))),
        };
        self.left.extend_from_slice(first);
        if self.left.len() == 3 {
            encode_run(&self.left, sink);
            self.left.clear();
        }
        let whole = rest.len().saturating_sub(rest.len() % 3);
        let (whole, left) = rest.split_at(whole);
        for run in whole.chunks(RUN) {
            encode_run(run, sink);
        }
        self.left.extend_from_slice(left);
    }

    fn finish(self, sink: &mut dyn FnMut(&[u8])) {
        encode_run(&self.left, sink);
    }
}

fn encode_run(run: &[u8], sink: &mut dyn FnMut(&[u8])) {
    let mut text = [0; RUN / 3 * 4];
    // A run fits into the array.
    if let Ok(len) = URL_SAFE_NO_PAD.encode_slice(run, &mut text) {
        sink(text.get(..len).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_in_pieces_is_encoded_as_what_comes_whole() {
        let bytes: Vec<u8> = (0..=255).cycle().take(2000).collect();
        for len in [0, 1, 2, 3, 4, 5, 767, 768, 769, 2000] {
            let whole = bytes.get(..len).unwrap();
            for piece in [1, 2, 3, 4, 7, 1000] {
                let (mut encoder, mut out) = (Encoder::default(), Vec::new());
                for piece in whole.chunks(piece) {
                    encoder.push(piece, &mut |text| out.extend_from_slice(text));
                }
                encoder.finish(&mut |text| out.extend_from_slice(text));
                assert_eq!(
                    out,
                    URL_SAFE_NO_PAD.encode(whole).as_bytes(),
                    "{len} by {piece}"
                );
            }
        }
    }
}
