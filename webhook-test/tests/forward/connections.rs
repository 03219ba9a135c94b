//! Connections to the receiver, and from the sender.

use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::Notify;
use webhook_tower::forward::{ForwardOutcome, Forwarder};

use crate::gateway::{self, Gateway};
use crate::receiver::{Receiver, Reply};
use crate::wire::{begin, send};
use crate::{PATH, delivery, each, endpoint};

const OK: &str = "HTTP/1.1 200 O\r\ncontent-length: 2\r\n\r\nok";

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_is_used_again() {
    for (gateway, receiver) in each(|_| Reply::Answer(OK.to_owned()), |builder| builder).await {
        for number in 0..5 {
            let delivery = delivery(&format!("evt_{number}"));
            let answer = send(gateway.address, PATH, &delivery, &[]).await;
            assert_eq!(answer.status(), 200);
        }
        assert_eq!(receiver.requests(), 5);
        assert_eq!(receiver.connections(), 1, "{:?}", gateway.adapter);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pooled_connection_that_was_closed_costs_no_delivery() {
    for (gateway, receiver) in
        each(|_| Reply::AnswerAndClose(OK.to_owned()), |builder| builder).await
    {
        for number in 0..5 {
            let delivery = delivery(&format!("evt_{number}"));
            let answer = send(gateway.address, PATH, &delivery, &[]).await;
            assert_eq!(answer.status(), 200);
            receiver.closed().await;
        }
        assert_eq!((receiver.requests(), receiver.connections()), (5, 5));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_receiver_has_read_on_a_pooled_connection_is_not_sent_again() {
    let reply = |n| match n {
        1 => Reply::Close,
        _ => Reply::Answer(OK.to_owned()),
    };
    for (gateway, receiver) in each(reply, |builder| builder).await {
        for (id, status) in [("evt_1", 200), ("evt_2", 503), ("evt_2", 200)] {
            let answer = send(gateway.address, PATH, &delivery(id), &[]).await;
            assert_eq!(answer.status(), status, "{id}");
        }
        assert_eq!(receiver.requests(), 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_down_is_503_and_the_retry_is_delivered_once_it_is_up() {
    for adapter in gateway::ALL {
        let address = format!("127.0.0.1:{}", webhook_test_services::free_port());
        let builder = Forwarder::to(format!("http://{address}/")).without_hop_credential();
        let endpoint = endpoint().build().unwrap();
        let gateway = Gateway::start(adapter, endpoint, builder.build().unwrap());
        let delivery = delivery("evt_1");
        let down = send(gateway.address, PATH, &delivery, &[]).await;
        assert_eq!(down.status(), 503);
        assert_eq!(down.header("retry-after"), Some("10"));
        let counts = gateway.forwarder.counts();
        assert_eq!(counts.of(ForwardOutcome::Unreachable), 1);

        let listener = TcpListener::bind(address).await.unwrap();
        let receiver = Receiver::on(listener, |_| Reply::Answer(OK.to_owned()));
        for _ in 0..2 {
            let up = send(gateway.address, PATH, &delivery, &[]).await;
            assert_eq!(up.status(), 200);
        }
        assert_eq!(receiver.requests(), 1);
        assert_eq!(gateway.endpoint.counts().done, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_whose_sender_leaves_is_forwarded_and_remembered() {
    for adapter in gateway::ALL {
        let told = Arc::new(Notify::new());
        let wait = told.clone();
        let receiver = Receiver::start(move |_| Reply::Wait(wait.clone(), OK.to_owned())).await;
        let forwarder = crate::to(&receiver).build().unwrap();
        let gateway = Gateway::start(adapter, endpoint().build().unwrap(), forwarder);
        let delivery = delivery("evt_1");
        let sender = begin(gateway.address, PATH, &delivery, &[]).await;
        receiver.request().await;
        drop(sender);
        told.notify_one();
        let copy = loop {
            let copy = send(gateway.address, PATH, &delivery, &[]).await;
            if copy.status() != 503 {
                break copy;
            }
        };
        assert_eq!(copy.status(), 200);
        assert_eq!(receiver.requests(), 1);
        assert_eq!(gateway.endpoint.counts().done, 1);
    }
}
