//! `webhook serve --log-format json`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::config::WHSEC;
use common::{Request, Server, refused_with};

/// The lines of a log in JSON.
fn objects(log: &str) -> Vec<serde_json::Map<String, serde_json::Value>> {
    let parsed = log.lines().map(|line| {
        let parsed = serde_json::from_str(line);
        parsed.unwrap_or_else(|error| panic!("{error}: {line:?}"))
    });
    parsed.collect()
}

#[test]
fn a_log_in_json_has_one_object_a_line_whatever_a_sender_sends() {
    let config = format!(r#"{{"shop": {{"provider": "standard-webhooks", "secret": "{WHSEC}"}}}}"#);
    // The engine takes no type with a control character.
    let hostile = "a\"},{\"level\":\"ERROR\u{202e}\\";
    let provider = webhook_core::Provider::find("standard-webhooks").unwrap();
    let signer = webhook_core::Signer::new(*provider, WHSEC);
    let body = serde_json::json!({"type": hostile}).to_string();
    let now = webhook_core::Clock::now(&webhook_core::SystemClock).unwrap();
    let signed = signer.unwrap().id("msg_1").sign(now, body);
    let mut request = Request::new("POST", "/hooks/shop");
    request.headers = signed.headers;
    request.body = signed.body.to_vec();

    let filter = [("RUST_LOG", "debug,hyper=off,h2=off,hyper_util=off")];
    let server = Server::start_with(&config, &["--log-format", "json"], &filter);
    assert_eq!(server.send(&request).status, 200);
    assert_eq!(server.send(&request).status, 200);
    for path in ["/a\"b", "/a\\n", "/a\u{1b}[2J", "/hooks/shop"] {
        server.send(&Request::new("POST", path).header("webhook-id", "\"}{"));
    }
    let log = objects(&server.stop());
    for line in &log {
        for key in ["timestamp", "level", "message", "target"] {
            assert!(line[key].is_string(), "{key} of {line:?}");
        }
        let text = serde_json::to_string(line).unwrap();
        assert!(!text.contains('\u{202e}'), "{text}");
    }
    let accepted: Vec<_> = log
        .iter()
        .filter(|line| line["message"] == "event accepted")
        .collect();
    let [accepted] = accepted.as_slice() else {
        panic!("{accepted:?}");
    };
    assert_eq!(accepted["level"], "INFO");
    assert_eq!(accepted["route"], "shop");
    assert_eq!(accepted["id"], "msg_1");
    let escaped = r#"a\"},{\"level\":\"ERROR\u{202e}\\"#;
    assert_eq!(accepted.get("type"), Some(&escaped.into()), "{accepted:?}");
    assert!(accepted["span"]["id"].is_string(), "{accepted:?}");
    for message in ["delivery refused", "unknown path", "answered", "listening"] {
        assert!(
            log.iter().any(|line| line["message"] == message),
            "{message}"
        );
    }
}

#[test]
fn a_failed_start_is_a_line_of_a_json_log_too() {
    let (code, said) = refused_with("{}", &["--log-format", "json"]);
    assert_eq!(code, Some(2));
    let lines = objects(&said);
    let [line] = lines.as_slice() else {
        panic!("{said}");
    };
    assert_eq!(line["level"], "ERROR");
    assert!(
        line["message"].as_str().unwrap().contains("has no route"),
        "{said}"
    );
    assert!(line["timestamp"].as_str().unwrap().ends_with('Z'), "{said}");
}
