//! Every provider in `webhook serve`: configured by name and keys, tested over real sockets.
//!
//! A provider that signs no time gets the vectors of the workspace, which Python signed. Any other
//! gets deliveries that the engine's `Signer` signs now.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;
#[path = "../../webhook-test/vectors/loader.rs"]
mod loader;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use webhook_core::{Clock as _, Location, Part, Provider, Signer, SystemClock};

use common::{Request, Server};
use loader::{Vector, Verdict};

#[test]
fn untimed_deliveries_have_their_labelled_verdict() {
    let (mut run, mut providers) = (0, 0);
    for provider in Provider::ALL.iter().filter(|provider| !is_timed(provider)) {
        let mut vectors = loader::of(provider.name());
        vectors.retain(|vector| {
            !offers_secret(provider, vector) && !is_at_origin(vector) && !expires(vector)
        });
        let mut routes: Vec<Map<String, Value>> = Vec::new();
        let mut requests = Vec::new();
        for vector in &vectors {
            let entries = entries(provider, vector);
            let at = routes.iter().position(|known| *known == entries);
            let at = at.unwrap_or_else(|| {
                routes.push(entries);
                routes.len() - 1
            });
            requests.push(request(vector, at));
        }
        let config = routes.into_iter().enumerate();
        let config: Map<_, _> = config
            .map(|(at, entries)| (format!("r{at}"), entries.into()))
            .collect();
        let server = Server::start(&Value::from(config).to_string());
        for (vector, request) in vectors.iter().zip(requests) {
            let status = server.send(&request).status;
            let name = format!("{}: {}", provider.name(), vector.name);
            match vector.expect {
                Verdict::Valid => assert_eq!(status, 200, "{name}"),
                _ => assert!((400..500).contains(&status), "{name}: {status}"),
            }
            run += 1;
        }
        providers += 1;
    }
    println!("{run} vectors of {providers} providers");
    assert!(providers > 50);
}

#[test]
fn timed_deliveries_are_taken_now_and_refused_once_their_proof_has_changed() {
    let mut left_out = BTreeSet::new();
    for provider in Provider::ALL.iter().filter(|provider| is_timed(provider)) {
        let name = provider.name();
        let vector = &loader::of(provider.name())[0];
        let mut entries = entries(provider, vector);
        let mut secret = vector.secrets[0].clone();
        if is_public(provider) {
            let Some((public, private)) = pair(provider) else {
                left_out.insert(name);
                continue;
            };
            entries.remove("secrets");
            entries.insert("public_key".into(), public.into());
            secret = private;
        }
        println!("{name}");
        let server = Server::start(&json!({ "r0": entries }).to_string());
        let request = signed_now(provider, &secret, vector);
        let answer = server.send(&request);
        assert_eq!(answer.status, 200, "{name}: {}", answer.body);
        let receipt: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        assert!(
            receipt.is_null() || receipt["provider"] == name,
            "{name}: {receipt}"
        );
        let refused = server.send(&with_another_proof(provider, &request));
        assert_eq!(refused.status, 401, "{name}");
    }
    println!("left out: {left_out:?}");
    assert!(left_out.len() < 3, "{left_out:?}");
}

/// A delivery signed now, with the URL and the settings of the vector.
fn signed_now(provider: &Provider, secret: &str, vector: &Vector) -> Request {
    let mut signer = Signer::new(*provider, secret)
        .unwrap()
        .path_and_query("/hooks/r0")
        .public_url(vector.url.clone().unwrap_or_default());
    for (key, value) in &vector.settings {
        signer = signer.setting(key, value.as_str());
    }
    for part in provider.schemes()[0].parts() {
        if let Part::Header(name) = part {
            signer = signer.header(*name, "signed-1");
        }
    }
    let now = SystemClock.now().unwrap();
    // The transaction is what Wompi signs.
    let body = concat!(
        r#"{"id":"evt_1","type":"a.b","data":{"transaction":"#,
        r#"{"id":"1-2","status":"APPROVED","amount_in_cents":3}}}"#,
    );
    let signed = signer.sign(now, body);
    let mut request = Request::new(signed.method, &signed.path_and_query);
    request.headers = signed.headers;
    request.body = signed.body.to_vec();
    request
}

/// Whether a delivery becomes stale: its time is signed, or its token expires.
fn is_timed(provider: &Provider) -> bool {
    let mut schemes = provider.schemes().iter();
    schemes.any(|scheme| {
        let token = scheme.words().is_some_and(|words| words.contains("JW"));
        token || scheme.tolerance().is_some()
    })
}

/// Whether the vector is a handshake that offers a secret. Only an application accepts one: the
/// command needs its secret in the configuration.
fn offers_secret(provider: &Provider, vector: &Vector) -> bool {
    let handshake = provider.handshake();
    vector.response.is_some() && handshake.is_some_and(|known| known.offers_secret())
}

/// Whether an origin is configured, so that the path of the request counts. Here it is another one.
fn is_at_origin(vector: &Vector) -> bool {
    let url = vector.url.as_deref();
    url.and_then(|url| url.strip_prefix("https://"))
        .is_some_and(|rest| !rest.contains('/'))
}

/// Whether its signature ends, although no time has to be signed. The clock is that of the machine.
fn expires(vector: &Vector) -> bool {
    let mut headers = vector.headers.iter();
    headers.any(|(name, value)| name == "Signature-Input" && value.contains(";expires="))
}

/// The entries of a route for this vector.
fn entries(provider: &Provider, vector: &Vector) -> Map<String, Value> {
    let settings = vector.settings.iter();
    let settings = settings.map(|(key, value)| (key.clone(), value.as_str().into()));
    let mut entries: Map<String, Value> = settings.collect();
    entries.insert("provider".into(), provider.name().into());
    entries.insert("secrets".into(), vector.secrets.clone().into());
    for (key, value) in [("url", &vector.url), ("verify_token", &vector.verify_token)] {
        if let Some(value) = value {
            entries.insert(key.into(), value.as_str().into());
        }
    }
    entries
}

fn request(vector: &Vector, route: usize) -> Request {
    let query = vector.path_and_query.split_once('?');
    let query = query.map(|(_, query)| format!("?{query}"));
    let path = format!("/hooks/r{route}{}", query.unwrap_or_default());
    let mut request = Request::new(&vector.method, &path);
    request.headers = vector.headers.clone();
    request.body = vector.body();
    request
}

fn is_public(provider: &Provider) -> bool {
    #[cfg(feature = "asymmetric")]
    return provider.key_format() == webhook_core::KeyFormat::PublicKey;
    #[cfg(not(feature = "asymmetric"))]
    {
        let _ = provider;
        false
    }
}

/// A throwaway key pair: the public key and the private key.
fn pair(provider: &Provider) -> Option<(String, String)> {
    let names = ["ed25519", "p256", "p521", "k256", "rsa"].into_iter();
    let mut pairs = names.map(|name| (loader::key(&format!("{name}.pub")), loader::key(name)));
    pairs.find(|(_, private)| Signer::new(*provider, private.as_str()).is_ok())
}

/// The same request with one character of the signature changed.
fn with_another_proof(provider: &Provider, request: &Request) -> Request {
    let mut changed = request.clone();
    let in_body = matches!(provider.schemes()[0].location(), Location::BodyField(_));
    if let Some((_, value)) = changed.headers.first_mut().filter(|_| !in_body) {
        *value = other(value);
        return changed;
    }
    // In the body, the signature is the longest run of letters and digits.
    let body = String::from_utf8(std::mem::take(&mut changed.body)).unwrap();
    let words = body.split(|c: char| !c.is_ascii_alphanumeric());
    let longest = words.max_by_key(|word| word.len()).unwrap().to_owned();
    changed.body = body.replace(&longest, &other(&longest)).into_bytes();
    changed
}

/// The text with one letter or digit changed.
fn other(text: &str) -> String {
    let at = text.rfind(|c: char| c.is_ascii_alphanumeric()).unwrap();
    // Not the last one: in base64, it can hold fewer than six bits.
    let at = text[..at]
        .rfind(|c: char| c.is_ascii_alphanumeric())
        .unwrap();
    let changed = if &text[at..=at] == "0" { "1" } else { "0" };
    format!("{}{changed}{}", &text[..at], &text[at + 1..])
}
