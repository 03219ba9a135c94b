//! Log lines, counters and hooks of the engine.
//!
//! Text chosen by a sender is never logged unchanged. Reasons are constants, and ids only reach
//! hooks, shortened and escaped. Each kind of line that a sender can cause is logged at most once
//! per second.

mod escaped_id;
pub(crate) mod hook;
pub(crate) mod log_limit;

pub use escaped_id::EscapedId;

use std::error::Error;
use std::panic::Location;

use crate::observe::hook::Hook;
use crate::observe::log_limit::{LogLimit, error_excerpt};

pub(crate) fn short_secret(provider: &'static str, slot: usize, bytes: usize) {
    tracing::warn!(target: "webhook", provider, slot, bytes, "secret is short");
}

pub(crate) fn long_tolerance(provider: &'static str, secs: u64) {
    tracing::warn!(
        target: "webhook",
        provider,
        secs,
        "tolerance is long: captured deliveries stay fresh for that time"
    );
}

pub(crate) fn volatile_store(provider: &'static str) {
    tracing::warn!(
        target: "webhook",
        provider,
        "replay protection is in memory: it is lost on restart and not shared between processes; \
         set `.store(…)` to silence this warning"
    );
}

/// A fault in the set-up of a store. At startup, so without a limit.
pub(crate) fn finding(provider: &'static str, finding: &dyn std::fmt::Display) {
    tracing::warn!(target: "webhook", provider, %finding, "store is not set up as it should be");
}

/// `reaches_back_secs`: the age of the oldest delivery that is still remembered.
pub(crate) fn evicted(total: u64, reaches_back_secs: u32) {
    tracing::warn!(
        target: "webhook",
        total,
        reaches_back_secs,
        "memory store is full: older done deliveries are forgotten, and copies of them run again; \
         raise its capacity or use a shared store"
    );
}

pub(crate) fn shared_store(provider: &str, one: &Location<'_>, other: &Location<'_>) {
    tracing::warn!(
        target: "webhook",
        provider,
        %one,
        %other,
        "two endpoints may share a store, and neither has a consumer name: set `.consumer(…)`, \
         with different names for two consumers or the same name for one"
    );
}

/// Logs at most one line per second for each kind of hook, over all endpoints.
pub(crate) fn hook_panicked(hook: Hook, provider: &str) {
    static LINES: [LogLimit; Hook::COUNT] = [const { LogLimit::new() }; Hook::COUNT];
    let line = LINES.get(hook as usize);
    if let Some(suppressed) = line.and_then(LogLimit::pass) {
        let hook = hook.name();
        tracing::error!(target: "webhook", provider, hook, suppressed, "hook panicked");
    }
}

pub(crate) fn keys_failed(provider: &'static str, error: &dyn Error) {
    static LINE: LogLimit = LogLimit::new();
    if let Some(suppressed) = LINE.pass() {
        let error = error_excerpt(error);
        tracing::warn!(target: "webhook", provider, suppressed, error, "key source failed");
    }
}

pub(crate) fn fetch_failed(provider: &'static str, error: &dyn Error) {
    static LINE: LogLimit = LogLimit::new();
    if let Some(suppressed) = LINE.pass() {
        let error = error_excerpt(error);
        tracing::warn!(target: "webhook", provider, suppressed, error, "object not fetched");
    }
}

pub(crate) fn other_object(provider: &'static str) {
    static LINE: LogLimit = LogLimit::new();
    if let Some(suppressed) = LINE.pass() {
        tracing::error!(
            target: "webhook",
            provider,
            suppressed,
            "the API answered with an object that has another id, or none: check the path and \
             the place of the id in the spec"
        );
    }
}

pub(crate) fn confirmation_failed(provider: &'static str, error: &dyn Error) {
    static LINE: LogLimit = LogLimit::new();
    if let Some(suppressed) = LINE.pass() {
        let error = error_excerpt(error);
        tracing::warn!(
            target: "webhook",
            provider,
            suppressed,
            error,
            "subscription not confirmed"
        );
    }
}

/// Called at most once a minute per endpoint.
pub(crate) fn keys_over_budget(provider: &'static str) {
    tracing::warn!(
        target: "webhook",
        provider,
        "deliveries name more unknown keys than the budget allows to fetch: \
         those whose key was not fetched are answered 503"
    );
}

pub(crate) fn keys_unusable(provider: &'static str, instead: &'static str) {
    static LINE: LogLimit = LogLimit::new();
    if let Some(suppressed) = LINE.pass() {
        tracing::warn!(
            target: "webhook",
            provider,
            suppressed,
            instead,
            "key source returned something that is not a key"
        );
    }
}

/// A stored secret that no key of the ring opens. `setting` is empty for a secret itself.
#[cfg(feature = "secret-store")]
pub(crate) fn secret_not_opened(
    provider: &str,
    tenant: &str,
    setting: &str,
    number: u64,
    error: &dyn Error,
) {
    static LINE: LogLimit = LogLimit::new();
    if let Some(suppressed) = LINE.pass() {
        let tenant = EscapedId::new(tenant.as_bytes());
        tracing::error!(
            target: "webhook",
            provider,
            %tenant,
            setting,
            number,
            suppressed,
            %error,
            "stored secret does not open"
        );
    }
}
