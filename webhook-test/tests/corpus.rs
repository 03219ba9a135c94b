//! Thousands of damaged requests for every provider: nothing panics, nothing is our fault, nothing gets in.
//!
//! A request is damaged in two ways. One signed with a secret that is not ours may be changed at will, in any number of
//! places: it can never become genuine, so all of it explores how refusals are found. One signed with ours is changed once, in
//! a place that its scheme vouches for.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use tower::{Layer as _, ServiceExt as _, service_fn};
use webhook_axum::WebhookLayer;
use webhook_core::{Endpoint, KeyFormat, Location, Part, Provider, Signer};
use webhook_test::{Calls, CountingStore, NOW, Rng, Sent};
use webhook_tower::RequestBody;

/// For each provider.
const REQUESTS: usize = 5000;
const URL: &str = "https://example.com/hook";

/// A text that is a secret of every format, and another one.
fn secrets(provider: &Provider) -> (String, String) {
    if matches!(
        provider.secret_format(),
        KeyFormat::Basic | KeyFormat::Login
    ) {
        (
            "user:password-password".into(),
            "user:another-password".into(),
        )
    } else {
        let (ours, theirs) = (
            "0123456789abcdefABCDEF0123456789",
            "ABCDEF0123456789abcdef0123456789",
        );
        (ours.into(), theirs.into())
    }
}

const SCRAPS: &[&[u8]] = &[
    b"",
    b" ",
    b"\t",
    b",",
    b"=",
    b";",
    b"v1,",
    b"v1=",
    b"t=",
    b"t=1700000000",
    b"ts=1700000000,",
    b"sha256=",
    b"0x",
    b"\xff",
    b"\xc3\xa4",
    b"%00",
    b"%",
    b"-1",
    b"+",
    b"9999999999999999999",
    b"18446744073709551616",
    b"Basic ",
    b"Bearer x",
    b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    b"null",
    b"{\"id\":",
    b"gzip",
];

fn damage_bytes(rng: &mut Rng, bytes: &mut Vec<u8>) {
    let at = rng.below(bytes.len() + 1);
    match rng.below(7) {
        0 if at < bytes.len() => bytes[at] ^= 1 << rng.below(8),
        1 if at < bytes.len() => {
            bytes.remove(at);
        }
        2 => bytes.insert(at, rng.byte()),
        3 => bytes.truncate(at),
        4 => {
            let scrap = rng.pick(SCRAPS).to_vec();
            bytes.splice(at..at, scrap);
        }
        5 => {
            let copy = bytes.clone();
            bytes.extend(copy);
        }
        _ => *bytes = rng.pick(SCRAPS).to_vec(),
    }
}

/// Any change at all.
fn damage(rng: &mut Rng, sent: &mut Sent) {
    let headers = sent.headers.len();
    match rng.below(12) {
        0 if headers > 0 => {
            sent.headers.remove(rng.below(headers));
        }
        1 if headers > 0 => {
            let (name, mut value) = sent.headers[rng.below(headers)].clone();
            if rng.below(2) == 0 {
                damage_bytes(rng, &mut value);
            }
            sent.headers.insert(rng.below(headers + 1), (name, value));
        }
        2 => {
            let name = rng.pick(&[
                "content-length",
                "content-encoding",
                "webhook-id",
                "svix-id",
                "webhook-signature",
                "stripe-signature",
                "authorization",
                "x-request-id",
                "x-hub-signature",
                "x-docusign-signature-2",
                "transfer-encoding",
            ]);
            let value = rng.pick(SCRAPS);
            sent.headers.push((name.to_owned(), value.to_vec()));
        }
        3 => {
            let method = rng.pick(&["GET", "PUT", "HEAD", "OPTIONS", "post", "X", "POST"]);
            method.clone_into(&mut sent.method);
        }
        4 => {
            let mut body = sent.body.to_vec();
            damage_bytes(rng, &mut body);
            sent.body = body.into();
        }
        5 => {
            let more = rng.pick(&[
                "?key=x",
                "&key=x",
                "?",
                "&&==&",
                "?data.id=A&data.id=B",
                "?apk=%ff",
            ]);
            sent.target.push_str(more);
        }
        _ if headers > 0 => {
            let at = rng.below(headers);
            damage_bytes(rng, &mut sent.headers[at].1);
        }
        _ => sent.target.push('x'),
    }
}

/// One change, where the scheme vouches for what is changed.
fn spoil(rng: &mut Rng, provider: &Provider, sent: &mut Sent) {
    let coverage = provider.coverage();
    match provider.schemes()[0].location() {
        Location::Query(name) => {
            match rng.below(3) {
                0 => sent.target.truncate(sent.target.find('?').unwrap_or(0)),
                1 => sent.target.push('Z'),
                _ => sent.target.push_str(&format!("&{name}=other")),
            }
            return;
        }
        Location::BodyField(_) | Location::FormField { .. } => {
            let (secret, _) = secrets(provider);
            let body = String::from_utf8_lossy(&sent.body);
            let at = rng.below(secret.len());
            let (cut, more) = (
                &secret[..at],
                format!("{}Z{}", &secret[..at], &secret[at..]),
            );
            sent.body = body.replace(&secret, rng.pick(&[cut, &more])).into();
            return;
        }
        _ => {}
    }
    match rng.below(5) {
        0 if coverage.body && !sent.body.is_empty() => {
            let mut body = sent.body.to_vec();
            let at = rng.below(body.len());
            body[at] ^= 1 << rng.below(8);
            sent.body = body.into();
        }
        1 if coverage.url => sent.target.push_str("?more=1"),
        2 => {
            let (name, value) = sent.headers[0].clone();
            sent.headers.push((name, value));
        }
        3 => {
            sent.headers.remove(0);
        }
        _ => {
            let value = &mut sent.headers[0].1;
            let at = rng.below(value.len() + 1);
            value.insert(at, b'Z');
        }
    }
}

async fn send_all(provider: &Provider, seed: u64) -> BTreeMap<u16, usize> {
    let (ours, theirs) = secrets(provider);
    let (store, runs) = (CountingStore::new(), Arc::new(AtomicUsize::new(0)));
    let endpoint = Endpoint::builder(*provider, ours.as_str())
        .public_url(URL)
        .clock(NOW)
        .store(store.clone())
        .build()
        .expect("usable");
    let count = Arc::clone(&runs);
    let service =
        WebhookLayer::new(endpoint.clone()).layer(service_fn(move |_: Request<RequestBody>| {
            count.fetch_add(1, Ordering::SeqCst);
            async { Ok::<_, Infallible>(Response::new(Full::new(Bytes::from("in")))) }
        }));
    let signer = |secret: &str| {
        let signer = Signer::new(*provider, secret)
            .expect("usable")
            .public_url(URL)
            .path_and_query("/hook")
            .event_type("a.b")
            .header("x-request-id", "request-1");
        let parts = provider.schemes()[0].parts().iter();
        parts.fold(signer, |signer, part| match part {
            Part::Header(name) => signer.header(*name, "signed-1"),
            _ => signer,
        })
    };
    let (ours, theirs) = (signer(&ours), signer(&theirs));
    let mut rng = Rng::new(seed);
    let (mut answers, mut bodies) = (BTreeMap::new(), BTreeMap::<u16, Bytes>::new());
    let mut sent_in_all = 0;
    while sent_in_all < REQUESTS {
        let body = format!(r#"{{"id":"evt_{sent_in_all}","type":"a.b","data":[1,2.5,null]}}"#);
        let sent = if rng.below(3) == 0 {
            let mut sent = Sent::from(ours.sign(NOW, body));
            spoil(&mut rng, provider, &mut sent);
            sent
        } else {
            let mut sent = Sent::from(theirs.sign(NOW, body));
            for _ in 0..rng.below(5) {
                damage(&mut rng, &mut sent);
            }
            sent
        };
        let body = Full::new(sent.body.clone());
        let Some(request) = sent.request_with(body) else {
            continue;
        };
        sent_in_all += 1;
        let Ok(response) = service.clone().oneshot(request).await;
        let status = response.status().as_u16();
        let place = format!("{}, seed {seed:#x}, request {sent_in_all}", provider.name());
        assert!(
            matches!(status, 400 | 401 | 405 | 413 | 415),
            "{place}: {status} for {sent:?}"
        );
        let body = response.into_body().collect().await;
        let body = body.expect("a body").to_bytes();
        let known = bodies.entry(status).or_insert_with(|| body.clone());
        assert_eq!(*known, body, "{place}: the body of {status} differs");
        *answers.entry(status).or_insert(0) += 1;
    }
    let name = provider.name();
    assert_eq!(runs.load(Ordering::SeqCst), 0, "{name}: something ran");
    assert_eq!(
        store.calls(),
        Calls::default(),
        "{name}: the store was asked"
    );
    assert_eq!(endpoint.counts().verified, 0, "{name}");
    // And what all of it was made from is genuine.
    let good = Sent::from(ours.sign(NOW, r#"{"id":"evt_good","type":"a.b"}"#));
    let body = Full::new(good.body.clone());
    let request = good.request_with(body).expect("a request");
    let Ok(response) = service.oneshot(request).await;
    assert_eq!(response.status(), 200, "{name}: the genuine one");
    assert_eq!(runs.load(Ordering::SeqCst), 1, "{name}");
    answers
}

async fn corpus(part: usize) {
    for (n, provider) in Provider::ALL.iter().enumerate() {
        if n % 4 == part {
            let seed = 0x5eed_0000 + u64::try_from(n).expect("few");
            println!("{}: seed {seed:#x}", provider.name());
            let answers = send_all(provider, seed).await;
            println!("{}: {answers:?}", provider.name());
            assert!(answers[&401] > REQUESTS / 2, "{answers:?}");
        }
    }
}

#[tokio::test]
async fn no_damaged_request_gets_in_or_makes_a_5xx_first_quarter_of_the_providers() {
    corpus(0).await;
}

#[tokio::test]
async fn no_damaged_request_gets_in_or_makes_a_5xx_second_quarter_of_the_providers() {
    corpus(1).await;
}

#[tokio::test]
async fn no_damaged_request_gets_in_or_makes_a_5xx_third_quarter_of_the_providers() {
    corpus(2).await;
}

#[tokio::test]
async fn no_damaged_request_gets_in_or_makes_a_5xx_last_quarter_of_the_providers() {
    corpus(3).await;
}
