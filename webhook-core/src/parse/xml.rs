//! The text of one element of an XML document, found in one pass without a tree.

/// Returns the text of the first child of the root element that has this name.
///
/// Returns `None` if no child has the name, if the child has children or references (`&amp;`), if
/// the document has a DOCTYPE, or if it ends before the child does.
pub(crate) fn child<'x>(xml: &'x [u8], name: &str) -> Option<&'x str> {
    let mut rest = xml;
    let mut depth = 0_usize;
    loop {
        let tag = next(&mut rest)?;
        match tag {
            Tag::Open(unwrapped) => {
                if depth == 1 && unwrapped == name.as_bytes() {
                    return text(rest, name);
                }
                depth = depth.saturating_add(1);
            }
            Tag::Close => depth = depth.checked_sub(1)?,
            Tag::Other => {}
        }
    }
}

enum Tag<'x> {
    /// `<name …>`
    Open(&'x [u8]),
    /// `</name>`
    Close,
    /// A comment, an instruction, a CDATA section, or an element without content.
    Other,
}

/// The next markup in angle brackets. `rest` is advanced after it.
fn next<'x>(rest: &mut &'x [u8]) -> Option<Tag<'x>> {
    let inside = after(rest, b"<")?;
    for (begin, end) in [("!--", "-->"), ("![CDATA[", "]]>"), ("?", "?>")] {
        if let Some(hidden) = inside.strip_prefix(begin.as_bytes()) {
            *rest = after(hidden, end.as_bytes())?;
            return Some(Tag::Other);
        }
    }
    let end = end_of_tag(inside)?;
    let (tag, behind) = inside.split_at_checked(end)?;
    *rest = behind.get(1..)?;
    match tag {
        // A DOCTYPE could redefine text through entities.
        [b'!', ..] | [] => None,
        [b'/', ..] => Some(Tag::Close),
        [.., b'/'] => Some(Tag::Other),
        unwrapped => unwrapped
            .split(u8::is_ascii_whitespace)
            .next()
            .map(Tag::Open),
    }
}

/// The end of the tag: the first `>` outside of quotes.
fn end_of_tag(inside: &[u8]) -> Option<usize> {
    let mut quote = None;
    inside.iter().position(|&byte| {
        match quote {
            Some(open) if byte == open => quote = None,
            None if matches!(byte, b'"' | b'\'') => quote = Some(byte),
            _ => {}
        }
        quote.is_none() && byte == b'>'
    })
}

/// The text up to the end tag of this name, which must come next.
fn text<'x>(rest: &'x [u8], name: &str) -> Option<&'x str> {
    let end = rest.iter().position(|&byte| byte == b'<')?;
    let (text, behind) = rest.split_at_checked(end)?;
    let behind = behind.strip_prefix(b"</")?.strip_prefix(name.as_bytes())?;
    let closed = behind.trim_ascii_start().starts_with(b">");
    let text = std::str::from_utf8(text).ok()?.trim();
    (closed && !text.contains('&')).then_some(text)
}

fn after<'x>(text: &'x [u8], mark: &[u8]) -> Option<&'x [u8]> {
    let at = text.windows(mark.len()).position(|window| window == mark)?;
    text.get(at.saturating_add(mark.len())..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_child_of_the_root_is_read() {
        for (xml, expected) in [
            ("<n><kind>check</kind></n>", Some("check")),
            (
                "<?xml version=\"1.0\"?>\n<n>\n <kind>\n check </kind>\n</n>",
                Some("check"),
            ),
            (
                "<n a='>'><!-- <kind>no</kind> --><kind type=\"x\">check</kind ></n>",
                Some("check"),
            ),
            (
                "<n><subject><kind>inner</kind></subject><kind>check</kind></n>",
                Some("check"),
            ),
            (
                "<n><empty/><kind>check</kind><kind>other</kind></n>",
                Some("check"),
            ),
            (
                "<n><![CDATA[<kind>no</kind>]]><kind>check</kind></n>",
                Some("check"),
            ),
            ("<n><kinds>no</kinds></n>", None),
            ("<kind>root</kind>", None),
            ("<n><kind/></n>", None),
            ("<n><kind>a<b/></kind></n>", None),
            ("<n><kind>a&amp;b</kind></n>", None),
            ("<!DOCTYPE n><n><kind>check</kind></n>", None),
            ("<n></n></n><kind>check</kind>", None),
            ("<n><kind>check", None),
            ("<n><kind", None),
            ("<n><!-- ", None),
            ("<", None),
            ("<>", None),
            ("", None),
            ("{\"kind\":\"json\"}", None),
        ] {
            assert_eq!(child(xml.as_bytes(), "kind"), expected, "{xml}");
        }
        assert_eq!(child(b"<n><kind>\xff</kind></n>", "kind"), None);
    }
}
