//! Tokens (RFC 7519) in a header. Most have the hash of the body among their claims.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::crypto::public::PublicKey;
use crate::crypto::{Algorithm, RunningDigest, RunningMac, constant_time_eq};
use crate::error::RejectionKind;
use crate::jose::{Claims, Token, compact};
use crate::keys::KeyQuery;
use crate::keys::key_id;
use crate::parse::json::Json;
use crate::provider::{Check, CheckInput, Coverage, Custom, Draft, KID, Verified};
use crate::secret::Settings;
use crate::time::{TimeUnit, UnixTime};
use crate::verify::custom::CheckResult;
use crate::verify::fresh;
use crate::verify::key_ring::{KeyRing, ring_of};

/// A token in a header.
#[derive(Debug)]
pub(crate) struct Jwt {
    /// The header, in lower case.
    pub(crate) header: &'static str,
    /// The text before the token, compared case-insensitively.
    pub(crate) prefix: &'static str,
    pub(crate) by: By,
    pub(crate) body: Option<BodyHash>,
    /// Whether the token, which is made for one attempt, identifies the delivery.
    pub(crate) identifies: bool,
    /// Checks the claims, and returns the signed time of the delivery if there is one.
    pub(crate) check: fn(&Claims<'_>, &CheckInput<'_>) -> Result<Option<UnixTime>, RejectionKind>,
    /// Makes valid claims without the hash of the body, for a signer.
    pub(crate) make: fn(&Draft<'_>) -> Value,
}

/// Who can sign.
#[derive(Debug)]
pub(crate) enum By {
    /// The holder of the secret: HS256.
    Secret,
    /// The holder of the private key. Public keys are configured, or fetched by address or id.
    Key {
        provider: &'static str,
        algorithm: Algorithm,
        alg: &'static str,
        at: At,
    },
}

/// Where a key can be fetched.
#[derive(Clone, Copy, Debug)]
pub(crate) enum At {
    /// By its id alone.
    Id,
    /// In the set at this address.
    Url(&'static str),
    /// In the set at the address that the settings and the claims make. The claims are checked, but
    /// not verified yet.
    Made(fn(&Settings, &Claims<'_>) -> Option<String>),
}

/// The claim with the SHA-256 of the body.
#[derive(Debug)]
pub(crate) struct BodyHash {
    pub(crate) claim: &'static str,
    pub(crate) spelled: Spelled,
    /// Whether the claim is omitted for an empty body.
    pub(crate) unless_empty: bool,
}

/// How a hash is encoded.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Spelled {
    /// Lower-case hexadecimal digits.
    Hex,
    Base64,
    /// With or without padding.
    Base64Url,
}

impl Spelled {
    pub(crate) fn read(self, text: &str) -> Option<[u8; 32]> {
        let bytes = match self {
            Self::Hex if text.bytes().any(|byte| byte.is_ascii_uppercase()) => return None,
            Self::Hex => const_hex::decode(text.as_bytes())
                .ok()
                .filter(|_| text.len() == 64)?,
            Self::Base64 => STANDARD.decode(text).ok()?,
            Self::Base64Url => URL_SAFE_NO_PAD
                .decode(text.strip_suffix('=').unwrap_or(text))
                .ok()?,
        };
        bytes.try_into().ok()
    }

    pub(crate) fn write(self, hash: &[u8]) -> String {
        match self {
            Self::Hex => const_hex::encode(hash),
            Self::Base64 => STANDARD.encode(hash),
            Self::Base64Url => URL_SAFE_NO_PAD.encode(hash),
        }
    }
}

impl Jwt {
    const fn alg(&self) -> &'static str {
        match self.by {
            By::Secret => "HS256",
            By::Key { alg, .. } => alg,
        }
    }

    fn ring(
        &self,
        asked: &CheckInput<'_>,
        token: &Token<'_>,
        claims: &Claims<'_>,
    ) -> Result<KeyRing, RejectionKind> {
        match self.by {
            By::Secret => {
                let _ = (token, claims);
                Ok(KeyRing::Shared(asked.keys.clone()))
            }
            By::Key { provider, at, .. } => {
                let id = named(&token.header()?)?;
                ring_of(asked, id.as_deref(), || {
                    let id = id.clone()?;
                    let url = match at {
                        At::Id => return Some(KeyQuery::by_id(provider, id)),
                        At::Url(url) => url.to_owned(),
                        At::Made(url) => url(asked.settings, claims)?,
                    };
                    Some(KeyQuery::by_url(provider, url, Some(id)))
                })
            }
        }
    }

    fn expected(&self, claims: &Claims<'_>) -> Result<ExpectedBody, RejectionKind> {
        let Some(body) = &self.body else {
            return Ok(ExpectedBody::Anything);
        };
        match claims.text(body.claim)? {
            Some(text) => {
                let hash = body.spelled.read(text);
                hash.map(ExpectedBody::Hash).ok_or(RejectionKind::Malformed)
            }
            None if body.unless_empty => Ok(ExpectedBody::Empty),
            None => Err(RejectionKind::Malformed),
        }
    }
}

impl Custom for Jwt {
    fn mac(&self, secret: &[u8]) -> Option<RunningMac> {
        match self.by {
            By::Secret => Some(Algorithm::HmacSha256.key(secret)),
            By::Key { .. } => None,
        }
    }

    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let value = asked.header(self.header)?;
        let (prefix, text) = value
            .split_at_checked(self.prefix.len())
            .ok_or(RejectionKind::Malformed)?;
        if !prefix.eq_ignore_ascii_case(self.prefix.as_bytes()) {
            return Err(RejectionKind::UnsupportedScheme);
        }
        let token = Token::parse(text, self.alg())?;
        let payload = token.payload()?;
        let claims = Claims::parse(&payload)?;
        Ok(Box::new(Checking {
            time: (self.check)(&claims, asked)?,
            expected: self.expected(&claims)?,
            ring: self.ring(asked, &token, &claims)?,
            message: self.identifies.then(|| super::digest_of(token.signed)),
            signed: token.signed.to_vec(),
            signature: token.signature,
            digest: RunningDigest::new(),
            empty: true,
            coverage: asked.scheme.coverage(),
        }))
    }

    fn public(&self) -> Option<Algorithm> {
        match self.by {
            By::Key { algorithm, .. } => Some(algorithm),
            By::Secret => None,
        }
    }

    fn names_keys(&self) -> bool {
        self.public().is_some()
    }

    fn sign(&self, draft: &mut Draft<'_>) {
        let mut claims = (self.make)(draft);
        let hashed = |body: &&BodyHash| !(body.unless_empty && draft.body.is_empty());
        if let (Some(body), Some(claims)) =
            (self.body.as_ref().filter(hashed), claims.as_object_mut())
        {
            let hash = body.spelled.write(&super::digest_of(&draft.body));
            claims.insert(body.claim.to_owned(), hash.into());
        }
        let header = match self.key_id(draft) {
            Some(id) => json!({"alg": self.alg(), "kid": id, "typ": "JWT"}),
            None => json!({"alg": self.alg(), "typ": "JWT"}),
        };
        let signed = compact(&header, claims.to_string().as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(self.signature(draft, signed.as_bytes()));
        draft.push(self.header, format!("{}{signed}.{signature}", self.prefix));
    }
}

impl Jwt {
    fn key_id(&self, draft: &Draft<'_>) -> Option<String> {
        match self.by {
            By::Secret => {
                let _ = draft;
                None
            }
            By::Key { .. } => Some(signing_id(draft.settings)),
        }
    }

    fn signature(&self, draft: &Draft<'_>, signed: &[u8]) -> Vec<u8> {
        match self.by {
            By::Secret => draft.tag(&[signed]).as_bytes().to_vec(),
            By::Key { .. } => draft.signature(&[signed]),
        }
    }
}

/// The id of the key that signs.
pub(crate) fn signing_id(settings: &Settings) -> String {
    let id = settings.get(KID).unwrap_or(b"key-1");
    String::from_utf8_lossy(id).into_owned()
}

/// The key that a header names, if any.
pub(crate) fn named(header: &Json<'_>) -> Result<Option<String>, RejectionKind> {
    let id = header.get("kid").map(|kid| {
        let id = kid.as_text().and_then(key_id);
        id.ok_or(RejectionKind::Malformed)
    });
    id.transpose()
}

/// The time a token was issued at. It must be present and fresh.
pub(crate) fn issued(
    claims: &Claims<'_>,
    asked: &CheckInput<'_>,
) -> Result<UnixTime, RejectionKind> {
    let issued = claims.seconds("iat")?.ok_or(RejectionKind::Malformed)?;
    claims.check_times(asked.now, asked.tolerance, false)?;
    fresh(
        issued.as_bytes(),
        TimeUnit::Seconds,
        asked.now,
        asked.tolerance,
    )
}

/// The requirement on the body.
enum ExpectedBody {
    Anything,
    Empty,
    Hash([u8; 32]),
}

struct Checking {
    /// SHA-256 of the token without its signature, if the token identifies the delivery.
    message: Option<[u8; 32]>,
    signed: Vec<u8>,
    signature: Vec<u8>,
    ring: KeyRing,
    expected: ExpectedBody,
    digest: RunningDigest,
    empty: bool,
    time: Option<UnixTime>,
    coverage: Coverage,
}

impl Check for Checking {
    fn update(&mut self, bytes: &[u8]) {
        self.digest.update(bytes);
        self.empty &= bytes.is_empty();
    }

    fn wanted(&mut self, _: &[u8]) -> Option<&KeyQuery> {
        self.ring.wanted()
    }

    fn supply(&mut self, keys: &[PublicKey]) {
        self.ring = KeyRing::Public(keys.to_vec());
    }

    fn finish(&mut self, _: &[u8]) -> Result<Verified, RejectionKind> {
        let genuine = match &self.expected {
            ExpectedBody::Anything => true,
            ExpectedBody::Empty => self.empty,
            ExpectedBody::Hash(hash) => constant_time_eq(hash, &self.digest.clone().finish()),
        };
        let slot = self.ring.slot(&[&self.signed], &self.signature);
        CheckResult {
            slot: slot.filter(|_| genuine),
            time: self.time,
            message: self.message,
        }
        .verified(self.coverage)
    }
}
