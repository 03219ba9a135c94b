//! What a provider is made of, one function each.

#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "const evaluation knows no iterators, and stops the compiler where an index is wrong"
)]

use crate::provider::{
    Authentication, Handshake, Locator, ModeLocator, Parameter, Provider, Reply, Scheme, Success,
    assert_pointer,
};
use crate::secret::KeyFormat;

impl Provider {
    /// How the text of a secret becomes a key; its own bytes unless said.
    #[must_use]
    pub const fn with_key_format(mut self, format: KeyFormat) -> Self {
        self.key_format = format;
        self
    }

    /// The methods a delivery may have; `POST` unless said. The signer uses the first.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if there are none.
    #[must_use]
    pub const fn with_methods(mut self, methods: &'static [&'static str]) -> Self {
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
    pub const fn with_aliases(mut self, names: &'static [&'static str]) -> Self {
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
                    super::Schemes::Listed(&[Scheme {
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
}

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
