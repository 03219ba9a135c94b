//! TOML files: the same values, the same errors.

use std::error::Error as _;

use super::{SECRET, refused, routes};
use crate::config::file::Format;
use crate::config::{Config, ConfigError};

fn parse(config: &str) -> Result<Config, ConfigError> {
    let config = Config::parse(config.replace('$', SECRET).as_bytes(), Format::Toml)?;
    routes(&config).map(|_| config)
}

fn refused_toml(config: &str) -> String {
    let Err(error) = parse(config) else {
        panic!("not refused: {config}");
    };
    let said = match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    };
    assert!(!said.contains(SECRET), "{said}");
    said
}

#[test]
fn routes_and_settings_are_read_from_toml() {
    let config = parse(
        r#"
        _server = { max_connections = 7, store = "memory" }

        [payments]
        provider = "stripe"
        secrets = ["$", "$2"]
        tolerance_secs = 60

        [billing]
        provider = "chargebee"
        username = "user"
        password = "$"
        "#,
    );
    let config = config.unwrap();
    assert_eq!(config.server.max_connections, 7);
    let routes = routes(&config).unwrap();
    let mut names: Vec<_> = routes.iter().map(|route| route.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["billing", "payments"]);
}

/// A route in TOML and the same in JSON. Both have the same error.
const SAME: &[(&str, &str)] = &[
    (r#"secret = "$""#, r#"{"secret":"$"}"#),
    (r#"provider = "strpe""#, r#"{"provider":"strpe"}"#),
    (r#"provdier = "stripe""#, r#"{"provdier":"stripe"}"#),
    ("provider = 7", r#"{"provider":7}"#),
    ("provider = 2024-01-01", r#"{"provider":{}}"#),
    (
        "provider = \"stripe\"\nsecret = \" $\"",
        r#"{"provider":"stripe","secret":" $"}"#,
    ),
    (
        "provider = \"stripe\"\nsecret = { env = \"WEBHOOK_NOT_SET\" }",
        r#"{"provider":"stripe","secret":{"env":"WEBHOOK_NOT_SET"}}"#,
    ),
    (
        "provider = \"stripe\"\nsecret = \"$\"\ntolerance_secs = -1",
        r#"{"provider":"stripe","secret":"$","tolerance_secs":-1}"#,
    ),
    (
        "provider = \"stripe\"\nsecret = \"$\"\ntolerance_secs = nan",
        r#"{"provider":"stripe","secret":"$","tolerance_secs":null}"#,
    ),
];

#[test]
fn an_entry_that_cannot_be_used_has_the_same_error_in_both_formats() {
    for (toml, json) in SAME {
        let said = refused_toml(&format!("[shop]\n{toml}"));
        assert_eq!(said, refused(&format!(r#"{{"shop":{json}}}"#)));
    }
    assert_eq!(refused_toml(""), refused("{}"));
    assert_eq!(refused_toml("shop = 1"), refused(r#"{"shop":1}"#));
    let server = "[_server]\nmax_connections = 0";
    assert_eq!(
        refused_toml(server),
        refused(r#"{"_server":{"max_connections":0}}"#)
    );
}

#[test]
fn what_is_not_toml_is_told_by_line_and_column_and_never_quoted() {
    for (config, place) in [
        ("[shop]\nsecret = $", "line 2 column "),
        ("[shop]\nsecret = \"$", "line 2 column "),
        ("[shop]\nsecret = '$", "line 2 column "),
        ("[shop]\nsecret = \"$\\x\"", "line 2 column "),
        ("[shop]\nsecret = \"$\" \"$\"", "line 2 column "),
        ("[shop]\n$ $ = 1", "line 2 column "),
        ("$", "line 1 column "),
        ("{\"shop\": \"$\"}", "line 1 column "),
        // Given twice.
        ("[shop]\nsecret = \"$\"\nsecret = \"$\"", "line 3 column 1"),
        ("[shop]\na = \"$\"\n[shop]\nb = \"$\"", "line 3 column "),
    ] {
        let said = refused_toml(config);
        assert!(said.starts_with("is not valid TOML: "), "{said}");
        assert!(said.contains(place), "{said}");
    }
    let Err(ConfigError::Toml(_)) = Config::parse(b"a = \"\xff\"", Format::Toml) else {
        panic!("not refused");
    };
}
