//! Another scheme, another method, a longer message.

use webhook_core::{Algorithm, Grammar, Location, Part};

use super::{Context, Sink};
use crate::request::{Request, Slot, slots};

pub(super) fn method(request: &Request, context: &Context<'_>, sink: &mut Sink) {
    let others = [
        "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "post", "PoST", "PROPFIND",
    ];
    for method in others.iter().chain(context.provider.methods()) {
        sink.offer(|| Request {
            method: (*method).to_owned(),
            ..request.clone()
        });
    }
}

/// The tag where another scheme of the provider looks for it, with what was signed beside the body
/// moved into the body.
pub(super) fn downgrade(request: &Request, context: &Context<'_>, sink: &mut Sink) {
    let schemes = context.provider.schemes();
    if schemes
        .iter()
        .all(|scheme| scheme.parts() == schemes[0].parts())
    {
        return;
    }
    let mut values: Vec<Vec<u8>> = Vec::new();
    for slot in slots(request) {
        if let (Slot::Header(_) | Slot::Entry(..) | Slot::Query, Some(value)) =
            (slot, slot.get(request))
        {
            values.push(value);
        }
    }
    values.push(request.method.clone().into_bytes());
    values.push(request.target.clone().into_bytes());
    let body = &request.body;
    let mut bodies = vec![body.clone()];
    for value in &values {
        for mark in ["", ".", ":", "|", "\n", ",", "\0"] {
            let mark = mark.as_bytes();
            bodies.push([value, mark, body].concat());
            bodies.push([body, mark, value].concat());
            bodies.push([b"v0:", &value[..], mark, body].concat());
        }
    }
    for scheme in context.provider.schemes() {
        let names: Vec<String> = match scheme.location() {
            Location::Header(name) => vec![name.to_owned()],
            Location::AnyHeader(names) => names.iter().map(|name| (*name).to_owned()).collect(),
            _ => continue,
        };
        for name in names {
            for tag in &values {
                let spelled = match scheme.grammar() {
                    Grammar::Bare { prefix } => [prefix.as_bytes(), tag].concat(),
                    Grammar::Pairs {
                        label, separator, ..
                    } => {
                        let separator = char::from(separator);
                        [format!("t=1800000000{separator}{label}=").as_bytes(), tag].concat()
                    }
                    Grammar::ColonPairs { label, .. } => [label.as_bytes(), b":", tag].concat(),
                    Grammar::Versions { label, .. } => [label.as_bytes(), b",", tag].concat(),
                    _ => tag.clone(),
                };
                for body in &bodies {
                    let changed = || {
                        request
                            .with_header(&name, spelled.clone())
                            .with_body(body.clone())
                    };
                    sink.offer(changed);
                }
            }
        }
    }
}

/// A longer message behind the padding of a plain hash, whose state the tag is.
pub(super) fn extension(request: &Request, context: &Context<'_>, sink: &mut Sink) {
    let scheme = &context.provider.schemes()[0];
    let (Some(Algorithm::Sha256), Location::Header(name)) = (scheme.algorithm(), scheme.location())
    else {
        return;
    };
    // Custom code does not say in what its message ends.
    let may_end_in_body = scheme.parts().last() == Some(&Part::Body) || scheme.words().is_some();
    let Some(tag) = request
        .header(name)
        .and_then(|tag| <&[u8; 64]>::try_from(tag).ok())
    else {
        return;
    };
    if !may_end_in_body {
        return;
    }
    // How much stands before the body is guessed.
    for before in context.secret_len..context.secret_len + 128 {
        for suffix in ["", " ", "{}", "x"] {
            sink.offer(|| {
                let (padding, tag) = extended(tag, before + request.body.len(), suffix.as_bytes());
                let body = [&request.body, &padding[..], suffix.as_bytes()].concat();
                request.with_header(name, tag).with_body(body)
            });
        }
    }
}

/// The padding of a message of this SHA-256 and length (FIPS 180-4 §5.1.1), and the hash of the
/// message, the padding and the suffix.
pub(crate) fn extended(hash: &[u8; 64], len: usize, suffix: &[u8]) -> (Vec<u8>, String) {
    let mut state = [0; 8];
    for (word, digits) in state.iter_mut().zip(hash.chunks(8)) {
        *word = u32::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap();
    }
    let padding = |len: usize| {
        let mut padding = vec![0x80];
        padding.resize(1 + (119 - len % 64) % 64, 0);
        padding.extend((len as u64 * 8).to_be_bytes());
        padding
    };
    let first = padding(len);
    let end = padding(len + first.len() + suffix.len());
    let rest = [suffix, &end].concat();
    let blocks: Vec<[u8; 64]> = rest
        .chunks(64)
        .map(|block| block.try_into().unwrap())
        .collect();
    sha2::block_api::compress256(&mut state, &blocks);
    (first, state.map(|word| format!("{word:08x}")).concat())
}
