//! Paymob: twenty values of a transaction, with nothing between them.

use std::borrow::Cow;

use serde_json::{Value, json};

use crate::crypto::Algorithm;
use crate::error::RejectionKind;
use crate::parse::Encoding;
use crate::parse::encoding::encode;
use crate::parse::json::{JsonValue, Pointers, scan};
use crate::provider::{Check, CheckInput, Custom, Draft};
use crate::secret::Settings;
use crate::verify::custom::check::{Writing, one_tag};
use crate::verify::custom::{MAX_FIELD, whole};

/// The query parameter of the tag.
pub(crate) const TAG: &str = "hmac";
/// The setting with the ids of the merchant's integrations, separated by commas.
pub(crate) const INTEGRATION: &str = "integration_id";
/// The setting with the `owner` of the merchant's transactions.
pub(crate) const OWNER: &str = "owner";

/// Nothing separates the values, and the customer knows a signed message: it is in the URL that the
/// browser is sent back to. So each value must have its form, or an amount could take digits of the
/// time behind it. Two pairs of numbers remain that could exchange digits: `id` and
/// `integration_id`, `order.id` and `owner`. The settings fix the second of each pair.
#[derive(Debug)]
pub(crate) struct Paymob;

/// The form of a signed value.
#[derive(Clone, Copy)]
enum Form {
    Number,
    Time,
    Currency,
    Flag,
    Text,
}

/// The signed values, in their order. A pass over a body takes at most sixteen pointers.
const VALUES: [[(&str, Form); 10]; 2] = [
    [
        ("/obj/amount_cents", Form::Number),
        ("/obj/created_at", Form::Time),
        ("/obj/currency", Form::Currency),
        ("/obj/error_occured", Form::Flag),
        ("/obj/has_parent_transaction", Form::Flag),
        ("/obj/id", Form::Number),
        ("/obj/integration_id", Form::Number),
        ("/obj/is_3d_secure", Form::Flag),
        ("/obj/is_auth", Form::Flag),
        ("/obj/is_capture", Form::Flag),
    ],
    [
        ("/obj/is_refunded", Form::Flag),
        ("/obj/is_standalone_payment", Form::Flag),
        ("/obj/is_voided", Form::Flag),
        ("/obj/order/id", Form::Number),
        ("/obj/owner", Form::Number),
        ("/obj/pending", Form::Flag),
        ("/obj/source_data/pan", Form::Text),
        ("/obj/source_data/sub_type", Form::Text),
        ("/obj/source_data/type", Form::Text),
        ("/obj/success", Form::Flag),
    ],
];

impl Custom for Paymob {
    fn algorithm(&self) -> Option<Algorithm> {
        Some(Algorithm::HmacSha512)
    }

    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let tag = asked.head.query_value(TAG)?;
        let tag = tag.ok_or(RejectionKind::MissingHeader)?;
        let candidates = one_tag(tag.as_bytes(), Encoding::Hex, Algorithm::HmacSha512)?;
        let (keys, coverage) = (asked.keys.clone(), asked.scheme.coverage());
        let (own, pointers) = (Own::of(asked.settings), pointers());
        Ok(whole(move |body| {
            let mut writing = Writing::new(&keys);
            writing.update(signed(body, &pointers, &own)?.as_bytes());
            writing.finding(&candidates).verified(coverage)
        }))
    }

    /// A transaction gets the values that it lacks, and the numbers of the settings.
    fn sign(&self, draft: &mut Draft<'_>) {
        let (own, pointers) = (Own::of(draft.settings), pointers());
        if signed(&draft.body, &pointers, &own).is_err() {
            draft.body = completed(&draft.body, &own).to_string().into();
        }
        let text = signed(&draft.body, &pointers, &own).unwrap_or_default();
        let tag = encode(draft.tag(&[text.as_bytes()]), Encoding::Hex);
        let mark = if draft.target.contains('?') { '&' } else { '?' };
        draft.target = format!("{}{mark}{TAG}={tag}", draft.target);
    }
}

fn pointers() -> [Pointers; 2] {
    VALUES.map(|half| Pointers::new(&half.map(|(pointer, _)| pointer)))
}

/// The signed message. It is refused if a value is absent or has not its form.
fn signed(body: &[u8], pointers: &[Pointers; 2], own: &Own) -> Result<String, RejectionKind> {
    let malformed = RejectionKind::Malformed;
    let mut text = String::new();
    for (half, pointers) in VALUES.iter().zip(pointers) {
        let found: [_; 10] = scan(body, pointers).map_err(|_| malformed)?;
        for ((pointer, form), value) in half.iter().zip(&found) {
            let value = value.as_ref().ok_or(malformed)?;
            let value = match own.listed(pointer) {
                Some(list) => {
                    let value = value.plain(MAX_FIELD).ok_or(malformed)?;
                    let is_own = list.iter().any(|own| *own == value);
                    is_own.then_some(value).ok_or(RejectionKind::BadSignature)?
                }
                None => form.read(value).ok_or(malformed)?,
            };
            text.push_str(&value);
        }
    }
    Ok(text)
}

/// The configured numbers of the merchant.
struct Own {
    integrations: Vec<String>,
    owners: Vec<String>,
}

impl Own {
    fn of(settings: &Settings) -> Self {
        let list = |name| {
            let text = String::from_utf8_lossy(settings.required(name));
            text.split(',').map(|id| id.trim().to_owned()).collect()
        };
        Self {
            integrations: list(INTEGRATION),
            owners: list(OWNER),
        }
    }

    /// The texts that the value at this pointer may have.
    fn listed(&self, pointer: &str) -> Option<&[String]> {
        match pointer {
            "/obj/integration_id" => Some(&self.integrations),
            "/obj/owner" => Some(&self.owners),
            _ => None,
        }
    }
}

/// A body with a whole transaction, for a signer.
fn completed(body: &[u8], own: &Own) -> Value {
    let parsed: Option<Value> = serde_json::from_slice(body).ok();
    let note = || json!({"note": String::from_utf8_lossy(body)});
    let mut event = parsed.filter(Value::is_object).unwrap_or_else(note);
    let mut transaction = json!({
        "id": 1, "pending": false, "amount_cents": 100, "success": true, "is_auth": false,
        "is_capture": false, "is_standalone_payment": true, "is_voided": false,
        "is_refunded": false, "is_3d_secure": true, "integration_id": 1,
        "has_parent_transaction": false, "created_at": "2027-01-15T08:00:00.000000",
        "currency": "EGP", "error_occured": false, "owner": 1, "order": {"id": 1},
        "source_data": {"pan": "2346", "type": "card", "sub_type": "MasterCard"},
    });
    let given = event.get("obj").and_then(Value::as_object).cloned();
    if let Some(whole) = transaction.as_object_mut() {
        for (name, value) in given.into_iter().flatten() {
            match (whole.get_mut(&name).and_then(Value::as_object_mut), value) {
                (Some(inner), Value::Object(value)) => inner.extend(value),
                (_, value) => drop(whole.insert(name, value)),
            }
        }
        for (name, list) in [(INTEGRATION, &own.integrations), (OWNER, &own.owners)] {
            if let Some(first) = list.first() {
                whole.insert(name.to_owned(), first.as_str().into());
            }
        }
    }
    if let Some(event) = event.as_object_mut() {
        event.insert("obj".to_owned(), transaction);
    }
    event
}

impl Form {
    fn read<'b>(self, value: &JsonValue<'b>) -> Option<Cow<'b, str>> {
        let is_flag = matches!(value, JsonValue::Bool(_));
        let text = value.plain(MAX_FIELD)?;
        let fits = match self {
            Self::Flag => is_flag,
            Self::Number => is_number(&text),
            Self::Time => is_time(&text),
            Self::Currency => text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase()),
            Self::Text => !is_flag,
        };
        fits.then_some(text)
    }
}

/// Whether the text is a whole number without leading zeros.
fn is_number(text: &str) -> bool {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits && text.len() <= 20 && (text == "0" || !text.starts_with('0'))
}

/// Whether the text is `2027-01-15T08:00:00`, with a fraction and a zone behind it. It begins
/// with exactly four digits, and contains no letter of a currency but `Z` at the end of a zone.
fn is_time(text: &str) -> bool {
    const FORM: &[u8] = b"0000-00-00T00:00:00";
    let Some((time, rest)) = text.as_bytes().split_at_checked(FORM.len()) else {
        return false;
    };
    let fits = time.iter().zip(FORM).all(|(byte, form)| match form {
        b'0' => byte.is_ascii_digit(),
        other => byte == other,
    });
    let is_rest = |byte: &u8| byte.is_ascii_digit() || b".:+-Z".contains(byte);
    fits && rest.len() <= 16 && rest.iter().all(is_rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_cannot_move_between_an_amount_and_the_time_behind_it() {
        for time in [
            "2024-06-13T11:33:44.592345",
            "2024-06-13T11:33:44",
            "2024-06-13T11:33:44Z",
            "2024-06-13T11:33:44.5+02:00",
        ] {
            assert!(is_time(time), "{time}");
            let shorter = time.get(1..).unwrap_or_default();
            assert!(!is_time(shorter), "{shorter}");
            assert!(!is_time(&format!("0{time}")), "{time}");
            assert!(!is_time(&format!("{time}EGP")), "{time}");
        }
        for number in ["0", "1", "100000", "18446744073709551615"] {
            assert!(is_number(number), "{number}");
        }
        for odd in [
            "",
            "01",
            "00",
            "-1",
            "1.0",
            "1e5",
            "+1",
            " 1",
            "1000002024-0",
        ] {
            assert!(!is_number(odd), "{odd}");
        }
    }
}
