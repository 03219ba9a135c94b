//! Headers of the sender that are passed on by name.

use webhook_core::StoredHead;

use crate::RelayError;
use crate::attributes::is_visible;
use crate::message::Headers;

/// Names that an engine obeys, or that receivers believe.
const RESERVED: [&str; 6] = [
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "content-type",
    "content-length",
    "idempotency-key",
];
const RESERVED_PREFIXES: [&str; 6] = [
    "x-delivery-",
    "x-verified",
    "nats-",
    "ce-",
    "ce_",
    "cloudevents",
];

/// Checks a name, and makes it lower case.
pub(crate) fn name(name: &str) -> Result<Box<str>, RelayError> {
    let lower = name.to_ascii_lowercase().into_boxed_str();
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if lower.is_empty() || !lower.bytes().all(is_token) {
        return Err(RelayError::InvalidHeader { name: lower });
    }
    let is_reserved = RESERVED.contains(&&*lower)
        || RESERVED_PREFIXES
            .iter()
            .any(|prefix| lower.starts_with(prefix));
    match is_reserved {
        true => Err(RelayError::ReservedHeader { name: lower }),
        false => Ok(lower),
    }
}

/// Copies what was kept of these headers. A value that is not visible ASCII is left out.
pub(crate) fn copy(names: &[Box<str>], head: &StoredHead, to: &mut Headers) {
    for name in names {
        let values = head.headers().filter(|(known, _)| *known == &**name);
        for (name, value) in values {
            if is_visible(value)
                && let Ok(value) = std::str::from_utf8(value)
            {
                to.add(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_an_engine_or_a_receiver_would_obey_are_refused() {
        for reserved in [
            "Nats-Msg-Id",
            "nats-rollup",
            "webhook-id",
            "X-Delivery-Tenant",
            "x-verified-by",
            "ce-id",
            "ce_id",
            "cloudEvents_id",
            "Content-Type",
            "idempotency-key",
        ] {
            assert!(matches!(
                name(reserved),
                Err(RelayError::ReservedHeader { .. })
            ));
        }
        for invalid in ["", "a b", "a:b", "a\r\nb", "ü"] {
            assert!(matches!(
                name(invalid),
                Err(RelayError::InvalidHeader { .. })
            ));
        }
        assert_eq!(&*name("Stripe-Signature").unwrap(), "stripe-signature");
    }
}
