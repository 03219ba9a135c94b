//! What mock events say about themselves, and the lists of exceptions.

use webhook_core::testing::MockEvent;
use webhook_core::{Locator, Provider};

use crate::Labels;

/// Copies of a handled delivery run, because nothing tells it from the next event, or because it
/// is a question.
pub(crate) const DUPLICATES_RUN: &[&str] = &[
    "dropbox",
    "dropbox-sign",
    "grafana",
    "microsoft-graph",
    "microsoft-teams",
    "midtrans",
    "opennode",
    "plivo",
    "twilio",
    "vapi",
    "discord-interactions",
    "twilio-shared-key",
];

/// Retries of a handled delivery run, because each is signed anew and nothing else tells events
/// apart.
pub(crate) const RETRIES_RUN: &[&str] = &[
    "contentful",
    "hook0",
    "qstash",
    "retell",
    "sanity",
    "zendesk",
    "plaid",
    "hook0-v0",
];

/// Two mock events of the same data are the same delivery: the events have no id.
pub(crate) const SAME_TWICE: &[&str] = &[];

/// A type of the provider's samples, or any other.
pub(crate) fn a_type(provider: &Provider) -> &'static str {
    match MockEvent::samples(provider).into_iter().next() {
        Some(first) => first.leak(),
        // GitHub and Gitea tell type and action apart.
        None => "paid",
    }
}

/// Whether an event has an id, and its type.
pub(crate) fn labels(provider: &Provider) -> (bool, Option<String>) {
    let has_id = !matches!(provider.id_locator(), Locator::None);
    let has_type = !matches!(provider.type_locator(), Locator::None);
    (has_id, has_type.then(|| a_type(provider).to_owned()))
}

pub(crate) fn present((id, kind): &Labels) -> (bool, Option<String>) {
    (id.is_some(), kind.clone())
}
