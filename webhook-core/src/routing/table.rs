//! From event types to handlers.

use std::panic::Location;
use std::sync::{Arc, OnceLock};

use crate::delivery::Delivery;
use crate::routing::{EventFamily, EventPatterns, EventType};

/// Handlers by patterns of event types.
///
/// A pattern is a type, such as `invoice.paid`, or a prefix with a star at its end, such as
/// `customer.subscription.*`. For a provider that tells type and [action](Delivery::action) apart,
/// `<type>.<action>` is a type too: `issues.opened`.
///
/// The handler of a delivery is that of its type with its action, else that of its type, else that
/// of the longest prefix, else that of the first [family](EventFamily) that includes it.
#[derive(Clone, Debug)]
pub struct EventTable<H> {
    /// Sorted by text. Of two entries with one text, the prefix comes first.
    entries: Vec<Entry<H>>,
    /// In the order of their registration.
    families: Vec<Family<H>>,
}

/// A handler and the place in the source at which it was registered.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Registration<H> {
    /// The handler.
    pub handler: H,
    /// The place.
    pub at: &'static Location<'static>,
}

#[derive(Clone, Debug)]
struct Entry<H> {
    text: Box<str>,
    is_prefix: bool,
    /// The entry of the longest prefix that this text continues.
    parent: Option<usize>,
    registration: Registration<H>,
    /// The pattern, as the label of its events in metrics.
    label: Arc<str>,
}

#[derive(Clone, Debug)]
struct Family<H> {
    family: EventFamily,
    registration: Registration<H>,
    /// The name, as the label of its events in metrics.
    label: Arc<str>,
}

/// What was found: a registration, and the label of its events.
type Found<'t, H> = (&'t Registration<H>, &'t Arc<str>);

impl<H> Default for EventTable<H> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            families: Vec::new(),
        }
    }
}

impl<H> EventTable<H> {
    /// Adds a handler for these patterns.
    ///
    /// # Panics
    ///
    /// If a pattern is empty, is a star alone, has a star that is not at its end, or is registered
    /// already. The message names both places.
    #[track_caller]
    pub fn add(&mut self, patterns: impl EventPatterns, handler: H)
    where
        H: Clone,
    {
        let at = Location::caller();
        patterns.for_each(|pattern| {
            let handler = handler.clone();
            self.insert(pattern, Registration { handler, at });
        });
        self.link();
    }

    /// Adds a handler for the events of a payload type: its patterns and its family.
    ///
    /// # Panics
    ///
    /// Like [`add`](Self::add), and if another handler has a family of this name.
    #[track_caller]
    pub fn add_event<E: EventType>(&mut self, handler: H)
    where
        H: Clone,
    {
        let at = Location::caller();
        if let Some(family) = E::FAMILY {
            let handler = handler.clone();
            self.insert_family(family, Registration { handler, at });
        }
        self.add(E::TYPES, handler);
    }

    fn insert_family(&mut self, family: EventFamily, registration: Registration<H>) {
        let (name, at) = (family.name(), registration.at);
        let mut known = self.families.iter();
        if let Some(known) = known.find(|known| known.family.name() == name) {
            let first = known.registration.at;
            panic!("`{name}` has two handlers: one registered at {first}, another at {at}");
        }
        self.families.push(Family {
            family,
            registration,
            label: name.into(),
        });
    }

    fn insert(&mut self, pattern: &str, registration: Registration<H>) {
        let at = registration.at;
        let (text, is_prefix) = match pattern.strip_suffix('*') {
            Some(prefix) => (prefix, true),
            None => (pattern, false),
        };
        assert!(!pattern.is_empty(), "an event type is empty, at {at}");
        assert!(
            !text.is_empty(),
            "`*` alone is every event type: use `.fallback(handler)`, at {at}"
        );
        assert!(
            !text.contains('*'),
            "`{pattern}` has a star that is not at its end, at {at}"
        );
        let order = |entry: &Entry<H>| (entry.text.as_ref(), !entry.is_prefix) < (text, !is_prefix);
        let place = self.entries.partition_point(order);
        if let Some(entry) = self.entries.get(place)
            && (&*entry.text, entry.is_prefix) == (text, is_prefix)
        {
            let first = entry.registration.at;
            panic!("`{pattern}` has two handlers: one registered at {first}, another at {at}");
        }
        let entry = Entry {
            text: text.into(),
            is_prefix,
            parent: None,
            registration,
            label: pattern.into(),
        };
        self.entries.insert(place, entry);
    }

    /// Finds the parents again.
    fn link(&mut self) {
        for place in 0..self.entries.len() {
            let (before, rest) = self.entries.split_at_mut(place);
            let Some(entry) = rest.first_mut() else {
                continue;
            };
            let continues = |prefix: &Entry<H>| {
                prefix.is_prefix && entry.text.starts_with(prefix.text.as_ref())
            };
            entry.parent = before.iter().rposition(continues);
        }
    }

    /// The handler of a delivery, which gets the delivery. In metrics, the pattern is from now on the
    /// label of the event, or `other` if it has no handler.
    #[must_use]
    pub fn route(&self, delivery: &Delivery) -> Option<&Registration<H>> {
        let found = self.find_labelled(delivery);
        match found {
            Some((_, label)) => delivery.set_event_label(label),
            None => delivery.set_event_label(other()),
        }
        found.map(|(registration, _)| registration)
    }

    /// The handler of a delivery.
    #[must_use]
    pub fn find(&self, delivery: &Delivery) -> Option<&Registration<H>> {
        self.find_labelled(delivery)
            .map(|(registration, _)| registration)
    }

    fn find_labelled(&self, delivery: &Delivery) -> Option<Found<'_, H>> {
        if let Some(entry) = self.find_entry(delivery) {
            return Some((&entry.registration, &entry.label));
        }
        let mut families = self.families.iter();
        let found = families.find(|known| known.family.includes(delivery))?;
        Some((&found.registration, &found.label))
    }

    fn find_entry(&self, delivery: &Delivery) -> Option<&Entry<H>> {
        let kind = delivery.event_type()?;
        let action = match self.tells_actions_of(kind) {
            true => delivery.action(),
            false => None,
        };
        self.get(kind, action.as_deref())
    }

    /// The handler of a type and an action.
    fn get(&self, kind: &str, action: Option<&str>) -> Option<&Entry<H>> {
        let Some(action) = action else {
            return self.best(kind);
        };
        let full = [kind, ".", action].concat();
        let of_full = self.best(&full).filter(|entry| !entry.is_prefix);
        let of_kind = || self.best(kind).filter(|entry| !entry.is_prefix);
        of_full.or_else(of_kind).or_else(|| self.best(&full))
    }

    /// The entry of this text, or of its longest prefix.
    ///
    /// All prefixes of a text stand before it. Everything between one of them and the text continues
    /// that prefix too, so the prefixes of the text are those of the last entry that is not behind
    /// it.
    fn best(&self, text: &str) -> Option<&Entry<H>> {
        let not_behind = |entry: &Entry<H>| *entry.text <= *text;
        let mut place = self.entries.partition_point(not_behind).checked_sub(1);
        while let Some(entry) = place.and_then(|place| self.entries.get(place)) {
            let fits = match entry.is_prefix {
                true => text.starts_with(&*entry.text),
                false => *entry.text == *text,
            };
            if fits {
                return Some(entry);
            }
            place = entry.parent;
        }
        None
    }

    /// Whether a handler is registered for an action of this type. If not, the action is not read.
    fn tells_actions_of(&self, kind: &str) -> bool {
        let is_action = |entry: &Entry<H>| {
            let rest = entry.text.strip_prefix(kind);
            rest.is_some_and(|rest| rest.starts_with('.'))
        };
        let not_behind = |entry: &Entry<H>| *entry.text <= *kind;
        let next = self.entries.partition_point(not_behind);
        let mut longer = self.entries.iter().skip(next);
        let mut longer = longer
            .by_ref()
            .take_while(|entry| entry.text.starts_with(kind));
        longer.any(is_action)
    }
}

/// The label of events without a handler.
fn other() -> &'static Arc<str> {
    static OTHER: OnceLock<Arc<str>> = OnceLock::new();
    OTHER.get_or_init(|| Arc::from("other"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(patterns: &[&'static str]) -> EventTable<&'static str> {
        let mut table = EventTable::default();
        for pattern in patterns {
            table.add(*pattern, *pattern);
        }
        table
    }

    fn found<'a>(table: &EventTable<&'a str>, kind: &str, action: Option<&str>) -> Option<&'a str> {
        table
            .get(kind, action)
            .map(|found| found.registration.handler)
    }

    #[test]
    fn a_type_beats_the_longest_prefix() {
        let table = table(&["a.b.c", "a.*", "a.b.*", "a.b.c.*", "b*", "a.c.*", "a.b.c*"]);
        for (kind, expected) in [
            ("a.b.c", Some("a.b.c")),
            ("a.b.d", Some("a.b.*")),
            ("a.b.c.d", Some("a.b.c.*")),
            ("a.b.cc", Some("a.b.c*")),
            ("a.z", Some("a.*")),
            ("a.c.x", Some("a.c.*")),
            ("a.bx", Some("a.*")),
            ("bcd", Some("b*")),
            ("b", Some("b*")),
            ("a", None),
            ("", None),
            ("z", None),
        ] {
            assert_eq!(found(&table, kind, None), expected, "{kind}");
        }
    }

    #[test]
    fn a_type_with_its_action_beats_the_type_and_that_beats_prefixes() {
        let table = table(&[
            "issues.opened",
            "issues",
            "issues.*",
            "pull_request.*",
            "push",
        ]);
        for (kind, action, expected) in [
            ("issues", Some("opened"), Some("issues.opened")),
            ("issues", Some("closed"), Some("issues")),
            ("pull_request", Some("closed"), Some("pull_request.*")),
            ("pull_request", None, None),
            ("push", Some("x"), Some("push")),
        ] {
            assert_eq!(found(&table, kind, action), expected, "{kind} {action:?}");
        }
    }

    #[test]
    fn an_action_is_read_only_if_a_handler_needs_it() {
        let table = table(&["issues-old.x", "issues.opened", "push", "pull.*"]);
        assert!(table.tells_actions_of("issues"));
        assert!(table.tells_actions_of("pull"));
        assert!(!table.tells_actions_of("push"));
        assert!(!table.tells_actions_of("issue"));
    }

    #[test]
    #[should_panic(expected = "routing/table.rs:")]
    fn a_pattern_that_is_registered_twice_names_the_first_place() {
        table(&["a.*", "a.b", "a.*"]);
    }

    #[test]
    fn a_pattern_that_cannot_match_is_refused() {
        for (pattern, problem) in [
            ("", "empty"),
            ("*", "`.fallback(handler)`"),
            ("a.*.b", "not at its end"),
            ("a**", "not at its end"),
        ] {
            let added = std::panic::catch_unwind(|| table(&[pattern]));
            let panic = added.expect_err(pattern);
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
            assert!(text.is_some_and(|text| text.contains(problem)), "{pattern}");
        }
    }
}
