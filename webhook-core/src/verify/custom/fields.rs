//! HMAC over a text that the provider builds from a JSON body: selected values concatenated, or the
//! whole body in another order.

use std::borrow::Cow;

use crate::crypto::{Algorithm, RunningMac, Tag};
use crate::error::RejectionKind;
use crate::parse::Encoding;
use crate::parse::encoding::encode;
use crate::parse::json::{Json, JsonValue, Pointers, scan};
use crate::provider::{Check, CheckInput, Custom, Draft};
use crate::verify::custom::check::one_tag;
use crate::verify::custom::{CheckResult, MAX_FIELD, digest_of, first, whole};

#[derive(Debug)]
pub(crate) struct Fields {
    /// The header of the tag.
    pub(crate) tag: &'static str,
    pub(crate) encoding: Encoding,
    pub(crate) algorithm: Algorithm,
    pub(crate) write: Write,
}

/// How the signed message is built. `None` if the body lacks a required value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Write {
    /// From the values at these pointers.
    Values(&'static [&'static str], fn(&Values<'_>) -> Option<String>),
    /// From the value at this pointer, or the whole body, with sorted names. It must be small,
    /// because it is parsed into a tree before it is verified.
    Sorted(Option<&'static str>, fn(&Json<'_>) -> Option<String>),
}

impl Write {
    fn pointers(self) -> Pointers {
        match self {
            Self::Values(pointers, _) => Pointers::new(pointers),
            Self::Sorted(pointer, _) => Pointers::new(pointer.as_slice()),
        }
    }

    fn of(self, body: &[u8], pointers: &Pointers) -> Option<String> {
        match self {
            Self::Values(names, write) => write(&Values {
                names,
                found: scan(body, pointers).ok()?,
            }),
            Self::Sorted(None, write) => write(&Json::small(body)?),
            Self::Sorted(Some(_), write) => {
                let [Some(JsonValue::Nested(piece))] = scan(body, pointers).ok()? else {
                    return None;
                };
                write(&Json::small(piece)?)
            }
        }
    }
}

/// Values of a body.
pub(crate) struct Values<'b> {
    names: &'static [&'static str],
    found: [Option<JsonValue<'b>>; 16],
}

impl<'b> Values<'b> {
    fn at(&self, pointer: &str) -> Option<JsonValue<'b>> {
        let at = self.names.iter().position(|name| *name == pointer)?;
        self.found.get(at).copied().flatten()
    }

    /// The value of a required field. It must not contain the placeholder of the secret.
    fn value(&self, pointer: &str) -> Option<Cow<'b, str>> {
        let text = self.at(pointer)?.plain(MAX_FIELD)?;
        (!text.contains(SECRET)).then_some(text)
    }

    /// The concatenated values.
    fn joined(&self, pointers: &[&str]) -> Option<String> {
        let mut out = String::new();
        for pointer in pointers {
            out.push_str(&self.value(pointer)?);
        }
        Some(out)
    }
}

/// The placeholder of the key in the signed message. Raw JSON text cannot contain it, and decoded
/// text that does is refused.
const SECRET: char = '\0';

impl Custom for Fields {
    fn mac(&self, secret: &[u8]) -> Option<RunningMac> {
        Some(self.algorithm.key(secret))
    }

    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let tag_of = asked.header(self.tag)?;
        let candidates = one_tag(tag_of, self.encoding, self.algorithm)?;
        let (keys, coverage) = (asked.keys.clone(), asked.scheme.coverage());
        let write = self.write;
        let pointers = write.pointers();
        Ok(whole(move |body| {
            let signed = write.of(body, &pointers).ok_or(RejectionKind::Malformed)?;
            let keyed = keys.macs().zip(keys.texts());
            let tags = keyed.map(|(mac, secret)| tag(mac, secret, &signed));
            CheckResult {
                slot: first(tags.map(|tag| candidates.contain(&tag))),
                time: None,
                message: Some(digest_of(signed.as_bytes())),
            }
            .verified(coverage)
        }))
    }

    fn sign(&self, draft: &mut Draft<'_>) {
        let signed = self.write.of(&draft.body, &self.write.pointers());
        let mac = self.algorithm.key(draft.key);
        let tag = tag(mac, draft.key, &signed.unwrap_or_default());
        draft.push(self.tag, encode(tag, self.encoding));
    }
}

fn tag(mut mac: RunningMac, secret: &[u8], signed: &str) -> Tag {
    for (i, piece) in signed.split(SECRET).enumerate() {
        if i > 0 {
            mac.update(secret);
        }
        mac.update(piece.as_bytes());
    }
    mac.finish()
}

/// NOWPayments: the whole body with sorted names. Control characters are escaped, so the
/// placeholder of the secret cannot occur.
pub(crate) const NOWPAYMENTS: Write = Write::Sorted(None, |json| {
    let mut out = String::new();
    json.canonical(&mut out);
    Some(out)
});

/// iyzico: three kinds of events, distinguished by their fields.
pub(crate) const IYZICO: Write = Write::Values(
    &[
        "/merchantId",
        "/iyziEventType",
        "/subscriptionReferenceCode",
        "/orderReferenceCode",
        "/customerReferenceCode",
        "/token",
        "/iyziPaymentId",
        "/paymentId",
        "/paymentConversationId",
        "/status",
    ],
    iyzico,
);

fn iyzico(values: &Values<'_>) -> Option<String> {
    let secret = SECRET.to_string();
    if values.at("/subscriptionReferenceCode").is_some() {
        let merchant = values.value("/merchantId")?;
        let rest = [
            "/iyziEventType",
            "/subscriptionReferenceCode",
            "/orderReferenceCode",
            "/customerReferenceCode",
        ];
        return Some(format!("{merchant}{secret}{}", values.joined(&rest)?));
    }
    let (id, token): (_, &[&str]) = match values.at("/token") {
        Some(_) => ("/iyziPaymentId", &["/token"]),
        None => ("/paymentId", &[]),
    };
    let front = values.joined(&["/iyziEventType", id])? + &values.joined(token)?;
    Some(secret + &front + &values.joined(&["/paymentConversationId", "/status"])?)
}

/// Tap charges: each value follows its name, and the amount has as many decimals as its currency.
pub(crate) const TAP: Write = Write::Values(
    &[
        "/id",
        "/amount",
        "/currency",
        "/reference/gateway",
        "/reference/payment",
        "/status",
        "/transaction/created",
    ],
    tap,
);

fn tap(values: &Values<'_>) -> Option<String> {
    let mut out = String::new();
    for (name, pointer) in [
        ("id", "/id"),
        ("amount", "/amount"),
        ("currency", "/currency"),
        ("gateway_reference", "/reference/gateway"),
        ("payment_reference", "/reference/payment"),
        ("status", "/status"),
        ("created", "/transaction/created"),
    ] {
        out.push_str("x_");
        out.push_str(name);
        let value = values.value(pointer)?;
        match name {
            "amount" => out.push_str(&amount(&value, &values.value("/currency")?)?),
            _ => out.push_str(&value),
        }
    }
    Some(out)
}

/// An amount with the decimals of its currency. More decimals are refused, because rounding would
/// sign a different amount.
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

/// MyFatoorah, version 1: all properties of `Data` sorted by name.
pub(crate) const MYFATOORAH_V1: Write = Write::Sorted(Some("/Data"), myfatoorah_v1);

fn myfatoorah_v1(data: &Json<'_>) -> Option<String> {
    let Json::Object(members) = data else {
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

/// MyFatoorah, version 2: the properties of the kind of event.
pub(crate) const MYFATOORAH_V2: Write = Write::Values(
    &[
        "/Event/Name",
        "/Data",
        "/Data/Invoice/Id",
        "/Data/Invoice/Status",
        "/Data/Transaction/Status",
        "/Data/Transaction/PaymentId",
        "/Data/Invoice/ExternalIdentifier",
        "/Data/Refund/Id",
        "/Data/Refund/Status",
        "/Data/Amount/ValueInBaseCurrency",
        "/Data/ReferencedInvoice/Id",
    ],
    myfatoorah_v2,
);

fn myfatoorah_v2(values: &Values<'_>) -> Option<String> {
    let pointers: &[&str] = match values.value("/Event/Name")?.as_ref() {
        "PAYMENT_STATUS_CHANGED" => &[
            "/Data/Invoice/Id",
            "/Data/Invoice/Status",
            "/Data/Transaction/Status",
            "/Data/Transaction/PaymentId",
            "/Data/Invoice/ExternalIdentifier",
        ],
        "REFUND_STATUS_CHANGED" => &[
            "/Data/Refund/Id",
            "/Data/Refund/Status",
            "/Data/Amount/ValueInBaseCurrency",
            "/Data/ReferencedInvoice/Id",
        ],
        _ => return None,
    };
    values.at("/Data")?;
    let mut out = String::new();
    for pointer in pointers {
        let value = match values.at(pointer) {
            Some(_) => values.value(pointer)?,
            None => Cow::Borrowed(""),
        };
        // The path within the data names the value: `Invoice.Id`.
        let name = pointer.trim_start_matches("/Data/").replace('/', ".");
        out.push_str(if out.is_empty() { "" } else { "," });
        out.push_str(&name);
        out.push('=');
        out.push_str(&value);
    }
    Some(out)
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
        assert_eq!(IYZICO.of(body, &IYZICO.pointers()), None);
    }
}
