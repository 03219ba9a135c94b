//! The check itself: a head starts it, the body runs through it, its end consumes it.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use zeroize::Zeroizing;

#[cfg(feature = "asymmetric")]
use crate::algorithm::encryption::DecryptionKey;
#[cfg(feature = "asymmetric")]
use crate::algorithm::public::PublicKey;
use crate::algorithm::{RunningDigest, RunningMac, constant_time_eq};
use crate::companion::Expected;
use crate::custom::{Asked, Check};
use crate::error::{ConfigError, RejectionKind};
use crate::grammar::{self, Candidates, MAX_VALUE};
use crate::head::{Found, Head};
use crate::held::Held;
#[cfg(feature = "asymmetric")]
use crate::keys::ring_by_name;
use crate::low_bytes::LowBytes;
use crate::provider::Provider;
use crate::scheme::{
    Authentication, Coverage, Grammar, IdSource, Location, Part, Scheme, TimeLocation, Value,
};
use crate::seam::{Seam, SeamRule};
use crate::secret::{KeyFormat, Secret, SecretSet};
use crate::settings::Settings;
#[cfg(feature = "asymmetric")]
use crate::signed::{Signatures, Signed};
use crate::time::{Staleness, Stamp, Tolerance, UnixTime};
use crate::utf8::Utf8;

/// Longest id of a delivery, in bytes.
pub(crate) const MAX_ID: usize = 256;

/// A provider with its keys, ready to check deliveries. Holds no state between them.
///
/// This is the cryptographic core alone: no replay protection, no limits, no events. Most users want an
/// [`Endpoint`](crate::Endpoint).
///
/// ```
/// use webhook_core::{Head, Options, RejectionKind, Signer, UnixTime, Verifier, providers};
///
/// let (secret, now) = ("whsec_0123456789abcdef", UnixTime::from_secs(1_700_000_000));
/// let verifier = Verifier::new(providers::STRIPE, secret, Options::default())?;
/// let signed = Signer::new(providers::STRIPE, secret)?.sign(now, r#"{"id":"evt_1"}"#);
///
/// let head = Head { method: "POST", path_and_query: "/", headers: &signed.headers };
/// assert!(verifier.verify(&head, &signed.body, now)?.coverage.body);
///
/// let refused = verifier.verify(&head, b"{}", now).unwrap_err();
/// assert_eq!(refused, RejectionKind::BadSignature);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Verifier {
    provider: Provider,
    /// For each scheme of the provider, a key for each secret.
    keys: Vec<Vec<Key>>,
    /// For each scheme, where its body touches other signed parts.
    seams: Vec<Option<SeamRule>>,
    /// What has to come beside the proof.
    companions: Vec<Expected>,
    /// What decrypts deliveries, where they are encrypted.
    #[cfg(feature = "asymmetric")]
    decryption: Option<DecryptionKey>,
    options: Options,
}

#[allow(clippy::large_enum_variant, reason = "one a secret")]
#[derive(Clone)]
pub(crate) enum Key {
    /// With the secret's own bytes, where they are among what is signed.
    Mac(RunningMac, Zeroizing<Vec<u8>>),
    Text(Zeroizing<Vec<u8>>),
    #[cfg(feature = "asymmetric")]
    Public(PublicKey),
}

impl Key {
    fn as_mac(&self) -> Option<&RunningMac> {
        match self {
            Self::Mac(mac, _) => Some(mac),
            Self::Text(_) => None,
            #[cfg(feature = "asymmetric")]
            Self::Public(_) => None,
        }
    }

    #[cfg(feature = "asymmetric")]
    fn as_public(&self) -> Option<&PublicKey> {
        match self {
            Self::Public(key) => Some(key),
            Self::Mac(..) | Self::Text(_) => None,
        }
    }

    fn own(&self) -> &[u8] {
        match self {
            Self::Mac(_, text) | Self::Text(text) => text,
            #[cfg(feature = "asymmetric")]
            Self::Public(_) => &[],
        }
    }
}

/// What a [`Verifier`] needs to know beyond provider and secrets.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// The public URL of the endpoint, without query; needed where it is signed.
    pub public_url: Option<String>,
    /// Another tolerance than the provider's.
    pub tolerance: Option<Tolerance>,
    /// Another query parameter for the token than the provider's.
    pub token_parameter: Option<String>,
    /// What the provider needs beside its secrets.
    pub settings: Settings,
    /// Whether there is a source of keys, so that none need be configured.
    #[cfg_attr(
        not(feature = "asymmetric"),
        allow(dead_code, reason = "no key is elsewhere")
    )]
    pub(crate) keys_elsewhere: bool,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("provider", &self.provider.name())
            .field("secrets", &self.keys.first().map_or(0, Vec::len))
            .finish_non_exhaustive()
    }
}

/// What a check found out about a genuine delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// What the scheme that matched vouches for.
    pub coverage: Coverage,
    /// Which secret matched, counted from zero in the order they were given.
    pub key_slot: usize,
    /// The signed time.
    pub time: Option<UnixTime>,
    /// SHA-256 of what was signed, where the body is no part of it.
    pub(crate) message: Option<[u8; 32]>,
}

/// A check that has seen the head and takes the body next.
pub struct Verification {
    state: State,
    time: Option<UnixTime>,
}

#[allow(
    clippy::large_enum_variant,
    reason = "a box would be a heap allocation for every delivery"
)]
enum State {
    /// Nothing was checked.
    Undecided,
    /// The head was enough.
    Decided(Verified),
    /// The body has to be whole.
    Holding(Box<Held>),
    /// Public keys verify what is signed.
    #[cfg(feature = "asymmetric")]
    Signed(Box<Signed>),
    /// The scheme has code of its own.
    Custom(Box<dyn Check>),
    Running(Attempt, Vec<Attempt>),
}

/// One scheme at work, with a running code for each key.
struct Attempt {
    coverage: Coverage,
    candidates: Candidates,
    /// Boxed, because most schemes have none, and all are moved.
    tail: Option<Box<Tail>>,
    first: RunningMac,
    rest: Vec<RunningMac>,
}

/// What is special about the body, or signed behind it.
///
/// A plain hash with the secret in front can be continued by anybody who has one: with the padding
/// of the hash, and whatever follows. The padding begins with a byte that no text has behind a
/// whole character, so what has to be text cannot be continued.
#[derive(Default)]
struct Tail {
    /// With the digest of what is signed of the body then.
    low_bytes: Option<(LowBytes, RunningDigest)>,
    /// Where the body has to be text.
    text: Option<Utf8>,
    seam: Option<Seam>,
    /// The parts behind the body.
    suffix: Vec<u8>,
    /// What is signed last and is each key's own.
    secrets: Vec<Zeroizing<Vec<u8>>>,
}

/// A started check, and what the head said in signed places.
pub struct Started<'h> {
    /// The check.
    pub verification: Verification,
    /// The id in a header that the scheme signs. Not yet verified.
    pub id: Option<&'h str>,
}

impl fmt::Debug for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verification").finish_non_exhaustive()
    }
}

impl fmt::Debug for Started<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Started").finish_non_exhaustive()
    }
}

impl Verifier {
    /// Checks the secrets and keys the codes.
    ///
    /// # Errors
    ///
    /// Secrets that are missing, too many or unusable, a missing or unusable URL, a tolerance or token parameter
    /// that the provider has no use for.
    pub fn new(
        provider: Provider,
        secrets: impl Into<SecretSet>,
        options: Options,
    ) -> Result<Self, ConfigError> {
        Self::with_secrets(provider, &secrets.into(), options)
    }

    pub(crate) fn with_secrets(
        provider: Provider,
        secrets: &SecretSet,
        options: Options,
    ) -> Result<Self, ConfigError> {
        check_options(&provider, &options)?;
        let decoded = match secrets.as_slice() {
            [] if options.keys_elsewhere && provider.names_keys() => Vec::new(),
            _ => decode(&provider, secrets)?,
        };
        check_secret_is_not_public(&provider, &decoded, &options.settings)?;
        let keys = provider
            .schemes()
            .iter()
            .map(|scheme| {
                let key = |(slot, bytes): (usize, &Zeroizing<Vec<u8>>)| match scheme.authentication
                {
                    #[cfg(feature = "asymmetric")]
                    Authentication::Mac { algorithm, .. } if algorithm.is_public() => {
                        PublicKey::new(algorithm, bytes)
                            .map(Key::Public)
                            .map_err(|problem| ConfigError::Secret { slot, problem })
                    }
                    Authentication::Mac { algorithm, parts } => {
                        let (_, key) = provider.key_format.split(bytes);
                        let signed = |part: &Part| matches!(part, Part::Secret | Part::Login);
                        let own = match parts.iter().any(signed) {
                            true => bytes.clone(),
                            false => Zeroizing::default(),
                        };
                        let _ = slot;
                        let mac = algorithm.key(key);
                        let mac = match provider.tags_challenges() {
                            true => mac.of_deliveries(),
                            false => mac,
                        };
                        Ok(Key::Mac(mac, own))
                    }
                    #[cfg(feature = "asymmetric")]
                    Authentication::Custom(code) if code.public().is_some() => {
                        let algorithm = code.public().unwrap_or(crate::Algorithm::Ed25519);
                        PublicKey::new(algorithm, bytes)
                            .map(Key::Public)
                            .map_err(|problem| ConfigError::Secret { slot, problem })
                    }
                    Authentication::Token | Authentication::Basic | Authentication::Custom(_) => {
                        Ok(Key::Text(bytes.clone()))
                    }
                };
                decoded.iter().enumerate().map(key).collect()
            })
            .collect::<Result<_, _>>()?;
        let schemes = provider.schemes().iter();
        let seams = schemes.map(|scheme| SeamRule::new(&provider, scheme));
        Ok(Self {
            seams: seams.collect(),
            companions: Expected::all(&provider, &options.settings)?,
            #[cfg(feature = "asymmetric")]
            decryption: decryption_key(&provider, &options.settings)?,
            provider,
            keys,
            options,
        })
    }

    /// The code that answers challenges: that of the first scheme, keyed with the secret in this slot.
    pub(crate) fn mac(&self, slot: usize) -> Option<RunningMac> {
        let key = self.keys.first()?.get(slot)?.as_mac()?;
        key.of_challenges().cloned()
    }

    /// The proof of the first key for the value of a challenge, where the scheme has such.
    pub(crate) fn prove(&self, value: &str) -> Option<String> {
        let Authentication::Custom(code) = self.provider.schemes().first()?.authentication else {
            return None;
        };
        let key = self.keys.first()?.first()?;
        code.prove(value, key.own(), &self.options.settings)
    }

    /// The same provider and options with other secrets.
    pub(crate) fn rekeyed(&self, secrets: &SecretSet) -> Result<Self, ConfigError> {
        Self::with_secrets(self.provider, secrets, self.options.clone())
    }

    /// Checks a whole delivery at once.
    ///
    /// # Errors
    ///
    /// The kind of the first thing that is wrong. Nothing but logs should learn it.
    pub fn verify(
        &self,
        head: &Head<'_>,
        body: &[u8],
        now: UnixTime,
    ) -> Result<Verified, RejectionKind> {
        let mut verification = Verification::undecided();
        self.start_in(&mut verification, head, now)?;
        verification.update(body);
        verification.finish(body)
    }

    /// Checks the head: headers, their form, freshness. Whatever can be refused without the body is refused here.
    ///
    /// # Errors
    ///
    /// The kind of the first thing that is wrong.
    #[inline]
    pub fn start<'h>(&self, head: &Head<'h>, now: UnixTime) -> Result<Started<'h>, RejectionKind> {
        let mut verification = Verification::undecided();
        let id = self.start_in(&mut verification, head, now)?;
        Ok(Started { verification, id })
    }

    #[inline]
    pub(crate) fn start_in<'h>(
        &self,
        verification: &mut Verification,
        head: &Head<'h>,
        now: UnixTime,
    ) -> Result<Option<&'h str>, RejectionKind> {
        if !self.companions.is_empty() {
            self.check_companions(head)?;
        }
        if !self.provider.header_families().is_empty() {
            self.check_families(head)?;
        }
        if let ([scheme], [keys], [seam]) = (
            self.provider.schemes(),
            self.keys.as_slice(),
            self.seams.as_slice(),
        ) {
            return self.attempt(scheme, keys, *seam, head, now, verification);
        }
        let started = self.start_any(head, now)?;
        *verification = started.verification;
        Ok(started.id)
    }

    #[cold]
    fn check_companions(&self, head: &Head<'_>) -> Result<(), RejectionKind> {
        let mut companions = self.companions.iter();
        companions.try_for_each(|companion| companion.check(head))
    }

    /// Headers that say the same under several names say the same in a request that has them.
    #[cold]
    fn check_families(&self, head: &Head<'_>) -> Result<(), RejectionKind> {
        for family in self.provider.header_families() {
            let mut said = None;
            for name in *family {
                let value = match once(head, name) {
                    Ok(value) => value,
                    Err(RejectionKind::MissingHeader) => continue,
                    Err(kind) => return Err(kind),
                };
                if *said.get_or_insert(value) != value {
                    return Err(RejectionKind::AmbiguousHeader);
                }
            }
        }
        Ok(())
    }

    /// Tries every scheme whose form the head has. Schemes that read the same header are alternatives. Those that read
    /// others are families of names, and a request that has two families must be the same in both: otherwise one
    /// could be verified and another one used.
    fn start_any<'h>(&self, head: &Head<'h>, now: UnixTime) -> Result<Started<'h>, RejectionKind> {
        let mut found: Option<(Started<'h>, Location)> = None;
        let mut refused = (RejectionKind::MissingHeader, None);
        let known = self.keys.iter().zip(&self.seams);
        for (scheme, (keys, seam)) in self.provider.schemes().iter().zip(known) {
            let location = scheme.location;
            let mut verification = Verification::undecided();
            match self.attempt(scheme, keys, *seam, head, now, &mut verification) {
                Err(RejectionKind::MissingHeader) => {}
                Err(kind) => {
                    let other_family = found.as_ref().is_some_and(|(_, first)| *first != location);
                    if other_family {
                        return Err(RejectionKind::AmbiguousHeader);
                    }
                    // A scheme that read the head as far as its time fits it better than one that could not.
                    if !matches!(refused.0, RejectionKind::Stale | RejectionKind::Future) {
                        refused = (kind, Some(location));
                    }
                }
                Ok(id) => {
                    let started = Started { verification, id };
                    if refused.1.is_some_and(|refused| refused != location) {
                        return Err(RejectionKind::AmbiguousHeader);
                    }
                    match &mut found {
                        None => found = Some((started, location)),
                        Some((first, at)) => first.join(started, *at == location)?,
                    }
                }
            }
        }
        found.map(|(started, _)| started).ok_or(refused.0)
    }

    /// Reads the head as `scheme` would have it, and starts its codes. What becomes of it is built in `verification`, where
    /// it stays: the running codes are too wide to be passed around by value.
    fn attempt<'h>(
        &self,
        scheme: &Scheme,
        keys: &[Key],
        seam: Option<SeamRule>,
        head: &Head<'h>,
        now: UnixTime,
        verification: &mut Verification,
    ) -> Result<Option<&'h str>, RejectionKind> {
        if let Authentication::Custom(_) = scheme.authentication {
            verification.state = State::Custom(self.start_custom(scheme, keys, head, now)?);
            return Ok(None);
        }
        if scheme.holds_body() {
            verification.state = State::Holding(self.hold(scheme, keys, head, now)?);
            return Ok(None);
        }
        #[cfg(feature = "asymmetric")]
        if scheme.is_public() {
            return self.start_signed(scheme, keys, head, now, verification);
        }
        let Authentication::Mac { algorithm, parts } = scheme.authentication else {
            verification.state = State::Decided(self.compare(scheme, keys, head)?);
            return Ok(None);
        };
        let mut macs = keys.iter().filter_map(Key::as_mac);
        // An endpoint has at least one secret, so there is a first.
        let first = macs.next().ok_or(RejectionKind::BadSignature)?;
        verification.state = State::Running(
            Attempt {
                coverage: scheme.coverage(),
                candidates: Candidates::new(),
                tail: None,
                first: first.clone(),
                rest: macs.cloned().collect(),
            },
            Vec::new(),
        );
        let State::Running(attempt, _) = &mut verification.state else {
            unreachable!("it was set to this just above");
        };

        let time_text = read_tags(scheme, head, |spelled| {
            attempt
                .candidates
                .push(spelled, scheme.encoding, algorithm.tag_len())
        })?;
        let (time_text, id) = read_time_and_id(scheme, head, time_text)?;
        attempt.candidates.check()?;
        let time = self.check_freshness(scheme, time_text, now)?;
        verification.time = time;

        let message = Message {
            head,
            url: self.options.public_url.as_deref().unwrap_or_default(),
            time: time_text.unwrap_or_default(),
            id: id.unwrap_or_default().as_bytes(),
        };
        let is_body = |part: &Part| matches!(part, Part::Body | Part::BodyLowBytes);
        let split = parts.iter().position(is_body);
        let (prefix, suffix) = parts.split_at(split.unwrap_or(parts.len()));
        for part in prefix {
            match part {
                Part::Secret | Part::Login => attempt.update_own(*part, keys, &self.provider),
                _ => message.write(*part, &mut |bytes| attempt.update(bytes))?,
            }
        }
        let seam = seam.map(|rule| Seam::new(rule, head)).transpose()?;
        let is_extensible = algorithm.is_plain() && suffix == [Part::Body];
        if seam.is_some() || is_extensible || !matches!(suffix, [] | [Part::Body]) {
            let mut tail = Tail {
                seam,
                text: is_extensible.then(Utf8::default),
                ..Tail::default()
            };
            for part in suffix {
                match part {
                    Part::Secret => tail.secrets = secrets(keys, &self.provider),
                    Part::BodyLowBytes => {
                        tail.low_bytes = Some((LowBytes::default(), RunningDigest::new()));
                    }
                    _ => message.write(*part, &mut |bytes| tail.suffix.extend_from_slice(bytes))?,
                }
            }
            attempt.tail = Some(Box::new(tail));
        }
        if split.is_none() {
            let mut digest = RunningDigest::new();
            for part in prefix {
                message.write(*part, &mut |bytes| digest.update(bytes))?;
            }
            let coverage = attempt.coverage;
            let verified = Verified {
                coverage,
                key_slot: attempt.slot().ok_or(RejectionKind::BadSignature)?,
                time,
                message: (!coverage.is_sender_only()).then(|| digest.finish()),
            };
            verification.state = State::Decided(verified);
        }
        Ok(id)
    }

    /// As [`attempt`](Self::attempt), for public keys. Kept out of it, which is short of registers.
    #[cfg(feature = "asymmetric")]
    #[inline(never)]
    fn start_signed<'h>(
        &self,
        scheme: &Scheme,
        keys: &[Key],
        head: &Head<'h>,
        now: UnixTime,
        verification: &mut Verification,
    ) -> Result<Option<&'h str>, RejectionKind> {
        let algorithm = scheme.algorithm().ok_or(RejectionKind::BadSignature)?;
        let mut signatures = Signatures::new();
        let time_text = read_tags(scheme, head, |spelled| {
            signatures.push(spelled, scheme.encoding, algorithm.tag_len())
        })?;
        let (time_text, id) = read_time_and_id(scheme, head, time_text)?;
        signatures.check()?;
        verification.time = self.check_freshness(scheme, time_text, now)?;

        let message = Message {
            head,
            url: self.options.public_url.as_deref().unwrap_or_default(),
            time: time_text.unwrap_or_default(),
            id: id.unwrap_or_default().as_bytes(),
        };
        let split = scheme.parts().iter().position(|part| *part == Part::Body);
        let (prefix, suffix) = scheme
            .parts()
            .split_at(split.unwrap_or(scheme.parts().len()));
        let mut signed = Signed {
            coverage: scheme.coverage(),
            message: algorithm.message(),
            signatures,
            suffix: Vec::new(),
            ring: ring_by_name(
                scheme,
                self.provider.name(),
                head,
                &self.options.settings,
                self.options.keys_elsewhere,
                keys.iter().filter_map(Key::as_public).cloned().collect(),
            )?,
            digest: None,
        };
        let mut digest = RunningDigest::new();
        for part in prefix {
            message.write(*part, &mut |bytes| {
                signed.message.update(bytes);
                digest.update(bytes);
            })?;
        }
        for part in suffix {
            message.write(*part, &mut |bytes| signed.suffix.extend_from_slice(bytes))?;
        }
        signed.digest = split.is_none().then(|| digest.finish());
        verification.state = State::Signed(Box::new(signed));
        Ok(id)
    }

    /// Takes from the head what a check at the end of the body needs.
    fn hold(
        &self,
        scheme: &Scheme,
        keys: &[Key],
        head: &Head<'_>,
        now: UnixTime,
    ) -> Result<Box<Held>, RejectionKind> {
        let mut candidates = Candidates::new();
        let in_body = matches!(
            scheme.location,
            Location::BodyField(_) | Location::FormField { .. }
        );
        if let (Some(algorithm), false) = (scheme.algorithm(), in_body) {
            read_tags(scheme, head, |spelled| {
                candidates.push(spelled, scheme.encoding, algorithm.tag_len())
            })?;
            candidates.check()?;
        }
        Ok(Box::new(Held {
            scheme: *scheme,
            keys: keys.to_vec(),
            format: self.provider.key_format,
            candidates,
            now,
            tolerance: self.options.tolerance.or(scheme.tolerance()),
        }))
    }

    #[cold]
    fn start_custom(
        &self,
        scheme: &Scheme,
        keys: &[Key],
        head: &Head<'_>,
        now: UnixTime,
    ) -> Result<Box<dyn Check>, RejectionKind> {
        let Authentication::Custom(code) = scheme.authentication else {
            return Err(RejectionKind::BadSignature);
        };
        let own = |key: &Key| Zeroizing::new(key.own().to_vec());
        code.start(&Asked {
            scheme,
            head,
            keys: &keys.iter().map(own).collect(),
            #[cfg(feature = "asymmetric")]
            public: keys.iter().filter_map(Key::as_public).cloned().collect(),
            #[cfg(feature = "asymmetric")]
            elsewhere: self.options.keys_elsewhere,
            #[cfg(feature = "asymmetric")]
            decryption: self.decryption.as_ref(),
            settings: &self.options.settings,
            url: self.options.public_url.as_deref().unwrap_or_default(),
            now,
            tolerance: self.options.tolerance.or(scheme.tolerance()),
        })
    }

    /// Tokens and credentials: compared with every configured one.
    fn compare(
        &self,
        scheme: &Scheme,
        keys: &[Key],
        head: &Head<'_>,
    ) -> Result<Verified, RejectionKind> {
        let sent = match (scheme.location, scheme.authentication) {
            (Location::Query(name), _) => {
                let name = self.options.token_parameter.as_deref().unwrap_or(name);
                let value = query_value(head, name)?.ok_or(RejectionKind::MissingHeader)?;
                Cow::Owned(value.into_owned().into_bytes())
            }
            (Location::Header(name) | Location::NumberedHeaders(name), Authentication::Basic) => {
                Cow::Owned(basic_credentials(once(head, name)?)?)
            }
            (Location::Header(name) | Location::NumberedHeaders(name), _) => {
                Cow::Borrowed(once(head, name)?)
            }
            // Tokens of the body are held, and none is in several headers.
            _ => return Err(RejectionKind::BadSignature),
        };
        if sent.is_empty() || sent.len() > MAX_VALUE {
            return Err(RejectionKind::Malformed);
        }
        let slot = keys
            .iter()
            .enumerate()
            .fold(None, |slot, (i, key)| match key {
                Key::Text(token) if constant_time_eq(token, &sent) => slot.or(Some(i)),
                _ => slot,
            });
        Ok(Verified {
            coverage: scheme.coverage(),
            key_slot: slot.ok_or(RejectionKind::BadSignature)?,
            time: None,
            message: None,
        })
    }

    fn check_freshness(
        &self,
        scheme: &Scheme,
        text: Option<&[u8]>,
        now: UnixTime,
    ) -> Result<Option<UnixTime>, RejectionKind> {
        let (Some(source), Some(text)) = (scheme.time, text) else {
            return Ok(None);
        };
        let stamp = Stamp::parse(text, source.unit).ok_or(RejectionKind::Malformed)?;
        let tolerance = self.options.tolerance.unwrap_or_else(|| source.tolerance());
        match stamp.staleness(now, tolerance) {
            Staleness::Fresh => Ok(Some(stamp.time)),
            Staleness::Stale => Err(RejectionKind::Stale),
            Staleness::Future => Err(RejectionKind::Future),
        }
    }
}

impl<'h> Started<'h> {
    /// Takes in another scheme that the head fits too: as an alternative, or as the same in another family of names.
    fn join(&mut self, other: Self, alternative: bool) -> Result<(), RejectionKind> {
        let same = self.id == other.id && self.verification.time == other.verification.time;
        match (&mut self.verification.state, other.verification.state) {
            _ if !same => return Err(RejectionKind::AmbiguousHeader),
            (State::Running(_, rest), State::Running(attempt, _)) if alternative => {
                rest.push(attempt);
            }
            (State::Running(first, _), State::Running(attempt, _)) => {
                if !first.candidates.are(&attempt.candidates) {
                    return Err(RejectionKind::AmbiguousHeader);
                }
            }
            // What the head alone has decided stays decided.
            (State::Decided(_), _) | (_, State::Undecided) => {}
            (undecided, decided) => *undecided = decided,
        }
        Ok(())
    }
}

impl Verification {
    /// One that has verified nothing: finished as it is, it refuses.
    pub(crate) fn undecided() -> Self {
        Self {
            state: State::Undecided,
            time: None,
        }
    }

    /// The key it cannot be finished without.
    #[cfg(feature = "asymmetric")]
    pub(crate) fn wanted(&mut self, body: &[u8]) -> Option<&crate::keys::KeyQuery> {
        match &mut self.state {
            State::Custom(check) => check.wanted(body),
            State::Signed(signed) => signed.wanted(),
            _ => None,
        }
    }

    /// The address of a subscription that it wants confirmed, once it is verified.
    #[cfg(feature = "asymmetric")]
    pub(crate) fn confirmation(&mut self) -> Option<String> {
        match &mut self.state {
            State::Custom(check) => check.confirmation(),
            _ => None,
        }
    }

    #[cfg(feature = "asymmetric")]
    pub(crate) fn supply(&mut self, keys: &[PublicKey]) {
        match &mut self.state {
            State::Custom(check) => check.supply(keys),
            State::Signed(signed) => signed.supply(keys),
            _ => {}
        }
    }

    /// What was in the body, once it is verified, where the event is inside.
    pub(crate) fn opened(&mut self, body: &Bytes) -> Option<Bytes> {
        let opened = match &mut self.state {
            State::Custom(check) => check.opened(body),
            State::Holding(held) => held.opened(body),
            _ => None,
        };
        opened.map(|payload| match payload {
            Cow::Borrowed(piece) => body.slice_ref(piece),
            Cow::Owned(payload) => payload.into(),
        })
    }

    /// What has to be around the body when it is lent to [`conclude`](Self::conclude).
    pub(crate) fn frame(&self) -> Option<(&[u8], &[u8])> {
        match &self.state {
            #[cfg(feature = "asymmetric")]
            State::Signed(signed) => signed.frame(),
            _ => None,
        }
    }

    /// Makes it one that has verified nothing.
    pub(crate) fn forget(&mut self) {
        self.state = State::Undecided;
    }

    /// Takes the next bytes of the body.
    #[inline]
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.state {
            State::Running(first, rest) => {
                first.update_body(bytes);
                for attempt in rest {
                    attempt.update_body(bytes);
                }
            }
            #[cfg(feature = "asymmetric")]
            State::Signed(signed) => signed.update(bytes),
            State::Custom(check) => check.update(bytes),
            State::Undecided | State::Decided(_) | State::Holding(_) => {}
        }
    }

    /// Compares every key's tag with every candidate. `body` is all that [`update`](Self::update)
    /// was given, for schemes that have to see it whole: they keep no copy of it.
    ///
    /// # Errors
    ///
    /// [`RejectionKind::BadSignature`] when none match.
    #[inline]
    pub fn finish(mut self, body: &[u8]) -> Result<Verified, RejectionKind> {
        let framed = self
            .frame()
            .map(|(before, behind)| [before, body, behind].concat());
        self.conclude(framed.as_deref().unwrap_or(body))
    }

    /// [`finish`](Self::finish) where it lies, with the body in its [frame](Self::frame). Not to be called again: the codes are at
    /// their end.
    pub(crate) fn conclude(&mut self, whole: &[u8]) -> Result<Verified, RejectionKind> {
        let (first, rest) = match &mut self.state {
            State::Undecided => return Err(RejectionKind::BadSignature),
            State::Decided(verified) => return Ok(*verified),
            State::Holding(held) => return held.finish(whole),
            #[cfg(feature = "asymmetric")]
            State::Signed(signed) => return signed.verified(whole, self.time),
            State::Custom(check) => return check.finish(whole),
            State::Running(first, rest) => (first, rest),
        };
        // All are finished before any is believed.
        let mut verified = first.verified(self.time);
        for attempt in rest {
            let other = attempt.verified(self.time);
            verified = verified.or(other);
        }
        verified.ok_or(RejectionKind::BadSignature)
    }
}

impl Attempt {
    #[inline]
    fn update_body(&mut self, bytes: &[u8]) {
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
    fn update_own(&mut self, part: Part, keys: &[Key], provider: &Provider) {
        let macs = std::iter::once(&mut self.first).chain(&mut self.rest);
        for (mac, key) in macs.zip(keys) {
            let (login, secret) = provider.key_format.split(key.own());
            mac.update(if part == Part::Login { login } else { secret });
        }
    }

    #[inline]
    fn update(&mut self, bytes: &[u8]) {
        self.first.update(bytes);
        for mac in &mut self.rest {
            mac.update(bytes);
        }
    }

    #[inline]
    fn verified(&mut self, time: Option<UnixTime>) -> Option<Verified> {
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
    fn finish_tail(&mut self, tail: Tail) -> Option<Option<[u8; 32]>> {
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
    fn slot(&mut self) -> Option<usize> {
        let mut slot = self.candidates.contain(&self.first.finish()).then_some(0);
        for (i, mac) in self.rest.iter_mut().enumerate() {
            let found = self.candidates.contain(&mac.finish());
            slot = slot.or(found.then_some(i.saturating_add(1)));
        }
        slot
    }
}

/// The secret of every key, as it is signed.
fn secrets(keys: &[Key], provider: &Provider) -> Vec<Zeroizing<Vec<u8>>> {
    keys.iter()
        .map(|key| Zeroizing::new(provider.key_format.split(key.own()).1.to_vec()))
        .collect()
}

/// The values a scheme's parts are made of.
struct Message<'a> {
    head: &'a Head<'a>,
    url: &'a str,
    time: &'a [u8],
    id: &'a [u8],
}

impl Message<'_> {
    #[inline]
    fn write(&self, part: Part, sink: &mut dyn FnMut(&[u8])) -> Result<(), RejectionKind> {
        match part {
            Part::Literal(text) => sink(text.as_bytes()),
            Part::Time => sink(self.time),
            Part::Id => sink(self.id),
            Part::Method => sink(self.head.method.as_bytes()),
            Part::Url => {
                sink(self.url.as_bytes());
                if let Some(query) = self.head.query() {
                    sink(b"?");
                    sink(query.as_bytes());
                }
            }
            Part::Header(name) => sink(once(self.head, name)?),
            // Those of the body come later, through `update`, and those of the key are not of the head.
            Part::Body | Part::BodyLowBytes | Part::Field(_) | Part::Secret | Part::Login => {}
            Part::Optional {
                before,
                value,
                after,
            } => {
                if let Some(value) = self.value(value)? {
                    sink(before.as_bytes());
                    sink(&value);
                    sink(after.as_bytes());
                }
            }
        }
        Ok(())
    }

    fn value(&self, value: Value) -> Result<Option<Cow<'_, [u8]>>, RejectionKind> {
        let found = match value {
            Value::Header(name) => match self.head.headers.find(name) {
                Found::Absent => None,
                Found::Once(value) => Some(Cow::Borrowed(value.trim_ascii())),
                Found::Repeated => return Err(RejectionKind::AmbiguousHeader),
            },
            Value::Query(name) => query_value(self.head, name)?
                .map(|value| Cow::Owned(value.trim().as_bytes().to_vec())),
            Value::QueryLowercase(name) => query_value(self.head, name)?
                .map(|value| Cow::Owned(value.trim().to_ascii_lowercase().into_bytes())),
        };
        if found.as_ref().is_some_and(|value| value.len() > MAX_VALUE) {
            return Err(RejectionKind::Malformed);
        }
        Ok(found.filter(|value| !value.is_empty()))
    }
}

/// The value of a header that has to be there exactly once.
#[inline]
pub(crate) fn once<'h>(head: &Head<'h>, name: &str) -> Result<&'h [u8], RejectionKind> {
    match head.headers.find(name) {
        Found::Once(value) => Ok(value),
        Found::Absent => Err(RejectionKind::MissingHeader),
        Found::Repeated => Err(RejectionKind::AmbiguousHeader),
    }
}

/// The text of the time, which may have been found with the tags, and the id.
#[inline]
fn read_time_and_id<'h>(
    scheme: &Scheme,
    head: &Head<'h>,
    beside_tags: Option<&'h [u8]>,
) -> Result<(Option<&'h [u8]>, Option<&'h str>), RejectionKind> {
    let time = match scheme.time.map(|time| time.at) {
        Some(TimeLocation::Header(name)) => Some(once(head, name)?),
        Some(TimeLocation::Pair(_) | TimeLocation::First) => {
            Some(beside_tags.ok_or(RejectionKind::Malformed)?)
        }
        Some(TimeLocation::Body(_) | TimeLocation::Custom) | None => None,
    };
    let id = match scheme.id {
        Some(source) => Some(read_id(head, source)?),
        None => None,
    };
    Ok((time, id))
}

/// Reads the candidate tags of a scheme, and the text of the time where a pair of the same header holds it.
fn read_tags<'h>(
    scheme: &Scheme,
    head: &Head<'h>,
    mut tag: impl FnMut(&[u8]) -> Result<(), RejectionKind>,
) -> Result<Option<&'h [u8]>, RejectionKind> {
    let time_at = scheme.time.map(|time| time.at);
    match scheme.location {
        Location::Header(name) => {
            grammar::parse(once(head, name)?, scheme.grammar, time_at, &mut tag)
        }
        Location::NumberedHeaders(prefix) => {
            for number in 1..=grammar::MAX_TAGS.saturating_add(1) {
                match once(head, &format!("{prefix}{number}")) {
                    Ok(value) => {
                        grammar::parse(value, scheme.grammar, None, &mut tag)?;
                    }
                    Err(RejectionKind::MissingHeader) if number > 1 => break,
                    Err(kind) => return Err(kind),
                }
            }
            Ok(None)
        }
        Location::AnyHeader(names) => {
            let mut missing = true;
            for name in names {
                match once(head, name) {
                    Ok(value) => {
                        grammar::parse(value, scheme.grammar, None, &mut tag)?;
                        missing = false;
                    }
                    Err(RejectionKind::MissingHeader) => {}
                    Err(kind) => return Err(kind),
                }
            }
            if missing {
                return Err(RejectionKind::MissingHeader);
            }
            Ok(None)
        }
        // Read when the body is whole.
        Location::Body | Location::BodyField(_) | Location::FormField { .. } => Ok(None),
        Location::Query(name) => {
            let value = query_value(head, name)?.ok_or(RejectionKind::MissingHeader)?;
            let Grammar::Bare { prefix } = scheme.grammar else {
                return Err(RejectionKind::Malformed);
            };
            tag(value
                .as_bytes()
                .strip_prefix(prefix.as_bytes())
                .ok_or(RejectionKind::Malformed)?)?;
            Ok(None)
        }
    }
}

/// The value of a query parameter, decoded; one that is there twice is nobody's to choose from.
pub(crate) fn query_value<'h>(
    head: &Head<'h>,
    name: &str,
) -> Result<Option<Cow<'h, str>>, RejectionKind> {
    let query = head.query().unwrap_or_default();
    let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == name);
    match (values.next(), values.next()) {
        (_, Some(_)) => Err(RejectionKind::AmbiguousHeader),
        (found, None) => Ok(found.map(|(_, value)| value)),
    }
}

fn read_id<'h>(head: &Head<'h>, source: IdSource) -> Result<&'h str, RejectionKind> {
    let value = once(head, source.header)?;
    let allowed = |byte: &u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'_' | b'-' | b':' | b'=' | b'+' | b'/' | b'@' | b'~')
            || (source.dots && *byte == b'.')
    };
    if value.is_empty() || value.len() > MAX_ID || !value.iter().all(allowed) {
        return Err(RejectionKind::Malformed);
    }
    std::str::from_utf8(value).map_err(|_| RejectionKind::Malformed)
}

/// `Basic <base64 of username:password>` (RFC 7617 §2); the scheme's name compares case-insensitively.
pub(crate) fn basic_credentials(value: &[u8]) -> Result<Vec<u8>, RejectionKind> {
    use base64::Engine as _;
    let malformed = RejectionKind::Malformed;
    if value.len() > MAX_VALUE {
        return Err(malformed);
    }
    let (scheme, credentials) = value.split_at_checked(6).ok_or(malformed)?;
    if !scheme.eq_ignore_ascii_case(b"basic ") {
        return Err(RejectionKind::UnsupportedScheme);
    }
    base64::engine::general_purpose::STANDARD
        .decode(credentials.trim_ascii_start())
        .map_err(|_| malformed)
}

fn check_options(provider: &Provider, options: &Options) -> Result<(), ConfigError> {
    match &options.public_url {
        None if provider.signs_url() => return Err(ConfigError::MissingUrl),
        Some(url) if !is_public_url(url) => return Err(ConfigError::InvalidUrl),
        _ => {}
    }
    if let Some(tolerance) = options.tolerance {
        let shortest = Duration::from_secs(1);
        if !provider.signs_time() || tolerance.past < shortest || tolerance.future < shortest {
            return Err(ConfigError::InvalidTolerance);
        }
    }
    options.settings.check(provider)?;
    match &options.token_parameter {
        Some(_) if !provider.token_in_query() => Err(ConfigError::NoTokenParameter),
        Some(name) if name.is_empty() || !name.bytes().all(|b| b.is_ascii_graphic()) => {
            Err(ConfigError::InvalidTokenParameter)
        }
        _ => Ok(()),
    }
}

fn is_public_url(url: &str) -> bool {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        !rest.is_empty()
            && !rest.starts_with('/')
            && rest
                .bytes()
                .all(|b| b.is_ascii_graphic() && b != b'?' && b != b'#')
    })
}

/// The key that a provider's deliveries are encrypted for.
#[cfg(feature = "asymmetric")]
fn decryption_key(
    provider: &Provider,
    settings: &Settings,
) -> Result<Option<DecryptionKey>, ConfigError> {
    let scheme = provider.schemes().first();
    let Some(Authentication::Custom(code)) = scheme.map(|scheme| scheme.authentication) else {
        return Ok(None);
    };
    let key = |name| {
        let der = crate::key_text::private_key(settings.required(name));
        let key = der.and_then(|der| DecryptionKey::new(&der));
        key.map_err(|problem| ConfigError::Setting { name, problem })
    };
    code.decrypts_with().map(key).transpose()
}

/// An identifier verifies nothing, and so is refused as a secret too.
fn check_secret_is_not_public(
    provider: &Provider,
    keys: &[Zeroizing<Vec<u8>>],
    settings: &Settings,
) -> Result<(), ConfigError> {
    #[cfg(feature = "asymmetric")]
    if provider.key_format == KeyFormat::PublicKey {
        return Ok(());
    }
    for known in provider
        .parameters()
        .iter()
        .filter(|known| known.is_public())
    {
        let Some(value) = settings.get(known.name()) else {
            continue;
        };
        let Ok(as_key) = provider.key_format.decode(&Secret::from(value)) else {
            continue;
        };
        if let Some(slot) = keys.iter().position(|key| *key == as_key) {
            let name = known.name();
            return Err(ConfigError::PublicSecret { slot, name });
        }
    }
    Ok(())
}

fn decode(
    provider: &Provider,
    secrets: &SecretSet,
) -> Result<Vec<Zeroizing<Vec<u8>>>, ConfigError> {
    let secrets = secrets.as_slice();
    if secrets.is_empty() {
        return Err(ConfigError::NoSecret);
    }
    if secrets.len() > SecretSet::MAX {
        return Err(ConfigError::TooManySecrets {
            given: secrets.len(),
        });
    }
    let format: KeyFormat = provider.key_format;
    secrets
        .iter()
        .enumerate()
        .map(|(slot, secret)| {
            let key = format
                .decode(secret)
                .map_err(|problem| ConfigError::Secret { slot, problem })?;
            if key.len() < format.short() {
                crate::observe::short_secret(provider, slot, key.len());
            }
            Ok(key)
        })
        .collect()
}
