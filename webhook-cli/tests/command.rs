//! The `webhook` command as an operator meets it: configurations it refuses, and its listing.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::process::{Command, Stdio};

use serde_json::Value;
use webhook_core::Provider;

use common::config::SECRET;
use common::{Server, github, refused, sign, written};

#[test]
fn a_verify_token_that_no_handshake_needs_ends_the_start() {
    let config = format!(
        r#"{{"shop": {{
            "provider": "stripe", "secret": "{SECRET}", "verify_token": "hidden-0123456789"
        }}}}"#
    );
    let (code, said) = refused(&config);
    assert_ne!(code, Some(0));
    assert!(
        said.contains(r#"route "shop", key "verify_token""#),
        "{said}"
    );
    assert!(!said.contains("hidden"), "{said}");
}

#[test]
fn a_configuration_that_cannot_be_used_ends_with_code_2_and_names_route_and_key_but_no_secret() {
    for (config, expected) in UNUSABLE {
        let (code, said) = refused(&config.replace("$\"", &format!("{SECRET}\"")));
        assert_eq!(code, Some(2), "{said}");
        assert!(
            said.contains("error: ") && said.contains(expected),
            "{said}"
        );
        assert!(!said.contains(SECRET), "{said}");
    }
}

/// A configuration, and a part of its error.
const UNUSABLE: &[(&str, &str)] = &[
    (
        r#"{"shop":{"provider":"stripe","secret":" $"}}"#,
        r#"route "shop", key "secret": "#,
    ),
    (
        r#"{"shop":{"provider":"square","secret":"$"}}"#,
        r#"route "shop", key "url": "#,
    ),
    (
        r#"{"shop":{"provider":"stripe","secret":"$","kid":"$"}}"#,
        r#"route "shop", key "kid": "#,
    ),
    (
        r#"{"shop":{"provider":"strpe","secret":"$"}}"#,
        r#"route "shop", key "provider": names an unknown provider; did you mean "stripe"?"#,
    ),
    (
        r#"{"shop":{"provdier":"stripe","secret":"$"}}"#,
        r#"route "shop", key "provdier": is an unknown key; did you mean "provider"?"#,
    ),
    (
        r#"{"shop":{"provider":"stripe","secret":"${STRIPE_SECRET}"}}"#,
        r#"route "shop", key "secret": contains ${, a placeholder"#,
    ),
    (
        r#"{"shop":{"provider":"stripe","secret":"whsec_"}}"#,
        r#"route "shop", key "secret": is empty"#,
    ),
    (r#"{}"#, "has no route"),
    (
        r#"{"shop":{"provider":"stripe","secret":"$"},}"#,
        "line 1 column",
    ),
];

#[test]
fn one_secret_for_two_routes_is_warned_of_by_their_names() {
    let config = format!(
        r#"{{
            "first": {{"provider":"stripe","secret":"{SECRET}"}},
            "second": {{"provider":"github","secret":"{SECRET}"}}
        }}"#
    );
    let log = Server::start_with_log(&config, "warn").stop();
    let line = log.lines().find(|line| line.contains("same secret"));
    let line = line.unwrap_or_else(|| panic!("no warning in {log}"));
    assert!(line.contains("first") && line.contains("second"), "{line}");
    assert!(!log.contains(SECRET));
}

#[test]
fn providers_are_listed_with_what_a_route_of_each_is_configured_with() {
    let listed = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_webhook"));
        let output = command.arg("providers").args(arguments).output().unwrap();
        assert!(output.status.success());
        assert!(output.stderr.is_empty());
        String::from_utf8(output.stdout).unwrap()
    };
    let all: Value = serde_json::from_str(&listed(&["--json"])).unwrap();
    let all = all.as_array().unwrap();
    assert_eq!(all.len(), Provider::ALL.len());
    let pusher = all.iter().find(|one| one["name"] == "pusher").unwrap();
    let key = |name: &str| {
        let mut keys = pusher["keys"].as_array().unwrap().iter();
        keys.find(|key| key["key"] == name).unwrap()
    };
    assert_eq!(key("key")["kind"], "identifier");
    assert_eq!(key("app_secret")["kind"], "secret");
    let sns = all.iter().find(|one| one["name"] == "aws-sns").unwrap();
    let flag = serde_json::json!({
        "key": "accept_signature_version_1", "kind": "flag", "required": false
    });
    assert!(sns["keys"].as_array().unwrap().contains(&flag), "{sns}");
    let codespar = all.iter().find(|one| one["name"] == "codespar").unwrap();
    let v1 = serde_json::json!({"variant": "v1", "provider": "codespar-v1"});
    assert_eq!(codespar["variants"], serde_json::json!([v1]));
    let meta = all.iter().find(|one| one["name"] == "meta").unwrap();
    let aliases = meta["aliases"].as_array().unwrap();
    assert!(aliases.contains(&"whatsapp".into()), "{aliases:?}");

    let text = listed(&[]);
    let mut lines = text.lines().skip_while(|line| *line != "livekit").skip(1);
    let block: Vec<_> = lines
        .by_ref()
        .take_while(|line| line.starts_with(' '))
        .collect();
    let block = block.join("\n");
    assert!(block.contains("identifier   api_key (required)"), "{block}");
    assert!(block.contains("secret       secret, "), "{block}");
}

#[test]
fn the_page_of_a_provider_says_what_to_configure() {
    let page = |name: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_webhook"));
        command.args(["providers", name]).output().unwrap()
    };
    let text = String::from_utf8(page("paypal").stdout).unwrap();
    for word in ["webhook_id", "cert_url", "ca_certificates", "CRC-32"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 180));
    let by_alias = String::from_utf8(page("woovi").stdout).unwrap();
    assert!(by_alias.starts_with("openpix\n"), "{by_alias}");
    let unknown = page("paypall");
    assert_eq!(unknown.status.code(), Some(2));
    let message = String::from_utf8(unknown.stderr).unwrap();
    assert!(message.contains("paypall"), "{message}");
}

#[test]
fn a_reader_that_closes_the_list_early_is_no_error() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_webhook"));
    let mut child = command
        .args(["providers", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
}

#[test]
fn a_secret_from_the_environment_or_a_file_verifies_and_toml_is_read() {
    let file = written("sk_live_0123456789abcdef\n");
    let config = format!(
        "
        [stripe]
        provider = 'stripe'
        secret = {{ file = {:?} }}

        [github]
        provider = 'github'
        secret = {{ env = 'WEBHOOK_TEST_GITHUB' }}
        ",
        file.to_str().unwrap()
    );
    let variables = [("WEBHOOK_TEST_GITHUB", "github-0123456789abcdef")];
    let server = Server::start_with(&config, &[], &variables);
    let stripe = sign("stripe", SECRET, "/hooks/stripe", "");
    assert_eq!(server.send(&stripe).status, 200);
    let github = github("github-0123456789abcdef", "d-1", "ping", 0);
    assert_eq!(server.send(&github).status, 200);
    let log = server.stop();
    assert!(!log.contains("0123456789abcdef"), "{log}");
    std::fs::remove_file(file).unwrap();
}
