//! JSON with its number tokens as spelled, for schemes that sign values and not bytes.

use std::borrow::Cow;

/// The maximum depth of a document.
const MAX_DEPTH: usize = 64;

/// The maximum number of values and bytes of a document that is parsed before it is verified. A
/// tree is many times larger than its text, so only small documents become one: headers and claims
/// of tokens, and the few documents that are signed in a different order.
const MAX_VALUES: usize = 256;
const MAX_SMALL: usize = 16 * 1024;

#[derive(Debug, PartialEq)]
pub(crate) enum Json<'b> {
    /// `null`, `true`, `false` or a number, as spelled.
    Token(&'b str),
    Text(Cow<'b, str>),
    Array(Vec<Self>),
    /// Sorted by name, without duplicates.
    Object(Vec<(Cow<'b, str>, Self)>),
}

impl<'b> Json<'b> {
    /// Parses a trusted document. `None` if it is not valid JSON, is too deep, or has a duplicate
    /// name in an object.
    pub(crate) fn parse(body: &'b [u8]) -> Option<Self> {
        Self::parse_within(body, usize::MAX)
    }

    /// Parses an untrusted document. `None` also if it is large.
    pub(crate) fn small(body: &'b [u8]) -> Option<Self> {
        let fits = body.len() <= MAX_SMALL;
        fits.then(|| Self::parse_within(body, MAX_VALUES)).flatten()
    }

    fn parse_within(body: &'b [u8], values: usize) -> Option<Self> {
        let mut parser = Parser {
            rest: std::str::from_utf8(body).ok()?,
            values,
        };
        let value = parser.value(0)?;
        parser.space();
        parser.rest.is_empty().then_some(value)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else {
            return None;
        };
        let at = members.binary_search_by(|(key, _)| key.as_ref().cmp(name));
        members.get(at.ok()?).map(|(_, value)| value)
    }

    pub(crate) fn items(&self) -> Option<&[Self]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The decoded text, or another scalar as spelled. Null is empty. `None` for arrays and
    /// objects.
    pub(crate) fn plain(&self) -> Option<&str> {
        match self {
            Self::Token("null") => Some(""),
            Self::Token(token) => Some(token),
            Self::Text(text) => Some(text),
            Self::Array(_) | Self::Object(_) => None,
        }
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Writes JSON without white space, with sorted names, numbers as spelled, and only the escapes
    /// that JSON requires.
    pub(crate) fn canonical(&self, out: &mut String) {
        match self {
            Self::Token(token) => out.push_str(token),
            Self::Text(text) => quote(text, out),
            Self::Array(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    out.push_str(if i == 0 { "" } else { "," });
                    item.canonical(out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (i, (name, value)) in members.iter().enumerate() {
                    out.push_str(if i == 0 { "" } else { "," });
                    quote(name, out);
                    out.push(':');
                    value.canonical(out);
                }
                out.push('}');
            }
        }
    }
}

fn quote(text: &str, out: &mut String) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

struct Parser<'b> {
    rest: &'b str,
    /// The remaining number of values.
    values: usize,
}

impl<'b> Parser<'b> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn skip(&mut self, mark: char) -> bool {
        self.space();
        match self.rest.strip_prefix(mark) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn value(&mut self, depth: usize) -> Option<Json<'b>> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.values = self.values.checked_sub(1)?;
        let below = depth.saturating_add(1);
        self.space();
        match self.rest.bytes().next()? {
            b'{' => self.object(below),
            b'[' => self.array(below),
            b'"' => self.string().map(Json::Text),
            _ => self.token().map(Json::Token),
        }
    }

    fn array(&mut self, below: usize) -> Option<Json<'b>> {
        let mut items = Vec::new();
        self.skip('[');
        if self.skip(']') {
            return Some(Json::Array(items));
        }
        loop {
            items.push(self.value(below)?);
            if !self.skip(',') {
                return self.skip(']').then_some(Json::Array(items));
            }
        }
    }

    fn object(&mut self, below: usize) -> Option<Json<'b>> {
        let mut members = Vec::new();
        self.skip('{');
        if self.skip('}') {
            return Some(Json::Object(members));
        }
        loop {
            self.space();
            let name = self.string()?;
            if !self.skip(':') {
                return None;
            }
            members.push((name, self.value(below)?));
            if !self.skip(',') {
                break;
            }
        }
        members.sort_by(|(a, _), (b, _)| a.cmp(b));
        let twice = members.windows(2).any(|two| match two {
            [(a, _), (b, _)] => a == b,
            _ => false,
        });
        (!twice && self.skip('}')).then_some(Json::Object(members))
    }

    fn string(&mut self) -> Option<Cow<'b, str>> {
        let inside = self.rest.strip_prefix('"')?;
        let mut escaped = false;
        let mut escapes = false;
        let end = inside.bytes().position(|byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            escapes |= escaped;
            ends
        })?;
        let (text, _) = inside.split_at_checked(end)?;
        let token = self.rest.get(..end.checked_add(2)?)?;
        self.rest = self.rest.get(token.len()..)?;
        if escapes {
            return serde_json::from_str(token).ok().map(Cow::Owned);
        }
        let control = text.bytes().any(|byte| byte < b' ');
        (!control).then_some(Cow::Borrowed(text))
    }

    fn token(&mut self) -> Option<&'b str> {
        let ends = |c: char| matches!(c, ',' | '}' | ']' | ' ' | '\t' | '\n' | '\r');
        let len = self.rest.find(ends).unwrap_or(self.rest.len());
        let (token, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        let known = matches!(token, "null" | "true" | "false");
        (known || serde_json::from_str::<serde_json::Number>(token).is_ok()).then_some(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> Option<String> {
        let mut out = String::new();
        Json::parse(text.as_bytes())?.canonical(&mut out);
        Some(out)
    }

    #[test]
    fn names_are_sorted_and_numbers_stay_as_they_came() {
        let text = r#" { "b" : [1.0, 1e2, {"z":null,"a":true}], "a": "x\/\u00e9\"" } "#;
        let expected = r#"{"a":"x/é\"","b":[1.0,1e2,{"a":true,"z":null}]}"#;
        assert_eq!(canonical(text).as_deref(), Some(expected));
    }

    #[test]
    fn what_is_no_json_or_is_ambiguous_or_bottomless_is_refused() {
        for text in [
            "",
            "{",
            "[1,]",
            "{\"a\":1,}",
            "01",
            "1 2",
            "nul",
            "\"a",
            "\"\\\"",
            "{\"a\":1,\"a\":1}",
            "{\"a\":1,\"\\u0061\":2}",
            "\"\u{1}\"",
            "[1 2]",
            "{a:1}",
            "{\"a\" 1}",
            "\"\\ud800\"",
        ] {
            assert_eq!(canonical(text), None, "{text}");
        }
        assert_eq!(Json::parse(b"\"\xff\""), None);
        let deep = |levels| "[".repeat(levels) + &"]".repeat(levels);
        assert!(canonical(&deep(60)).is_some());
        assert_eq!(canonical(&deep(1_000_000)), None);
    }

    #[test]
    fn what_is_large_is_taken_apart_only_if_it_is_believed() {
        let array = |values: usize| format!("[{}0]", "0,".repeat(values - 1));
        let (most, more) = (array(MAX_VALUES - 1), array(MAX_VALUES));
        assert!(Json::small(most.as_bytes()).is_some());
        assert!(Json::small(more.as_bytes()).is_none());
        assert!(Json::parse(more.as_bytes()).is_some());
        let long = format!("\"{}\"", "a".repeat(MAX_SMALL));
        assert!(Json::small(long.as_bytes()).is_none());
    }
}
