//! A shared token in a header whose name is a setting: AssemblyAI, whose customers choose both with
//! each request.

use crate::crypto::constant_time_eq;
use crate::error::RejectionKind;
use crate::provider::{Check, CheckInput, Custom, Draft};
use crate::secret::Settings;
use crate::verify::custom::check::Decided;
use crate::verify::custom::{CheckResult, first};

/// The name of the setting.
#[derive(Debug)]
pub(crate) struct NamedHeader(pub(crate) &'static str);

impl Custom for NamedHeader {
    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let sent = asked.header(&self.header(asked.settings))?;
        let result = CheckResult {
            slot: first(asked.keys.texts().map(|key| constant_time_eq(key, sent))),
            time: None,
            message: None,
        };
        Ok(Box::new(Decided(result.verified(asked.scheme.coverage())?)))
    }

    fn sign(&self, draft: &mut Draft<'_>) {
        let token = String::from_utf8_lossy(draft.key).into_owned();
        draft.push(&self.header(draft.settings), token);
    }
}

impl NamedHeader {
    /// The name, in lower case.
    fn header(&self, settings: &Settings) -> String {
        String::from_utf8_lossy(settings.required(self.0)).to_ascii_lowercase()
    }
}
