//! Forms as `multipart/form-data` (RFC 7578), parsed only as far as needed to find one field.

use memchr::memmem::Finder;

use crate::error::RejectionKind;

/// The maximum length of a boundary (RFC 2046 §5.1.1).
const MAX_BOUNDARY: usize = 70;

/// The boundary in a `Content-Type`. `None` for another media type.
pub(crate) fn boundary(content_type: &[u8]) -> Result<Option<&[u8]>, RejectionKind> {
    let mut parts = content_type.split(|&byte| byte == b';');
    let media = parts.next().unwrap_or_default().trim_ascii();
    if !media.eq_ignore_ascii_case(b"multipart/form-data") {
        return Ok(None);
    }
    let mut named = parts.filter_map(|part| {
        let (name, value) = part.trim_ascii().split_at_checked(9)?;
        name.eq_ignore_ascii_case(b"boundary=").then_some(value)
    });
    let (Some(value), None) = (named.next(), named.next()) else {
        return Err(RejectionKind::Malformed);
    };
    let quoted = value
        .strip_prefix(b"\"")
        .and_then(|value| value.strip_suffix(b"\""));
    let value = quoted.unwrap_or(value);
    match !value.is_empty()
        && value.len() <= MAX_BOUNDARY
        && value.iter().all(|byte| is_plain(*byte))
    {
        true => Ok(Some(value)),
        false => Err(RejectionKind::Malformed),
    }
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"'()+_,-./:=?".contains(&byte)
}

/// The boundary that a body begins with. `None` if it does not begin with one.
pub(crate) fn boundary_of(body: &[u8]) -> Option<&[u8]> {
    let line = body.strip_prefix(b"--")?;
    let end = line.iter().position(|&byte| byte == b'\r')?;
    let boundary = line.get(..end)?;
    let fits = (1..=MAX_BOUNDARY).contains(&boundary.len());
    (fits && boundary.iter().all(|byte| is_plain(*byte))).then_some(boundary)
}

/// The content of the field of this name, which must be present exactly once.
pub(crate) fn field<'b>(
    body: &'b [u8],
    boundary: &[u8],
    name: &str,
) -> Result<&'b [u8], RejectionKind> {
    let (mut found, mut is_repeated) = (None, false);
    parts(body, boundary, &mut |head, content| {
        is_repeated |= is_named(head, name) && found.replace(content).is_some();
    })?;
    match is_repeated {
        true => Err(RejectionKind::AmbiguousHeader),
        false => found.ok_or(RejectionKind::MissingHeader),
    }
}

/// Passes the head and the content of each part to `each`.
pub(crate) fn parts<'b>(
    body: &'b [u8],
    boundary: &[u8],
    each: &mut dyn FnMut(&'b [u8], &'b [u8]),
) -> Result<(), RejectionKind> {
    let delimiter = [b"\r\n--", boundary].concat();
    // The first delimiter starts the body or follows an ignored preamble.
    let opening = delimiter.get(2..).unwrap_or_default();
    let (delimiter, blank) = (Finder::new(&delimiter), Finder::new(b"\r\n\r\n"));
    let mut rest = match body.strip_prefix(opening) {
        Some(rest) => rest,
        None => split(body, &delimiter).ok_or(RejectionKind::Malformed)?.1,
    };
    // `--` after a delimiter ends the form.
    while !rest.starts_with(b"--") {
        let (part, behind) = split(rest, &delimiter).ok_or(RejectionKind::Malformed)?;
        let (head, content) = split(part, &blank).ok_or(RejectionKind::Malformed)?;
        each(head, content);
        rest = behind;
    }
    Ok(())
}

/// The text before and after the first match.
fn split<'b>(text: &'b [u8], by: &Finder<'_>) -> Option<(&'b [u8], &'b [u8])> {
    let at = by.find(text)?;
    let end = at.checked_add(by.needle().len())?;
    Some((text.get(..at)?, text.get(end..)?))
}

/// Whether the head of a part names the field.
fn is_named(head: &[u8], name: &str) -> bool {
    let wanted = format!("name=\"{name}\"");
    parameters(head).any(|parameter| parameter == wanted.as_bytes())
}

/// The name of a part that is a text. `None` for an attachment, which has a file name too.
pub(crate) fn text_name(head: &[u8]) -> Option<&[u8]> {
    if parameters(head).any(|parameter| parameter.starts_with(b"filename")) {
        return None;
    }
    let quoted = parameters(head).find_map(|parameter| parameter.strip_prefix(b"name=\""))?;
    quoted.strip_suffix(b"\"")
}

/// The parameters of `Content-Disposition` in the head of a part.
fn parameters(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    let lines = head.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    let dispositions = lines.filter_map(|line| {
        let (key, value) = line.split_at_checked(20)?;
        key.eq_ignore_ascii_case(b"content-disposition:")
            .then_some(value)
    });
    dispositions.flat_map(|value| value.split(|&byte| byte == b';').map(<[u8]>::trim_ascii))
}

/// A form with one field.
pub(crate) fn written(boundary: &str, name: &str, content: &str) -> String {
    format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n\
         {content}\r\n--{boundary}--\r\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boundary_is_read_quoted_or_bare_and_never_guessed() {
        let read = |text: &'static str| boundary(text.as_bytes());
        assert_eq!(
            read("multipart/form-data; boundary=abc"),
            Ok(Some(&b"abc"[..]))
        );
        assert_eq!(
            read("Multipart/Form-Data;charset=x; Boundary=\"a b\""),
            Err(RejectionKind::Malformed)
        );
        assert_eq!(
            read("multipart/form-data; boundary=\"a-b\""),
            Ok(Some(&b"a-b"[..]))
        );
        assert_eq!(read("application/x-www-form-urlencoded"), Ok(None));
        for bad in [
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=a; boundary=b",
        ] {
            assert_eq!(read(bad), Err(RejectionKind::Malformed), "{bad}");
        }
        let long = format!("multipart/form-data; boundary={}", "a".repeat(71));
        assert_eq!(boundary(long.as_bytes()), Err(RejectionKind::Malformed));
    }

    #[test]
    fn the_field_is_found_among_others_and_only_once() {
        let part = |name: &str, content: &str| {
            format!(
                "\r\nContent-Type: text/plain\r\n\
                 content-disposition: form-data; name=\"{name}\"; filename=\"f\"\r\n\r\n\
                 {content}\r\n--b"
            )
        };
        let body = format!(
            "preamble\r\n--b{}{}--\r\n",
            part("a", "1"),
            part("json", "{}\r\n-- b")
        );
        assert_eq!(field(body.as_bytes(), b"b", "json"), Ok(&b"{}\r\n-- b"[..]));
        assert_eq!(
            field(body.as_bytes(), b"b", "c"),
            Err(RejectionKind::MissingHeader)
        );
        let twice = format!("--b{}{}--", part("json", "1"), part("json", "2"));
        assert_eq!(
            field(twice.as_bytes(), b"b", "json"),
            Err(RejectionKind::AmbiguousHeader)
        );
        let cut = format!("--b{}", part("json", "1"));
        for bad in ["", "--", "--b", "--b\r\n", cut.as_str()] {
            assert_eq!(
                field(bad.as_bytes(), b"b", "json"),
                Err(RejectionKind::Malformed),
                "{bad}"
            );
        }
        assert_eq!(
            field(written("b", "json", "x").as_bytes(), b"b", "json"),
            Ok(&b"x"[..])
        );
    }
}
