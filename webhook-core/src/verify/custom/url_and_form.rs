//! HMAC over the URL and the concatenated form fields: Twilio and Mandrill.

use form_urlencoded::byte_serialize;

use crate::crypto::{Algorithm, RunningMac, constant_time_eq};
use crate::error::RejectionKind;
use crate::parse::encoding::{encode, has_prefix};
use crate::parse::{Encoding, form};
use crate::provider::{Check, CheckInput, Coverage, Custom, Draft};
use crate::verify::custom::check::{Writing, one_tag};
use crate::verify::custom::{CheckResult, digest_of, whole, whole_unwrapped};

/// The query parameter with the SHA-256 of a body that is not a form.
const BODY_HASH: &str = "bodySHA256";

/// The header in which Twilio names key and algorithm. Not signed.
const SETTINGS: &str = "x-twilio-webhooks-signature-settings";

const TWILIO_TAG: &str = "x-twilio-signature";

const MANDRILL_TAG: &str = "x-mandrill-signature";

const MANDRILL_EVENTS: &str = "mandrill_events";

/// Twilio: the URL with or without its port, then the name and value of each field in byte order,
/// each pair once. With `bodySHA256` in the query, the URL alone is signed, and the body must have
/// that hash.
#[derive(Debug)]
pub(crate) struct Twilio(pub(crate) Algorithm);

impl Twilio {
    /// Checks that the algorithm named in the header is the configured one. Without the header it
    /// is HMAC-SHA-1.
    fn check_algorithm(&self, asked: &CheckInput<'_>) -> Result<(), RejectionKind> {
        let value = match asked.header(SETTINGS) {
            Ok(value) => value,
            Err(RejectionKind::MissingHeader) => b"",
            Err(kind) => return Err(kind),
        };
        let pairs = value.split(|&byte| byte == b',').map(<[u8]>::trim_ascii);
        let mut named = pairs.filter_map(|pair| pair.strip_prefix(b"algorithm="));
        let (found, other) = (named.next().unwrap_or(b"HMAC_SHA1"), named.next());
        match other {
            Some(_) => Err(RejectionKind::AmbiguousHeader),
            None if found == self.name() => Ok(()),
            None => Err(RejectionKind::UnsupportedScheme),
        }
    }

    fn name(&self) -> &'static [u8] {
        match self.0 {
            Algorithm::HmacSha256 => b"HMAC_SHA256",
            _ => b"HMAC_SHA1",
        }
    }
}

impl Custom for Twilio {
    fn mac(&self, secret: &[u8]) -> Option<RunningMac> {
        Some(self.0.key(secret))
    }

    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let algorithm = self.0;
        let candidates = one_tag(asked.header(TWILIO_TAG)?, Encoding::Base64, algorithm)?;
        self.check_algorithm(asked)?;
        let announced = asked
            .head
            .query_value(BODY_HASH)?
            .map(|hash| body_hash(&hash))
            .transpose()?;
        // Twilio appends this parameter. If it were allowed elsewhere in the query, it could come
        // from a form field that was signed after the URL: a text message can contain any text.
        let last = asked
            .head
            .query()
            .and_then(|query| query.rsplit('&').next());
        let is_last = last.is_some_and(|pair| pair.starts_with(BODY_HASH));
        if announced.is_some() && !is_last {
            return Err(RejectionKind::Malformed);
        }
        let urls = spellings(&asked.full_url());
        let (keys, coverage) = (asked.keys.clone(), asked.scheme.coverage());
        Ok(whole(move |body| {
            let fields = match announced {
                Some(hash) if !constant_time_eq(&hash, &digest_of(body)) => {
                    return Err(RejectionKind::BadSignature);
                }
                Some(_) => None,
                None => Some(form::sorted(body)?),
            };
            // One for each spelling. The first identifies the delivery.
            let mut writings = urls.iter().map(|url| {
                let mut writing = Writing::new(&keys);
                writing.update(url.as_bytes());
                if let Some(fields) = &fields {
                    fields.write_distinct(&mut |piece| writing.update(piece));
                }
                writing.finding(&candidates)
            });
            let first = writings.next().ok_or(RejectionKind::BadSignature)?;
            let slot = writings.fold(first.slot, |slot, other| match (slot, other.slot) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            });
            CheckResult { slot, ..first }.verified(Coverage {
                body: announced.is_some(),
                url: announced.is_some(),
                ..coverage
            })
        }))
    }

    /// A body that the caller declares as JSON is signed by its hash. Any other body is a form.
    fn sign(&self, draft: &mut Draft<'_>) {
        let kind = draft.given("content-type").unwrap_or_default();
        let fields = if kind.starts_with("application/json") {
            let mark = if draft.target.contains('?') { '&' } else { '?' };
            let hash = const_hex::encode(digest_of(&draft.body));
            draft.target = format!("{}{mark}{BODY_HASH}={hash}", draft.target);
            Vec::new()
        } else {
            distinct(&draft.body)
        };
        let tag = draft.tag(&[draft.full_url().as_bytes(), &fields]);
        draft.push(TWILIO_TAG, encode(tag, Encoding::Base64));
        if self.0 == Algorithm::HmacSha256 {
            draft.push(SETTINGS, "key=shared-key,algorithm=HMAC_SHA256");
        }
    }
}

/// Mandrill: the URL as registered, then the name and value of each field, sorted by name.
#[derive(Debug)]
pub(crate) struct Mandrill;

impl Custom for Mandrill {
    fn mac(&self, secret: &[u8]) -> Option<RunningMac> {
        Some(Algorithm::HmacSha1.key(secret))
    }

    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let algorithm = Algorithm::HmacSha1;
        let candidates = one_tag(asked.header(MANDRILL_TAG)?, Encoding::Base64, algorithm)?;
        let (url, keys) = (asked.full_url(), asked.keys.clone());
        let coverage = asked.scheme.coverage();
        let check = move |body: &[u8]| {
            let fields = form::sorted_once(body)?;
            let mut writing = Writing::new(&keys);
            writing.update(url.as_bytes());
            fields.write(&mut |piece| writing.update(piece));
            writing.finding(&candidates).verified(coverage)
        };
        Ok(whole_unwrapped(check, |body| {
            let events = form::field(body, MANDRILL_EVENTS).ok()?;
            Some(events.read())
        }))
    }

    /// A body that is not a form becomes its field `mandrill_events`.
    fn sign(&self, draft: &mut Draft<'_>) {
        if form::field(&draft.body, MANDRILL_EVENTS).is_err() {
            let encoded: String = byte_serialize(&draft.body).collect();
            draft.body = format!("{MANDRILL_EVENTS}={encoded}").into();
        }
        let mut signed = draft.full_url().into_bytes();
        if let Ok(fields) = form::sorted_once(&draft.body) {
            fields.write(&mut |piece| signed.extend_from_slice(piece));
        }
        let tag = draft.tag(&[&signed]);
        draft.push(MANDRILL_TAG, encode(tag, Encoding::Base64));
    }
}

/// The fields in byte order, each pair once.
fn distinct(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    if let Ok(fields) = form::sorted(body) {
        fields.write_distinct(&mut |piece| out.extend_from_slice(piece));
    }
    out
}

fn body_hash(hex: &str) -> Result<[u8; 32], RejectionKind> {
    let mut hash = [0; 32];
    match has_prefix(hex.as_bytes()) || const_hex::decode_to_slice(hex, &mut hash).is_err() {
        true => Err(RejectionKind::Malformed),
        false => Ok(hash),
    }
}

/// The URL, and the same URL without its port, or with the default port if it has none. Twilio
/// signs either.
fn spellings(url: &str) -> Vec<String> {
    let mut both = vec![url.to_owned()];
    let (scheme, port) = match url.split_once("://") {
        Some((scheme @ "https", _)) => (scheme, ":443"),
        Some((scheme, _)) => (scheme, ":80"),
        None => return both,
    };
    let rest = url.strip_prefix(scheme).and_then(|url| url.get(3..));
    let rest = rest.unwrap_or_default();
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (host, path) = rest.split_at_checked(end).unwrap_or_default();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    both.push(match host.rsplit_once(':') {
        Some((bare, given)) if digits(given) => format!("{scheme}://{bare}{path}"),
        _ => format!("{scheme}://{host}{port}{path}"),
    });
    both
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_two_spellings_and_only_its_port_differs() {
        let other = |url| spellings(url).pop().unwrap_or_default();
        assert_eq!(
            other("https://a.example/x?y=1"),
            "https://a.example:443/x?y=1"
        );
        assert_eq!(other("http://a.example"), "http://a.example:80");
        assert_eq!(other("https://a.example:1234/x:1"), "https://a.example/x:1");
        assert_eq!(other("https://[::1]/x"), "https://[::1]:443/x");
        assert_eq!(other("https://[::1]:8443/x"), "https://[::1]/x");
    }

    #[test]
    fn pairs_are_signed_once_and_in_byte_order() {
        assert_eq!(distinct(b"b=2&a=2&B=0&a=1&a=2&a=1"), b"B0a1a2b2");
    }
}
