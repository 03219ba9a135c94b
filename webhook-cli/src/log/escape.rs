//! A sender's text, escaped for a log line.
//!
//! The engine's `excerpt` does not fit: it cuts at 200 characters, and a line here has two texts
//! within 200 together. It also keeps printable non-ASCII characters and allocates. The engine
//! alone can make an `EscapedId`.

use std::fmt::{self, Write as _};

use super::format::Format;

/// Text that a sender chose, shown in quotes. In a JSON log, the value has quotes already.
///
/// Shows ASCII characters, and none of them is a control character.
#[derive(Clone, Copy)]
pub(crate) struct Escaped<'a> {
    text: &'a str,
    limit: usize,
}

impl<'a> Escaped<'a> {
    /// Text in a log line: at most [`LIMIT`] characters.
    pub(crate) const fn new(text: &'a str) -> Self {
        Self { text, limit: LIMIT }
    }

    /// Text that is whole, however long it is.
    pub(crate) const fn whole(text: &'a str) -> Self {
        let limit = usize::MAX;
        Self { text, limit }
    }
}

impl fmt::Debug for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quote = match Format::current() {
            Format::Text => "\"",
            Format::Json => "",
        };
        f.write_str(quote)?;
        let mut left = self.limit;
        for character in self.text.chars().map(char::escape_default) {
            let Some(rest) = left.checked_sub(character.len()) else {
                f.write_str(quote)?;
                return f.write_char('…');
            };
            left = rest;
            write!(f, "{character}")?;
        }
        f.write_str(quote)
    }
}

/// Escaped characters of one text. A line has at most two texts: together they stay below 200.
const LIMIT: usize = 96;

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        format!("{:?}", Escaped::new(text))
    }

    #[test]
    fn plain_text_is_quoted_and_whole_up_to_the_bound() {
        assert_eq!(shown(""), r#""""#);
        assert_eq!(shown("evt_1"), r#""evt_1""#);
        let longest = "a".repeat(LIMIT);
        assert_eq!(shown(&longest), format!("\"{longest}\""));
        assert_eq!(shown(&format!("{longest}a")), format!("\"{longest}\"…"));
    }

    #[test]
    fn what_could_end_a_line_or_a_field_or_steer_a_terminal_is_escaped() {
        let steering = "a\nb\" type=\"c\u{1b}[2J\u{202e}\u{7f}\u{9b}é\\";
        let escaped = shown(steering);
        assert_eq!(
            escaped,
            r#""a\nb\" type=\"c\u{1b}[2J\u{202e}\u{7f}\u{9b}\u{e9}\\""#
        );
        assert!(escaped.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
    }

    #[test]
    fn an_escape_is_never_cut_and_never_counts_as_one() {
        for text in [
            "\u{10ffff}".repeat(1000),
            "\n".repeat(1000),
            format!("a{}", "\"".repeat(999)),
        ] {
            let escaped = shown(&text);
            let inside = escaped
                .strip_prefix('"')
                .unwrap()
                .strip_suffix("\"…")
                .unwrap();
            assert!(
                inside.len() <= LIMIT && inside.len() > LIMIT - 10,
                "{escaped}"
            );
        }
    }
}
