//! `/api/webhooks/{provider}/{org}` of the checkout: verify, then forward.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Path;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use tower::Layer as _;
use webhook_axum::forward::{Forward, ForwardError, Forwarder};
use webhook_axum::notification::EASYPAY_SINGLE;
use webhook_axum::tenants::{Tenants, from_path};
use webhook_axum::{
    Endpoint, EndpointBuilder, HttpsApi, Provider, SecretSet, WebhookLayer, providers,
};

use crate::{Failure, Parts, variable};

/// The routes, and their layers, to be drained at the end.
pub(crate) fn routes(
    parts: &Parts,
    api: &str,
    easypay: String,
) -> Result<(Router, Vec<WebhookLayer>), Failure> {
    let stripe = signed(parts, providers::STRIPE, "/api/webhooks/stripe/{tenant}")?;
    let ifthenpay = signed(
        parts,
        providers::IFTHENPAY,
        "/api/webhooks/ifthenpay/{tenant}",
    )?;
    let easypay = fetched(parts, easypay, "/api/webhooks/easypay/{tenant}")?;
    let forward = |layer: &WebhookLayer, provider| -> Result<_, ForwardError> {
        Ok(layer.layer(Forward::new(forwarder(parts, api, provider)?)))
    };
    // Any other provider has no route: 404.
    let routes = Router::new()
        .route_service("/api/webhooks/stripe/{tenant}", forward(&stripe, "stripe")?)
        .route_service(
            "/api/webhooks/ifthenpay/{tenant}",
            forward(&ifthenpay, "ifthenpay")?,
        )
        .route_service(
            "/api/webhooks/easypay/{tenant}",
            forward(&easypay, "easypay")?,
        )
        .route("/stand-in/easypay/single/{id}", get(single));
    Ok((routes, vec![stripe, ifthenpay, easypay]))
}

/// `verifyPaymentWebhook` of the guide: the tenant's own secret decides. `_` is a name like any
/// other, and no tenant without a secret falls back to it.
fn signed(parts: &Parts, provider: Provider, path: &'static str) -> Result<WebhookLayer, Failure> {
    let template = Endpoint::builder(provider, SecretSet::per_tenant());
    let template = shared(template, parts).build()?;
    let secrets = Arc::clone(&parts.secrets);
    let secret_of = move |org: Arc<str>| {
        let secrets = Arc::clone(&secrets);
        async move { secrets.get(&provider, &org).await }
    };
    Ok(WebhookLayer::per_tenant(
        template,
        from_path(path),
        secret_of,
    ))
}

/// Easypay signs nothing, and anybody can post an id. So the payment is fetched from the account of
/// the tenant, and what is forwarded is what Easypay's API says.
fn fetched(parts: &Parts, api: String, path: &'static str) -> Result<WebhookLayer, Failure> {
    let (parts, key) = (
        parts.clone(),
        variable("EASYPAY_API_KEY", "easypay-test-key"),
    );
    let stranger = Endpoint::notification_template(EASYPAY_SINGLE);
    let stranger = shared(stranger, &parts).build()?;
    let endpoint_of = move |org: Arc<str>| {
        let (parts, api, key) = (parts.clone(), api.clone(), key.clone());
        async move {
            let Some(account) = parts.orders.easypay_account(&org)? else {
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
    Ok(Tenants::of_endpoints(stranger, from_path(path), endpoint_of).into())
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

/// The stand-in for Easypay's API: every payment is one of 19.99 euros, and paid.
async fn single(Path(id): Path<String>) -> Json<Value> {
    let key = id.strip_prefix("payment-of-").unwrap_or("order-1");
    Json(json!({"id": id, "key": key, "payment_status": "paid", "value": 19.99, "currency": "EUR"}))
}
