//! What holds for every provider, known or to come: what it signs it accepts, and nothing else.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use proptest::prelude::*;
use webhook_core::providers::{self, unconfirmed};
use webhook_core::{
    Begun, Claimed, Coverage, Endpoint, Finished, Grammar, Head, Location, Locator, Part, Provider,
    RejectionKind, ReplayKey, Reply, SignedRequest, Signer, UnixTime,
};

#[path = "common/parties.rs"]
mod parties;
#[path = "common/random.rs"]
mod random;

use parties::{NOW, URL, configured, secrets, setting, signed_headers, signing_secret};
use random::draws;

/// Those that the signer can play, which are all but the ones with RSA and SHA-1.
fn signable() -> impl Iterator<Item = &'static Provider> + Clone {
    Provider::ALL
        .iter()
        .filter(|provider| Signer::new(**provider, signing_secret(provider).as_str()).is_ok())
}

fn endpoint(provider: &Provider, secret: &str, now: UnixTime) -> Endpoint {
    let builder = Endpoint::builder(*provider, secret).clock(now);
    let builder = if provider.signs_url() {
        builder.public_url(URL)
    } else {
        builder
    };
    configured(builder, provider).build().unwrap()
}

fn sign(provider: &Provider, body: &[u8]) -> SignedRequest {
    sign_to(provider, "/hooks?data.id=Ab1&requestId=r1", body)
}

fn sign_to(provider: &Provider, target: &str, body: &[u8]) -> SignedRequest {
    let mut signer = Signer::new(*provider, signing_secret(provider).as_str())
        .unwrap()
        .public_url(URL)
        .path_and_query(target);
    for name in provider.required_settings() {
        signer = signer.setting(name, setting(name));
    }
    for name in signed_headers(provider) {
        signer = signer.header(name, "signed-1");
    }
    // What a proof is put into has to be an object.
    let body = if reads_body(provider) {
        let note = String::from_utf8_lossy(body);
        object(provider.name(), &note).to_string()
    } else {
        return signer.sign(NOW, Bytes::copy_from_slice(body));
    };
    signer.sign(NOW, body)
}

/// An object that has what the provider signs.
fn object(provider: &str, note: &str) -> serde_json::Value {
    use serde_json::json;
    match provider {
        "adyen" => json!({"notificationItems": [
            {"NotificationRequestItem": {
                "merchantReference": note, "success": "true", "additionalData": {},
            }},
        ]}),
        "iyzico" => {
            json!({
                "iyziEventType": "a", "paymentId": 1, "paymentConversationId": "b", "status": "c",
            })
        }
        "midtrans" => {
            json!({"order_id": 1, "status_code": "200", "gross_amount": "1.00", "note": note})
        }
        "microsoft-graph" => json!({"value": [{"note": note}, {}]}),
        "myfatoorah-v1" => json!({"Data": {"a": 1, "b": null}, "note": note}),
        "myfatoorah-v2" => {
            json!({"Event": {"Name": "PAYMENT_STATUS_CHANGED"}, "Data": {}, "note": note})
        }
        "tap" => json!({
            "id": "a", "amount": 1.5, "currency": "KWD",
            "reference": {"gateway": "b", "payment": "c"}, "status": "d",
            "transaction": {"created": "1"}, "note": note,
        }),
        "wompi" => json!({
            "data": {"transaction": {"id": "1-2", "status": "APPROVED", "amount_in_cents": 3}},
            "note": note,
        }),
        _ => json!({"order_id": 1, "timestamp": 2, "status": "NEW", "note": note}),
    }
}

/// Whether proof, fields or time are in the body, or its ends have to be told from the URL, so that
/// not every body can be signed.
fn reads_body(provider: &Provider) -> bool {
    let scheme = &provider.schemes()[0];
    let mut parts = scheme.parts().windows(2);
    let is_url = |part: &Part| matches!(part, Part::Url | Part::UrlDecoding(_));
    let is_seam = |two: &[Part]| match two {
        [Part::Body, other] | [other, Part::Body] => is_url(other),
        _ => false,
    };
    // Trello's code signs the URL directly after the body.
    scheme.needs_full_body() || parts.any(is_seam) || provider.name() == "trello"
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

fn covering_its_body() -> impl Strategy<Value = Provider> {
    let all = signable().chain(unconfirmed::ALL).copied();
    let covering = all.filter(|provider| provider.coverage().body);
    proptest::sample::select(covering.collect::<Vec<_>>())
}

fn any_provider() -> impl Strategy<Value = Provider> {
    let known = signable().chain(unconfirmed::ALL).copied();
    proptest::sample::select(known.collect::<Vec<_>>())
}

fn with_its_proof_in_a_header() -> impl Strategy<Value = Provider> {
    let known = proofs_in_headers().copied();
    proptest::sample::select(known.collect::<Vec<_>>())
}

/// Whether anyone can have the provider's secret sign this body, as the answer to a challenge.
fn could_be_an_answer(provider: &Provider, body: &str) -> bool {
    let reply = provider.handshake().map(|handshake| handshake.reply());
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=-_".contains(&byte);
    matches!(reply, Some(Reply::Tag(_))) && !body.is_empty() && body.bytes().all(plain)
}

proptest! {
    // Enough for every provider to be drawn many times.
    #![proptest_config(draws(3000))]

    #[test]
    fn what_a_provider_signs_is_accepted(provider in any_provider(), body in ".*") {
        let [secret, _] = secrets(&provider);
        let request = sign(&provider, body.as_bytes());
        let coverage = receive(&endpoint(&provider, &secret, NOW), &request);
        let expected = match could_be_an_answer(&provider, &body) {
            true => Err(RejectionKind::BadSignature),
            false => Ok(provider.coverage()),
        };
        prop_assert_eq!(coverage, expected, "{}", provider.name());
    }

    #[test]
    fn another_secret_never_verifies(provider in any_provider(), body: Vec<u8>) {
        let [_, other] = secrets(&provider);
        let refused = receive(&endpoint(&provider, &other, NOW), &sign(&provider, &body));
        prop_assert_eq!(refused, Err(RejectionKind::BadSignature), "{}", provider.name());
    }

    #[test]
    fn a_flipped_bit_of_the_body_is_refused_where_the_body_is_covered(
        provider in any_provider(),
        body in prop::collection::vec(any::<u8>(), 1..2048),
        at: prop::sample::Index,
        bit in 0..8_u8,
    ) {
        let [secret, _] = secrets(&provider);
        let mut request = sign(&provider, &body);
        let mut flipped = request.body.to_vec();
        let at = at.index(flipped.len());
        flipped[at] ^= 1 << bit;
        request.body = flipped.into();
        let outcome = receive(&endpoint(&provider, &secret, NOW), &request);
        if provider.coverage().body {
            prop_assert!(outcome.is_err(), "{}", provider.name());
        } else if provider.schemes()[0].words().is_some() {
            // Some of it may be covered.
            prop_assert!(outcome.is_ok_and(|coverage| !coverage.body) || outcome.is_err());
        } else if !reads_body(&provider) {
            prop_assert!(!outcome.unwrap().body, "an uncovered body was reported as covered");
        }
    }

    #[test]
    fn a_body_cut_or_extended_is_refused_where_the_body_is_covered(
        provider in covering_its_body(),
        body in prop::collection::vec(any::<u8>(), 1..256),
        extra: u8,
    ) {
        let [secret, _] = secrets(&provider);
        let endpoint = endpoint(&provider, &secret, NOW);
        let mut request = sign(&provider, &body);
        let signed = request.body.clone();
        // A body that is a token, or that is read before it is verified, has a form to lose.
        let is_read = ["stark-bank", "truora"].contains(&provider.name());
        let expected = |outcome| match outcome {
            Err(RejectionKind::BadSignature) => true,
            Err(RejectionKind::Malformed) => is_read,
            _ => false,
        };
        request.body = signed.slice(..signed.len() - 1);
        prop_assert!(expected(receive(&endpoint, &request)), "{}", provider.name());
        request.body = [&signed[..], &[extra]].concat().into();
        prop_assert!(expected(receive(&endpoint, &request)), "{}", provider.name());
    }

    #[test]
    fn a_changed_character_of_the_proof_is_refused_or_spells_the_same_proof(
        provider in with_its_proof_in_a_header(), at: prop::sample::Index, to in b'!'..=b'~',
    ) {
        let proof = Proof::of(&provider);
        let verdict = proof.judge(at.index(proof.text().len()), to);
        prop_assert!(verdict.is_ok(), "{}", verdict.unwrap_err());
    }

    #[test]
    fn no_headers_and_no_body_can_make_it_panic(
        provider in any_provider(),
        value in prop::collection::vec(any::<u8>(), 0..300),
        target in "/[ -~]{0,60}",
        body: Vec<u8>,
    ) {
        let [secret, _] = secrets(&provider);
        let signed = sign(&provider, b"").headers.into_iter();
        let mut names: Vec<String> = signed.map(|(name, _)| name).collect();
        names.push("content-encoding".into());
        names.push("content-length".into());
        let headers = names.into_iter().map(|name| (name, value.clone()));
        let headers: Vec<(String, Vec<u8>)> = headers.collect();
        let head = Head {
            method: provider.methods()[0],
            path_and_query: &target,
            headers: &headers,
        };
        prop_assert!(endpoint(&provider, &secret, NOW).verify(&head, body.into()).is_err());
    }
}

fn proof_in_header(provider: &Provider) -> bool {
    let location = provider.schemes()[0].location();
    matches!(location, Location::Header(_) | Location::AnyHeader(_))
}

fn proofs_in_headers() -> impl Iterator<Item = &'static Provider> + Clone {
    let known = signable().chain(unconfirmed::ALL);
    known.filter(|provider| proof_in_header(provider))
}

/// A genuine delivery whose proof is in a header, to be spelled differently.
///
/// Some proofs may be spelled in several ways: digits of hexadecimal and the name of an
/// authentication scheme (RFC 9110 §11.1) in either case. What says so here is written from the
/// providers' pages, and shares nothing with what verifies.
struct Proof<'a> {
    provider: &'a Provider,
    endpoint: Endpoint,
    signed: SignedRequest,
    key: Option<ReplayKey>,
    is_token: bool,
}

impl<'a> Proof<'a> {
    fn of(provider: &'a Provider) -> Self {
        let [secret, _] = secrets(provider);
        let endpoint = endpoint(provider, &secret, NOW);
        let signed = sign(provider, br#"{"id":"evt_1"}"#);
        let key = replay_key(&endpoint, &signed).unwrap_or_else(|refused| {
            panic!("{}: the genuine one is {refused}", provider.name());
        });
        Self {
            is_token: signed.headers[0].1 == secret,
            provider,
            endpoint,
            signed,
            key,
        }
    }

    fn text(&self) -> &str {
        &self.signed.headers[0].1
    }

    /// Whether the delivery still verifies with another character there. An error if it does
    /// although the proof is another one, or under another replay key.
    fn judge(&self, at: usize, to: u8) -> Result<bool, String> {
        let mut changed = self.signed.clone();
        let text = &mut changed.headers[0].1;
        text.replace_range(at..=at, &char::from(to).to_string());
        let Ok(key) = replay_key(&self.endpoint, &changed) else {
            return Ok(false);
        };
        let text = &changed.headers[0].1;
        let what = format!("{}: {} -> {text}", self.provider.name(), self.text());
        if self.in_one_spelling(text) != self.in_one_spelling(self.text()) {
            return Err(format!("another proof verifies: {what}"));
        }
        if key != self.key {
            return Err(format!("another replay key: {what}"));
        }
        Ok(true)
    }

    /// The signature with everything that is case-insensitive in lower case; `None` if it cannot be
    /// decoded.
    fn in_one_spelling(&self, proof: &str) -> Option<String> {
        if self.is_token {
            return Some(proof.to_owned());
        }
        let proof = match self.provider.schemes()[0].grammar() {
            // Hexadecimal digits, in base64.
            _ if self.provider.name() == "rapyd" => {
                String::from_utf8(STANDARD.decode(proof).ok()?).ok()?
            }
            // The name of a key is not looked at.
            Grammar::Keyed { .. } => proof.split_once('/')?.1.to_owned(),
            _ => proof.to_owned(),
        };
        let (first, rest) = proof.split_once(' ').unwrap_or(("", &proof));
        let names_scheme = ["basic", "bearer", "jwt"]
            .iter()
            .any(|name| first.eq_ignore_ascii_case(name));
        if names_scheme {
            return Some(format!("{} {rest}", first.to_ascii_lowercase()));
        }
        let words = proof.split_inclusive(|c: char| !c.is_ascii_alphanumeric());
        Some(words.map(digits_in_lower_case).collect())
    }
}

/// A word and what ends it, in lower case if it is the digits of a hash.
fn digits_in_lower_case(word: &str) -> String {
    let digits = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
    let is_hash = matches!(digits.len(), 32 | 40 | 64 | 96 | 128);
    if is_hash && digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        word.to_ascii_lowercase()
    } else {
        word.to_owned()
    }
}

/// What a delivery that verifies would be remembered by; `None` if by nothing.
fn replay_key(
    endpoint: &Endpoint,
    request: &SignedRequest,
) -> Result<Option<ReplayKey>, RejectionKind> {
    let head = Head {
        method: request.method,
        path_and_query: &request.path_and_query,
        headers: &request.headers,
    };
    let mut intake = match endpoint.begin(&head) {
        Begun::Read(intake) => intake,
        Begun::Refused(rejection) => return Err(rejection.kind()),
        Begun::Answer(_) => panic!("a delivery is no handshake"),
    };
    let kind = |rejection: webhook_core::Rejection| rejection.kind();
    intake.push(request.body.clone()).map_err(kind)?;
    let Finished::Event(checked) = intake.finish().map_err(kind)? else {
        panic!("a delivery is an event");
    };
    match checked.claim_at_once() {
        Ok(Claimed::Run(permit)) => Ok(permit.key().copied()),
        other => {
            panic!("the memory store answers at once, and nothing else was claimed: {other:?}")
        }
    }
}

#[test]
fn no_character_of_a_proof_can_be_changed_but_in_its_spelling() {
    let mut respelled = 0;
    for provider in proofs_in_headers() {
        let proof = Proof::of(provider);
        for (at, was) in proof.text().bytes().enumerate() {
            let others = [was ^ 0x20, was ^ 1, b'0', b'A', b','];
            for to in others.into_iter().filter(u8::is_ascii_graphic) {
                let verdict = proof.judge(at, to);
                let verifies = verdict.unwrap_or_else(|complaint| panic!("{complaint}"));
                respelled += usize::from(verifies && to != was);
            }
        }
    }
    assert!(
        respelled > 1000,
        "only {respelled} spelled differently: are they still tried?"
    );
}

#[test]
fn the_digits_in_rapyds_base64_may_be_in_either_case_and_are_one_delivery() {
    // `4c` is `NGM=`, and `4C` is `NEM=`: one changed symbol, and the same tag.
    let provider = &providers::RAPYD;
    let mut proof = Proof::of(provider);
    let upper = STANDARD.decode(proof.text()).unwrap().to_ascii_uppercase();
    let upper = STANDARD.encode(upper);
    assert_ne!(upper, proof.text());
    let one_symbol = proof.text().bytes().zip(upper.bytes()).enumerate();
    let one_symbol: Vec<_> = one_symbol.filter(|(_, (a, b))| a != b).collect();
    let mut verified = 0;
    for (at, (_, to)) in one_symbol {
        verified += usize::from(proof.judge(at, to).unwrap());
    }
    assert!(verified > 0, "no symbol holds the case of one digit alone");
    let key = proof.key.take();
    proof.signed.headers[0].1 = upper;
    assert_eq!(replay_key(&proof.endpoint, &proof.signed), Ok(key));
}

#[test]
fn a_truncated_extended_or_empty_proof_is_refused_at_every_length() {
    for provider in signable().filter(|p| proof_in_header(p)) {
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
            let may_end_in_a_comma = matches!(
                provider.schemes()[0].grammar(),
                Grammar::Pairs {
                    separator: b',',
                    ..
                } | Grammar::PairSets { .. }
                    | Grammar::List { .. }
                    | Grammar::ColonPairs { .. }
                    | Grammar::Versions { commas: true, .. }
            );
            assert_eq!(
                receive(&endpoint, &request).is_ok(),
                extra == "," && may_end_in_a_comma,
                "{} with {extra:?} behind",
                provider.name()
            );
        }
    }
}

#[test]
fn a_missing_or_repeated_header_of_the_scheme_is_refused() {
    for provider in signable() {
        let [secret, _] = secrets(provider);
        let endpoint = endpoint(provider, &secret, NOW);
        let signed = sign(provider, br#"{"id":"evt_1"}"#);
        // Labels and values that may be absent are not the scheme's.
        let label = |name: &str| {
            let id = matches!(provider.id_locator(), Locator::Header(ids) if ids.contains(&name));
            id || (provider.name(), name) == ("mercadopago", "x-request-id")
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
                // Mollie repeats its header while a secret is rotated.
                let expected = match provider.schemes()[0].repeats_header() {
                    true => Ok(provider.coverage()),
                    false => Err(RejectionKind::AmbiguousHeader),
                };
                let received = receive(&endpoint, &twice);
                // RFC 9421 joins the lines of a header, and signs what they say together.
                let words = provider.schemes()[0].words().unwrap_or_default();
                if words.contains("RFC 9421") {
                    assert!(received.is_err(), "{} with two {name}", provider.name());
                    continue;
                }
                assert_eq!(received, expected, "{} with two {name}", provider.name());
            }
        }
    }
}

#[test]
fn a_signed_time_is_fresh_up_to_its_edges_and_no_further() {
    let timed = signable().filter(|provider| provider.coverage().time);
    assert!(timed.clone().count() >= 7);
    for provider in timed {
        let [secret, _] = secrets(provider);
        let signed = sign(provider, br#"{"id":"evt_1"}"#);
        let seconds = |secs: i64| {
            let now = UnixTime::from_secs(NOW.as_secs().saturating_add_signed(secs));
            receive(&endpoint(provider, &secret, now), &signed).map(|_| ())
        };
        let tolerance = provider.schemes()[0].tolerance().unwrap();
        let past = i64::try_from(tolerance.past.as_secs()).unwrap();
        let future = i64::try_from(tolerance.future.as_secs()).unwrap();
        for fresh in [-future, -1, 0, 1, past] {
            assert_eq!(seconds(fresh), Ok(()), "{} at {fresh} s", provider.name());
        }
        let (stale, ahead) = (seconds(past + 1), seconds(-future - 1));
        assert_eq!(stale, Err(RejectionKind::Stale), "{}", provider.name());
        assert_eq!(ahead, Err(RejectionKind::Future), "{}", provider.name());
    }
}

#[test]
fn any_of_several_secrets_verifies_and_the_slot_says_which() {
    for provider in signable() {
        let [right, wrong] = secrets(provider);
        let request = sign(provider, br#"{"id":"evt_1"}"#);
        for (order, slot) in [([&right, &wrong], 0), ([&wrong, &right], 1)] {
            let builder = Endpoint::builder(*provider, order)
                .clock(NOW)
                .public_url(URL);
            let builder = configured(builder, provider);
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
fn only_what_is_verified_with_sha_1_and_rsa_cannot_be_signed() {
    let left: Vec<_> = Provider::ALL
        .iter()
        .filter(|provider| !signable().any(|known| known == *provider))
        .map(Provider::name)
        .collect();
    let expected: &[&str] = if cfg!(feature = "asymmetric") {
        &["ebanx", "paddle-classic", "aws-sns-legacy-sha1"]
    } else {
        &[]
    };
    assert_eq!(left, expected);
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
            let timed = scheme.tolerance().is_some();
            assert_eq!(timed, scheme.coverage().time, "{name}");
        }
    }
}

/// A query that is covered says what the event is: a status report that comes by `GET` has nothing
/// else. A signed path is the receiver's own address, and says nothing.
#[test]
fn two_genuine_queries_are_two_events() {
    let (mut told_apart, mut lost) = (0, Vec::new());
    for provider in signable().chain(unconfirmed::ALL) {
        let [secret, _] = secrets(provider);
        let endpoint = endpoint(provider, &secret, NOW);
        for body in [&b""[..], br#"{"note":"no id"}"#] {
            let of = |n: u8| {
                let target = format!("/hooks?data.id=Ab1&requestId=r1&status={n}");
                sign_to(provider, &target, body)
            };
            let (first, second) = (of(1), of(2));
            let mut swapped = first.clone();
            swapped.path_and_query.clone_from(&second.path_and_query);
            let coverage = provider.coverage();
            if !coverage.url && !coverage.is_sender_only() {
                continue;
            }
            let is_taken = receive(&endpoint, &swapped).is_ok();
            assert_eq!(is_taken, coverage.is_sender_only(), "{}", provider.name());
            let Ok(key) = replay_key(&endpoint, &first) else {
                panic!("{}: the genuine one is refused", provider.name());
            };
            let head = Head::new(first.method, &first.path_and_query, &first.headers);
            if endpoint
                .verify(&head, first.body.clone())
                .unwrap()
                .id()
                .is_some()
            {
                continue;
            }
            match replay_key(&endpoint, &second) == Ok(key) {
                true => lost.push(format!("{} of {} bytes", provider.name(), body.len())),
                false => told_apart += 1,
            }
        }
    }
    assert!(lost.is_empty(), "duplicates of another event: {lost:#?}");
    assert!(
        told_apart > 10,
        "only {told_apart} are told apart: are they still tried?"
    );
}
