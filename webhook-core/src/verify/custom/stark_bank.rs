//! Stark Bank: one key signs the events of all customers, so the workspace in the body is compared.

use crate::crypto::Algorithm;
use crate::error::RejectionKind;
use crate::parse::Encoding;
use crate::parse::encoding::{decode_long, encode};
use crate::parse::json::{Pointers, scan};
use crate::provider::{Check, CheckInput, Custom, Draft};
use crate::request::MAX_VALUE;
use crate::verify::custom::MAX_FIELD;
use crate::verify::custom::signed_body::{Hashing, SignedContent, signed_body};
use crate::verify::key_ring::ring;

#[derive(Debug)]
pub(crate) struct StarkBank;

/// The header of the signature.
pub(crate) const SIGNATURE: &str = "digital-signature";

/// The setting with the accepted workspaces, separated by commas.
pub(crate) const WORKSPACE_ID: &str = "workspace_id";

const ALGORITHM: Algorithm = Algorithm::EcdsaSecp256k1Sha256;

impl Custom for StarkBank {
    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let sent = asked.header(SIGNATURE)?;
        let fits = sent.len() <= MAX_VALUE;
        let signature = fits.then(|| decode_long(sent, Encoding::Base64)).flatten();
        let signature = signature.ok_or(RejectionKind::Malformed)?;
        let ring = ring(&asked.keys.public(), false, None, None, || None)?;
        let own = Pointers::new(&["/event/workspaceId"]);
        let workspaces: Option<Vec<_>> = asked.settings.get(WORKSPACE_ID).map(|ids| {
            let ids = ids.split(|&byte| byte == b',');
            ids.map(|id| id.trim_ascii().to_vec()).collect()
        });
        Ok(signed_body(asked.scheme.coverage(), move |body| {
            if let Some(workspaces) = &workspaces {
                let [id] = scan(body, &own).map_err(|_| RejectionKind::Malformed)?;
                let id = id.and_then(|id| id.plain(MAX_FIELD));
                let id = id.ok_or(RejectionKind::Malformed)?;
                let mut workspaces = workspaces.iter();
                if !workspaces.any(|known| known == id.as_bytes()) {
                    return Err(RejectionKind::BadSignature);
                }
            }
            let mut hashing = Hashing::new(ALGORITHM);
            hashing.update(body);
            let signed = hashing.finish(ALGORITHM)?;
            let (signature, ring) = (signature.clone(), ring.clone());
            Ok(SignedContent::new(vec![signed], signature, ring))
        }))
    }

    fn public(&self) -> Option<Algorithm> {
        Some(ALGORITHM)
    }

    fn sign(&self, draft: &mut Draft<'_>) {
        let signature = draft.signature(&[&draft.body]);
        draft.push(SIGNATURE, encode(&signature, Encoding::Base64));
    }
}
