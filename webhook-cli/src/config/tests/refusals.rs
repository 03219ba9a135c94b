//! Configurations that cannot be used.

use super::{refused, routes};
use crate::config::Config;
use crate::config::file::Format;

#[test]
fn every_refusal_names_route_and_key_and_no_value() {
    for (what, entries, key) in REFUSED {
        let said = refused(&format!(r#"{{"shop.1":{entries}}}"#));
        let place = format!(r#"route "shop.1", key "{key}": "#);
        assert!(said.starts_with(&place), "{what}: {said}");
    }
}

#[test]
fn a_route_that_cannot_be_one_is_named() {
    for (name, entries) in [
        ("_shop", "{}"),
        ("a/b", "{}"),
        ("a b", "{}"),
        ("{shop}", "{}"),
        ("", "{}"),
        ("shop", "[]"),
        ("shop", r#""$""#),
    ] {
        let said = refused(&format!(r#"{{"{name}":{entries}}}"#));
        assert!(said.starts_with(&format!("route {name:?} ")), "{said}");
    }
    let shop = r#""shop":{"provider":"github","secret":"$"}"#;
    let said = refused(&format!("{{{shop},{shop}}}"));
    assert!(
        said.starts_with(r#"route "shop" is defined twice"#),
        "{said}"
    );
}

#[test]
fn what_is_not_json_is_told_by_line_and_column() {
    let said = refused("{\n  \"shop\": {\"secret\": \"$\",}\n}");
    assert!(said.starts_with("is not valid JSON: "), "{said}");
    assert!(said.contains("line 2 column 49"), "{said}");
    assert!(refused("").starts_with("is not valid JSON: "));
    for other in ["[]", r#""$""#, "1", "null"] {
        let said = refused(other);
        assert!(
            said.starts_with("must be a JSON object of routes"),
            "{said}"
        );
    }
}

#[test]
fn an_unknown_key_is_named_even_where_another_is_missing() {
    for (entries, said) in [
        (
            r#"{"provdier":"stripe","secret":"$"}"#,
            r#"key "provdier": is an unknown key; did you mean "provider"?"#,
        ),
        (
            r#"{"sekret":"$"}"#,
            r#"key "sekret": is an unknown key; did you mean "secret"?"#,
        ),
        (
            r#"{"provider":"strpe","tolerance":5}"#,
            r#"key "tolerance": is an unknown key; `webhook providers` lists the keys of a route"#,
        ),
    ] {
        let refused = refused(&format!(r#"{{"shop":{entries}}}"#));
        assert_eq!(refused, format!(r#"route "shop", {said}"#));
    }
}

#[test]
fn a_configuration_without_a_route_is_refused() {
    for empty in [
        "{}",
        r#"{"_server":{}}"#,
        r#"{"_server":{"max_body_bytes":1}}"#,
    ] {
        assert!(refused(empty).starts_with("has no route"), "{empty}");
    }
    let said = refused(r#"{"shop":{}}"#);
    let place = r#"route "shop", key "provider": is missing"#;
    assert!(said.starts_with(place), "{said}");
}

#[test]
fn a_placeholder_is_refused_wherever_a_text_is() {
    #[rustfmt::skip]
    let rows = [
        (r#"{"provider":"stripe","secret":"${STRIPE_SECRET}"}"#, "secret"),
        (r#"{"provider":"stripe","secrets":["abcdefgh01234567","${OLD}"]}"#, "secrets[1]"),
        (r#"{"provider":"stripe","next_secret":"{{ secret }}"}"#, "next_secret"),
        (r#"{"provider":"stripe","signing_secret":"$STRIPE_SECRET"}"#, "signing_secret"),
        (r#"{"provider":"${PROVIDER}","secret":"abcdefgh01234567"}"#, "provider"),
        (r#"{"provider":"codespar","variant":"${V}","secret":"abcdefgh01234567"}"#, "variant"),
        (r#"{"provider":"square","secret":"abcdefgh01234567","url":"https://${HOST}/a"}"#, "url"),
        (r#"{"provider":"chargebee","username":"${USER}","password":"abcdefgh01234567"}"#,
            "username"),
        (r#"{"provider":"chargebee","username":"user","password":"${PASSWORD}"}"#, "password"),
        (r#"{"provider":"klarna","secret":"abcdefgh01234567","kid":"${KID}"}"#, "kid"),
        (r#"{"provider":"pusher","secret":"abcdefgh01234567","key":"${KEY}"}"#, "key"),
        (r#"{"provider":"meta","secret":"abcdefgh01234567","verify_token":"${TOKEN}"}"#,
            "verify_token"),
        (r#"{"provider":"ifthenpay","secret":"abcdefgh01234567","parameter":"${NAME}"}"#,
            "parameter"),
        (r#"{"provider":"box","secret":"abcdefgh01234567","secondary_secret":"${OTHER}"}"#,
            "secondary_secret"),
    ];
    for (entries, key) in rows {
        let config = format!(r#"{{"shop":{entries}}}"#);
        let config = Config::parse(config.as_bytes(), Format::Json).unwrap();
        let Err(error) = routes(&config) else {
            panic!("not refused: {entries}");
        };
        let said = error.to_string();
        let place = format!(r#"route "shop", key "{key}": contains "#);
        assert!(said.starts_with(&place), "{said}");
        assert!(said.contains("a placeholder"), "{said}");
    }
}

/// What is wrong, the entries of the route, and the key that the error names.
#[rustfmt::skip]
const REFUSED: &[(&str, &str, &str)] = &[
    ("no provider", r#"{"secret":"$"}"#, "provider"),
    ("provider no text", r#"{"provider":7,"secret":"$"}"#, "provider"),
    ("provider twice", r#"{"provider":"stripe","provider":"$","secret":"$"}"#, "provider"),
    ("no secret", r#"{"provider":"stripe"}"#, "secret"),
    ("empty secret", r#"{"provider":"stripe","secret":""}"#, "secret"),
    ("blank secret", r#"{"provider":"stripe","secret":"  "}"#, "secret"),
    ("padded secret", r#"{"provider":"stripe","secret":" $"}"#, "secret"),
    ("line break after the secret", r#"{"provider":"stripe","secret":"$\n"}"#, "secret"),
    ("secret no text", r#"{"provider":"stripe","secret":["$"]}"#, "secret"),
    ("secret null", r#"{"provider":"stripe","secret":null}"#, "secret"),
    ("secret twice", r#"{"provider":"stripe","secret":"$","secret":"$"}"#, "secret"),
    ("half a surrogate", r#"{"provider":"stripe","secret":"$\ud800"}"#, "secret"),
    ("secret no base64", r#"{"provider":"standard-webhooks","secret":"whsec_$"}"#, "secret"),
    ("only a prefix", r#"{"provider":"standard-webhooks","secret":"whsec_"}"#, "secret"),
    ("second secret blank", r#"{"provider":"stripe","secrets":["$"," "]}"#, "secrets[1]"),
    ("secrets no list", r#"{"provider":"stripe","secrets":"$"}"#, "secrets"),
    ("secrets no texts", r#"{"provider":"stripe","secrets":["$",1]}"#, "secrets[1]"),
    ("no secrets", r#"{"provider":"stripe","secrets":[]}"#, "secret"),
    ("nine secrets", r#"{"provider":"stripe","secrets":["$","$","$","$","$","$","$","$","$"]}"#,
        "secrets"),
    ("no URL", r#"{"provider":"square","secret":"$"}"#, "url"),
    ("URL with query", r#"{"provider":"square","secret":"$","url":"https://a.example/?token=$"}"#,
        "url"),
    ("URL of another kind", r#"{"provider":"square","secret":"$","url":"ftp://$"}"#, "url"),
    ("identity unknown", r#"{"provider":"stripe","secret":"$","identity":"$"}"#, "identity"),
    ("tolerance zero", r#"{"provider":"stripe","secret":"$","tolerance_secs":0}"#,
        "tolerance_secs"),
    ("tolerance below zero", r#"{"provider":"stripe","secret":"$","tolerance_secs":-1}"#,
        "tolerance_secs"),
    ("tolerance no number", r#"{"provider":"stripe","secret":"$","tolerance_secs":"$"}"#,
        "tolerance_secs"),
    ("tolerance of no time", r#"{"provider":"github","secret":"$","tolerance_secs":60}"#,
        "tolerance_secs"),
    ("number out of range", r#"{"provider":"stripe","secret":"$","tolerance_secs":1e999}"#,
        "tolerance_secs"),
    ("key of another provider", r#"{"provider":"stripe","secret":"$","public_key":"$"}"#,
        "public_key"),
    ("unknown key", r#"{"provider":"stripe","secret":"$","sekret":"$"}"#, "sekret"),
    ("credentials of another",
        r#"{"provider":"stripe","secret":"$","username":"$","password":"$"}"#,
        "username"),
    ("credentials twice",
        r#"{"provider":"marqeta","secret":"$","credentials":"a:$","username":"a","password":"$"}"#,
        "credentials"),
    ("no password", r#"{"provider":"chargebee","username":"$"}"#, "password"),
    ("no user name", r#"{"provider":"chargebee","password":"$"}"#, "username"),
    ("empty user name", r#"{"provider":"chargebee","username":"","password":"$"}"#, "username"),
    ("user name with a colon", r#"{"provider":"chargebee","username":"a:b","password":"$"}"#,
        "username"),
    ("credentials without a colon", r#"{"provider":"chargebee","secret":"$"}"#, "secret"),
    ("parameter of no query", r#"{"provider":"stripe","secret":"$","parameter":"$"}"#, "parameter"),
    ("empty parameter", r#"{"provider":"ifthenpay","secret":"$","parameter":""}"#, "parameter"),
    ("verify token of no handshake", r#"{"provider":"stripe","secret":"$","verify_token":"$"}"#,
        "verify_token"),
    ("empty verify token", r#"{"provider":"meta","secret":"$","verify_token":""}"#, "verify_token"),
    ("padded verify token", r#"{"provider":"meta","secret":"$","verify_token":"$ "}"#,
        "verify_token"),
    ("verify token no text", r#"{"provider":"meta","secret":"$","verify_token":7}"#,
        "verify_token"),
    ("algorithm of others", r#"{"provider":"stripe","secret":"$","algorithm":"md5"}"#, "algorithm"),
    ("public key of a secret", r#"{"provider":"stripe","public_key":"$"}"#, "public_key"),
    ("no key, and none published", r#"{"provider":"plaid"}"#, "secret"),
    ("merchant of others", r#"{"provider":"stripe","secret":"$","merchant_id":"m"}"#,
        "merchant_id"),
    ("setting missing", r#"{"provider":"klarna","secret":"$"}"#, "kid"),
    ("setting blank", r#"{"provider":"klarna","secret":"$","kid":" "}"#, "kid"),
    ("setting of others", r#"{"provider":"stripe","secret":"$","kid":"$"}"#, "kid"),
    ("unknown variant", r#"{"provider":"stripe","secret":"$","variant":"$"}"#, "variant"),
];
