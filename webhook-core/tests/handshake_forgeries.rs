//! No answer to a challenge verifies as the signature of a delivery, for every handshake that
//! answers with a keyed value.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use webhook_core::providers::{BRAINTREE, ZOOM};
use webhook_core::{
    Algorithm, Answer, Begun, Challenge, Endpoint, Finished, Handshake, Head, Part, Provider,
    RejectionKind, Reply, Scheme, SignedRequest, Signer, TimeUnit, UnixTime, When,
};

const SECRET: &str = "secret-0123456789abcdef";
const TOKEN: &str = "verify-token-0123456789abcdef0123456789";
const URL: &str = "https://shop.example/hooks";
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const NONE: &[(&str, &str)] = &[];

/// Handshakes of no preset, which anybody may write.
const OWN: &[Provider] = &[
    tagging("own-body", &[scheme(&[Part::Body])]),
    tagging("own-time-and-body", &[timed(&[Part::Time, Part::Body])]),
    tagging("own-time", &[timed(&[Part::Time])]),
    tagging("own-header", &[scheme(&[Part::Header("x-id"), Part::Body])]),
    tagging("own-fields", &[scheme(&[Part::Field("/id")])]),
    tagging(
        "own-two-schemes",
        &[
            scheme(&[Part::Literal("v1:"), Part::Body]),
            Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("x-signature-0"),
        ],
    ),
    Provider::new(
        "own-digest",
        &[Scheme::hash(Algorithm::Sha256, &[Part::Body, Part::Secret]).in_header("x-signature")],
    )
    .answers(Handshake::new(
        Challenge::Query("GET", "code"),
        Reply::Digest("digest"),
    )),
];

const fn scheme(parts: &'static [Part]) -> Scheme {
    Scheme::hmac(Algorithm::HmacSha256, parts).in_header("x-signature")
}

const fn timed(parts: &'static [Part]) -> Scheme {
    scheme(parts).time_in_header("x-time", TimeUnit::Seconds)
}

const fn tagging(name: &'static str, schemes: &'static [Scheme]) -> Provider {
    Provider::new(name, schemes).answers(Handshake::new(
        Challenge::Signed {
            when: When::Text("/type", "challenge"),
            value: "/value",
        },
        Reply::FieldAndTag("value", "tag"),
    ))
}

/// Every handshake that answers with a value made with a key.
fn keyed() -> Vec<Provider> {
    let is_keyed = |provider: &&Provider| match provider.handshake().map(|known| known.reply()) {
        Some(Reply::FieldAndTag(..) | Reply::Tag(_) | Reply::Digest(_)) => true,
        // Code of a token has nothing to sign with.
        Some(Reply::Code) => !provider.coverage().is_sender_only(),
        _ => false,
    };
    let all = Provider::ALL.iter().chain(OWN);
    all.filter(is_keyed).copied().collect()
}

struct Scene {
    provider: Provider,
    endpoint: Endpoint,
    signer: Signer,
}

impl Scene {
    /// `None` where deliveries are signed with a private key, which makes no answer.
    fn new(provider: Provider) -> Option<Self> {
        let mut builder = Endpoint::builder(provider, SECRET).clock(NOW);
        let mut signer = Signer::new(provider, SECRET).ok()?;
        for name in provider.required_settings() {
            builder = builder.setting(name, "public");
            signer = signer.setting(name, "public");
        }
        if matches!(
            provider.handshake().map(|handshake| handshake.reply()),
            Some(Reply::Digest(_))
        ) {
            builder = builder.verify_token(TOKEN).public_url(URL);
            signer = signer.public_url(URL);
        }
        Some(Self {
            provider,
            endpoint: builder.without_replay_protection().build().unwrap(),
            signer: signer.header("x-id", "abc"),
        })
    }

    fn send(&self, request: &SignedRequest) -> Result<Option<Answer>, RejectionKind> {
        let head = Head {
            method: request.method,
            path_and_query: &request.path_and_query,
            headers: &request.headers,
        };
        send(&self.endpoint, &head, &request.body)
    }

    fn sign(&self, body: &str) -> SignedRequest {
        self.signer.sign(NOW, body.to_owned())
    }

    /// The answer to a challenge of this text, which may be none.
    fn ask(&self, text: &str) -> Option<Answer> {
        match self.provider.handshake().unwrap().challenge() {
            Challenge::Query(method, name) => {
                let query = form_urlencoded::Serializer::new(String::new())
                    .append_pair(name, text)
                    .finish();
                let head = Head {
                    method,
                    path_and_query: &format!("/hooks?{query}"),
                    headers: &NONE.to_vec(),
                };
                send(&self.endpoint, &head, &Bytes::new()).ok()?
            }
            Challenge::Signed {
                when: When::Text(pointer, value),
                value: at,
            } => {
                let mut body = serde_json::json!({"id": "7"});
                for (pointer, text) in [(pointer, value), (at, text)] {
                    let mut place = &mut body;
                    for name in pointer.split('/').skip(1) {
                        place = &mut place[name];
                    }
                    *place = text.into();
                }
                self.send(&self.sign(&body.to_string())).ok()?
            }
            other => panic!("{other:?}"),
        }
    }
}

/// The answer to a challenge, `Ok(None)` for a delivery that would run.
fn send(
    endpoint: &Endpoint,
    head: &Head<'_>,
    body: &Bytes,
) -> Result<Option<Answer>, RejectionKind> {
    let mut intake = match endpoint.begin(head) {
        Begun::Read(intake) => intake,
        Begun::Answer(answer) => return Ok(Some(answer)),
        Begun::Refused(rejection) => return Err(rejection.kind()),
    };
    intake.push(body.clone()).unwrap();
    match intake.finish().map_err(|rejection| rejection.kind())? {
        Finished::Answer(answer) => Ok(Some(answer)),
        _ => Ok(None),
    }
}

/// Bodies of deliveries, and texts that are the whole of a body.
const BODIES: &[&str] = &[
    r#"{"id":"7","event":"meeting.started","type":"event"}"#,
    "<notification><kind>check</kind></notification>",
    r#"{"id":"deadbeefdeadbeefdead"}"#,
    "deadbeefdeadbeefdead",
    "0123456789abcdef0123456789abcdef",
    "12345678901234567890",
    "qgg8vlvZRS6UYooatFL8Aw",
    "true",
    "a",
];

/// Texts that what deliveries sign might be equal to.
fn challenges(deliveries: &[SignedRequest]) -> BTreeSet<String> {
    let mut texts: BTreeSet<String> = BODIES.iter().map(|text| (*text).to_owned()).collect();
    for delivery in deliveries {
        let mut parts = vec![String::from_utf8_lossy(&delivery.body).into_owned()];
        parts.extend(delivery.headers.iter().map(|(_, value)| value.clone()));
        let form = form_urlencoded::parse(&delivery.body);
        parts.extend(form.map(|(_, value)| value.into_owned()));
        if let Ok(json) = serde_json::from_slice::<serde_json::Value>(&delivery.body) {
            let fields = json.as_object().into_iter().flatten();
            parts.extend(fields.filter_map(|(_, value)| Some(value.as_str()?.to_owned())));
        }
        let time = NOW.as_secs().to_string();
        for part in parts {
            for text in [
                format!("v0:{time}:{part}"),
                format!("v1:{part}"),
                format!("{time}.{part}"),
                format!("{time}{part}"),
                format!("abc{part}"),
                format!("{part}{SECRET}"),
                format!("{part}{URL}"),
                STANDARD.encode(&part),
                part.trim_end().to_owned(),
                part,
            ] {
                texts.insert(text);
            }
        }
        texts.insert(time);
    }
    texts
}

/// What of an answer could be a proof: all of it, its words, and its words in other spellings.
fn proofs(answer: &Answer) -> Vec<String> {
    let text = String::from_utf8_lossy(answer.body()).into_owned();
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || "+/=_-".contains(c)));
    let mut proofs: Vec<String> = words
        .filter(|word| word.len() >= 32)
        .map(str::to_owned)
        .collect();
    for bytes in proofs
        .clone()
        .iter()
        .filter_map(|word| const_hex::decode(word).ok())
    {
        proofs.extend([STANDARD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)]);
    }
    proofs.push(text);
    proofs
}

/// This delivery with another proof in the place of its own, and with a text in the place of each
/// other value.
fn forgeries(delivery: &SignedRequest, proof: &str, text: &str) -> Vec<SignedRequest> {
    let is_form = delivery.body.starts_with(b"bt_");
    let mut proved = delivery.clone();
    for (name, value) in &mut proved.headers {
        if name.contains("signature") {
            let start = value.rfind(['=', ',']).map_or(0, |at| at + 1);
            value.replace_range(start.., proof);
        }
    }
    let with_form = |payload: &str| {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("bt_signature", proof);
        form.append_pair("bt_payload", payload);
        form.finish()
    };
    let pairs = form_urlencoded::parse(&delivery.body).into_owned();
    let payload = pairs.into_iter().find(|(name, _)| name == "bt_payload");
    if let (true, Some((_, payload))) = (is_form, payload) {
        proved.body = with_form(&payload).into();
    }
    let mut forged = vec![proved.clone()];
    for body in [
        text.to_owned(),
        with_form(text),
        with_form(&format!("{text}\n")),
    ] {
        let mut with_text = proved.clone();
        with_text.body = body.into();
        forged.push(with_text);
    }
    for i in 0..proved.headers.len() {
        let mut with_text = proved.clone();
        if !with_text.headers[i].0.contains("signature") {
            with_text.headers[i].1 = text.to_owned();
            forged.push(with_text.clone());
            with_text.body = Bytes::new();
            forged.push(with_text);
        }
    }
    // Each once more under the name of an older version.
    let mut older = forged.clone();
    for request in &mut older {
        for (name, _) in &mut request.headers {
            if name == "x-signature" {
                *name = "x-signature-0".to_owned();
            }
        }
    }
    forged.extend(older);
    forged
}

/// Answers that were had of this handshake, and one that proved a delivery.
fn forged(provider: Provider) -> (usize, Option<(String, String)>) {
    let Some(scene) = Scene::new(provider) else {
        return (0, None);
    };
    let deliveries: Vec<_> = BODIES.iter().map(|body| scene.sign(body)).collect();
    let runs = deliveries
        .iter()
        .any(|delivery| scene.send(delivery) == Ok(None));
    assert!(runs, "{}", provider.name());
    let mut answers = 0;
    for text in challenges(&deliveries) {
        let Some(answer) = scene.ask(&text) else {
            continue;
        };
        answers += 1;
        // What it echoes was known before.
        for proof in proofs(&answer).into_iter().filter(|proof| *proof != text) {
            for delivery in &deliveries {
                let forgeries = forgeries(delivery, &proof, &text);
                if forgeries
                    .iter()
                    .any(|forged| scene.send(forged) == Ok(None))
                {
                    return (answers, Some((text, proof)));
                }
            }
        }
    }
    (answers, None)
}

#[test]
fn no_answer_to_any_challenge_proves_a_delivery() {
    let (mut found, mut unanswered) = (Vec::new(), Vec::new());
    for provider in keyed() {
        let name = provider.name();
        match forged(provider) {
            (_, Some(forgery)) => found.push((name, forgery)),
            (0, None) => unanswered.push(name),
            _ => {}
        }
    }
    assert_eq!(found, []);
    // Deliveries of eBay are signed with a private key; the others do not sign the body, so no
    // challenge in it is genuine.
    assert_eq!(unanswered, ["ebay", "own-time", "own-fields"]);
}

#[test]
fn an_answer_of_braintrees_handshake_signs_no_payload() {
    let scene = Scene::new(BRAINTREE).unwrap();
    let answer = scene.ask("deadbeefdeadbeefdead").unwrap();
    let proof = String::from_utf8_lossy(answer.body()).into_owned();
    assert!(proof.starts_with("public|"));
    let post = |payload: &str| {
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("bt_signature", &proof)
            .append_pair("bt_payload", payload)
            .finish();
        let mut request = scene.sign("<notification/>");
        request.body = form.into();
        scene.send(&request)
    };
    let refused = Err(RejectionKind::Malformed);
    assert_eq!(post("deadbeefdeadbeefdead"), refused);
    for (before, after) in [("", "\n"), ("", "="), ("", "\n\n"), ("\n", "")] {
        let sent = post(&format!("{before}deadbeefdeadbeefdead{after}"));
        assert_eq!(
            sent,
            Err(RejectionKind::BadSignature),
            "{before:?} {after:?}"
        );
    }
    // What is XML still needs a tag of its own.
    let genuine = STANDARD.encode("<notification/>");
    assert_eq!(post(&genuine), Err(RejectionKind::BadSignature));
    assert_eq!(scene.send(&scene.sign("<notification/>")), Ok(None));
}

#[test]
fn zoom_is_answered_for_a_plain_token_and_for_no_message_of_a_delivery() {
    let scene = Scene::new(ZOOM).unwrap();
    let answer = scene.ask("qgg8vlvZRS6UYooatFL8Aw").unwrap();
    // HMAC-SHA-256 of the token, as `openssl dgst -sha256 -hmac` has it.
    let tag = "babd26d97aaf73de57af086255f5569ca36452db7932598a94302ee3efdad1e9";
    let expected = format!(r#"{{"plainToken":"qgg8vlvZRS6UYooatFL8Aw","encryptedToken":"{tag}"}}"#);
    assert_eq!(answer.body(), expected.as_bytes());
    let event = r#"{"event":"meeting.started"}"#;
    for text in [
        format!("v0:{}:{event}", NOW.as_secs()),
        format!("v0:{}:", NOW.as_secs()),
        "v0:1:deadbeef".to_owned(),
        event.to_owned(),
        "a b".to_owned(),
        "a.b".to_owned(),
        String::new(),
        "a".repeat(1025),
    ] {
        assert!(scene.ask(&text).is_none(), "{text}");
    }
}

#[test]
fn a_challenge_of_zoom_that_is_sent_again_gets_the_same_answer_until_it_is_stale() {
    let body =
        r#"{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}}"#;
    let scene = Scene::new(ZOOM).unwrap();
    let request = scene.sign(body);
    let first = scene.send(&request).unwrap().unwrap();
    let again = scene.send(&request).unwrap().unwrap();
    assert_eq!(first.body(), again.body());
    let later = UnixTime::from_secs(NOW.as_secs() + 301);
    let builder = Endpoint::builder(ZOOM, SECRET).clock(later);
    let endpoint = builder.without_replay_protection().build().unwrap();
    let scene = Scene { endpoint, ..scene };
    assert_eq!(scene.send(&request), Err(RejectionKind::Stale));
}
