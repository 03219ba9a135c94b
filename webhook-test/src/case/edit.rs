use serde::Deserialize;

use super::Text;
use crate::Sent;

/// A change to a request.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[allow(clippy::exhaustive_enums, reason = "data")]
pub enum Edit {
    /// Without this header.
    Drop(String),
    /// This header once more, behind the others.
    Add(String, Text),
    /// This header once more, before the others.
    First(String, Text),
    /// This header, once.
    Set(String, Text),
    /// This at the end of the header's value.
    Append(String, Text),
    /// This at its beginning.
    Prepend(String, Text),
    /// Its first so many bytes alone.
    Cut(String, usize),
    /// Without its last so many bytes.
    Shorten(String, usize),
    /// Another text in place of this one, which must be there.
    Replace(String, String, String),
    /// Its letters in upper case,
    Upper(String),
    /// or every other one.
    Mixed(String),
    /// Under another name.
    Rename(String, String),
    /// All names in upper case.
    UpperNames,
    /// White space around every value.
    Pad,
    /// Another method.
    Method(String),
    /// Another target.
    Target(String),
    /// This at the end of the target.
    Extend(String),
    /// Another text in the target in place of this one, which must be there.
    Retarget(String, String),
    /// Another body.
    Body(Text),
    /// One bit of the body turned over.
    Flip(usize),
}

impl Edit {
    /// Does it.
    pub fn apply(&self, sent: Sent) -> Sent {
        match self {
            Self::Drop(name) => sent.without(name),
            Self::Add(name, value) => sent.add(name, value.bytes()),
            Self::First(name, value) => sent.add_first(name, value.bytes()),
            Self::Set(name, value) => sent.set(name, value.bytes()),
            Self::Append(name, end) => change(sent, name, |v| [v, end.bytes()].concat()),
            Self::Prepend(name, start) => change(sent, name, |v| [start.bytes(), v].concat()),
            Self::Cut(name, len) => change(sent, name, |v| v[..*len].to_vec()),
            Self::Shorten(name, by) => change(sent, name, |v| v[..v.len() - by].to_vec()),
            Self::Replace(name, from, to) => change(sent, name, |v| replace(v, from, to)),
            Self::Upper(name) => change(sent, name, |v| v.to_ascii_uppercase()),
            Self::Mixed(name) => change(sent, name, mixed),
            Self::Rename(from, to) => {
                let value = sent.text(from);
                sent.without(from).add(to, value)
            }
            Self::UpperNames => {
                each_header(sent, |(name, value)| (name.to_ascii_uppercase(), value))
            }
            Self::Pad => each_header(sent, |(name, value)| {
                (name, [b"  \t", &value[..], b" \t "].concat())
            }),
            Self::Method(method) => sent.method(method),
            Self::Target(target) => retarget(sent, |_| target.clone()),
            Self::Extend(end) => retarget(sent, |target| target + end),
            Self::Retarget(from, to) => retarget(sent, |target| {
                String::from_utf8(replace(target.into_bytes(), from, to)).expect("text")
            }),
            Self::Body(body) => sent.body(body.bytes()),
            Self::Flip(bit) => {
                let mut body = sent.body.to_vec();
                body[bit / 8] ^= 1 << (bit % 8);
                sent.body(body)
            }
        }
    }
}

/// Changes the first value of a header where it stands.
fn change(mut sent: Sent, name: &str, to: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Sent {
    let named = |(key, _): &&mut (String, Vec<u8>)| key.eq_ignore_ascii_case(name);
    let header = sent.headers.iter_mut().find(named);
    let (_, value) = header.unwrap_or_else(|| panic!("no header {name}"));
    *value = to(std::mem::take(value));
    sent
}

fn each_header(mut sent: Sent, to: impl Fn((String, Vec<u8>)) -> (String, Vec<u8>)) -> Sent {
    sent.headers = sent.headers.into_iter().map(to).collect();
    sent
}

fn retarget(mut sent: Sent, to: impl FnOnce(String) -> String) -> Sent {
    sent.target = to(sent.target);
    sent
}

fn replace(value: Vec<u8>, from: &str, to: &str) -> Vec<u8> {
    let text = String::from_utf8(value).expect("text");
    assert!(text.contains(from), "no {from:?} in {text:?}");
    text.replacen(from, to, 1).into_bytes()
}

/// The prefix stays as it is: it is the digits behind the last `=` that have two spellings.
fn mixed(mut value: Vec<u8>) -> Vec<u8> {
    let digits = value
        .iter()
        .rposition(|&byte| byte == b'=')
        .map_or(0, |at| at + 1);
    for byte in value[digits..].iter_mut().step_by(2) {
        byte.make_ascii_uppercase();
    }
    value
}
