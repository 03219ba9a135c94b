//! The endpoints: who may deliver what, and where.

use std::borrow::Cow;

use axum::Router;
use axum::extract::Request;
use axum::middleware::map_request;
use axum::routing::post;
use webhook_axum::inbox::Inbox;
use webhook_axum::tenants::TenantHead;
use webhook_axum::{
    Endpoint, EndpointBuilder, Mode, Otherwise, SecretSet, WebhookLayer, WebhookRouter, contracts,
    providers,
};
use webhook_sqlite::{SqliteInbox, SqliteSecrets, SqliteStore};

use crate::handlers::{self, Shop};
use crate::{Failure, PAYOUTS};

/// One layer for each endpoint that is registered with Smartpay.
pub(crate) struct Endpoints {
    /// For all types and several subscriptions.
    pub(crate) orders: WebhookLayer,
    /// For payouts only.
    pub(crate) payouts: WebhookLayer,
    /// Fails on purpose: see [`handlers::third_time`].
    retries: WebhookLayer,
}

impl Endpoints {
    pub(crate) async fn new(
        store: &SqliteStore,
        inbox: &Inbox<SqliteInbox>,
        secrets: &SqliteSecrets,
    ) -> Result<Self, Failure> {
        let of = |secrets: SecretSet, name: &'static str| -> EndpointBuilder {
            Endpoint::smartpay(secrets)
                .consumer(name) // the same event at two endpoints is two events
                .store(store.clone())
                .answer_rejections(contracts::smartpay) // an empty 400
        };
        let known = async |id| secrets.get(&providers::SMARTPAY, id).await;
        let payouts = known(PAYOUTS).await?.ok_or("no secret for payouts")?;
        let default = known("_").await?.ok_or("no secret for `_`")?;
        let retries = of(default.secrets().clone(), "retries").build()?;
        let payouts = of(payouts.secrets().clone(), "payouts")
            .durable(inbox.clone())
            .build()?;

        // What all subscriptions share. Each has a secret of its own, which is looked up.
        let template = of(SecretSet::per_tenant(), "orders")
            .durable(inbox.clone())
            .build()?;
        let secret_of = secrets.resolver(providers::SMARTPAY);
        Ok(Self {
            orders: WebhookLayer::per_tenant(template, subscription, secret_of),
            payouts: WebhookLayer::new(payouts),
            retries: WebhookLayer::new(retries),
        })
    }

    pub(crate) fn app(&self, shop: Shop, live: bool) -> Router {
        let mut orders = WebhookRouter::new(self.orders.clone())
            .before(handlers::known_version)
            .on("order.authorized", handlers::authorized)
            .on_event(handlers::changed);
        if live {
            orders = orders.only_mode(Mode::Live, Otherwise::Acknowledge);
        }
        let payouts = WebhookRouter::new(self.payouts.clone())
            .only_types(["payout.*"], Otherwise::Acknowledge)
            .before(handlers::known_version)
            .on("payout.paid", handlers::changed);
        let retries = post(handlers::third_time).layer(self.retries.clone());
        Router::new()
            .route("/webhooks", orders.ignore_unknown().into())
            .route("/webhooks/payouts", payouts.ignore_unknown().into())
            .route("/webhooks/retries", retries)
            .with_state(shop)
            .layer(map_request(strip))
    }
}

/// Nobody signs the id of the subscription: it only says whose secret to try. Deliveries without
/// one are those of `_`.
fn subscription<'h>(head: &TenantHead<'h>) -> Option<Cow<'h, str>> {
    let id = head.header("smartpay-subscription-id");
    Some(id.unwrap_or("_").into())
}

/// Smartpay's middleware for Express and Go tells its verdict in a header, which anybody can send.
/// Here a verdict is a type, and the header goes no further.
async fn strip(mut request: Request) -> Request {
    request.headers_mut().remove("calculated-signature");
    request
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::HeaderMap;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn a_verdict_in_a_header_reaches_no_handler() {
        let count = async |headers: HeaderMap| headers.len().to_string();
        let app: Router = Router::new()
            .route("/", get(count))
            .layer(map_request(strip));
        let request = Request::get("/").header("Calculated-Signature", "x");
        let request = request.header("other", "x").body(Body::empty()).unwrap();
        let body = app.oneshot(request).await.unwrap().into_body();
        assert_eq!(axum::body::to_bytes(body, 9).await.unwrap(), "1");
    }
}
