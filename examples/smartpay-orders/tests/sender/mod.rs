//! Smartpay as a sender, written after its guide and not with this library: what verifies must not
//! be what signs.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use webhook_axum::UnixTime;
use webhook_test::Sent;

pub(crate) const DEFAULT: &str = "AAYOURSIGNINGKEYfortests0123456789abcdef";
pub(crate) const SECOND: &str = "SECONDsigningKeyForTests0123456789abcdef";
pub(crate) const PAYOUTS: &str = "PAYOUTSsigningKeyForTests0123456789abcd";

const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// An event of this type, about this order or payout.
pub(crate) fn event(id: &str, kind: &str, subject: &str) -> String {
    let data = format!(
        r#"{{"id":"{subject}","order":"{subject}","amount":2500,"currency":"JPY","name":"Taro"}}"#
    );
    let data = format!(r#"{{"type":"{kind}","version":"2022-02-18","data":{data}}}"#);
    let head = format!(r#""id":"{id}","object":"event","createdAt":1664522079584,"test":true"#);
    format!(r#"{{{head},"eventData":{data}}}"#)
}

/// A delivery to `/webhooks`, signed now with this secret.
pub(crate) fn delivery(secret: &str, body: &str) -> Sent {
    delivery_at(secret, UnixTime::now().as_millis(), body)
}

/// The same with this timestamp.
pub(crate) fn delivery_at(secret: &str, timestamp: u64, body: &str) -> Sent {
    signed(&base62(secret), timestamp, body)
}

/// The same with this key.
pub(crate) fn signed(key: &[u8], timestamp: u64, body: &str) -> Sent {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(format!("{timestamp}.{body}").as_bytes());
    let tag = mac.finalize().into_bytes();
    let tag: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
    Sent::post("/webhooks", body.to_owned())
        .add("Smartpay-Signature", tag)
        .add("Smartpay-Signature-Timestamp", timestamp.to_string())
        .add("Smartpay-Event-Id", "evt_unsigned")
}

/// A number in base 62, most significant digit first, as bytes. Each leading zero is a byte.
pub(crate) fn base62(text: &str) -> Vec<u8> {
    let zeros = text
        .bytes()
        .take_while(|digit| *digit == ALPHABET[0])
        .count();
    let mut number: Vec<u8> = Vec::new();
    for digit in text.bytes() {
        let mut carry = ALPHABET.iter().position(|known| *known == digit).unwrap();
        for byte in number.iter_mut().rev() {
            carry += usize::from(*byte) * 62;
            *byte = u8::try_from(carry % 256).unwrap();
            carry /= 256;
        }
        while carry > 0 {
            number.insert(0, u8::try_from(carry % 256).unwrap());
            carry /= 256;
        }
    }
    [vec![0; zeros], number].concat()
}
