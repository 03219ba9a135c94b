//! The provider of a route, by name, alias and variant.

use webhook_core::providers::unconfirmed;

use super::{parse, refused, routes};
use crate::config::Route;

#[test]
fn a_provider_is_found_by_name_alias_and_variant() {
    for (entries, name) in FOUND {
        let config = parse(&format!(r#"{{"shop":{entries}}}"#)).unwrap();
        let routes = routes(&config).unwrap();
        let [Route { endpoint, .. }] = routes.as_slice() else {
            panic!("no endpoint: {entries}");
        };
        assert_eq!(endpoint.provider().name(), *name);
    }
}

#[test]
fn a_provider_that_cannot_be_served_is_an_error_that_says_why() {
    #[rustfmt::skip]
    let rows = [
        ("strpe", r#"did you mean "stripe"?"#),
        ("Stripe", r#"did you mean "stripe"?"#),
        ("checkout.com", r#"did you mean "checkout-com"?"#),
        ("merkado-pago", r#"did you mean "mercado-pago"?"#),
        ("carrier-pigeon", "names an unknown provider; `webhook providers`"),
        ("", "names an unknown provider"),
        ("mercury", "is not known: whether its secret is a text or base64"),
        ("melhor_envio", "is not known: whether its signature is base64 or hexadecimal"),
        ("zapi", "is not known: whether the token"),
        ("bitpay", "signs nothing"),
    ];
    for (name, why) in rows {
        let said = refused(&format!(
            r#"{{"shop":{{"provider":"{name}","secret":"$"}}}}"#
        ));
        assert!(
            said.starts_with(r#"route "shop", key "provider": "#),
            "{said}"
        );
        assert!(said.contains(why), "{name}: {said}");
    }
    for provider in unconfirmed::ALL {
        let name = provider.name();
        let said = refused(&format!(
            r#"{{"shop":{{"provider":"{name}","secret":"$"}}}}"#
        ));
        assert!(
            said.contains("only third parties document"),
            "{name}: {said}"
        );
    }
    let said = refused(r#"{"shop":{"provider":"carrier-pigeon","variant":"homing"}}"#);
    assert!(said.contains("names an unknown provider"), "{said}");
    let said = refused(r#"{"shop":{"provider":"codespar","variant":"v9","secret":"$"}}"#);
    assert!(said.contains("known: v1"), "{said}");
}

#[test]
#[cfg(feature = "asymmetric")]
fn a_public_key_may_be_called_so_or_a_secret() {
    let good = "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8";
    for key in ["public_key", "secret"] {
        let entries = format!(r#"{{"shop":{{"provider":"discord","{key}":"{good}"}}}}"#);
        assert!(parse(&entries).is_ok(), "{key}");
        let said = refused(&format!(
            r#"{{"shop":{{"provider":"discord","{key}":"$"}}}}"#
        ));
        let place = format!(r#"route "shop", key "{key}": is not a key"#);
        assert!(said.starts_with(&place), "{said}");
    }
    let two = format!(r#"{{"provider":"discord","secret":"{good}","public_key":""}}"#);
    let said = refused(&format!(r#"{{"shop":{two}}}"#));
    assert_eq!(said, r#"route "shop", key "public_key": is empty"#);
}

/// The entries of a route, and the name of its provider.
#[rustfmt::skip]
const FOUND: &[(&str, &str)] = &[
    (r#"{"provider":"stripe","secret":"$","url":"https://shop.example/hooks"}"#, "stripe"),
    (r#"{"provider":"stripe","secret":"$","secrets":["older-secret-0123"]}"#, "stripe"),
    (r#"{"provider":"github","secret":"$","identity":"signed_only"}"#, "github"),
    (r#"{"provider":"gitlab_token","secret":"$"}"#, "gitlab-token"),
    (r#"{"provider":"gitlab","variant":"token","secret":"$"}"#, "gitlab-token"),
    (r#"{"provider":"mercado-pago","secret":"$"}"#, "mercadopago"),
    (r#"{"provider":"codespar","secret":"$"}"#, "codespar"),
    (r#"{"provider":"codespar","variant":"v1","secret":"$"}"#, "codespar-v1"),
    (r#"{"provider":"chargebee","username":"user","password":"$"}"#, "chargebee"),
    (r#"{"provider":"cloudinary","secret":"$","algorithm":"sha256"}"#, "cloudinary-sha256"),
    (r#"{"provider":"cloudinary","api_secret":"$","api_key":"a","algorithm":"SHA-1"}"#,
        "cloudinary"),
    (r#"{"provider":"marqeta","secret":"$","algorithm":"sha1"}"#, "marqeta"),
    (r#"{"provider":"stripe","secret":"$","next_secret":"$-2"}"#, "stripe"),
    #[cfg(feature = "keys")]
    (r#"{"provider":"google-pubsub","audience":"a","service_account":"s"}"#, "google-pubsub"),
    (r#"{"provider":"braintree","key":"$","public_key":"p-0123456789abcdef","merchant_id":"m"}"#,
        "braintree"),
    (r#"{"provider":"chargebee","secret":"user:$"}"#, "chargebee"),
    (r#"{"provider":"whatsapp","secret":"$","verify_token":"$"}"#, "meta"),
    (r#"{"provider":"ifthenpay","secret":"$","parameter":"token"}"#, "ifthenpay"),
    (r#"{"provider":"klarna","secret":"$","kid":"krn:1"}"#, "klarna"),
    (r#"{"provider":"marqeta","secret":"$","credentials":"user:$"}"#, "marqeta"),
    (r#"{"provider":"marqeta","secret":"$","username":"user","password":"$"}"#, "marqeta"),
    (r#"{"provider":"easypay","username":"user","password":"$","code":"$"}"#, "easypay"),
    (r#"{"provider":"checkout-com","secret":"$","authorization":"$"}"#, "checkout-com"),
    (r#"{"provider":"box","secret":"$","secondary_secret":"$"}"#, "box"),
];
