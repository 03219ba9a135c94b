//! Plivo. Version 2 signs the URL and a nonce. Version 3 signs the URL, the query, the form fields
//! sorted by name, and a nonce.

use crate::crypto::{Algorithm, RunningMac};
use crate::error::RejectionKind;
use crate::parse::encoding::encode;
use crate::parse::{Encoding, Grammar, form, grammar};
use crate::provider::{Check, CheckInput, Custom, Draft};
use crate::request::MAX_VALUE;
use crate::verify::Candidates;
use crate::verify::custom::check::{Decided, Writing};
use crate::verify::custom::whole;

#[derive(Debug)]
pub(crate) struct Plivo {
    /// The header of the tag by the token of the account or subaccount.
    pub(crate) tag: &'static str,
    /// The header of the tag by the token of the main account.
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
    fn mac(&self, secret: &[u8]) -> Option<RunningMac> {
        Some(Algorithm::HmacSha256.key(secret))
    }

    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let candidates = self.candidates(asked)?;
        let nonce = asked.header(self.nonce)?.to_vec();
        // Version 3 separates the fields from the nonce by a dot. If the nonce could contain one,
        // the end of the last field could be moved into it.
        let plain = nonce
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte));
        if nonce.is_empty() || nonce.len() > MAX_VALUE || !plain {
            return Err(RejectionKind::Malformed);
        }
        let url = asked.url.as_bytes().to_vec();
        let query = asked.head.query().unwrap_or_default().as_bytes().to_vec();
        let (keys, coverage) = (asked.keys.clone(), asked.scheme.coverage());
        let find = move |writing: Writing| writing.finding(&candidates).verified(coverage);
        let begun = move || Writing::new(&keys);
        Ok(match self.signs {
            Signs::Url => {
                let mut writing = begun();
                writing.update(&url);
                writing.update(&nonce);
                Box::new(Decided(find(writing)?))
            }
            Signs::UrlAndFields => whole(move |body| {
                let mut writing = begun();
                write_fields(&url, &query, body, &mut |piece| writing.update(piece))?;
                // A retry may have another nonce.
                writing.update_codes(b".");
                writing.update_codes(&nonce);
                find(writing)
            }),
        })
    }

    fn sign(&self, draft: &mut Draft<'_>) {
        let (url, nonce) = (draft.url.as_bytes(), "05429567804466091622");
        let query = draft.target.split_once('?').map_or("", |(_, query)| query);
        let signed = match self.signs {
            Signs::Url => [url, nonce.as_bytes()].concat(),
            Signs::UrlAndFields => {
                let mut signed = Vec::new();
                let mut sink = |piece: &[u8]| signed.extend_from_slice(piece);
                let written = write_fields(url, query.as_bytes(), &draft.body, &mut sink);
                written.map_or_else(
                    |_| Vec::new(),
                    |()| [&signed[..], b".", nonce.as_bytes()].concat(),
                )
            }
        };
        let tag = draft.tag(&[&signed]);
        draft.push(self.tag, encode(tag, Encoding::Base64));
        draft.push(self.nonce, nonce);
    }
}

impl Plivo {
    /// The tags of both headers. One header is enough.
    fn candidates(&self, asked: &CheckInput<'_>) -> Result<Candidates, RejectionKind> {
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

/// The message that version 3 signs before the nonce.
fn write_fields(
    url: &[u8],
    query: &[u8],
    body: &[u8],
    sink: &mut dyn FnMut(&[u8]),
) -> Result<(), RejectionKind> {
    let (asked, sent) = (form::sorted(query)?, form::sorted(body)?);
    sink(url);
    if !asked.is_empty() || !sent.is_empty() {
        sink(b"?");
    }
    for (i, field) in asked.iter().enumerate() {
        sink(if i > 0 { b"&" } else { b"" });
        field.name.write(sink);
        sink(b"=");
        field.value.write(sink);
    }
    if !asked.is_empty() && !sent.is_empty() {
        sink(b".");
    }
    sent.write(sink);
    Ok(())
}
