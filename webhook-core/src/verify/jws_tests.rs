//! Project Wycheproof's vectors for JSON Web Signatures. They run through the parser, the keys and
//! the comparison that schemes use. Their payloads are not claims, so they cannot use the public
//! API.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use serde_json::Value;
use zeroize::Zeroizing;

use crate::crypto::Algorithm;
use crate::error::RejectionKind;
use crate::jose::{Claims, Token, base64url};
use crate::keys::read;
use crate::secret::{Key, Keys};
use crate::time::UnixTime;
use crate::verify::key_ring::KeyRing;

/// The groups of a file. Empty in a packaged crate, which has neither the vectors nor their loader.
/// So this file reads them itself.
fn groups(file: &str) -> Vec<Value> {
    let krate = Path::new(env!("CARGO_MANIFEST_DIR"));
    // Cargo adds this file to every package, and only there.
    if krate.join("Cargo.toml.orig").exists() {
        // Not `eprintln`, because the harness captures it.
        let _ = writeln!(io::stderr(), "SKIPPED: {file} is only in the repository");
        return Vec::new();
    }
    let path = krate.join("../webhook-test/vectors/wycheproof").join(file);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let file: Value = serde_json::from_str(&text).unwrap();
    file["testGroups"].as_array().unwrap().clone()
}

const fn algorithm(alg: &str) -> Option<Algorithm> {
    match alg.as_bytes() {
        b"RS256" => Some(Algorithm::RsaSha256),
        b"RS512" => Some(Algorithm::RsaSha512),
        b"ES256" => Some(Algorithm::EcdsaP256Sha256Fixed),
        b"ES512" => Some(Algorithm::EcdsaP521Sha512Fixed),
        _ => None,
    }
}

/// The keys that a scheme would have for this key, or why no scheme supports it.
fn ring(key: &Value, alg: &str) -> Result<Option<KeyRing>, String> {
    if alg == "HS256" {
        let secret = base64url(key["k"].as_str().ok_or("the set has no secret")?.as_bytes());
        let key = Key::Mac(
            Algorithm::HmacSha256.key(&secret.unwrap()),
            Zeroizing::default(),
        );
        return Ok(Some(KeyRing::Shared(Keys::from_iter([key]))));
    }
    let algorithm = algorithm(alg).ok_or(format!("no scheme uses {alg}"))?;
    let keys = read(key.to_string().as_bytes(), &[algorithm], None);
    let keys = keys.ok();
    Ok(keys.map(|keys| KeyRing::Public(keys.into_iter().map(|named| named.key).collect())))
}

fn accepts(ring: Option<&KeyRing>, jws: &Value, alg: &str) -> bool {
    let (Some(ring), Some(jws)) = (ring, jws.as_str()) else {
        return false;
    };
    let Ok(token) = Token::parse(jws.as_bytes(), alg) else {
        return false;
    };
    token.payload().is_ok() && ring.slot(&[token.signed], &token.signature).is_some()
}

/// The number of tests that matched their label, and why others were left out.
fn run(file: &str) -> (usize, BTreeMap<String, usize>) {
    let (mut run, mut left_out) = (0, BTreeMap::new());
    for group in groups(file) {
        let key = ["public", "private"].map(|name| &group[name]);
        let key = key.into_iter().find(|key| !key.is_null()).unwrap();
        let first = &key["keys"][0];
        let alg = [&key["alg"], &first["alg"]]
            .into_iter()
            .find_map(Value::as_str);
        // A key without an algorithm has the one that its group is named after.
        let alg = alg.unwrap_or(if key["kty"] == "EC" { "ES256" } else { "RS256" });
        let ring = ring(key, alg);
        for test in group["tests"].as_array().unwrap() {
            let comment = format!("{}: {}", group["comment"], test["comment"]);
            let mut leave = |why: &str| *left_out.entry(why.to_owned()).or_insert(0) += 1;
            let ring = match &ring {
                Err(why) => {
                    leave(why);
                    continue;
                }
                Ok(ring) => ring.as_ref(),
            };
            let accepted = accepts(ring, &test["jws"], alg);
            if let Some(why) = known(&comment, accepted) {
                leave(why);
                continue;
            }
            assert_eq!(accepted, test["result"] == "valid", "{file}: {comment}");
            run += 1;
        }
    }
    (run, left_out)
}

/// Known differences between this crate and the labels, with the reason.
fn known(comment: &str, accepted: bool) -> Option<&'static str> {
    let of = |name: &str| comment.contains(name);
    if accepted && of("roca") {
        return Some("a key from a broken generator, which its owner has to notice");
    }
    // These tokens equal those of `ValidMac` byte for byte: their padding was lost.
    if accepted && of("\"base64\": \"invalidBase64Padding") {
        return Some("the token has no padding");
    }
    // Labelled valid, but it contains `?`, which is not in the alphabet (RFC 4648 §5).
    if !accepted && of("\"base64\": \"InvalidCharacterInserted") {
        return Some("an invalid symbol");
    }
    None
}

#[test]
fn wycheproof_signatures_have_their_verdict() {
    let (run, left_out) = run("json_web_signature_test.json");
    println!("{run} run; left out: {left_out:#?}");
    assert!(run == 0 || run > 250, "{run}");
}

#[test]
fn wycheproof_keys_have_their_verdict() {
    let (keys, keys_left) = run("json_web_key_test.json");
    let (crypto, crypto_left) = run("json_web_crypto_test.json");
    println!("{keys} and {crypto} run; left out: {keys_left:#?} {crypto_left:#?}");
    assert!(crypto == 0 || crypto > 40, "{crypto}");
}

fn claims(
    text: &str,
    check: impl Fn(&Claims<'_>) -> Result<(), RejectionKind>,
) -> Option<RejectionKind> {
    match Claims::parse(text.as_bytes()) {
        Ok(claims) => check(&claims).err(),
        Err(kind) => Some(kind),
    }
}

#[test]
fn a_time_of_the_wrong_type_is_not_taken_for_none() {
    let now = UnixTime::from_secs(1000);
    let check = |claims: &Claims<'_>| claims.check_times(now, None, false);
    assert_eq!(claims("{}", check), None);
    for name in ["exp", "nbf", "iat"] {
        for odd in [
            "\"1000\"",
            "1000.0",
            "1e3",
            "-1",
            "1e30",
            "null",
            "true",
            "[1000]",
            "{}",
            "01000",
            "99999999999999999999",
        ] {
            let text = format!(r#"{{"{name}":{odd}}}"#);
            assert_eq!(
                claims(&text, check),
                Some(RejectionKind::Malformed),
                "{text}"
            );
        }
    }
    for (text, expected) in [
        (r#"{"exp":1000}"#, None),
        (r#"{"exp":999}"#, Some(RejectionKind::Stale)),
        (r#"{"exp":0}"#, Some(RejectionKind::Stale)),
        (r#"{"nbf":1060}"#, None),
        (r#"{"nbf":1061}"#, Some(RejectionKind::Future)),
        (
            r#"{"iat":9999999999999999999}"#,
            Some(RejectionKind::Future),
        ),
        (r#"{"exp":1000,"exp":2000}"#, Some(RejectionKind::Malformed)),
        ("[]", Some(RejectionKind::Malformed)),
        ("", Some(RejectionKind::Malformed)),
    ] {
        assert_eq!(claims(text, check), expected, "{text}");
    }
}

#[test]
fn an_audience_is_one_or_among_several_and_never_something_else() {
    let check = |claims: &Claims<'_>| claims.is_for(b"me");
    for (aud, expected) in [
        (r#""me""#, None),
        (r#"["you","me"]"#, None),
        (r#""you""#, Some(RejectionKind::BadSignature)),
        (r#"[]"#, Some(RejectionKind::BadSignature)),
        (r#"["me",7]"#, Some(RejectionKind::Malformed)),
        (r#"[["me"]]"#, Some(RejectionKind::Malformed)),
        ("7", Some(RejectionKind::Malformed)),
        ("null", Some(RejectionKind::Malformed)),
    ] {
        assert_eq!(
            claims(&format!(r#"{{"aud":{aud}}}"#), check),
            expected,
            "{aud}"
        );
    }
    assert_eq!(claims("{}", check), Some(RejectionKind::BadSignature));
}
