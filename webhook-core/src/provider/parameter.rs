//! What an endpoint is configured with, under the names its provider has for it.

use crate::error::{ConfigError, SecretProblem};
use crate::provider::{ExtraCredential, Provider};
use crate::secret::{KeyFormat, Secret, Settings, check_text};

/// A value an endpoint of a provider is configured with: what it is, and what the provider calls it.
///
/// Every provider has a secret, a public key or credentials, which need no parameter: they are the
/// [`SecretSet`](crate::SecretSet) of the endpoint. Parameters of the kind
/// [`Secret`](ParameterKind::Secret) say what else the provider calls that. All others are
/// [settings](crate::Settings) under their name.
///
/// A provider that hands out an id beside its secret lists both, so that neither is taken for the other:
///
/// ```
/// use webhook_core::{Algorithm, Parameter, Part, Provider, Scheme};
///
/// const ACME: Provider = Provider::new(
///     "acme",
///     &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("x-acme-signature")],
/// )
/// .configured_by(&[
///     Parameter::secret("app_secret"),
///     Parameter::identifier("app_key").in_header("x-acme-key"),
/// ]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    name: &'static str,
    kind: ParameterKind,
    required: bool,
    companion: Option<ExtraCredential>,
}

/// What a [`Parameter`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParameterKind {
    /// Another name of the secret, or of the public key where the provider signs with a private one.
    Secret,
    /// A secret of its own: a second key, a key that decrypts, credentials in another header.
    ExtraSecret,
    /// Names an account, an application or a key. It is public, so it never verifies a delivery.
    Identifier,
    /// Any other public value: a topic, an audience, an address.
    Setting,
}

impl Parameter {
    const fn new(name: &'static str, kind: ParameterKind) -> Self {
        assert_name(name);
        Self {
            name,
            kind,
            required: false,
            companion: None,
        }
    }

    /// What the provider calls its secret, or its public key. Lower case, with `_` between words.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if the name has other characters. The same holds for the other constructors.
    #[must_use]
    pub const fn secret(name: &'static str) -> Self {
        Self::new(name, ParameterKind::Secret)
    }

    /// A secret of its own. With [`in_header`](Self::in_header) or [`in_basic`](Self::in_basic),
    /// deliveries carry it.
    #[must_use]
    pub const fn extra_secret(name: &'static str) -> Self {
        Self::new(name, ParameterKind::ExtraSecret)
    }

    /// An id that the provider hands out with its secret. It is accepted so that all values can be
    /// pasted. It is compared only where deliveries name it: see [`in_header`](Self::in_header).
    #[must_use]
    pub const fn identifier(name: &'static str) -> Self {
        Self::new(name, ParameterKind::Identifier)
    }

    /// Any other public value.
    #[must_use]
    pub const fn setting(name: &'static str) -> Self {
        Self::new(name, ParameterKind::Setting)
    }

    /// An endpoint cannot be built without it.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, for another name of the secret.
    #[must_use]
    pub const fn required(mut self) -> Self {
        assert!(
            !matches!(self.kind, ParameterKind::Secret),
            "every endpoint has a secret"
        );
        self.required = true;
        self
    }

    /// Deliveries carry the value in this (lower-case) header. Where the parameter is configured, a
    /// delivery with another value or without the header is refused; where it is not, the header is
    /// ignored. An identifier may be a list with commas between, for the time in which keys are
    /// rotated.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, for another name of the secret.
    #[must_use]
    pub const fn in_header(self, header: &'static str) -> Self {
        self.sent(ExtraCredential::text(header))
    }

    /// Deliveries carry the value, `username:password`, as HTTP Basic authentication (RFC 7617).
    /// Otherwise like [`in_header`](Self::in_header).
    ///
    /// # Panics
    ///
    /// In `const` evaluation, for another name of the secret.
    #[must_use]
    pub const fn in_basic(self) -> Self {
        self.sent(ExtraCredential::basic())
    }

    const fn sent(mut self, companion: ExtraCredential) -> Self {
        assert!(
            !matches!(self.kind, ParameterKind::Secret),
            "the scheme says where the secret is"
        );
        self.companion = Some(companion);
        self
    }

    /// The name: `api_key`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What it is.
    #[must_use]
    pub const fn kind(&self) -> ParameterKind {
        self.kind
    }

    /// Whether an endpoint cannot be built without it.
    #[must_use]
    pub const fn is_required(&self) -> bool {
        self.required
    }

    /// The header of deliveries that carries it, in lower case.
    #[must_use]
    pub const fn header(&self) -> Option<&'static str> {
        match self.companion {
            Some(companion) => Some(companion.header),
            None => None,
        }
    }

    /// Whether it is HTTP Basic credentials, `username:password`.
    #[must_use]
    pub const fn is_basic(&self) -> bool {
        matches!(self.companion, Some(companion) if companion.basic)
    }

    /// Whether it is a [setting](crate::Settings), rather than another name of the secret.
    #[must_use]
    pub const fn is_setting(&self) -> bool {
        !matches!(self.kind, ParameterKind::Secret)
    }

    /// Whether anybody may know the value.
    #[must_use]
    pub const fn is_public(&self) -> bool {
        matches!(
            self.kind,
            ParameterKind::Identifier | ParameterKind::Setting
        )
    }

    pub(crate) const fn companion(&self) -> Option<ExtraCredential> {
        self.companion
    }
}

#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "const evaluation knows no iterators, and stops the compiler where an index is wrong"
)]
const fn assert_name(name: &str) {
    let bytes = name.as_bytes();
    assert!(!bytes.is_empty(), "a parameter has a name");
    let mut i = 0;
    while i < bytes.len() {
        assert!(
            matches!(bytes[i], b'a'..=b'z' | b'0'..=b'9' | b'_'),
            "a parameter is named in snake case"
        );
        i += 1;
    }
}

/// The setting with the id of the configured key: a delivery that names another is not its.
pub(crate) const KID: &str = "kid";

/// [`KID`] as it is configured.
pub(crate) const KEY_ID: Parameter = Parameter::identifier(KID);

impl Provider {
    /// Whether these are settings of the provider, with nothing missing.
    pub(crate) fn check_settings(&self, settings: &Settings) -> Result<(), ConfigError> {
        for (name, value) in settings.iter() {
            let mut known = self.parameters().iter();
            let known = known.find(|known| known.is_setting() && known.name() == name);
            let known = known.ok_or_else(|| ConfigError::UnknownSetting {
                name: name.to_owned(),
            })?;
            check_value(known, value).map_err(|problem| ConfigError::Setting {
                name: known.name(),
                problem,
            })?;
        }
        let mut required = self.required_settings();
        match required.find(|name| settings.get(name).is_none()) {
            Some(name) => Err(ConfigError::MissingSetting { name }),
            None => Ok(()),
        }
    }
}

/// Lines may be several: keys and certificates are written so.
fn check_value(parameter: &Parameter, value: &Secret) -> Result<(), SecretProblem> {
    let text = value.as_bytes();
    if text.contains(&b'\n') {
        let control = |byte: &u8| byte.is_ascii_control() && !b"\n\r\t".contains(byte);
        return match text.iter().any(control) {
            true => Err(SecretProblem::ControlCharacter),
            false if text.trim_ascii().is_empty() => Err(SecretProblem::Empty),
            false => Ok(()),
        };
    }
    match parameter.is_public() {
        true => check_text(text),
        false => KeyFormat::Utf8.decode(value).map(|_| ()),
    }
}
