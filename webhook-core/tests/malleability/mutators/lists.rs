//! Mutates lists in a request: items are repeated, dropped, reordered, added or taken from another
//! delivery.

use serde_json::Value;
use webhook_core::Locator;

use super::json::{Style, written};
use super::{Context, Sink};
use crate::request::{Pair, Request, walk};

/// A list of a request, and the request with another one in its place.
struct List {
    len: usize,
    with: Box<With>,
}

/// The request with these items, by their numbers.
type With = dyn Fn(&[usize]) -> Option<Request>;

/// Header lines, entries of a header, pairs of query and form, items and members of JSON. `with` is
/// told which items stand where.
fn lists(request: &Request) -> Vec<List> {
    let mut all = vec![header_lines(request)];
    for i in 0..request.headers.len() {
        for separator in [b',', b';', b' ', b'&', b'.'] {
            all.extend(header_entries(request, i, separator));
        }
    }
    let own = request.clone();
    let query = request.query_pairs();
    all.push(List {
        len: query.len(),
        with: Box::new(move |order| Some(own.with_query_pairs(&picked(&query, order)))),
    });
    let own = request.clone();
    let form = request.form_pairs();
    all.push(List {
        len: form.len(),
        with: Box::new(move |order| Some(own.with_form_pairs(&picked(&form, order)))),
    });
    all.extend(raw_pairs(request));
    if let Some(json) = request.json() {
        let mut pointers = Vec::new();
        walk(&json, String::new(), &mut |pointer, value| match value {
            Value::Array(items) => pointers.push((pointer.to_owned(), items.len())),
            Value::Object(members) => pointers.push((pointer.to_owned(), members.len())),
            _ => {}
        });
        for (pointer, len) in pointers {
            let (own, json) = (request.clone(), json.clone());
            let with = move |order: &[usize]| {
                let style = Style {
                    order: Some((pointer.clone(), order.to_vec())),
                    ..Style::default()
                };
                Some(own.with_body(written(&json, &style)))
            };
            all.push(List {
                len,
                with: Box::new(with),
            });
        }
    }
    all
}

fn picked<T: Clone>(items: &[T], order: &[usize]) -> Vec<T> {
    order
        .iter()
        .filter_map(|i| items.get(*i))
        .cloned()
        .collect()
}

fn header_lines(request: &Request) -> List {
    let own = request.clone();
    List {
        len: request.headers.len(),
        with: Box::new(move |order| {
            Some(Request {
                headers: picked(&own.headers, order),
                ..own.clone()
            })
        }),
    }
}

fn header_entries(request: &Request, i: usize, separator: u8) -> Option<List> {
    let (_, value) = &request.headers[i];
    let entries: Vec<Vec<u8>> = value
        .split(|byte| *byte == separator)
        .map(<[u8]>::to_vec)
        .collect();
    let own = request.clone();
    (entries.len() > 1).then(|| List {
        len: entries.len(),
        with: Box::new(move |order| {
            let mut changed = own.clone();
            changed.headers[i].1 = picked(&entries, order).join(&separator);
            Some(changed)
        }),
    })
}

/// The pairs of query and form as they are spelled.
fn raw_pairs(request: &Request) -> Vec<List> {
    let split = |text: &[u8]| -> Vec<Vec<u8>> {
        text.split(|byte| *byte == b'&')
            .map(<[u8]>::to_vec)
            .collect()
    };
    let (own, pairs) = (
        request.clone(),
        split(request.query().trim_start_matches('?').as_bytes()),
    );
    let query = List {
        len: pairs.len(),
        with: Box::new(move |order| {
            own.with_query(&[&b"?"[..], &picked(&pairs, order).join(&b'&')].concat())
        }),
    };
    let (own, pairs) = (request.clone(), split(&request.body));
    let form = List {
        len: if request.form_pairs().is_empty() {
            0
        } else {
            pairs.len()
        },
        with: Box::new(move |order| Some(own.with_body(picked(&pairs, order).join(&b'&')))),
    };
    vec![query, form]
}

pub(super) fn repeat(request: &Request, _: &Context<'_>, sink: &mut Sink) {
    for list in lists(request) {
        let all: Vec<usize> = (0..list.len).collect();
        for i in 0..list.len {
            let behind = [&all[..], &[i]].concat();
            let beside = [&all[..=i], &all[i..]].concat();
            sink.offer(|| (list.with)(&behind));
            sink.offer(|| (list.with)(&beside));
        }
        sink.offer(|| (list.with)(&[&all[..], &all[..]].concat()));
    }
}

pub(super) fn drop(request: &Request, _: &Context<'_>, sink: &mut Sink) {
    for list in lists(request) {
        for i in 0..list.len {
            let without: Vec<usize> = (0..list.len).filter(|at| *at != i).collect();
            sink.offer(|| (list.with)(&without));
            sink.offer(|| (list.with)(&[i]));
        }
        sink.offer(|| (list.with)(&[]));
    }
}

pub(super) fn reorder(request: &Request, _: &Context<'_>, sink: &mut Sink) {
    for list in lists(request) {
        let all: Vec<usize> = (0..list.len).collect();
        sink.offer(|| (list.with)(&all.iter().rev().copied().collect::<Vec<_>>()));
        for i in 0..list.len {
            let mut swapped = all.clone();
            swapped.swap(0, i);
            let mut rotated = all.clone();
            rotated.rotate_left(i);
            sink.offer(|| (list.with)(&swapped));
            sink.offer(|| (list.with)(&rotated));
        }
    }
}

/// Names that some provider gives a meaning.
const NAMES: [&str; 8] = [
    "id",
    "type",
    "x",
    "event",
    "token",
    "signature",
    "timestamp",
    "jwt",
];

pub(super) fn add(request: &Request, context: &Context<'_>, sink: &mut Sink) {
    let pair = |name: &[u8], value: &[u8]| -> Pair { (name.to_vec(), value.to_vec()) };
    let names = || NAMES.iter().map(|name| name.as_bytes().to_vec());
    let query = request.query_pairs();
    for name in names().chain(query.iter().map(|(name, _)| name.clone())) {
        for more in [pair(&name, b"1"), pair(&name, b"")] {
            let (more, query) = (vec![more], &query);
            sink.offer(|| request.with_query_pairs(&[&more[..], query].concat()));
            sink.offer(|| request.with_query_pairs(&[query, &more[..]].concat()));
        }
    }
    for mark in ["?", "&", "&&", "?&", "&=", "?jwt="] {
        sink.offer(|| request.with_query(format!("{}{mark}", request.query()).as_bytes()));
    }
    let form = request.form_pairs();
    if !form.is_empty() {
        for name in names().chain(form.iter().map(|(name, _)| name.clone())) {
            for more in [pair(&name, b"1"), pair(&name, b"")] {
                let (more, form) = (vec![more], &form);
                sink.offer(|| request.with_form_pairs(&[&more[..], form].concat()));
                sink.offer(|| request.with_form_pairs(&[form, &more[..]].concat()));
            }
        }
        for mark in ["&", "&&", "&=", "=", "&a"] {
            sink.offer(|| request.with_body([&request.body, mark.as_bytes()].concat()));
            sink.offer(|| request.with_body([mark.as_bytes(), &request.body].concat()));
        }
    }
    if let Some(json) = request.json() {
        let mut names: Vec<String> = NAMES.iter().map(|name| (*name).to_owned()).collect();
        for locator in [
            context.provider.id_locator(),
            context.provider.type_locator(),
        ] {
            if let Locator::Body(pointers) = locator {
                names.extend(
                    pointers
                        .iter()
                        .filter_map(|pointer| Some(pointer.get(1..)?.to_owned())),
                );
            }
        }
        if let Value::Object(members) = &json {
            names.extend(members.keys().cloned());
        }
        for name in names {
            for (front, value) in [
                (true, "\"evt_9\""),
                (false, "\"evt_9\""),
                (false, "null"),
                (false, "[]"),
            ] {
                let more = format!("{}:{value}", Value::from(name.as_str()));
                let style = Style {
                    more: Some((front, more)),
                    ..Style::default()
                };
                sink.offer(|| request.with_body(written(&json, &style)));
            }
        }
    }
}

/// Parts of another delivery under the same secret.
pub(super) fn splice(request: &Request, context: &Context<'_>, sink: &mut Sink) {
    for other in context.others {
        sink.offer(|| request.with_body(other.body.clone()));
        sink.offer(|| Request {
            headers: other.headers.clone(),
            ..request.clone()
        });
        sink.offer(|| request.with_query(other.query().as_bytes()));
        sink.offer(|| request.with_body([&request.body[..], &other.body].concat()));
        sink.offer(|| request.with_body([&request.body[..], b"&", &other.body].concat()));
        for (name, value) in &other.headers {
            sink.offer(|| request.with_header(name, value.clone()));
            sink.offer(|| {
                let mut both = request.clone();
                both.headers.push((name.clone(), value.clone()));
                both
            });
            for (i, (own, before)) in request.headers.iter().enumerate() {
                for mark in [",", " ", ", "] {
                    sink.offer(|| {
                        let mut joined = request.clone();
                        joined.headers[i].1 = [before, mark.as_bytes(), value].concat();
                        own.eq_ignore_ascii_case(name).then_some(joined)
                    });
                }
            }
        }
        let (Some(own), Some(theirs)) = (request.json(), other.json()) else {
            continue;
        };
        let mut arrays = Vec::new();
        walk(&own, String::new(), &mut |pointer, value| {
            if value.is_array() {
                arrays.push(pointer.to_owned());
            }
        });
        for pointer in arrays {
            for front in [true, false] {
                sink.offer(|| {
                    let mut union = own.clone();
                    let more = theirs.pointer(&pointer)?.as_array()?.clone();
                    let items = union.pointer_mut(&pointer)?.as_array_mut()?;
                    let at = if front { 0 } else { items.len() };
                    items.splice(at..at, more);
                    Some(request.with_body(written(&union, &Style::default())))
                });
            }
        }
    }
}

/// Headers that providers, proxies and frameworks give a meaning.
const HEADERS: [&str; 22] = [
    "accept",
    "authorization",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "date",
    "host",
    "idempotency-key",
    "user-agent",
    "webhook-id",
    "svix-id",
    "webhook-timestamp",
    "x-event-id",
    "x-forwarded-for",
    "x-github-delivery",
    "x-http-method-override",
    "x-request-id",
    "x-shopify-topic",
    "x-shopify-event-id",
    "x-wc-webhook-topic",
    "x-original-url",
];

pub(super) fn headers(request: &Request, context: &Context<'_>, sink: &mut Sink) {
    let mut names: Vec<String> = HEADERS.iter().map(|name| (*name).to_owned()).collect();
    for locator in [
        context.provider.id_locator(),
        context.provider.type_locator(),
    ] {
        if let Locator::Header(known) = locator {
            names.extend(known.iter().map(|name| (*name).to_owned()));
        }
    }
    names.extend(
        request
            .headers
            .iter()
            .map(|(name, _)| name.to_ascii_lowercase()),
    );
    names.sort();
    names.dedup();
    for name in &names {
        let before = request.header(name).unwrap_or_default();
        sink.offer(|| request.without_header(name));
        for value in [
            &b"x"[..],
            b"1",
            b"",
            b"invented/topic",
            b"identity",
            b"application/json",
        ] {
            sink.offer(|| request.with_header(name, value));
        }
        sink.offer(|| request.with_header(name, [before, b"2"].concat()));
        sink.offer(|| request.with_header(name, [before, b" , x"].concat()));
        sink.offer(|| request.with_header(&name.to_ascii_uppercase(), before));
        sink.offer(|| request.with_header(name, before.to_ascii_uppercase()));
    }
}
