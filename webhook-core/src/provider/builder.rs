//! Building a provider, one method per value.

#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "const evaluation has no iterators, and a wrong index there is a compile error"
)]

use crate::error::RejectionKind;
use crate::provider::{
    Authentication, Handshake, Locator, ModeLocator, Parameter, Provider, Reply, Scheme, Success,
    assert_pointer, same,
};
use crate::secret::KeyFormat;

impl Provider {
    /// Sets how the text of a secret becomes a key. The default is the bytes of the text.
    #[must_use]
    pub const fn with_key_format(mut self, format: KeyFormat) -> Self {
        self.key_format = format;
        self
    }

    /// Sets the methods that a delivery may have. The default is `POST`. The signer uses the first.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if the list is empty.
    #[must_use]
    pub const fn with_methods(mut self, methods: &'static [&'static str]) -> Self {
        assert!(!methods.is_empty(), "a provider needs at least one method");
        self.methods = methods;
        self
    }

    /// Reads the event id at the first of these JSON pointers that the body has.
    #[must_use]
    pub const fn id_at(mut self, pointers: &'static [&'static str]) -> Self {
        assert_pointers(pointers);
        self.id = Locator::Body(pointers);
        self
    }

    /// Reads the event id from the first of these headers that is present.
    ///
    /// The id is a label: it is not signed. [`identified_by`](Self::identified_by) decides whether
    /// it is part of a replay key.
    #[must_use]
    pub const fn id_in_headers(mut self, names: &'static [&'static str]) -> Self {
        self.id = Locator::Header(names);
        self
    }

    /// Reads the event id from this query parameter.
    #[must_use]
    pub const fn id_in_query(mut self, name: &'static str) -> Self {
        self.id = Locator::Query(name);
        self
    }

    /// Adds names under which [`find`](Self::find) returns the provider.
    #[must_use]
    pub const fn with_aliases(mut self, names: &'static [&'static str]) -> Self {
        self.aliases = names;
        self
    }

    /// Reads the event type at the first of these JSON pointers that the body has.
    #[must_use]
    pub const fn type_at(mut self, pointers: &'static [&'static str]) -> Self {
        assert_pointers(pointers);
        self.kind = Locator::Body(pointers);
        self
    }

    /// Reads the event type from the first of these headers that is present. The type is a label:
    /// it is not signed.
    #[must_use]
    pub const fn type_in_headers(mut self, names: &'static [&'static str]) -> Self {
        self.kind = Locator::Header(names);
        self
    }

    /// Reads the event type from an XML payload: the text of the first child of the root element
    /// that has this name.
    #[must_use]
    pub const fn type_in_xml(mut self, element: &'static str) -> Self {
        self.kind = Locator::Xml(element);
        self
    }

    /// Reads the action at this JSON pointer: what happened to the object that the type names. A
    /// router finds handlers for `<type>.<action>`, such as `issues.opened`.
    #[must_use]
    pub const fn action_at(mut self, pointer: &'static str) -> Self {
        assert_pointers(&[pointer]);
        self.action = Some(pointer);
        self
    }

    /// Reads the mode at this JSON pointer. The boolean there equals `live_when` for live events.
    #[must_use]
    pub const fn mode_at(mut self, pointer: &'static str, live_when: bool) -> Self {
        assert_pointers(&[pointer]);
        self.mode = Some(ModeLocator { pointer, live_when });
        self
    }

    /// Sets the challenge that the provider sends before or between its deliveries, and the answer.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if the answer is [`Reply::Code`](crate::Reply::Code) or the challenge
    /// is [`Challenge::Encrypted`](crate::Challenge::Encrypted), and the scheme has no custom code.
    #[must_use]
    pub const fn answers(mut self, handshake: Handshake) -> Self {
        if matches!(handshake.reply(), Reply::Code) || handshake.is_encrypted() {
            assert!(
                matches!(
                    self.schemes,
                    super::Schemes::Listed(&[Scheme {
                        authentication: Authentication::Custom(_),
                        ..
                    }])
                ),
                "`Reply::Code` and `Challenge::Encrypted` need a scheme with custom code"
            );
        }
        self.handshake = Some(handshake);
        self
    }

    /// Sets the parameters of an endpoint: its settings, and the provider's names for the secret.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if a name is used twice.
    #[must_use]
    pub const fn configured_by(mut self, parameters: &'static [Parameter]) -> Self {
        assert_distinct(parameters);
        self.parameters = parameters;
        self
    }

    /// Declares that the provider publishes its keys, at fixed addresses or at addresses that its
    /// deliveries name. They can be fetched without credentials.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if the keys are not public keys.
    #[must_use]
    pub(crate) const fn publishes_keys(mut self) -> Self {
        assert!(
            matches!(self.key_format, KeyFormat::PublicKey),
            "only public keys are published"
        );
        self.publishes_keys = true;
        self
    }

    /// Names headers that carry the same value. A request in which two of them differ is refused.
    /// Otherwise a sender could have one value verified and another one used.
    #[must_use]
    pub const fn same_headers(mut self, names: &'static [&'static [&'static str]]) -> Self {
        self.same_headers = names;
        self
    }

    /// Sets the address of the page that documents the provider's webhooks.
    #[must_use]
    pub const fn documented_at(mut self, page: &'static str) -> Self {
        self.docs = page;
        self
    }

    /// Sets how long the provider retries, in seconds. The default retention is at least twice as
    /// long.
    #[must_use]
    pub const fn retries_for_secs(mut self, secs: u32) -> Self {
        self.retry_horizon_secs = secs;
        self
    }

    /// Declares that a retry has the signed time of the first attempt, so that a genuine delivery
    /// may be as old as the last retry. Call this after
    /// [`retries_for_secs`](Self::retries_for_secs).
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if a scheme's tolerance is shorter than the retries.
    #[must_use]
    pub const fn retries_keep_time(mut self) -> Self {
        let schemes = self.schemes.as_slice();
        let mut i = 0;
        while i < schemes.len() {
            if let Some(time) = schemes[i].time {
                assert!(
                    time.past_secs >= self.retry_horizon_secs,
                    "the tolerance refuses retries: it is shorter than they take"
                );
            }
            i += 1;
        }
        self.retries_keep_time = true;
        self
    }

    /// Sets how long the provider waits for an answer, in milliseconds.
    #[must_use]
    pub const fn answers_within_millis(mut self, millis: u32) -> Self {
        self.deadline_millis = millis;
        self
    }

    /// Sets the statuses that the provider counts as success. Without this, none are known. No
    /// provider is known to refuse an empty 200.
    #[must_use]
    pub const fn succeeds_with(mut self, success: Success) -> Self {
        self.success = Some(success);
        self
    }

    /// Declares that bodies may be forms whose fields are the event.
    /// [`Delivery::json`](crate::Delivery::json) then reads a form like a JSON object of texts.
    #[must_use]
    pub const fn parses_forms(mut self) -> Self {
        self.forms = true;
        self
    }

    /// Adds a hint to the log line of deliveries that are refused for these reasons: for a default
    /// of the sender that differs from what is accepted, or a trap of its documentation.
    #[must_use]
    pub const fn hints(mut self, hints: &'static [(RejectionKind, &'static str)]) -> Self {
        self.hints = hints;
        self
    }

    /// Unwraps the payload of a body that is a form: it is the value of this field. For senders
    /// whose customers choose between JSON and a form.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if a scheme does not cover the body.
    #[must_use]
    pub const fn unwraps_form(mut self, field: &'static str) -> Self {
        let schemes = self.schemes.as_slice();
        let mut i = 0;
        while i < schemes.len() {
            assert!(
                schemes[i].coverage().body,
                "only a signed body is unwrapped"
            );
            i += 1;
        }
        self.form_field = Some(field);
        self
    }

    /// Sets the default body limit, in bytes. It is 1 MiB without this call.
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
                "two parameters have the same name"
            );
            j += 1;
        }
        i += 1;
    }
}
