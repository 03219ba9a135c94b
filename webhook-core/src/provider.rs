//! Who sends: a provider as a value.

#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "const evaluation knows no iterators, and stops the compiler where an index is wrong"
)]

use std::time::Duration;

use crate::handshake::{Handshake, Reply};
use crate::identity::{Identity, Questions};
use crate::parameter::Parameter;
use crate::scheme::{
    Authentication, Coverage, Location, Scheme, assert_header_name, assert_pointer,
};
use crate::secret::KeyFormat;
use crate::success::Success;

/// A sender of webhooks: how its deliveries are authenticated, where their id and type are, and how it
/// behaves.
///
/// The providers of the [`providers`](crate::providers) module are such values, and so is one that you write;
/// see [`Scheme`] for an example. Both verify ([`Endpoint`](crate::Endpoint)) and sign
/// ([`Signer`](crate::Signer)).
#[derive(Clone, Copy, Debug)]
pub struct Provider {
    name: &'static str,
    schemes: Schemes,
    pub(crate) key_format: KeyFormat,
    methods: &'static [&'static str],
    aliases: &'static [&'static str],
    pub(crate) id: Locator,
    pub(crate) identity: Option<Identity>,
    pub(crate) identity_without_id: Identity,
    pub(crate) identity_reason: &'static str,
    pub(crate) questions: Questions,
    pub(crate) kind: Locator,
    pub(crate) mode: Option<ModeLocator>,
    handshake: Option<Handshake>,
    parameters: &'static [Parameter],
    publishes_keys: bool,
    same_headers: &'static [&'static [&'static str]],
    docs: &'static str,
    retry_horizon_secs: u32,
    deadline_millis: u32,
    success: Option<Success>,
    body_limit: usize,
}

#[derive(Clone, Copy, Debug)]
#[allow(clippy::large_enum_variant, reason = "one a provider, and made once")]
enum Schemes {
    Listed(&'static [Scheme]),
    Single([Scheme; 1]),
}

/// Where a label of a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Locator {
    /// There is none.
    None,
    /// In the header that the scheme signs as the id.
    SignedHeader,
    /// In one of these headers, the first that is there; not signed.
    Header(&'static [&'static str]),
    /// At one of these JSON pointers (RFC 6901, without escapes) of the body, the first that is there.
    Body(&'static [&'static str]),
    /// In the query parameter of this name.
    Query(&'static str),
    /// In the first element of this name that is a child of the root of an XML document, which is
    /// the payload.
    Xml(&'static str),
}

/// Where the body says whether it is about real money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ModeLocator {
    pub(crate) pointer: &'static str,
    pub(crate) live_when: bool,
}

/// Whether a delivery is about real things or about test data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// Real.
    Live,
    /// Test data.
    Test,
}

impl Provider {
    /// A provider of this name, whose deliveries are authenticated by any of `schemes`. The name is in kebab
    /// case and part of every replay key, so it must not change later.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, which is where providers are made, if a scheme contradicts itself.
    #[must_use]
    pub const fn new(name: &'static str, schemes: &'static [Scheme]) -> Self {
        Self::of(name, Schemes::Listed(schemes))
    }

    /// A provider with one scheme that is made at run time, as where the name of a header is configured.
    ///
    /// # Panics
    ///
    /// If the scheme contradicts itself, or `name` is not in kebab case.
    #[must_use]
    pub const fn single(name: &'static str, scheme: Scheme) -> Self {
        Self::of(name, Schemes::Single([scheme]))
    }

    const fn of(name: &'static str, schemes: Schemes) -> Self {
        assert_header_name(name);
        let listed = schemes.as_slice();
        assert!(!listed.is_empty(), "a provider needs a scheme");
        let key_format = check_all(listed);
        let signs_id = listed[0].id.is_some();
        #[cfg(feature = "asymmetric")]
        let parameters: &'static [Parameter] = match listed[0].key_name {
            Some(_) => &[crate::custom::jwt::KEY_ID],
            None => &[],
        };
        #[cfg(not(feature = "asymmetric"))]
        let parameters: &'static [Parameter] = &[];
        Self {
            name,
            schemes,
            key_format,
            methods: &["POST"],
            id: if signs_id {
                Locator::SignedHeader
            } else {
                Locator::None
            },
            aliases: &[],
            identity: None,
            identity_without_id: Identity::Content,
            identity_reason: "",
            questions: Questions::None,
            kind: Locator::None,
            mode: None,
            handshake: None,
            parameters,
            publishes_keys: false,
            same_headers: &[],
            docs: "",
            retry_horizon_secs: 0,
            deadline_millis: 0,
            success: None,
            body_limit: 1024 * 1024,
        }
    }

    /// How the text of a secret becomes a key; its own bytes unless said.
    #[must_use]
    pub const fn key_format(mut self, format: KeyFormat) -> Self {
        self.key_format = format;
        self
    }

    /// The methods a delivery may have; `POST` unless said. The signer uses the first.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if there are none.
    #[must_use]
    pub const fn methods_used(mut self, methods: &'static [&'static str]) -> Self {
        assert!(!methods.is_empty(), "a delivery has a method");
        self.methods = methods;
        self
    }

    /// The id of an event is at the first of these JSON pointers of the body that is there.
    #[must_use]
    pub const fn id_at(mut self, pointers: &'static [&'static str]) -> Self {
        assert_pointers(pointers);
        self.id = Locator::Body(pointers);
        self
    }

    /// The id of an event is in the first of these headers that is there. It is a label: not
    /// signed. Whether it is part of a replay key is for [`identified_by`](Self::identified_by).
    #[must_use]
    pub const fn id_in_headers(mut self, names: &'static [&'static str]) -> Self {
        self.id = Locator::Header(names);
        self
    }

    /// The id of an event is in this query parameter.
    #[must_use]
    pub const fn id_in_query(mut self, name: &'static str) -> Self {
        self.id = Locator::Query(name);
        self
    }

    /// Other names of the provider, for [`find`](Self::find).
    #[must_use]
    pub const fn aliases(mut self, names: &'static [&'static str]) -> Self {
        self.aliases = names;
        self
    }

    /// The type of an event is at the first of these JSON pointers of the body that is there.
    #[must_use]
    pub const fn type_at(mut self, pointers: &'static [&'static str]) -> Self {
        assert_pointers(pointers);
        self.kind = Locator::Body(pointers);
        self
    }

    /// The type of an event is in the first of these headers that is there. It is a label: not signed.
    #[must_use]
    pub const fn type_in_headers(mut self, names: &'static [&'static str]) -> Self {
        self.kind = Locator::Header(names);
        self
    }

    /// The type of an event is in the first element of this name that is a child of the root of the
    /// XML that the payload is.
    #[must_use]
    pub const fn type_in_xml(mut self, element: &'static str) -> Self {
        self.kind = Locator::Xml(element);
        self
    }

    /// The boolean at this JSON pointer is `live_when` for events about real things.
    #[must_use]
    pub const fn mode_at(mut self, pointer: &'static str, live_when: bool) -> Self {
        assert_pointers(&[pointer]);
        self.mode = Some(ModeLocator { pointer, live_when });
        self
    }

    /// The challenge that the provider sends before or between its deliveries, and its answer.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if the answer is [`Reply::Proof`](crate::Reply::Proof) and the scheme has no code of its own.
    #[must_use]
    pub const fn answers(mut self, handshake: Handshake) -> Self {
        if matches!(handshake.reply(), Reply::Proof) {
            assert!(
                matches!(
                    self.schemes,
                    Schemes::Listed(&[Scheme {
                        authentication: Authentication::Custom(_),
                        ..
                    }])
                ),
                "only a scheme with code of its own knows what it may sign"
            );
        }
        self.handshake = Some(handshake);
        self
    }

    /// Whether challenges are answered with tags by the keys that verify deliveries. Those of a
    /// scheme with code of its own answer nothing, and without a signed body no challenge is
    /// genuine.
    pub(crate) fn tags_challenges(&self) -> bool {
        let tags = |handshake: Handshake| matches!(handshake.reply(), Reply::FieldAndTag(..));
        let custom = |scheme: &Scheme| matches!(scheme.authentication, Authentication::Custom(_));
        let signs_body = |scheme: &Scheme| scheme.coverage().vouches_for_body();
        let mut schemes = self.schemes().iter();
        self.handshake.is_some_and(tags) && !schemes.clone().any(custom) && schemes.any(signs_body)
    }

    /// What an endpoint is configured with besides the secret, and what the provider calls the secret.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if a name is there twice.
    #[must_use]
    pub const fn configured_by(mut self, parameters: &'static [Parameter]) -> Self {
        assert_distinct(parameters);
        self.parameters = parameters;
        self
    }

    /// The provider publishes its keys at addresses that are fixed or that its deliveries name, so
    /// that they can be fetched without credentials.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if no key is public.
    #[must_use]
    #[cfg(feature = "asymmetric")]
    pub(crate) const fn publishes_keys(mut self) -> Self {
        assert!(
            matches!(self.key_format, KeyFormat::PublicKey),
            "only public keys are published"
        );
        self.publishes_keys = true;
        self
    }

    /// Headers that say the same under several names. A request in which two of them differ is
    /// refused, so that nobody has one verified and another one used.
    #[must_use]
    pub const fn same_headers(mut self, names: &'static [&'static [&'static str]]) -> Self {
        self.same_headers = names;
        self
    }

    /// The address of the page that documents all this.
    #[must_use]
    pub const fn documented_at(mut self, page: &'static str) -> Self {
        self.docs = page;
        self
    }

    /// For how long the provider retries, in seconds. A delivery is remembered for at least twice as long.
    #[must_use]
    pub const fn retries_for_secs(mut self, secs: u32) -> Self {
        self.retry_horizon_secs = secs;
        self
    }

    /// How long the provider waits for an answer, in milliseconds.
    #[must_use]
    pub const fn answers_within_millis(mut self, millis: u32) -> Self {
        self.deadline_millis = millis;
        self
    }

    /// The statuses that the provider takes for success. Unless said, nothing is known of them; an empty 200 is what no provider
    /// is known to refuse.
    #[must_use]
    pub const fn succeeds_with(mut self, success: Success) -> Self {
        self.success = Some(success);
        self
    }

    /// The default limit of a body, in bytes; 1 MiB unless said.
    #[must_use]
    pub const fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// The provider of this name or alias among [`ALL`](Self::ALL), in kebab or snake case.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        let name = name.replace('_', "-");
        Self::ALL
            .iter()
            .find(|provider| provider.name == name || provider.aliases.contains(&name.as_str()))
    }

    /// The name: `stripe`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Its other names.
    #[must_use]
    pub const fn other_names(&self) -> &'static [&'static str] {
        self.aliases
    }

    /// The schemes, in order of preference. The signer uses the first.
    #[must_use]
    pub const fn schemes(&self) -> &[Scheme] {
        self.schemes.as_slice()
    }

    /// The methods a delivery may have.
    #[must_use]
    pub const fn methods(&self) -> &'static [&'static str] {
        self.methods
    }

    /// How the text of a secret becomes a key.
    #[must_use]
    pub const fn secret_format(&self) -> KeyFormat {
        self.key_format
    }

    /// What an endpoint is configured with, and other names of the secret.
    #[must_use]
    pub const fn parameters(&self) -> &'static [Parameter] {
        self.parameters
    }

    /// The names of the settings an endpoint cannot be built without.
    pub fn required_settings(&self) -> impl Iterator<Item = &'static str> {
        let settings = self.parameters.iter().filter(|known| known.is_required());
        settings.map(Parameter::name)
    }

    /// The names of the settings an endpoint may have.
    pub fn optional_settings(&self) -> impl Iterator<Item = &'static str> {
        let settings = self.parameters.iter().filter(|known| known.is_setting());
        let optional = settings.filter(|known| !known.is_required());
        optional.map(Parameter::name)
    }

    /// Whether the provider publishes its keys, so that a [`KeySource`](crate::KeySource) can fetch
    /// them without credentials.
    #[must_use]
    pub const fn has_published_keys(&self) -> bool {
        self.publishes_keys
    }

    /// Groups of headers that say the same under several names.
    #[must_use]
    pub const fn header_families(&self) -> &'static [&'static [&'static str]] {
        self.same_headers
    }

    /// Where the id of an event is.
    #[must_use]
    pub const fn id_locator(&self) -> Locator {
        self.id
    }

    /// Where the type of an event is.
    #[must_use]
    pub const fn type_locator(&self) -> Locator {
        self.kind
    }

    /// The challenge that the provider sends before or between its deliveries, if any.
    #[must_use]
    pub const fn handshake(&self) -> Option<Handshake> {
        self.handshake
    }

    /// The address of the page that documents the scheme; empty for providers without one.
    #[must_use]
    pub const fn docs(&self) -> &'static str {
        self.docs
    }

    /// For how long the provider retries; zero if it does not, or does not say.
    #[must_use]
    pub const fn retry_horizon(&self) -> Duration {
        Duration::from_secs(self.retry_horizon_secs as u64)
    }

    /// How long the provider waits for an answer, where it says so.
    #[must_use]
    pub const fn deadline(&self) -> Option<Duration> {
        match self.deadline_millis {
            0 => None,
            millis => Some(Duration::from_millis(millis as u64)),
        }
    }

    /// The statuses that the provider takes for success, where it says so.
    #[must_use]
    pub const fn success(&self) -> Option<Success> {
        self.success
    }

    /// The default limit of a body, in bytes.
    #[must_use]
    pub const fn default_body_limit(&self) -> usize {
        self.body_limit
    }

    /// What the first scheme vouches for.
    #[must_use]
    pub const fn coverage(&self) -> Coverage {
        self.schemes()[0].coverage()
    }

    /// Whether the URL of the endpoint is signed, and so has to be configured.
    #[must_use]
    pub const fn signs_url(&self) -> bool {
        let schemes = self.schemes();
        let mut i = 0;
        while i < schemes.len() {
            if schemes[i].needs_url() {
                return true;
            }
            i += 1;
        }
        false
    }

    /// The algorithm of the keys that a [`KeySource`](crate::KeySource) may have, where deliveries say which key they are signed with.
    #[cfg(feature = "asymmetric")]
    pub(crate) fn key_algorithm(&self) -> Option<crate::Algorithm> {
        let scheme = self.schemes().first().filter(|_| self.names_keys())?;
        scheme.key_algorithm()
    }

    /// Whether a DNS name is one of the provider's, where a certificate that was found is believed for the authority behind it.
    #[cfg(feature = "asymmetric")]
    pub(crate) fn certified(&self) -> Option<crate::algorithm::chain::IsOwnName> {
        match self.schemes().first()?.authentication {
            Authentication::Custom(code) => code.certified(),
            _ => None,
        }
    }

    /// Whether deliveries say which public key they are signed with, so that one may be found that is not configured.
    #[must_use]
    pub fn names_keys(&self) -> bool {
        #[cfg(feature = "asymmetric")]
        return self.schemes().first().is_some_and(Scheme::names_keys);
        #[cfg(not(feature = "asymmetric"))]
        false
    }

    pub(crate) fn signs_time(&self) -> bool {
        self.schemes().iter().any(|scheme| scheme.time.is_some())
    }

    pub(crate) fn token_in_query(&self) -> bool {
        self.schemes().iter().any(|scheme| {
            matches!(scheme.location, Location::Query(_))
                && matches!(scheme.authentication, Authentication::Token)
        })
    }
}

impl Schemes {
    const fn as_slice(&self) -> &[Scheme] {
        match self {
            Self::Listed(schemes) => schemes,
            Self::Single(scheme) => scheme,
        }
    }
}

/// Checks each scheme, and that they fit beside one another. Returns the format of their keys.
const fn check_all(schemes: &[Scheme]) -> KeyFormat {
    let mut key_format = KeyFormat::Utf8;
    let mut i = 0;
    while i < schemes.len() {
        schemes[i].check();
        if matches!(schemes[i].authentication, Authentication::Basic) {
            key_format = KeyFormat::Basic;
        }
        if schemes[i].signs_login() {
            key_format = KeyFormat::Login;
        }
        #[cfg(feature = "asymmetric")]
        if schemes[i].is_public() {
            key_format = KeyFormat::PublicKey;
            assert!(
                schemes.len() == 1,
                "a scheme with a public key stands alone"
            );
        }
        assert!(
            schemes.len() == 1 || !schemes[i].holds_body(),
            "a scheme that reads the body stands alone"
        );
        i += 1;
    }
    key_format
}

/// Two providers are the same if they have the same name.
impl PartialEq for Provider {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Provider {}

const fn assert_pointers(pointers: &[&str]) {
    assert!(!pointers.is_empty(), "a list of JSON pointers is empty");
    assert!(
        pointers.len() <= 2,
        "at most two JSON pointers for one label"
    );
    let mut i = 0;
    while i < pointers.len() {
        assert_pointer(pointers[i]);
        i += 1;
    }
}

const fn assert_distinct(parameters: &[Parameter]) {
    let mut i = 0;
    while i < parameters.len() {
        let mut j = i + 1;
        while j < parameters.len() {
            assert!(
                !same(parameters[i].name(), parameters[j].name()),
                "a parameter is there twice"
            );
            j += 1;
        }
        i += 1;
    }
}

const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut i = 0;
    while i < one.len() && i < other.len() && one[i] == other[i] {
        i += 1;
    }
    one.len() == other.len() && i == one.len()
}
