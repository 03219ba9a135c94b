//! The test cases of RFC 9421, appendix B.2: keys, messages, signature bases and signatures.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use crate::crypto::Algorithm;
use crate::crypto::public::PublicKey;
use crate::error::RejectionKind;
use crate::parse::structured::{Member, dictionary};
use crate::request::Head;
use crate::secret::key_text::public_key;
use crate::verify::custom::message_signatures::base::Request;
use crate::verify::custom::message_signatures::digest::{BodyDigests, decoded};

const BODY: &[u8] = br#"{"hello": "world"}"#;

const DIGEST: &str = "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNye\
    aldVLvRwEmTHWXvJwew==:";

const HEADERS: [(&str, &str); 5] = [
    ("Host", "example.com"),
    ("Date", "Tue, 20 Apr 2021 02:07:55 GMT"),
    ("Content-Type", "application/json"),
    ("Content-Digest", DIGEST),
    ("Content-Length", "18"),
];

const RSA_PSS: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2+QEtvpuRaV8Y\
    q40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95An\
    dTrifbIFPNU8PPMO7OyrFAHqgDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5WUtzd\
    piy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdD\
    Op9LCNCN48V2pnDOkFV6+U9nV5oyc6XI2wIDAQAB";

const P256: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lfw0EkjqF7xB4F\
    ivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==";

const ED25519: &str = "MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=";

const SHARED: &str =
    "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==";

fn head() -> Head<'static> {
    Head::new("POST", "/foo?param=Value&Pet=dog", &HEADERS)
}

fn base(input: &str) -> Result<String, RejectionKind> {
    let members = dictionary(input.as_bytes())?;
    let [(_, Member::List(list))] = members.0.as_slice() else {
        panic!("one signature: {input}");
    };
    let head = head();
    let base = Request::new(&head, "https://example.com", false).signature_base(list)?;
    Ok(String::from_utf8(base).unwrap())
}

fn verifies(algorithm: Algorithm, key: &str, base: &str, signature: &str) -> bool {
    let key = PublicKey::new(algorithm, &public_key(key.as_bytes()).unwrap()).unwrap();
    let mut message = algorithm.message();
    message.update(base.as_bytes());
    let message = message.finish(algorithm).unwrap();
    key.verifies(&message, &decoded(signature, false).unwrap())
}

fn assert_signed(algorithm: Algorithm, key: &str, base: &str, signature: &str) {
    assert!(verifies(algorithm, key, base, signature), "{base}");
    assert!(
        !verifies(algorithm, key, &format!("{base} "), signature),
        "{base}"
    );
}

#[test]
fn b_2_1_a_minimal_signature() {
    let base = base(
        r#"sig-b21=();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd""#,
    );
    let base = base.unwrap();
    assert_eq!(
        base,
        r#""@signature-params": ();created=1618884473;keyid="test-key-rsa-pss";"#.to_owned()
            + r#"nonce="b3k2pp5k7z-50gnwp.yemd""#
    );
    let signature = "d2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786\
        U7it++wgGxbtRxf8Udx7zFZsckzXaJMkA7ChG52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOG\
        dCbzR72rgFWhzx2VjBqJzsPLMIQKhO4DGezXehhWwE56YCE+O6c0mKZsfxVrogUvA4HELjVKWmAvtl6UnCh8jYzu\
        VG5WSb/QEVPnP5TmcAnLH1g+s++v6d4s8m0gCw1fV5/SITLq9mhho8K3+7EPYTU8IU1bLhdxO5Nyt8C8ssinQ98\
        Xw9Q==";
    assert_signed(Algorithm::RsaPssSha512, RSA_PSS, &base, signature);
}

#[test]
fn b_2_2_selective_covered_components() {
    let parameters =
        r#"("@authority" "content-digest" "@query-param";name="Pet");created=1618884473;"#
            .to_owned()
            + r#"keyid="test-key-rsa-pss";tag="header-example""#;
    let base = base(&format!("sig-b22={parameters}")).unwrap();
    let lines = [
        r#""@authority": example.com"#,
        &format!(r#""content-digest": {DIGEST}"#),
        r#""@query-param";name="Pet": dog"#,
        &format!(r#""@signature-params": {parameters}"#),
    ];
    assert_eq!(base, lines.join("\n"));
    let signature = "LjbtqUbfmvjj5C5kr1Ugj4PmLYvx9wVjZvD9GsTT4F7GrcQEdJzgI9qHxICagShLRiLMlAJjtq6\
        N4CDfKtjvuJyE5qH7KT8UCMkSowOB4+ECxCmT8rtAmj/0PIXxi0A0nxKyB09RNrCQibbUjsLS/2YyFYXEu4TRJQz\
        Rw1rLEuEfY17SARYhpTlaqwZVtR8NV7+4UKkjqpcAoFqWFQh62s7Cl+H2fjBSpqfZUJcsIk4N6wiKYd4je2U/lan\
        kenQ99PZfB4jY3I5rSV2DSBVkSFsURIjYErOs0tFTQosMTAoxk//0RoKUqiYY8Bh0aaUEb0rQl3/XaVe4bXTugE\
        jHSw==";
    assert_signed(Algorithm::RsaPssSha512, RSA_PSS, &base, signature);
}

#[test]
fn b_2_3_full_coverage() {
    let parameters = r#"("date" "@method" "@path" "@query" "@authority" "content-type" "#
        .to_owned()
        + r#""content-digest" "content-length");created=1618884473;keyid="test-key-rsa-pss""#;
    let base = base(&format!("sig-b23={parameters}")).unwrap();
    let lines = [
        r#""date": Tue, 20 Apr 2021 02:07:55 GMT"#,
        r#""@method": POST"#,
        r#""@path": /foo"#,
        r#""@query": ?param=Value&Pet=dog"#,
        r#""@authority": example.com"#,
        r#""content-type": application/json"#,
        &format!(r#""content-digest": {DIGEST}"#),
        r#""content-length": 18"#,
        &format!(r#""@signature-params": {parameters}"#),
    ];
    assert_eq!(base, lines.join("\n"));
    let signature = "bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASV\
        xFkeGt683+qRpRRU5p2voTp768ZrCUb38K0fUxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPVi\
        V7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CCoC1xMy7JA1ipwvKvfrs65ldmlu9bpG6A9Bmz\
        huzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsDZKEgM\
        4cUA==";
    assert_signed(Algorithm::RsaPssSha512, RSA_PSS, &base, signature);
}

#[test]
fn b_2_4_a_response_has_no_place_here_but_its_signature_verifies() {
    let parameters = r#"("@status" "content-type" "content-digest" "content-length");"#.to_owned()
        + r#"created=1618884473;keyid="test-key-ecc-p256""#;
    let refused = base(&format!("sig-b24={parameters}"));
    assert_eq!(refused, Err(RejectionKind::UnsupportedScheme));
    let lines = [
        r#""@status": 200"#,
        r#""content-type": application/json"#,
        "\"content-digest\": sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp2\
         9l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:",
        r#""content-length": 23"#,
        &format!(r#""@signature-params": {parameters}"#),
    ];
    let signature = "wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEk\
        LIj+32oiasw==";
    let algorithm = Algorithm::EcdsaP256Sha256Fixed;
    assert_signed(algorithm, P256, &lines.join("\n"), signature);
}

#[test]
fn b_2_5_a_keyed_hash() {
    let parameters = r#"("date" "@authority" "content-type");created=1618884473;"#.to_owned()
        + r#"keyid="test-shared-secret""#;
    let base = base(&format!("sig-b25={parameters}")).unwrap();
    let lines = [
        r#""date": Tue, 20 Apr 2021 02:07:55 GMT"#,
        r#""@authority": example.com"#,
        r#""content-type": application/json"#,
        &format!(r#""@signature-params": {parameters}"#),
    ];
    assert_eq!(base, lines.join("\n"));
    let mut mac = Algorithm::HmacSha256.key(&decoded(SHARED, false).unwrap());
    mac.update(base.as_bytes());
    let expected = decoded("pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=", false);
    assert_eq!(mac.finish().as_bytes(), expected.unwrap());
}

#[test]
fn b_2_6_ed25519() {
    let parameters = r#"("date" "@method" "@path" "@authority" "content-type" "content-length");"#
        .to_owned()
        + r#"created=1618884473;keyid="test-key-ed25519""#;
    let base = base(&format!("sig-b26={parameters}")).unwrap();
    let lines = [
        r#""date": Tue, 20 Apr 2021 02:07:55 GMT"#,
        r#""@method": POST"#,
        r#""@path": /foo"#,
        r#""@authority": example.com"#,
        r#""content-type": application/json"#,
        r#""content-length": 18"#,
        &format!(r#""@signature-params": {parameters}"#),
    ];
    assert_eq!(base, lines.join("\n"));
    let signature = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5l\
        Ip5WPpBKRCw==";
    assert_signed(Algorithm::Ed25519, ED25519, &base, signature);
}

/// The digest of the messages in appendix B, and those of RFC 9530, appendix B.
#[test]
fn the_digest_of_a_body_is_checked_with_each_algorithm_that_is_known() {
    let matches = |digest: &str, body: &[u8]| {
        let mut digests = BodyDigests::of(&dictionary(digest.as_bytes()).unwrap(), false)?;
        body.chunks(5).for_each(|chunk| digests.update(chunk));
        Ok(digests.match_body())
    };
    let sha256 = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:";
    assert_eq!(matches(DIGEST, BODY), Ok(true));
    assert_eq!(matches(sha256, BODY), Ok(true));
    let with_newline = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:";
    assert_eq!(matches(with_newline, b"{\"hello\": \"world\"}\n"), Ok(true));
    let empty = "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:";
    assert_eq!(matches(empty, b""), Ok(true));
    for (digest, verdict) in [
        (format!("{sha256}, {DIGEST}"), Ok(true)),
        (format!("{empty}, {DIGEST}"), Ok(false)),
        (format!("md5=:AAAA:, {sha256};q=1"), Ok(true)),
        (with_newline.to_owned(), Ok(false)),
        ("sha-256=:AA==:".to_owned(), Ok(false)),
        (
            "sha=:AA==:".to_owned(),
            Err(RejectionKind::UnsupportedScheme),
        ),
        (String::new(), Err(RejectionKind::UnsupportedScheme)),
        ("sha-256=AA".to_owned(), Err(RejectionKind::Malformed)),
        ("sha-256=:AB==:".to_owned(), Err(RejectionKind::Malformed)),
        ("sha-256=:AA:".to_owned(), Err(RejectionKind::Malformed)),
    ] {
        assert_eq!(matches(&digest, BODY), verdict, "{digest}");
    }
}

#[test]
fn components_of_other_kinds_are_refused() {
    use RejectionKind::{AmbiguousHeader, Malformed, MissingHeader, UnsupportedScheme};
    for (component, kind) in [
        (r#""@unknown""#, UnsupportedScheme),
        (r#""@status""#, UnsupportedScheme),
        (r#""@signature-params""#, UnsupportedScheme),
        (r#""@query-param""#, UnsupportedScheme),
        (r#""@method";req"#, UnsupportedScheme),
        (r#""date";sf"#, UnsupportedScheme),
        (r#""date";bs"#, UnsupportedScheme),
        (r#""date";tr"#, UnsupportedScheme),
        (r#""content-digest";key="sha-512";sf"#, UnsupportedScheme),
        (r#""content-digest";key=sha-512"#, UnsupportedScheme),
        (r#""content-digest";key="sha-256""#, MissingHeader),
        (r#""date";key="a""#, Malformed),
        (r#""@query-param";name="none""#, MissingHeader),
        (r#""absent""#, MissingHeader),
        (r#""Date""#, Malformed),
        (r#""""#, Malformed),
        ("date", Malformed),
        (r#""date" "date""#, Malformed),
    ] {
        assert_eq!(base(&format!("s=({component})")), Err(kind), "{component}");
    }
    let twice = Head::new("POST", "/?a=1&a=1", &HEADERS);
    let input = dictionary(br#"s=("@query-param";name="a")"#).unwrap();
    let [(_, Member::List(list))] = input.0.as_slice() else {
        panic!("one signature");
    };
    let base = Request::new(&twice, "", false).signature_base(list);
    assert_eq!(base, Err(AmbiguousHeader));
}

#[test]
fn what_a_request_makes_the_verifier_read_is_bounded() {
    let base = |head: &Head<'_>, input: &str| {
        let input = dictionary(input.as_bytes()).unwrap();
        let [(_, Member::List(list))] = input.0.as_slice() else {
            panic!("one signature");
        };
        Request::new(head, "", false)
            .signature_base(list)
            .map(|base| base.len())
    };
    let names = (0..64).map(|i| format!(r#""@query-param";name="a{i}""#));
    let names = names.collect::<Vec<_>>().join(" ");
    let query = (0..64)
        .map(|i| format!("a{i}=1"))
        .collect::<Vec<_>>()
        .join("&");
    for (rest, verdict) in [(500, Ok(())), (700, Err(RejectionKind::Malformed))] {
        let target = format!("/?{query}&x={}", "x".repeat(rest));
        let head = Head::new("POST", &target, &HEADERS);
        assert_eq!(base(&head, &format!("s=({names})")).map(|_| ()), verdict);
    }
    for (len, verdict) in [(32_000, Ok(())), (33_000, Err(RejectionKind::Malformed))] {
        let headers = [("x-long", "x".repeat(len))];
        let head = Head::new("POST", "/", &headers);
        assert_eq!(base(&head, r#"s=("x-long")"#).map(|_| ()), verdict);
    }
}

#[test]
fn values_are_written_as_the_standard_says() {
    let headers = [
        ("x-list", " one "),
        ("X-List", "two,\tthree "),
        ("x-empty", ""),
        ("x-dict", "a=1, b=2;x=1;y=2, c=(a   b   c)"),
        ("x-dict", "d"),
    ];
    let head = Head::new("PUT", "/a%20b?q=1&w%20x=a%2fb+c&e=%C3%A9", &headers);
    let value = |url: &str, component: &str| {
        let input = format!("s=({component})");
        let members = dictionary(input.as_bytes()).unwrap();
        let [(_, Member::List(list))] = members.0.as_slice() else {
            panic!("one signature");
        };
        let base = Request::new(&head, url, false)
            .signature_base(list)
            .unwrap();
        let line = String::from_utf8(base).unwrap();
        let (line, _) = line.split_once('\n').unwrap();
        line.split_once(": ").unwrap().1.to_owned()
    };
    let url = "https://Example.com:443/in";
    for (component, expected) in [
        (r#""@method""#, "PUT"),
        (r#""@scheme""#, "https"),
        (r#""@authority""#, "example.com"),
        (r#""@path""#, "/in"),
        (r#""@query""#, "?q=1&w%20x=a%2fb+c&e=%C3%A9"),
        (r#""@request-target""#, "/in?q=1&w%20x=a%2fb+c&e=%C3%A9"),
        (
            r#""@target-uri""#,
            "https://Example.com:443/in?q=1&w%20x=a%2fb+c&e=%C3%A9",
        ),
        (r#""@query-param";name="w%20x""#, "a%2Fb%20c"),
        (r#""@query-param";name="e""#, "%C3%A9"),
        (r#""x-list""#, "one, two,\tthree"),
        (r#""x-empty""#, ""),
        (r#""x-dict";key="a""#, "1"),
        (r#""x-dict";key="b""#, "2;x=1;y=2"),
        (r#""x-dict";key="c""#, "(a b c)"),
        (r#""x-dict";key="d""#, "?1"),
    ] {
        assert_eq!(value(url, component), expected, "{component}");
    }
    assert_eq!(value("", r#""@path""#), "/a%20b");
    let empty = Head::new("PUT", "", &headers);
    let request = Request::new(&empty, "", false);
    let input = dictionary(br#"s=("@path" "@query")"#).unwrap();
    let [(_, Member::List(list))] = input.0.as_slice() else {
        panic!("one signature");
    };
    let base = String::from_utf8(request.signature_base(list).unwrap()).unwrap();
    assert!(base.starts_with("\"@path\": /\n\"@query\": ?\n"), "{base}");
}
