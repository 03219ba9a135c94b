//! A document written in other ways than the usual one.

use serde_json::Value;

/// How a document is written.
#[derive(Clone, Default)]
pub(super) struct Style {
    pub(super) layout: Layout,
    pub(super) escapes: Escapes,
    /// Replaces the items or members at a pointer by those with these numbers: reordered, dropped
    /// or repeated.
    pub(super) order: Option<(String, Vec<usize>)>,
    /// A member of the outermost object, in front or at its end.
    pub(super) more: Option<(bool, String)>,
    /// What numbers end in.
    pub(super) number_suffix: &'static str,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Layout {
    #[default]
    Compact,
    Spaced,
    Lines,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Escapes {
    /// No more than JSON asks for.
    #[default]
    Few,
    /// `\u` for what is not ASCII, and `\/`.
    NonAscii,
    /// `\u` for every character of a text.
    Values,
    /// And of a name.
    Names,
}

pub(super) fn written(value: &Value, style: &Style) -> String {
    let mut out = String::new();
    write(value, style, "", &mut out);
    out
}

fn write(value: &Value, style: &Style, pointer: &str, out: &mut String) {
    let space = match style.layout {
        Layout::Compact => "",
        Layout::Spaced => " ",
        Layout::Lines => "\r\n\t",
    };
    let order = |len: usize| match &style.order {
        Some((at, order)) if at == pointer => order.clone(),
        _ => (0..len).collect(),
    };
    match value {
        Value::Array(items) => {
            out.push('[');
            for (i, at) in order(items.len()).into_iter().enumerate() {
                out.push_str(if i == 0 { "" } else { "," });
                out.push_str(space);
                if let Some(item) = items.get(at) {
                    write(item, style, &format!("{pointer}/{at}"), out);
                }
            }
            out.push_str(space);
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            let mut written = Vec::new();
            let members: Vec<_> = members.iter().collect();
            for at in order(members.len()) {
                let Some((name, member)) = members.get(at) else {
                    continue;
                };
                let mut text = text(name, style.escapes == Escapes::Names, style.escapes);
                text.push_str(space);
                text.push(':');
                text.push_str(space);
                let escaped = name.replace('~', "~0").replace('/', "~1");
                write(member, style, &format!("{pointer}/{escaped}"), &mut text);
                written.push(text);
            }
            if let (Some((front, more)), "") = (&style.more, pointer) {
                let at = if *front { 0 } else { written.len() };
                written.insert(at, more.clone());
            }
            out.push_str(space);
            out.push_str(&written.join(&format!(",{space}")));
            out.push_str(space);
            out.push('}');
        }
        Value::String(string) => {
            let every = matches!(style.escapes, Escapes::Values | Escapes::Names);
            out.push_str(&text(string, every, style.escapes));
        }
        Value::Number(number) => {
            out.push_str(&number.to_string());
            out.push_str(style.number_suffix);
        }
        _ => out.push_str(&value.to_string()),
    }
}

fn text(text: &str, every: bool, escapes: Escapes) -> String {
    if every {
        let units = text.encode_utf16().map(|unit| format!("\\u{unit:04x}"));
        return format!("\"{}\"", units.collect::<String>());
    }
    let plain = Value::from(text).to_string();
    if escapes != Escapes::NonAscii {
        return plain;
    }
    let mut out = String::new();
    for c in plain.chars() {
        match c {
            '/' => out.push_str("\\/"),
            c if c.is_ascii() => out.push(c),
            c => out.extend(
                c.encode_utf16(&mut [0; 2])
                    .iter()
                    .map(|unit| format!("\\u{unit:04x}")),
            ),
        }
    }
    out
}
