//! HTTP Message Signatures (RFC 9421): AdCP's published vectors, keys that are fetched, and schemes
//! of a user's own.

#![cfg(feature = "asymmetric")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};
use webhook_core::providers::{ADCP, UCP};
use webhook_core::{
    Algorithm, Begun, Claimed, Endpoint, EndpointBuilder, Finished, Head, Identity, KeyError,
    KeyFormat, KeyQuery, KeySource, MemoryStore, MessageSignatures, Outcome, Provider,
    RejectionKind, Scheme, SecretSet, SignedRequest, Signer, UnixTime,
};

mod common;

use common::block_on;

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

macro_rules! key {
    ($name:literal) => {
        include_str!(concat!("../../webhook-test/vectors/keys/", $name, ".pem"))
    };
}

#[derive(Deserialize)]
struct Published {
    reference_now: u64,
    request: Sent,
    jwks_ref: Vec<String>,
    #[serde(default)]
    jwks_override: BTreeMap<String, Value>,
    expected_outcome: Expected,
    /// What the verifier is said to know already.
    #[serde(default)]
    test_harness_state: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct Sent {
    method: String,
    url: String,
    headers: BTreeMap<String, String>,
    body: String,
}

#[derive(Deserialize)]
struct Expected {
    success: bool,
}

fn adcp(file: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    root.join("../webhook-test/vectors/adcp").join(file)
}

/// The published vectors of a folder, with their names.
fn published(folder: &str) -> Vec<(String, Published)> {
    let files = fs::read_dir(adcp(folder)).unwrap();
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    let read = |path: &PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (
            name,
            serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap(),
        )
    };
    paths.iter().map(read).collect()
}

impl Published {
    /// The keys that the vector names, without their private halves.
    fn keys(&self, without: &[Value]) -> Vec<Value> {
        let set: Value =
            serde_json::from_str(&fs::read_to_string(adcp("keys.json")).unwrap()).unwrap();
        let keys = set["keys"].as_array().unwrap().iter();
        let is_meant = |key: &&Value| {
            let id = key["kid"].as_str().unwrap();
            self.jwks_ref.iter().any(|named| named == id) && !without.contains(&key["kid"])
        };
        let keys = keys.filter(is_meant).map(|key| {
            let id = key["kid"].as_str().unwrap();
            self.jwks_override.get(id).unwrap_or(key).clone()
        });
        keys.collect()
    }

    fn endpoint(&self, builder: EndpointBuilder) -> Endpoint {
        let now = UnixTime::from_secs(self.reference_now);
        let (origin, _) = self.target();
        builder.public_url(origin).clock(now).build().unwrap()
    }

    fn target(&self) -> (String, String) {
        let at = "https://".len();
        let slash = at + self.request.url[at..].find('/').unwrap();
        let (origin, target) = self.request.url.split_at(slash);
        (origin.to_owned(), target.to_owned())
    }

    /// The verdict with these keys at the address of the set.
    fn receive(&self, keys: Vec<Value>) -> Result<Claimed, RejectionKind> {
        let source = Set(json!({ "keys": keys }));
        let builder = Endpoint::builder(ADCP, SecretSet::fetched())
            .keys(source)
            .setting("jwks_url", "https://seller.example/jwks.json")
            .store(MemoryStore::new());
        self.deliver(&self.endpoint(builder))
    }

    fn deliver(&self, endpoint: &Endpoint) -> Result<Claimed, RejectionKind> {
        let headers: Vec<_> = self.request.headers.clone().into_iter().collect();
        let (_, target) = self.target();
        let head = Head::new(&self.request.method, &target, &headers);
        deliver(endpoint, &head, self.request.body.clone().into())
    }
}

/// A source of one document.
#[derive(Debug)]
struct Set(Value);

impl KeySource for Set {
    async fn fetch(&self, query: &KeyQuery) -> Result<Option<Bytes>, KeyError> {
        assert!(query.url().is_some_and(|url| url.starts_with("https://")));
        Ok(Some(self.0.to_string().into()))
    }
}

fn deliver(endpoint: &Endpoint, head: &Head<'_>, body: Bytes) -> Result<Claimed, RejectionKind> {
    let mut intake = match endpoint.begin(head) {
        Begun::Read(intake) => intake,
        Begun::Refused(rejection) => return Err(rejection.kind()),
        Begun::Answer(_) => panic!("a delivery is no handshake"),
    };
    let kind = |rejection: webhook_core::Rejection| rejection.kind();
    intake.push(body).map_err(kind)?;
    let checked = match intake.finish().map_err(kind)? {
        Finished::Event(checked) => checked,
        Finished::Pending(pending) => match block_on(pending.resolve()).map_err(kind)? {
            Finished::Event(checked) => checked,
            _ => panic!("a delivery is an event"),
        },
        _ => panic!("a delivery is an event"),
    };
    Ok(checked
        .claim_at_once()
        .expect("the memory store answers at once"))
}

#[test]
fn adcps_published_vectors() {
    let [mut accepted, mut refused] = [0; 2];
    for (name, vector) in published("positive").iter().chain(&published("negative")) {
        let has_state = !vector.test_harness_state.is_empty();
        let verdict = vector.receive(vector.keys(&[]));
        let ran = matches!(verdict, Ok(Claimed::Run(_)));
        match (vector.expected_outcome.success, has_state) {
            (true, _) => {
                assert!(ran, "{name}: {verdict:?}");
                accepted += 1;
            }
            (false, false) => {
                assert!(verdict.is_err(), "{name}");
                refused += 1;
            }
            // What makes these wrong is not in the request: see the next test.
            (false, true) => assert!(ran, "{name}: {verdict:?}"),
        }
    }
    assert_eq!((accepted, refused), (8, 17));
}

#[test]
fn adcps_vectors_that_need_a_state() {
    let named = |name: &str| {
        let mut all = published("negative").into_iter();
        all.find(|(known, _)| known == name).unwrap().1
    };
    // The nonce was seen before: a copy is not run.
    let replayed = named("016-replayed-nonce");
    let keys = json!({ "keys": replayed.keys(&[]) });
    let builder = Endpoint::builder(ADCP, SecretSet::fetched())
        .keys(Set(keys))
        .setting("jwks_url", "https://seller.example/jwks.json")
        .store(MemoryStore::new());
    let endpoint = replayed.endpoint(builder);
    let Ok(Claimed::Run(permit)) = replayed.deliver(&endpoint) else {
        panic!("the first runs");
    };
    let _ = block_on(permit.settle(Outcome::Status(200)));
    let copy = replayed.deliver(&endpoint);
    assert!(matches!(copy, Ok(Claimed::Duplicate(_))), "{copy:?}");
    // The key is revoked: it is not in the set any more.
    let revoked = named("017-key-revoked");
    let keys = revoked.state("revoked_kids");
    let verdict = revoked.receive(revoked.keys(keys.as_array().unwrap()));
    assert!(verdict.is_err(), "{verdict:?}");
    // The number of nonces of a key and the age of a list of revoked keys are not counted here.
    for (name, state) in [
        ("018-rate-abuse", "per_keyid_cap_filled_for"),
        ("019-revocation-stale", "revocation_list_stale_seconds"),
    ] {
        assert!(!named(name).state(state).is_null(), "{name}");
    }
}

impl Published {
    fn state(&self, name: &str) -> &Value {
        self.test_harness_state.get(name).unwrap_or(&Value::Null)
    }
}

/// A request with the head and body of a signed one.
fn receive(endpoint: &Endpoint, request: &SignedRequest) -> Result<Claimed, RejectionKind> {
    let head = Head::new(request.method, &request.path_and_query, &request.headers);
    deliver(endpoint, &head, request.body.clone())
}

const PROFILE: &str = "https://merchant.example/.well-known/ucp";

#[test]
fn the_keys_of_a_ucp_profile_are_fetched_and_no_other_profile_is() {
    let p256 = |name: &str, file: &str| {
        let text = fs::read_to_string(adcp("keys.json")).unwrap();
        let set: Value = serde_json::from_str(&text).unwrap();
        let keys = set["keys"].as_array().unwrap();
        let mut key = keys.iter().find(|key| key["kid"] == file).unwrap().clone();
        key["kid"] = name.into();
        key
    };
    let seed = "V0Z2ktvVfcWISjh4xmUlt-bSOJML9QBlzWzDkMFvgJw";
    let seed = base64_url(seed);
    let signer = Signer::new(UCP, seed.as_str())
        .unwrap()
        .public_url("https://platform.example/hooks")
        .setting("profile_url", PROFILE)
        .setting("kid", "merchant-2026");
    let signed = signer.sign(NOW, r#"{"id":"order_1"}"#);
    let (ours, other) = ("test-ed25519-webhook-2026", "test-es256-webhook-2026");
    let unsupported = json!({"kid": "rsa", "kty": "RSA", "n": "AQAB", "e": "AQAB"});
    let endpoint = |profile: Value, address: &str| {
        let builder = Endpoint::builder(UCP, SecretSet::fetched())
            .keys(Set(profile))
            .public_url("https://platform.example/hooks")
            .setting("profile_url", address)
            .clock(NOW)
            .store(MemoryStore::new());
        builder.build().unwrap()
    };
    for (name, profile, expected) in [
        (
            "in the list of UCP",
            json!({"ucp": {}, "signing_keys": [unsupported, p256("merchant-2026", ours)]}),
            Ok(()),
        ),
        (
            "in the list of RFC 7517",
            json!({"keys": [p256("merchant-2026", ours)], "signing_keys": []}),
            Ok(()),
        ),
        (
            "under another name",
            json!({"signing_keys": [p256("merchant-2025", ours)]}),
            Err(RejectionKind::UnknownKey),
        ),
        (
            "another key under its name",
            json!({"signing_keys": [p256("merchant-2026", other)]}),
            Err(RejectionKind::BadSignature),
        ),
    ] {
        let verdict = receive(&endpoint(profile, PROFILE), &signed);
        let verdict = verdict.map(|claimed| assert!(matches!(claimed, Claimed::Run(_))));
        assert_eq!(verdict, expected, "{name}");
    }
    let profile = json!({"signing_keys": [p256("merchant-2026", ours)]});
    let evil = endpoint(profile, "https://merchant.example/other");
    assert_eq!(
        receive(&evil, &signed).err(),
        Some(RejectionKind::UnknownKey)
    );
}

/// Base64url without padding as base64 with it, which a private key is configured in.
fn base64_url(text: &str) -> String {
    let padding = "=".repeat((4 - text.len() % 4) % 4);
    text.replace('-', "+").replace('_', "/") + &padding
}

const COMPONENTS: &[&str] = &["@method", "@path", "content-digest"];

const SHARED: MessageSignatures = MessageSignatures::new(&[Algorithm::HmacSha256], COMPONENTS)
    .with_parameters(&["created", "nonce", "alg"])
    .with_tag("acme")
    .distinct_per_attempt();

const fn rsa(algorithms: &'static [Algorithm]) -> MessageSignatures {
    MessageSignatures::new(algorithms, COMPONENTS)
        .with_parameters(&["created", "expires", "alg"])
        .covering_if_present(&["x-event"])
}

const PSS: MessageSignatures = rsa(&[Algorithm::RsaPssSha512, Algorithm::Ed25519]);

const PKCS1: MessageSignatures = rsa(&[Algorithm::RsaSha256]);

const ACME: Provider = Provider::new("acme", &[Scheme::message_signatures(&SHARED)]).identified_by(
    Identity::ContentAndAttempt,
    "equal bodies report different events",
);

const ACME_PSS: Provider = Provider::new("acme-pss", &[Scheme::message_signatures(&PSS)])
    .with_key_format(KeyFormat::PublicKey);

const ACME_PKCS1: Provider = Provider::new("acme-pkcs1", &[Scheme::message_signatures(&PKCS1)])
    .with_key_format(KeyFormat::PublicKey);

const SECRET: &str = "0123456789abcdef0123456789abcdef";

#[test]
fn a_sender_of_ones_own_signs_and_verifies_with_a_shared_secret() {
    let store = MemoryStore::new();
    let at = |now: UnixTime| {
        let builder = Endpoint::builder(ACME, SECRET).store(store.clone());
        builder.clock(now).consumer("one").build().unwrap()
    };
    let signer = Signer::new(ACME, SECRET).unwrap().path_and_query("/hooks");
    let signed = signer.sign(NOW, "{}");
    assert!(
        signed.headers[1]
            .1
            .contains(r#";alg="hmac-sha256";tag="acme""#)
    );
    let Ok(Claimed::Run(permit)) = receive(&at(NOW), &signed) else {
        panic!("the first runs");
    };
    let _ = block_on(permit.settle(Outcome::Status(200)));
    let copy = receive(&at(NOW), &signed);
    assert!(matches!(copy, Ok(Claimed::Duplicate(_))), "{copy:?}");
    // A signature of its own is an event of its own, although the body is the same.
    let later = NOW.saturating_add(std::time::Duration::from_secs(1));
    let again = receive(&at(later), &signer.sign(later, "{}"));
    assert!(matches!(again, Ok(Claimed::Run(_))), "{again:?}");
    assert_eq!(
        receive(&at(NOW), &signed.forged()).err(),
        Some(RejectionKind::BadSignature)
    );
}

#[test]
fn a_signature_is_verified_with_the_algorithm_of_its_key() {
    let endpoint = |provider, key: &str| {
        let builder = Endpoint::builder(provider, key).store(MemoryStore::new());
        builder.clock(NOW).build().unwrap()
    };
    for (provider, public, private, name) in [
        (ACME_PSS, key!("rsa.pub"), key!("rsa"), "rsa-pss-sha512"),
        (ACME_PSS, key!("ed25519.pub"), key!("ed25519"), "ed25519"),
        (ACME_PKCS1, key!("rsa.pub"), key!("rsa"), "rsa-v1_5-sha256"),
    ] {
        let signer = Signer::new(provider, private).unwrap();
        let signed = signer.sign(NOW, r#"{"id":1}"#);
        assert!(signed.headers[1].1.contains(&format!(r#"alg="{name}""#)));
        let ran = receive(&endpoint(provider, public), &signed);
        assert!(matches!(ran, Ok(Claimed::Run(_))), "{name}: {ran:?}");
        // The same key pair, and another algorithm.
        let other =
            [ACME_PKCS1, ACME_PSS].map(|other| receive(&endpoint(other, key!("rsa.pub")), &signed));
        let accepted = other.iter().filter(|verdict| verdict.is_ok()).count();
        assert_eq!(accepted, usize::from(name.starts_with("rsa")), "{name}");
    }
}

#[test]
fn a_header_that_is_covered_if_present_cannot_be_added() {
    let endpoint = Endpoint::builder(ACME_PSS, key!("ed25519.pub"))
        .clock(NOW)
        .store(MemoryStore::new())
        .build()
        .unwrap();
    let signer = Signer::new(ACME_PSS, key!("ed25519")).unwrap();
    let mut added = signer.sign(NOW, r#"{"id":2}"#);
    added.headers.push(("x-event".into(), "paid".into()));
    assert_eq!(
        receive(&endpoint, &added).err(),
        Some(RejectionKind::UnsupportedScheme)
    );
    let covered = signer.header("x-event", "paid").sign(NOW, r#"{"id":2}"#);
    let ran = receive(&endpoint, &covered);
    assert!(matches!(ran, Ok(Claimed::Run(_))), "{ran:?}");
}
