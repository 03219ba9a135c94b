//! The envelope of an event (id, type, mode) out of a JSON body: one pass, no tree, and no say for a key that
//! is there twice.
//!
//! What a pointer leads to or through is read strictly, by serde_json where it is more than plain text. What no pointer leads
//! to is passed over as fast as its brackets and strings can be told apart, a block at a time: whether it is JSON
//! down to the last comma is for the handler's parser to say. For every JSON document the two agree on what is found.

use std::borrow::Cow;

use wide::u8x16;

/// Pointers looked for in one pass.
pub(crate) const MAX_POINTERS: usize = 10;

/// What was found at a pointer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scalar<'b> {
    Text(Cow<'b, str>),
    Integer(i128),
    Bool(bool),
    /// A fraction, or an integer that no 64 bits hold: its exact value is lost.
    Inexact,
    /// Null.
    Null,
}

/// Why an envelope is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// Not one JSON document, or not one at all. The delivery has no envelope then.
    NotJson,
    /// A key on the way to one of the pointers is there twice: two readers would see two events.
    DuplicateKey,
}

/// Where to look: JSON pointers, taken apart.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pointers(Vec<Vec<&'static str>>);

impl Pointers {
    /// At most [`MAX_POINTERS`]; more would not be looked for.
    pub(crate) fn new(pointers: &[&'static str]) -> Self {
        debug_assert!(
            pointers.len() <= MAX_POINTERS,
            "{} pointers",
            pointers.len()
        );
        Self(
            pointers
                .iter()
                .take(MAX_POINTERS)
                .map(|pointer| pointer.split('/').skip(1).collect())
                .collect(),
        )
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Looks for `pointers` in `body`. A pointer that leads nowhere gives `None`.
pub(crate) fn scan<'b>(
    body: &'b [u8],
    pointers: &Pointers,
) -> Result<[Option<Scalar<'b>>; MAX_POINTERS], Problem> {
    let mut scan = Scan {
        rest: body,
        pointers,
        found: [const { None }; MAX_POINTERS],
    };
    scan.value(0, u8::MAX)?;
    match scan.peek() {
        None => Ok(scan.found),
        Some(_) => Err(Problem::NotJson),
    }
}

struct Scan<'p, 'b> {
    rest: &'b [u8],
    pointers: &'p Pointers,
    found: [Option<Scalar<'b>>; MAX_POINTERS],
}

impl<'b> Scan<'_, 'b> {
    /// Reads a value. `active` are those of the pointers that lead to or through it, as bits. Recursion goes as deep as a
    /// pointer, not as the body.
    fn value(&mut self, depth: usize, active: u8) -> Result<(), Problem> {
        let first = self.peek().ok_or(Problem::NotJson)?;
        match first {
            b'{' | b'[' if active == 0 => self.skip_container(),
            b'{' => self.object(depth, active),
            b'[' => self.array(depth, active),
            b'"' => {
                let text = self.string()?;
                if active != 0 {
                    self.record(depth, active, &Scalar::Text(text.read()?));
                }
                Ok(())
            }
            _ => {
                let token = self.token()?;
                if active != 0 {
                    self.record(depth, active, &scalar(token)?);
                }
                Ok(())
            }
        }
    }

    fn object(&mut self, depth: usize, active: u8) -> Result<(), Problem> {
        let below = depth.saturating_add(1);
        let mut seen = 0;
        self.bump();
        if self.skip(b'}') {
            return Ok(());
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(Problem::NotJson);
            }
            let key = self.string()?;
            // A plain key is compared as it is spelled.
            let through = match key.plain() {
                Some(key) => self.through(depth, active, key),
                None => self.through(depth, active, key.read()?.as_bytes()),
            };
            if seen & through != 0 {
                return Err(Problem::DuplicateKey);
            }
            seen |= through;
            if !self.skip(b':') {
                return Err(Problem::NotJson);
            }
            self.value(below, through)?;
            if self.skip(b',') {
                continue;
            }
            return self.skip(b'}').then_some(()).ok_or(Problem::NotJson);
        }
    }

    fn array(&mut self, depth: usize, active: u8) -> Result<(), Problem> {
        let below = depth.saturating_add(1);
        // Only the first element is ever pointed at: a batch is known by what it begins with.
        let mut through = self.through(depth, active, b"0");
        self.bump();
        if self.skip(b']') {
            return Ok(());
        }
        loop {
            self.value(below, through)?;
            through = 0;
            if self.skip(b',') {
                continue;
            }
            return self.skip(b']').then_some(()).ok_or(Problem::NotJson);
        }
    }

    /// The number, `true`, `false` or `null` that begins here, unread.
    fn token(&mut self) -> Result<&'b [u8], Problem> {
        let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t');
        let len = self.rest.iter().position(ends).unwrap_or(self.rest.len());
        let (token, rest) = self.rest.split_at_checked(len).ok_or(Problem::NotJson)?;
        self.rest = rest;
        (!token.is_empty()).then_some(token).ok_or(Problem::NotJson)
    }

    /// The string that begins here.
    fn string(&mut self) -> Result<Quoted<'b>, Problem> {
        let mut len = 1;
        let mut plain = true;
        loop {
            let rest = self.rest.get(len..).ok_or(Problem::NotJson)?;
            let next = match rest.first_chunk() {
                Some(word) => {
                    let word = u64::from_le_bytes(*word);
                    let special = equal(word, b'"') | equal(word, b'\\') | control(word);
                    if special == 0 {
                        len = len.saturating_add(8);
                        continue;
                    }
                    (special.trailing_zeros() / 8) as usize
                }
                None => rest
                    .iter()
                    .position(|byte| matches!(byte, b'"' | b'\\' | ..b' '))
                    .ok_or(Problem::NotJson)?,
            };
            len = len.saturating_add(next).saturating_add(1);
            match rest.get(next) {
                Some(b'"') => break,
                Some(b'\\') => {
                    plain = false;
                    len = len.saturating_add(1);
                }
                _ => return Err(Problem::NotJson),
            }
        }
        let (spelled, rest) = self.rest.split_at_checked(len).ok_or(Problem::NotJson)?;
        self.rest = rest;
        Ok(Quoted { spelled, plain })
    }

    /// Passes over the object or array that begins here.
    fn skip_container(&mut self) -> Result<(), Problem> {
        let mut nesting = Nesting::default();
        loop {
            let (block, len) = match self.rest.first_chunk() {
                Some(block) => (*block, block.len()),
                None => (padded(self.rest), self.rest.len()),
            };
            let end = nesting.take(&block);
            self.rest = self.rest.get(end.unwrap_or(len)..).unwrap_or_default();
            match end {
                Some(_) => return Ok(()),
                None if self.rest.is_empty() => return Err(Problem::NotJson),
                None => {}
            }
        }
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        loop {
            match self.rest.first() {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.bump(),
                first => return first.copied(),
            }
        }
    }

    /// Whether the next byte that is no white space is this one, which is then passed.
    fn skip(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.bump();
        }
        found
    }

    fn bump(&mut self) {
        self.rest = self.rest.get(1..).unwrap_or_default();
    }

    fn record(&mut self, depth: usize, active: u8, scalar: &Scalar<'b>) {
        for ((bit, pointer), slot) in bits().zip(&self.pointers.0).zip(&mut self.found) {
            if active & bit != 0 && pointer.len() == depth {
                *slot = Some(scalar.clone());
            }
        }
    }

    /// The pointers that go on through `key`.
    fn through(&self, depth: usize, active: u8, key: &[u8]) -> u8 {
        let mut through = 0;
        for (bit, pointer) in bits().zip(&self.pointers.0) {
            if active & bit != 0
                && pointer
                    .get(depth)
                    .is_some_and(|next| next.as_bytes() == key)
            {
                through |= bit;
            }
        }
        through
    }
}

fn scalar(token: &[u8]) -> Result<Scalar<'static>, Problem> {
    Ok(match token {
        b"true" => Scalar::Bool(true),
        b"false" => Scalar::Bool(false),
        b"null" => Scalar::Null,
        _ => match serde_json::from_slice::<serde_json::Number>(token) {
            Ok(number) => number.as_i128().map_or(Scalar::Inexact, Scalar::Integer),
            Err(_) => return Err(Problem::NotJson),
        },
    })
}

/// One bit for each pointer.
fn bits() -> impl Iterator<Item = u8> {
    [1, 2, 4, 8, 16, 32, 64, 128].into_iter()
}

/// A string as spelled, with its quotes.
struct Quoted<'b> {
    spelled: &'b [u8],
    /// Whether it has no escapes.
    plain: bool,
}

impl<'b> Quoted<'b> {
    /// What is between the quotes, if that is what it reads.
    fn plain(&self) -> Option<&'b [u8]> {
        let inner = self.spelled.get(1..self.spelled.len().saturating_sub(1));
        inner.filter(|_| self.plain)
    }

    fn read(&self) -> Result<Cow<'b, str>, Problem> {
        let inner = self.spelled.get(1..self.spelled.len().saturating_sub(1));
        if self.plain {
            let text = std::str::from_utf8(inner.unwrap_or_default());
            text.map(Cow::Borrowed).map_err(|_| Problem::NotJson)
        } else {
            let text = serde_json::from_slice::<String>(self.spelled);
            text.map(Cow::Owned).map_err(|_| Problem::NotJson)
        }
    }
}

/// How deep in brackets a pass is, and whether in a string.
#[derive(Default)]
struct Nesting {
    depth: u32,
    /// All ones in a string, zero elsewhere.
    in_string: u64,
    escaped: bool,
}

impl Nesting {
    /// Takes a block. If the outermost bracket is closed in it, says where that is over.
    fn take(&mut self, block: &Block) -> Option<usize> {
        let marks = Marks::of(block);
        if self.escaped || marks.backslashes != 0 {
            return self.take_bytes(block);
        }
        // Each bit becomes the parity of the quotes up to it.
        let mut odd = marks.quotes;
        for shift in [1, 2, 4, 8, 16, 32] {
            odd ^= odd << shift;
        }
        let outside = !(odd ^ self.in_string);
        self.in_string ^= (odd >> 63).wrapping_neg();
        let mut brackets = marks.brackets & outside;
        while brackets != 0 {
            let at = brackets.trailing_zeros();
            brackets &= brackets.wrapping_sub(1);
            if self.take_bracket(marks.closing >> at & 1 != 0) {
                return Some((at as usize).saturating_add(1));
            }
        }
        None
    }

    /// The same a byte at a time, for a block with escapes in it.
    fn take_bytes(&mut self, block: &Block) -> Option<usize> {
        let end = block.iter().position(|byte| self.take_byte(*byte));
        end.map(|at| at.saturating_add(1))
    }

    /// Takes a byte. Whether it closed the outermost bracket.
    fn take_byte(&mut self, byte: u8) -> bool {
        let in_string = self.in_string != 0;
        match byte {
            _ if self.escaped => self.escaped = false,
            b'"' => self.in_string = !self.in_string,
            b'\\' => self.escaped = in_string,
            b'{' | b'[' | b'}' | b']' if !in_string => {
                return self.take_bracket(matches!(byte, b'}' | b']'));
            }
            _ => {}
        }
        false
    }

    /// Whether it closed the outermost bracket.
    fn take_bracket(&mut self, closing: bool) -> bool {
        self.depth = if closing {
            self.depth.saturating_sub(1)
        } else {
            self.depth.saturating_add(1)
        };
        self.depth == 0
    }
}

/// What is looked at in one go.
type Block = [u8; 64];

/// A last block, with spaces behind what is left.
fn padded(rest: &[u8]) -> Block {
    let mut block = [b' '; 64];
    for (slot, byte) in block.iter_mut().zip(rest) {
        *slot = *byte;
    }
    block
}

/// Where in a block what matters is, a bit a byte.
#[derive(Default)]
struct Marks {
    quotes: u64,
    backslashes: u64,
    /// Of either kind, opening and closing.
    brackets: u64,
    /// `}` and `]`, among other things.
    closing: u64,
}

impl Marks {
    fn of(block: &Block) -> Self {
        let (quarters, _) = block.as_chunks::<16>();
        let mut marks = Self::default();
        for quarter in quarters.iter().rev() {
            let bytes = u8x16::new(*quarter);
            // Bit 5 is all that tells `[` from `{` and `]` from `}`.
            let curly = bytes | u8x16::splat(0x20);
            let closing = curly.simd_eq(u8x16::splat(b'}'));
            let brackets = curly.simd_eq(u8x16::splat(b'{')) | closing;
            let shift_in = |mask: &mut u64, found: u8x16| {
                *mask = *mask << 16 | u64::from(found.to_bitmask());
            };
            shift_in(&mut marks.quotes, bytes.simd_eq(u8x16::splat(b'"')));
            shift_in(&mut marks.backslashes, bytes.simd_eq(u8x16::splat(b'\\')));
            shift_in(&mut marks.brackets, brackets);
            shift_in(&mut marks.closing, closing);
        }
        marks
    }
}

/// A one in each byte.
const ONES: u64 = u64::from_le_bytes([1; 8]);

/// The highest bit of each byte that is `byte`.
const fn equal(word: u64, byte: u8) -> u64 {
    let (low, different) = (
        ONES.wrapping_mul(0x7F),
        word ^ ONES.wrapping_mul(byte as u64),
    );
    !((different & low).wrapping_add(low) | different | low)
}

/// The highest bit of each byte that is below a space.
const fn control(word: u64) -> u64 {
    equal(word & ONES.wrapping_mul(0xE0), 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    /// Documents with everything in them that a pass could trip over.
    fn document() -> impl Strategy<Value = Value> {
        let text = r#"[a-e"\\\\{}\[\]:, \nä€😀\x00-\x1f]{0,20}"#;
        let scalar = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            text.prop_map(Value::from),
        ];
        scalar.prop_recursive(5, 60, 6, move |inner| {
            let key = prop_oneof![text, "[abc]"];
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(key, inner, 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    const POINTERS: &[&str] = &["/a", "/b", "/a/b", "/c/a/b", "/0/a", "/a/0", "/0"];

    /// What serde_json's tree has at a pointer, as the pass would say it.
    fn expected(document: &Value, pointer: &str) -> Option<Scalar<'static>> {
        Some(match document.pointer(pointer)? {
            Value::Null => Scalar::Null,
            Value::Bool(value) => Scalar::Bool(*value),
            Value::Number(number) => number.as_i128().map_or(Scalar::Inexact, Scalar::Integer),
            Value::String(text) => Scalar::Text(text.clone().into()),
            Value::Array(_) | Value::Object(_) => return None,
        })
    }

    proptest! {
        #![proptest_config(crate::random::draws(2000))]

        #[test]
        fn a_pass_finds_what_a_tree_holds(document in document()) {
            for spelled in [document.to_string(), format!(" {document:#}\n")] {
                let found = scan(spelled.as_bytes(), &Pointers::new(POINTERS));
                let expected: Vec<_> = POINTERS.iter().map(|p| expected(&document, p)).collect();
                prop_assert_eq!(&found.map(|found| found[..POINTERS.len()].to_vec()), &Ok(expected));
            }
        }

        #[test]
        fn what_is_cut_off_has_no_envelope(document in document(), cut in any::<prop::sample::Index>()) {
            let spelled = serde_json::json!({ "a": document }).to_string();
            let cut = &spelled.as_bytes()[..cut.index(spelled.len())];
            prop_assert_eq!(scan(cut, &Pointers::new(POINTERS)), Err(Problem::NotJson));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(prop_oneof![
            prop::sample::select(&b"{}[]\"\\:, a0-"[..]), any::<u8>()
        ], 0..80)) {
            let _ = scan(&bytes, &Pointers::new(POINTERS));
        }
    }

    fn text(body: &str, pointer: &'static str) -> Result<Option<String>, Problem> {
        let found = scan(body.as_bytes(), &Pointers::new(&[pointer]))?;
        Ok(found[0].clone().map(|scalar| match scalar {
            Scalar::Text(text) => text.into_owned(),
            Scalar::Integer(number) => number.to_string(),
            other => format!("{other:?}"),
        }))
    }

    #[test]
    fn finds_scalars_at_any_depth_and_in_the_first_element() {
        let some = |s: &str| Ok(Some(s.to_owned()));
        assert_eq!(text(r#"{"a":1,"id":"evt"}"#, "/id"), some("evt"));
        assert_eq!(
            text(r#"{"event":{"type":"x"},"type":"y"}"#, "/event/type"),
            some("x")
        );
        assert_eq!(text(r#"[{"id":7},{"id":8}]"#, "/0/id"), some("7"));
        assert_eq!(text(r#"{"\u0069d":"\u0065vt"}"#, "/id"), some("evt"));
        assert_eq!(
            text(r#"{"id":18446744073709551615}"#, "/id"),
            some("18446744073709551615")
        );
        assert_eq!(text(r#"{"id":null}"#, "/id"), some("Null"));
        assert_eq!(text(r#"{"id":{"a":1}}"#, "/id"), Ok(None));
        assert_eq!(text(r#"{"idx":1}"#, "/id"), Ok(None));
        assert_eq!(text("[]", "/0/id"), Ok(None));
    }

    #[test]
    fn numbers_that_do_not_fit_are_inexact() {
        let inexact = Ok(Some("Inexact".to_owned()));
        assert_eq!(
            text(r#"{"id":123456789012345678901234567890}"#, "/id"),
            inexact
        );
        assert_eq!(text(r#"{"id":1.5}"#, "/id"), inexact);
    }

    #[test]
    fn a_key_twice_on_the_way_is_refused_and_elsewhere_ignored() {
        let duplicate = Err(Problem::DuplicateKey);
        assert_eq!(text(r#"{"id":"a","id":"b"}"#, "/id"), duplicate);
        assert_eq!(text(r#"{"id":"a","\u0069d":"b"}"#, "/id"), duplicate);
        assert_eq!(text(r#"{"e":{"t":1},"e":{}}"#, "/e/t"), duplicate);
        assert_eq!(
            text(r#"{"id":"a","x":1,"x":2}"#, "/id"),
            Ok(Some("a".to_owned()))
        );
    }

    #[test]
    fn what_is_not_exactly_one_document_has_no_envelope() {
        for bad in [
            "",
            "{",
            "nope",
            "{} {}",
            r#"{"id":"a"} x"#,
            "\u{feff}{}",
            r#"{"id":1e400}"#,
        ] {
            assert_eq!(text(bad, "/id"), Err(Problem::NotJson), "{bad}");
        }
        let deep = format!(
            r#"{{"id":"a","deep":{}{}}}"#,
            "[".repeat(200),
            "]".repeat(200)
        );
        assert_eq!(text(&deep, "/id"), Ok(Some("a".to_owned())));
    }
}
