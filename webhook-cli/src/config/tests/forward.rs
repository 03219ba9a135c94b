//! Destinations of routes.

use super::{SECRET, parse, refused, routes, routes_with};
use crate::config::Destination;

/// A route with this value of `forward`, or with these entries.
fn route(entries: &str) -> String {
    format!(r#"{{"shop":{{"provider":"github","secret":"$",{entries}}}}}"#)
}

const HOP: &str = r#""secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw""#;

#[test]
fn every_refusal_names_the_key_within_forward() {
    for (entries, key) in [
        (r#""forward":"http://127.0.0.1""#, "forward"),
        (r#""forward":[]"#, "forward"),
        (r#""forward":{}"#, "forward.to"),
        (r#""forward":{"to":7}"#, "forward.to"),
        (r#""forward":{"to":"http://{{host}}/",HOP}"#, "forward.to"),
        (r#""forward":{"to":"127.0.0.1:3000",HOP}"#, "forward.to"),
        (r#""forward":{"to":"http://a:$@b/",HOP}"#, "forward.to"),
        (
            r#""forward":{"to":{"env":"WEBHOOK_NOT_SET"},HOP}"#,
            "forward.to",
        ),
        (r#""forward":{TO}"#, "forward.secret"),
        (r#""forward":{TO,"secret":"$"}"#, "forward.secret"),
        (r#""forward":{TO,"secret":""}"#, "forward.secret"),
        (
            r#""forward":{TO,HOP,"without_credential":true}"#,
            "forward.secret",
        ),
        (
            r#""forward":{TO,HOP,"header":{"name":"a","value":"$"}}"#,
            "forward.secret",
        ),
        (r#""forward":{TO,"header":"$"}"#, "forward.header"),
        (
            r#""forward":{TO,"header":{"name":"a"}}"#,
            "forward.header.value",
        ),
        (
            r#""forward":{TO,"header":{"value":"$"}}"#,
            "forward.header.name",
        ),
        (
            r#""forward":{TO,"header":{"name":"a","values":"$"}}"#,
            "forward.header.values",
        ),
        (
            r#""forward":{TO,"header":{"name":"host","value":"$"}}"#,
            "forward.header",
        ),
        (
            r#""forward":{TO,"header":{"name":"a","value":" $"}}"#,
            "forward.header",
        ),
        (r#""forward":{TO,HOP,"headers":"a"}"#, "forward.headers"),
        (r#""forward":{TO,HOP,"headers":["a b"]}"#, "forward.headers"),
        (
            r#""forward":{TO,HOP,"headers":["x-verified"]}"#,
            "forward.headers",
        ),
        (
            r#""forward":{TO,HOP,"timeout_secs":0}"#,
            "forward.timeout_secs",
        ),
        (
            r#""forward":{TO,HOP,"timeout_secs":30}"#,
            "forward.timeout_secs",
        ),
        (
            r#""forward":{TO,HOP,"connect_timeout_secs":21}"#,
            "forward.timeout_secs",
        ),
        (
            r#""forward":{TO,HOP,"idempotency_key":"yes"}"#,
            "forward.idempotency_key",
        ),
        (
            r#""forward":{TO,HOP,"pass_response":1}"#,
            "forward.pass_response",
        ),
        (
            r#""forward":{TO,HOP,"give_up_on":410}"#,
            "forward.give_up_on",
        ),
        (
            r#""forward":{TO,HOP,"give_up_on":[200]}"#,
            "forward.give_up_on",
        ),
        (
            r#""forward":{TO,HOP,"give_up_on":[70000]}"#,
            "forward.give_up_on",
        ),
        (r#""forward":{TO,HOP,"max_hops":0}"#, "forward.max_hops"),
        (r#""forward":{TO,HOP,"timeout":5}"#, "forward.timeout"),
        (r#""forward":{TO,HOP,HOP}"#, "forward.secret"),
        (r#""forward":{TO,HOP},"discard":true"#, "discard"),
        (r#""discard":"yes""#, "discard"),
    ] {
        let entries = entries.replace("HOP", HOP);
        let entries = entries.replace("TO", r#""to":"http://127.0.0.1:3000/in""#);
        let said = refused(&route(&entries));
        let place = format!(r#"route "shop", key "{key}": "#);
        assert!(said.starts_with(&place), "{entries}: {said}");
    }
}

#[test]
fn a_misspelt_key_is_suggested() {
    let said = refused(&route(r#""forward":{"too":"http://127.0.0.1"}"#));
    assert!(
        said.ends_with(r#"is an unknown key; did you mean "to"?"#),
        "{said}"
    );
    let said = refused(&route(r#""forwards":{}"#));
    assert!(said.ends_with(r#"did you mean "forward"?"#), "{said}");
}

#[test]
fn a_route_forwards_discards_or_is_refused() {
    let config = parse(&route(&format!(
        r#""forward":{{"to":"http://[::1]:80/in",{HOP}}}"#
    )));
    let routes = routes(&config.unwrap()).unwrap();
    let forwardings = routes[0].destination.forwardings();
    let origins: Vec<_> = forwardings.map(|one| one.forwarder.origin()).collect();
    assert_eq!(origins, ["http://[::1]:80"]);

    let said = parse(&route(r#""discard":false"#)).unwrap();
    let without = |discards| routes_with(&said, None, discards);
    assert!(matches!(
        without(true).unwrap()[0].destination,
        Destination::Discard
    ));
    let error = without(false).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains(r#"key "forward": is missing"#), "{error}");
    assert!(!error.contains(SECRET), "{error}");
}
