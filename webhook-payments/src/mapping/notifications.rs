//! Events that only name an object.

use crate::mapping::Mapping;

/// Events that only name an object, which has to be fetched from the provider's API.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Notifications {
    pub(super) id: IdAt,
    resources: &'static [Resource],
    pub(super) objects: &'static Mapping,
}

/// Where a notification has the id of its object.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum IdAt {
    /// In this parameter of the query, because the signature covers no other place.
    Query(&'static str),
    /// At this pointer of the document.
    Body(&'static str),
}

/// A kind of objects, and its path at the provider's API.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Resource {
    pub(super) topic: &'static str,
    pub(super) path: &'static str,
    types: &'static [&'static str],
}

impl Resource {
    /// Notifications of these types name an object of this topic. In the path, `{id}` stands for
    /// its id.
    pub const fn new(
        topic: &'static str,
        path: &'static str,
        types: &'static [&'static str],
    ) -> Self {
        Self { topic, path, types }
    }

    /// The kind of object.
    #[must_use]
    pub const fn topic(&self) -> &'static str {
        self.topic
    }

    /// The path, with `{id}`.
    #[must_use]
    pub const fn path(&self) -> &'static str {
        self.path
    }

    /// The types of the notifications.
    #[must_use]
    pub const fn types(&self) -> &'static [&'static str] {
        self.types
    }
}

impl Notifications {
    /// Notifications with the id at this place. `objects` maps the objects, whose type is the topic
    /// of their resource.
    pub const fn new(id: IdAt, resources: &'static [Resource], objects: &'static Mapping) -> Self {
        Self {
            id,
            resources,
            objects,
        }
    }

    /// The kinds of objects.
    pub const fn resources(&self) -> &'static [Resource] {
        self.resources
    }

    /// The mapping of the objects.
    pub const fn objects(&self) -> &'static Mapping {
        self.objects
    }

    pub(super) fn resource(&self, event_type: Option<&str>) -> Option<&'static Resource> {
        let event_type = event_type?;
        let mut resources = self.resources.iter();
        resources.find(|resource| resource.types.contains(&event_type))
    }
}
