//! The canonical form (RFC 8941 §4.1).

use std::fmt::{self, Display, Formatter, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::parse::structured::{Bare, InnerList, Item, Member, Parameters};

/// An error if a binary value is not canonical base64, so that it has no canonical form.
impl Display for Bare<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(number) => write!(f, "{number}"),
            Self::Decimal(thousandths) => {
                let sign = if *thousandths < 0 { "-" } else { "" };
                let number = thousandths.unsigned_abs();
                let fraction = format!("{:03}", number % 1000);
                let fraction = match fraction.trim_end_matches('0') {
                    "" => "0",
                    digits => digits,
                };
                write!(f, "{sign}{}.{fraction}", number / 1000)
            }
            Self::String(text) => {
                f.write_char('"')?;
                for letter in text.chars() {
                    if matches!(letter, '"' | '\\') {
                        f.write_char('\\')?;
                    }
                    f.write_char(letter)?;
                }
                f.write_char('"')
            }
            Self::Token(token) => f.write_str(token),
            Self::Bytes(text) => match STANDARD.decode(text) {
                Ok(_) => write!(f, ":{text}:"),
                Err(_) => Err(fmt::Error),
            },
            Self::Boolean(value) => write!(f, "?{}", u8::from(*value)),
            Self::Date(seconds) => write!(f, "@{seconds}"),
        }
    }
}

impl Display for Parameters<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.0 {
            write!(f, ";{name}")?;
            if *value != Bare::Boolean(true) {
                write!(f, "={value}")?;
            }
        }
        Ok(())
    }
}

impl Display for Item<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.value, self.parameters)
    }
}

impl Display for InnerList<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_char('(')?;
        for (i, item) in self.items.iter().enumerate() {
            f.write_str(if i > 0 { " " } else { "" })?;
            write!(f, "{item}")?;
        }
        write!(f, "){}", self.parameters)
    }
}

impl Display for Member<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Item(item) => write!(f, "{item}"),
            Self::List(list) => write!(f, "{list}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use crate::error::RejectionKind::{AmbiguousHeader, Malformed};
    use crate::parse::structured::{Dictionary, dictionary};

    fn canonical(text: &str) -> Option<String> {
        let Dictionary(members) = dictionary(text.as_bytes()).ok()?;
        let mut out = String::new();
        for (i, (name, member)) in members.iter().enumerate() {
            let comma = if i > 0 { ", " } else { "" };
            write!(out, "{comma}{name}={member}").ok()?;
        }
        Some(out)
    }

    #[test]
    fn what_is_parsed_is_written_in_its_canonical_form() {
        for (text, expected) in [
            ("", ""),
            ("a=1,b=2", "a=1, b=2"),
            (" a=1 \t,\t b=?0 ", "a=1, b=?0"),
            ("a;x;y=1", "a=?1;x;y=1"),
            ("a=?1;x=?1;y=?0", "a=?1;x;y=?0"),
            ("a=007", "a=7"),
            ("a=-0", "a=0"),
            ("a=-001.50", "a=-1.5"),
            ("a=0.0", "a=0.0"),
            ("a=999999999999999", "a=999999999999999"),
            (r#"a="x\"\\ y""#, r#"a="x\"\\ y""#),
            ("a=*t/k:e_n", "a=*t/k:e_n"),
            ("a=:aGk=:", "a=:aGk=:"),
            ("a=@1659578233", "a=@1659578233"),
            ("a=()", "a=()"),
            (
                r#"a=(  "x";sf   y );  created=1;tag="t""#,
                r#"a=("x";sf y);created=1;tag="t""#,
            ),
        ] {
            assert_eq!(canonical(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "a=1,",
            ",a=1",
            "a=1,,b=2",
            "a=",
            "A=1",
            "1=1",
            "a =1",
            "a= 1",
            "a=1 b=2",
            "a=1;",
            "a=1;B",
            "a=1 ;b",
            "a=(",
            "a=(1",
            "a=(1,2)",
            r#"a=("x""y")"#,
            "a=(1)2",
            r#"a="x"#,
            r#"a="\x""#,
            r#"a="x\"#,
            "a=\"x\ty\"",
            "a=\"é\"",
            "a=?2",
            "a=?",
            "a=:aGk=",
            "a=:a Gk=:",
            "a=:a\"k=:",
            "a=1000000000000000",
            "a=1.",
            "a=1.0000",
            "a=1234567890123.0",
            "a=--1",
            "a=@1.5",
            "a=%",
            "a=this-is not",
            "a=1\0",
        ] {
            assert_eq!(dictionary(text.as_bytes()), Err(Malformed), "{text:?}");
        }
        assert_eq!(dictionary(b"a=\xff"), Err(Malformed));
    }

    #[test]
    fn a_repeated_name_is_refused_as_two_parsers_may_choose_another_one() {
        for text in ["a=1, a=1", "a, b, a", "a=1;b;b", "a=(1;b=1;b=2)"] {
            assert_eq!(dictionary(text.as_bytes()), Err(AmbiguousHeader), "{text}");
        }
    }

    #[test]
    fn a_binary_value_that_is_not_canonical_has_no_canonical_form() {
        for text in ["a=:aGk:", "a=:aGl=:", "a=:_-A=:"] {
            assert!(dictionary(text.as_bytes()).is_ok(), "{text}");
            assert_eq!(canonical(text), None, "{text}");
        }
    }

    #[test]
    fn members_items_and_parameters_are_bounded_in_number() {
        let many =
            |count: usize, text: &dyn Fn(usize) -> String| (0..count).map(text).collect::<Vec<_>>();
        for (count, fits) in [(64, true), (65, false)] {
            let members = many(count, &|i| format!("a{i}")).join(",");
            let items = format!("a=({})", many(count, &|i| i.to_string()).join(" "));
            let parameters = format!("a{}", many(count, &|i| format!(";p{i}")).concat());
            for text in [members, items, parameters] {
                assert_eq!(dictionary(text.as_bytes()).is_ok(), fits, "{text}");
            }
        }
    }
}
