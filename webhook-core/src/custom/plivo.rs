//! Plivo, version 3: URL, query and fields of the form in the order of their names, and a nonce.

use super::check::first;
use super::{Asked, Check, Custom, Draft, Finding, digest_of, form, whole};
use crate::algorithm::{Algorithm, Tag};
use crate::error::RejectionKind;
use crate::grammar::{self, Candidates, MAX_VALUE, encode};
use crate::scheme::{Encoding, Grammar};

const TAG: &str = "x-plivo-signature-v3";
const NONCE: &str = "x-plivo-signature-v3-nonce";

#[derive(Debug)]
pub(crate) struct Plivo;

impl Custom for Plivo {
    fn start(&self, asked: &Asked<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let candidates = candidates(asked.header(TAG)?)?;
        let nonce = asked.header(NONCE)?.to_vec();
        if nonce.is_empty() || nonce.len() > MAX_VALUE {
            return Err(RejectionKind::Malformed);
        }
        let url = asked.url.as_bytes().to_vec();
        let query = asked.head.query().unwrap_or_default().as_bytes().to_vec();
        let (keys, coverage) = (asked.keys.clone(), asked.scheme.coverage());
        Ok(whole(move |body| {
            let signed = signed(&url, &query, body);
            let tags = keys.iter().map(|key| tag(key, &signed, &nonce));
            Finding {
                slot: first(tags.map(|tag| candidates.contain(&tag))),
                time: None,
                message: Some(digest_of(&signed)),
            }
            .verified(coverage)
        }))
    }

    fn sign(&self, draft: &mut Draft<'_>) {
        let query = draft.target.split_once('?').map_or("", |(_, query)| query);
        let signed = signed(draft.url.as_bytes(), query.as_bytes(), &draft.body);
        let nonce = "05429567804466091622";
        let tag = tag(draft.key, &signed, nonce.as_bytes());
        draft.push(TAG, encode(tag, Encoding::Base64));
        draft.push(NONCE, nonce);
    }
}

/// The tags of the header, which is a list.
fn candidates(value: &[u8]) -> Result<Candidates, RejectionKind> {
    let mut candidates = Candidates::new();
    let list = Grammar::List { separator: b',' };
    grammar::parse(value, list, None, |tag| {
        candidates.push(tag, Encoding::Base64, Algorithm::HmacSha256.tag_len())
    })?;
    candidates.check()?;
    Ok(candidates)
}

/// What is signed before the nonce.
fn signed(url: &[u8], query: &[u8], body: &[u8]) -> Vec<u8> {
    let mut asked: Vec<_> = form::fields(query).collect();
    let mut sent: Vec<_> = form::fields(body).collect();
    asked.sort_unstable();
    sent.sort_unstable();
    let mut out = url.to_vec();
    if !asked.is_empty() || !sent.is_empty() {
        out.push(b'?');
    }
    for (i, (name, value)) in asked.iter().enumerate() {
        out.extend_from_slice(if i > 0 { b"&" } else { b"" });
        out.extend_from_slice(name);
        out.push(b'=');
        out.extend_from_slice(value);
    }
    if !asked.is_empty() && !sent.is_empty() {
        out.push(b'.');
    }
    out.extend_from_slice(&form::written(&sent));
    out
}

fn tag(key: &[u8], signed: &[u8], nonce: &[u8]) -> Tag {
    let mut mac = Algorithm::HmacSha256.key(key);
    mac.update(signed);
    mac.update(b".");
    mac.update(nonce);
    mac.finish()
}
