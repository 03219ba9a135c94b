//! A delivery from its first header to its last byte, for every provider there is. The modules
//! have other targets that need more than a function of `webhook_core::fuzzing`.

mod message_signature;
mod structured_field;

use std::sync::OnceLock;

use bytes::Bytes;
use webhook_core::providers::unconfirmed;
use webhook_core::{
    Algorithm, Begun, Endpoint, Finished, Head, KeyFormat, Part, Provider, Signer, UnixTime,
};

pub use message_signature::message_signature;
pub use structured_field::structured_field;

const URL: &str = "https://example.com/hook";
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

macro_rules! key {
    ($name:literal) => {
        include_str!(concat!("../../webhook-test/vectors/keys/", $name, ".pem"))
    };
}

/// An endpoint, and a request for it that a stranger has signed.
struct Target {
    endpoint: Endpoint,
    method: &'static str,
    path: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Bytes,
}

/// Plays one delivery. The first byte says which provider it is for. The lines up to an empty one
/// are in turn the query, and the values of the headers that a request of that provider has; an
/// empty one leaves that of the stranger's request. What follows is the body, or if it is empty,
/// that of the stranger.
///
/// # Panics
///
/// When what nobody has signed is verified.
pub fn delivery(data: &[u8]) {
    static TARGETS: OnceLock<Vec<Target>> = OnceLock::new();
    let targets = TARGETS.get_or_init(|| {
        let all = Provider::ALL.iter().chain(unconfirmed::ALL);
        all.map(target).collect()
    });
    let Some((which, rest)) = data.split_first() else {
        return;
    };
    let target = &targets[usize::from(*which) % targets.len()];
    let (lines, body) = split(rest);
    let mut lines = lines.split(|byte| *byte == b'\n');
    let mut path = target.path.clone();
    if let Some(query) = lines.next().filter(|query| !query.is_empty()) {
        path.push(if path.contains('?') { '&' } else { '?' });
        path.push_str(&String::from_utf8_lossy(query));
    }
    let mut headers = target.headers.clone();
    for ((_, value), line) in headers.iter_mut().zip(lines) {
        if !line.is_empty() {
            *value = line.to_vec();
        }
    }
    let head = Head {
        method: target.method,
        path_and_query: &path,
        headers: &headers,
    };
    let Begun::Read(mut intake) = target.endpoint.begin(&head) else {
        return;
    };
    let body = match body.is_empty() {
        true => target.body.clone(),
        false => Bytes::copy_from_slice(body),
    };
    // Two pieces, as a socket gives them.
    let mut first = body.clone();
    let second = first.split_off(body.len() / 2);
    if intake.push(first).is_err() || intake.push(second).is_err() {
        return;
    }
    let verified = matches!(intake.finish(), Ok(Finished::Event(_)));
    let name = target.endpoint.provider().name();
    assert!(!verified, "{name}: nobody has signed this");
}

fn split(data: &[u8]) -> (&[u8], &[u8]) {
    let end = data.windows(2).position(|two| two == b"\n\n");
    match end {
        Some(at) => (&data[..at], &data[at + 2..]),
        None => (b"", data),
    }
}

fn target(provider: &Provider) -> Target {
    let (ours, theirs) = keys(provider);
    let settings = || provider.required_settings();
    let mut builder = Endpoint::builder(*provider, ours)
        .public_url(URL)
        .clock(NOW);
    for name in settings() {
        builder = builder.setting(name, setting(name));
    }
    if provider.names_keys() && provider.optional_settings().any(|name| name == "kid") {
        builder = builder.setting("kid", "key-1");
    }
    let endpoint = builder.build().expect("usable");
    let Ok(signer) = Signer::new(*provider, theirs) else {
        // RSA with SHA-1 is verified alone.
        return Target {
            endpoint,
            method: "POST",
            path: "/hook".into(),
            headers: Vec::new(),
            body: Bytes::from_static(b"a=1&p_signature=AAAA"),
        };
    };
    let mut signer = signer
        .public_url(URL)
        .path_and_query("/hook")
        .event_type("a.b");
    for name in settings() {
        signer = signer.setting(name, setting(name));
    }
    for part in provider.schemes()[0].parts() {
        if let Part::Header(name) = part {
            signer = signer.header(*name, "signed-1");
        }
    }
    let signed = signer.sign(NOW, include_str!("body.json"));
    let headers = signed.headers.into_iter();
    Target {
        endpoint,
        method: signed.method,
        path: signed.path_and_query,
        headers: headers
            .map(|(name, value)| (name, value.into_bytes()))
            .collect(),
        body: signed.body,
    }
}

fn setting(name: &str) -> &'static str {
    match name {
        "private_key" => key!("rsa-other"),
        _ => "setting-1",
    }
}

/// The endpoint's key, and a stranger's.
fn keys(provider: &Provider) -> (&'static str, &'static str) {
    use Algorithm::{EcdsaP256Sha1, EcdsaP256Sha256, EcdsaP256Sha256Fixed};
    match (provider.key_format(), provider.schemes()[0].key_algorithm()) {
        (KeyFormat::PublicKey, Some(Algorithm::Ed25519)) => {
            (key!("ed25519.pub"), key!("ed25519-other"))
        }
        (KeyFormat::PublicKey, Some(EcdsaP256Sha1 | EcdsaP256Sha256 | EcdsaP256Sha256Fixed)) => {
            (key!("p256.pub"), key!("p256-other"))
        }
        (KeyFormat::PublicKey, Some(Algorithm::EcdsaP521Sha512Fixed)) => {
            (key!("p521.pub"), key!("p521-other"))
        }
        (KeyFormat::PublicKey, Some(Algorithm::EcdsaSecp256k1Sha256)) => {
            (key!("k256.pub"), key!("k256-other"))
        }
        (KeyFormat::PublicKey, _) => (key!("rsa.pub"), key!("rsa-other")),
        (KeyFormat::Basic, _) => ("user:xK9vQ2mR7tW4zB8n", "user:another-password"),
        _ => (
            "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
            "ABCDEF0123456789abcdef0123456789",
        ),
    }
}
