//! PayFast: the fields of a form in their order, escaped as PHP does, and the passphrase; MD5.

use crate::crypto::{Algorithm, RunningDigest, RunningMac, Tag};
use crate::error::RejectionKind;
use crate::parse::encoding::encode;
use crate::parse::form::Encoded;
use crate::parse::gather::Gather;
use crate::parse::{Encoding, form};
use crate::provider::{Check, CheckInput, Custom, Draft};
use crate::request::MAX_VALUE;
use crate::verify::custom::check::one_tag;
use crate::verify::custom::{CheckResult, first, whole};

/// The field of the tag, which is the last.
pub(crate) const TAG: &str = "signature";

/// A field behind the tag would not be signed, so there must be none. Names are not escaped in the
/// signed message, so they must be words: otherwise a name could contain another field.
#[derive(Debug)]
pub(crate) struct Payfast;

impl Custom for Payfast {
    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let (keys, coverage) = (asked.keys.clone(), asked.scheme.coverage());
        Ok(whole(move |body| {
            form::sorted_once(body)?;
            let mut signed = Algorithm::Md5.key(b"");
            let mut digest = RunningDigest::new();
            let tag = write(body, &mut |piece| {
                signed.update(piece);
                digest.update(piece);
            })?;
            let tag = tag.ok_or(RejectionKind::MissingHeader)?.short(MAX_VALUE);
            let tag = tag.ok_or(RejectionKind::Malformed)?;
            let candidates = one_tag(&tag, Encoding::Hex, Algorithm::Md5)?;
            let tags = keys.texts().map(|secret| tag_of(signed.clone(), secret));
            CheckResult {
                slot: first(tags.map(|tag| candidates.contain(&tag))),
                time: None,
                message: Some(digest.finish()),
            }
            .verified(coverage)
        }))
    }

    /// A body that is not such a form becomes its field `item_name`.
    fn sign(&self, draft: &mut Draft<'_>) {
        let is_form = matches!(write(&draft.body, &mut |_| {}), Ok(None));
        if !is_form {
            let name: String = form_urlencoded::byte_serialize(&draft.body).collect();
            draft.body = format!("item_name={name}").into();
        }
        let mut signed = Algorithm::Md5.key(b"");
        let written = write(&draft.body, &mut |piece| signed.update(piece));
        debug_assert!(written.is_ok(), "a form");
        let tag = encode(tag_of(signed, draft.key), Encoding::Hex);
        let tag = format!("&{TAG}={tag}");
        draft.body = [&draft.body, tag.as_bytes()].concat().into();
    }
}

/// Writes the fields before the tag, joined by `&`, and returns the value of the tag. Without a
/// field, or with one behind the tag, the form is refused.
fn write<'b>(
    body: &'b [u8],
    sink: &mut dyn FnMut(&[u8]),
) -> Result<Option<Encoded<'b>>, RejectionKind> {
    let (mut tag, mut is_first) = (None, true);
    for field in form::fields(body) {
        if tag.is_some() {
            return Err(RejectionKind::Malformed);
        }
        if field.name.is(TAG.as_bytes()) {
            tag = Some(field.value);
            continue;
        }
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if field.name.is_empty() || !field.name.bytes().all(is_word) {
            return Err(RejectionKind::Malformed);
        }
        sink(if is_first { b"" } else { b"&" });
        is_first = false;
        field.name.write(sink);
        sink(b"=");
        escape(field.value.bytes(), sink);
    }
    match is_first {
        true => Err(RejectionKind::Malformed),
        false => Ok(tag),
    }
}

/// The tag of a message that ends with this passphrase.
fn tag_of(mut signed: RunningMac, passphrase: &[u8]) -> Tag {
    signed.update(b"&passphrase=");
    escape(passphrase.iter().copied(), &mut |piece| {
        signed.update(piece);
    });
    signed.finish()
}

/// Escapes as PHP's `urlencode` does: everything except letters, digits and `-._` as `%XX`, and a
/// space as `+`.
fn escape(text: impl Iterator<Item = u8>, sink: &mut dyn FnMut(&[u8])) {
    let mut gather = Gather::new(sink);
    for byte in text {
        match byte {
            b' ' => gather.push_byte(b'+'),
            b'-' | b'.' | b'_' => gather.push_byte(byte),
            _ if byte.is_ascii_alphanumeric() => gather.push_byte(byte),
            _ => {
                let digit = |half: u8| match half {
                    0..=9 => half.saturating_add(b'0'),
                    _ => half.saturating_sub(10).saturating_add(b'A'),
                };
                gather.push(&[b'%', digit(byte >> 4), digit(byte & 15)]);
            }
        }
    }
    gather.finish();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(body: &[u8]) -> Result<String, RejectionKind> {
        let mut out = Vec::new();
        write(body, &mut |piece| out.extend_from_slice(piece))?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn values_are_escaped_as_php_does_whatever_the_form_spells() {
        for (spelled, expected) in [
            ("a=x y", "a=x+y"),
            ("a=x%20y+z", "a=x+y+z"),
            ("a=%c3%a9~&b=", "a=%C3%A9%7E&b="),
            ("a=-._*'()", "a=-._%2A%27%28%29"),
            ("%61=1&&b=%31", "a=1&b=1"),
        ] {
            assert_eq!(written(spelled.as_bytes()).as_deref(), Ok(expected));
        }
    }

    /// The body of PayFast's own test of its SDK, whose account has no passphrase.
    #[test]
    fn the_body_of_the_sdks_test_is_written_as_it_was_signed() {
        let body = "m_payment_id=000000020&pf_payment_id=1579137&payment_status=COMPLETE&\
            item_name=Order+%23000000020&item_description=&amount_gross=15.00&amount_fee=-2.30&\
            amount_net=12.70&custom_str1=&custom_str2=&custom_str3=&custom_str4=&custom_str5=&\
            custom_int1=&custom_int2=&custom_int3=&custom_int4=&custom_int5=&name_first=Tom&\
            name_last=Tom&email_address=lindley%2Buser1%40appinlet.com&merchant_id=10027938";
        let mut signed = Algorithm::Md5.key(b"");
        signed.update(written(body.as_bytes()).unwrap().as_bytes());
        let tag = encode(signed.finish(), Encoding::Hex);
        assert_eq!(tag, "4078bca2c8987e0e0c4e7230f2f46323");
    }

    #[test]
    fn names_are_words_and_the_tag_is_last() {
        let malformed = Err(RejectionKind::Malformed);
        for odd in [
            "",
            "signature=1",
            "a%3D1%26b=2",
            "a.b=1",
            "=1",
            "a=1&signature=1&b=2",
            "a=1&signature=1&signature=2",
        ] {
            assert_eq!(written(odd.as_bytes()), malformed, "{odd}");
        }
    }
}
