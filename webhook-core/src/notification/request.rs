use std::fmt;

/// A request that names an object at the sender's API, and proves nothing.
///
/// It becomes an event only when the object was fetched.
#[derive(Clone, PartialEq, Eq)]
pub struct Notification {
    pub(super) provider: &'static str,
    pub(super) topic: &'static str,
    pub(super) id: Box<str>,
    pub(super) path: Box<str>,
}

impl Notification {
    /// The name of the provider: `mollie-classic`.
    #[must_use]
    pub fn provider(&self) -> &'static str {
        self.provider
    }

    /// The kind of object, as the spec names it: `payment`.
    #[must_use]
    pub fn topic(&self) -> &'static str {
        self.topic
    }

    /// The id of the object. A sender has chosen it. It has 1 to 128 letters, digits, `_` and `-`,
    /// so it is safe within a path.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The path of the object at the API, which begins with a slash: `/v2/payments/tr_7`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }
}

/// Shows no id.
impl fmt::Debug for Notification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notification")
            .field("provider", &self.provider)
            .field("topic", &self.topic)
            .finish_non_exhaustive()
    }
}

/// What the head of a notification names.
#[derive(Debug, Default)]
pub(crate) struct Named {
    pub(super) id: Option<Box<str>>,
    pub(super) topic: Option<Box<str>>,
}
