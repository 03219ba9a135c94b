use crate::crypto::Algorithm;
use crate::provider::{Identity, Parameter, Part, Provider, Questions, Scheme};
use crate::time::TimeUnit;

/// Retell AI webhooks.
///
/// `x-retell-signature: v=<milliseconds>,d=<hex>` is an HMAC-SHA-256 over the body, followed by
/// `v`. The secret is the API key that has the webhook badge.
///
/// * The tolerance is 300 s in both directions, as in Retell's SDK.
/// * Events have no id. Two calls from one number have equal bodies (`call_inbound`). So the replay
///   key comes from the body and the signed timestamp. These calls and custom functions wait for an
///   answer, so a duplicate of one runs again. The event type is `/event`.
///
/// Source: <https://docs.retellai.com/features/secure-webhook> and retell-typescript-sdk
/// (`webhook_auth.ts`).
pub const RETELL: Provider = Provider::new(
    "retell",
    &[
        Scheme::hmac(Algorithm::HmacSha256, &[Part::Body, Part::Time])
            .in_header("x-retell-signature")
            .pairs(b',', "d")
            .time_in_pair("v", TimeUnit::Millis),
    ],
)
.type_at(&["/event"])
.identified_by(
    Identity::ContentAndAttempt,
    "two calls from one number have equal bodies (`call_inbound`)",
)
.asks(Questions::With(&["/name", "/call_inbound/from_number"]))
.configured_by(&[
    Parameter::secret("api_key"),
    Parameter::identifier("public_key"),
])
.documented_at("https://docs.retellai.com/features/secure-webhook");
