//! The signature header, as a sender spells it.

use crate::parse::Grammar;
use crate::provider::{KeyIdPlace, TimeLocation};
use crate::signer::Signer;
use crate::verify::custom::jwt::signing_id;

impl Signer {
    /// Writes the tag in the form of its header.
    pub(super) fn spell(&self, tag: &str, time: &str) -> String {
        let at = self.scheme.time.map(|time| time.at);
        match (self.scheme.grammar, at) {
            (Grammar::Bare { prefix }, _) => format!("{prefix}{tag}"),
            (Grammar::Versions { label, .. }, _) => format!("{label},{tag}"),
            (Grammar::ColonPairs { label, .. }, _) => format!("{label}:{tag}"),
            (Grammar::Keyed { label }, _) => format!("1/{label}/{tag}"),
            (Grammar::List { separator }, Some(TimeLocation::First)) => {
                format!("{time}{}{tag}", char::from(separator))
            }
            (Grammar::List { .. }, _) => tag.to_owned(),
            (Grammar::Json { field }, _) => {
                use base64::Engine as _;
                let mut json = serde_json::json!({ field.trim_start_matches('/'): tag });
                if let (Some((name, id)), Some(fields)) = (self.id_beside(), json.as_object_mut()) {
                    fields.insert(name.trim_start_matches('/').to_owned(), id.into());
                }
                base64::engine::general_purpose::STANDARD.encode(json.to_string())
            }
            (
                Grammar::Pairs {
                    separator, label, ..
                }
                | Grammar::PairSets { separator, label },
                _,
            ) => {
                let time = match at {
                    Some(TimeLocation::Pair(key)) => Some((key, time)),
                    _ => None,
                };
                let id = self.id_beside();
                let id = id.as_ref().map(|(name, id)| (*name, id.as_str()));
                let pairs = time.into_iter().chain(id).chain([(label, tag)]);
                let pairs = pairs.chain(self.beside());
                let pairs = pairs.map(|(key, value)| format!("{key}={value}"));
                let separator = char::from(separator).to_string();
                pairs.collect::<Vec<_>>().join(&separator)
            }
        }
    }

    /// The key id, if it is next to the signature.
    fn id_beside(&self) -> Option<(&'static str, String)> {
        if let Some(KeyIdPlace::Beside(name)) = self.scheme.key_name.map(|name| name.place) {
            return Some((name, signing_id(&self.settings)));
        }
        None
    }

    fn beside(&self) -> Option<(&'static str, &'static str)> {
        match self.scheme.grammar {
            Grammar::Pairs { beside, .. } => beside,
            _ => None,
        }
    }
}
