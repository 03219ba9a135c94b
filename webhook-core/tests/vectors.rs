//! Known answers, one file a provider and one test a row of the table. `webhook-test/vectors/generate.py` makes them from the
//! formulas, independently of this crate.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use bytes::Bytes;
use serde_json::{Value, json};
use webhook_core::providers::{self, unconfirmed};
use webhook_core::{
    Answer, Delivery, Ended, Endpoint, Finished, Head, Provider, RejectionKind, UnixTime,
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
    let secrets: Vec<&str> = match (&vector["secrets"], &vector["secret"]) {
        (Value::Array(secrets), _) => secrets.iter().filter_map(Value::as_str).collect(),
        (_, secret) => secret.as_str().into_iter().collect(),
    };
    let now = UnixTime::from_secs(vector["now"].as_u64().unwrap());
    let mut builder = Endpoint::builder(*provider, secrets).clock(now);
    if provider.signs_url() {
        let url = [&vector["url"], &vector["context"]["notification_url"]];
        let url = url.iter().find_map(|url| url.as_str()).unwrap();
        let (without_query, _) = url.split_once('?').unwrap_or((url, ""));
        builder = builder.public_url(without_query);
    }
    if let Some(token) = vector["verify_token"].as_str() {
        if let Some(url) = vector["context"]["endpoint"].as_str() {
            builder = builder.public_url(url);
        }
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
    let mut intake = match endpoint.begin(&head) {
        Ok(intake) => intake,
        Err(Ended::Refused(rejection)) => return Err(rejection.kind()),
        Err(Ended::Answered(answer)) => {
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

/// A private key of RSA as PKCS#8 (RFC 5958) in PEM, out of a JSON Web Key (RFC 7518 §6.3.2).
fn private_key(jwk: &Value) -> String {
    fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
        let len = content.len().to_be_bytes();
        let len: Vec<u8> = len.into_iter().skip_while(|byte| *byte == 0).collect();
        match content.len() {
            0..=127 => [&[tag, len.first().copied().unwrap_or(0)], content].concat(),
            _ => {
                let size = 0x80 | u8::try_from(len.len()).unwrap();
                [&[tag, size], &len[..], content].concat()
            }
        }
    }
    let number = |name: &str| {
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
            .decode(jwk[name].as_str().unwrap())
            .unwrap();
        let sign: &[u8] = if bytes[0] < 0x80 { &[] } else { &[0] };
        tagged(2, &[sign, &bytes].concat())
    };
    let numbers = ["n", "e", "d", "p", "q", "dp", "dq", "qi"].map(number);
    let key = tagged(0x30, &[&[2, 1, 0][..], &numbers.concat()].concat());
    // rsaEncryption, with no parameters.
    let algorithm = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
    let key = [&[2, 1, 0][..], algorithm, &tagged(4, &key)].concat();
    let der = base64::engine::general_purpose::STANDARD.encode(tagged(0x30, &key));
    format!("-----BEGIN PRIVATE KEY-----\n{der}\n-----END PRIVATE KEY-----")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// More vectors lie beside a development checkout. They are not part of the project, so a plain clone goes without.
#[test]
fn vectors_beside_the_project_have_their_labelled_verdict() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors");
    let (mut run, mut left_out) = (0, BTreeSet::new());
    for file in ["seeds", "platforms", "payments"] {
        let Ok(text) = fs::read_to_string(folder.join(file).with_extension("json")) else {
            eprintln!("SKIPPED: no {file}.json beside the project");
            continue;
        };
        for mut vector in serde_json::from_str::<Vec<Value>>(&text).unwrap() {
            match fit(&mut vector) {
                Ok(provider) => {
                    check(&provider, &vector);
                    run += 1;
                }
                Err(reason) => {
                    let provider = vector["provider"].as_str().unwrap();
                    left_out.insert(format!("{provider}: {reason}"));
                }
            }
        }
    }
    println!("{run} vectors beside the project have their verdict; left out:");
    for reason in left_out {
        println!("  {reason}");
    }
}

/// The provider whose vector it is, and the vector as this crate would be configured for it; or why it does not run.
fn fit(vector: &mut Value) -> Result<Provider, String> {
    let name = text(&vector["provider"]);
    let title = text(&vector["name"]);
    let secret = text(&vector["secret"]);
    let has = |header: &str| {
        let headers = vector["headers"].as_object().unwrap();
        headers.keys().any(|name| name.eq_ignore_ascii_case(header))
    };
    let variant = match name.as_str() {
        "standard-webhooks" if secret.starts_with("whpk_") => {
            "standard-webhooks-ed25519".to_owned()
        }
        "gitea" if text(&vector["body"]).starts_with("payload=") => "gitea-form".to_owned(),
        "creem" if has("creem-signature") => "creem-legacy".to_owned(),
        "cloudinary" if vector["algorithm"] == "sha256" => "cloudinary-sha256".to_owned(),
        _ => name.replace('_', "-"),
    };
    let in_unconfirmed = || {
        unconfirmed::ALL
            .iter()
            .find(|known| known.name() == variant)
    };
    let provider = Provider::find(&variant)
        .or_else(in_unconfirmed)
        .ok_or("no preset")?;
    match name.as_str() {
        "pagarme_hub" => {
            let keys: Value = serde_json::from_str(&secret).unwrap();
            vector["settings"] = json!({"kid": keys["keys"][0]["kid"]});
        }
        "ebay" if !has("x-ebay-signature") => {
            vector["verify_token"] = secret.into();
            vector["secret"] = include_str!("keys/p256.pub.pem").into();
            let body = vector["context"]["challenge_response_json"].to_string();
            vector["response"] = serde_json::json!({ "status": 200, "body": body });
        }
        "stone_openbank" => {
            let keys: Value = serde_json::from_str(&secret).unwrap();
            let private = private_key(&keys["recipient_private_jwk"]);
            vector["settings"] =
                json!({"private_key": private, "kid": keys["stone_jwks"]["keys"][0]["kid"]});
            vector["secret"] = keys["stone_jwks"].to_string().into();
        }
        "plaid" if secret.contains(r#""expired_at": 1"#) => {
            return Err(format!(
                "{title}: such a key is refused where it is configured"
            ));
        }
        "google-pubsub" => {
            vector["secret"] = vector["jwks"].to_string().into();
            vector["settings"] = serde_json::json!({"audience": vector["audience"],
                "service_account": vector["service_account"], "kid": "test-kid"});
        }
        "aws-sns" => {
            vector["secret"] = vector["signing_cert_pem"].clone();
            let body: Value = serde_json::from_str(vector["body"].as_str().unwrap()).unwrap();
            let legacy = body["SignatureVersion"] == "1";
            vector["settings"] = serde_json::json!({"topic_arn": body["TopicArn"]});
            vector["body"] = vector["body"].clone();
            if legacy {
                let legacy = Provider::find("aws-sns-legacy-sha1");
                return legacy.copied().ok_or("no preset".to_owned());
            }
        }
        "bitso" => {
            let keys: Value = serde_json::from_str(&secret).unwrap();
            vector["secret"] = keys[0]["public_key"].clone();
            vector["settings"] = serde_json::json!({"kid": keys[0]["key_id"]});
        }
        "paypal" => {
            vector["secret"] = vector["context"]["public_key_pem"].clone();
            vector["settings"] = serde_json::json!({"webhook_id": vector["context"]["webhook_id"]});
        }
        "monday" => {
            vector["settings"] = serde_json::json!({"audience": vector["audience"]});
        }
        "fireblocks" => vector["settings"] = serde_json::json!({"kid": vector["context"]["kid"]}),
        // Their secret is that of the handshake.
        "meta" if vector["method"] == "GET" => {
            vector["verify_token"] = secret.into();
            vector["secret"] = "an-app-secret-0001".into();
        }
        "asana" if !vector["response"].is_null() => vector["secret"] = "none-yet-0123456789".into(),
        "cloudinary" if variant == "cloudinary-sha256" => {
            return Err(format!("{title}: signed 250 000 years ahead"));
        }
        "easypay" => {
            let (basic, code) = secret.split_once('|').unwrap();
            vector["settings"] = json!({"code": code});
            vector["secret"] = basic.into();
        }
        "marqeta" => {
            let credentials = vector["context"]["basic"]
                .as_str()
                .unwrap_or("user:password");
            vector["settings"] = json!({"credentials": credentials});
        }
        "braintree"
            if !vector["path_and_query"]
                .as_str()
                .unwrap()
                .ends_with("/webhook") =>
        {
            let context = vector["context"].clone();
            vector["settings"] = json!({"public_key": context["public_key"]});
            if let Some(body) = context["challenge_response_body"].as_str() {
                vector["response"] = json!({"status": 200, "body": body});
            }
        }
        "braintree" => {
            vector["settings"] = json!({"public_key": vector["context"]["public_key"]});
        }
        "rapyd" => vector["settings"] = json!({"access_key": vector["context"]["access_key"]}),
        "klarna" => vector["settings"] = json!({"kid": vector["context"]["key_id"]}),
        "box" => {
            let keys = vector["secrets"].take();
            let primary = keys["primary"].as_str().unwrap_or("another-primary-key");
            vector["secret"] = primary.into();
            if let Some(secondary) = keys["secondary"].as_str() {
                vector["settings"] = json!({"secondary_secret": secondary});
            }
        }
        "dlocal" => {
            let login = text(&vector["context"]["login"]);
            vector["secret"] = format!("{login}:{secret}").into();
        }
        _ => {}
    }
    // As an HTTP server hands them over.
    for value in vector["headers"].as_object_mut().unwrap().values_mut() {
        *value = text(value).trim().into();
    }
    Ok(*provider)
}
