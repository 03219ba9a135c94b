//! What a program learns of an event.

use std::ffi::OsString;

use webhook_axum::inbox::Stored;

/// The variables of the server that a program gets: those that tell where it is, and no others,
/// because they may hold secrets.
pub(super) fn inherited() -> impl Iterator<Item = (&'static str, OsString)> {
    let known = INHERITED.iter().copied();
    known.filter_map(|name| Some((name, std::env::var_os(name)?)))
}

/// The variables of an event. What the provider does not sign has a name that says so.
pub(super) fn of<'a>(
    route: &'a str,
    stored: &'a Stored,
) -> impl Iterator<Item = (&'static str, String)> + 'a {
    let delivery = stored.delivery();
    let proof = delivery.proof();
    let coverage = proof.coverage();
    let (id, kind) = (delivery.id(), delivery.event_type());
    let (signs_id, signs_type) = (proof.covers_id(), proof.covers_type());
    let body_is_signed = coverage.body || coverage.is_sender_only();
    let text = |text: &str| text.to_owned();
    let key = delivery.replay_key();
    let (_, consumer) = stored.consumer().split_once('/').unwrap_or_default();
    let content_type = stored.head().header("content-type");
    let content_type = content_type.and_then(|value| str::from_utf8(value).ok());
    let all = [
        ("WEBHOOK_PROVIDER", Some(text(delivery.provider()))),
        ("WEBHOOK_ROUTE", Some(text(route))),
        (
            "WEBHOOK_CONSUMER",
            Some(text(consumer)).filter(|name| !name.is_empty()),
        ),
        ("WEBHOOK_TENANT", delivery.tenant().map(text)),
        (
            "WEBHOOK_KEY",
            key.map(|key| const_hex::encode(key.as_bytes())),
        ),
        ("WEBHOOK_ID", id.filter(|_| signs_id).map(text)),
        ("WEBHOOK_UNSIGNED_ID", id.filter(|_| !signs_id).map(text)),
        ("WEBHOOK_TYPE", kind.filter(|_| signs_type).map(text)),
        (
            "WEBHOOK_UNSIGNED_TYPE",
            kind.filter(|_| !signs_type).map(text),
        ),
        (
            "WEBHOOK_UNSIGNED_BODY",
            (!body_is_signed).then(|| text("true")),
        ),
        ("WEBHOOK_CONTENT_TYPE", content_type.map(text)),
        (
            "WEBHOOK_ACCEPTED_AT",
            Some(stored.accepted_at().to_string()),
        ),
        ("WEBHOOK_ATTEMPT", Some(delivery.attempt().to_string())),
        ("WEBHOOK_JOB", Some(stored.lease().id.to_string())),
    ];
    let known = all.into_iter();
    // No variable can have a NUL.
    known.filter_map(|(name, value)| Some((name, value.filter(|value| !value.contains('\0'))?)))
}

const INHERITED: &[&str] = &[
    "HOME",
    "LANG",
    "LC_ALL",
    "LOGNAME",
    "PATH",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "TMPDIR",
    "TZ",
    "USER",
];
