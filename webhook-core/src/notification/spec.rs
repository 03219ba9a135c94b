use std::borrow::Cow;

use crate::error::RejectionKind;
use crate::notification::{Named, Notification};
use crate::parse::json::{self, JsonValue, Pointers};
use crate::provider::{Identity, Provider, Scheme, Success, assert_pointer};
use crate::request::Head;

/// Where notifications name an object, and where the API has it: a `const`, like a
/// [`Provider`].
///
/// ```
/// use webhook_core::notification::{NotificationSpec, Place, Resource};
///
/// const ACME: NotificationSpec = NotificationSpec::new("acme", Place::Query("id"))
///     .with_topic(Place::Query("topic"))
///     .with_resources(&[
///         Resource::new("order", "/v1/orders/{id}"),
///         Resource::new("refund", "/v1/refunds/{id}"),
///     ]);
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct NotificationSpec {
    pub(crate) provider: Provider,
    id: Place,
    topic: Option<Place>,
    resources: &'static [Resource],
    version: &'static [&'static str],
}

/// Where a notification has a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// In the query parameter of this name.
    Query(&'static str),
    /// In the field of this name of a form.
    Form(&'static str),
    /// At this pointer of a JSON body.
    Body(&'static str),
}

/// A kind of object, and its path at the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resource {
    topic: &'static str,
    path: &'static str,
}

impl Resource {
    /// Objects of the topic are at `path`, in which `{id}` stands for the id.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if the path does not begin with a slash.
    #[must_use]
    pub const fn new(topic: &'static str, path: &'static str) -> Self {
        assert!(
            matches!(path.as_bytes(), [b'/', ..]),
            "the path of a resource begins with a slash, such as `/v1/payments/{{id}}`"
        );
        Self { topic, path }
    }

    /// The topic: the type of the events.
    #[must_use]
    pub const fn topic(&self) -> &'static str {
        self.topic
    }

    /// The path, with `{id}`.
    #[must_use]
    pub const fn path(&self) -> &'static str {
        self.path
    }
}

/// The scheme of a request that no check is made of. Nobody has a token for it.
const NOBODY: Scheme = Scheme::token().in_header("x-webhook-nobody");

/// The longest id.
const MAX_ID: usize = 128;

impl NotificationSpec {
    /// Notifications whose id is at this place. The name of the sender is in kebab case. It is part
    /// of replay keys, so it never changes after a release.
    pub const fn new(name: &'static str, id: Place) -> Self {
        Self {
            provider: Provider::new(name, &[NOBODY])
                .id_at(&["/id"])
                .identified_by(Identity::Content, "the object as it was fetched"),
            id,
            topic: None,
            resources: &[],
            version: &[],
        }
    }

    /// The place of the topic. Without it, every notification is about the first resource.
    pub const fn with_topic(mut self, topic: Place) -> Self {
        self.topic = Some(topic);
        self
    }

    /// The kinds of objects that are fetched. A notification of another topic is refused like one
    /// whose object does not exist.
    pub const fn with_resources(mut self, resources: &'static [Resource]) -> Self {
        self.resources = resources;
        self
    }

    /// Where a fetched object has its id. Default: `/id`. An answer of the API with another id than
    /// that of the notification is refused.
    pub const fn object_id_at(mut self, pointers: &'static [&'static str]) -> Self {
        self.provider = self.provider.id_at(pointers);
        self
    }

    /// The values of the object that make another event when they change, as JSON pointers.
    /// Default: the whole object, byte by byte.
    ///
    /// Name them if the API's answer changes without a meaning. A value that is left out here loses
    /// events: a refund that leaves `/status` as it is would be a duplicate of the payment. If an
    /// object has none of them, the whole object counts.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if a pointer does not begin with a slash.
    #[allow(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "const evaluation has no iterators"
    )]
    pub const fn version_at(mut self, pointers: &'static [&'static str]) -> Self {
        let mut i = 0;
        while i < pointers.len() {
            assert_pointer(pointers[i]);
            i += 1;
        }
        self.version = pointers;
        self
    }

    /// The statuses that the sender takes for success.
    pub const fn succeeds_with(mut self, success: Success) -> Self {
        self.provider = self.provider.succeeds_with(success);
        self
    }

    /// Where the sender documents its notifications.
    pub const fn documented_at(mut self, url: &'static str) -> Self {
        self.provider = self.provider.documented_at(url);
        self
    }

    /// The name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.provider.name()
    }

    /// The kinds of objects that are fetched.
    #[must_use]
    pub const fn resources(&self) -> &'static [Resource] {
        self.resources
    }

    /// What the head names.
    pub(crate) fn read_head(&self, head: &Head<'_>) -> Result<Named, RejectionKind> {
        let value = |place: Place| match place {
            Place::Query(name) => head.query_value(name).map(owned),
            Place::Form(_) | Place::Body(_) => Ok(None),
        };
        Ok(Named {
            id: value(self.id)?,
            topic: self.topic.map_or(Ok(None), value)?,
        })
    }

    /// The notification, with what the body names.
    pub(crate) fn read_body(
        &self,
        named: Named,
        body: &[u8],
    ) -> Result<Notification, RejectionKind> {
        let id = match named.id {
            Some(id) => Some(id),
            None => in_body(self.id, body)?,
        };
        let id = id.ok_or(RejectionKind::MissingHeader)?;
        if !is_id(&id) {
            return Err(RejectionKind::Malformed);
        }
        let resource = match (self.topic, named.topic) {
            (None, _) => self.resources.first(),
            (Some(_), Some(topic)) => self.resource(&topic),
            (Some(place), None) => {
                let topic = in_body(place, body)?.ok_or(RejectionKind::MissingHeader)?;
                self.resource(&topic)
            }
        };
        let resource = resource.ok_or(RejectionKind::UnknownObject)?;
        Ok(Notification {
            provider: self.name(),
            topic: resource.topic,
            path: resource.path.replace("{id}", &id).into(),
            id,
        })
    }

    fn resource(&self, topic: &str) -> Option<&'static Resource> {
        let mut resources = self.resources.iter();
        resources.find(|resource| resource.topic == topic)
    }

    /// The values of a fetched object that make it one event. Empty: the whole object.
    pub(crate) fn version<'o>(&self, object: &'o [u8]) -> Vec<Cow<'o, [u8]>> {
        if self.version.is_empty() {
            return Vec::new();
        }
        let mut found = [const { None }; json::MAX_POINTERS];
        let pointers = Pointers::new(self.version);
        if json::scan_into(&mut found, object, &pointers).is_err()
            || found.iter().all(Option::is_none)
        {
            return Vec::new();
        }
        let values = found.iter().take(self.version.len());
        values.map(|value| spelled(value.as_ref())).collect()
    }
}

/// A value as one text, in which an absent value is not an empty one.
fn spelled<'o>(value: Option<&JsonValue<'o>>) -> Cow<'o, [u8]> {
    match value {
        None => Cow::Borrowed(b"absent"),
        Some(JsonValue::Text(text)) => {
            let mut bytes = b"\"".to_vec();
            text.write(&mut |piece| bytes.extend_from_slice(piece));
            bytes.into()
        }
        Some(JsonValue::Nested(spelled)) => Cow::Borrowed(spelled),
        Some(JsonValue::Number(spelled)) => Cow::Borrowed(spelled.as_bytes()),
        Some(JsonValue::Bool(true)) => Cow::Borrowed(b"true"),
        Some(JsonValue::Bool(false)) => Cow::Borrowed(b"false"),
        Some(JsonValue::Null) => Cow::Borrowed(b"null"),
    }
}

/// The value at this place of the body.
fn in_body(place: Place, body: &[u8]) -> Result<Option<Box<str>>, RejectionKind> {
    match place {
        Place::Query(_) => Ok(None),
        Place::Form(name) => {
            let mut values = form_urlencoded::parse(body).filter(|(key, _)| key == name);
            let value = values.next().map(|(_, value)| value);
            match value
                .as_ref()
                .is_none_or(|first| values.all(|(_, other)| other == *first))
            {
                true => Ok(owned(value)),
                false => Err(RejectionKind::AmbiguousHeader),
            }
        }
        Place::Body(pointer) => {
            let text = json::field(body, pointer).map_err(|_| RejectionKind::Malformed)?;
            Ok(owned(text))
        }
    }
}

fn owned(value: Option<Cow<'_, str>>) -> Option<Box<str>> {
    value.map(|value| value.into_owned().into())
}

/// Whether a text can be an id, and stands in a path as it is.
fn is_id(id: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=MAX_ID).contains(&id.len()) && id.bytes().all(is_plain)
}
