//! RSA over values that are read from a body and written again: Alipay, Paddle Classic, Bitso.

use crate::crypto::Algorithm;
use crate::error::RejectionKind;
use crate::keys::{KeyQuery, key_id};
use crate::parse::encoding::{decode_long, encode};
use crate::parse::form::Encoded;
use crate::parse::form::sorted::Sorted;
use crate::parse::gather::Gather;
use crate::parse::json::{JsonValue, Pointers, scan};
use crate::parse::{Encoding, form};
use crate::provider::{Check, CheckInput, Custom, Draft};
use crate::request::MAX_VALUE;
use crate::verify::custom::signed_body::{Hashed, Hashing, SignedContent, signed_body};
use crate::verify::key_ring::{ring, ring_of};

/// Alipay: `name=value` of the non-empty fields, sorted, separated by `&`; RSA2.
#[derive(Debug)]
pub(crate) struct Alipay;

/// Paddle Classic: the sorted fields as PHP serializes them; RSA with SHA-1.
#[derive(Debug)]
pub(crate) struct PaddleClassic;

/// Bitso: the value of `payload` as sent, without white space between tokens.
#[derive(Debug)]
pub(crate) struct Bitso;

const BITSO: &str = "x-bitso-webhook-event-signature";

const BITSO_KEY: &str = "x-bitso-key-id";

impl Custom for Alipay {
    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        holding(asked, |body| {
            let form = form::sorted_once(body)?;
            if !form.value("sign_type")?.is(b"RSA2") {
                return Err(RejectionKind::UnsupportedScheme);
            }
            let signature = base64_of(form.value("sign")?)?;
            // Trade notifications omit the name of the algorithm from the message; service market
            // notifications include it.
            let signed = |without: &[&str]| {
                let mut hashing = Hashing::new(Algorithm::RsaSha256);
                joined(&form, without, &mut |piece| hashing.update(piece));
                hashing.finish(Algorithm::RsaSha256)
            };
            let messages = vec![signed(&["sign", "sign_type"])?, signed(&["sign"])?];
            Ok((messages, signature))
        })
    }

    fn public(&self) -> Option<Algorithm> {
        Some(Algorithm::RsaSha256)
    }

    /// A body that is not a form becomes its field `biz_content`.
    fn sign(&self, draft: &mut Draft<'_>) {
        let fields = [
            ("biz_content", &draft.body[..]),
            ("charset", b"utf-8"),
            ("notify_id", b"2019081500222155622"),
        ];
        let body = fields.map(|(name, value)| written(name, value)).join("&");
        let mut signed = Vec::new();
        if let Ok(form) = form::sorted_once(body.as_bytes()) {
            joined(&form, &[], &mut |piece| signed.extend_from_slice(piece));
        }
        let signature = encode(draft.signature(&[&signed]), Encoding::Base64);
        let sign = written("sign", signature.as_bytes());
        draft.body = format!("{body}&sign_type=RSA2&{sign}").into();
    }
}

impl Custom for PaddleClassic {
    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        holding(asked, |body| {
            let form = form::sorted_once(body)?;
            let signature = base64_of(form.value("p_signature")?)?;
            let mut hashing = Hashing::new(Algorithm::RsaSha1);
            php(&form, &mut |piece| hashing.update(piece));
            Ok((vec![hashing.finish(Algorithm::RsaSha1)?], signature))
        })
    }

    fn public(&self) -> Option<Algorithm> {
        Some(Algorithm::RsaSha1)
    }

    /// Does nothing: this algorithm can only be verified.
    fn sign(&self, _: &mut Draft<'_>) {}
}

impl Custom for Bitso {
    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let signature = base64(asked.header(BITSO)?)?;
        let id = std::str::from_utf8(asked.header(BITSO_KEY)?)
            .ok()
            .and_then(key_id);
        let id = id.ok_or(RejectionKind::Malformed)?;
        let query = || Some(KeyQuery::by_id("bitso", id.clone()));
        let ring = ring_of(asked, Some(&id), query)?;
        let pointer = Pointers::new(&["/payload"]);
        Ok(signed_body(asked.scheme.coverage(), move |body| {
            let malformed = RejectionKind::Malformed;
            let [payload] = scan(body, &pointer).map_err(|_| malformed)?;
            let mut hashing = Hashing::new(Algorithm::RsaSha256);
            let payload = payload.ok_or(malformed)?;
            write_compact(payload, &mut |piece| hashing.update(piece)).ok_or(malformed)?;
            let signed = hashing.finish(Algorithm::RsaSha256)?;
            let (signature, ring) = (signature.clone(), ring.clone());
            Ok(SignedContent::new(vec![signed], signature, ring))
        }))
    }

    fn public(&self) -> Option<Algorithm> {
        Some(Algorithm::RsaSha256)
    }

    fn names_keys(&self) -> bool {
        true
    }

    /// The body becomes the note of a payload.
    fn sign(&self, draft: &mut Draft<'_>) {
        let parsed: Option<serde_json::Value> = serde_json::from_slice(&draft.body).ok();
        let event = parsed.filter(|event| event.get("payload").is_some());
        let event = event.unwrap_or_else(|| {
            let note = String::from_utf8_lossy(&draft.body);
            serde_json::json!({
                "event": "funding",
                "payload": {"fid": "c5b8d7f0073ee07d3b5487cabbb96f4a", "note": note},
            })
        });
        let payload = event.get("payload").map(ToString::to_string);
        let payload = payload.unwrap_or_default();
        let signature = draft.signature(&[payload.as_bytes()]);
        draft.push(BITSO, encode(&signature, Encoding::Base64));
        draft.push(BITSO_KEY, super::jwt::signing_id(draft.settings));
        draft.body = event.to_string().into();
    }
}

/// The possible signed messages of a body, and its signature.
type Taken = Result<(Vec<Hashed>, Vec<u8>), RejectionKind>;

/// For a sender whose keys have no names. Only configured keys are used.
fn holding(
    asked: &CheckInput<'_>,
    take: fn(&[u8]) -> Taken,
) -> Result<Box<dyn Check>, RejectionKind> {
    let ring = ring(&asked.keys.public(), false, None, None, || None)?;
    Ok(signed_body(asked.scheme.coverage(), move |body| {
        let (messages, signature) = take(body)?;
        Ok(SignedContent::new(messages, signature, ring.clone()))
    }))
}

fn base64(text: &[u8]) -> Result<Vec<u8>, RejectionKind> {
    let fits = text.len() <= MAX_VALUE;
    let decoded = fits.then(|| decode_long(text, Encoding::Base64)).flatten();
    decoded.ok_or(RejectionKind::Malformed)
}

fn base64_of(value: Encoded<'_>) -> Result<Vec<u8>, RejectionKind> {
    base64(&value.short(MAX_VALUE).ok_or(RejectionKind::Malformed)?)
}

/// The non-empty fields as `name=value`, separated by `&`.
fn joined(form: &Sorted<'_>, without: &[&str], sink: &mut dyn FnMut(&[u8])) {
    let signed = form.iter().filter(|field| {
        let mut others = without.iter();
        !field.value.is_empty() && !others.any(|name| field.name.is(name.as_bytes()))
    });
    for (i, field) in signed.enumerate() {
        sink(if i > 0 { b"&" } else { b"" });
        field.name.write(sink);
        sink(b"=");
        field.value.write(sink);
    }
}

/// The output of PHP's `serialize` for an array of texts: each text follows its length in bytes.
fn php(form: &Sorted<'_>, sink: &mut dyn FnMut(&[u8])) {
    let signed = || form.iter().filter(|field| !field.name.is(b"p_signature"));
    sink(format!("a:{}:{{", signed().count()).as_bytes());
    for field in signed() {
        for text in [field.name, field.value] {
            sink(format!("s:{}:\"", text.len()).as_bytes());
            text.write(sink);
            sink(b"\";");
        }
    }
    sink(b"}");
}

/// Writes a value as spelled, without the white space between its tokens. `None` if that would
/// change the value.
fn write_compact(value: JsonValue<'_>, sink: &mut dyn FnMut(&[u8])) -> Option<()> {
    let spelled = match value {
        JsonValue::Nested(spelled) => spelled,
        JsonValue::Text(text) => {
            sink(b"\"");
            sink(text.spelled());
            sink(b"\"");
            return Some(());
        }
        other => {
            let token = match other {
                JsonValue::Null => "null",
                JsonValue::Bool(true) => "true",
                JsonValue::Bool(false) => "false",
                JsonValue::Number(token) => token,
                _ => "",
            };
            sink(token.as_bytes());
            return Some(());
        }
    };
    let mut gather = Gather::new(sink);
    let mut rest = spelled;
    let mut before = b'{';
    while let Some(&first) = rest.first() {
        let len = match first {
            b' ' | b'\t' | b'\n' | b'\r' => {
                let space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
                rest = rest.get(rest.iter().take_while(|byte| space(byte)).count()..)?;
                // Without the white space, two tokens would become one.
                if is_of_token(before) && rest.first().copied().is_some_and(is_of_token) {
                    return None;
                }
                continue;
            }
            b'"' => text_len(rest)?,
            _ => {
                let ends = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'"');
                rest.iter().position(ends).unwrap_or(rest.len())
            }
        };
        let (run, behind) = rest.split_at_checked(len)?;
        gather.push(run);
        before = run.last().copied()?;
        rest = behind;
    }
    gather.finish();
    Some(())
}

/// Whether a byte outside of texts belongs to a token, and is not a bracket, comma or colon.
fn is_of_token(byte: u8) -> bool {
    !matches!(byte, b'{' | b'}' | b'[' | b']' | b',' | b':' | b'"')
}

/// The length of the text that starts here, including its quotes.
fn text_len(rest: &[u8]) -> Option<usize> {
    let mut escaped = false;
    let inside = rest.get(1..)?;
    let end = inside.iter().position(|&byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })?;
    end.checked_add(2)
}

fn written(name: &str, value: &[u8]) -> String {
    format!(
        "{name}={}",
        form_urlencoded::byte_serialize(value).collect::<String>()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(body: &str) -> Option<String> {
        let [found] = scan(body.as_bytes(), &Pointers::new(&["/payload"])).ok()?;
        let mut out = Vec::new();
        write_compact(found?, &mut |piece| out.extend_from_slice(piece))?;
        Some(String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_member_is_taken_as_spelled_without_the_space_between_its_tokens() {
        for (body, expected) in [
            (
                r#"{"event":"a","payload":{"b": [1.0, "c , d"] }}"#,
                r#"{"b":[1.0,"c , d"]}"#,
            ),
            (
                r#"{"payload":{"payload":{"x":1}},"event":"a"}"#,
                r#"{"payload":{"x":1}}"#,
            ),
            (r#" { "payload" : "a \\" , "b" : 1 } "#, r#""a \\""#),
            (r#"{"payload":"\"}],{"}"#, r#""\"}],{""#),
            (r#"{"payload": -1e5}"#, "-1e5"),
            (
                "{\"payload\":{\n\t\"é\": \"\\u00e9\"}}",
                "{\"é\":\"\\u00e9\"}",
            ),
            (r#"{"x":{"payload":1},"payload":[]}"#, "[]"),
            (r#"{"x":"payload","payload":{}}"#, "{}"),
        ] {
            assert_eq!(payload(body).as_deref(), Some(expected), "{body}");
        }
        assert_eq!(payload(r#"{"x":{"payload":1}}"#), None);
        assert_eq!(payload(r#"{"p\u0061yload":1}"#).as_deref(), Some("1"));
        for two in [r#"{"payload":{"a":1 2}}"#, "{\"payload\":[tr\nue]}"] {
            assert_eq!(payload(two), None, "{two}");
        }
    }

    #[test]
    fn texts_are_written_as_php_does() {
        let form = form::sorted_once(b"b=%C3%A9&a=1&p_signature=x").unwrap();
        let mut written = Vec::new();
        php(&form, &mut |piece| written.extend_from_slice(piece));
        let written = String::from_utf8(written).unwrap();
        assert_eq!(written, r#"a:2:{s:1:"a";s:1:"1";s:1:"b";s:2:"é";}"#);
    }
}
