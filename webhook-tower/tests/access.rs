//! Rules about who may ask at all, over a service of this test.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

use bytes::Bytes;
use http::{Extensions, Request, Response};
use http_body_util::Full;
use tower::{Service as _, ServiceBuilder, ServiceExt as _, service_fn};
use webhook_tower::access::{AccessLayer, Networks};
use webhook_tower::contracts;

/// A request from here, with these headers.
fn from(peer: Option<&str>, headers: &[(&str, &str)]) -> Request<()> {
    let mut request = Request::post("/webhooks").body(()).unwrap();
    if let Some(peer) = peer {
        let peer = SocketAddr::new(peer.parse().unwrap(), 40_000);
        request.extensions_mut().insert(peer);
    }
    for (name, value) in headers {
        let name = http::HeaderName::try_from(*name).unwrap();
        request.headers_mut().append(name, value.parse().unwrap());
    }
    request
}

fn access() -> AccessLayer {
    AccessLayer::new(|extensions: &Extensions| extensions.get().map(SocketAddr::ip))
}

/// The status of the answer. 204: the request has reached the service inside.
async fn status(access: &AccessLayer, request: Request<()>) -> u16 {
    answer(access, request).await.status().as_u16()
}

async fn answer(access: &AccessLayer, request: Request<()>) -> Response<Full<Bytes>> {
    let inside = service_fn(async |_: Request<()>| {
        let response = Response::builder().status(204);
        Ok::<_, Infallible>(response.body(Full::<Bytes>::default()).unwrap())
    });
    let service = ServiceBuilder::new().layer(access.clone()).service(inside);
    service.oneshot(request).await.unwrap()
}

fn networks(text: &str) -> Networks {
    text.parse().unwrap()
}

#[tokio::test]
async fn without_rules_everything_passes() {
    for peer in [None, Some("192.0.2.1")] {
        assert_eq!(status(&access(), from(peer, &[])).await, 204);
    }
}

#[tokio::test]
async fn other_addresses_are_refused_as_forgeries_are() {
    let access = access().only_from(networks("203.0.113.0/24, 2001:db8::/32"));
    for (peer, expected) in [
        (Some("203.0.113.0"), 204),
        (Some("203.0.113.255"), 204),
        (Some("::ffff:203.0.113.7"), 204),
        (Some("2001:db8:ffff::1"), 204),
        (Some("203.0.114.0"), 401),
        (Some("203.0.112.255"), 401),
        (Some("2001:db9::1"), 401),
        (None, 401),
    ] {
        assert_eq!(status(&access, from(peer, &[])).await, expected, "{peer:?}");
    }
    // Nobody but a proxy is asked whom a request is from.
    let claimed = from(Some("198.51.100.1"), &[("x-forwarded-for", "203.0.113.7")]);
    assert_eq!(status(&access, claimed).await, 401);
    let access = access.behind(networks("10.0.0.1"));
    let forwarded = from(Some("10.0.0.1"), &[("x-forwarded-for", "203.0.113.7")]);
    assert_eq!(status(&access, forwarded).await, 204);
    let invented = from(
        Some("10.0.0.1"),
        &[("x-forwarded-for", "203.0.113.7, 198.51.100.1")],
    );
    assert_eq!(status(&access, invented).await, 401);
}

#[tokio::test]
async fn plain_http_is_refused() {
    let access = access().behind(networks("127.0.0.1")).https_only();
    for (peer, proto, expected) in [
        ("127.0.0.1", "https", 204),
        ("127.0.0.1", "http", 401),
        ("198.51.100.1", "https", 401),
    ] {
        let request = from(Some(peer), &[("x-forwarded-proto", proto)]);
        assert_eq!(status(&access, request).await, expected, "{peer} {proto}");
    }
    assert_eq!(status(&access, from(Some("127.0.0.1"), &[])).await, 401);
}

#[tokio::test]
async fn too_many_requests_of_an_address_are_told_when_to_come_again() {
    let access = access().per_minute(2);
    for expected in [204, 204, 503] {
        let request = from(Some("192.0.2.1"), &[]);
        assert_eq!(status(&access, request).await, expected);
    }
    let response = answer(&access, from(Some("192.0.2.1"), &[])).await;
    let wait: u64 = response.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=61).contains(&wait), "{wait}");
    assert_eq!(status(&access, from(Some("192.0.2.2"), &[])).await, 204);
    assert_eq!(status(&access, from(None, &[])).await, 503);
}

#[tokio::test]
async fn what_is_refused_by_another_rule_is_not_counted() {
    let only = networks("192.0.2.1");
    let access = access().only_from(only).per_minute(1);
    for _ in 0..3 {
        assert_eq!(status(&access, from(Some("192.0.2.9"), &[])).await, 401);
    }
    assert_eq!(status(&access, from(Some("192.0.2.1"), &[])).await, 204);
}

#[tokio::test]
async fn other_media_types_are_refused() {
    let access = access().media_types(["application/json"]);
    for (given, expected) in [
        ("application/json", 204),
        ("Application/JSON; charset=utf-8", 204),
        ("text/plain", 415),
        ("application/jsonx", 415),
        ("", 415),
    ] {
        let request = from(None, &[("content-type", given)]);
        assert_eq!(status(&access, request).await, expected, "{given}");
    }
    let untyped = from(None, &[("content-length", "2")]);
    assert_eq!(status(&access, untyped).await, 415);
    assert_eq!(status(&access, from(None, &[])).await, 204, "no body");
}

#[tokio::test]
async fn the_answers_are_those_of_a_contract() {
    let access = access()
        .only_from(networks("192.0.2.1"))
        .answer_rejections(contracts::qzpay);
    assert_eq!(status(&access, from(Some("192.0.2.2"), &[])).await, 400);
}

#[tokio::test]
async fn the_service_inside_is_asked_whether_it_is_ready() {
    let inside =
        service_fn(async |_: Request<()>| Ok::<_, Infallible>(Response::<Full<Bytes>>::default()));
    let limited = ServiceBuilder::new()
        .layer(access())
        .concurrency_limit(1)
        .service(inside);
    let (mut one, mut other) = (limited.clone(), limited);
    let running = one.ready().await.unwrap().call(from(None, &[]));
    assert!(ready_now(&mut other).await.is_none());
    running.await.unwrap();
    assert!(ready_now(&mut other).await.is_some());
}

/// Whether a service is ready now.
async fn ready_now<S: tower::Service<Request<()>>>(service: &mut S) -> Option<()> {
    std::future::poll_fn(|cx| {
        std::task::Poll::Ready(match service.poll_ready(cx) {
            std::task::Poll::Ready(ready) => ready.ok(),
            std::task::Poll::Pending => None,
        })
    })
    .await
}

#[test]
fn slips_in_networks_are_errors_that_show_them() {
    for text in [
        "",
        "203.0.113.9/24",
        "203.0.113.0/33",
        "2001:db8::/129",
        "host",
        "10.0.0.0/8,",
    ] {
        let error = text.parse::<Networks>().unwrap_err().to_string();
        let last = text.rsplit(',').next().unwrap();
        assert!(error.contains(&format!("{last:?}")), "{error}");
    }
    let all: Networks = "0.0.0.0/0, ::/0".parse().unwrap();
    assert!(all.contains(IpAddr::from([0; 4])) && all.contains(IpAddr::from([255_u8; 16])));
}
