//! RSA over values that are taken out of a body and written down again: Alipay, Paddle Classic, Bitso.

use std::borrow::Cow;

use super::form::{Pair, fields};
use super::jwt::{ring, ring_of, sign_with};
use super::signed_body::{Claim, signed_body};
use super::{Asked, Check, Custom, Draft, Json};
use crate::algorithm::Algorithm;
use crate::error::RejectionKind;
use crate::grammar::{decode_long, encode};
use crate::keys::{KeyQuery, key_id};
use crate::scheme::Encoding;

/// Fields of a form that are signed. As many come as a body holds, and they are sorted once.
type Form<'b> = Vec<Pair<'b>>;

/// Alipay: `name=value` of the fields that are not empty, sorted, with `&` between; RSA2.
#[derive(Debug)]
pub(crate) struct Alipay;

/// Paddle Classic: what PHP writes of the sorted fields; RSA with SHA-1.
#[derive(Debug)]
pub(crate) struct PaddleClassic;

/// Bitso: the value of `payload`, as it came but for white space.
#[derive(Debug)]
pub(crate) struct Bitso;

const BITSO: &str = "x-bitso-webhook-event-signature";

const BITSO_KEY: &str = "x-bitso-key-id";

impl Custom for Alipay {
    fn start(&self, asked: &Asked<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        holding(asked, |body| {
            let form = form_of(body)?;
            if value(&form, b"sign_type")? != b"RSA2" {
                return Err(RejectionKind::UnsupportedScheme);
            }
            let signature = base64(value(&form, b"sign")?)?;
            // Notifications of a trade leave the name of the algorithm out, those of the service market do not.
            let signed = [&[&b"sign"[..], b"sign_type"][..], &[b"sign"]];
            let signed = signed.map(|without| joined(&form, without));
            Ok((signed.into(), signature))
        })
    }

    fn public(&self) -> Option<Algorithm> {
        Some(Algorithm::RsaSha256)
    }

    /// A body that is no form becomes the field `biz_content` of one.
    fn sign(&self, draft: &mut Draft<'_>) {
        let mut form = vec![
            pair("biz_content", &draft.body),
            pair("charset", b"utf-8"),
            pair("notify_id", b"2019081500222155622"),
        ];
        form.sort();
        let signature = sign_with(draft, &[&joined(&form, &[])]);
        form.push(pair("sign_type", b"RSA2"));
        form.push(pair(
            "sign",
            encode(&signature, Encoding::Base64).as_bytes(),
        ));
        draft.body = written(&form).into();
    }
}

impl Custom for PaddleClassic {
    fn start(&self, asked: &Asked<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        holding(asked, |body| {
            let form = form_of(body)?;
            let signature = base64(value(&form, b"p_signature")?)?;
            Ok((vec![php(&form)], signature))
        })
    }

    fn public(&self) -> Option<Algorithm> {
        Some(Algorithm::RsaSha1)
    }

    /// Nothing: this algorithm is only verified.
    fn sign(&self, _: &mut Draft<'_>) {}
}

impl Custom for Bitso {
    fn start(&self, asked: &Asked<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let signature = base64(asked.header(BITSO)?)?;
        let id = std::str::from_utf8(asked.header(BITSO_KEY)?)
            .ok()
            .and_then(key_id);
        let id = id.ok_or(RejectionKind::Malformed)?;
        let query = || Some(KeyQuery::by_id("bitso", id.clone()));
        let ring = ring_of(asked, Some(&id), query)?;
        Ok(signed_body(asked.scheme.coverage(), move |body| {
            let document = Json::parse(body).ok_or(RejectionKind::Malformed)?;
            if document.get("payload").is_none() {
                return Err(RejectionKind::Malformed);
            }
            let payload = compact_member(body, "payload").ok_or(RejectionKind::Malformed)?;
            Ok(Claim::new(vec![payload], signature.clone(), ring.clone()))
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
        let note = String::from_utf8_lossy(&draft.body);
        let payload = serde_json::json!({"fid": "c5b8d7f0073ee07d3b5487cabbb96f4a", "note": note})
            .to_string();
        let signature = sign_with(draft, &[payload.as_bytes()]);
        draft.push(BITSO, encode(&signature, Encoding::Base64));
        draft.push(BITSO_KEY, super::jwt::signing_id(draft.settings));
        draft.body = format!(r#"{{"event":"funding","payload":{payload}}}"#).into();
    }
}

/// What may have been signed of a body, and the signature of it.
type Taken = Result<(Vec<Vec<u8>>, Vec<u8>), RejectionKind>;

/// Of a sender whose keys have no names: the configured ones alone.
fn holding(asked: &Asked<'_>, take: fn(&[u8]) -> Taken) -> Result<Box<dyn Check>, RejectionKind> {
    let ring = ring(&asked.public, false, None, None, || None)?;
    Ok(signed_body(asked.scheme.coverage(), move |body| {
        let (messages, signature) = take(body)?;
        Ok(Claim::new(messages, signature, ring.clone()))
    }))
}

fn base64(text: &[u8]) -> Result<Vec<u8>, RejectionKind> {
    decode_long(text, Encoding::Base64).ok_or(RejectionKind::Malformed)
}

/// The fields, sorted by their names; one that is there twice is nobody's to choose from.
fn form_of(body: &[u8]) -> Result<Form<'_>, RejectionKind> {
    let mut form: Form<'_> = fields(body).collect();
    form.sort();
    let twice = form.windows(2).any(|two| match two {
        [(a, _), (b, _)] => a == b,
        _ => false,
    });
    match twice {
        true => Err(RejectionKind::AmbiguousHeader),
        false => Ok(form),
    }
}

fn value<'f>(form: &'f Form<'_>, name: &[u8]) -> Result<&'f [u8], RejectionKind> {
    let found = form.iter().find(|(key, _)| key.as_ref() == name);
    found
        .map(|(_, value)| value.as_ref())
        .ok_or(RejectionKind::MissingHeader)
}

/// `name=value`, with `&` between, of what is not empty.
fn joined(form: &Form<'_>, without: &[&[u8]]) -> Vec<u8> {
    let signed = form
        .iter()
        .filter(|(name, value)| !value.is_empty() && !without.contains(&name.as_ref()));
    let pairs: Vec<Vec<u8>> = signed
        .map(|(name, value)| [name, &b"="[..], value].concat())
        .collect();
    pairs.join(&b'&')
}

/// What PHP's `serialize` makes of an array of texts: every text behind its length in bytes.
fn php(form: &Form<'_>) -> Vec<u8> {
    let signed = || {
        form.iter()
            .filter(|(name, _)| name.as_ref() != b"p_signature")
    };
    let mut out = format!("a:{}:{{", signed().count()).into_bytes();
    for (name, value) in signed() {
        for text in [name, value] {
            out.extend_from_slice(format!("s:{}:\"", text.len()).as_bytes());
            out.extend_from_slice(text);
            out.extend_from_slice(b"\";");
        }
    }
    out.push(b'}');
    out
}

/// The value of a top-level member of a document that has been parsed before, as spelled, without the white space between its tokens. A
/// name that is spelled with escapes is not found.
fn compact_member(body: &[u8], name: &str) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(body).ok()?;
    let (mut depth, mut inside, mut escaped) = (0_usize, false, false);
    // Of members at the top: the name, or what has come of it; and the value of the one that is asked for.
    let (mut token, mut found, mut taking) = (String::new(), None, false);
    for c in text.chars() {
        if !inside && c.is_ascii_whitespace() {
            continue;
        }
        let closes = !inside && matches!(c, '}' | ']');
        depth = depth.saturating_sub(usize::from(closes));
        let ends = !inside && ((depth == 1 && c == ',') || (depth == 0 && closes));
        if ends && taking {
            found = Some(std::mem::take(&mut token));
            taking = false;
        }
        let names = !inside && depth == 1 && c == ':' && !taking;
        if ends {
            token.clear();
        } else if names {
            taking = token
                .strip_prefix('"')
                .and_then(|name| name.strip_suffix('"'))
                == Some(name);
            token.clear();
        } else if depth > 0 {
            token.push(c);
        }
        depth = depth.saturating_add(usize::from(!inside && matches!(c, '{' | '[')));
        if c == '"' && !escaped {
            inside = !inside;
        }
        escaped = inside && c == '\\' && !escaped;
    }
    found.map(String::into_bytes)
}

fn pair(name: &'static str, value: &[u8]) -> Pair<'static> {
    (Cow::Borrowed(name.as_bytes()), Cow::Owned(value.to_vec()))
}

fn written(form: &Form<'_>) -> String {
    let encoded = form.iter().map(|(name, value)| {
        let encode = |text: &[u8]| form_urlencoded::byte_serialize(text).collect::<String>();
        format!("{}={}", encode(name), encode(value))
    });
    encoded.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(body: &str) -> Option<String> {
        let payload = compact_member(body.as_bytes(), "payload");
        payload.map(|bytes| String::from_utf8(bytes).unwrap())
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
        assert_eq!(payload(r#"{"p\u0061yload":1}"#), None);
    }

    #[test]
    fn texts_are_written_as_php_does() {
        let form = form_of(b"b=%C3%A9&a=1&p_signature=x").unwrap();
        let written = String::from_utf8(php(&form)).unwrap();
        assert_eq!(written, r#"a:2:{s:1:"a";s:1:"1";s:1:"b";s:2:"é";}"#);
    }
}
