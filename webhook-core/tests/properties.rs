//! What holds for every provider, known or to come: what it signs it accepts, and nothing else.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use bytes::Bytes;
use proptest::prelude::*;
use webhook_core::{
    Coverage, Endpoint, Head, Part, Provider, RejectionKind, SignedRequest, Signer, UnixTime,
};

const URL: &str = "https://shop.example/hooks";
const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

/// A secret in the provider's format, and another one.
fn secrets(provider: &Provider) -> [String; 2] {
    match provider.name() {
        "chargebee" => [
            "user:correct horse battery".into(),
            "user:correct horse batterz".into(),
        ],
        "standard-webhooks" | "svix" => [
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into(),
            "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD".into(),
        ],
        _ => [
            "gybcsjixKyBW2d4z6iNPlaYzHUMtawno".into(),
            "gybcsjixKyBW2d4z6iNPlaYzHUMtawnp".into(),
        ],
    }
}

fn endpoint(provider: &Provider, secret: &str, now: UnixTime) -> Endpoint {
    let builder = Endpoint::builder(*provider, secret).clock(now);
    let builder = if provider.signs_url() {
        builder.public_url(URL)
    } else {
        builder
    };
    builder.build().unwrap()
}

fn sign(provider: &Provider, body: &[u8]) -> SignedRequest {
    let [secret, _] = secrets(provider);
    Signer::new(*provider, secret.as_str())
        .unwrap()
        .public_url(URL)
        .path_and_query("/hooks?data.id=Ab1&requestId=r1")
        .header("x-request-id", "req-1")
        .sign(NOW, Bytes::copy_from_slice(body))
}

fn receive(endpoint: &Endpoint, request: &SignedRequest) -> Result<Coverage, RejectionKind> {
    let head = Head {
        method: request.method,
        path_and_query: &request.path_and_query,
        headers: &request.headers,
    };
    endpoint
        .verify(&head, request.body.clone())
        .map(|delivery| delivery.proof().coverage())
        .map_err(|rejection| rejection.kind())
}

fn any_provider() -> impl Strategy<Value = Provider> {
    proptest::sample::select(Provider::ALL)
}

proptest! {
    #[test]
    fn what_a_provider_signs_is_accepted(provider in any_provider(), body in ".*") {
        let [secret, _] = secrets(&provider);
        let coverage = receive(&endpoint(&provider, &secret, NOW), &sign(&provider, body.as_bytes()));
        prop_assert_eq!(coverage, Ok(provider.coverage()));
    }

    #[test]
    fn another_secret_never_verifies(provider in any_provider(), body: Vec<u8>) {
        let [_, other] = secrets(&provider);
        let refused = receive(&endpoint(&provider, &other, NOW), &sign(&provider, &body));
        prop_assert_eq!(refused, Err(RejectionKind::BadSignature));
    }

    #[test]
    fn a_flipped_bit_of_the_body_is_refused_where_the_body_is_covered(
        provider in any_provider(), body in prop::collection::vec(any::<u8>(), 1..2048), at: prop::sample::Index, bit in 0..8_u8,
    ) {
        let [secret, _] = secrets(&provider);
        let mut request = sign(&provider, &body);
        let mut flipped = body.clone();
        flipped[at.index(body.len())] ^= 1 << bit;
        request.body = flipped.into();
        let outcome = receive(&endpoint(&provider, &secret, NOW), &request);
        if provider.coverage().body {
            prop_assert_eq!(outcome, Err(RejectionKind::BadSignature));
        } else {
            prop_assert!(!outcome.unwrap().body, "an uncovered body was reported as covered");
        }
    }

    #[test]
    fn a_body_cut_or_extended_is_refused_where_the_body_is_covered(
        provider in any_provider(), body in prop::collection::vec(any::<u8>(), 1..256), extra: u8,
    ) {
        prop_assume!(provider.coverage().body);
        let [secret, _] = secrets(&provider);
        let endpoint = endpoint(&provider, &secret, NOW);
        let mut request = sign(&provider, &body);
        request.body = body[..body.len() - 1].to_vec().into();
        prop_assert_eq!(receive(&endpoint, &request), Err(RejectionKind::BadSignature));
        request.body = [body.as_slice(), &[extra]].concat().into();
        prop_assert_eq!(receive(&endpoint, &request), Err(RejectionKind::BadSignature));
    }

    #[test]
    fn a_changed_character_of_the_proof_is_refused(provider in any_provider(), at: prop::sample::Index, to in "[!-~]") {
        let [secret, _] = secrets(&provider);
        let mut request = sign(&provider, br#"{"id":"evt_1"}"#);
        prop_assume!(!provider.signs_nothing_in_headers());
        let value = &mut request.headers[0].1;
        let at = at.index(value.len());
        let before = value.clone();
        value.replace_range(at..=at, &to);
        // Hexadecimal digits and the name of the Basic scheme compare in either case.
        prop_assume!(!value.eq_ignore_ascii_case(&before));
        prop_assert!(receive(&endpoint(&provider, &secret, NOW), &request).is_err(), "{} -> {}", before, request.headers[0].1);
    }

    #[test]
    fn no_headers_and_no_body_can_make_it_panic(
        provider in any_provider(),
        value in prop::collection::vec(any::<u8>(), 0..300),
        target in "/[ -~]{0,60}",
        body: Vec<u8>,
    ) {
        let [secret, _] = secrets(&provider);
        let mut names: Vec<String> = sign(&provider, b"").headers.into_iter().map(|(name, _)| name).collect();
        names.push("content-encoding".into());
        names.push("content-length".into());
        let headers: Vec<(String, Vec<u8>)> = names.into_iter().map(|name| (name, value.clone())).collect();
        let head = Head { method: provider.method(), path_and_query: &target, headers: &headers };
        prop_assert!(endpoint(&provider, &secret, NOW).verify(&head, body.into()).is_err());
    }
}

/// For schemes whose proof is not in a header.
trait Proofless {
    fn signs_nothing_in_headers(&self) -> bool;
}

impl Proofless for Provider {
    fn signs_nothing_in_headers(&self) -> bool {
        matches!(
            self.schemes()[0].location(),
            webhook_core::Location::Query(_)
        )
    }
}

#[test]
fn a_truncated_extended_or_empty_proof_is_refused_at_every_length() {
    for provider in Provider::ALL
        .iter()
        .filter(|p| !p.signs_nothing_in_headers())
    {
        let [secret, _] = secrets(provider);
        let endpoint = endpoint(provider, &secret, NOW);
        let signed = sign(provider, br#"{"id":"evt_1"}"#);
        let proof = &signed.headers[0].1;
        for len in 0..proof.len() {
            let mut request = signed.clone();
            request.headers[0].1.truncate(len);
            assert!(
                receive(&endpoint, &request).is_err(),
                "{} cut to {len}",
                provider.name()
            );
        }
        for extra in ["0", "00", "=", "A", ",", "\0", &"0".repeat(64)] {
            let mut request = signed.clone();
            request.headers[0].1.push_str(extra);
            let pairs_may_end_in_a_comma = extra == "," && proof.contains("v1=");
            assert_eq!(
                receive(&endpoint, &request).is_ok(),
                pairs_may_end_in_a_comma,
                "{} with {extra:?} behind",
                provider.name()
            );
        }
    }
}

#[test]
fn a_missing_or_repeated_header_of_the_scheme_is_refused() {
    for provider in Provider::ALL {
        let [secret, _] = secrets(provider);
        let endpoint = endpoint(provider, &secret, NOW);
        let signed = sign(provider, br#"{"id":"evt_1"}"#);
        // Labels and values that may be absent are not the scheme's.
        let label = |name: &str| {
            [
                "x-request-id",
                "x-github-delivery",
                "x-shopify-event-id",
                "idempotency-key",
            ]
            .contains(&name)
        };
        for (i, (name, value)) in signed
            .headers
            .iter()
            .enumerate()
            .filter(|(_, (name, _))| !label(name))
        {
            let mut without = signed.clone();
            without.headers.remove(i);
            assert!(
                receive(&endpoint, &without).is_err(),
                "{} without {name}",
                provider.name()
            );
            for at in [0, signed.headers.len()] {
                let mut twice = signed.clone();
                twice
                    .headers
                    .insert(at, (name.clone(), format!("{value}0")));
                assert_eq!(
                    receive(&endpoint, &twice),
                    Err(RejectionKind::AmbiguousHeader),
                    "{} with two {name}",
                    provider.name()
                );
            }
        }
    }
}

#[test]
fn a_signed_time_is_fresh_up_to_its_edges_and_no_further() {
    let timed = Provider::ALL
        .iter()
        .filter(|provider| provider.coverage().time);
    assert!(timed.clone().count() >= 7);
    for provider in timed {
        let [secret, _] = secrets(provider);
        let signed = sign(provider, br#"{"id":"evt_1"}"#);
        let seconds = |secs: i64| {
            let now = UnixTime::from_secs(NOW.as_secs().saturating_add_signed(secs));
            receive(&endpoint(provider, &secret, now), &signed).map(|_| ())
        };
        for fresh in [-300, -1, 0, 1, 300] {
            assert_eq!(seconds(fresh), Ok(()), "{} at {fresh} s", provider.name());
        }
        assert_eq!(
            seconds(301),
            Err(RejectionKind::Stale),
            "{}",
            provider.name()
        );
        assert_eq!(
            seconds(-301),
            Err(RejectionKind::Future),
            "{}",
            provider.name()
        );
    }
}

#[test]
fn any_of_several_secrets_verifies_and_the_slot_says_which() {
    for provider in Provider::ALL {
        let [right, wrong] = secrets(provider);
        let request = sign(provider, br#"{"id":"evt_1"}"#);
        for (order, slot) in [([&right, &wrong], 0), ([&wrong, &right], 1)] {
            let builder = Endpoint::builder(*provider, order)
                .clock(NOW)
                .public_url(URL);
            let head = Head {
                method: request.method,
                path_and_query: &request.path_and_query,
                headers: &request.headers,
            };
            let delivery = builder
                .build()
                .unwrap()
                .verify(&head, request.body.clone())
                .unwrap();
            assert_eq!(delivery.proof().key_slot(), slot, "{}", provider.name());
        }
    }
}

#[test]
fn the_table_is_consistent() {
    for provider in Provider::ALL {
        let name = provider.name();
        assert_eq!(Provider::find(name).map(Provider::name), Some(name));
        assert_eq!(
            Provider::find(&name.replace('-', "_")).map(Provider::name),
            Some(name)
        );
        assert!(
            provider.docs().starts_with("https://"),
            "{name} has no page"
        );
        for scheme in provider.schemes() {
            let timed = scheme.parts().contains(&Part::Time);
            assert_eq!(timed, scheme.coverage().time, "{name}");
        }
    }
}
