//! A sender's text, made fit for a log line.

use std::fmt::{self, Write as _};

/// Text that a sender chose: in quotes, in ASCII, without control characters, at most [`MOST`]
/// characters of it.
#[derive(Clone, Copy)]
pub(crate) struct Escaped<'a>(&'a str);

impl<'a> Escaped<'a> {
    pub(crate) const fn new(text: &'a str) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        let mut left = MOST;
        for character in self.0.chars().map(char::escape_default) {
            let Some(rest) = left.checked_sub(character.len()) else {
                return f.write_str("\"…");
            };
            left = rest;
            write!(f, "{character}")?;
        }
        f.write_char('"')
    }
}

/// Escaped characters of one text. A line has two at the most, which leaves them below 200 together.
const MOST: usize = 96;

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
        let longest = "a".repeat(MOST);
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
                inside.len() <= MOST && inside.len() > MOST - 10,
                "{escaped}"
            );
        }
    }
}
