//! The set-up script, against a stand-in for Stripe's API and one for the `webhook` command.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Output;

use serde_json::json;
use tokio::process::Command;
use webhook_test::StandIn;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/stripe-webhook-setup.sh");
/// Says how it was called, and what it has read.
const WEBHOOK: &str = "#!/bin/sh\necho \"$@\"\ncat\n";

/// Runs the script: it registers these types, and hands the secret to `webhook secrets put`.
pub(crate) async fn registers(types: &[&str]) {
    let stripe = StandIn::start([("/v1/webhook_endpoints", json!({"secret": "whsec_new"}))]).await;
    let bin = tempfile::tempdir().unwrap();
    let webhook = bin.path().join("webhook");
    std::fs::write(&webhook, WEBHOOK).unwrap();
    std::fs::set_permissions(&webhook, std::fs::Permissions::from_mode(0o755)).unwrap();
    let Some(output) = run(bin.path(), &stripe.url()).await else {
        println!("SKIPPED: stripe-webhook-setup.sh needs curl and jq, and one is not installed");
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(
        said,
        "secrets put stripe acme --keys DATA/keys.txt --store sqlite:DATA/checkout.db\nwhsec_new"
    );
    let calls = stripe.calls("/v1/webhook_endpoints");
    let sent = String::from_utf8_lossy(&calls[0].body).into_owned();
    let mut fields = sent.split('&');
    assert_eq!(
        fields.next(),
        Some("url=https://checkout.example/api/webhooks/stripe/acme")
    );
    let registered: Vec<_> = fields.map(|it| it.rsplit('=').next().unwrap()).collect();
    assert_eq!(registered, types);
    // `sk_test_1:` as HTTP Basic. It is in no argument.
    assert_eq!(
        calls[0].header("authorization"),
        Some("Basic c2tfdGVzdF8xOg==")
    );
}

async fn run(bin: &Path, api: &str) -> Option<Output> {
    for tool in ["curl", "jq"] {
        Command::new(tool).arg("--version").output().await.ok()?;
    }
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let mut script = Command::new("sh");
    script.args([SCRIPT, "https://checkout.example", "acme", "DATA"]);
    script.env("PATH", path).env("STRIPE_API", api);
    script.env("STRIPE_API_KEY", "sk_test_1");
    Some(script.output().await.unwrap())
}
