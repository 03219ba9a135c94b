//! The check itself: a head starts it, the body runs through it, its end consumes it.

use std::borrow::Cow;
use std::fmt;
use zeroize::Zeroizing;

use super::key::decode_secrets;
use crate::crypto::encryption::DecryptionKey;
use crate::crypto::public::PublicKey;
use crate::crypto::{RunningDigest, RunningMac, constant_time_eq};
use crate::error::{ConfigError, RejectionKind};
use crate::parse::low_bytes::LowBytes;
use crate::parse::utf8::Utf8;
use crate::provider::{
    Authentication, Check, CheckInput, Location, Part, Provider, Scheme, Verified,
};
use crate::request::{Head, MAX_VALUE, basic};
use crate::secret::SecretSet;
use crate::time::{Staleness, Stamp, UnixTime};
use crate::verify::buffered::BufferedCheck;
use crate::verify::extra::ExpectedCredential;
use crate::verify::head::{read_tags, read_time_and_id};
use crate::verify::key::decryption_key;
use crate::verify::key::{Key, check_secret_is_not_public};
use crate::verify::key_ring::ring_by_name;
use crate::verify::mac::{MacCheck, Tail, secrets};
use crate::verify::message::SignedMessage;
use crate::verify::options::check_options;
use crate::verify::public_key::{PublicKeyCheck, Signatures};
use crate::verify::seam::{Seam, SeamRule};
use crate::verify::verification::State;
use crate::verify::{Candidates, Options, Started, Verification};

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
    companions: Vec<ExpectedCredential>,
    /// What decrypts deliveries, where they are encrypted.
    decryption: Option<DecryptionKey>,
    options: Options,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("provider", &self.provider.name())
            .field("secrets", &self.keys.first().map_or(0, Vec::len))
            .finish_non_exhaustive()
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
            _ => decode_secrets(&provider, secrets)?,
        };
        check_secret_is_not_public(&provider, &decoded, &options.settings)?;
        let keys = provider
            .schemes()
            .iter()
            .map(|scheme| {
                let key = |(slot, bytes): (usize, &Zeroizing<Vec<u8>>)| match scheme.authentication
                {
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
            companions: ExpectedCredential::all(&provider, &options.settings)?,
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
                let value = match head.header(name) {
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
            MacCheck {
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

        let message = SignedMessage {
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

        let message = SignedMessage {
            head,
            url: self.options.public_url.as_deref().unwrap_or_default(),
            time: time_text.unwrap_or_default(),
            id: id.unwrap_or_default().as_bytes(),
        };
        let split = scheme.parts().iter().position(|part| *part == Part::Body);
        let (prefix, suffix) = scheme
            .parts()
            .split_at(split.unwrap_or(scheme.parts().len()));
        let mut signed = PublicKeyCheck {
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
        verification.state = State::PublicKey(Box::new(signed));
        Ok(id)
    }

    /// Takes from the head what a check at the end of the body needs.
    fn hold(
        &self,
        scheme: &Scheme,
        keys: &[Key],
        head: &Head<'_>,
        now: UnixTime,
    ) -> Result<Box<BufferedCheck>, RejectionKind> {
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
        Ok(Box::new(BufferedCheck {
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
        code.start(&CheckInput {
            scheme,
            head,
            keys: &keys.iter().map(own).collect(),
            public: keys.iter().filter_map(Key::as_public).cloned().collect(),
            elsewhere: self.options.keys_elsewhere,
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
                let value = head
                    .query_value(name)?
                    .ok_or(RejectionKind::MissingHeader)?;
                Cow::Owned(value.into_owned().into_bytes())
            }
            (Location::Header(name) | Location::NumberedHeaders(name), Authentication::Basic) => {
                Cow::Owned(basic::read(head.header(name)?)?)
            }
            (Location::Header(name) | Location::NumberedHeaders(name), _) => {
                Cow::Borrowed(head.header(name)?)
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
