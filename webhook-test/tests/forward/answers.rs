//! What the receiver's answer becomes.

use std::time::Duration;

use webhook_core::RejectionKind;
use webhook_tower::forward::ForwardOutcome;

use crate::gateway::Gateway;
use crate::receiver::Reply;
use crate::wire::{Message, send};
use crate::{PATH, delivery, each};

async fn first(gateway: &Gateway) -> Message {
    send(gateway.address, PATH, &delivery("evt_1"), &[]).await
}

/// Asserts that the sender is to retry, and that its retry runs.
async fn is_released(gateway: &Gateway, answer: &Message, outcome: ForwardOutcome) {
    let what = format!("{:?} {outcome}: {answer:?}", gateway.adapter);
    assert_eq!(answer.status(), 503, "{what}");
    assert_eq!(answer.body, br#"{"error":"unavailable"}"#, "{what}");
    assert!(answer.header("retry-after").is_some(), "{what}");
    assert_eq!(gateway.forwarder.counts().of(outcome), 1, "{what}");
    let counts = gateway.endpoint.counts();
    assert_eq!((counts.released, counts.done), (1, 0), "{what}");
    assert_eq!(counts.rejected(RejectionKind::HandlerTimeout), 0, "{what}");
}

/// Gateways whose receiver fails for the first request and succeeds after that.
async fn fails_once(reply: fn(usize) -> Reply, outcome: ForwardOutcome) {
    for (gateway, receiver) in each(reply, |it| it.timeout(Duration::from_secs(2))).await {
        let answer = first(&gateway).await;
        is_released(&gateway, &answer, outcome).await;
        // The sender's retry, and a copy of that.
        for _ in 0..2 {
            assert_eq!(first(&gateway).await.status(), 200);
        }
        assert_eq!(receiver.requests(), 2, "{outcome}");
        let ids = [receiver.request().await, receiver.request().await];
        assert_eq!(ids[0].header("webhook-id"), ids[1].header("webhook-id"));
        assert_eq!(ids[1].header("x-delivery-attempt"), Some("2"));
        assert_eq!(gateway.endpoint.counts().done, 1);
        assert_eq!(gateway.forwarder.counts().of(ForwardOutcome::Delivered), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_2xx_is_answered_with_an_empty_200() {
    for status in [200, 201, 202, 204, 299] {
        let reply = move |_| match status {
            204 => Reply::Answer("HTTP/1.1 204 N\r\n\r\n".to_owned()),
            status => Reply::status(status),
        };
        for adapter in crate::gateway::ALL {
            let receiver = crate::Receiver::start(reply).await;
            let forwarder = crate::to(&receiver).build().unwrap();
            let endpoint = crate::endpoint().build().unwrap();
            let gateway = Gateway::start(adapter, endpoint, forwarder);
            for _ in 0..2 {
                let answer = first(&gateway).await;
                assert_eq!((answer.status(), answer.body.len()), (200, 0), "{status}");
            }
            assert_eq!(receiver.requests(), 1, "{status}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn any_other_status_is_503_and_the_retry_runs() {
    fails_once(|n| Reply::status([300, 200][n]), ForwardOutcome::Refused).await;
    fails_once(|n| Reply::status([400, 200][n]), ForwardOutcome::Refused).await;
    fails_once(|n| Reply::status([401, 200][n]), ForwardOutcome::Refused).await;
    fails_once(|n| Reply::status([410, 200][n]), ForwardOutcome::Refused).await;
    fails_once(|n| Reply::status([500, 200][n]), ForwardOutcome::Refused).await;
    fails_once(|n| Reply::status([599, 200][n]), ForwardOutcome::Refused).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_never_answers_is_503_once_its_time_is_over() {
    let reply = |n| match n {
        0 => Reply::Silence,
        _ => Reply::status(200),
    };
    fails_once(reply, ForwardOutcome::TimedOut).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_closes_or_does_not_speak_http_is_503_and_gets_nothing_twice() {
    let closes = |n| match n {
        0 => Reply::Close,
        _ => Reply::status(200),
    };
    fails_once(closes, ForwardOutcome::Broken).await;
    let mumbles = |n| match n {
        0 => Reply::Answer("SSH-2.0-OpenSSH_9.6\r\n\r\n".to_owned()),
        _ => Reply::status(200),
    };
    fails_once(mumbles, ForwardOutcome::Broken).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_not_followed() {
    for (gateway, receiver) in each(
        |_| {
            let target = "location: /elsewhere\r\ncontent-length: 0\r\n\r\n";
            Reply::Answer(format!("HTTP/1.1 307 R\r\n{target}"))
        },
        |builder| builder,
    )
    .await
    {
        let answer = first(&gateway).await;
        is_released(&gateway, &answer, ForwardOutcome::Refused).await;
        assert_eq!(answer.header("location"), None);
        assert_eq!(receiver.requests(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn retry_after_is_that_of_the_receiver_within_an_hour() {
    fn busy(secs: &str) -> Reply {
        let head = format!("retry-after: {secs}\r\ncontent-length: 0\r\n\r\n");
        Reply::Answer(format!("HTTP/1.1 429 T\r\n{head}"))
    }
    let reply = |n: usize| match n {
        0 => busy("77"),
        1 => busy("86400"),
        2 => busy("later"),
        _ => Reply::status(503),
    };
    for (gateway, _receiver) in each(reply, |builder| builder).await {
        for secs in ["77", "3600", "10", "10"] {
            let answer = first(&gateway).await;
            assert_eq!(answer.status(), 503);
            assert_eq!(answer.header("retry-after"), Some(secs));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_to_give_up_on_is_200_with_a_warning_and_no_copy_runs() {
    for (gateway, receiver) in each(
        |_| Reply::status(422),
        |builder| builder.give_up_on([410, 422]),
    )
    .await
    {
        for _ in 0..2 {
            let answer = first(&gateway).await;
            let body = String::from_utf8(answer.body.clone()).unwrap();
            assert_eq!(answer.status(), 200, "{body}");
            assert!(body.contains("warning"), "{body}");
        }
        assert_eq!(receiver.requests(), 1);
        assert_eq!(gateway.forwarder.counts().of(ForwardOutcome::GivenUp), 1);
        assert_eq!(gateway.endpoint.counts().given_up, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_of_the_receiver_is_passed_back_if_it_is_asked_for() {
    let reply = |_| {
        let head = "content-type: text/xml\r\nx-inner: 1\r\ncontent-length: 11\r\n\r\n";
        Reply::Answer(format!("HTTP/1.1 201 C\r\n{head}<Response/>"))
    };
    for passes in [true, false] {
        let builder = match passes {
            true => |builder: crate::ForwarderBuilder| builder.pass_response(),
            false => |builder: crate::ForwarderBuilder| builder,
        };
        for (gateway, _receiver) in each(reply, builder).await {
            let answer = first(&gateway).await;
            assert_eq!(answer.status(), 200);
            assert_eq!(answer.header("x-inner"), None);
            assert_eq!(answer.body == b"<Response/>", passes, "{answer:?}");
            let content_type = answer.header("content-type");
            assert_eq!(content_type == Some("text/xml"), passes, "{answer:?}");
        }
    }
}

const ENDLESS: &str = "HTTP/1.1 200 O\r\ntransfer-encoding: chunked\r\n\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn an_endless_response_delays_nothing_and_its_connection_is_closed() {
    for (gateway, receiver) in each(|_| Reply::Endless(ENDLESS), |builder| builder).await {
        assert_eq!(first(&gateway).await.status(), 200);
        receiver.closed().await;
        assert_eq!(gateway.forwarder.counts().of(ForwardOutcome::Delivered), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_that_is_too_long_to_pass_back_is_503() {
    for (gateway, receiver) in each(
        |_| Reply::Endless(ENDLESS),
        |builder| builder.pass_response(),
    )
    .await
    {
        let answer = first(&gateway).await;
        is_released(&gateway, &answer, ForwardOutcome::TooLong).await;
        receiver.closed().await;
    }
}
