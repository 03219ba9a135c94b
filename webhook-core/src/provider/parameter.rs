//! The parameters of an endpoint, under the names that its provider uses.

use crate::error::{ConfigError, SecretProblem};
use crate::provider::{ExtraCredential, Provider};
use crate::secret::{KeyFormat, Secret, Settings, check_text};

/// A value that configures an endpoint: its kind, and the provider's name for it.
///
/// Every endpoint has a secret, a public key or credentials. These need no parameter: they are the
/// [`SecretSet`](crate::SecretSet). Parameters of the kind [`Secret`](ParameterKind::Secret) list
/// the provider's names for it. All others are [settings](crate::Settings) under their name.
///
/// If a provider issues an id together with its secret, list both, so that they are not confused:
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

/// The kind of a [`Parameter`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParameterKind {
    /// Another name of the secret, or of the public key if the provider signs with a private key.
    Secret,
    /// A separate secret: a second key, a decryption key, or credentials in another header.
    ExtraSecret,
    /// The id of an account, an application or a key. It is public, so it never verifies a
    /// delivery.
    Identifier,
    /// Any other public value: a topic, an audience, an address.
    Setting,
    /// A setting that is `true` or `false`. Without it, `false` holds.
    Flag,
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

    /// The provider's name for its secret or public key. Lower case, with `_` between words.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if the name has other characters. The other constructors panic too.
    #[must_use]
    pub const fn secret(name: &'static str) -> Self {
        Self::new(name, ParameterKind::Secret)
    }

    /// A separate secret. Deliveries carry it if [`in_header`](Self::in_header) or
    /// [`in_basic`](Self::in_basic) is called.
    #[must_use]
    pub const fn extra_secret(name: &'static str) -> Self {
        Self::new(name, ParameterKind::ExtraSecret)
    }

    /// An id that the provider issues with its secret. It is accepted so that all issued values can
    /// be pasted. It is only compared if deliveries carry it: see [`in_header`](Self::in_header).
    #[must_use]
    pub const fn identifier(name: &'static str) -> Self {
        Self::new(name, ParameterKind::Identifier)
    }

    /// Any other public value.
    #[must_use]
    pub const fn setting(name: &'static str) -> Self {
        Self::new(name, ParameterKind::Setting)
    }

    /// A setting that is `true` or `false`. Without it, `false` holds. For what a receiver has to
    /// opt in to, because it is weaker than the default.
    #[must_use]
    pub const fn flag(name: &'static str) -> Self {
        Self::new(name, ParameterKind::Flag)
    }

    /// Makes the parameter required: an endpoint cannot be built without it.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if the parameter is another name of the secret, or a flag.
    #[must_use]
    pub const fn required(mut self) -> Self {
        assert!(
            !matches!(self.kind, ParameterKind::Secret),
            "a secret is always required"
        );
        assert!(
            !matches!(self.kind, ParameterKind::Flag),
            "without a flag, `false` holds"
        );
        self.required = true;
        self
    }

    /// Declares that deliveries carry the value in this (lower-case) header.
    ///
    /// If the parameter is configured, a delivery with another value or without the header is
    /// refused. If it is not configured, the header is ignored. An identifier may be a
    /// comma-separated list, for use during a key rotation.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if the parameter is another name of the secret, or a flag.
    #[must_use]
    pub const fn in_header(self, header: &'static str) -> Self {
        self.sent(ExtraCredential::text(header))
    }

    /// Declares that deliveries carry the value, `username:password`, as HTTP Basic authentication
    /// (RFC 7617). Otherwise like [`in_header`](Self::in_header).
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if the parameter is another name of the secret, or a flag.
    #[must_use]
    pub const fn in_basic(self) -> Self {
        self.sent(ExtraCredential::basic())
    }

    const fn sent(mut self, companion: ExtraCredential) -> Self {
        assert!(
            !matches!(self.kind, ParameterKind::Secret),
            "a secret is located by the scheme, such as `.in_header(…)`"
        );
        assert!(
            !matches!(self.kind, ParameterKind::Flag),
            "a flag is of the receiver: no delivery carries it"
        );
        self.companion = Some(companion);
        self
    }

    /// The parameter's name, such as `api_key`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The parameter's kind.
    #[must_use]
    pub const fn kind(&self) -> ParameterKind {
        self.kind
    }

    /// Whether an endpoint requires this parameter.
    #[must_use]
    pub const fn is_required(&self) -> bool {
        self.required
    }

    /// The header of deliveries that carries the value, in lower case.
    #[must_use]
    pub const fn header(&self) -> Option<&'static str> {
        match self.companion {
            Some(companion) => Some(companion.header),
            None => None,
        }
    }

    /// Whether the value is HTTP Basic credentials, `username:password`.
    #[must_use]
    pub const fn is_basic(&self) -> bool {
        matches!(self.companion, Some(companion) if companion.basic)
    }

    /// Whether it is a [setting](crate::Settings), and not another name of the secret.
    #[must_use]
    pub const fn is_setting(&self) -> bool {
        !matches!(self.kind, ParameterKind::Secret)
    }

    /// Whether the value is public.
    #[must_use]
    pub const fn is_public(&self) -> bool {
        matches!(
            self.kind,
            ParameterKind::Identifier | ParameterKind::Setting | ParameterKind::Flag
        )
    }

    pub(crate) const fn companion(&self) -> Option<ExtraCredential> {
        self.companion
    }
}

#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "const evaluation has no iterators, and a wrong index there is a compile error"
)]
const fn assert_name(name: &str) {
    let bytes = name.as_bytes();
    assert!(!bytes.is_empty(), "a parameter needs a name");
    let mut i = 0;
    while i < bytes.len() {
        assert!(
            matches!(bytes[i], b'a'..=b'z' | b'0'..=b'9' | b'_'),
            "the name of a parameter has to be in snake case, such as `app_key`"
        );
        i += 1;
    }
}

/// The setting with the id of the configured key. A delivery that names another key is not signed
/// with it.
pub(crate) const KID: &str = "kid";

/// [`KID`] as a parameter.
pub(crate) const KEY_ID: Parameter = Parameter::identifier(KID);

impl Provider {
    /// Checks that all settings are known and valid, and that no required setting is missing.
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

/// Allows several lines, because keys and certificates have them.
fn check_value(parameter: &Parameter, value: &Secret) -> Result<(), SecretProblem> {
    let text = value.as_bytes();
    if parameter.kind == ParameterKind::Flag {
        let is_flag = matches!(text, b"true" | b"false");
        return is_flag.then_some(()).ok_or(SecretProblem::NotFlag);
    }
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
