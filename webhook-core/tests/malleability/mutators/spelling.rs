//! The same values, spelled in another way.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use super::json::{Escapes, Layout, Style, written};
use super::{Context, Sink};
use crate::request::{Request, Slot, slots};

pub(super) fn case(request: &Request, _: &Context<'_>, sink: &mut Sink) {
    for slot in slots(request) {
        let Some(value) = slot.get(request) else {
            continue;
        };
        let swapped = |byte: &u8| {
            if byte.is_ascii_alphabetic() {
                byte ^ 0x20
            } else {
                *byte
            }
        };
        sink.offer(|| slot.set(request, value.to_ascii_uppercase()));
        sink.offer(|| slot.set(request, value.to_ascii_lowercase()));
        sink.offer(|| slot.set(request, value.iter().map(swapped).collect()));
        if let Some(at) = value.iter().position(u8::is_ascii_alphabetic) {
            let mut one = value.clone();
            one[at] ^= 0x20;
            sink.offer(|| slot.set(request, one));
        }
    }
    sink.offer(|| Request {
        target: request.target.to_uppercase(),
        ..request.clone()
    });
    let names = |change: fn(&str) -> String| {
        let headers = request.headers.iter();
        let headers = headers
            .map(|(name, value)| (change(name), value.clone()))
            .collect();
        Request {
            headers,
            ..request.clone()
        }
    };
    sink.offer(|| names(str::to_ascii_uppercase));
    sink.offer(|| names(str::to_ascii_lowercase));
}

pub(super) fn reencode(request: &Request, _: &Context<'_>, sink: &mut Sink) {
    for text in pair_spellings(request.query().trim_start_matches('?').as_bytes()) {
        sink.offer(|| request.with_query(&[b"?", &text[..]].concat()));
    }
    if !request.form_pairs().is_empty() {
        for text in pair_spellings(&request.body) {
            sink.offer(|| request.with_body(text));
        }
    }
    if let Some(json) = request.json() {
        for layout in [Layout::Compact, Layout::Spaced, Layout::Lines] {
            for escapes in [
                Escapes::Few,
                Escapes::NonAscii,
                Escapes::Values,
                Escapes::Names,
            ] {
                let style = Style {
                    layout,
                    escapes,
                    ..Style::default()
                };
                sink.offer(|| request.with_body(written(&json, &style)));
            }
        }
        for number_suffix in [".0", "e0", "0"] {
            let style = Style {
                number_suffix,
                ..Style::default()
            };
            sink.offer(|| request.with_body(written(&json, &style)));
        }
    }
    for slot in slots(request) {
        let Some(value) = slot.get(request) else {
            continue;
        };
        for to in spellings(&value) {
            sink.offer(|| slot.set(request, to));
        }
        if let Slot::Leaf(_) = slot {
            sink.offer(|| number_as_text(request, slot));
        }
    }
    let body = &request.body;
    for (front, end) in [
        ("\u{feff}", ""),
        (" ", ""),
        ("\n", ""),
        ("", " "),
        ("", "\n"),
        ("", "\r\n"),
        ("", "\0"),
        ("\t", "\t"),
        ("", "\u{feff}"),
        ("0", ""),
        ("", "0"),
        ("", "{}"),
        ("[", "]"),
    ] {
        sink.offer(|| request.with_body([front.as_bytes(), body, end.as_bytes()].concat()));
    }
    if let Ok(text) = std::str::from_utf8(body) {
        let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        sink.offer(|| request.with_body(units));
        sink.offer(|| request.with_body(text.replace('\u{e9}', "e\u{301}")));
        // Latin-1, and what reads Latin-1 as such and writes UTF-8.
        sink.offer(|| {
            let bytes: Option<Vec<u8>> = text
                .chars()
                .map(|c| u8::try_from(u32::from(c)).ok())
                .collect();
            Some(request.with_body(bytes?))
        });
        let twice: String = body.iter().copied().map(char::from).collect();
        sink.offer(|| request.with_body(twice));
    }
}

/// The pairs of a query or form, with other escapes.
fn pair_spellings(text: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(text).into_owned();
    let escape = |keep: fn(char) -> bool, upper: bool| {
        let mut out = String::new();
        for c in text.chars() {
            match c {
                '&' | '=' | '%' | '+' => out.push(c),
                c if keep(c) => out.push(c),
                c => {
                    for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                        out += &if upper {
                            format!("%{byte:02X}")
                        } else {
                            format!("%{byte:02x}")
                        };
                    }
                }
            }
        }
        out.into_bytes()
    };
    let hex_case = |upper: bool| {
        let mut out = String::new();
        for (i, piece) in text.split('%').enumerate() {
            let (digits, rest) = piece.split_at_checked(2).unwrap_or((piece, ""));
            out += if i > 0 { "%" } else { "" };
            out += &match (i > 0, upper) {
                (false, _) => digits.to_owned(),
                (true, true) => digits.to_ascii_uppercase(),
                (true, false) => digits.to_ascii_lowercase(),
            };
            out += rest;
        }
        out.into_bytes()
    };
    let replaced = |from: &str, to: &str| text.replace(from, to).into_bytes();
    let mut all = vec![
        escape(|_| false, true),
        escape(|_| false, false),
        escape(|c| !c.is_ascii_digit(), true),
        escape(|c| !"-._~*".contains(c), true),
        hex_case(true),
        hex_case(false),
    ];
    for (from, to) in [
        ("+", "%20"),
        ("%20", "+"),
        ("%2B", "+"),
        ("+", "%2B"),
        ("%", "%25"),
        ("%26", "&"),
        ("&", "%26"),
        ("=", "%3D"),
        ("=", ""),
        ("&", "&&"),
        ("&", ";"),
        ("=&", "&"),
        ("%2D", "-"),
        (".", "%2E"),
        ("%C3%A9", "\u{e9}"),
        ("%3D", "="),
    ] {
        all.push(replaced(from, to));
    }
    all
}

/// A value in other spellings of what it might be: base64, hexadecimal digits, a number.
fn spellings(value: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    let engines = [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD];
    for engine in engines {
        if let Ok(bytes) = engine.decode(value)
            && !value.is_empty()
        {
            all.extend(engines.map(|other| other.encode(&bytes).into_bytes()));
            let padding = value.iter().rev().take_while(|byte| **byte == b'=').count();
            if let Some(last) = (value.len() - padding).checked_sub(1) {
                // Bits that are left over.
                all.extend([1, 2, 3].map(|by| {
                    let mut other = value.to_vec();
                    other[last] = other[last].wrapping_add(by);
                    other
                }));
            }
            all.push(hex(&bytes));
        }
    }
    if let Some(bytes) = unhex(value) {
        all.push(STANDARD.encode(&bytes).into_bytes());
        all.push([b"0x", value].concat());
        all.push([b"00", value].concat());
    }
    for (front, end) in [
        ("0", ""),
        ("+", ""),
        ("", "="),
        ("", "=="),
        ("", "\n"),
        ("\"", "\""),
        ("", ","),
        ("%", ""),
    ] {
        all.push([front.as_bytes(), value, end.as_bytes()].concat());
    }
    all
}

fn hex(bytes: &[u8]) -> Vec<u8> {
    bytes
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<String>()
        .into_bytes()
}

fn unhex(text: &[u8]) -> Option<Vec<u8>> {
    let pairs = text.chunks(2).map(|pair| {
        u8::from_str_radix(
            std::str::from_utf8(pair)
                .ok()
                .filter(|pair| pair.len() == 2)?,
            16,
        )
        .ok()
    });
    pairs
        .collect::<Option<Vec<u8>>>()
        .filter(|bytes| !bytes.is_empty())
}

/// `1` becomes `"1"`, and `"1"` becomes `1`.
fn number_as_text(request: &Request, slot: Slot) -> Option<Request> {
    let mut json = request.json()?;
    let Slot::Leaf(i) = slot else {
        return None;
    };
    let (pointer, text) = crate::request::leaves(&json).into_iter().nth(i)?;
    let leaf = json.pointer_mut(&pointer)?;
    *leaf = match serde_json::from_str(&text) {
        Ok(number @ serde_json::Value::Number(_)) if leaf.is_string() => number,
        _ if leaf.is_number() => text.into(),
        _ => return None,
    };
    Some(request.with_body(json.to_string()))
}

/// Characters that have the same low byte.
pub(super) fn low_bytes(request: &Request, _: &Context<'_>, sink: &mut Sink) {
    let Ok(text) = std::str::from_utf8(&request.body) else {
        return;
    };
    let raised = |c: char, by: u32| char::from_u32(u32::from(c).checked_add(by)?);
    for by in [0x100, 0x200, 0x1000, 0xff00] {
        sink.offer(|| {
            let all: String = text.chars().map(|c| raised(c, by).unwrap_or(c)).collect();
            request.with_body(all)
        });
        for (at, c) in text.char_indices() {
            sink.offer(|| {
                let (front, rest) = text.split_at(at);
                let rest = rest.get(c.len_utf8()..)?;
                Some(request.with_body(format!("{front}{}{rest}", raised(c, by)?)))
            });
        }
    }
    let lowered = |c: char| char::from_u32(u32::from(c) & 0xff).unwrap_or(c);
    sink.offer(|| request.with_body(text.chars().map(lowered).collect::<String>()));
    // Every byte as a character of its own.
    sink.offer(|| {
        request.with_body(
            request
                .body
                .iter()
                .copied()
                .map(char::from)
                .collect::<String>(),
        )
    });
    sink.offer(|| {
        let units = text.encode_utf16();
        request.with_body(units.map(|unit| unit.to_le_bytes()[0]).collect::<Vec<u8>>())
    });
}

/// Times, spelled in another way or told in another unit.
pub(super) fn time(request: &Request, _: &Context<'_>, sink: &mut Sink) {
    for slot in slots(request) {
        let Some(text) = slot
            .get(request)
            .and_then(|value| String::from_utf8(value).ok())
        else {
            continue;
        };
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let others = if digits {
            vec![
                format!("0{text}"),
                format!("+{text}"),
                format!("{text}.0"),
                format!("{text}000"),
                format!("{text}e0"),
                text.strip_suffix("000").unwrap_or("1").to_owned(),
                format!("{text}1"),
                format!("{text} "),
                format!("-{text}"),
                "1800000000".into(),
                "1800000000000".into(),
                "2027-01-15T08:00:00Z".into(),
                "18446744075509551616".into(),
            ]
        } else if text.contains('T') && text.len() >= 19 && text.starts_with("20") {
            vec![
                text.replace('Z', "+00:00"),
                text.replace('Z', "z"),
                text.replace('T', "t"),
                text.replace('T', " "),
                text.replace('Z', ".0Z"),
                text.replace('Z', ".000000Z"),
                text.replace("+00:00", "Z"),
                format!("{text}Z"),
                text.replace('Z', "-00:00"),
                text.replace('Z', ""),
                "1800000000".into(),
            ]
        } else {
            continue;
        };
        for to in others {
            sink.offer(|| slot.set(request, to.into_bytes()));
        }
    }
}
