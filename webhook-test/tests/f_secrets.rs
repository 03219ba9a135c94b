//! Catalogue F: secrets and configuration.
//!
//! Not tested here: F06 (only a custom allocator could see that memory is wiped; that needs
//! `unsafe`, which the workspace forbids), F10 (there is no method to call), F11 (a warning when
//! the endpoint is built), F12 (public keys), and the TTL of F08 (secrets are replaced by a call
//! and not polled: the next delivery uses them).

use std::sync::Mutex;

use axum::routing::post;
use axum::{Router, http::StatusCode};
use base64::Engine as _;
use tower_http::trace::TraceLayer;
use webhook_axum::{VerifiedEvent, WebhookLayer};
use webhook_core::{
    Delivery, Endpoint, MemoryStore, Options, Provider, RejectionKind as Kind, Secret, SecretSet,
    Signer, Verifier, providers,
};
use webhook_test::{
    CountingStore, Door, Logs, NOW, PLAIN, Rng, Row, Sent, Server, WHSEC, standard,
};

const BODY: &str = r#"{"type":"a"}"#;
const OLD: &str = WHSEC;
const NEW: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLMzk";

fn by(secret: &str, id: &str) -> Sent {
    let signer = Signer::new(providers::STANDARD_WEBHOOKS, secret).expect("usable");
    Sent::from(signer.id(id).sign(NOW, BODY))
}

#[test]
fn a_secret_that_anybody_could_have_is_an_error_at_construction() {
    // F01, CVE-2026-41432. The text of the error names the slot and never the secret.
    for provider in Provider::ALL {
        for (row, secret) in [
            ("empty", ""),
            ("blank", "   "),
            ("a newline", "\n"),
            ("a NUL", "\0"),
            ("white space in front", " hunter2-hunter2-hunter2"),
            ("white space behind", "hunter2-hunter2-hunter2 "),
            ("a newline behind", "hunter2-hunter2-hunter2\n"),
            ("a CR LF behind", "hunter2-hunter2-hunter2\r\n"),
            ("a NUL inside", "hunter2\0hunter2-hunter2"),
        ] {
            let url = "https://example.com/hook";
            let builder = Endpoint::builder(*provider, secret).public_url(url);
            let error = builder
                .build()
                .expect_err(&format!("F01: {}: {row} was accepted", provider.name()));
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains("hunter2"), "F01: {row}: {shown}");
            assert!(
                Signer::new(*provider, secret).is_err(),
                "F01: {}: the signer takes {row}",
                provider.name()
            );
        }
    }
    for secret in [
        "whsec_",
        "whsec_====",
        "whsec_hunter2!",
        "whsec_hun ter2",
        "whsec_äöü",
    ] {
        let error = Endpoint::standard_webhooks(secret)
            .build()
            .expect_err(secret);
        assert!(!format!("{error} {error:?}").contains("hun"), "{error:?}");
        assert!(Endpoint::svix(secret).build().is_err(), "F01: {secret:?}");
    }
    assert!(Endpoint::chargebee("", "password").build().is_err());
    assert!(Endpoint::chargebee("", "").build().is_err());
    assert!(Endpoint::chargebee("a:b", "c").build().is_err());
}

#[test]
fn no_secret_at_all_is_an_error_and_never_verification_off() {
    // F02.
    let none = || SecretSet::default();
    let empty: Vec<&str> = Vec::new();
    for provider in Provider::ALL {
        let url = "https://example.com/hook";
        let builder = Endpoint::builder(*provider, none()).public_url(url);
        assert!(builder.build().is_err(), "F02: {}", provider.name());
    }
    assert!(Endpoint::stripe(empty.clone()).build().is_err());
    assert!(Verifier::new(providers::GITHUB, empty, Options::default()).is_err());
    // One bad secret beside a good one is not passed over.
    assert!(Endpoint::stripe([PLAIN, ""]).build().is_err());
    // F09.
    let many = |n: usize| (0..n).map(|n| format!("{PLAIN}{n}")).collect::<Vec<_>>();
    assert!(Endpoint::stripe(many(8)).build().is_ok());
    assert!(Endpoint::stripe(many(9)).build().is_err(), "F09: 9 secrets");
    // E07.
    let unsigned = Endpoint::builder(providers::SQUARE, PLAIN);
    assert!(unsigned.build().is_err(), "E07: no public URL");
}

#[test]
fn a_layer_that_cannot_be_built_says_why_without_the_secret() {
    // F01: the one-line constructors panic, at construction.
    let caught = std::panic::catch_unwind(|| WebhookLayer::stripe(" hunter2-hunter2-hunter2"));
    let panic = caught.expect_err("a secret with white space was accepted");
    let text = panic.downcast_ref::<String>().expect("a message");
    assert!(text.contains("white space"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
}

#[tokio::test]
async fn secrets_that_are_replaced_by_nothing_are_an_error_and_verification_stays_on() {
    // F03.
    let door = Door::open(standard()).await;
    assert!(door.endpoint().replace_secrets("").is_err());
    assert!(
        door.endpoint()
            .replace_secrets(SecretSet::default())
            .is_err()
    );
    assert!(door.endpoint().replace_secrets([NEW, " "]).is_err());
    let unsigned = by(OLD, "f03").set("webhook-signature", "v1,");
    door.refuses(&Row::new("F03: unsigned", Kind::Malformed, unsigned), 401)
        .await;
    door.refuses(
        &Row::new("F03: by the new one", Kind::BadSignature, by(NEW, "f03")),
        401,
    )
    .await;
    door.accepts("F03: by the old one", &by(OLD, "f03")).await;
}

#[tokio::test]
async fn during_a_rotation_old_new_and_both_are_accepted_and_told_apart() {
    // F07.
    let builder = Endpoint::standard_webhooks([NEW, OLD]).clock(NOW);
    let door = Door::open(builder).await;
    let slot = |delivery: Delivery| delivery.proof().key_slot();
    let ran = door.accepts("F07: by the old one", &by(OLD, "a")).await;
    assert_eq!(slot(ran), 1);
    let ran = door.accepts("F07: by the new one", &by(NEW, "b")).await;
    assert_eq!(slot(ran), 0);
    let both = format!(
        "{} {}",
        by(OLD, "c").text("webhook-signature"),
        by(NEW, "c").text("webhook-signature")
    );
    let sent = by(OLD, "c").set("webhook-signature", both);
    let ran = door.accepts("F07: by both", &sent).await;
    assert_eq!(slot(ran), 0);
    // The key of a delivery does not depend on who signed it.
    door.knows("F07: a retry by the other one", &by(NEW, "a"))
        .await;
    let third = by("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "d");
    door.refuses(&Row::new("F07: by neither", Kind::BadSignature, third), 401)
        .await;
}

#[tokio::test]
async fn a_removed_secret_is_refused_from_the_next_request_on_even_on_a_kept_connection() {
    // F08, CVE-2026-45005.
    let door = Door::open(standard()).await;
    let mut kept = door.connect().await;
    kept.send(&by(OLD, "before").wire()).await;
    assert_eq!(kept.reply().await.unwrap().status, 200);
    let (cloned_layer, cloned_endpoint) = (door.layer.clone(), door.endpoint().clone());
    cloned_endpoint.replace_secrets(NEW).unwrap();
    kept.send(&by(OLD, "after").wire()).await;
    let reply = kept.reply().await.unwrap();
    reply.assert_refusal("F08: the old secret on a kept connection", 401);
    kept.send(&by(NEW, "after").wire()).await;
    assert_eq!(kept.reply().await.unwrap().status, 200);
    // Every clone sees it.
    let row = Row::new("F08: the old secret", Kind::BadSignature, by(OLD, "x"));
    door.refuses(&row, 401).await;
    assert_eq!(cloned_layer.endpoint().counts().done, 2);
    let kept_record = by(NEW, "before");
    door.knows("F08: what was done is done", &kept_record).await;
}

#[tokio::test]
async fn a_request_that_is_being_uploaded_ends_under_the_secrets_it_began_with() {
    // F08: no half-way state, whichever it is.
    let door = Door::open(standard()).await;
    let mut client = door.connect().await;
    let sent = by(OLD, "half");
    let wire = sent.wire();
    client.send(&wire[..wire.len() - 3]).await;
    door.endpoint().replace_secrets([NEW, OLD]).unwrap();
    client.send(&wire[wire.len() - 3..]).await;
    assert_eq!(client.reply().await.unwrap().status, 200);
}

const CANARY: &str = "c4n4ry-of-the-mine-0123456789-Zz";

/// All forms in which the secret might show.
fn forms() -> Vec<String> {
    let standard = base64::engine::general_purpose::STANDARD;
    let url_safe = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let hex: String = CANARY.bytes().map(|byte| format!("{byte:02x}")).collect();
    let first: String = hex[..16].to_owned();
    let listed = CANARY.bytes().take(8).map(|byte| byte.to_string());
    vec![
        CANARY.to_owned(),
        CANARY[..8].to_owned(),
        hex.to_ascii_uppercase(),
        hex,
        first,
        standard.encode(CANARY),
        url_safe.encode(CANARY),
        standard.encode(&CANARY[..6]),
        listed.collect::<Vec<_>>().join(", "),
    ]
}

fn assert_silent(what: &str, text: &str) {
    for form in forms() {
        assert!(!text.contains(&form), "F05: {what} says {form}");
    }
}

#[test]
fn nothing_that_can_be_shown_shows_a_secret_a_signature_or_a_body() {
    // F04. (The compiler checks that `Secret` is neither `Display` nor `Serialize`: see the docs of
    // `Secret`.)
    let endpoint = Endpoint::stripe([CANARY, PLAIN])
        .clock(NOW)
        .store(MemoryStore::new());
    let signer = Signer::new(providers::STRIPE, CANARY).unwrap();
    let signed = signer.sign(NOW, r#"{"id":"evt_secret-id","card":"4242"}"#);
    let built = endpoint.clone().build().unwrap();
    let layer = WebhookLayer::new(built.clone());
    let head = webhook_core::Head {
        method: "POST",
        path_and_query: "/?token=c4n4ry-of-the-mine-0123456789-Zz",
        headers: &signed.headers,
    };
    let delivery = built.verify(&head, signed.body.clone()).unwrap();
    let event = webhook_core::Event::<serde_json::Value>::parse(delivery.clone()).unwrap();
    let refused = built.verify(&head, "{}".into()).unwrap_err();
    let error = Endpoint::stripe(format!("{CANARY} ")).build().unwrap_err();
    let verifier = Verifier::new(providers::STRIPE, CANARY, Options::default()).unwrap();
    let secret = Secret::from(CANARY);
    let set = SecretSet::from([CANARY, PLAIN]);
    let basic = Secret::basic("user", CANARY);
    let key = "v1=";
    let (_, signature) = signed.headers[0].1.split_once(key).unwrap();
    let shown = [
        format!("{endpoint:?} {endpoint:#?}"),
        format!("{built:?} {built:#?}"),
        format!("{layer:?} {layer:#?}"),
        format!("{signer:?} {signer:#?}"),
        format!("{signed:?} {signed:#?}"),
        format!("{head:?} {head:#?}"),
        format!("{delivery:?} {delivery:#?}"),
        format!("{event:?} {event:#?}"),
        format!("{refused} {refused:?} {refused:#?}"),
        format!("{error} {error:?} {error:#?}"),
        format!("{verifier:?} {verifier:#?}"),
        format!("{secret:?} {secret:#?} {set:?} {set:#?} {basic:?}"),
    ];
    for shown in shown {
        assert_silent("Debug", &shown);
        assert!(!shown.contains(signature), "F04: a signature: {shown}");
        assert!(!shown.contains("4242"), "F04: a body: {shown}");
        assert!(!shown.contains("secret-id"), "F04: an id: {shown}");
    }
}

#[derive(serde::Deserialize)]
struct Payload {
    #[allow(dead_code, reason = "only its presence is of interest")]
    number: u64,
}

#[tokio::test]
async fn in_ten_thousand_mixed_requests_the_secret_is_never_said() {
    // F05, at TRACE, with TraceLayer outside of the layer, handlers that panic, and a store that
    // sometimes fails.
    static PANICS: Mutex<String> = Mutex::new(String::new());
    std::panic::set_hook(Box::new(|info| {
        PANICS.lock().expect("a lock").push_str(&info.to_string());
    }));
    let logs = Logs::of_process();
    let rejected = logs.clone();
    let duplicates = logs.clone();
    let store = CountingStore::new();
    let endpoint = Endpoint::stripe([PLAIN, CANARY])
        .clock(NOW)
        .store(store.clone())
        .on_reject(move |rejected_one| rejected.note(&format!("{rejected_one:?}\n")))
        .on_duplicate(move |duplicate| duplicates.note(&format!("{duplicate:?}\n")))
        .build()
        .unwrap();
    let layer = WebhookLayer::new(endpoint);
    let handler = |event: VerifiedEvent<Payload>| async move {
        assert!(
            !event.data.number.is_multiple_of(7),
            "a handler panics: {:?}",
            event.0
        );
        if event.data.number.is_multiple_of(5) {
            StatusCode::BAD_GATEWAY
        } else {
            StatusCode::OK
        }
    };
    let router: Router = Router::new()
        .route("/", post(handler))
        .layer(layer.clone())
        .layer(TraceLayer::new_for_http());
    let server = Server::start(router.clone()).await;
    let signer = Signer::new(providers::STRIPE, CANARY).unwrap();
    let stranger = Signer::new(providers::STRIPE, "0123456789abcdef-other").unwrap();
    let mut rng = Rng::new(0xf05);
    let mut answers = String::new();
    let (mut statuses, mut over_socket) = (std::collections::BTreeMap::new(), 0);
    let mut client = webhook_test::Client::connect(server.address).await;
    for n in 0..webhook_test::cases(10_000) {
        let number = rng.below(1000);
        let body = match rng.below(8) {
            0 => format!(r#"{{"id":"evt_{number}","number":"{n}"}}"#),
            1 => "not json".to_owned(),
            2 => format!(r#"{{"id":"evt_{number}","id":"evt"}}"#),
            _ => format!(r#"{{"id":"evt_{number}","number":{number}}}"#),
        };
        let mut sent = Sent::from(signer.sign(NOW, body.clone()));
        match rng.below(12) {
            0 => sent = Sent::from(stranger.sign(NOW, body)),
            1 => sent = sent.without("stripe-signature"),
            2 => sent = sent.set("stripe-signature", "t=1,v1=zz"),
            3 => sent = sent.method("GET"),
            4 => sent = sent.add("content-encoding", "gzip"),
            5 => sent = sent.add("stripe-signature", "t=1"),
            6 => sent = sent.body("{}"),
            _ => {}
        }
        store.fail_claims(rng.below(20) == 0);
        store.fail_releases(rng.below(20) == 0);
        let reply = if n % 16 == 0 {
            over_socket += 1;
            client.send(&sent.wire()).await;
            let reply = client.reply().await.expect("an answer");
            if reply.header("connection") == Some("close") {
                client = webhook_test::Client::connect(server.address).await;
            }
            answers.push_str(&format!("{reply:?}\n"));
            reply.status
        } else {
            use http_body_util::BodyExt as _;
            use tower::ServiceExt as _;
            let request = sent.request().expect("a request");
            let Ok(response) = router.clone().oneshot(request).await;
            let status = response.status().as_u16();
            answers.push_str(&format!("{response:?}\n"));
            let body = response.into_body().collect().await.expect("a body");
            answers.push_str(&String::from_utf8_lossy(&body.to_bytes()));
            status
        };
        *statuses.entry(reply).or_insert(0_u32) += 1;
    }
    let _ = std::panic::take_hook();
    assert_eq!(over_socket, webhook_test::cases(10_000).div_ceil(16));
    for status in [200, 401, 405, 415, 422, 500, 502, 503] {
        assert!(statuses.contains_key(&status), "no {status}: {statuses:?}");
    }
    let logged = logs.text();
    assert!(logged.contains("bad_signature"), "the ear hears");
    assert!(logged.contains("tower_http"), "TraceLayer is heard");
    assert_silent("the log", &logged);
    assert_silent("an answer", &answers);
    let panics = PANICS.lock().unwrap();
    assert!(panics.contains("a handler panics"), "panics were heard");
    assert_silent("a panic", &panics);
    assert_silent(
        "Debug",
        &format!("{layer:?} {:?}", layer.endpoint().counts()),
    );
    // A canary that sings would be heard.
    assert!(std::panic::catch_unwind(|| assert_silent("", CANARY)).is_err());
}
