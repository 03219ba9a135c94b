//! Plivo: a nonce behind the URL alone (version 2), or behind URL, query and fields of the form in the order of their names (version 3).

use super::check::{Settled, first};
use super::{Asked, Check, Custom, Draft, Finding, digest_of, form, whole};
use crate::algorithm::{Algorithm, Tag};
use crate::error::RejectionKind;
use crate::grammar::{self, Candidates, MAX_VALUE, encode};
use crate::scheme::{Encoding, Grammar};

#[derive(Debug)]
pub(crate) struct Plivo {
    /// With the token of the account, or of a subaccount.
    pub(crate) tag: &'static str,
    /// With the token of the main account.
    pub(crate) main_tag: &'static str,
    pub(crate) nonce: &'static str,
    /// How both headers are written.
    pub(crate) grammar: Grammar,
    pub(crate) signs: Signs,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Signs {
    Url,
    UrlAndFields,
}

impl Custom for Plivo {
    fn start(&self, asked: &Asked<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let candidates = self.candidates(asked)?;
        let nonce = asked.header(self.nonce)?.to_vec();
        // Version 3 has a dot between the fields and the nonce: with one in it, the end of the last field could be moved into it.
        let plain = nonce
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte));
        if nonce.is_empty() || nonce.len() > MAX_VALUE || !plain {
            return Err(RejectionKind::Malformed);
        }
        let url = asked.url.as_bytes().to_vec();
        let query = asked.head.query().unwrap_or_default().as_bytes().to_vec();
        let (keys, coverage) = (asked.keys.clone(), asked.scheme.coverage());
        let find = move |signed: &[u8], identifying: &[u8]| {
            let tags = keys.iter().map(|key| tag(key, signed));
            Finding {
                slot: first(tags.map(|tag| candidates.contain(&tag))),
                time: None,
                message: Some(digest_of(identifying)),
            }
            .verified(coverage)
        };
        Ok(match self.signs {
            Signs::Url => {
                let signed = [url, nonce].concat();
                Box::new(Settled(find(&signed, &signed)?))
            }
            // A retry may have another nonce.
            Signs::UrlAndFields => whole(move |body| {
                let fields = with_fields(&url, &query, body);
                find(&[&fields[..], b".", &nonce].concat(), &fields)
            }),
        })
    }

    fn sign(&self, draft: &mut Draft<'_>) {
        let (url, nonce) = (draft.url.as_bytes(), "05429567804466091622");
        let query = draft.target.split_once('?').map_or("", |(_, query)| query);
        let signed = match self.signs {
            Signs::Url => [url, nonce.as_bytes()].concat(),
            Signs::UrlAndFields => {
                let fields = with_fields(url, query.as_bytes(), &draft.body);
                [&fields[..], b".", nonce.as_bytes()].concat()
            }
        };
        let tag = tag(draft.key, &signed);
        draft.push(self.tag, encode(tag, Encoding::Base64));
        draft.push(self.nonce, nonce);
    }
}

impl Plivo {
    /// The tags of both headers. One of them is enough.
    fn candidates(&self, asked: &Asked<'_>) -> Result<Candidates, RejectionKind> {
        let mut candidates = Candidates::new();
        let mut read = |name| {
            grammar::parse(asked.header(name)?, self.grammar, None, |tag| {
                candidates.push(tag, Encoding::Base64, Algorithm::HmacSha256.tag_len())
            })
        };
        match (read(self.tag), read(self.main_tag)) {
            (Err(RejectionKind::MissingHeader), other)
            | (other, Err(RejectionKind::MissingHeader)) => other?,
            (one, other) => one.and(other)?,
        };
        candidates.check()?;
        Ok(candidates)
    }
}

/// What version 3 signs before the nonce.
fn with_fields(url: &[u8], query: &[u8], body: &[u8]) -> Vec<u8> {
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

fn tag(key: &[u8], signed: &[u8]) -> Tag {
    let mut mac = Algorithm::HmacSha256.key(key);
    mac.update(signed);
    mac.finish()
}
