//! Signed deliveries.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::wire::Request;

/// A delivery that `sign.py` signs.
pub(crate) fn sign(provider: &str, secret: &str, target: &str, url: &str) -> Request {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sign.py");
    let signed = Command::new("python3")
        .arg(script)
        .args([provider, secret, target, url])
        .output();
    let signed = signed.expect("`python3` on the path: it signs what these tests send");
    let complaint = String::from_utf8_lossy(&signed.stderr);
    assert!(signed.status.success(), "{complaint}");
    let signed: Value = serde_json::from_slice(&signed.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let headers = signed["headers"].as_object().unwrap();
    Request {
        method: text(&signed["method"]),
        path: text(&signed["path"]),
        headers: headers
            .iter()
            .map(|(name, value)| (name.clone(), text(value)))
            .collect(),
        body: text(&signed["body"]).into_bytes(),
        chunk: None,
    }
}

/// A GitHub delivery that the engine's `Signer` signs. Its body contains `id` too.
pub(crate) fn github(secret: &str, id: &str, kind: &str, length: usize) -> Request {
    let provider = webhook_core::Provider::find("github").unwrap();
    let padding = "x".repeat(length);
    let body = serde_json::json!({"zen": id, "padding": padding}).to_string();
    let signer = webhook_core::Signer::new(*provider, secret).unwrap();
    let signer = signer
        .path_and_query("/hooks/github")
        .id(id)
        .event_type(kind);
    let signed = signer.sign(webhook_core::UnixTime::from_secs(0), body);
    Request {
        method: signed.method.to_owned(),
        path: signed.path_and_query.to_string(),
        headers: signed.headers,
        body: signed.body.to_vec(),
        chunk: None,
    }
}
