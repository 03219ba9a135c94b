//! HTTP Message Signatures (RFC 9421) that are changed on their way.

use std::sync::OnceLock;

use webhook_core::{
    Algorithm, Endpoint, MessageSignatures, Provider, Scheme, SignedRequest, Signer, fuzzing,
    providers,
};

use crate::{NOW, URL};

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const PROFILE: &str = "https://merchant.example/.well-known/ucp";

const COMPONENTS: &[&str] = &["@method", "@path", "content-digest"];
const SIGNATURES: MessageSignatures =
    MessageSignatures::new(&[Algorithm::HmacSha256], COMPONENTS).covering_if_present(&["@query"]);
const ACME: Provider = Provider::new("acme", &[Scheme::message_signatures(&SIGNATURES)]);

/// Plays one delivery. The first byte says which of three senders signed it; the rest is what
/// [`fuzzing::message_signature`] puts into it.
///
/// # Panics
///
/// When another body is accepted, or the same one as another event.
pub fn message_signature(data: &[u8]) {
    static TARGETS: OnceLock<Vec<(Endpoint, SignedRequest)>> = OnceLock::new();
    let targets = TARGETS.get_or_init(targets);
    if let Some((which, data)) = data.split_first() {
        let (endpoint, genuine) = &targets[usize::from(*which) % targets.len()];
        fuzzing::message_signature(endpoint, genuine, data);
    }
}

fn targets() -> Vec<(Endpoint, SignedRequest)> {
    let public = include_str!("../../webhook-test/vectors/keys/ed25519.pub.pem");
    let private = include_str!("../../webhook-test/vectors/keys/ed25519.pem");
    [
        (providers::ADCP, public, private, None),
        (providers::UCP, public, private, Some(PROFILE)),
        (ACME, SECRET, SECRET, None),
    ]
    .into_iter()
    .map(|(provider, public, private, profile)| {
        let mut builder = Endpoint::builder(provider, public)
            .public_url(URL)
            .clock(NOW);
        let mut signer = Signer::new(provider, private)
            .expect("usable")
            .public_url(URL)
            .path_and_query("/hook?a=1");
        if let Some(profile) = profile {
            builder = builder.setting("profile_url", profile);
            signer = signer.setting("profile_url", profile);
        }
        let endpoint = builder.build().expect("usable");
        (endpoint, signer.sign(NOW, r#"{"id":"evt_1"}"#))
    })
    .collect()
}
