//! Signing a request, as a sender does.

use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::parse::encoding::encode;
use crate::parse::structured::{Bare, InnerList, Item, Parameters};
use crate::provider::{Draft, MessageSignatures};
use crate::request::Head;
use crate::verify::custom::digest_of;
use crate::verify::custom::jwt::signing_id;
use crate::verify::custom::message_signatures::base::Request;
use crate::verify::custom::message_signatures::input::name_of;

/// How long a signature is valid if the sender does not limit it, in seconds.
const VALIDITY_SECS: u32 = 300;

/// Adds the headers of a signature over the required components, and over the optional ones that
/// the request has. A header that the scheme requires, and that is neither the type nor the digest
/// of the body, has to be given.
pub(super) fn sign(rules: &MessageSignatures, draft: &mut Draft<'_>) {
    let digest = encode(digest_of(&draft.body), Encoding::Base64);
    let digest = format!("sha-256=:{digest}:");
    let mut own = vec![("content-digest".to_owned(), digest)];
    if rules.components.contains(&"content-type") && draft.given("content-type").is_none() {
        own.push(("content-type".to_owned(), "application/json".to_owned()));
    }
    own.extend(named_address(rules, draft));
    let headers: Vec<(String, String)> = own.iter().chain(draft.given).cloned().collect();
    let head = Head::new(draft.method, &draft.target, &headers);
    let list = InnerList {
        items: components(rules, &head),
        parameters: parameters(rules, draft),
    };
    let request = Request::new(&head, draft.url, rules.normalizes_path);
    let base = request.signature_base(&list).unwrap_or_default();
    let signature = match draft.private {
        Some(_) => draft.signature(&[&base]),
        None => draft.tag(&[&base]).as_bytes().to_vec(),
    };
    let encoding = match rules.has_base64url {
        true => Encoding::Base64Url,
        false => Encoding::Base64,
    };
    let label = rules.label.unwrap_or("sig1");
    let input = format!("{label}={list}");
    draft.push(
        "signature",
        format!("{label}=:{}:", encode(&signature, encoding)),
    );
    draft.push("signature-input", input);
    draft.headers.extend(own);
}

/// The header that names the address of the keys.
fn named_address(rules: &MessageSignatures, draft: &Draft<'_>) -> Option<(String, String)> {
    let set = rules.key_set?;
    let (header, member) = set.named_in?;
    let address = draft.settings.get(set.setting)?;
    let address = Bare::String(String::from_utf8_lossy(address));
    let is_absent = draft.given(header).is_none();
    is_absent.then(|| (header.to_owned(), format!("{member}={address}")))
}

/// The required components, and the optional ones that the request has.
fn components<'t>(rules: &MessageSignatures, head: &Head<'_>) -> Vec<Item<'t>> {
    let optional = rules
        .if_present
        .iter()
        .filter(|name| rules.is_in(name, head));
    let names = rules.components.iter().chain(optional);
    names.map(|name| Item::named(name)).collect()
}

fn parameters<'t>(rules: &MessageSignatures, draft: &Draft<'_>) -> Parameters<'t> {
    let needs = |name: &str| rules.parameters.contains(&name);
    let seconds = |seconds: u64| Bare::Integer(i64::try_from(seconds).unwrap_or(i64::MAX));
    let created = draft.now.as_secs();
    let validity = rules.most_secs.unwrap_or(VALIDITY_SECS);
    let nonce = || {
        // A value of its own for each time and body.
        let seed = [created.to_string().as_bytes(), &draft.body].concat();
        encode(
            digest_of(&seed).first_chunk::<16>().unwrap_or(&[0; 16]),
            Encoding::Base64Url,
        )
    };
    let algorithm = draft
        .private
        .map_or(Algorithm::HmacSha256, |key| key.algorithm());
    let text = |text: String| Bare::String(text.into());
    let mut parameters = Vec::new();
    if needs("created") {
        parameters.push(("created", seconds(created)));
    }
    if needs("expires") {
        parameters.push(("expires", seconds(created.saturating_add(validity.into()))));
    }
    if needs("nonce") {
        parameters.push(("nonce", text(nonce())));
    }
    if needs("keyid") || rules.is_public() {
        parameters.push(("keyid", text(signing_id(draft.settings))));
    }
    if needs("alg") {
        parameters.push(("alg", text(name_of(algorithm).to_owned())));
    }
    if let Some(tag) = rules.tag {
        parameters.push(("tag", Bare::String(tag.into())));
    }
    Parameters(parameters)
}
