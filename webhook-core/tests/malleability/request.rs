//! A request as an attacker holds it, and the places in it where bytes can be taken out and put in.

use std::collections::BTreeMap;

use serde_json::Value;

/// A captured request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

/// A name and its value, decoded.
pub(crate) type Pair = (Vec<u8>, Vec<u8>);

impl Request {
    /// Whether an HTTP server would hand it over as it is.
    pub(crate) fn is_http(&self) -> bool {
        let header = |(name, value): &(String, Vec<u8>)| {
            http::HeaderName::try_from(name.as_str()).is_ok()
                && http::HeaderValue::from_bytes(value).is_ok()
                && value.trim_ascii() == value.as_slice()
        };
        http::Method::try_from(self.method.as_str()).is_ok()
            && self.target.starts_with('/')
            && !self.target.contains('#')
            && http::Uri::try_from(self.target.as_str()).is_ok()
            && self.headers.iter().all(header)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&[u8]> {
        let found = self
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_slice())
    }

    /// With this header once, whether it was there or not.
    pub(crate) fn with_header(&self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        let mut changed = self.without_header(name);
        changed.headers.push((name.to_owned(), value.into()));
        changed
    }

    pub(crate) fn without_header(&self, name: &str) -> Self {
        let mut changed = self.clone();
        changed
            .headers
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        changed
    }

    pub(crate) fn with_body(&self, body: impl Into<Vec<u8>>) -> Self {
        Self {
            body: body.into(),
            ..self.clone()
        }
    }

    pub(crate) fn path(&self) -> &str {
        self.target
            .split_once('?')
            .map_or(&self.target, |(path, _)| path)
    }

    /// The query with its `?`; empty if there is none.
    pub(crate) fn query(&self) -> &str {
        self.target.get(self.path().len()..).unwrap_or_default()
    }

    /// `None` for a query that could not stand in a target.
    pub(crate) fn with_query(&self, query: &[u8]) -> Option<Self> {
        let query = std::str::from_utf8(query).ok()?;
        (query.is_empty() || query.starts_with('?')).then(|| Self {
            target: format!("{}{query}", self.path()),
            ..self.clone()
        })
    }

    pub(crate) fn query_pairs(&self) -> Vec<Pair> {
        pairs(self.query().trim_start_matches('?').as_bytes())
    }

    pub(crate) fn with_query_pairs(&self, pairs: &[Pair]) -> Self {
        let mark = if pairs.is_empty() { "" } else { "?" };
        Self {
            target: format!("{}{mark}{}", self.path(), written(pairs)),
            ..self.clone()
        }
    }

    /// The fields of the form that the body is, if it looks like one.
    pub(crate) fn form_pairs(&self) -> Vec<Pair> {
        let plain = |byte: &u8| byte.is_ascii_graphic();
        let looks = self.body.contains(&b'=') && self.body.iter().all(plain);
        let is_json = matches!(self.body.first(), Some(b'{' | b'[' | b'"'));
        if looks && !is_json {
            pairs(&self.body)
        } else {
            Vec::new()
        }
    }

    pub(crate) fn with_form_pairs(&self, pairs: &[Pair]) -> Self {
        self.with_body(written(pairs))
    }

    /// The document that the body is.
    pub(crate) fn json(&self) -> Option<Value> {
        let value: Value = serde_json::from_slice(&self.body).ok()?;
        (value.is_object() || value.is_array()).then_some(value)
    }
}

fn pairs(text: &[u8]) -> Vec<Pair> {
    form_urlencoded::parse(text)
        .map(|(name, value)| {
            (
                name.into_owned().into_bytes(),
                value.into_owned().into_bytes(),
            )
        })
        .collect()
}

fn written(pairs: &[Pair]) -> String {
    let encode = |text: &[u8]| form_urlencoded::byte_serialize(text).collect::<String>();
    let pairs = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// A place that bytes can be taken from and put into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// The query, with its `?`.
    Query,
    QueryName(usize),
    QueryValue(usize),
    Header(usize),
    /// The value of a pair in a header that is a list of pairs.
    Entry(usize, usize),
    Body,
    FormName(usize),
    FormValue(usize),
    /// A text or number in a body of JSON.
    Leaf(usize),
}

/// All places of a request.
pub(crate) fn slots(request: &Request) -> Vec<Slot> {
    let mut all = vec![Slot::Query, Slot::Body];
    for i in 0..request.query_pairs().len() {
        all.extend([Slot::QueryName(i), Slot::QueryValue(i)]);
    }
    for (i, (_, value)) in request.headers.iter().enumerate() {
        all.push(Slot::Header(i));
        all.extend((0..entries(value).len()).map(|j| Slot::Entry(i, j)));
    }
    for i in 0..request.form_pairs().len() {
        all.extend([Slot::FormName(i), Slot::FormValue(i)]);
    }
    let leaves = request.json().map_or(0, |json| leaves(&json).len());
    all.extend((0..leaves).map(Slot::Leaf));
    all
}

impl Slot {
    pub(crate) fn get(self, request: &Request) -> Option<Vec<u8>> {
        match self {
            Self::Query => Some(request.query().into()),
            Self::QueryName(i) => Some(request.query_pairs().get(i)?.0.clone()),
            Self::QueryValue(i) => Some(request.query_pairs().get(i)?.1.clone()),
            Self::Header(i) => Some(request.headers.get(i)?.1.clone()),
            Self::Entry(i, j) => {
                let (_, value) = request.headers.get(i)?;
                Some(value.get(entries(value).get(j)?.clone())?.to_vec())
            }
            Self::Body => Some(request.body.clone()),
            Self::FormName(i) => Some(request.form_pairs().get(i)?.0.clone()),
            Self::FormValue(i) => Some(request.form_pairs().get(i)?.1.clone()),
            Self::Leaf(i) => Some(leaves(&request.json()?).into_iter().nth(i)?.1.into_bytes()),
        }
    }

    pub(crate) fn set(self, request: &Request, to: Vec<u8>) -> Option<Request> {
        let mut changed = request.clone();
        match self {
            Self::Query => return request.with_query(&to),
            Self::QueryName(i) | Self::QueryValue(i) => {
                let mut pairs = request.query_pairs();
                let pair = pairs.get_mut(i)?;
                *(if matches!(self, Self::QueryName(_)) {
                    &mut pair.0
                } else {
                    &mut pair.1
                }) = to;
                return Some(request.with_query_pairs(&pairs));
            }
            Self::Header(i) => changed.headers.get_mut(i)?.1 = to,
            Self::Entry(i, j) => {
                let (_, value) = changed.headers.get_mut(i)?;
                let range = entries(value).get(j)?.clone();
                value.splice(range, to);
            }
            Self::Body => changed.body = to,
            Self::FormName(i) | Self::FormValue(i) => {
                let mut pairs = request.form_pairs();
                let pair = pairs.get_mut(i)?;
                *(if matches!(self, Self::FormName(_)) {
                    &mut pair.0
                } else {
                    &mut pair.1
                }) = to;
                return Some(request.with_form_pairs(&pairs));
            }
            Self::Leaf(i) => {
                let mut json = request.json()?;
                let (pointer, _) = leaves(&json).into_iter().nth(i)?;
                let text = String::from_utf8(to).ok()?;
                let leaf = json.pointer_mut(&pointer)?;
                // A number stays one as long as it can.
                *leaf = match serde_json::from_str::<serde_json::Number>(&text) {
                    Ok(number) if leaf.is_number() => number.into(),
                    _ => text.into(),
                };
                changed.body = json.to_string().into_bytes();
            }
        }
        Some(changed)
    }

    /// Without the thing that the slot is the value of.
    pub(crate) fn remove(self, request: &Request) -> Option<Request> {
        self.get(request)?;
        let mut changed = request.clone();
        match self {
            Self::Query => return request.with_query(b""),
            Self::QueryName(i) | Self::QueryValue(i) => {
                let mut pairs = request.query_pairs();
                pairs.remove(i);
                return Some(request.with_query_pairs(&pairs));
            }
            Self::Header(i) => drop(changed.headers.remove(i)),
            Self::FormName(i) | Self::FormValue(i) => {
                let mut pairs = request.form_pairs();
                pairs.remove(i);
                return Some(request.with_form_pairs(&pairs));
            }
            Self::Body => changed.body.clear(),
            Self::Entry(..) | Self::Leaf(_) => return self.set(request, Vec::new()),
        }
        Some(changed)
    }
}

/// Where the values of the pairs of a header are: `t=…,v1=…`.
fn entries(value: &[u8]) -> Vec<std::ops::Range<usize>> {
    let separator = [b',', b';', b' ']
        .into_iter()
        .find(|byte| value.contains(byte));
    let (mut at, mut found) = (0, Vec::new());
    for entry in value.split(|byte| Some(*byte) == separator) {
        if let Some(equals) = entry.iter().position(|byte| *byte == b'=') {
            // Padding of base64 is no pair.
            if entry
                .get(equals + 1..)
                .is_some_and(|rest| !rest.iter().all(|byte| *byte == b'='))
            {
                found.push(at + equals + 1..at + entry.len());
            }
        }
        at += entry.len() + 1;
    }
    found
}

/// The pointers of the texts and numbers of a document, and how they read.
pub(crate) fn leaves(json: &Value) -> Vec<(String, String)> {
    let mut found = BTreeMap::new();
    walk(json, String::new(), &mut |pointer, value| {
        match value {
            Value::String(text) => drop(found.insert(pointer.to_owned(), text.clone())),
            Value::Number(number) => drop(found.insert(pointer.to_owned(), number.to_string())),
            _ => {}
        };
    });
    found.into_iter().collect()
}

/// Visits every value with its pointer.
pub(crate) fn walk(value: &Value, pointer: String, visit: &mut dyn FnMut(&str, &Value)) {
    visit(&pointer, value);
    match value {
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                walk(item, format!("{pointer}/{i}"), visit);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                walk(member, format!("{pointer}/{name}"), visit);
            }
        }
        _ => {}
    }
}
