//! HMAC over what a function of the provider writes of a JSON body: chosen values one behind the other, or all of it in another order.

use super::check::{first, one_tag};
use super::json::Json;
use super::{Asked, Check, Custom, Draft, Finding, digest_of, whole};
use crate::algorithm::{Algorithm, Tag};
use crate::error::RejectionKind;
use crate::grammar::encode;
use crate::scheme::Encoding;

#[derive(Debug)]
pub(crate) struct Fields {
    /// The header of the tag.
    pub(crate) tag: &'static str,
    pub(crate) encoding: Encoding,
    pub(crate) algorithm: Algorithm,
    /// What is signed; `None` for a body that has not what it takes.
    pub(crate) write: fn(&Json<'_>) -> Option<String>,
}

/// What stands where the key is signed: no text of a JSON body has it unescaped, and none that has it is signed.
const SECRET: char = '\0';

impl Custom for Fields {
    fn start(&self, asked: &Asked<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let tag_of = asked.header(self.tag)?;
        let candidates = one_tag(tag_of, self.encoding, self.algorithm)?;
        let (keys, coverage) = (asked.keys.clone(), asked.scheme.coverage());
        let (algorithm, write) = (self.algorithm, self.write);
        Ok(whole(move |body| {
            let json = Json::parse(body).ok_or(RejectionKind::Malformed)?;
            let signed = write(&json).ok_or(RejectionKind::Malformed)?;
            let tags = keys.iter().map(|key| tag(algorithm, key, &signed));
            Finding {
                slot: first(tags.map(|tag| candidates.contain(&tag))),
                time: None,
                message: Some(digest_of(signed.as_bytes())),
            }
            .verified(coverage)
        }))
    }

    fn sign(&self, draft: &mut Draft<'_>) {
        let signed = Json::parse(&draft.body).and_then(|json| (self.write)(&json));
        let tag = tag(self.algorithm, draft.key, &signed.unwrap_or_default());
        draft.push(self.tag, encode(tag, self.encoding));
    }
}

fn tag(algorithm: Algorithm, key: &[u8], signed: &str) -> Tag {
    let mut mac = algorithm.key(key);
    for (i, piece) in signed.split(SECRET).enumerate() {
        if i > 0 {
            mac.update(key);
        }
        mac.update(piece.as_bytes());
    }
    mac.finish()
}

/// The value of a field that has to be there, without the mark of the secret.
fn value<'j>(json: &'j Json<'_>, path: &str) -> Option<&'j str> {
    let text = json.at(path)?.plain()?;
    (!text.contains(SECRET)).then_some(text)
}

/// Values one behind the other.
fn joined(json: &Json<'_>, paths: &[&str]) -> Option<String> {
    paths.iter().map(|path| value(json, path)).collect()
}

/// NOWPayments: all of the body, with its names sorted. Control characters are escaped, so that the mark of the secret is never in it.
pub(crate) fn nowpayments(json: &Json<'_>) -> Option<String> {
    let mut out = String::new();
    json.canonical(&mut out);
    Some(out)
}

/// iyzico: three kinds of event, told apart by the fields they have.
pub(crate) fn iyzico(json: &Json<'_>) -> Option<String> {
    let secret = SECRET.to_string();
    if json.get("subscriptionReferenceCode").is_some() {
        let merchant = value(json, "merchantId")?;
        let rest = [
            "iyziEventType",
            "subscriptionReferenceCode",
            "orderReferenceCode",
            "customerReferenceCode",
        ];
        return Some(format!("{merchant}{secret}{}", joined(json, &rest)?));
    }
    let (id, token): (_, &[&str]) = match json.get("token") {
        Some(_) => ("iyziPaymentId", &["token"]),
        None => ("paymentId", &[]),
    };
    let front = joined(json, &["iyziEventType", id])? + &joined(json, token)?;
    Some(secret + &front + &joined(json, &["paymentConversationId", "status"])?)
}

/// Tap: charges, each value behind its name, and the amount with as many decimals as its currency has.
pub(crate) fn tap(json: &Json<'_>) -> Option<String> {
    let mut out = String::new();
    for (name, path) in [
        ("id", "id"),
        ("amount", "amount"),
        ("currency", "currency"),
        ("gateway_reference", "reference.gateway"),
        ("payment_reference", "reference.payment"),
        ("status", "status"),
        ("created", "transaction.created"),
    ] {
        out.push_str("x_");
        out.push_str(name);
        match name {
            "amount" => out.push_str(&amount(value(json, path)?, value(json, "currency")?)?),
            _ => out.push_str(value(json, path)?),
        }
    }
    Some(out)
}

/// An amount with the decimals of its currency. One that has more is refused, as rounding would sign another.
fn amount(number: &str, currency: &str) -> Option<String> {
    let places = match currency {
        "KWD" | "BHD" | "OMR" | "JOD" => 3,
        _ => 2,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let cut = match fraction.len() > places {
        true => fraction.trim_end_matches('0'),
        false => fraction,
    };
    let usable = !whole.is_empty() && digits(whole) && digits(fraction) && cut.len() <= places;
    usable.then(|| format!("{whole}.{cut:0<places$}"))
}

/// MyFatoorah, version 1: all properties of `Data` in the order of their names.
pub(crate) fn myfatoorah_v1(json: &Json<'_>) -> Option<String> {
    let Json::Object(members) = json.get("Data")? else {
        return None;
    };
    let mut pairs = Vec::new();
    for (name, value) in members {
        let text = value.plain()?;
        let plain = ![name.as_ref(), text]
            .iter()
            .any(|text| text.contains(SECRET));
        pairs.push(plain.then(|| (name.to_ascii_lowercase(), format!("{name}={text}")))?);
    }
    pairs.sort_unstable();
    let pairs: Vec<_> = pairs.into_iter().map(|(_, pair)| pair).collect();
    (!pairs.is_empty()).then(|| pairs.join(","))
}

/// MyFatoorah, version 2: the properties that its kind of event has.
pub(crate) fn myfatoorah_v2(json: &Json<'_>) -> Option<String> {
    let paths: &[&str] = match value(json, "Event.Name")? {
        "PAYMENT_STATUS_CHANGED" => &[
            "Invoice.Id",
            "Invoice.Status",
            "Transaction.Status",
            "Transaction.PaymentId",
            "Invoice.ExternalIdentifier",
        ],
        "REFUND_STATUS_CHANGED" => &[
            "Refund.Id",
            "Refund.Status",
            "Amount.ValueInBaseCurrency",
            "ReferencedInvoice.Id",
        ],
        _ => return None,
    };
    let data = json.get("Data")?;
    let pair = |path: &&str| {
        let value = match data.at(path) {
            Some(_) => value(data, path)?,
            None => "",
        };
        Some(format!("{path}={value}"))
    };
    let pairs: Option<Vec<_>> = paths.iter().map(pair).collect();
    Some(pairs?.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_has_the_decimals_of_its_currency_and_is_not_rounded() {
        let of = |number, currency| amount(number, currency);
        assert_eq!(of("1.5", "KWD").as_deref(), Some("1.500"));
        assert_eq!(of("1", "USD").as_deref(), Some("1.00"));
        assert_eq!(of("1.5000", "USD").as_deref(), Some("1.50"));
        for odd in ["1.505", "1e2", "-1", "", ".5", "1.5x", "null"] {
            assert_eq!(of(odd, "USD"), None, "{odd}");
        }
    }

    #[test]
    fn a_value_that_has_the_mark_of_the_secret_is_not_signed() {
        let body =
            br#"{"iyziEventType":"\u0000","paymentId":1,"paymentConversationId":"c","status":"s"}"#;
        assert_eq!(Json::parse(body).and_then(|json| iyzico(&json)), None);
    }
}
