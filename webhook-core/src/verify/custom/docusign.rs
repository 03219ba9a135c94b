//! DocuSign: one numbered header for each key of the account.

use crate::crypto::Algorithm;
use crate::error::RejectionKind;
use crate::parse::encoding::encode;
use crate::parse::{Encoding, Grammar, grammar};
use crate::provider::{Check, CheckInput, Custom, Draft};
use crate::verify::Candidates;
use crate::verify::custom::check::Codes;

/// The header of the first tag, which is always present. The others end in `2`, `3`, ….
pub(crate) const FIRST: &str = "x-docusign-signature-1";
const NUMBERED: &str = "x-docusign-signature-";
const BARE: Grammar = Grammar::Bare { prefix: "" };

/// Any tag may match any key.
#[derive(Debug)]
pub(crate) struct DocuSign;

impl Custom for DocuSign {
    fn algorithm(&self) -> Option<Algorithm> {
        Some(Algorithm::HmacSha256)
    }

    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let mut candidates = Candidates::new();
        let mut push =
            |tag: &[u8]| candidates.push(tag, Encoding::Base64, Algorithm::HmacSha256.tag_len());
        // Ends at the latest where there are too many candidates.
        for number in 1_usize.. {
            match asked.header(&format!("{NUMBERED}{number}")) {
                Ok(value) => grammar::parse(value, BARE, None, &mut push)?,
                Err(RejectionKind::MissingHeader) if number > 1 => break,
                Err(kind) => return Err(kind),
            };
        }
        candidates.check()?;
        Ok(Box::new(Codes::of(asked, candidates)))
    }

    fn sign(&self, draft: &mut Draft<'_>) {
        let tag = draft.tag(&[&draft.body]);
        draft.push(FIRST, encode(tag, Encoding::Base64));
    }
}
