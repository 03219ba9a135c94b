//! The Commerce API: orders, and the webhooks that change them.

use axum::extract::{Path, Query, RawQuery, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use webhook_axum::tenants::from_query;
use webhook_axum::{
    Endpoint, HookResult, HookResultExt as _, SecretSet, VerifiedDelivery, WebhookLayer, providers,
};
use webhook_payments::{PaymentSource, Providers};
use webhook_sqlite::SqliteTransaction;

use crate::orders::{Orders, Outcome, advance, update};
use crate::{Failure, Parts};

/// The routes, and their layers, to be drained at the end.
pub(crate) fn routes(parts: &Parts) -> Result<(Router, Vec<WebhookLayer>), Failure> {
    // The record of a delivery and the state of its order commit together, before the 200.
    let store = parts.store.transactional()?;
    let hop = Endpoint::standard_webhooks(parts.hop.clone());
    let hop = WebhookLayer::new(hop.consumer("commerce").store(store.clone()).build()?);
    // Stripe may be registered with the API itself: the same layer works here.
    let direct = Endpoint::stripe(SecretSet::per_tenant());
    let direct = direct.consumer("commerce").store(store).build()?;
    let secrets = parts.secrets.clone();
    let direct = WebhookLayer::per_tenant(direct, from_query("org"), move |org| {
        let secrets = secrets.clone();
        async move { secrets.get(&providers::STRIPE, &org).await }
    });

    let forwarded = post(webhook).layer(hop.clone());
    let either = Either {
        forwarded: forwarded.with_state(()),
        direct: post(webhook).layer(direct.clone()).with_state(()),
    };
    let routes = Router::new()
        .route(
            "/v1/webhooks/payments/{provider}",
            post(either_of).with_state(either),
        )
        .route("/v1/orders", get(orders))
        .route("/v1/orders/{org}/{id}", post(create))
        .route("/v1/orders/{org}/{id}/confirm", post(confirm))
        .route("/v1/ignored", get(ignored))
        .with_state(parts.orders.clone());
    Ok((routes, vec![hop, direct]))
}

#[derive(Clone)]
struct Either {
    forwarded: MethodRouter,
    direct: MethodRouter,
}

/// Which proof a request offers decides which layer judges it. Neither lets it pass without.
async fn either_of(State(either): State<Either>, request: Request) -> Response {
    let route = match request.headers().contains_key("webhook-signature") {
        true => either.forwarded,
        false => either.direct,
    };
    route.oneshot(request).await.into_response()
}

#[derive(Deserialize)]
struct Tenant {
    org: String,
}

/// Applies an event to its order, in the transaction that has claimed it.
async fn webhook(
    Path(provider): Path<String>,
    Query(tenant): Query<Tenant>,
    RawQuery(query): RawQuery,
    VerifiedDelivery(delivery): VerifiedDelivery,
) -> HookResult {
    // The checkout has forwarded the body of the provider, or, of Easypay, what its API says.
    let payload = delivery.raw().clone();
    let query = query.unwrap_or_default();
    let source = match &*provider {
        "stripe" => PaymentSource::new("stripe", payload),
        "easypay" => PaymentSource::new("easypay-single", payload).with_type("single"),
        "ifthenpay" => PaymentSource::new("ifthenpay", payload).with_query(&query),
        _ => return Err("no such provider").permanent(),
    };
    let event = Providers::read(&source).permanent()?;
    let transaction = delivery.transaction::<SqliteTransaction>();
    let db = transaction.ok_or("the store has no transactions")?;
    // A signed request has the tenant whose secret it was. A forwarded one has that of the URL.
    let org = delivery.tenant().unwrap_or(&tenant.org);
    let outcome = update(&db, org, &event)?;
    tracing::info!(provider, org, kind = %event.kind, ?outcome, "payment webhook");
    if let Outcome::Ignored(reason) = outcome {
        let row = "insert into ignored values (?1, ?2, ?3, ?4)";
        db.execute(row, (org, &provider, &event.event_type, reason))?;
    }
    Ok(())
}

/// 503: the database cannot say.
struct Unavailable;

impl<E: Into<Failure>> From<E> for Unavailable {
    fn from(error: E) -> Self {
        tracing::error!(error = error.into(), "a page failed");
        Self
    }
}

impl IntoResponse for Unavailable {
    fn into_response(self) -> Response {
        StatusCode::SERVICE_UNAVAILABLE.into_response()
    }
}

#[derive(Deserialize)]
struct NewOrder {
    minor: i64,
    currency: String,
}

async fn create(
    State(orders): State<Orders>,
    Path((org, id)): Path<(String, String)>,
    Json(new): Json<NewOrder>,
) -> Result<StatusCode, Unavailable> {
    let row = "insert into orders (org, id, minor, currency) values (?1, ?2, ?3, ?4)";
    orders
        .connection()
        .execute(row, (org, id, new.minor, new.currency))?;
    Ok(StatusCode::CREATED)
}

/// The customer is back and has paid: what `checkout.confirm()` of the guide does, after it has
/// asked the provider.
async fn confirm(
    State(orders): State<Orders>,
    Path((org, id)): Path<(String, String)>,
) -> Result<Json<Value>, Unavailable> {
    let mut connection = orders.connection();
    let transaction = connection.transaction()?;
    let outcome = advance(&transaction, &org, &id, "paid", "return")?;
    transaction.commit()?;
    Ok(Json(match outcome {
        Outcome::Changed(state) => json!({"state": state}),
        Outcome::Ignored(reason) => json!({"ignored": reason}),
    }))
}

/// The orders, each with its way.
async fn orders(State(orders): State<Orders>) -> Result<Json<Value>, Unavailable> {
    let all = "select json_object('org', org, 'id', id, 'state', state, 'way', (
            select json_group_array(state || ' by ' || because) from transitions
            where org = orders.org and id = orders.id)) from orders order by org, id";
    Ok(Json(orders.rows(all)?))
}

/// Events that have changed nothing, counted by the reason: what to watch.
async fn ignored(State(orders): State<Orders>) -> Result<Json<Value>, Unavailable> {
    let all = "select json_object('org', org, 'provider', provider, 'reason', reason,
        'count', count(*)) from ignored group by org, provider, reason order by 1";
    Ok(Json(orders.rows(all)?))
}
