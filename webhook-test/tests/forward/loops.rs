//! Gateways that forward to each other.

use webhook_core::{Endpoint, MemoryStore};
use webhook_tower::forward::{ForwardOutcome, Forwarder};

use crate::gateway::{ALL, Gateway, bind};
use crate::receiver::{Receiver, Reply};
use crate::wire::send;
use crate::{HOP, PATH, delivery, endpoint};

#[tokio::test(flavor = "multi_thread")]
async fn a_loop_of_two_gateways_ends_at_the_first_that_is_asked_again() {
    for adapter in ALL {
        // From `a` to `b`, and from `b` back to a second route of `a` with the same forwarder.
        let (at_a, at_b) = (bind(), bind());
        let url = |listener: &std::net::TcpListener| {
            format!("http://{}{PATH}", listener.local_addr().unwrap())
        };
        let a = Forwarder::to(url(&at_b)).signed_with(HOP).build().unwrap();
        let b = Forwarder::to(url(&at_a)).signed_with(HOP).build().unwrap();
        let hop = || {
            Endpoint::standard_webhooks(HOP)
                .store(MemoryStore::new())
                .build()
                .unwrap()
        };
        let entry = Gateway::start(adapter, endpoint().build().unwrap(), a.clone());
        let again = Gateway::on(at_a, adapter, hop(), a.clone());
        let second = Gateway::on(at_b, adapter, hop(), b.clone());

        let answer = send(entry.address, PATH, &delivery("evt_1"), &[]).await;
        assert_eq!(answer.status(), 503, "{answer:?}");
        assert_eq!(answer.body, br#"{"error":"unavailable"}"#);
        assert_eq!(a.counts().of(ForwardOutcome::Loop), 1);
        assert_eq!(a.counts().of(ForwardOutcome::Refused), 1);
        assert_eq!(b.counts().of(ForwardOutcome::Refused), 1);
        for gateway in [&entry, &again, &second] {
            let counts = gateway.endpoint.counts();
            assert_eq!((counts.released, counts.done), (1, 0));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_passed_too_many_forwarders_is_refused() {
    for adapter in ALL {
        let receiver = Receiver::start(|_| Reply::status(200)).await;
        let forwarder = crate::to(&receiver).max_hops(3).build().unwrap();
        let gateway = Gateway::start(adapter, endpoint().build().unwrap(), forwarder);
        let id = "0123456789abcdef";
        for (hops, status) in [(3, 503), (9, 503), (2, 200)] {
            let via = vec![("X-Delivery-Via".to_owned(), id.to_owned()); hops];
            let answer = send(gateway.address, PATH, &delivery("evt_1"), &via).await;
            assert_eq!(answer.status(), status, "{hops}");
        }
        let got = receiver.request().await;
        let via: Vec<_> = got.header("x-delivery-via").unwrap().split(", ").collect();
        assert_eq!(via[..2], [id, id]);
        assert_eq!(via.len(), 3);
    }
}
