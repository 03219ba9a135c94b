//! Bytes that are moved from one part of a request into another.

use webhook_core::{Location, Part};

use super::{Context, Sink};
use crate::parties::URL;
use crate::request::{Request, Slot};

/// What stands between the parts of some signed message.
const MARKS: &[u8] = b".,:;|&=?/-_# \n";

/// Moves the end of one place to the beginning of another, and the other way round, at every byte,
/// with what separates them and without.
pub(super) fn resplit(request: &Request, context: &Context<'_>, sink: &mut Sink) {
    let bearing = context
        .bearing
        .iter()
        .copied()
        .filter(|slot| !is_tag(*slot, request, context));
    let places: Vec<(Slot, Vec<u8>)> = bearing
        .filter_map(|slot| Some((slot, slot.get(request)?)))
        .collect();
    for (a, from) in &places {
        for (b, to) in &places {
            // A time takes in nothing but digits.
            let is_number = |text: &[u8]| text.iter().all(u8::is_ascii_digit);
            let is_time = matches!(to.len(), 10 | 13) && is_number(to);
            if !overlap(*a, *b) && (!is_time || is_number(from)) {
                split(request, (*a, from), (*b, to), sink);
                join(request, context, (*a, from), (*b, to), sink);
            }
        }
    }
}

fn split(request: &Request, (a, from): (Slot, &[u8]), (b, to): (Slot, &[u8]), sink: &mut Sink) {
    // `a` last: removing bytes from it moves no other place.
    let mut both = |left: &[u8], taken: [&[u8]; 3]| {
        sink.offer(|| a.set(&b.set(request, taken.concat())?, left.to_vec()));
    };
    for at in (0..=from.len()).filter(|at| is_cut(from, *at)) {
        let (head, tail) = from.split_at(at);
        both(head, [tail, to, b""]);
        both(tail, [to, head, b""]);
        if let Some((mark, rest)) = tail.split_first().filter(|(mark, _)| MARKS.contains(mark)) {
            let mark = std::slice::from_ref(mark);
            both(head, [rest, mark, to]);
            both(rest, [to, mark, head]);
        }
    }
}

/// Every byte near the ends, and between them where something might be separated.
fn is_cut(text: &[u8], at: usize) -> bool {
    let near = at < 12 || text.len().saturating_sub(at) < 12;
    let mark = |at: Option<usize>| {
        at.and_then(|at| text.get(at))
            .is_some_and(|byte| !byte.is_ascii_alphanumeric())
    };
    near || mark(Some(at)) || mark(at.checked_sub(1))
}

/// Puts all of one place into another, with what might stand between, and removes it.
fn join(
    request: &Request,
    context: &Context<'_>,
    (a, from): (Slot, &[u8]),
    (b, to): (Slot, &[u8]),
    sink: &mut Sink,
) {
    let mut marks: Vec<Vec<u8>> = MARKS.iter().map(|mark| vec![*mark]).collect();
    for scheme in context.provider.schemes() {
        for part in scheme.parts() {
            if let Part::Literal(text) = part {
                marks.push(text.as_bytes().to_vec());
            }
        }
    }
    // What the code of this provider writes around its values.
    if context.provider.name() == "mercadopago" {
        for name in ["id:", "request-id:", "ts:"] {
            marks.push(name.into());
            marks.push(format!(";{name}").into());
        }
    }
    for mark in marks {
        for joined in [[to, &mark, from], [from, &mark, to]] {
            sink.offer(|| a.remove(&b.set(request, joined.concat())?));
        }
    }
}

/// Whether one place is in the other.
fn overlap(a: Slot, b: Slot) -> bool {
    use Slot::{Body, Entry, FormName, FormValue, Header, Leaf, Query, QueryName, QueryValue};
    let inside = |outer, inner| match (outer, inner) {
        (Query, QueryName(_) | QueryValue(_)) | (Body, FormName(_) | FormValue(_) | Leaf(_)) => {
            true
        }
        (Header(i), Entry(j, _)) => i == j,
        _ => false,
    };
    a == b || inside(a, b) || inside(b, a)
}

/// The tag itself, of which nothing can be taken.
fn is_tag(slot: Slot, request: &Request, context: &Context<'_>) -> bool {
    if let (Slot::Entry(..) | Slot::Leaf(_) | Slot::FormValue(_), Some(value)) =
        (slot, slot.get(request))
    {
        let spells = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=-_".contains(byte);
        return value.len() >= 27 && value.iter().all(spells);
    }
    let Slot::Header(i) = slot else {
        return false;
    };
    let Some((name, _)) = request.headers.get(i) else {
        return false;
    };
    let name = name.to_ascii_lowercase();
    context
        .provider
        .schemes()
        .iter()
        .any(|scheme| match scheme.location() {
            Location::Header(known) => known == name,
            Location::AnyHeader(known) => known.contains(&name.as_str()),
            _ => false,
        })
}

/// Takes a URL in the body for the one that is signed behind it, and one in the query for the one
/// that is signed before that.
fn around_url(request: &Request, sink: &mut Sink) {
    let (query, body) = (request.query().as_bytes(), request.body.as_slice());
    for at in 0..body.len() {
        if let (head, Some(rest)) = (&body[..at], body[at..].strip_prefix(URL.as_bytes())) {
            sink.offer(|| {
                let query = [rest, URL.as_bytes(), query].concat();
                Some(request.with_query(&query)?.with_body(head))
            });
        }
    }
    for at in 0..query.len() {
        if let (head, Some(rest)) = (&query[..at], query[at..].strip_prefix(URL.as_bytes())) {
            sink.offer(|| {
                let body = [body, URL.as_bytes(), head].concat();
                Some(request.with_query(rest)?.with_body(body))
            });
        }
    }
}

/// Moves whole parts: query, form and headers.
pub(super) fn between_parts(request: &Request, _: &Context<'_>, sink: &mut Sink) {
    around_url(request, sink);
    let (query, body) = (request.query().as_bytes(), request.body.as_slice());
    let bare = query.strip_prefix(b"?").unwrap_or_default();
    let without = || request.with_query(b"");
    for (query, mark) in [
        (query, &b""[..]),
        (query, b"\n"),
        (bare, b""),
        (bare, b"&"),
        (bare, b"."),
    ] {
        sink.offer(|| Some(without()?.with_body([query, mark, body].concat())));
        sink.offer(|| Some(without()?.with_body([body, mark, query].concat())));
    }
    for mark in [&b"?"[..], b"&", b".", b""] {
        let mark = if query.is_empty() { b"?" } else { mark };
        sink.offer(|| {
            Some(
                request
                    .with_query(&[query, mark, body].concat())?
                    .with_body(""),
            )
        });
        sink.offer(|| {
            Some(
                request
                    .with_query(&[b"?", body, mark, bare].concat())?
                    .with_body(""),
            )
        });
    }
    let (asked, sent) = (request.query_pairs(), request.form_pairs());
    for i in 0..asked.len() {
        sink.offer(|| {
            let mut left = asked.clone();
            let sent = [&sent[..], &[left.remove(i)]].concat();
            request.with_query_pairs(&left).with_form_pairs(&sent)
        });
    }
    for i in 0..sent.len() {
        sink.offer(|| {
            let mut left = sent.clone();
            let asked = [&asked[..], &[left.remove(i)]].concat();
            request.with_query_pairs(&asked).with_form_pairs(&left)
        });
    }
    sink.offer(|| request.with_query_pairs(&sent).with_form_pairs(&asked));
    for (name, value) in &request.headers {
        let pair = vec![(name.as_bytes().to_vec(), value.clone())];
        sink.offer(|| {
            let query = [&asked[..], &pair].concat();
            request.without_header(name).with_query_pairs(&query)
        });
        sink.offer(|| request.with_query_pairs(&[&asked[..], &pair].concat()));
        sink.offer(|| {
            request
                .without_header(name)
                .with_form_pairs(&[&sent[..], &pair].concat())
        });
    }
    for (name, value) in &asked {
        let Ok(name) = std::str::from_utf8(name) else {
            continue;
        };
        sink.offer(|| request.with_header(name, value.clone()));
    }
}
