//! Keys that no endpoint is built with, and the ways a good one may be written.

#![cfg(feature = "asymmetric")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use webhook_core::{
    ConfigError, Endpoint, EndpointBuilder, Head, Options, RejectionKind, SecretProblem, Signer,
    UnixTime, Verifier, providers,
};

const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

macro_rules! key {
    ($name:literal) => {
        include_str!(concat!("../../webhook-test/vectors/keys/", $name, ".pem"))
    };
}

fn problem(builder: EndpointBuilder) -> SecretProblem {
    match builder.build() {
        Err(ConfigError::Secret { slot: 0, problem }) => problem,
        other => panic!("{other:?}"),
    }
}

/// The points of small order in every spelling, and keys of other lengths.
#[test]
fn an_ed25519_key_that_verifies_what_nobody_signed_is_refused() {
    let y = |first: &str, last: &str| format!("{first}{}{last}", "f".repeat(60));
    let mut small = vec![
        "0".repeat(64),
        format!("01{}", "0".repeat(62)),
        format!("01{}80", "0".repeat(60)),
        format!("{}80", "0".repeat(62)),
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05".into(),
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85".into(),
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a".into(),
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa".into(),
    ];
    for first in ["ec", "ed", "ee"] {
        small.extend([y(first, "7f"), y(first, "ff")]);
    }
    for key in small {
        let found = problem(Endpoint::discord(key.as_str()));
        assert!(
            matches!(found, SecretProblem::WeakKey | SecretProblem::WrongKey),
            "{key}: {found:?}"
        );
    }
    // Another spelling of a point that is fit: y = p + 3, for which there is an x.
    let found = problem(Endpoint::discord(y("f0", "7f")));
    assert!(matches!(
        found,
        SecretProblem::WeakKey | SecretProblem::WrongKey
    ));
    for key in ["00ff".repeat(8), "AAAA".to_owned(), "ab".repeat(33)] {
        problem(Endpoint::discord(key));
    }
}

#[test]
fn an_rsa_key_below_2048_bits_is_refused() {
    assert_eq!(
        problem(Endpoint::wise(key!("rsa-1024.pub"))),
        SecretProblem::WeakKey
    );
    assert_eq!(
        problem(Endpoint::ebanx(key!("rsa-1024.pub"))),
        SecretProblem::WeakKey
    );
    assert_eq!(
        problem(Endpoint::fireblocks_v1(key!("rsa-1024.pub"))),
        SecretProblem::WeakKey
    );
}

#[test]
fn a_point_that_is_not_on_p_256_is_refused() {
    use base64::Engine as _;
    let base64 = base64::engine::general_purpose::STANDARD;
    let good = key!("p256.pub").replace("-----BEGIN PUBLIC KEY-----", "");
    let good = good
        .replace("-----END PUBLIC KEY-----", "")
        .replace('\n', "");
    assert!(Endpoint::sendgrid(good.as_str()).build().is_ok());
    let mut der = base64.decode(good).unwrap();
    *der.last_mut().unwrap() ^= 1;
    let off_curve = base64.encode(&der);
    assert_eq!(
        problem(Endpoint::sendgrid(off_curve.as_str())),
        SecretProblem::WrongKey
    );
    let len = der.len();
    der[len - 64..].fill(0);
    assert_eq!(
        problem(Endpoint::ebay(base64.encode(&der))),
        SecretProblem::WrongKey
    );
    assert_eq!(
        problem(Endpoint::circle(key!("p384.pub"))),
        SecretProblem::WrongKey
    );
}

#[test]
fn a_key_of_another_algorithm_is_refused() {
    assert_eq!(
        problem(Endpoint::discord(key!("rsa.pub"))),
        SecretProblem::WrongKey
    );
    assert_eq!(
        problem(Endpoint::wise(key!("p256.pub"))),
        SecretProblem::WrongKey
    );
    assert_eq!(
        problem(Endpoint::sendgrid(key!("ed25519.pub"))),
        SecretProblem::WrongKey
    );
}

#[test]
fn what_is_no_public_key_is_refused_with_its_reason() {
    let wise = |text: &str| problem(Endpoint::wise(text));
    assert_eq!(wise(key!("rsa")), SecretProblem::PrivateKey);
    assert_eq!(wise("whsk_AAAA"), SecretProblem::PrivateKey);
    assert_eq!(wise("hunter2!"), SecretProblem::NoKey);
    assert_eq!(wise("-----BEGIN PUBLIC KEY-----"), SecretProblem::NoKey);
    assert_eq!(wise(&key!("rsa.pub").repeat(2)), SecretProblem::NoKey);
    assert_eq!(wise(&key!("rsa.cert").repeat(2)), SecretProblem::NoKey);
    assert_eq!(
        wise("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        SecretProblem::Certificate
    );
    assert_eq!(wise(""), SecretProblem::Empty);
    assert_eq!(wise("whpk_"), SecretProblem::Empty);
    assert_eq!(
        wise("-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----"),
        SecretProblem::Empty
    );
    let spaced = format!("{} ", "ab".repeat(32));
    assert_eq!(
        problem(Endpoint::discord(spaced)),
        SecretProblem::SurroundingWhitespace
    );
}

#[test]
fn pem_may_end_in_line_breaks_of_either_kind_and_be_a_certificate() {
    let pem = key!("rsa.pub");
    for text in [
        pem.to_owned(),
        pem.trim_end().to_owned(),
        pem.replace('\n', "\r\n"),
        pem.replace('\n', ""),
        format!("\n{pem}\n\n"),
        key!("rsa.cert").to_owned(),
    ] {
        assert!(Endpoint::wise(text.as_str()).build().is_ok(), "{text}");
    }
    // One bad key beside a good one is not passed over.
    assert!(Endpoint::wise([pem, key!("rsa-1024.pub")]).build().is_err());
}

#[test]
fn a_private_key_is_never_shown() {
    let signer = Signer::new(providers::WISE, key!("rsa")).unwrap();
    let shown = format!("{signer:?}");
    assert!(!shown.contains("MII") && shown.contains("wise"), "{shown}");
    let error = Signer::new(providers::EBANX, key!("rsa")).unwrap_err();
    assert!(!error.to_string().contains("MII"), "{error}");
}

#[test]
fn the_signer_takes_private_keys_as_they_are_handed_around() {
    let seed: String = (0..32_u8).map(|byte| format!("{byte:02x}")).collect();
    for text in [key!("ed25519"), seed.as_str()] {
        assert!(Signer::new(providers::DISCORD, text).is_ok());
    }
    assert!(Signer::new(providers::DISCORD, key!("p256")).is_err());
    assert!(Signer::new(providers::DISCORD, key!("ed25519.pub")).is_err());
    assert!(Signer::new(providers::SENDGRID, key!("p256")).is_ok());
    assert!(Signer::new(providers::WISE, key!("rsa-other")).is_ok());
}

/// The body is hashed as it comes, in whatever pieces, and a piece that is missing is missed.
#[test]
fn a_body_may_come_in_pieces() {
    let cases = [
        (providers::DISCORD, key!("ed25519"), key!("ed25519.pub")),
        (providers::SENDGRID, key!("p256"), key!("p256.pub")),
        (providers::EBAY, key!("p256"), key!("p256.pub")),
        (providers::WECHATPAY, key!("rsa"), key!("rsa.pub")),
        (providers::FIREBLOCKS_V1, key!("rsa"), key!("rsa.pub")),
    ];
    for (provider, private, public) in cases {
        let signer = Signer::new(provider, private).unwrap();
        let signed = signer
            .header("wechatpay-nonce", "n")
            .sign(NOW, "0123456789".repeat(30));
        let verifier = Verifier::new(provider, public, Options::default()).unwrap();
        let head = Head {
            method: "POST",
            path_and_query: "/",
            headers: &signed.headers,
        };
        for size in [1, 7, 64, 299, 300] {
            let mut whole = verifier.start(&head, NOW).unwrap().verification;
            let mut short = verifier.start(&head, NOW).unwrap().verification;
            for (i, piece) in signed.body.chunks(size).enumerate() {
                whole.update(piece);
                if i > 0 {
                    short.update(piece);
                }
            }
            assert!(
                whole.finish(&signed.body).is_ok(),
                "{} by {size}",
                provider.name()
            );
            assert!(
                short
                    .finish(&signed.body[size.min(signed.body.len())..])
                    .is_err(),
                "{} by {size}",
                provider.name()
            );
        }
    }
}

/// Each costs every key a verification, so there may be few.
#[test]
fn more_signatures_than_four_are_refused_before_the_body() {
    let provider = providers::STANDARD_WEBHOOKS_ED25519;
    let signed = Signer::new(provider, key!("ed25519"))
        .unwrap()
        .sign(NOW, "{}");
    let verifier = Verifier::new(provider, key!("ed25519.pub"), Options::default()).unwrap();
    for (times, outcome) in [(4, None), (5, Some(RejectionKind::TooManySignatures))] {
        let mut headers = signed.headers.clone();
        headers[0].1 = vec![signed.headers[0].1.as_str(); times].join(" ");
        let head = Head {
            method: "POST",
            path_and_query: "/",
            headers: &headers,
        };
        assert_eq!(verifier.start(&head, NOW).err(), outcome);
    }
}
