//! Contentful: a canonical request of method, path, the headers named by a header, and the body.

use crate::crypto::{Algorithm, RunningMac};
use crate::error::RejectionKind;
use crate::parse::Encoding;
use crate::parse::encoding::encode;
use crate::provider::{Check, CheckInput, Custom, Draft};
use crate::request::MAX_VALUE;
use crate::time::TimeUnit;
use crate::verify::custom::check::Codes;
use crate::verify::fresh;

const TAG: &str = "x-contentful-signature";
const NAMES: &str = "x-contentful-signed-headers";
const TIME: &str = "x-contentful-timestamp";

/// The maximum number of headers that a request may name as signed.
const MAX_NAMES: usize = 64;

#[derive(Debug)]
pub(crate) struct Contentful;

impl Custom for Contentful {
    fn mac(&self, secret: &[u8]) -> Option<RunningMac> {
        Some(Algorithm::HmacSha256.key(secret))
    }

    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let mut codes = Codes::new(
            asked,
            Algorithm::HmacSha256,
            asked.header(TAG)?,
            Encoding::Hex,
        )?;
        let time = asked.header(TIME)?;
        codes.time = Some(fresh(time, TimeUnit::Millis, asked.now, asked.tolerance)?);
        let mut headers = Vec::new();
        for name in names(asked.header(NAMES)?)? {
            let value = std::str::from_utf8(asked.header(&name)?);
            headers.push((name, value.map_err(|_| RejectionKind::Malformed)?));
        }
        let signed = [TIME, NAMES];
        if !signed
            .iter()
            .all(|own| headers.iter().any(|(name, _)| name == own))
        {
            return Err(RejectionKind::Malformed);
        }
        let path = path(asked.head.path_and_query);
        codes.sign(head_of(asked.head.method, &path, headers).as_bytes());
        Ok(Box::new(codes))
    }

    fn sign(&self, draft: &mut Draft<'_>) {
        let time = TimeUnit::Millis.format(draft.now);
        let mut headers: Vec<(String, &str)> = draft
            .given
            .iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), value.as_str()))
            .collect();
        let mut names: Vec<String> = headers.iter().map(|(name, _)| name.clone()).collect();
        names.extend([NAMES.to_owned(), TIME.to_owned()]);
        let names = names.join(",");
        headers.extend([(NAMES.to_owned(), names.as_str()), (TIME.to_owned(), &time)]);
        let head = head_of(draft.method, &path(&draft.target), headers);
        let tag = draft.tag(&[head.as_bytes(), &draft.body]);
        draft.push(TAG, encode(tag, Encoding::Hex));
        draft.push(NAMES, names);
        draft.push(TIME, time);
    }
}

/// The names of the signed headers, in lower case.
fn names(list: &[u8]) -> Result<Vec<String>, RejectionKind> {
    let list = std::str::from_utf8(list).map_err(|_| RejectionKind::Malformed)?;
    let names: Vec<_> = list
        .split(',')
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    if list.len() > MAX_VALUE || names.len() > MAX_NAMES {
        return Err(RejectionKind::Malformed);
    }
    Ok(names)
}

/// The signed message before the body.
fn head_of(method: &str, path: &str, mut headers: Vec<(String, &str)>) -> String {
    headers.sort_unstable();
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| format!("{name}:{}", value.trim()))
        .collect();
    format!("{method}\n{path}\n{}\n", headers.join(";"))
}

/// Path and query as Contentful writes them: the query escaped as a query value, then the whole as
/// a URI.
fn path(target: &str) -> String {
    let mut out = String::new();
    match target.split_once('?') {
        None => escape(target, URI, &mut out),
        Some((path, query)) => {
            escape(path, URI, &mut out);
            out.push('?');
            let mut once = String::new();
            escape(query, VALUE, &mut once);
            escape(&once, URI, &mut out);
        }
    }
    out
}

/// Characters that `encodeURI` does not escape, in addition to letters and digits.
const URI: &[u8] = b"-_.!~*'();/?:@&=+$,#";
/// Characters that `querystring.escape` does not escape, in addition to letters and digits.
const VALUE: &[u8] = b"-_.!~*'()";

fn escape(text: &str, plain: &[u8], out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || plain.contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push_str(&const_hex::encode_upper([byte]));
        }
    }
}
