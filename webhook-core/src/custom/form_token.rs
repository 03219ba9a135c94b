//! A shared token in a field of a form.

use std::borrow::Cow;

use super::check::first;
use super::{Asked, Check, Custom, Draft, Finding, form, whole};
use crate::algorithm::constant_time_eq;
use crate::error::RejectionKind;
use crate::grammar::MAX_VALUE;
use crate::scheme::{Location, Scheme};

/// The field is that of the scheme's location.
#[derive(Debug)]
pub(crate) struct FormToken;

impl Custom for FormToken {
    fn start(&self, asked: &Asked<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let (keys, coverage) = (asked.keys.clone(), asked.scheme.coverage());
        let field = field(asked.scheme);
        Ok(whole(move |body| {
            let sent = form::field(body, field)?.short(MAX_VALUE);
            let fits = |sent: &Cow<'_, [u8]>| !sent.is_empty() && sent.len() <= MAX_VALUE;
            let sent = sent.filter(fits).ok_or(RejectionKind::Malformed)?;
            Finding {
                slot: first(keys.iter().map(|key| constant_time_eq(key, &sent))),
                time: None,
                message: None,
            }
            .verified(coverage)
        }))
    }

    fn sign(&self, draft: &mut Draft<'_>) {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair(field(draft.scheme), &String::from_utf8_lossy(draft.key));
        let mark = if draft.body.is_empty() { "" } else { "&" };
        draft.body = [&draft.body, mark.as_bytes(), form.finish().as_bytes()]
            .concat()
            .into();
    }
}

fn field(scheme: &Scheme) -> &'static str {
    match scheme.location() {
        Location::FormField { field, .. } => field,
        _ => "",
    }
}
