//! `/api/webhooks/{provider}/{org}` of the checkout: verify, then forward.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tower::Layer as _;
use webhook_axum::forward::{Forward, ForwardError, Forwarder};
use webhook_axum::notification::EASYPAY_SINGLE;
use webhook_axum::tenants::{Tenants, from_path};
use webhook_axum::{
    Endpoint, EndpointBuilder, HttpsApi, Provider, SecretSet, WebhookLayer, providers,
};

use crate::orders::easypay_account;
use crate::{Failure, Parts};

/// The routes, and their layers, to be drained at the end.
pub(crate) fn routes(
    parts: &Parts,
    api: &str,
    easypay: String,
) -> Result<(Router, Vec<WebhookLayer>), Failure> {
    let layers = [
        ("stripe", signed(parts, providers::STRIPE)?),
        ("ifthenpay", signed(parts, providers::IFTHENPAY)?),
        ("easypay", fetched(parts, easypay)?),
    ];
    let mut routes = Router::new(); // any other provider has no route: 404
    for (provider, layer) in &layers {
        let forward = Forward::new(forwarder(parts, api, provider)?);
        routes = routes.route_service(&path(provider), layer.layer(forward));
    }
    Ok((routes, layers.map(|(_, layer)| layer).to_vec()))
}

fn path(provider: &str) -> String {
    format!("/api/webhooks/{provider}/{{tenant}}")
}

/// `verifyPaymentWebhook` of the guide: the tenant's own secret decides. `_` is a name like any
/// other, and no tenant without a secret falls back to it.
fn signed(parts: &Parts, provider: Provider) -> Result<WebhookLayer, Failure> {
    let template = Endpoint::builder(provider, SecretSet::per_tenant());
    let template = shared(template, parts).build()?;
    let (org, secret_of) = (
        from_path(&path(provider.name())),
        parts.secrets.resolver(provider),
    );
    Ok(WebhookLayer::per_tenant(template, org, secret_of))
}

/// Easypay signs nothing, and anybody can post an id. So the payment is fetched from the account of
/// the tenant, and what is forwarded is what Easypay's API says.
fn fetched(parts: &Parts, api: String) -> Result<WebhookLayer, Failure> {
    let (parts, key) = (
        parts.clone(),
        demo::secret("EASYPAY_API_KEY", "easypay-test-key"),
    );
    let stranger = Endpoint::notification_template(EASYPAY_SINGLE);
    let stranger = shared(stranger, &parts).build()?;
    let endpoint_of = move |org: Arc<str>| {
        let (parts, api, key) = (parts.clone(), api.clone(), key.clone());
        async move {
            let Some(account) = easypay_account(&parts.store, org.clone()).await? else {
                return Ok::<_, Failure>(None);
            };
            let api = match api.starts_with("https:") {
                true => HttpsApi::new(&api)?,
                false => HttpsApi::loopback_for_tests(&api)?,
            };
            let api = api.header("accountid", &account)?.header("apikey", &key)?;
            let endpoint = Endpoint::notifications(EASYPAY_SINGLE, api).tenant(org);
            Ok(Some(shared(endpoint, &parts).build()?))
        }
    };
    Ok(Tenants::of_endpoints(stranger, from_path(&path("easypay")), endpoint_of).into())
}

/// What all endpoints of the checkout have. If the process dies, its claims end with their lease,
/// and the provider's next retry is forwarded.
fn shared(endpoint: EndpointBuilder, parts: &Parts) -> EndpointBuilder {
    let limit = parts.patience + Duration::from_secs(1);
    let endpoint = endpoint.handler_timeout(limit).lease(limit * 2);
    endpoint.consumer("checkout").store(parts.store.clone())
}

/// `forwardPaymentWebhook` of the guide. The receiver knows by the signature that the checkout has
/// sent it, and when.
fn forwarder(parts: &Parts, api: &str, provider: &str) -> Result<Forwarder, ForwardError> {
    let url = format!("{api}/v1/webhooks/payments/{provider}?org={{tenant}}");
    let forwarder = Forwarder::to(url)
        .signed_with(parts.hop.clone())
        .timeout(parts.patience);
    forwarder.idempotency_key().build()
}
