use crate::provider::{Identity, Parameter, Provider, Questions, Scheme, Success};
use crate::providers::standard_webhooks::v1;
use crate::secret::KeyFormat;

/// Supabase Auth hooks over HTTP.
///
/// [Standard Webhooks](super::STANDARD_WEBHOOKS). The secret is written `v1,whsec_<base64>`, with
/// or without the prefixes.
///
/// * With several secrets, a comma and a space join the signatures, which other receivers cannot
///   read.
/// * **`webhook-id` is new for every attempt**, so the replay key comes from the body. The code or
///   token in it is issued for one event. Hooks other than those that send a message wait for an
///   answer, so a duplicate of one runs again.
/// * Supabase waits 5 s for an answer and makes three attempts: after network errors, and after 429
///   or 503 with `Retry-After`. Hooks that wait for an answer want 200 and JSON.
/// * Database webhooks are unsigned and not supported here.
/// * 200, 202 and 204 are success; the first two want a JSON content type.
///
/// Source: <https://supabase.com/docs/guides/auth/auth-hooks> and supabase/auth
/// (`internal/hooks/hookshttp`), the sender's code.
pub const SUPABASE: Provider = Provider::new("supabase", &[HOOK])
    .with_aliases(&["supabase-auth-hook"])
    .with_key_format(KeyFormat::Whsec)
    .answers_within_millis(5_000)
    .succeeds_with(Success::OneOf(&[200, 202, 204]))
    .identified_by(
        Identity::Content,
        "the id is new for every attempt; \
         the body carries the code or token issued for the event",
    )
    .asks(Questions::With(&[
        "/authentication_method",
        "/valid",
        "/metadata/name",
    ]))
    .configured_by(&[
        Parameter::secret("hook_secret"),
        Parameter::identifier("anon_key"),
        Parameter::identifier("publishable_key"),
    ])
    .documented_at("https://supabase.com/docs/guides/auth/auth-hooks");

const HOOK: Scheme =
    v1("webhook-id", "webhook-timestamp", "webhook-signature").versions_with_commas("v1");
