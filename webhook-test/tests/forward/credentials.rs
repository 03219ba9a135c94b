//! The hop credential, verified by this library at the other side.

use axum::Router;
use axum::routing::post;
use tower::Layer as _;
use webhook_axum::{VerifiedDelivery, WebhookLayer};
use webhook_core::{Endpoint, MemoryStore};
use webhook_tower::forward::Forwarder;

use crate::gateway::{self, Gateway, bind};
use crate::receiver::{Receiver, Reply};
use crate::wire::send;
use crate::{HOP, PATH, delivery, endpoint, signed};

#[tokio::test(flavor = "multi_thread")]
async fn the_layer_and_the_middleware_verify_what_the_forwarder_signs() {
    for first in gateway::ALL {
        for second in gateway::ALL {
            // The second gateway is the receiver of the first, and forwards to a third server.
            let last = Receiver::start(|_| Reply::status(200)).await;
            let hop = Endpoint::standard_webhooks(HOP).store(MemoryStore::new());
            let hop = hop.build().unwrap();
            let inner = Gateway::start(second, hop, crate::to(&last).build().unwrap());
            let url = format!("http://{}{PATH}", inner.address);
            let forwarder = Forwarder::to(&url).signed_with(HOP).build().unwrap();
            let outer = Gateway::start(first, endpoint().build().unwrap(), forwarder);
            let delivery = delivery("evt_1");
            for _ in 0..2 {
                let answer = send(outer.address, PATH, &delivery, &[]).await;
                assert_eq!(answer.status(), 200, "{first:?} to {second:?}");
            }
            let got = last.request().await;
            assert_eq!(got.body, delivery.body);
            assert_eq!(got.header("x-delivery-provider"), Some("standard-webhooks"));
            assert_eq!(got.header("x-delivery-event-id").map(str::len), Some(64));
            assert_eq!(
                got.header("webhook-signature"),
                None,
                "that of the first hop"
            );
            assert_eq!(inner.endpoint.counts().verified, 1);

            // Another secret is a forgery.
            let other = "whsec_BfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
            let forwarder = Forwarder::to(&url).signed_with(other).build().unwrap();
            let outer = Gateway::start(first, endpoint().build().unwrap(), forwarder);
            let answer = send(outer.address, PATH, &delivery, &[]).await;
            assert_eq!(answer.status(), 503);
            assert_eq!(last.requests(), 1);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_signature_covers_bytes_that_are_no_text() {
    async fn take(VerifiedDelivery(delivery): VerifiedDelivery) {
        assert_eq!(&delivery.raw()[..], b"\xff\x00\r\n");
    }
    let listener = bind();
    let address = listener.local_addr().unwrap();
    let router = Router::new().route(
        "/in",
        post(take).layer(WebhookLayer::standard_webhooks(HOP)),
    );
    let server = tokio::spawn(async move {
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        axum::serve(listener, router).await.unwrap();
    });
    for adapter in gateway::ALL {
        let forwarder = Forwarder::to(format!("http://{address}/in")).signed_with(HOP);
        let forwarder = forwarder.build().unwrap();
        let endpoint = Endpoint::stripe(crate::SECRET).store(MemoryStore::new());
        let endpoint = endpoint.consumer(format!("{adapter:?}")).build().unwrap();
        let gateway = Gateway::start(adapter, endpoint, forwarder);
        let delivery = signed(b"\xff\x00\r\n".to_vec());
        assert_eq!(
            send(gateway.address, PATH, &delivery, &[]).await.status(),
            200
        );
    }
    server.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_in_a_header_is_that_of_the_forwarder_and_never_that_of_the_sender() {
    for adapter in gateway::ALL {
        let receiver = Receiver::start(|_| Reply::status(200)).await;
        let url = format!("http://{}/", receiver.address());
        for name in ["authorization", "x-checkout-secret", "X-Hop"] {
            let forwarder = Forwarder::to(&url).with_header(name, "Bearer ours");
            let forwarder = forwarder.build().unwrap();
            let gateway = Gateway::start(adapter, endpoint().build().unwrap(), forwarder);
            let theirs = [(name.to_owned(), "Bearer theirs".to_owned())];
            let answer = send(gateway.address, PATH, &delivery("evt_1"), &theirs).await;
            assert_eq!(answer.status(), 200);
            let got = receiver.request().await;
            let name = name.to_ascii_lowercase();
            assert_eq!(got.all(&name).collect::<Vec<_>>(), ["Bearer ours"]);
        }
    }
}

#[test]
fn a_layer_of_axum_takes_the_forwarder_as_its_service() {
    let forwarder = Forwarder::to("http://127.0.0.1:9/").without_hop_credential();
    let forward = webhook_axum::forward::Forward::new(forwarder.build().unwrap());
    let layered = WebhookLayer::stripe(crate::SECRET).layer(forward);
    let _: Router = Router::new().route_service("/hooks", layered);
}
