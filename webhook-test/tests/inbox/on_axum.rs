//! The suite over axum, and what only axum has.

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, OriginalUri, Path, State};
use tower::ServiceExt as _;
use webhook_axum::inbox::{AppConsumer, Consumer, EventSteps};
use webhook_axum::router::Complete;
use webhook_axum::tenants::from_path;
use webhook_axum::{Endpoint, SecretSet, SignedRequest, VerifiedEvent};
use webhook_axum::{HookResult, HookResultExt, VerifiedDelivery};
use webhook_axum::{WebhookLayer as Layer, WebhookRouter};

#[path = "suite.rs"]
mod suite;

use suite::{PATH, Ran, SECRET};

/// An application with a router.
#[derive(Clone)]
pub(crate) struct Served(Router);

pub(crate) fn serve<F: Complete>(hooks: WebhookRouter<(), F>) -> Served {
    Served(Router::new().route(PATH, hooks.into()))
}

/// An application without any route.
pub(crate) fn serve_nothing() -> Served {
    Served(Router::new())
}

impl Served {
    pub(crate) async fn send(&self, delivery: &SignedRequest) -> u16 {
        send(&self.0, delivery, PATH).await
    }

    pub(crate) fn consumer(&self, layer: &Layer) -> impl Consumer {
        AppConsumer::new(layer, self.0.clone())
    }
}

async fn send(app: &Router, delivery: &SignedRequest, path: &str) -> u16 {
    let request = delivery.to_http::<Body>(path);
    app.clone()
        .oneshot(request)
        .await
        .unwrap()
        .status()
        .as_u16()
}

#[derive(Clone)]
struct Shop(Ran);

#[tokio::test]
async fn state_and_paths_are_those_of_the_application_also_within_nest() {
    async fn paid(
        State(Shop(ran)): State<Shop>,
        Path(shop): Path<String>,
        matched: MatchedPath,
        OriginalUri(uri): OriginalUri,
        VerifiedEvent(event): VerifiedEvent<suite::Invoice>,
    ) {
        ran.note(&format!(
            "{shop} {} {uri} {}",
            matched.as_str(),
            event.data.amount
        ));
    }
    let (inbox, ran) = (suite::inbox(), Ran::default());
    let layer = Layer::new(suite::endpoint()).durable(inbox.clone());
    let hooks = WebhookRouter::new(layer.clone()).on("invoice.paid", paid);
    let hooks = Router::new().route("/{shop}/stripe", hooks.ignore_unknown().into());
    let app = Router::new()
        .nest("/hooks", hooks)
        .with_state(Shop(ran.clone()));
    let delivery = suite::sent("evt_1", "invoice.paid");
    assert_eq!(send(&app, &delivery, "/hooks/books/stripe?v=2").await, 200);
    assert_eq!(ran.take(), [""; 0], "it is stored");
    suite::finish(&inbox, AppConsumer::new(&layer, app)).await;
    let expected = "books /hooks/{shop}/stripe /hooks/books/stripe?v=2 7";
    assert_eq!(ran.take(), [expected]);
    assert_eq!(
        suite::only(&inbox).await.route.as_deref(),
        Some("/hooks/{shop}/stripe")
    );
}

#[tokio::test]
async fn a_handler_without_a_router_and_a_tenant_work_too() {
    let (inbox, ran) = (suite::inbox(), Ran::default());
    let path = "/hooks/{tenant}";
    let template = Endpoint::stripe(SecretSet::per_tenant()).build().unwrap();
    let secrets = async |_| Ok::<_, std::convert::Infallible>(Some(SECRET));
    let layer = Layer::per_tenant(template, from_path(path), secrets).durable(inbox.clone());
    let handler = {
        let ran = ran.clone();
        async move |VerifiedDelivery(delivery): VerifiedDelivery| {
            ran.note(delivery.tenant().unwrap());
        }
    };
    let app = Router::new().route(path, axum::routing::post(handler).layer(layer.clone()));
    for tenant in ["acme", "initech"] {
        let delivery = suite::sent("evt_1", "invoice.paid");
        assert_eq!(
            send(&app, &delivery, &format!("/hooks/{tenant}")).await,
            200
        );
    }
    suite::finish(&inbox, AppConsumer::new(&layer, app)).await;
    let mut tenants = ran.take();
    tenants.sort();
    assert_eq!(tenants, ["acme", "initech"]);
}
