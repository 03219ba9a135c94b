use super::standard_webhooks::v1;
use crate::success::Success;
use crate::{KeyFormat, Provider, Scheme};

/// Supabase Auth hooks over HTTP.
///
/// [Standard Webhooks](super::STANDARD_WEBHOOKS). The secret is written `v1,whsec_<base64>`; with or without what stands in front.
///
/// * With several secrets, the signatures are joined by a comma and a space, which other receivers stumble over.
/// * **`webhook-id` is new for every attempt**: it recognises a captured copy, but a retry runs again.
/// * 5 s to answer, three attempts: after network errors, and after 429 or 503 with `Retry-After`. Hooks that ask for an answer want
///   200 and JSON.
/// * Database webhooks are not signed and are not this.
/// * 200, 202 and 204 are success; the first two want a JSON content type.
///
/// Source: <https://supabase.com/docs/guides/auth/auth-hooks> and supabase/auth (`internal/hooks/hookshttp`), the sender.
pub const SUPABASE: Provider = Provider::new("supabase", &[HOOK])
    .aliases(&["supabase-auth-hook"])
    .key_format(KeyFormat::Whsec)
    .answers_within_millis(5_000)
    .succeeds_with(Success::OneOf(&[200, 202, 204]))
    .documented_at("https://supabase.com/docs/guides/auth/auth-hooks");

const HOOK: Scheme =
    v1("webhook-id", "webhook-timestamp", "webhook-signature").versions_with_commas("v1");
