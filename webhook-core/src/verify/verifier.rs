//! The check itself: a head starts it, the body updates it, and the end consumes it.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::answer::is_echo;
use crate::crypto::{Decrypted, RunningMac, is_plain};
use crate::error::{ConfigError, RejectionKind};
use crate::parse::Grammar;
use crate::parse::encoding::encode;
use crate::provider::{Authentication, Check, CheckInput, Custom, Location, Provider, Verified};
use crate::request::Head;
use crate::secret::SecretSet;
use crate::time::UnixTime;
use crate::verify::buffered::BufferedCheck;
use crate::verify::key::{DecodedSecrets, decode};
use crate::verify::key_ring::NamedKeys;
use crate::verify::mac::MacCheck;
use crate::verify::nobody;
use crate::verify::options::check_options;
use crate::verify::prepared::{Plan, Prepared};
use crate::verify::public_key::PublicKeyCheck;
use crate::verify::spec::Spec;
use crate::verify::token::compare;
use crate::verify::verification::State;
use crate::verify::{Options, Started, TenantSecrets, Verification};

/// A provider with its keys, ready to check deliveries. It keeps no state between them.
///
/// This is the cryptographic core alone, without replay protection, limits or events. Most users
/// want an [`Endpoint`](crate::Endpoint).
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
#[derive(Clone)]
pub struct Verifier {
    spec: Arc<Spec>,
    /// The schemes of the provider, in its order.
    schemes: Schemes,
    /// The tenant's own public URL.
    url: Option<Arc<str>>,
}

/// One or several. Most providers have one, and each tenant has them.
#[derive(Clone)]
enum Schemes {
    One(Prepared),
    Several(Arc<[Prepared]>),
}

impl Deref for Schemes {
    type Target = [Prepared];

    #[inline]
    fn deref(&self) -> &Self::Target {
        match self {
            Self::One(only) => std::slice::from_ref(only),
            Self::Several(several) => several,
        }
    }
}

impl FromIterator<Prepared> for Schemes {
    fn from_iter<I: IntoIterator<Item = Prepared>>(schemes: I) -> Self {
        let schemes: Vec<_> = schemes.into_iter().collect();
        match <[_; 1]>::try_from(schemes) {
            Ok([only]) => Self::One(only),
            Err(several) => Self::Several(several.into()),
        }
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("provider", &self.spec.provider.name())
            .field(
                "secrets",
                &self.schemes.first().map_or(0, |first| first.keys.len()),
            )
            .finish_non_exhaustive()
    }
}

impl Verifier {
    /// Checks the secrets and prepares the keys.
    ///
    /// # Errors
    ///
    /// The secrets are missing, too many or unusable, the URL is missing or invalid, or the
    /// provider does not support the tolerance, setting or token parameter.
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
        let mut options = options;
        let of_tenants = match secrets.is_per_tenant() {
            true => nobody::fill_in(&mut options.settings, &provider),
            false => Vec::new(),
        };
        check_options(&provider, &options)?;
        let decoded = DecodedSecrets::new(&provider, &options, secrets)?;
        let spec = Spec::new(provider, options)?;
        Self::keyed(
            Arc::new(spec.required_of_tenants(of_tenants)),
            &decoded,
            None,
        )
    }

    /// The same provider and options with other secrets.
    pub(crate) fn rekeyed(&self, secrets: &SecretSet) -> Result<Self, ConfigError> {
        let spec = Arc::clone(&self.spec);
        let decoded = DecodedSecrets::new(&spec.provider, &spec.options, secrets)?;
        Self::keyed(spec, &decoded, self.url.clone())
    }

    /// The same provider with the secrets, the settings and the URL of a tenant.
    pub(crate) fn for_tenant(
        &self,
        name: &str,
        tenant: &TenantSecrets,
    ) -> Result<Self, ConfigError> {
        let Spec {
            provider,
            options,
            required_of_tenants,
            ..
        } = &*self.spec;
        let mut required = required_of_tenants.iter().copied();
        if let Some(name) = required.find(|name| !tenant.is_template() && !tenant.sets(name)) {
            return Err(ConfigError::MissingSetting { name });
        }
        let url = tenant.url(name, options.public_url.as_deref())?;
        let spec = match tenant.settings.is_empty() {
            true => Arc::clone(&self.spec),
            false => {
                let mut options = options.clone();
                options.settings.extend(&tenant.settings);
                check_options(provider, &options)?;
                Arc::new(Spec::new(*provider, options)?)
            }
        };
        let decoded = DecodedSecrets::new(provider, &spec.options, &tenant.secrets)?;
        Self::keyed(spec, &decoded, url)
    }

    fn keyed(
        spec: Arc<Spec>,
        secrets: &DecodedSecrets<'_>,
        url: Option<Arc<str>>,
    ) -> Result<Self, ConfigError> {
        let prepare = |plan: &Arc<Plan>| {
            let keys = match plan.scheme.key_format {
                Some(own) => &decode(own, &secrets.given)?,
                None => &secrets.keys,
            };
            Prepared::new(&spec.provider, plan, keys)
        };
        let schemes = spec.plans.iter().map(prepare).collect::<Result<_, _>>()?;
        Ok(Self { spec, schemes, url })
    }

    #[cfg(feature = "testing")]
    pub(crate) fn options(&self) -> Options {
        let mut options = self.spec.options.clone();
        let own = self.url.as_deref().map(str::to_owned);
        options.public_url = own.or(options.public_url);
        options
    }

    /// The keyed hash that answers challenges: that of the first scheme, with the secret in this
    /// slot.
    pub(crate) fn mac(&self, slot: usize) -> Option<RunningMac> {
        let mac = self.schemes.first()?.key(slot)?.mac()?;
        mac.of_challenges().cloned()
    }

    /// The text that answers a challenge: what the scheme's custom code makes of the value, or its
    /// tag.
    pub(crate) fn answer(&self, value: &str) -> Option<String> {
        let prepared = self.schemes.first()?;
        match prepared.plan.scheme.authentication {
            Authentication::Custom(code) => {
                code.answer(value, &prepared.keys, &self.spec.options.settings)
            }
            _ => self.tag(value),
        }
    }

    /// What a body without a signature is under each secret, if the scheme's custom code decrypts
    /// bodies.
    pub(crate) fn decrypted(&self, body: &[u8]) -> impl Iterator<Item = Decrypted> {
        let schemes = self.schemes.first().into_iter();
        schemes.flat_map(move |prepared| {
            let secrets = prepared.keys.texts();
            secrets.filter_map(move |secret| match prepared.plan.scheme.authentication {
                Authentication::Custom(code) => code.decrypt(body, secret),
                _ => None,
            })
        })
    }

    /// The tag of a text that no delivery can consist of, written like that of a delivery.
    fn tag(&self, value: &str) -> Option<String> {
        let scheme = &self.schemes.first()?.plan.scheme;
        let Grammar::Bare { prefix } = scheme.grammar else {
            return None;
        };
        if !(is_echo(value) && is_plain(value.as_bytes())) {
            return None;
        }
        let mut mac = self.mac(0)?;
        mac.update(value.as_bytes());
        Some(format!("{prefix}{}", encode(mac.finish(), scheme.encoding)))
    }

    /// Verifies a complete delivery.
    ///
    /// # Errors
    ///
    /// The kind of the first problem found. Use it for logs only.
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

    /// Checks the head: headers, their form, and freshness. Everything that can be refused without
    /// the body is refused here.
    ///
    /// # Errors
    ///
    /// The kind of the first problem found.
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
        if !self.spec.extra.is_empty() {
            self.check_extra(head)?;
        }
        if !self.spec.provider.header_families().is_empty() {
            self.check_families(head)?;
        }
        if let [only] = &*self.schemes {
            return self.start_scheme(only, head, now, verification);
        }
        let started = self.start_any(head, now)?;
        *verification = started.verification;
        Ok(started.id)
    }

    #[cold]
    fn check_extra(&self, head: &Head<'_>) -> Result<(), RejectionKind> {
        let mut extra = self.spec.extra.iter();
        extra.try_for_each(|credential| credential.check(head))
    }

    /// Checks that the headers of a family have the same value.
    #[cold]
    fn check_families(&self, head: &Head<'_>) -> Result<(), RejectionKind> {
        for family in self.spec.provider.header_families() {
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

    /// Tries every scheme whose form the head has.
    ///
    /// Schemes that read the same header are alternatives. Schemes that read different headers are
    /// families of names. A request with two families must have the same values in both. Otherwise
    /// one could be verified and another one used.
    fn start_any<'h>(&self, head: &Head<'h>, now: UnixTime) -> Result<Started<'h>, RejectionKind> {
        let mut found: Option<(Started<'h>, Location)> = None;
        let mut refused = (RejectionKind::MissingHeader, None);
        for prepared in &*self.schemes {
            let location = prepared.plan.scheme.location;
            let mut verification = Verification::undecided();
            match self.start_scheme(prepared, head, now, &mut verification) {
                Err(RejectionKind::MissingHeader) => {}
                Err(kind) => {
                    let other_family = found.as_ref().is_some_and(|(_, first)| *first != location);
                    if other_family {
                        return Err(RejectionKind::AmbiguousHeader);
                    }
                    // If a scheme could read the head up to its time, it fits better than one that
                    // could not.
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

    /// Reads the head as one scheme expects it.
    #[inline]
    fn start_scheme<'h>(
        &self,
        prepared: &Prepared,
        head: &Head<'h>,
        now: UnixTime,
        verification: &mut Verification,
    ) -> Result<Option<&'h str>, RejectionKind> {
        let (scheme, url) = (&prepared.plan.scheme, self.url());
        match scheme.authentication {
            Authentication::Custom(code) => {
                let check = self.start_custom(prepared, code, head, now)?;
                verification.state = State::Custom(check);
                Ok(None)
            }
            _ if scheme.needs_full_body() => {
                let check = BufferedCheck::start(prepared, head, now)?;
                verification.state = State::Buffered(Box::new(check));
                Ok(None)
            }
            Authentication::Mac { algorithm, .. } if algorithm.is_public() => {
                let named = NamedKeys {
                    provider: self.spec.provider.name(),
                    settings: &self.spec.options.settings,
                    fetched: self.spec.options.fetches_keys,
                };
                PublicKeyCheck::start(prepared, algorithm, &named, url, head, now, verification)
            }
            Authentication::Mac { algorithm, .. } => {
                MacCheck::start(prepared, algorithm, url, head, now, verification)
            }
            Authentication::Token | Authentication::Basic => {
                let parameter = self.spec.options.token_parameter.as_deref();
                verification.state = State::Decided(compare(prepared, parameter, head)?);
                Ok(None)
            }
        }
    }

    #[cold]
    fn start_custom(
        &self,
        prepared: &Prepared,
        code: &dyn Custom,
        head: &Head<'_>,
        now: UnixTime,
    ) -> Result<Box<dyn Check>, RejectionKind> {
        code.start(&CheckInput {
            scheme: &prepared.plan.scheme,
            provider: self.spec.provider.name(),
            head,
            keys: &prepared.keys,
            fetches_keys: self.spec.options.fetches_keys,
            decryption: self.spec.decryption.as_ref(),
            settings: &self.spec.options.settings,
            url: self.url(),
            now,
            tolerance: prepared.plan.tolerance(),
        })
    }

    /// The configured public URL, without query. Empty unless a scheme signs it.
    fn url(&self) -> &str {
        let own = self.url.as_deref();
        own.or(self.spec.options.public_url.as_deref())
            .unwrap_or_default()
    }
}
