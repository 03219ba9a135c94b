//! The suite over actix-web, and what only actix-web has.

use actix_web::dev::HttpServiceFactory;
use actix_web::{App, test, web};
use webhook_actix::testing::test_request;
use webhook_actix::{SignedRequest, VerifiedDelivery, Webhook as Layer, WebhookRouter};

use crate::answered::Answered;

#[path = "suite.rs"]
mod suite;

/// An application whose handler says whose event it has.
pub(crate) struct Served(Layer);

async fn whose(VerifiedDelivery(delivery): VerifiedDelivery) -> String {
    delivery.tenant().unwrap_or("nobody").to_owned()
}

pub(crate) fn serve(layer: Layer) -> Served {
    Served(layer)
}

impl Served {
    pub(crate) async fn send(&self, delivery: &SignedRequest, path: &str) -> Answered {
        let layer = self.0.clone();
        let resource = web::resource("/hooks/{tenant}").wrap(layer);
        let resource = resource.route(web::post().to(whose));
        send(resource, delivery, path).await
    }
}

async fn send(
    service: impl HttpServiceFactory + 'static,
    delivery: &SignedRequest,
    path: &str,
) -> Answered {
    let app = test::init_service(App::new().service(service)).await;
    let request = test_request(delivery, path).to_request();
    let response = test::call_service(&app, request).await;
    let text = |value: &actix_web::http::header::HeaderValue| value.to_str().unwrap().to_owned();
    let headers = response.headers().iter();
    let headers: Vec<_> = headers
        .map(|(name, value)| (name.as_str().to_owned(), text(value)))
        .collect();
    let status = response.status().as_u16();
    Answered::new(status, headers, test::read_body(response).await.into())
}

#[actix_web::test]
async fn a_scope_has_the_whole_path() {
    let layer = suite::layer(&suite::Database::new());
    let hooks = web::resource("/{tenant}")
        .wrap(layer)
        .route(web::post().to(whose));
    let scope = web::scope("/hooks").service(hooks);
    let sent = suite::sent("acme", "evt_1");
    let answer = send(scope, &sent, "/hooks/acme").await;
    assert_eq!((answer.status, &*answer.body), (200, "acme"));
}

#[actix_web::test]
async fn a_middleware_that_is_there_twice_verifies_once() {
    for layer in [suite::layer(&suite::Database::new()), suite::of_endpoints()] {
        let resource = web::resource("/hooks/{tenant}")
            .wrap(layer.clone())
            .wrap(layer);
        let resource = resource.route(web::post().to(whose));
        let answer = send(resource, &suite::sent("acme", "evt_1"), "/hooks/acme").await;
        assert_eq!((answer.status, &*answer.body), (200, "acme"));
    }
}

#[actix_web::test]
async fn a_router_serves_tenants() {
    let hooks = WebhookRouter::new(suite::layer(&suite::Database::new()));
    let hooks = hooks.on("invoice.paid", whose).ignore_unknown();
    let hooks = hooks.at("/hooks/{tenant}");
    let sent = suite::sent("initech", "evt_1");
    let answer = send(hooks, &sent, "/hooks/initech").await;
    assert_eq!((answer.status, &*answer.body), (200, "initech"));
}
