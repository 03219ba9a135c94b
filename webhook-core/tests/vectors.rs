//! Known answers, one file a provider. `webhook-test/vectors/generate.py` makes them from the formulas, independently
//! of this crate.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use base64::Engine as _;
use bytes::Bytes;
use serde_json::Value;
use webhook_core::{Delivery, Endpoint, Finished, Head, Provider, RejectionKind, UnixTime};

macro_rules! vectors {
    ($($name:ident: $file:literal, $least:literal;)*) => {
        $(
            #[test]
            fn $name() {
                let file = include_str!(concat!("data/", $file, ".json"));
                let vectors: Vec<Value> = serde_json::from_str(file).unwrap();
                assert!(vectors.len() >= $least, "only {} vectors", vectors.len());
                for vector in &vectors {
                    check(Provider::find($file).unwrap(), vector);
                }
            }
        )*

        #[test]
        fn every_provider_has_vectors() {
            let files = [$($file),*];
            for provider in Provider::ALL {
                assert!(files.contains(&provider.name()), "{}", provider.name());
            }
        }
    };
}

vectors! {
    asaas: "asaas", 20;
    chargebee: "chargebee", 20;
    codespar: "codespar", 20;
    codespar_v1: "codespar-v1", 20;
    docusign: "docusign", 20;
    github: "github", 20;
    gitlab_token: "gitlab-token", 20;
    hubspot: "hubspot", 20;
    ifthenpay: "ifthenpay", 20;
    mercadopago: "mercadopago", 20;
    nextpay: "nextpay", 20;
    nfeio: "nfeio", 20;
    paystack: "paystack", 20;
    shopify: "shopify", 20;
    slack: "slack", 20;
    smartpay: "smartpay", 20;
    square: "square", 20;
    standard_webhooks: "standard-webhooks", 20;
    stripe: "stripe", 20;
    svix: "svix", 20;
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
    let secrets: Vec<&str> = match (&vector["secrets"], &vector["secret"]) {
        (Value::Array(secrets), _) => secrets.iter().filter_map(Value::as_str).collect(),
        (_, secret) => secret.as_str().into_iter().collect(),
    };
    let now = UnixTime::from_secs(vector["now"].as_u64().unwrap());
    let mut builder = Endpoint::builder(*provider, secrets).clock(now);
    if provider.signs_url() {
        let url = [&vector["url"], &vector["context"]["notification_url"]];
        let url = url.iter().find_map(|url| url.as_str()).unwrap();
        builder = builder.public_url(url);
    }
    let endpoint = builder
        .build()
        .unwrap_or_else(|error| panic!("{}: {error}", vector["name"]));
    let headers: Vec<(String, String)> = match &vector["headers"] {
        Value::Array(pairs) => pairs
            .iter()
            .map(|pair| (text(&pair[0]), text(&pair[1])))
            .collect(),
        Value::Object(map) => map
            .iter()
            .map(|(name, value)| (name.clone(), text(value)))
            .collect(),
        other => panic!("headers are {other}"),
    };
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
    let mut intake = endpoint
        .begin(&head)
        .map_err(|rejection| rejection.kind())?;
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
            if let Some(expected) = vector["response"]["body"].as_str() {
                assert_eq!(answer.body(), expected.as_bytes());
            }
            Ok(None)
        }
        _ => unreachable!("two ends"),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// More vectors lie beside a development checkout. They are not part of the project, so a plain clone goes without.
#[test]
fn vectors_beside_the_project_have_their_labelled_verdict() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors");
    let (mut run, mut left_out) = (0, Vec::new());
    for file in ["seeds", "platforms", "payments"] {
        let Ok(text) = std::fs::read_to_string(folder.join(file).with_extension("json")) else {
            eprintln!("SKIPPED: no {file}.json beside the project");
            continue;
        };
        for vector in serde_json::from_str::<Vec<Value>>(&text).unwrap() {
            let provider = vector["provider"].as_str().unwrap();
            let secret = vector["secret"].as_str().unwrap_or_default();
            match Provider::find(provider) {
                Some(_) if secret.starts_with("whpk_") => {
                    left_out.push(format!("{provider}: {} (Ed25519)", vector["name"]));
                }
                Some(provider) => {
                    check(provider, &vector);
                    run += 1;
                }
                None => left_out.push(format!("{provider}: no preset yet")),
            }
        }
    }
    left_out.sort();
    left_out.dedup();
    println!("{run} vectors beside the project have their verdict; left out:");
    for reason in left_out {
        println!("  {reason}");
    }
}
