//! Stark Bank: one key signs the events of all customers, so the workspace in the body is compared.

use serde_json::{Value, json};

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

/// The workspace of an event.
const WORKSPACE: &str = "/event/workspaceId";

const ALGORITHM: Algorithm = Algorithm::EcdsaSecp256k1Sha256;

impl Custom for StarkBank {
    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let sent = asked.header(SIGNATURE)?;
        let fits = sent.len() <= MAX_VALUE;
        let signature = fits.then(|| decode_long(sent, Encoding::Base64)).flatten();
        let signature = signature.ok_or(RejectionKind::Malformed)?;
        let ring = ring(&asked.keys.public(), false, None, None, || None)?;
        let own = Pointers::new(&[WORKSPACE]);
        let workspaces = asked.settings.required(WORKSPACE_ID);
        let workspaces = workspaces.split(|&byte| byte == b',');
        let workspaces: Vec<_> = workspaces.map(|id| id.trim_ascii().to_vec()).collect();
        Ok(signed_body(asked.scheme.coverage(), move |body| {
            let [id] = scan(body, &own).map_err(|_| RejectionKind::Malformed)?;
            let id = id.and_then(|id| id.plain(MAX_FIELD));
            let id = id.ok_or(RejectionKind::Malformed)?;
            if !workspaces.iter().any(|known| known == id.as_bytes()) {
                return Err(RejectionKind::BadSignature);
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

    /// The event of another workspace, or of none, gets the first one of the settings.
    fn sign(&self, draft: &mut Draft<'_>) {
        let own = String::from_utf8_lossy(draft.settings.required(WORKSPACE_ID));
        let own: Vec<_> = own.split(',').map(str::trim).collect();
        if let Some(body) = completed(&draft.body, &own) {
            draft.body = body.to_string().into();
        }
        let signature = draft.signature(&[&draft.body]);
        draft.push(SIGNATURE, encode(&signature, Encoding::Base64));
    }
}

/// The body with the first workspace, for a signer; `None` if it has one of them.
fn completed(body: &[u8], workspaces: &[&str]) -> Option<Value> {
    let parsed: Option<Value> = serde_json::from_slice(body).ok();
    let note = || json!({"note": String::from_utf8_lossy(body)});
    let mut body = parsed.filter(Value::is_object).unwrap_or_else(note);
    let found = body.pointer(WORKSPACE).and_then(Value::as_str);
    if found.is_some_and(|found| workspaces.contains(&found)) {
        return None;
    }
    let event = body.as_object_mut()?.entry("event");
    let event = event.or_insert_with(|| json!({}));
    if !event.is_object() {
        *event = json!({"note": event});
    }
    let first = workspaces.first().copied().unwrap_or_default();
    let event = event.as_object_mut()?;
    event.insert("workspaceId".to_owned(), first.into());
    Some(body)
}
