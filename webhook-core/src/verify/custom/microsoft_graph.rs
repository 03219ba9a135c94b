//! Microsoft Graph: the client state of every notification in a batch.

use std::borrow::Cow;

use crate::answer::is_echo;
use crate::crypto::constant_time_eq;
use crate::error::RejectionKind;
use crate::parse::json::{JsonValue, Pointers, items, scan};
use crate::provider::{Check, CheckInput, Custom, Draft};
use crate::request::MAX_VALUE;
use crate::secret::{Keys, Settings};
use crate::verify::custom::{CheckResult, first, whole};

/// One secret must be the client state of every notification.
#[derive(Debug)]
pub(crate) struct MicrosoftGraph;

impl Custom for MicrosoftGraph {
    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let (keys, coverage) = (asked.keys.clone(), asked.scheme.coverage());
        let list = Pointers::new(&["/value"]);
        let state = Pointers::new(&["/clientState"]);
        Ok(whole(move |body| {
            let malformed = |_| RejectionKind::Malformed;
            let [found] = scan(body, &list).map_err(malformed)?;
            let Some(JsonValue::Nested(list)) = found else {
                return Err(RejectionKind::MissingHeader);
            };
            let mut all = vec![true; keys.len()];
            let mut empty = true;
            for item in items(list) {
                let item = item.map_err(malformed)?;
                let sent = client_state(item, &state)?;
                for (key, all) in keys.texts().zip(&mut all) {
                    *all &= constant_time_eq(key, sent.as_bytes());
                }
                empty = false;
            }
            if empty {
                return Err(RejectionKind::MissingHeader);
            }
            CheckResult {
                slot: first(all.iter().copied()),
                time: None,
                message: None,
            }
            .verified(coverage)
        }))
    }

    /// The value itself, which may have spaces inside.
    fn answer(&self, value: &str, _: &Keys, _: &Settings) -> Option<String> {
        let is_trimmed = value.trim_ascii().len() == value.len();
        (is_trimmed && is_echo(&value.replace(' ', "_"))).then(|| value.to_owned())
    }

    fn sign(&self, draft: &mut Draft<'_>) {
        let Ok(mut body) = serde_json::from_slice::<serde_json::Value>(&draft.body) else {
            return;
        };
        let items = body
            .pointer_mut("/value")
            .and_then(|items| items.as_array_mut());
        let items = items.into_iter().flatten();
        for item in items.filter_map(|item| item.as_object_mut()) {
            let state = String::from_utf8_lossy(draft.key).into();
            item.insert("clientState".to_owned(), state);
        }
        draft.body = body.to_string().into();
    }
}

/// The client state of a notification, which is required.
fn client_state<'b>(item: &'b [u8], pointer: &Pointers) -> Result<Cow<'b, str>, RejectionKind> {
    let [found] = scan(item, pointer).map_err(|_| RejectionKind::Malformed)?;
    let Some(JsonValue::Text(state)) = found else {
        return Err(RejectionKind::MissingHeader);
    };
    let state = state.read(MAX_VALUE).filter(|state| !state.is_empty());
    state.ok_or(RejectionKind::MissingHeader)
}
