//! What the receiver gets.

use std::collections::BTreeSet;

use webhook_core::{
    Endpoint, MemoryStore, Provider, ReplayKey, SignedRequest, Signer, UnixTime, providers,
};
use webhook_test::{Rng, cases};
use webhook_tower::forward::Forwarder;

use crate::gateway::{self, Gateway};
use crate::receiver::{Receiver, Reply};
use crate::wire::{Message, send};
use crate::{PATH, SECRET, delivery, each, endpoint, signed};

/// Sends a delivery through a gateway, and returns what the receiver got.
async fn through(
    gateway: &Gateway,
    receiver: &Receiver,
    delivery: &SignedRequest,
    headers: &[(&str, &str)],
) -> Message {
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let answer = send(gateway.address, PATH, delivery, &headers).await;
    assert_eq!(answer.status(), 200, "{:?}: {answer:?}", gateway.adapter);
    receiver.request().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_receiver_gets_the_exact_bytes_and_what_is_known_about_them() {
    for (gateway, receiver) in each(|_| Reply::status(200), |builder| builder).await {
        let delivery = delivery("evt_1");
        let headers = [
            ("content-type", "application/json; charset=utf-8"),
            ("user-agent", "S/1"),
        ];
        let got = through(&gateway, &receiver, &delivery, &headers).await;
        assert_eq!(got.start, "POST /in?tenant=7 HTTP/1.1");
        assert_eq!(got.body, delivery.body);
        let signature = &delivery.headers[0].1;
        for (name, value) in [
            ("content-type", "application/json; charset=utf-8"),
            ("user-agent", "S/1"),
            ("stripe-signature", signature),
            ("x-delivery-provider", "stripe"),
            ("x-delivery-route", "shop"),
            ("x-delivery-type", "invoice.paid"),
            ("x-delivery-event-id", "evt_1"),
            ("x-delivery-attempt", "1"),
        ] {
            assert_eq!(
                got.all(name).collect::<Vec<_>>(),
                [value],
                "{name}: {got:?}"
            );
        }
        for name in [
            "x-delivery-tenant",
            "x-delivery-unsigned-type",
            "x-delivery-unsigned-body",
            "idempotency-key",
        ] {
            assert_eq!(got.header(name), None, "{name}");
        }
        // The id is the key that an operator forgets the event by.
        let id = got.header("webhook-id").unwrap();
        let bytes = [0, 1, 2, 3].map(|at| u64::from_str_radix(&id[at * 16..][..16], 16).unwrap());
        let mut key = [0; 32];
        for (eight, number) in key.chunks_exact_mut(8).zip(bytes) {
            eight.copy_from_slice(&number.to_be_bytes());
        }
        let forgotten = gateway.endpoint.forget(&ReplayKey::from_bytes(key)).await;
        assert!(forgotten.unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_body_arrives_as_it_was_sent() {
    let mut every_byte: Vec<u8> = (0..=255).collect();
    every_byte.extend(b"\r\n\r\n\xff\xfe\x00");
    let mut rng = Rng::new(1);
    let large: Vec<_> = (0..1_000_000).map(|_| rng.byte()).collect();
    for (gateway, receiver) in each(|_| Reply::status(200), |builder| builder).await {
        for body in [Vec::new(), every_byte.clone(), large.clone()] {
            let got = through(&gateway, &receiver, &signed(body.clone()), &[]).await;
            assert!(got.body == body, "{} bytes", body.len());
            let length = body.len().to_string();
            assert_eq!(got.header("content-length"), Some(length.as_str()));
            assert_eq!(got.header("transfer-encoding"), None);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unsigned_labels_are_named_unsigned() {
    for adapter in gateway::ALL {
        let receiver = Receiver::start(|_| Reply::status(200)).await;
        let builder = Forwarder::to(format!("http://{}/", receiver.address()));
        let forwarder = builder
            .without_hop_credential()
            .route("code")
            .idempotency_key();
        let endpoint = Endpoint::github(SECRET)
            .store(MemoryStore::new())
            .tenant("acme");
        let endpoint = endpoint.build().unwrap();
        let gateway = Gateway::start(adapter, endpoint, forwarder.build().unwrap());
        let signer = Signer::new(providers::GITHUB, SECRET).unwrap();
        let delivery = signer.id("d-1").event_type("push").sign_now("{}");
        let got = through(&gateway, &receiver, &delivery, &[]).await;
        for (name, value) in [
            ("x-github-event", "push"),
            ("x-github-delivery", "d-1"),
            ("x-delivery-unsigned-type", "push"),
            ("x-delivery-unsigned-event-id", "d-1"),
            ("x-delivery-route", "code"),
            ("x-delivery-tenant", "acme"),
        ] {
            assert_eq!(got.header(name), Some(value), "{name}");
        }
        assert_eq!(got.header("x-delivery-type"), None);
        assert_eq!(got.header("x-delivery-event-id"), None);
        assert!(got.header("x-hub-signature-256").is_some());
        let id = got.header("webhook-id");
        assert!(id.is_some_and(|id| id.len() == 64));
        assert_eq!(got.header("idempotency-key"), id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_the_signature_does_not_cover_is_named_unsigned() {
    for adapter in gateway::ALL {
        let receiver = Receiver::start(|_| Reply::status(200)).await;
        let forwarder = crate::to(&receiver).build().unwrap();
        let endpoint = Endpoint::mercadopago(SECRET).store(MemoryStore::new());
        let gateway = Gateway::start(adapter, endpoint.build().unwrap(), forwarder);
        let signer = Signer::new(providers::MERCADOPAGO, SECRET).unwrap();
        let signer = signer.header("x-request-id", "r-1");
        let signer = signer.path_and_query(format!("{PATH}?data.id=1"));
        let got = through(&gateway, &receiver, &signer.sign_now("{}"), &[]).await;
        assert_eq!(got.header("x-delivery-unsigned-body"), Some("true"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_of_the_sender_is_not_passed_on() {
    for adapter in gateway::ALL {
        let receiver = Receiver::start(|_| Reply::status(200)).await;
        let open =
            || Forwarder::to(format!("http://{}/in", receiver.address())).without_hop_credential();
        let gitlab = Endpoint::gitlab_token(SECRET)
            .store(MemoryStore::new())
            .build()
            .unwrap();
        let gateway = Gateway::start(adapter, gitlab, open().build().unwrap());
        let delivery = Signer::new(providers::GITLAB_TOKEN, SECRET)
            .unwrap()
            .sign_now("{}");
        assert!(delivery.headers.iter().any(|(_, value)| value == SECRET));
        let got = through(&gateway, &receiver, &delivery, &[]).await;
        assert!(!format!("{got:?}").contains(SECRET), "{got:?}");

        // It is in the query of a `GET`, whose other parameters are the event.
        let ifthenpay = Endpoint::ifthenpay(SECRET)
            .store(MemoryStore::new())
            .build()
            .unwrap();
        let gateway = Gateway::start(adapter, ifthenpay, open().build().unwrap());
        let signer = Signer::new(providers::IFTHENPAY, SECRET).unwrap();
        let signer = signer.path_and_query("/?requestId=r%201&amount=9.90");
        let delivery = signer.sign(UnixTime::from_secs(1_700_000_000), "");
        assert!(delivery.path_and_query.contains(SECRET));
        let got = through(&gateway, &receiver, &delivery, &[]).await;
        assert_eq!(got.start, "POST /in?requestId=r+1&amount=9.90 HTTP/1.1");
        assert!(!format!("{got:?}").contains(SECRET), "{got:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_header_of_a_provider_arrives_unless_it_is_a_secret_or_that_of_a_forwarder() {
    let receiver = Receiver::start(|_| Reply::status(200)).await;
    let never = [
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
        "idempotency-key",
        "authorization",
    ];
    let mut passed = BTreeSet::new();
    for provider in Provider::ALL
        .iter()
        .filter(|it| it.methods().contains(&"POST"))
    {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let endpoint = Endpoint::builder(*provider, secret).public_url("https://shop.example/");
        let Ok(endpoint) = endpoint.without_replay_protection().build() else {
            continue;
        };
        let forwarder = crate::to(&receiver).build().unwrap();
        let gateway = Gateway::start(gateway::Adapter::Axum, endpoint, forwarder);
        let Ok(signer) = Signer::new(*provider, secret) else {
            continue;
        };
        let signer = signer.public_url("https://shop.example/").event_type("a.b");
        let delivery = signer.path_and_query(PATH).sign_now(r#"{"id":"evt_1"}"#);
        let answer = send(gateway.address, PATH, &delivery, &[]).await;
        if answer.status() != 200 {
            continue;
        }
        let got = receiver.request().await;
        let known: Vec<_> = provider.header_names().chain(["content-type"]).collect();
        for (name, value) in &delivery.headers {
            let name = name.as_str();
            let expected = known.contains(&name) && !never.contains(&name);
            let arrived = got.all(name).any(|got| got == value);
            assert_eq!(arrived, expected, "{}: {name}", provider.name());
            if expected {
                passed.insert(name.to_owned());
            }
        }
        assert!(!format!("{got:?}").contains(secret), "{}", provider.name());
    }
    assert!(passed.len() > 50, "{passed:?}");
    assert!(passed.contains("x-webhook-signature"), "{passed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_replay_protection_two_events_never_have_one_id() {
    for adapter in gateway::ALL {
        let receiver = Receiver::start(|_| Reply::status(200)).await;
        let endpoint = Endpoint::stripe(SECRET).without_replay_protection();
        let forwarder = crate::to(&receiver).build().unwrap();
        let gateway = Gateway::start(adapter, endpoint.build().unwrap(), forwarder);
        let mut ids = BTreeSet::new();
        for _ in 0..3 {
            let got = through(&gateway, &receiver, &delivery("evt_1"), &[]).await;
            ids.insert(got.header("webhook-id").unwrap().to_owned());
        }
        assert_eq!(ids.len(), 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_that_the_connection_names_ends_there() {
    for (gateway, receiver) in each(
        |_| Reply::status(200),
        |builder| builder.allow_header("x-one").allow_header("x-two"),
    )
    .await
    {
        let headers = [
            ("connection", "keep-alive, X-One"),
            ("x-one", "1"),
            ("x-two", "2"),
        ];
        let got = through(&gateway, &receiver, &delivery("evt_1"), &headers).await;
        assert_eq!(got.header("x-one"), None);
        assert_eq!(got.header("x-two"), Some("2"));
    }
}

/// Names that a receiver believes, that belong to a connection, or that are secrets.
const NEVER: &[&str] = &[
    "calculated-signature",
    "x-checkout-secret",
    "x-verified",
    "x-verified-by",
    "x-delivery-provider",
    "x-delivery-tenant",
    "x-delivery-type",
    "x-delivery-anything",
    "x-gateway-token",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "idempotency-key",
    "authorization",
    "proxy-authorization",
    "cookie",
    "te",
    "trailer",
    "keep-alive",
    "x-request-id",
    "x-forwarded-for",
    "forwarded",
];

/// Names that are allowed in this test.
const ALLOWED: &[&str] = &["x-shop", "accept-language", "user-agent", "content-type"];

#[tokio::test(flavor = "multi_thread")]
async fn whatever_headers_a_sender_adds_only_allowed_ones_and_ours_arrive() {
    let mut rng = Rng::new(12);
    for adapter in gateway::ALL {
        let receiver = Receiver::start(|_| Reply::status(200)).await;
        let builder = Forwarder::to(format!("http://{}/", receiver.address()));
        let builder = builder.with_header("x-gateway-token", "the-hop-secret");
        let builder = builder
            .allow_header("x-shop")
            .allow_header("accept-language");
        let gateway = Gateway::start(
            adapter,
            endpoint().build().unwrap(),
            builder.build().unwrap(),
        );
        for case in 0..cases(100) {
            let mut sent = Vec::new();
            for _ in 0..rng.below(12) {
                let name = match rng.below(3) {
                    0 => (*rng.pick(NEVER)).to_owned(),
                    1 => (*rng.pick(ALLOWED)).to_owned(),
                    _ => format!("x-{}", rng.below(1000)),
                };
                let name = match rng.below(2) {
                    0 => name.to_ascii_uppercase(),
                    _ => name,
                };
                sent.push((name, format!("sent-{}", rng.below(1000))));
            }
            let delivery = delivery(&format!("evt_{case}"));
            let answer = send(gateway.address, PATH, &delivery, &sent).await;
            assert_eq!(answer.status(), 200, "{sent:?}");
            let got = receiver.request().await;
            for (name, value) in &got.headers {
                let expected: Vec<_> = sent
                    .iter()
                    .filter(|(known, _)| known.eq_ignore_ascii_case(name))
                    .map(|(_, value)| value.as_str())
                    .collect();
                match value.starts_with("sent-") {
                    true => {
                        assert!(ALLOWED.contains(&name.as_str()), "{name}: {sent:?}");
                        assert_eq!(got.all(name).collect::<Vec<_>>(), expected);
                    }
                    false => assert!(is_ours(name), "{name}: {value}"),
                }
            }
            for (name, _) in &sent {
                let name = name.to_ascii_lowercase();
                assert!(!ALLOWED.contains(&name.as_str()) || got.header(&name).is_some());
            }
            assert_eq!(
                got.all("x-gateway-token").collect::<Vec<_>>(),
                ["the-hop-secret"]
            );
        }
    }
}

fn is_ours(name: &str) -> bool {
    let others = [
        "stripe-signature",
        "webhook-id",
        "x-gateway-token",
        "host",
        "content-length",
    ];
    others.contains(&name) || name.starts_with("x-delivery-")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_no_layer_has_verified_is_500_and_is_never_forwarded() {
    for (gateway, receiver) in each(|_| Reply::status(200), |builder| builder).await {
        let answer = send(gateway.address, "/open", &delivery("evt_1"), &[]).await;
        assert_eq!(answer.status(), 500, "{answer:?}");
        let forged = send(gateway.address, PATH, &delivery("evt_1").forged(), &[]).await;
        assert_eq!(forged.status(), 401);
        assert_eq!(receiver.connections(), 0);
    }
}
