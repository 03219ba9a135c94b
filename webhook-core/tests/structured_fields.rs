//! Structured fields and the signatures that are made of them, under random changes. A short run of
//! two fuzz targets of `fuzz/`, which is the same in every run of the tests.

#![cfg(feature = "fuzzing")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::cell::Cell;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::TestRunner;
use webhook_core::fuzzing::{SIGNATURE_FIELDS, message_signature, structured_field};
use webhook_core::providers::{ADCP, UCP};
use webhook_core::{
    Algorithm, Endpoint, MessageSignatures, Provider, Scheme, SignedRequest, Signer, UnixTime,
};

#[path = "common/random.rs"]
mod random;

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

/// The bytes that structure a field, and some that it consists of.
const ALPHABET: &[u8] = b"\"()=;,: \t?@-._*\\/+%a1zZ0\x00\x7f\xff";

/// A change of a text at a place of it.
#[derive(Clone, Debug)]
enum Edit {
    Insert(Index, u8),
    Replace(Index, u8),
    Remove(Index),
    /// Writes the bytes between two places again behind the second.
    Repeat(Index, Index),
    /// Writes one of the spaces twice, which between values is another spelling of the same.
    Widen(Index),
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let byte = || select(ALPHABET);
    let edit = prop_oneof![
        (any::<Index>(), byte()).prop_map(|(at, byte)| Edit::Insert(at, byte)),
        (any::<Index>(), byte()).prop_map(|(at, byte)| Edit::Replace(at, byte)),
        any::<Index>().prop_map(Edit::Remove),
        any::<(Index, Index)>().prop_map(|(from, to)| Edit::Repeat(from, to)),
        any::<Index>().prop_map(Edit::Widen),
    ];
    prop::collection::vec(edit, 1..4)
}

fn edited(text: &[u8], edits: &[Edit]) -> Vec<u8> {
    let mut text = text.to_vec();
    for edit in edits {
        let len = text.len();
        let place = |at: &Index| at.index(len + 1);
        match edit {
            Edit::Insert(at, byte) => text.insert(place(at), *byte),
            Edit::Repeat(from, to) => {
                let (from, to) = (place(from), place(to));
                let again = text[from.min(to)..from.max(to)].to_vec();
                text.splice(from.max(to)..from.max(to), again);
            }
            Edit::Replace(at, byte) if !text.is_empty() => {
                let at = at.index(text.len());
                text[at] = *byte;
            }
            Edit::Remove(at) if !text.is_empty() => {
                text.remove(at.index(text.len()));
            }
            Edit::Widen(which) => {
                let spaces: Vec<_> = (0..len).filter(|at| text[*at] == b' ').collect();
                if !spaces.is_empty() {
                    text.insert(*which.get(&spaces), b' ');
                }
            }
            Edit::Replace(..) | Edit::Remove(_) => {}
        }
    }
    text
}

/// The fields that the fuzz target starts with.
fn seeds() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds/structured_field");
    let files = fs::read_dir(folder).unwrap();
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

#[test]
fn a_field_has_one_canonical_form_or_is_refused() {
    let (written, refused) = (Cell::new(0), Cell::new(0));
    for seed in seeds() {
        assert!(structured_field(&seed).unwrap().is_some());
    }
    let changed = (select(seeds()), edits());
    TestRunner::new(random::draws(5_000))
        .run(&changed, |(seed, edits)| {
            match structured_field(&edited(&seed, &edits)) {
                Ok(Some(_)) => written.set(written.get() + 1),
                Ok(None) => {}
                Err(_) => refused.set(refused.get() + 1),
            }
            Ok(())
        })
        .unwrap();
    assert!(written.get() > 500, "{written:?}");
    assert!(refused.get() > 500, "{refused:?}");
}

const COMPONENTS: &[&str] = &["@method", "@path", "content-digest"];
const SIGNATURES: MessageSignatures =
    MessageSignatures::new(&[Algorithm::HmacSha256], COMPONENTS).covering_if_present(&["@query"]);
const ACME: Provider = Provider::new("acme", &[Scheme::message_signatures(&SIGNATURES)]);

/// An endpoint, and a request that its sender has signed for it.
fn target(provider: Provider, public: &str, private: &str) -> (Endpoint, SignedRequest) {
    let url = "https://example.com/hook";
    let mut builder = Endpoint::builder(provider, public)
        .public_url(url)
        .clock(NOW);
    let mut signer = Signer::new(provider, private)
        .unwrap()
        .public_url(url)
        .path_and_query("/hook?a=1");
    for name in provider.required_settings() {
        builder = builder.setting(name, "https://merchant.example/.well-known/ucp");
        signer = signer.setting(name, "https://merchant.example/.well-known/ucp");
    }
    let signed = signer.sign(NOW, r#"{"idempotency_key":"evt_1"}"#);
    (builder.build().unwrap(), signed)
}

#[test]
fn a_signature_that_is_changed_verifies_the_same_event_or_nothing() {
    let public = include_str!("../../webhook-test/vectors/keys/ed25519.pub.pem");
    let private = include_str!("../../webhook-test/vectors/keys/ed25519.pem");
    let secret = "0123456789abcdef0123456789abcdef";
    for (provider, public, private) in [
        (ADCP, public, private),
        (UCP, public, private),
        (ACME, secret, secret),
    ] {
        let name = provider.name();
        let (endpoint, genuine) = target(provider, public, private);
        assert!(message_signature(&endpoint, &genuine, b""), "{name}");
        let (accepted, refused) = (Cell::new(0), Cell::new(0));
        let changed = (0..SIGNATURE_FIELDS.len(), edits());
        TestRunner::new(random::draws(1_000))
            .run(&changed, |(which, edits)| {
                let lines = SIGNATURE_FIELDS.iter().enumerate().map(|(i, field)| {
                    let mut headers = genuine.headers.iter();
                    let (_, value) = headers.find(|(known, _)| known == field).unwrap();
                    match i == which {
                        true => edited(value.as_bytes(), &edits),
                        false => Vec::new(),
                    }
                });
                let data = lines.collect::<Vec<_>>().join(&b'\n');
                let verdict = match message_signature(&endpoint, &genuine, &data) {
                    true => &accepted,
                    false => &refused,
                };
                verdict.set(verdict.get() + 1);
                Ok(())
            })
            .unwrap();
        // Another spelling of the same is accepted, and hardly anything else.
        assert!(accepted.get() > 10, "{name}: {accepted:?}");
        assert!(refused.get() > 800, "{name}: {refused:?}");
        // The body is what the digest is of.
        let another = b"\n\n\n{\"idempotency_key\":\"evt_2\"}";
        assert!(!message_signature(&endpoint, &genuine, another), "{name}");
    }
}
