//! Fetched keys: which are fetched, how often, and what happens to a delivery meanwhile.

#![cfg(feature = "asymmetric")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;
#[path = "../../webhook-test/vectors/loader.rs"]
mod loader;

use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use webhook_core::providers::{
    BINANCE_PAY, CIRCLE, EBAY, FIREBLOCKS, GOOGLE_PUBSUB, PAGARME_HUB, PLAID, STONE_OPEN_BANK,
    TRUELAYER, WECHATPAY,
};
use webhook_core::{
    Answer, Begun, Clock, ConfigError, Endpoint, EndpointBuilder, Finished, Head, KeyError,
    KeyQuery, KeySource, Provider, Rejection, RejectionKind, SecretSet, SignedRequest, Signer,
    StaticKeys, UnixTime,
};

use common::block_on;
use loader::{Vector, Verdict};

const NOW: u64 = 1_800_000_000;

macro_rules! key {
    ($name:literal) => {
        include_str!(concat!("../../webhook-test/vectors/keys/", $name, ".pem"))
    };
}

/// A source that counts, and does as it is told.
#[derive(Clone, Debug, Default)]
struct Counting {
    asked: Arc<AtomicUsize>,
    at_once: Arc<AtomicUsize>,
    most_at_once: Arc<AtomicUsize>,
    says: Arc<Mutex<Says>>,
    /// Until it is let go, an answer is not given.
    held: Arc<AtomicBool>,
}

#[derive(Clone, Debug, Default)]
enum Says {
    #[default]
    Nothing,
    Document(String),
    Failed,
}

impl Counting {
    fn saying(says: Says) -> Self {
        let source = Self::default();
        source.say(says);
        source
    }

    fn say(&self, says: Says) {
        *self.says.lock().unwrap() = says;
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl KeySource for Counting {
    async fn fetch(&self, _: &KeyQuery) -> Result<Option<Bytes>, KeyError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let now = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_at_once.fetch_max(now, Ordering::SeqCst);
        std::future::poll_fn(|cx| {
            if self.held.load(Ordering::SeqCst) {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            Poll::Ready(())
        })
        .await;
        self.at_once.fetch_sub(1, Ordering::SeqCst);
        match self.says.lock().unwrap().clone() {
            Says::Nothing => Ok(None),
            Says::Document(text) => Ok(Some(text.into())),
            Says::Failed => Err(KeyError::with_source("connection refused")),
        }
    }
}

/// A clock that is set.
#[derive(Clone, Debug)]
struct Set(Arc<Mutex<u64>>);

impl Set {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(NOW)))
    }

    fn at(&self, seconds: u64) {
        *self.0.lock().unwrap() = NOW + seconds;
    }
}

impl Clock for Set {
    fn now(&self) -> Option<UnixTime> {
        Some(UnixTime::from_secs(*self.0.lock().unwrap()))
    }
}

fn fireblocks(source: impl KeySource, clock: &Set) -> Endpoint {
    let builder = Endpoint::builder(FIREBLOCKS, SecretSet::fetched());
    builder.keys(source).clock(clock.clone()).build().unwrap()
}

fn plaid(source: impl KeySource, clock: &Set) -> Endpoint {
    let builder = Endpoint::builder(PLAID, SecretSet::fetched());
    builder.keys(source).clock(clock.clone()).build().unwrap()
}

/// A delivery that names this key.
fn signed(provider: Provider, kid: &str, now: u64) -> SignedRequest {
    let key = if provider == PLAID {
        key!("p256")
    } else {
        key!("rsa")
    };
    let signer = Signer::new(provider, key).unwrap().setting("kid", kid);
    signer.sign(UnixTime::from_secs(now), r#"{"id":"1","eventType":"x"}"#)
}

/// The end of a delivery, and whether it had to wait.
fn receive(endpoint: &Endpoint, request: &SignedRequest) -> (Result<(), RejectionKind>, bool) {
    let kind = |rejection: Rejection| rejection.kind();
    let head = Head {
        method: request.method,
        path_and_query: &request.path_and_query,
        headers: &request.headers,
    };
    let mut intake = match endpoint.begin(&head) {
        Begun::Read(intake) => intake,
        Begun::Refused(rejection) => return (Err(kind(rejection)), false),
        other @ Begun::Answer(_) => panic!("{other:?}"),
    };
    intake.push(request.body.clone()).unwrap();
    match intake.finish() {
        Ok(Finished::Pending(pending)) => match block_on(pending.resolve()) {
            Ok(Finished::Event(_)) => (Ok(()), true),
            Ok(other) => panic!("{other:?}"),
            Err(rejection) => (Err(kind(rejection)), true),
        },
        Ok(Finished::Event(_)) => (Ok(()), false),
        Ok(other) => panic!("{other:?}"),
        Err(rejection) => (Err(kind(rejection)), false),
    }
}

/// A set with the key of the tests under these ids.
fn set(ids: &[&str]) -> Says {
    let keys: Vec<_> = ids.iter().map(|id| jwk(id)).collect();
    Says::Document(format!(r#"{{"keys":[{}]}}"#, keys.join(",")))
}

fn jwk(id: &str) -> String {
    let text = &loader::of("fireblocks")[0].secrets[0];
    let mut jwk: serde_json::Value = serde_json::from_str(text).unwrap();
    jwk["kid"] = id.into();
    jwk.to_string()
}

#[test]
fn a_key_is_asked_for_once_and_then_known() {
    let (source, clock) = (Counting::saying(set(&["key-1", "key-2"])), Set::new());
    let endpoint = fireblocks(source.clone(), &clock);
    assert_eq!(
        receive(&endpoint, &signed(FIREBLOCKS, "key-1", NOW)),
        (Ok(()), true)
    );
    for kid in ["key-1", "key-2", "key-1"] {
        assert_eq!(
            receive(&endpoint, &signed(FIREBLOCKS, kid, NOW)),
            (Ok(()), false)
        );
    }
    assert_eq!(source.asked(), 1);
}

#[test]
fn a_thousand_names_that_are_not_in_a_set_are_one_question_a_minute_and_all_refused() {
    let (source, clock) = (Counting::saying(set(&["key-1"])), Set::new());
    let endpoint = fireblocks(source.clone(), &clock);
    for minute in 1..=3 {
        for i in 0..1000 {
            let request = signed_cheaply(FIREBLOCKS, &format!("unknown-{i}"), NOW);
            let (refused, _) = receive(&endpoint, &request);
            assert_eq!(refused, Err(RejectionKind::UnknownKey));
        }
        assert_eq!(source.asked(), minute);
        clock.at(60 * u64::try_from(minute).unwrap());
    }
}

#[test]
fn of_a_thousand_unknown_names_some_are_asked_for_and_refused_and_the_others_are_503() {
    let (source, clock) = (Counting::default(), Set::new());
    let endpoint = plaid(source.clone(), &clock);
    // A burst of 8 for new names, later a burst of 8 for known names that are fetched again, then 6
    // a minute for each.
    for (minute, expected) in [(0, 8), (1, 14), (2, 12), (3, 12)] {
        clock.at(60 * minute);
        let before = source.asked();
        let unknown = (0..1000).filter(|i| {
            let request = signed_cheaply(PLAID, &format!("unknown-{i}"), NOW);
            match receive(&endpoint, &request).0 {
                Err(RejectionKind::UnknownKey) => true,
                Err(RejectionKind::KeysUnavailable) => false,
                other => panic!("{other:?}"),
            }
        });
        assert_eq!(unknown.count(), expected);
        assert_eq!(source.asked() - before, expected);
    }
}

/// One signature, under any name: what is unknown is not verified.
fn signed_cheaply(provider: Provider, kid: &str, now: u64) -> SignedRequest {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    static ONCE: Mutex<Vec<(&str, SignedRequest)>> = Mutex::new(Vec::new());
    let mut made = ONCE.lock().unwrap();
    if !made.iter().any(|(name, _)| *name == provider.name()) {
        made.push((provider.name(), signed(provider, "key-1", now)));
    }
    let (_, request) = made
        .iter()
        .find(|(name, _)| *name == provider.name())
        .unwrap();
    let mut request = request.clone();
    let alg = if provider == PLAID { "ES256" } else { "RS512" };
    let header = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"{alg}","kid":"{kid}"}}"#));
    let (_, rest) = request.headers[0].1.split_once('.').unwrap();
    request.headers[0].1 = format!("{header}.{rest}");
    request
}

#[test]
fn many_at_once_are_one_question() {
    let (source, clock) = (Counting::saying(set(&["key-1"])), Set::new());
    source.held.store(true, Ordering::SeqCst);
    let endpoint = fireblocks(source.clone(), &clock);
    let request = signed(FIREBLOCKS, "key-1", NOW);
    let forged = signed_cheaply(FIREBLOCKS, "nobodys", NOW);
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..32)
            .map(|i| {
                let (endpoint, request) = (&endpoint, if i % 2 == 0 { &request } else { &forged });
                scope.spawn(move || receive(endpoint, request).0)
            })
            .collect();
        while source.asked() == 0 {
            std::thread::yield_now();
        }
        source.held.store(false, Ordering::SeqCst);
        for (i, run) in runs.into_iter().enumerate() {
            let expected = if i % 2 == 0 {
                Ok(())
            } else {
                Err(RejectionKind::UnknownKey)
            };
            assert_eq!(run.join().unwrap(), expected);
        }
    });
    assert_eq!(source.asked(), 1);
    assert_eq!(source.most_at_once.load(Ordering::SeqCst), 1);
}

#[test]
fn a_source_that_is_down_or_tells_rubbish_is_503_and_asked_again_after_ten_seconds() {
    let rubbish = [
        Says::Failed,
        Says::Nothing,
        Says::Document("<html>".into()),
        Says::Document(r#"{"keys":[]}"#.into()),
        Says::Document(r#"{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]}"#.into()),
        Says::Document(key!("rsa").into()),
        Says::Document(key!("rsa-1024.pub").into()),
        Says::Document("x".repeat(10 << 20)),
    ];
    for says in rubbish {
        let (source, clock) = (Counting::saying(says.clone()), Set::new());
        let endpoint = fireblocks(source.clone(), &clock);
        let request = signed(FIREBLOCKS, "key-1", NOW);
        for _ in 0..3 {
            let (refused, _) = receive(&endpoint, &request);
            assert_eq!(refused, Err(RejectionKind::KeysUnavailable));
        }
        let answer = Answer::from(&Rejection::new(RejectionKind::KeysUnavailable));
        assert_eq!(answer.status(), 503);
        assert!(answer.headers().any(|(name, _)| name == "retry-after"));
        assert_eq!(source.asked(), 1);
        source.say(set(&["key-1"]));
        clock.at(9);
        let (refused, _) = receive(&endpoint, &request);
        assert_eq!(refused, Err(RejectionKind::KeysUnavailable));
        clock.at(10);
        assert_eq!(receive(&endpoint, &request), (Ok(()), true));
        assert_eq!(source.asked(), 2);
    }
}

#[test]
fn a_key_is_asked_for_again_after_an_hour_and_kept_for_a_day_while_nobody_answers() {
    let (source, clock) = (Counting::saying(set(&["key-1"])), Set::new());
    let endpoint = fireblocks(source.clone(), &clock);
    let request = signed(FIREBLOCKS, "key-1", NOW);
    assert_eq!(receive(&endpoint, &request), (Ok(()), true));
    clock.at(3599);
    assert_eq!(receive(&endpoint, &request), (Ok(()), false));
    clock.at(3600);
    assert_eq!(receive(&endpoint, &request), (Ok(()), true));
    source.say(Says::Failed);
    clock.at(2 * 3600);
    assert_eq!(
        receive(&endpoint, &request),
        (Ok(()), true),
        "the source failed just now"
    );
    assert_eq!(receive(&endpoint, &request), (Ok(()), false));
    clock.at(3600 + 24 * 3600);
    let (refused, _) = receive(&endpoint, &request);
    assert_eq!(refused, Err(RejectionKind::KeysUnavailable));
}

#[test]
fn a_key_that_is_taken_out_of_the_set_is_refused_within_the_hour() {
    let (source, clock) = (Counting::saying(set(&["key-1"])), Set::new());
    let endpoint = fireblocks(source.clone(), &clock);
    let request = signed(FIREBLOCKS, "key-1", NOW);
    assert_eq!(receive(&endpoint, &request).0, Ok(()));
    source.say(set(&["key-2"]));
    clock.at(3600);
    assert_eq!(
        receive(&endpoint, &request).0,
        Err(RejectionKind::UnknownKey)
    );
}

#[test]
fn a_question_that_is_dropped_is_asked_by_the_next() {
    let (source, clock) = (Counting::saying(set(&["key-1"])), Set::new());
    source.held.store(true, Ordering::SeqCst);
    let endpoint = fireblocks(source.clone(), &clock);
    let request = signed(FIREBLOCKS, "key-1", NOW);
    let head = Head {
        method: request.method,
        path_and_query: &request.path_and_query,
        headers: &request.headers,
    };
    let mut intake = endpoint.begin(&head).intake().unwrap();
    intake.push(request.body.clone()).unwrap();
    let Finished::Pending(pending) = intake.finish().unwrap() else {
        panic!("it has to be asked for");
    };
    {
        let mut resolving = pin!(pending.resolve());
        let mut cx = Context::from_waker(Waker::noop());
        assert!(resolving.as_mut().poll(&mut cx).is_pending());
    }
    source.held.store(false, Ordering::SeqCst);
    source.at_once.store(0, Ordering::SeqCst);
    assert_eq!(receive(&endpoint, &request), (Ok(()), true));
}

#[test]
fn a_found_key_proves_no_more_than_a_configured_one() {
    let (source, clock) = (Counting::saying(set(&["key-1"])), Set::new());
    let endpoint = fireblocks(source, &clock);
    let signer = Signer::new(FIREBLOCKS, key!("rsa-other")).unwrap();
    let forged = signer.sign(UnixTime::from_secs(NOW), "{}");
    assert_eq!(
        receive(&endpoint, &forged),
        (Err(RejectionKind::BadSignature), true)
    );
    let mut changed = signed(FIREBLOCKS, "key-1", NOW);
    changed.body = r#"{"id":"2","eventType":"x"}"#.into();
    assert_eq!(
        receive(&endpoint, &changed),
        (Err(RejectionKind::BadSignature), false)
    );
}

#[test]
fn a_configured_key_is_used_without_asking_unless_it_has_another_name() {
    let (source, clock) = (Counting::saying(set(&["key-1"])), Set::new());
    let with = |builder: EndpointBuilder| {
        let builder = builder.keys(source.clone()).clock(clock.clone());
        builder.build().unwrap()
    };
    let request = signed(FIREBLOCKS, "key-1", NOW);
    let unnamed = with(Endpoint::fireblocks(key!("rsa.pub")));
    assert_eq!(receive(&unnamed, &request), (Ok(()), false));
    let named = with(Endpoint::fireblocks(key!("rsa.pub")).setting("kid", "key-1"));
    assert_eq!(receive(&named, &request), (Ok(()), false));
    assert_eq!(source.asked(), 0);
    let older = with(Endpoint::fireblocks(key!("rsa-other.pub")).setting("kid", "key-0"));
    assert_eq!(receive(&older, &request), (Ok(()), true));
    assert_eq!(source.asked(), 1);
}

#[test]
fn the_query_names_what_the_provider_allows_and_nothing_else() {
    #[derive(Debug, Clone, Default)]
    struct Noting(Arc<Mutex<Vec<KeyQuery>>>);
    impl KeySource for Noting {
        async fn fetch(&self, query: &KeyQuery) -> Result<Option<Bytes>, KeyError> {
            self.0.lock().unwrap().push(query.clone());
            Err(KeyError::unavailable())
        }
    }
    let noted = Noting::default();
    for (provider, key) in [
        (GOOGLE_PUBSUB, key!("rsa")),
        (TRUELAYER, key!("p521")),
        (PLAID, key!("p256")),
        (EBAY, key!("p256")),
        (CIRCLE, key!("p256")),
        (WECHATPAY, key!("rsa")),
        (BINANCE_PAY, key!("rsa")),
        (PAGARME_HUB, key!("rsa")),
        (STONE_OPEN_BANK, key!("rsa")),
    ] {
        let mut builder = Endpoint::builder(provider, SecretSet::fetched());
        let mut signer = Signer::new(provider, key).unwrap();
        for name in provider.required_settings() {
            let value = match name {
                "private_key" => key!("rsa-other"),
                _ => "x",
            };
            builder = builder.setting(name, value);
            signer = signer.setting(name, value);
        }
        for nonce in ["wechatpay-nonce", "binancepay-nonce"] {
            signer = signer.header(nonce, "1");
        }
        let endpoint = builder
            .keys(noted.clone())
            .clock(Set::new())
            .build()
            .unwrap();
        let request = signer.sign(UnixTime::from_secs(NOW), "{}");
        assert_eq!(
            receive(&endpoint, &request).0,
            Err(RejectionKind::KeysUnavailable)
        );
    }
    let noted = noted.0.lock().unwrap();
    let urls: Vec<_> = noted.iter().map(KeyQuery::url).collect();
    let expected = [
        Some("https://www.googleapis.com/oauth2/v3/certs"),
        Some("https://webhooks.truelayer.com/.well-known/jwks"),
        None,
        None,
        None,
        None,
        None,
        Some("https://hubapi.pagar.me/.well-known/jwks.json"),
        Some("https://api.openbank.stone.com.br/api/v1/discovery/keys"),
    ];
    assert_eq!(urls, expected);
    assert!(noted.iter().all(|query| query.id() == Some("key-1")));
}

#[test]
fn a_source_where_no_key_is_named_or_no_key_without_a_source_is_an_error() {
    let built = Endpoint::stripe("whsec_0123456789abcdef")
        .keys(StaticKeys::new())
        .build();
    assert_eq!(built.unwrap_err(), ConfigError::NoKeySource);
    let built = Endpoint::plaid(SecretSet::default())
        .keys(StaticKeys::new())
        .build();
    assert_eq!(built.unwrap_err(), ConfigError::NoSecret);
    let built = Endpoint::plaid(SecretSet::fetched()).build();
    assert_eq!(built.unwrap_err(), ConfigError::MissingKeySource);
    let built = Endpoint::discord(SecretSet::fetched())
        .keys(StaticKeys::new())
        .build();
    assert!(built.is_err());
}

#[test]
fn what_cannot_wait_is_told_so() {
    let (source, clock) = (Counting::saying(set(&["key-1"])), Set::new());
    let endpoint = fireblocks(source, &clock);
    let request = signed(FIREBLOCKS, "key-1", NOW);
    let head = Head {
        method: request.method,
        path_and_query: &request.path_and_query,
        headers: &request.headers,
    };
    let refused = endpoint.verify(&head, request.body.clone()).unwrap_err();
    assert_eq!(refused.kind(), RejectionKind::KeysUnavailable);
}

#[test]
fn plaids_answer_is_a_document_and_an_expired_key_none() {
    let jwk = &loader::of("plaid")[0].secrets[0];
    for (document, expected) in [
        (format!(r#"{{"key":{jwk},"request_id":"r"}}"#), Ok(())),
        (jwk.replace('}', r#","expired_at":null}"#), Ok(())),
        (
            jwk.replace('}', r#","expired_at":1560466150}"#),
            Err(RejectionKind::UnknownKey),
        ),
        (
            jwk.replace("key-1", "key-2"),
            Err(RejectionKind::UnknownKey),
        ),
        (
            jwk.replace('}', r#","d":"AA"}"#),
            Err(RejectionKind::KeysUnavailable),
        ),
        (
            jwk.replace("\"sig\"", "\"enc\""),
            Err(RejectionKind::KeysUnavailable),
        ),
        (key!("p256.pub").to_owned(), Ok(())),
    ] {
        let keys = StaticKeys::new().with("key-1", document.clone());
        let endpoint = plaid(keys, &Set::new());
        let (received, _) = receive(&endpoint, &signed(PLAID, "key-1", NOW));
        assert_eq!(received, expected, "{document}");
    }
}

#[test]
fn answers_of_providers_apis_are_documents() {
    let pem = key!("p256.pub");
    let bare: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let ebay = format!(
        r#"{{"key":"{}","algorithm":"ECDSA","digest":"SHA1"}}"#,
        pem.replace('\n', "")
    );
    let circle =
        format!(r#"{{"data":{{"id":"1","algorithm":"ECDSA_SHA_256","publicKey":"{bare}"}}}}"#);
    let unusable = Err(RejectionKind::KeysUnavailable);
    for (provider, document, expected) in [
        (EBAY, ebay.as_str(), Ok(())),
        (EBAY, pem, Ok(())),
        (EBAY, r#"{"key":"none"}"#, unusable),
        (EBAY, r#"{"errors":[{"errorId":195003}]}"#, unusable),
        (CIRCLE, circle.as_str(), Ok(())),
        (CIRCLE, bare.as_str(), Ok(())),
        (CIRCLE, r#"{"data":{"publicKey":1}}"#, unusable),
        (CIRCLE, r#"{"data":[]}"#, unusable),
    ] {
        let keys = StaticKeys::new().with("key-1", document.to_owned());
        let builder = Endpoint::builder(provider, SecretSet::fetched());
        let endpoint = builder.keys(keys).clock(Set::new()).build().unwrap();
        let signer = Signer::new(provider, key!("p256")).unwrap();
        let request = signer.sign(UnixTime::from_secs(NOW), "{}");
        assert_eq!(receive(&endpoint, &request), (expected, true), "{document}");
        // Another one is not known there.
        let other = signer.setting("kid", "key-2");
        let request = other.sign(UnixTime::from_secs(NOW), "{}");
        assert!(receive(&endpoint, &request).0.is_err());
    }
}

#[test]
fn a_certificate_that_a_body_names_is_fetched_for_topics_of_ours_only() {
    use webhook_core::providers::{AWS_SNS, PAYPAL};
    for (provider, setting) in [(AWS_SNS, "topic_arn"), (PAYPAL, "webhook_id")] {
        let mut vectors = loader::of(provider.name());
        vectors.retain(|vector| vector.expect == Verdict::Invalid);
        // A chain: the first is the one that signs.
        let (root, chain) = chain("good");
        let source = Counting::saying(Says::Document(chain));
        for vector in &vectors {
            let request = request_of(&provider, vector);
            let (name, value) = (&vector.name, vector.settings[setting].as_str());
            let now = UnixTime::from_secs(vector.now);
            let builder = Endpoint::builder(provider, SecretSet::fetched()).clock(now);
            let builder = trusting(builder.setting(setting, value), &root);
            let builder = builder.keys(source.clone());
            let before = source.asked();
            let (refused, _) = receive(&builder.build().unwrap(), &request);
            // What is wrong there is the configured key.
            if ["secret", "another key", "configured one"]
                .iter()
                .any(|own| name.contains(own))
            {
                continue;
            }
            assert!(refused.is_err(), "{}: {name}", provider.name());
            let leads_elsewhere = name.starts_with("certificate ") || name.contains("topic");
            if leads_elsewhere {
                assert_eq!(source.asked(), before, "{name} was fetched");
            }
        }
        let good = loader::named(provider.name(), "signed");
        let value = good.settings[setting].as_str();
        let now = UnixTime::from_secs(good.now);
        let builder = Endpoint::builder(provider, SecretSet::fetched()).clock(now);
        let endpoint = trusting(builder.setting(setting, value), &root)
            .keys(source.clone())
            .build()
            .unwrap();
        let request = request_of(&provider, &good);
        assert_eq!(receive(&endpoint, &request), (Ok(()), true));
        assert_eq!(receive(&endpoint, &request), (Ok(()), false));
    }
}

/// A chain of certificates of the tests, and the authority it leads to, or should.
fn chain(name: &str) -> (String, String) {
    let known = loader::chains();
    (known.root, known.chains[name].clone())
}

/// With this authority, where the provider's certificates have to be of one.
fn trusting(builder: EndpointBuilder, root: &str) -> EndpointBuilder {
    match builder.clone().setting("ca_certificates", root).build() {
        Err(ConfigError::UnknownSetting { .. }) => builder,
        _ => builder.setting("ca_certificates", root),
    }
}

/// PayPal's delivery from the vectors at this time, and the result if the source returns this
/// document.
fn paypal(document: &str, roots: Option<&str>, after: u64) -> Result<(), RejectionKind> {
    use webhook_core::providers::PAYPAL;
    let signed = loader::named("paypal", "signed");
    let now = UnixTime::from_secs(signed.now + after);
    let webhook = signed.settings["webhook_id"].as_str();
    let source = Counting::saying(Says::Document(document.to_owned()));
    let builder = Endpoint::builder(PAYPAL, SecretSet::fetched()).clock(now);
    let builder = builder.setting("webhook_id", webhook).keys(source);
    let builder = roots.into_iter().fold(builder, |builder, roots| {
        builder.setting("ca_certificates", roots)
    });
    receive(&builder.build().unwrap(), &request_of(&PAYPAL, &signed)).0
}

#[test]
fn a_certificate_is_believed_with_a_chain_to_an_authority_for_its_name_and_while_it_is_valid() {
    let known = loader::chains();
    assert!(known.chains.len() > 15);
    for (name, chain) in &known.chains {
        let root = known.root.as_str();
        // A certificate that is not PayPal's is refused. If the document is not a certificate, the
        // source may return a better one later.
        let is_chain = !(name.contains("rubbish") || name.contains("seventeen"));
        let refused = match is_chain {
            true => Err(RejectionKind::UnknownKey),
            false => Err(RejectionKind::KeysUnavailable),
        };
        let expected = match name.starts_with("good") {
            true => Ok(()),
            false => refused,
        };
        assert_eq!(paypal(chain, Some(root), 0), expected, "{name}");
        // None of it is of an authority that the Internet trusts.
        assert_eq!(paypal(chain, None, 0), refused, "{name}");
    }
    // A bare key of the right kind, and a set of keys, show no authority at all.
    for document in [key!("rsa.pub"), &jwk("key-1"), ""] {
        let (root, _) = chain("good");
        let refused = Err(RejectionKind::KeysUnavailable);
        assert_eq!(paypal(document, Some(&root), 0), refused);
    }
}

#[test]
fn authorities_that_are_none_are_an_error() {
    use webhook_core::providers::PAYPAL;
    let (root, _) = chain("good");
    let with = |authorities: &str| {
        let builder = Endpoint::builder(PAYPAL, SecretSet::fetched()).keys(StaticKeys::new());
        let builder = builder.setting("webhook_id", "WH-1");
        builder.setting("ca_certificates", authorities).build()
    };
    assert!(with(&root.repeat(3)).is_ok());
    for wrong in [key!("rsa.pub"), &root[..200], &format!("{root}x"), "none"] {
        let error = with(wrong).unwrap_err();
        assert!(
            matches!(&error, ConfigError::Setting { name, .. } if *name == "ca_certificates"),
            "{error}"
        );
    }
}

/// The request of a vector.
fn request_of(provider: &Provider, vector: &Vector) -> SignedRequest {
    // A signed request is made by a signer alone, so one is made and filled.
    let mut request = Signer::new(*provider, key!("rsa"))
        .unwrap()
        .sign(UnixTime::from_secs(0), "");
    request.path_and_query = vector.path_and_query.clone();
    request.headers = vector.headers.clone();
    request.body = vector.body().into();
    request
}
