//! Parsing (RFC 8941 §4.2).

use std::borrow::Cow;

use crate::error::RejectionKind;
use crate::parse::structured::{Bare, Dictionary, InnerList, Item, Member, Parameters};

/// The maximum number of members of a dictionary, of items of a list, and of parameters.
const MOST: usize = 64;

type Parsed<T> = Result<T, RejectionKind>;

const MALFORMED: RejectionKind = RejectionKind::Malformed;

/// Parses the combined value of a header.
///
/// # Errors
///
/// `Malformed` if it is not a dictionary, or has more than 64 members, items or parameters.
/// `AmbiguousHeader` if a name is repeated.
pub(crate) fn dictionary(text: &[u8]) -> Parsed<Dictionary<'_>> {
    let visible = |byte: &u8| matches!(byte, b'\t' | b' '..=b'~');
    let text = std::str::from_utf8(text).map_err(|_| MALFORMED)?;
    if !text.as_bytes().iter().all(visible) {
        return Err(MALFORMED);
    }
    let mut reader = Reader {
        rest: text.trim_matches(' '),
    };
    let mut members = Vec::new();
    while !reader.rest.is_empty() {
        let name = reader.key()?;
        let member = reader.member()?;
        push(&mut members, name, member)?;
        reader.skip_spaces();
        if reader.rest.is_empty() {
            break;
        }
        reader.expect(',')?;
        reader.skip_spaces();
        // A comma announces another member.
        if reader.rest.is_empty() {
            return Err(MALFORMED);
        }
    }
    Ok(Dictionary(members))
}

struct Reader<'t> {
    rest: &'t str,
}

impl<'t> Reader<'t> {
    fn member(&mut self) -> Parsed<Member<'t>> {
        if !self.takes('=') {
            // A name alone is true.
            let value = Bare::Boolean(true);
            let parameters = self.parameters()?;
            return Ok(Member::Item(Item { value, parameters }));
        }
        match self.takes('(') {
            true => self.list().map(Member::List),
            false => self.item().map(Member::Item),
        }
    }

    /// The rest of an inner list, after its opening parenthesis.
    fn list(&mut self) -> Parsed<InnerList<'t>> {
        let mut items = Vec::new();
        loop {
            let spaced = self.rest.trim_start_matches(' ');
            let is_apart = items.is_empty() || spaced.len() < self.rest.len();
            self.rest = spaced;
            if self.takes(')') {
                break;
            }
            if !is_apart || items.len() >= MOST {
                return Err(MALFORMED);
            }
            items.push(self.item()?);
        }
        let parameters = self.parameters()?;
        Ok(InnerList { items, parameters })
    }

    fn item(&mut self) -> Parsed<Item<'t>> {
        let value = self.bare()?;
        let parameters = self.parameters()?;
        Ok(Item { value, parameters })
    }

    fn parameters(&mut self) -> Parsed<Parameters<'t>> {
        let mut parameters = Vec::new();
        while self.takes(';') {
            self.rest = self.rest.trim_start_matches(' ');
            let name = self.key()?;
            let value = match self.takes('=') {
                true => self.bare()?,
                false => Bare::Boolean(true),
            };
            push(&mut parameters, name, value)?;
        }
        Ok(Parameters(parameters))
    }

    fn bare(&mut self) -> Parsed<Bare<'t>> {
        match self.rest.bytes().next().ok_or(MALFORMED)? {
            b'"' => self.string().map(Bare::String),
            b':' => self.bytes().map(Bare::Bytes),
            b'?' => self.boolean().map(Bare::Boolean),
            b'@' => self.date(),
            b'-' | b'0'..=b'9' => self.number(),
            b'*' | b'a'..=b'z' | b'A'..=b'Z' => {
                let in_token = |byte| is_token(byte) || matches!(byte, b':' | b'/');
                Ok(Bare::Token(self.run(in_token)))
            }
            _ => Err(MALFORMED),
        }
    }

    fn key(&mut self) -> Parsed<&'t str> {
        let first = self.rest.bytes().next();
        if !matches!(first, Some(b'a'..=b'z' | b'*')) {
            return Err(MALFORMED);
        }
        Ok(self.run(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'.' | b'*')))
    }

    fn string(&mut self) -> Parsed<Cow<'t, str>> {
        self.expect('"')?;
        let mut is_escaped = false;
        let end = self.rest.bytes().position(|byte| {
            let ends = byte == b'"' && !is_escaped;
            is_escaped = byte == b'\\' && !is_escaped;
            ends
        });
        let (inside, rest) = self
            .rest
            .split_at_checked(end.ok_or(MALFORMED)?)
            .ok_or(MALFORMED)?;
        self.rest = rest;
        self.expect('"')?;
        if inside.contains('\t') {
            return Err(MALFORMED);
        }
        if !inside.contains('\\') {
            return Ok(inside.into());
        }
        let mut text = String::with_capacity(inside.len());
        let mut letters = inside.chars();
        while let Some(letter) = letters.next() {
            match letter {
                '\\' => match letters.next() {
                    Some(escaped @ ('"' | '\\')) => text.push(escaped),
                    _ => return Err(MALFORMED),
                },
                plain => text.push(plain),
            }
        }
        Ok(text.into())
    }

    fn bytes(&mut self) -> Parsed<&'t str> {
        self.expect(':')?;
        let text = self.run(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=')
        });
        self.expect(':')?;
        Ok(text)
    }

    fn boolean(&mut self) -> Parsed<bool> {
        self.expect('?')?;
        match (self.takes('1'), self.takes('0')) {
            (true, false) => Ok(true),
            (false, true) => Ok(false),
            _ => Err(MALFORMED),
        }
    }

    fn date(&mut self) -> Parsed<Bare<'t>> {
        self.expect('@')?;
        match self.number()? {
            Bare::Integer(seconds) => Ok(Bare::Date(seconds)),
            _ => Err(MALFORMED),
        }
    }

    fn number(&mut self) -> Parsed<Bare<'t>> {
        let sign = if self.takes('-') { -1 } else { 1 };
        let whole = self.run(|byte| byte.is_ascii_digit());
        if !self.takes('.') {
            let fits = (1..=15).contains(&whole.len());
            let number = whole.parse::<i64>().ok().filter(|_| fits);
            let number = number.ok_or(MALFORMED)?;
            return Ok(Bare::Integer(number.saturating_mul(sign)));
        }
        let fraction = self.run(|byte| byte.is_ascii_digit());
        if !(1..=12).contains(&whole.len()) || !(1..=3).contains(&fraction.len()) {
            return Err(MALFORMED);
        }
        let thousandths = format!("{whole}{fraction:0<3}").parse::<i64>();
        let thousandths = thousandths.map_err(|_| MALFORMED)?;
        Ok(Bare::Decimal(thousandths.saturating_mul(sign)))
    }

    /// The longest run of bytes that `takes` takes.
    fn run(&mut self, takes: impl Fn(u8) -> bool) -> &'t str {
        let end = self.rest.bytes().position(|byte| !takes(byte));
        let end = end.unwrap_or(self.rest.len());
        let (run, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        self.rest = rest;
        run
    }

    fn takes(&mut self, mark: char) -> bool {
        match self.rest.strip_prefix(mark) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, mark: char) -> Parsed<()> {
        self.takes(mark).then_some(()).ok_or(MALFORMED)
    }

    fn skip_spaces(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
    }
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn push<'t, V>(members: &mut Vec<(&'t str, V)>, name: &'t str, value: V) -> Parsed<()> {
    if members.iter().any(|(known, _)| *known == name) {
        return Err(RejectionKind::AmbiguousHeader);
    }
    if members.len() >= MOST {
        return Err(MALFORMED);
    }
    members.push((name, value));
    Ok(())
}
