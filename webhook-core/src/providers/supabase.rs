use crate::provider::{Identity, Parameter, Provider, Questions, Scheme, Success};
use crate::providers::standard_webhooks::v1;
use crate::secret::KeyFormat;

/// Supabase Auth hooks over HTTP.
///
/// [Standard Webhooks](super::STANDARD_WEBHOOKS). The secret is written `v1,whsec_<base64>`; with or without what stands in front.
///
/// * With several secrets, the signatures are joined by a comma and a space, which other receivers stumble over.
/// * **`webhook-id` is new for every attempt**, so a delivery is known by its content: the code or
///   token in it is made for one event. Other hooks than those that send a message wait for an
///   answer, so a copy of one runs again.
/// * 5 s to answer, three attempts: after network errors, and after 429 or 503 with `Retry-After`. Hooks that ask for an answer want
///   200 and JSON.
/// * Database webhooks are not signed and are not this.
/// * 200, 202 and 204 are success; the first two want a JSON content type.
///
/// Source: <https://supabase.com/docs/guides/auth/auth-hooks> and supabase/auth (`internal/hooks/hookshttp`), the sender.
pub const SUPABASE: Provider = Provider::new("supabase", &[HOOK])
    .with_aliases(&["supabase-auth-hook"])
    .with_key_format(KeyFormat::Whsec)
    .answers_within_millis(5_000)
    .succeeds_with(Success::OneOf(&[200, 202, 204]))
    .identified_by(Identity::Content, "the id is made anew for every attempt; the body carries the code or token that was made for the event")
.asks(Questions::With(&["/authentication_method", "/valid", "/metadata/name"]))
.configured_by(&[Parameter::secret("hook_secret"), Parameter::identifier("anon_key"), Parameter::identifier("publishable_key")]).documented_at("https://supabase.com/docs/guides/auth/auth-hooks");

const HOOK: Scheme =
    v1("webhook-id", "webhook-timestamp", "webhook-signature").versions_with_commas("v1");
