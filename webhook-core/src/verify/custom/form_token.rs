//! A shared token in a form field.

use std::borrow::Cow;

use crate::crypto::constant_time_eq;
use crate::error::RejectionKind;
use crate::parse::form;
use crate::provider::{Check, CheckInput, Coverage, Custom, Draft, Location, Scheme};
use crate::request::MAX_VALUE;
use crate::verify::custom::{CheckResult, first, whole};

/// The scheme's location names the field.
#[derive(Debug)]
pub(crate) struct FormToken;

impl Custom for FormToken {
    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let (keys, coverage) = (asked.keys.clone(), asked.scheme.coverage());
        let field = field(asked.scheme);
        Ok(whole(move |body| {
            let sent = form::field(body, field)?.short(MAX_VALUE);
            let fits = |sent: &Cow<'_, [u8]>| !sent.is_empty() && sent.len() <= MAX_VALUE;
            let sent = sent.filter(fits).ok_or(RejectionKind::Malformed)?;
            CheckResult {
                slot: first(keys.texts().map(|key| constant_time_eq(key, &sent))),
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
        Location::FormField(field) => field,
        _ => "",
    }
}

impl Scheme {
    /// A shared token in a form field. The body is buffered. The token authenticates the sender but
    /// covers none of the content.
    #[must_use]
    pub const fn token_in_form(field: &'static str) -> Self {
        let words = "nothing: a token in the form";
        Self::with_code(&FormToken, Coverage::NONE, words).in_form(field)
    }
}
