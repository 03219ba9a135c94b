//! Microsoft Graph: the client state of every notification in a batch.

use super::check::first;
use super::json::Json;
use super::{Asked, Check, Custom, Draft, Finding, whole};
use crate::algorithm::constant_time_eq;
use crate::error::RejectionKind;

/// One secret has to be the client state of every notification.
#[derive(Debug)]
pub(crate) struct MicrosoftGraph;

impl Custom for MicrosoftGraph {
    fn start(&self, asked: &Asked<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let (keys, coverage) = (asked.keys.clone(), asked.scheme.coverage());
        Ok(whole(move |body| {
            let states = states(body)?;
            let matches = |key: &[u8]| {
                let equal = states
                    .iter()
                    .map(|state| constant_time_eq(key, state.as_bytes()));
                equal.fold(true, |all, equal| all & equal)
            };
            Finding {
                slot: first(keys.iter().map(|key| matches(key))),
                time: None,
                message: None,
            }
            .verified(coverage)
        }))
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

fn states(body: &[u8]) -> Result<Vec<String>, RejectionKind> {
    let json = Json::parse(body).ok_or(RejectionKind::Malformed)?;
    let items = json.get("value").and_then(Json::items);
    let items = items.filter(|items| !items.is_empty());
    let states = items
        .ok_or(RejectionKind::MissingHeader)?
        .iter()
        .map(|item| {
            let state = item.get("clientState").and_then(Json::as_text);
            state.filter(|state| !state.is_empty()).map(str::to_owned)
        });
    let states: Option<Vec<_>> = states.collect();
    states.ok_or(RejectionKind::MissingHeader)
}
