//! The settings of the server.

use std::time::Duration;

use super::{parse, refused};
use crate::config::server::SERVER_KEYS;
use crate::store::Location;

#[test]
fn a_limit_that_is_none_names_the_server_and_its_key() {
    for key in SERVER_KEYS {
        for limit in ["0", "-1", "1.5", r#""1""#, "null", "1e30"] {
            let said = refused(&format!(r#"{{"_server":{{"{key}":{limit}}}}}"#));
            let place = format!(r#"route "_server", key "{key}": "#);
            assert!(said.starts_with(&place), "{said}");
        }
    }
    for key in ["max_connections", "idle_timeout_secs"] {
        let said = refused(&format!(r#"{{"_server":{{"{key}":1000001}}}}"#));
        assert!(said.contains(" must be at most "), "{said}");
    }
    let said = refused(r#"{"_server":{"max_body_byte":1}}"#);
    let problem = r#"is an unknown key; did you mean "max_body_bytes"?"#;
    assert_eq!(
        said,
        format!(r#"route "_server", key "max_body_byte": {problem}"#)
    );
}

#[test]
fn what_the_server_is_not_told_has_a_default() {
    let settings = |config: &str| parse(config).unwrap().server;
    let shop = r#""shop":{"provider":"github","secret":"$"}"#;
    let default = settings(&format!("{{{shop}}}"));
    assert_eq!(default.max_connections, 512);
    assert_eq!(default.idle_timeout, Duration::from_secs(75));
    assert_eq!(
        (default.max_body_bytes, default.store_capacity),
        (None, None)
    );
    let all = [
        r#""max_body_bytes":1"#,
        r#""max_connections":2"#,
        r#""idle_timeout_secs":3"#,
        r#""store_capacity":4"#,
        r#""max_unverified_bytes":5"#,
        r#""store":"memory""#,
        r#""strict_store":true"#,
    ];
    let told = settings(&format!(r#"{{{shop},"_server":{{{}}}}}"#, all.join(",")));
    assert_eq!((told.max_body_bytes, told.max_connections), (Some(1), 2));
    assert_eq!(told.idle_timeout, Duration::from_secs(3));
    assert_eq!(told.store_capacity, Some(4));
    assert_eq!(told.max_unverified_bytes, Some(5));
    assert_eq!((default.store, default.strict_store), (None, false));
    assert_eq!(
        (told.store, told.strict_store),
        (Some(Location::Memory), true)
    );
}

#[test]
fn a_store_is_a_place_or_the_error_says_which_places_there_are() {
    for (store, problem) in [
        (
            r#""$""#,
            r#"is not the place of a store; expected "memory", "#,
        ),
        #[cfg(feature = "sqlite")]
        (r#""sqlite:""#, "has no path of a file"),
        #[cfg(feature = "postgres")]
        (r#""postgres://user:$@db:port/shop""#, "cannot be used: "),
        #[cfg(feature = "redis")]
        (r#""redis://user:$@db:port""#, "cannot be used: "),
        (
            r#""redis://:{{password}}@db""#,
            "contains {{, a placeholder",
        ),
        (
            r#"{"env":"WEBHOOK_NOT_SET"}"#,
            r#"the environment variable "WEBHOOK_NOT_SET" is not"#,
        ),
    ] {
        let said = refused(&format!(r#"{{"_server":{{"store":{store}}}}}"#));
        let expected = format!(r#"route "_server", key "store": {problem}"#);
        assert!(said.starts_with(&expected), "{said}");
    }
}

#[cfg(feature = "sqlite")]
#[test]
fn a_capacity_of_another_store_than_memory_is_refused() {
    let said = refused(r#"{"_server":{"store":"sqlite:a.db","store_capacity":1}}"#);
    let expected = r#"route "_server", key "store_capacity": is a limit of the store "memory""#;
    assert!(said.starts_with(expected), "{said}");
}

#[test]
fn the_limit_of_the_server_lowers_the_usual_one_and_none_that_a_provider_documents() {
    let limit = |provider: &str, own: &str, all: &str| {
        let config = format!(
            r#"{{"_server":{{{all}}},"shop":{{"provider":"{provider}","secret":"$"{own}}}}}"#
        );
        let routes = super::routes(&parse(&config).unwrap()).unwrap();
        routes[0].endpoint.limits().body
    };
    let (small, large) = (r#""max_body_bytes":4096"#, r#""max_body_bytes":30000000"#);
    let own = r#","max_body_bytes":5000"#;
    let documented = 25 * 1024 * 1024;
    for (provider, entry, all, expected) in [
        ("stripe", "", "", 1024 * 1024),
        ("stripe", "", small, 4096),
        ("stripe", "", large, 30_000_000),
        ("stripe", own, small, 5000),
        ("github", "", "", documented),
        ("github", "", small, documented),
        ("github", "", large, 30_000_000),
        ("github", own, small, 5000),
    ] {
        assert_eq!(
            limit(provider, entry, all),
            expected,
            "{provider} {entry} {all}"
        );
    }
    let said = refused(r#"{"shop":{"provider":"stripe","secret":"$","max_body_bytes":0}}"#);
    assert!(said.contains("must be a whole number above zero"), "{said}");
}

#[cfg(feature = "asymmetric")]
#[test]
fn a_flag_of_a_provider_is_true_or_false_without_quotes() {
    let route = |flag: &str| {
        let key = include_str!("../../../../webhook-test/vectors/keys/rsa.pub.pem");
        let entries = serde_json::json!({
            "provider": "aws-sns", "public_key": key, "topic_arn": "arn:aws:sns:us-east-2:1:t"
        });
        let entries = entries.to_string();
        let entries = entries.trim_end_matches('}');
        format!(r#"{{"shop":{entries},"accept_signature_version_1":{flag}}}}}"#)
    };
    for flag in ["true", "false"] {
        assert!(parse(&route(flag)).is_ok(), "{flag}");
    }
    for flag in [r#""true""#, "1", "null"] {
        let said = refused(&route(flag));
        assert!(said.contains("must be true or false"), "{flag}: {said}");
    }
    let said = refused(&route("true").replace("aws-sns", "aws-sns-legacy-sha1"));
    assert!(said.contains("is not a key of"), "{said}");
}

#[test]
fn an_offered_secret_is_accepted_where_the_sender_shows_it_too() {
    let asana = r#"{"shop":{"provider":"asana","secret":"$","accept_offered_secret":true}}"#;
    assert!(parse(asana).is_ok());
    for provider in ["notion", "stripe"] {
        let said = refused(&asana.replace("asana", provider));
        assert!(said.contains("is not a key of"), "{said}");
    }
}
