//! Stone Open Bank: a signed token inside an encrypted one, in a field of the body.

use serde_json::json;

use crate::crypto::Algorithm;
use crate::crypto::encryption::DecryptionKey;
use crate::crypto::public::PublicKey;
use crate::error::RejectionKind;
use crate::jose::encrypted::{open, sealed_for};
use crate::jose::{Token, check_times_of, compact};
use crate::keys::KeyQuery;
use crate::parse::Encoding;
use crate::parse::encoding::encode;
use crate::parse::json::{JsonValue, Pointers, scan};
use crate::provider::{Check, CheckInput, Custom, Draft, KID};
use crate::secret::key_text::private_key;
use crate::time::UnixTime;
use crate::verify::custom::jwt::{named, signing_id};
use crate::verify::custom::signed_body::{Hashing, SignedContent, signed_body};
use crate::verify::key_ring::ring;

/// The setting with the decryption key.
pub(crate) const PRIVATE_KEY: &str = "private_key";

/// The setting that overrides the address of Stone's keys, for the sandbox.
pub(crate) const JWKS_URL: &str = super::detached::JWKS_URL;

/// The maximum length of an encrypted token, in bytes. Decoding it twice takes as much memory
/// again.
const MAX_SEALED: usize = 40 * 1024;

const KEYS: &str = "https://api.openbank.stone.com.br/api/v1/discovery/keys";

#[derive(Debug)]
pub(crate) struct Stone;

impl Custom for Stone {
    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let url = asked.settings.get(JWKS_URL);
        let rules = Rules {
            pointer: Pointers::new(&["/encrypted_body"]),
            decryption: asked
                .decryption
                .cloned()
                .ok_or(RejectionKind::BadSignature)?,
            own: asked.settings.get(KID).map(<[u8]>::to_vec),
            url: url
                .map_or(KEYS.into(), String::from_utf8_lossy)
                .into_owned(),
            public: asked.keys.public(),
            elsewhere: asked.fetches_keys,
            now: asked.now,
        };
        Ok(signed_body(asked.scheme.coverage(), move |body| {
            rules.read(body)
        }))
    }

    fn public(&self) -> Option<Algorithm> {
        Some(Algorithm::RsaSha256)
    }

    fn names_keys(&self) -> bool {
        true
    }

    fn decrypts_with(&self) -> Option<&'static str> {
        Some(PRIVATE_KEY)
    }

    /// The body becomes the claims.
    fn sign(&self, draft: &mut Draft<'_>) {
        let header = json!({"alg": "RS256", "kid": signing_id(draft.settings)});
        let signed = compact(&header, &draft.body);
        let signature = draft.signature(&[signed.as_bytes()]);
        let signature = encode(&signature, Encoding::Base64Url);
        let token = format!("{signed}.{signature}");
        let private = private_key(draft.settings.required(PRIVATE_KEY)).unwrap_or_default();
        let sealed = sealed_for(&private, token.as_bytes());
        draft.body = json!({"encrypted_body": sealed}).to_string().into();
    }
}

/// The configuration for decrypting and checking a body.
struct Rules {
    pointer: Pointers,
    decryption: DecryptionKey,
    own: Option<Vec<u8>>,
    url: String,
    public: Vec<PublicKey>,
    elsewhere: bool,
    now: UnixTime,
}

impl Rules {
    fn read(&self, body: &[u8]) -> Result<SignedContent, RejectionKind> {
        let malformed = RejectionKind::Malformed;
        let [found] = scan(body, &self.pointer).map_err(|_| malformed)?;
        let Some(JsonValue::Text(sealed)) = found else {
            return Err(malformed);
        };
        // Anyone can encrypt for this key, so the token must be shorter than a body may be.
        let sealed = sealed.read(MAX_SEALED).ok_or(malformed)?;
        let token = open(sealed.as_bytes(), &self.decryption)?;
        let token = Token::of_body(&token, "RS256")?;
        let claims = token.payload()?;
        check_times_of(&claims, self.now)?;
        let id = named(&token.header()?)?;
        let query = || {
            let (url, id) = (self.url.clone(), id.clone()?);
            Some(KeyQuery::by_url("stone-open-bank", url, Some(id)))
        };
        let own = self.own.as_deref();
        let ring = ring(&self.public, self.elsewhere, own, id.as_deref(), query)?;
        let mut hashing = Hashing::new(Algorithm::RsaSha256);
        hashing.update(token.signed);
        let signed = hashing.finish(Algorithm::RsaSha256)?;
        Ok(SignedContent {
            unwrapped: Some(claims),
            ..SignedContent::new(vec![signed], token.signature, ring)
        })
    }
}
