//! CodeSpar as a sender, and its receivers as verifiers, written after the guide and not with this
//! library.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use webhook_test::{Call, Sent};

/// The secret of the shop's trigger.
pub(crate) const SECRET: &str = "whsec_codespar_test_0123456789";

/// The hex HMAC-SHA-256 of the raw body.
pub(crate) fn tag(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    let tag = mac.finalize().into_bytes();
    tag.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The guide's condition.
pub(crate) fn verifies(secret: &str, call: &Call) -> bool {
    call.header("x-codespar-signature") == Some(&*tag(secret, &call.body))
}

/// An event as the guide's handler reads it.
pub(crate) fn event(name: &str, payment: &str, more: &str) -> Value {
    json!({
        "event": name, "payment_id": payment, "amount": 19.99, "note": more,
        "customer": {"cpf": "00000000000", "phone": "+5500000000000"},
        "items": [{"sku": "a"}], "shipping": {"cep": "01000-000", "weight": 1.5},
    })
}

/// A delivery to the shop.
pub(crate) fn delivery(event: &Value) -> Sent {
    let body = event.to_string();
    let tag = tag(SECRET, body.as_bytes());
    Sent::post("/api/webhooks/payment", body).add("X-CodeSpar-Signature", tag)
}
