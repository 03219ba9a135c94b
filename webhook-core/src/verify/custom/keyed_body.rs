//! HMAC over the body, with a key that a header names.

use crate::crypto::{Algorithm, RunningMac};
use crate::error::RejectionKind;
use crate::parse::Encoding;
use crate::parse::encoding::encode;
use crate::provider::{Check, CheckInput, Custom, Draft};
use crate::verify::custom::check::Codes;

/// The setting of the accepted key names, separated by commas.
pub(crate) const NAMES: &str = "kid";

/// The key name is not signed, so it selects nothing: it has to be a configured one, and every key
/// is tried.
#[derive(Debug)]
pub(crate) struct KeyedBody {
    pub(crate) tag: &'static str,
    pub(crate) key_name: &'static str,
}

impl Custom for KeyedBody {
    fn mac(&self, secret: &[u8]) -> Option<RunningMac> {
        Some(Algorithm::HmacSha256.key(secret))
    }

    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let tag = asked.header(self.tag)?;
        let codes = Codes::new(asked, Algorithm::HmacSha256, tag, Encoding::Hex)?;
        let sent = asked.header(self.key_name)?;
        match names(asked.settings.required(NAMES)).any(|name| name == sent) {
            true => Ok(Box::new(codes)),
            false => Err(RejectionKind::BadSignature),
        }
    }

    fn sign(&self, draft: &mut Draft<'_>) {
        let tag = draft.tag(&[&draft.body]);
        draft.push(self.tag, encode(tag, Encoding::Hex));
        let name = names(draft.settings.required(NAMES))
            .next()
            .unwrap_or_default();
        draft.push(self.key_name, String::from_utf8_lossy(name));
    }
}

fn names(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    let names = list.split(|&byte| byte == b',').map(<[u8]>::trim_ascii);
    names.filter(|name| !name.is_empty())
}
