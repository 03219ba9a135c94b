//! Wompi: a hash over values of the body that the body itself lists, a timestamp and the secret.
//!
//! Nothing signs the list, and nothing separates the values. An attacker who has seen one delivery
//! could list another property that holds the same text, and write any transaction. So only the
//! documented list is accepted, and only values that the signed text can be split into in one way:
//! the amount is its last digits, the status the capital letters before them, and the id is the
//! rest.

use crate::crypto::{Algorithm, RunningMac};
use crate::error::RejectionKind;
use crate::parse::Encoding;
use crate::parse::encoding::encode;
use crate::parse::json::{Json, JsonValue, Pointers, scan, with_field};
use crate::provider::{Check, CheckInput, Custom, Draft};
use crate::time::TimeUnit;
use crate::verify::custom::check::one_tag;
use crate::verify::custom::{CheckResult, MAX_FIELD, digest_of, first, whole};
use crate::verify::fresh;

#[derive(Debug)]
pub(crate) struct Wompi;

const ALGORITHM: Algorithm = Algorithm::Sha256;

/// The pointer of the tag.
pub(crate) const CHECKSUM: &str = "/signature/checksum";

/// The pointers of the signed values, in their order.
pub(crate) const SIGNED: [&str; 3] = [
    "/data/transaction/id",
    "/data/transaction/status",
    "/data/transaction/amount_in_cents",
];

/// The names of the signed values, as a delivery lists them.
const PROPERTIES: [&str; 3] = [
    "transaction.id",
    "transaction.status",
    "transaction.amount_in_cents",
];

const POINTERS: [&str; 6] = [
    CHECKSUM,
    "/signature/properties",
    "/timestamp",
    SIGNED[0],
    SIGNED[1],
    SIGNED[2],
];

/// What a body says of its signature.
struct Signature {
    tag: String,
    time: String,
    /// The signed values, one after the other.
    values: String,
}

impl Signature {
    fn read(body: &[u8], pointers: &Pointers) -> Result<Self, RejectionKind> {
        let found: [_; 6] = scan(body, pointers).map_err(|_| RejectionKind::Malformed)?;
        let [tag, list, time, id, status, amount] = found;
        let tag = tag.ok_or(RejectionKind::MissingHeader)?;
        let list = list.ok_or(RejectionKind::MissingHeader)?;
        if !is_documented(list) {
            return Err(RejectionKind::UnsupportedScheme);
        }
        let text = |value: Option<JsonValue<'_>>| {
            let text = value?.plain(MAX_FIELD)?;
            Some(text.into_owned())
        };
        let malformed = RejectionKind::Malformed;
        Ok(Self {
            tag: text(Some(tag)).ok_or(malformed)?,
            time: text(time).ok_or(malformed)?,
            values: text(id)
                .zip(text(status))
                .zip(text(amount))
                .and_then(|((id, status), amount)| joined(&id, &status, &amount))
                .ok_or(malformed)?,
        })
    }
}

fn is_documented(list: JsonValue<'_>) -> bool {
    let JsonValue::Nested(list) = list else {
        return false;
    };
    let Some(Json::Array(names)) = Json::small(list) else {
        return false;
    };
    let names = names.iter().map(|name| match name {
        Json::Text(name) => name.as_ref(),
        _ => "",
    });
    names.eq(PROPERTIES)
}

/// The signed text of these values, unless it is also that of others.
fn joined(id: &str, status: &str, amount: &str) -> Option<String> {
    let of_status = |byte: u8| byte.is_ascii_uppercase() || byte == b'_';
    let is_status = !status.is_empty() && status.bytes().all(of_status);
    let is_id = id.bytes().next_back().is_some_and(|byte| !of_status(byte));
    let is_amount = !amount.is_empty()
        && amount.bytes().all(|byte| byte.is_ascii_digit())
        && (amount == "0" || !amount.starts_with('0'));
    (is_id && is_status && is_amount).then(|| [id, status, amount].concat())
}

/// A timestamp of ten digits, as all have from 2001 to 2286. A longer one could begin with digits
/// of the amount.
fn is_time(text: &str) -> bool {
    text.len() == 10
}

impl Custom for Wompi {
    fn mac(&self, secret: &[u8]) -> Option<RunningMac> {
        Some(ALGORITHM.key(secret))
    }

    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let (keys, coverage) = (asked.keys.clone(), asked.scheme.coverage());
        let (now, tolerance) = (asked.now, asked.tolerance);
        let pointers = Pointers::new(&POINTERS);
        Ok(whole(move |body| {
            let of = Signature::read(body, &pointers)?;
            let candidates = one_tag(of.tag.as_bytes(), Encoding::Hex, ALGORITHM)?;
            let signed = of.values + &of.time;
            let keyed = keys.macs().zip(keys.texts());
            let tags = keyed.map(|(mut mac, secret)| {
                mac.update(signed.as_bytes());
                mac.update(secret);
                mac.finish()
            });
            let slot = first(tags.map(|tag| candidates.contain(&tag)));
            slot.ok_or(RejectionKind::BadSignature)?;
            if !is_time(&of.time) {
                return Err(RejectionKind::Malformed);
            }
            CheckResult {
                slot,
                time: Some(fresh(
                    of.time.as_bytes(),
                    TimeUnit::Seconds,
                    now,
                    tolerance,
                )?),
                message: Some(digest_of(signed.as_bytes())),
            }
            .verified(coverage)
        }))
    }

    /// A body without a transaction is not signed.
    fn sign(&self, draft: &mut Draft<'_>) {
        let time = TimeUnit::Seconds.format(draft.now);
        let number = serde_json::from_str(&time).unwrap_or_default();
        draft.body = with_field(draft.body.clone(), "/timestamp", &number);
        let listed = serde_json::json!({"properties": PROPERTIES, "checksum": ""});
        let unsigned = with_field(draft.body.clone(), "/signature", &listed);
        let Ok(of) = Signature::read(&unsigned, &Pointers::new(&POINTERS)) else {
            return;
        };
        let signed = of.values + &of.time;
        let tag = draft.tag(&[signed.as_bytes(), draft.key]);
        let tag = encode(tag, Encoding::Hex);
        let of = serde_json::json!({"properties": PROPERTIES, "checksum": tag});
        draft.body = with_field(draft.body.clone(), "/signature", &of);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_another_transaction_could_have_together_are_not_joined() {
        assert_eq!(
            joined("1-2", "APPROVED", "10").as_deref(),
            Some("1-2APPROVED10")
        );
        for (id, status, amount) in [
            ("1-2A", "PPROVED", "10"),
            ("1-2_", "APPROVED", "10"),
            ("", "APPROVED", "10"),
            ("1-2", "", "10"),
            ("1-2", "APPROVED1", "0"),
            ("1-2", "approved", "10"),
            ("1-2", "APPROVED", ""),
            ("1-2", "APPROVED", "010"),
            ("1-2", "APPROVED", "1.0"),
            ("1-2", "APPROVED", "-1"),
            ("1-2", "APPROVED", "1e1"),
        ] {
            assert_eq!(joined(id, status, amount), None, "{id} {status} {amount}");
        }
    }
}
