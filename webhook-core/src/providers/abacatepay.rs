use crate::error::RejectionKind;
use crate::provider::{Identity, Parameter, Provider, Scheme, Success};

/// AbacatePay (Brazil) webhooks.
///
/// The secret is the one that you chose for the webhook. AbacatePay sends it in `X-Webhook-Secret`
/// and in the parameter `webhookSecret` of the query. One of them is enough; if both are present,
/// both have to match. The secret only identifies the sender.
///
/// * **The signature proves nothing and is not checked.** `X-Webhook-Signature` is an HMAC whose
///   key AbacatePay publishes. The key is the same for all accounts, so anyone can sign any body.
///   It protects a body from accidents, as TLS does. It does not replace the secret.
/// * Access logs of proxies contain the query, and so the secret. Configure them to leave it out.
/// * `/id` names the event. The replay key comes from the body. The event type is `/event`.
/// * Any 2xx is success. AbacatePay does not retry after a 401.
///
/// Source: <https://docs.abacatepay.com/pages/notificacoes/seguranca> and
/// <https://docs.abacatepay.com/pages/notificacoes/webhooks> (read on 2026-11-30).
pub const ABACATEPAY: Provider = Provider::new(
    "abacatepay",
    &[
        Scheme::token().in_header("x-webhook-secret"),
        Scheme::token().in_query("webhookSecret"),
    ],
)
.id_at(&["/id"])
.type_at(&["/event"])
.identified_by(
    Identity::Content,
    "AbacatePay does not document whether a retry has the same `/id`",
)
.succeeds_with(Success::Any2xx)
.hints(&[(
    RejectionKind::BadSignature,
    "configure the secret of the webhook, not AbacatePay's published key",
)])
.configured_by(&[
    Parameter::secret("webhook_secret"),
    Parameter::identifier("public_key"),
])
.documented_at("https://docs.abacatepay.com/pages/notificacoes/seguranca");
