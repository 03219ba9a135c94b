//! The Commerce API: orders, and the webhooks that change them.

use axum::extract::{Path, Query, RawQuery, Request, State};
use axum::http::StatusCode;
use axum::routing::{MethodRouter, get, post};
use axum::{Json, Router};
use rusqlite::Connection;
use serde::Deserialize;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use webhook_axum::tenants::from_query;
use webhook_axum::{
    Endpoint, HookResult, HookResultExt as _, SecretSet, VerifiedDelivery, WebhookLayer, providers,
};
use webhook_payments::{PaymentSource, Providers};
use webhook_sqlite::{SqliteStore, SqliteTransaction};

use crate::orders::{Outcome, advance, read, update};
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
    let secret_of = parts.secrets.resolver(providers::STRIPE);
    let direct = WebhookLayer::per_tenant(direct, from_query("org"), secret_of);

    // Which proof a request offers decides which layer judges it. Neither lets it pass without.
    let by_checkout: MethodRouter = post(webhook).layer(hop.clone());
    let by_stripe: MethodRouter = post(webhook).layer(direct.clone());
    let either = async move |request: Request| {
        let is_forwarded = request.headers().contains_key("webhook-signature");
        let route = if is_forwarded { by_checkout } else { by_stripe };
        route.oneshot(request).await
    };
    let routes = Router::new()
        .route("/v1/webhooks/payments/{provider}", post(either))
        .route("/v1/orders", get(orders))
        .route("/v1/orders/{org}/{id}", post(create))
        .route("/v1/orders/{org}/{id}/confirm", post(confirm))
        .route("/v1/ignored", get(ignored))
        .with_state(parts.store.clone());
    Ok((routes, vec![hop, direct]))
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

#[derive(Deserialize)]
struct NewOrder {
    minor: i64,
    currency: String,
}

/// Here and below: if the database cannot say, the answer is 500.
async fn create(
    State(store): State<SqliteStore>,
    Path((org, id)): Path<(String, String)>,
    Json(new): Json<NewOrder>,
) -> HookResult<StatusCode> {
    let insert = move |db: &Connection| {
        let row = "insert into orders (org, id, minor, currency) values (?1, ?2, ?3, ?4)";
        db.execute(row, (&org, &id, new.minor, &new.currency))
    };
    store.write(insert).await?;
    Ok(StatusCode::CREATED)
}

/// The customer is back and has paid: what `checkout.confirm()` of the guide does, after it has
/// asked the provider.
async fn confirm(
    State(store): State<SqliteStore>,
    Path((org, id)): Path<(String, String)>,
) -> HookResult<Json<Value>> {
    let paid = move |db: &Connection| advance(db, &org, &id, "paid", "return");
    Ok(Json(match store.write(paid).await? {
        Outcome::Changed(state) => json!({"state": state}),
        Outcome::Ignored(reason) => json!({"ignored": reason}),
    }))
}

/// The orders, each with its way.
async fn orders(State(store): State<SqliteStore>) -> HookResult<Json<Value>> {
    let all = "select json_group_array(json_object('org', org, 'id', id, 'state', state, 'way', (
            select json_group_array(state || ' by ' || because) from transitions
            where org = orders.org and id = orders.id)) order by org, id) from orders";
    Ok(Json(read(&store, all).await?))
}

/// Events that have changed nothing, counted by the reason: what to watch.
async fn ignored(State(store): State<SqliteStore>) -> HookResult<Json<Value>> {
    let all = "select json_group_array(json_object('org', org, 'provider', provider,
            'reason', reason, 'count', count)) from
        (select *, count(*) as count from ignored group by org, provider, reason)";
    Ok(Json(read(&store, all).await?))
}
