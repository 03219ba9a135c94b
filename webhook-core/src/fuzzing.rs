//! Entry points of the fuzz targets in `fuzz/`. Each runs a parser of untrusted bytes and asserts
//! what must hold for all input. Not part of the public API.

#![allow(
    clippy::missing_panics_doc,
    reason = "a panic is how a fuzz target reports what it found"
)]

use std::fmt::Write as _;

use bytes::Bytes;
use serde_json::Value;

use crate::crypto::Algorithm;
use crate::crypto::encryption::DecryptionKey;
use crate::crypto::public::{PublicKey, key_of_certificate};
use crate::error::RejectionKind;
use crate::jose::encrypted::open;
use crate::jose::{Claims, Token, check_times_of};
use crate::keys;
use crate::parse::encoding::{decode_long, encode};
use crate::parse::json::{Json, JsonValue, Pointers, items, scan};
use crate::parse::low_bytes::LowBytes;
use crate::parse::structured::{Bare, Dictionary, Item, Member, dictionary};
use crate::parse::{Encoding, Grammar, TimeIn, form, grammar, multipart, pem};
use crate::provider::Custom as _;
use crate::providers::FEISHU;
use crate::request::{Head, basic};
use crate::secret::key_text;
use crate::time::{Stamp, TimeUnit, UnixTime};
use crate::verify::Candidates;
use crate::verify::custom::feishu::Feishu;
use crate::{Endpoint, SignedRequest, Signer};

const GRAMMARS: [Grammar; 10] = [
    Grammar::Bare { prefix: "sha256=" },
    Grammar::Versions {
        label: "v1",
        commas: true,
    },
    Grammar::Pairs {
        separator: b',',
        label: "v1",
        spaces: true,
        beside: None,
    },
    Grammar::Pairs {
        separator: b';',
        label: "h1",
        spaces: false,
        beside: Some(("alg", "x")),
    },
    Grammar::PairSets {
        separator: b',',
        label: "v1",
    },
    Grammar::List { separator: b',' },
    Grammar::ColonPairs {
        separator: b',',
        label: "v1",
    },
    Grammar::Keyed { label: "v1" },
    Grammar::Json {
        field: "/signature",
    },
    Grammar::Bare { prefix: "" },
];

const ENCODINGS: [Encoding; 4] = [
    Encoding::Hex,
    Encoding::HexUpper,
    Encoding::Base64,
    Encoding::Base64Url,
];

const UNITS: [TimeUnit; 5] = [
    TimeUnit::Seconds,
    TimeUnit::Millis,
    TimeUnit::SecondsOrMillis,
    TimeUnit::Rfc3339,
    TimeUnit::Rfc3339WithoutZone,
];

/// Values of signature headers, in every grammar.
pub fn signature_header(value: &[u8]) {
    for time_at in [None, Some(TimeIn::Pair("t")), Some(TimeIn::First)] {
        for grammar in GRAMMARS {
            let mut candidates = Candidates::new();
            let parsed = grammar::parse(value, grammar, time_at, |tag| {
                candidates.push(tag, Encoding::Hex, 32)
            });
            if parsed.is_ok() {
                let _ = grammar::beside(value, grammar, "/signature");
            }
        }
    }
}

/// Times, in every unit. Each parsed time can be formatted and parsed again.
pub fn timestamp(text: &[u8]) {
    for unit in UNITS {
        if let Some(stamp) = Stamp::parse(text, unit) {
            let written = unit.format(stamp.time);
            assert!(
                Stamp::parse(written.as_bytes(), unit).is_some(),
                "{written:?} is not read again"
            );
        }
    }
}

/// Tags, in every encoding. A tag has one spelling.
pub fn candidate(spelled: &[u8]) {
    for encoding in ENCODINGS {
        let mut candidates = Candidates::new();
        let _ = candidates.push(spelled, encoding, 32);
        if let Some(bytes) = decode_long(spelled, encoding) {
            let again = encode(&bytes, encoding);
            assert!(again.as_bytes().eq_ignore_ascii_case(spelled));
        }
    }
}

/// Notifications. What names an object stands in a path as it is.
pub fn notification(body: &[u8]) {
    use crate::notification::{EASYPAY_SINGLE, MOLLIE_CLASSIC, Named};
    for spec in [MOLLIE_CLASSIC, EASYPAY_SINGLE] {
        if let Ok(found) = spec.read_body(Named::default(), body) {
            let place = spec.resources().first().map(|resource| resource.path());
            let before = place.and_then(|path| path.strip_suffix("{id}"));
            assert_eq!(
                found.path().strip_prefix(before.unwrap_or("?")),
                Some(found.id())
            );
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
            assert!(!found.id().is_empty() && found.id().bytes().all(is_plain));
        }
        let _ = spec.version_at(&["/a", "/b/a"]).version(body);
    }
}

/// JSON. The scanner and the tree agree with another parser.
pub fn json(body: &[u8]) {
    const POINTERS: [&str; 8] = ["/a", "/b", "/a/b", "/c/a/b", "/0/a", "/a/0", "/0", "/id"];
    let found: Result<[_; 8], _> = scan(body, &Pointers::new(&POINTERS));
    let tree = Json::parse(body);
    let expected = serde_json::from_slice::<Value>(body);
    if tree.is_some() {
        assert!(expected.is_ok(), "a tree of invalid JSON");
    }
    let (Ok(found), Ok(expected), Some(_)) = (found, expected, tree) else {
        return;
    };
    // Without duplicate names there is only one reading.
    for (pointer, found) in POINTERS.iter().zip(found) {
        let found = found.map(|found| match found {
            JsonValue::Text(text) => text
                .read(body.len())
                .unwrap_or_default()
                .into_owned()
                .into(),
            JsonValue::Number(spelled) => serde_json::from_str(spelled).unwrap_or_default(),
            JsonValue::Bool(value) => value.into(),
            JsonValue::Null => Value::Null,
            JsonValue::Nested(spelled) => {
                let listed = items(spelled).filter(Result::is_ok).count();
                let value: Value = serde_json::from_slice(spelled).unwrap_or_default();
                assert_eq!(listed, value.as_array().map_or(0, Vec::len));
                value
            }
        });
        assert_eq!(found.as_ref(), expected.pointer(pointer), "{pointer}");
    }
}

/// Forms. They sort like a reference implementation.
pub fn form(body: &[u8]) {
    let read = |field: form::Field<'_>| {
        (
            field.name.read().into_owned(),
            field.value.read().into_owned(),
        )
    };
    let mut expected: Vec<_> = form::fields(body).map(read).collect();
    expected.sort();
    let sorted = form::sorted(body);
    assert_eq!(sorted.is_ok(), expected.len() <= form::sorted::MAX_FIELDS);
    if let Ok(sorted) = sorted {
        assert_eq!(sorted.iter().map(read).collect::<Vec<_>>(), expected);
        let _ = form::sorted_once(body);
    }
    let named = expected.iter().filter(|(name, _)| name == b"a").count();
    assert_eq!(form::field(body, "a").is_ok(), named == 1);
}

/// Multipart forms. A field is a part of the body. The first line of `data` is the content type.
pub fn multipart(data: &[u8]) {
    let mut halves = data.splitn(2, |byte| *byte == b'\n');
    let (head, body) = (
        halves.next().unwrap_or_default(),
        halves.next().unwrap_or_default(),
    );
    let boundary = multipart::boundary(head)
        .ok()
        .flatten()
        .unwrap_or(b"webhook");
    if let Ok(content) = multipart::field(body, boundary, "json") {
        assert!(content.len() < body.len());
    }
}

/// `Authorization` with a name and a password.
pub fn basic(value: &[u8]) {
    let _ = basic::read(value);
}

/// Text as low bytes. One piece and two give the same result. The first byte is where to cut.
pub fn low_bytes(data: &[u8]) {
    let Some((at, text)) = data.split_first() else {
        return;
    };
    let read = |pieces: [&[u8]; 2]| {
        let (mut low, mut out) = (LowBytes::default(), Vec::new());
        for piece in pieces {
            low.push(piece, |bytes| out.extend_from_slice(bytes));
        }
        low.is_text().then_some(out)
    };
    let (head, tail) = text.split_at(text.len().min(usize::from(*at)));
    assert_eq!(read([head, tail]), read([text, b""]));
    assert_eq!(
        read([text, b""]).is_some(),
        std::str::from_utf8(text).is_ok()
    );
}

/// Tokens, signed and encrypted.
pub fn token(text: &[u8]) {
    const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
    for alg in ["HS256", "RS256", "ES256"] {
        let _ = Token::parse_with(text, alg, &["jku"]);
        let Ok(token) = Token::of_body(text, alg) else {
            continue;
        };
        let Ok(payload) = token.payload() else {
            continue;
        };
        let long = check_times_of(&payload, NOW);
        if let Ok(claims) = Claims::parse(&payload) {
            let _ = (
                claims.is_for(b"a"),
                claims.is_true("a"),
                claims.is("a", b"b"),
            );
            // Both implementations agree about the times.
            assert_eq!(claims.check_times(NOW, None, false), long);
        }
    }
}

/// Encrypted tokens for this private key, in PEM.
pub fn encrypted_token(private: &str, text: &[u8]) {
    use std::sync::OnceLock;
    static KEY: OnceLock<Option<DecryptionKey>> = OnceLock::new();
    let key = KEY.get_or_init(|| {
        let der = key_text::private_key(private.as_bytes()).ok()?;
        DecryptionKey::new(&der).ok()
    });
    let key = key.as_ref().expect("a key of RSA");
    assert!(open(text, key).is_err(), "nothing was sealed for it");
}

/// Encrypted bodies under this secret. Whatever is decrypted is shorter than the body, and a text
/// that is encrypted is decrypted to itself.
pub fn encrypted_body(secret: &str, body: &[u8]) {
    if let Some(decrypted) = Feishu.decrypt(body, secret.as_bytes()) {
        assert!(decrypted.text.len() < body.len());
    }
    let signer = Signer::new(FEISHU, secret).expect("a usable secret");
    let sent = signer.sign(UnixTime::from_secs(1_700_000_000), body.to_vec());
    let decrypted = Feishu.decrypt(&sent.body, secret.as_bytes());
    let decrypted = decrypted.expect("it was encrypted");
    assert!(decrypted.is_intact && *decrypted.text == body);
}

/// Structured fields. The canonical form is read as the same value, and written as the same text.
/// Returns it for a comparison with another parser, or `None` if a binary value has none.
///
/// # Errors
///
/// The field is refused.
pub fn structured_field(value: &[u8]) -> Result<Option<String>, RejectionKind> {
    let parsed = dictionary(value)?;
    let Some(text) = canonical(&parsed) else {
        return Ok(None);
    };
    let again = dictionary(text.as_bytes()).expect("a canonical form is read");
    assert_eq!(again, parsed);
    assert_eq!(canonical(&again).as_ref(), Some(&text));
    Ok(Some(text))
}

/// A dictionary as RFC 8941 §4.1.2 writes it.
fn canonical(Dictionary(members): &Dictionary<'_>) -> Option<String> {
    let mut out = String::new();
    for (i, (name, member)) in members.iter().enumerate() {
        out += if i > 0 { ", " } else { "" };
        out += name;
        let written = match member {
            Member::Item(Item {
                value: Bare::Boolean(true),
                parameters,
            }) => write!(out, "{parameters}"),
            member => write!(out, "={member}"),
        };
        written.ok()?;
    }
    Some(out)
}

/// The headers that [`message_signature`] replaces.
pub const SIGNATURE_FIELDS: [&str; 3] = ["signature-input", "signature", "content-digest"];

/// A genuine request with HTTP Message Signatures, changed on its way. The first three lines of
/// `data` are the values of [`SIGNATURE_FIELDS`], the rest is the body; what is empty stays as it
/// was. Whatever is accepted has the genuine body, and the replay key of the original. Returns
/// whether it is accepted.
pub fn message_signature(endpoint: &Endpoint, genuine: &SignedRequest, data: &[u8]) -> bool {
    let mut lines = data.splitn(4, |byte| *byte == b'\n');
    let mut changed: Vec<(String, Vec<u8>)> = Vec::new();
    for (name, value) in &genuine.headers {
        changed.push((name.clone(), value.clone().into_bytes()));
    }
    for name in SIGNATURE_FIELDS {
        let line = lines.next().unwrap_or_default();
        let mut fields = changed.iter_mut();
        if let Some((_, value)) = fields.find(|(known, _)| !line.is_empty() && known == name) {
            *value = line.to_vec();
        }
    }
    let body = match lines.next().unwrap_or_default() {
        b"" => genuine.body.clone(),
        other => Bytes::copy_from_slice(other),
    };
    let target = &genuine.path_and_query;
    let verify = |head: &Head<'_>, body: &Bytes| endpoint.verify(head, body.clone());
    let original = Head::new(genuine.method, target, &genuine.headers);
    let original = verify(&original, &genuine.body).expect("it is genuine");
    let Ok(delivery) = verify(&Head::new(genuine.method, target, &changed), &body) else {
        return false;
    };
    assert_eq!(delivery.raw(), &genuine.body, "another body is accepted");
    assert_eq!(delivery.replay_key(), original.replay_key());
    true
}

/// Keys, certificates and key documents.
pub fn key_document(document: &[u8]) {
    for algorithm in [
        Algorithm::Ed25519,
        Algorithm::EcdsaP256Sha256,
        Algorithm::EcdsaP256Sha256Fixed,
        Algorithm::EcdsaP521Sha512Fixed,
        Algorithm::EcdsaSecp256k1Sha256,
        Algorithm::RsaSha256,
    ] {
        let _ = PublicKey::new(algorithm, document);
        let _ = keys::read(document, &[algorithm], None);
    }
    let _ = key_of_certificate(document);
    let _ = (
        key_text::public_key(document),
        key_text::private_key(document),
    );
    let _ = (
        pem::certificates(document),
        pem::first_certificate(document),
    );
}
