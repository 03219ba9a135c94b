//! Known answers: one file for each provider, and one test for each row of the table.
//! `webhook-test/vectors/generate.py` generates them from the formulas, independently of this
//! crate.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use bytes::Bytes;
use serde_json::Value;
use webhook_core::providers::{self, unconfirmed};
use webhook_core::{
    Answer, Begun, Delivery, Endpoint, Finished, Head, Provider, RejectionKind, UnixTime,
    for_each_provider,
};

/// Vectors a provider has at the least.
const LEAST: usize = 20;

macro_rules! one_test_a_row {
    ($($(#[$doc:meta])* $name:ident($($argument:ident),+) = $provider:ident;)*) => {
        $(
            #[test]
            fn $name() {
                run(&providers::$provider);
            }
        )*

        /// Those without a row of their own.
        #[test]
        fn variants() {
            let rows = [$(providers::$provider),*];
            for provider in Provider::ALL.iter().filter(|provider| !rows.contains(provider)) {
                run(provider);
            }
        }
    };
}

for_each_provider!(one_test_a_row);

#[test]
fn unconfirmed_ones() {
    for provider in unconfirmed::ALL {
        run(provider);
    }
}

fn run(provider: &Provider) {
    let path = data().join(provider.name()).with_extension("json");
    let file = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let vectors: Vec<Value> = serde_json::from_str(&file).unwrap();
    let name = provider.name();
    assert!(vectors.len() >= LEAST, "{name}: only {}", vectors.len());
    for vector in &vectors {
        check(provider, vector);
    }
}

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

#[test]
#[cfg_attr(not(feature = "asymmetric"), ignore = "some are of public keys")]
fn every_file_of_vectors_has_its_provider() {
    let files = fs::read_dir(data()).unwrap().map(|entry| {
        let path = entry.unwrap().path();
        path.file_stem().unwrap().to_str().unwrap().to_owned()
    });
    let named = |name: &String| {
        let mut all = Provider::ALL.iter().chain(unconfirmed::ALL);
        all.any(|known| known.name() == name.as_str())
    };
    let strangers: Vec<_> = files.filter(|name| !named(name)).collect();
    assert!(strangers.is_empty(), "{strangers:?}");
}

fn check(provider: &Provider, vector: &Value) {
    let name = format!("{}: {}", provider.name(), vector["name"]);
    match (vector["expect"].as_str(), receive(provider, vector)) {
        (Some("valid"), Ok(Some(delivery))) => {
            for (key, found) in [("id", delivery.id()), ("type", delivery.event_type())] {
                if let Some(expected) = vector.get(key) {
                    assert_eq!(expected.as_str(), found, "{key} of {name}");
                }
            }
        }
        (Some("valid"), Ok(None)) => {}
        (Some("valid"), Err(kind)) => panic!("{name}: refused as {kind}"),
        (Some(expected), Err(kind)) if expected.starts_with("invalid") => {
            assert_ne!(kind, RejectionKind::Unprocessable, "{name} was verified");
        }
        (expected, _) => panic!("{name}: accepted, expected {expected:?}"),
    }
}

/// The delivery, or `None` for a challenge.
fn receive(provider: &Provider, vector: &Value) -> Result<Option<Delivery>, RejectionKind> {
    let secrets = vector["secrets"].as_array().unwrap().iter();
    let secrets: Vec<&str> = secrets.map(|secret| secret.as_str().unwrap()).collect();
    let now = UnixTime::from_secs(vector["now"].as_u64().unwrap());
    let mut builder = Endpoint::builder(*provider, secrets).clock(now);
    if let Some(url) = vector["url"].as_str() {
        builder = builder.public_url(url);
    }
    if let Some(token) = vector["verify_token"].as_str() {
        builder = builder.verify_token(token);
    }
    if provider
        .handshake()
        .is_some_and(|handshake| handshake.offers_secret())
    {
        builder = builder.on_offered_secret(|_| true);
    }
    for (name, value) in vector["settings"].as_object().into_iter().flatten() {
        builder = builder.setting(name, text(value));
    }
    let endpoint = builder
        .build()
        .unwrap_or_else(|error| panic!("{}: {error}", vector["name"]));
    let headers = vector["headers"].as_array().unwrap().iter();
    let headers: Vec<(String, String)> = headers
        .map(|pair| (text(&pair[0]), text(&pair[1])))
        .collect();
    let body = match vector["body_base64"].as_str() {
        Some(encoded) => base64::engine::general_purpose::STANDARD
            .decode(encoded)
            .unwrap(),
        None => text(&vector["body"]).into_bytes(),
    };
    let head = Head {
        method: vector["method"].as_str().unwrap(),
        path_and_query: vector["path_and_query"].as_str().unwrap(),
        headers: &headers,
    };
    let mut intake = match endpoint.begin(&head) {
        Begun::Read(intake) => intake,
        Begun::Refused(rejection) => return Err(rejection.kind()),
        Begun::Answer(answer) => {
            check_answer(&answer, &vector["response"]);
            return Ok(None);
        }
    };
    intake
        .push(Bytes::from(body))
        .map_err(|rejection| rejection.kind())?;
    match intake.finish().map_err(|rejection| rejection.kind())? {
        Finished::Event(_) => {
            let body = match vector["body_base64"].as_str() {
                Some(encoded) => base64::engine::general_purpose::STANDARD
                    .decode(encoded)
                    .unwrap(),
                None => text(&vector["body"]).into_bytes(),
            };
            Ok(Some(
                endpoint
                    .verify(&head, body.into())
                    .map_err(|rejection| rejection.kind())?,
            ))
        }
        Finished::Answer(answer) => {
            check_answer(&answer, &vector["response"]);
            Ok(None)
        }
        _ => unreachable!("two ends"),
    }
}

/// The answer is the documented one, where the vector has it: status, headers, body.
fn check_answer(answer: &Answer, expected: &Value) {
    if expected.is_null() {
        return;
    }
    assert_eq!(
        Some(u64::from(answer.status())),
        expected["status"].as_u64()
    );
    assert_eq!(answer.body(), text(&expected["body"]).as_bytes());
    for (name, value) in expected["headers"].as_object().into_iter().flatten() {
        let mut headers = answer.headers();
        let found = headers.find(|(known, _)| known == name);
        assert_eq!(
            found.map(|(_, found)| found.into_owned()),
            Some(text(value))
        );
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
