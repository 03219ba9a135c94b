//! Reads values from a JSON body, such as the envelope of an event (id, type, mode), in one pass
//! and without a tree. Duplicate keys are refused.
//!
//! Values on the path of a pointer are parsed strictly. Everything else is skipped a block at a
//! time, as fast as brackets and strings can be told apart; the handler's parser decides whether it
//! is valid JSON. For every valid document, the scanner and a full parser find the same values.
//!
//! A pass needs no memory except for its result, which refers to the body. Its time is proportional
//! to the length of the body, whatever the body contains.

use crate::parse::json::found::scalar;
use crate::parse::json::nesting::{Nesting, padded};
use crate::parse::json::pointers::length_bit;
use crate::parse::json::{JsonValue, MAX_SHORT, Pointers, Quoted};

/// Why a body has no usable envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// It is not exactly one JSON document. The delivery then has no envelope.
    NotJson,
    /// A key on the path of a pointer is duplicated, so two parsers could see two events.
    DuplicateKey,
}

/// One bit per pointer.
pub(super) type Bits = u16;

/// Looks for `pointers`, at most `N` of them, in `body`. `None` for a pointer that is not found.
pub(crate) fn scan<'b, const N: usize>(
    body: &'b [u8],
    pointers: &Pointers,
) -> Result<[Option<JsonValue<'b>>; N], Problem> {
    let mut found = [const { None }; N];
    scan_into(&mut found, body, pointers).map(|()| found)
}

/// Like [`scan`], into `found`, which is too large to move. It is all `None` before, and means
/// nothing after an error.
pub(crate) fn scan_into<'b>(
    found: &mut [Option<JsonValue<'b>>],
    body: &'b [u8],
    pointers: &Pointers,
) -> Result<(), Problem> {
    let mut scan = Scan {
        rest: body,
        pointers,
        found,
    };
    scan.value(0, Bits::MAX)?;
    match scan.peek() {
        None => Ok(()),
        Some(_) => Err(Problem::NotJson),
    }
}

pub(super) struct Scan<'s, 'b> {
    pub(super) rest: &'b [u8],
    pub(super) pointers: &'s Pointers,
    pub(super) found: &'s mut [Option<JsonValue<'b>>],
}

impl<'b> Scan<'_, 'b> {
    /// Reads a value. `active` has the bits of the pointers that lead to or through it. The
    /// recursion is as deep as a pointer, not as the body.
    pub(super) fn value(&mut self, depth: usize, active: Bits) -> Result<(), Problem> {
        let first = self.peek().ok_or(Problem::NotJson)?;
        match first {
            b'{' | b'[' if active == 0 => self.skip_container(0),
            b'{' | b'[' => {
                let start = self.rest;
                match first {
                    b'{' => self.object(depth, active)?,
                    _ => self.array(depth, active)?,
                }
                let len = start.len().saturating_sub(self.rest.len());
                let spelled = start.get(..len).unwrap_or_default();
                self.record(depth, active, JsonValue::Nested(spelled));
                Ok(())
            }
            b'"' => {
                let text = self.string()?;
                if active != 0 {
                    if !text.is_text() {
                        return Err(Problem::NotJson);
                    }
                    self.record(depth, active, JsonValue::Text(text));
                }
                Ok(())
            }
            _ => {
                let token = self.token()?;
                if active != 0 {
                    self.record(depth, active, scalar(token)?);
                }
                Ok(())
            }
        }
    }

    fn object(&mut self, depth: usize, active: Bits) -> Result<(), Problem> {
        if !self.leads_on(depth, active) {
            return self.skip_container(0);
        }
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
            let name = self.string()?;
            let through = self.through_name(depth, active, &name)?;
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

    /// Pointers only refer to the first element: a batch is identified by its first event.
    fn array(&mut self, depth: usize, active: Bits) -> Result<(), Problem> {
        let through = self.through(depth, active, b"0");
        if through == 0 {
            return self.skip_container(0);
        }
        self.bump();
        if self.skip(b']') {
            return Ok(());
        }
        self.value(depth.saturating_add(1), through)?;
        match self.peek() {
            // Skips the other elements at once.
            Some(b',') => self.skip_container(1),
            Some(b']') => {
                self.bump();
                Ok(())
            }
            _ => Err(Problem::NotJson),
        }
    }

    /// The number, `true`, `false` or `null` that starts here, unparsed.
    fn token(&mut self) -> Result<&'b [u8], Problem> {
        let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t');
        let len = self.rest.iter().position(ends).unwrap_or(self.rest.len());
        let (token, rest) = self.rest.split_at_checked(len).ok_or(Problem::NotJson)?;
        self.rest = rest;
        (!token.is_empty()).then_some(token).ok_or(Problem::NotJson)
    }

    /// The string that starts here.
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
        let inside = spelled.get(1..len.saturating_sub(1)).unwrap_or_default();
        Ok(Quoted::new(inside, plain))
    }

    /// Skips the object or array that starts here, or the rest of one that is `depth` brackets
    /// deep.
    fn skip_container(&mut self, depth: u32) -> Result<(), Problem> {
        let mut nesting = Nesting {
            depth,
            ..Nesting::default()
        };
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

    /// The next byte that is not white space.
    pub(super) fn peek(&mut self) -> Option<u8> {
        loop {
            match self.rest.first() {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.bump(),
                first => return first.copied(),
            }
        }
    }

    /// Skips the next byte that is not white space, if it is this one. Returns whether it was.
    pub(super) fn skip(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.bump();
        }
        found
    }

    fn bump(&mut self) {
        self.rest = self.rest.get(1..).unwrap_or_default();
    }

    fn record(&mut self, depth: usize, active: Bits, value: JsonValue<'b>) {
        for ((bit, pointer), slot) in bits().zip(&self.pointers.names).zip(self.found.iter_mut()) {
            if active & bit != 0 && pointer.len() == depth {
                *slot = Some(value);
            }
        }
    }

    /// Whether a pointer continues from here.
    fn leads_on(&self, depth: usize, active: Bits) -> bool {
        let mut pointers = bits().zip(&self.pointers.names);
        pointers.any(|(bit, pointer)| active & bit != 0 && pointer.len() > depth)
    }

    /// The pointers that continue through the member of this name.
    fn through_name(&self, depth: usize, active: Bits, name: &Quoted<'_>) -> Result<Bits, Problem> {
        // A name without escapes is compared as spelled.
        if let Some(plain) = name.plain() {
            return Ok(self.through(depth, active, plain));
        }
        // No pointer has a longer name.
        let mut room = [0; MAX_SHORT];
        let short = name.short(&mut room).map_err(|_| Problem::NotJson)?;
        Ok(short.map_or(0, |name| self.through(depth, active, name)))
    }

    /// The pointers that continue through `name`.
    fn through(&self, depth: usize, active: Bits, name: &[u8]) -> Bits {
        let lengths = self.pointers.lengths.get(depth).copied();
        if lengths.unwrap_or(0) & length_bit(name.len()) == 0 {
            return 0;
        }
        let mut through = 0;
        for (bit, pointer) in bits().zip(&self.pointers.names) {
            if active & bit != 0
                && pointer
                    .get(depth)
                    .is_some_and(|next| next.as_bytes() == name)
            {
                through |= bit;
            }
        }
        through
    }
}

/// One bit per pointer.
fn bits() -> impl Iterator<Item = Bits> {
    (0..Bits::BITS).map(|bit| 1 << bit)
}

/// A one in each byte.
const ONES: u64 = u64::from_le_bytes([1; 8]);

/// Sets the highest bit of each byte that equals `byte`.
const fn equal(word: u64, byte: u8) -> u64 {
    let (low, different) = (
        ONES.wrapping_mul(0x7F),
        word ^ ONES.wrapping_mul(byte as u64),
    );
    !((different & low).wrapping_add(low) | different | low)
}

/// Sets the highest bit of each byte that is less than a space.
const fn control(word: u64) -> u64 {
    equal(word & ONES.wrapping_mul(0xE0), 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::parse::json::items;

    /// Documents with everything that could confuse a scan.
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

    /// The value in serde_json's tree at a pointer.
    fn expected(document: &Value, pointer: &str) -> Option<Value> {
        document.pointer(pointer).cloned()
    }

    /// The found value as a tree.
    fn read(found: JsonValue<'_>) -> Value {
        match found {
            JsonValue::Null => Value::Null,
            JsonValue::Bool(value) => Value::Bool(value),
            JsonValue::Number(spelled) => serde_json::from_str(spelled).unwrap(),
            JsonValue::Text(text) => text.read(4096).unwrap().into(),
            JsonValue::Nested(spelled) => serde_json::from_slice(spelled).unwrap(),
        }
    }

    fn looked_for(body: &[u8]) -> Result<[Option<JsonValue<'_>>; 16], Problem> {
        scan(body, &Pointers::new(POINTERS))
    }

    proptest! {
        #![proptest_config(crate::random::draws(2000))]

        #[test]
        fn a_pass_finds_what_a_tree_holds(document in document()) {
            for spelled in [document.to_string(), format!(" {document:#}\n")] {
                let found = looked_for(spelled.as_bytes()).unwrap();
                let found = found[..POINTERS.len()].iter().map(|found| found.map(read));
                let found: Vec<_> = found.collect();
                // Parsed again, since a number with a fraction may differ after formatting.
                let document = serde_json::from_str(&spelled).unwrap();
                let expected: Vec<_> = POINTERS.iter().map(|p| expected(&document, p)).collect();
                prop_assert_eq!(found, expected);
            }
        }

        #[test]
        fn what_is_cut_off_has_no_envelope(
            document in document(),
            cut in any::<prop::sample::Index>(),
        ) {
            let spelled = serde_json::json!({ "a": document }).to_string();
            let cut = &spelled.as_bytes()[..cut.index(spelled.len())];
            prop_assert_eq!(looked_for(cut), Err(Problem::NotJson));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(prop_oneof![
            prop::sample::select(&b"{}[]\"\\:, a0-"[..]), any::<u8>()
        ], 0..80)) {
            let _ = looked_for(&bytes);
            let _ = items(&bytes).take(100).count();
        }

        #[test]
        fn the_items_of_an_array_are_all_of_them(
            values in prop::collection::vec(document(), 0..5)
        ) {
            let json = serde_json::json!(values);
            for spelled in [json.to_string(), format!("{json:#}")] {
                let found: Vec<Value> = items(spelled.as_bytes())
                    .map(|item| serde_json::from_slice(item.unwrap()).unwrap())
                    .collect();
                let values: Vec<Value> = serde_json::from_str(&spelled).unwrap();
                prop_assert_eq!(found, values);
            }
        }
    }

    fn text(body: &str, pointer: &'static str) -> Result<Option<String>, Problem> {
        let [found] = scan(body.as_bytes(), &Pointers::new(&[pointer]))?;
        Ok(found.map(|found| match (found, found.integer()) {
            (JsonValue::Text(text), _) => text.read(4096).unwrap().into_owned(),
            (_, Some(number)) => number.to_string(),
            (JsonValue::Number(_), None) => "inexact".to_owned(),
            (other, _) => format!("{other:?}"),
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
        assert_eq!(
            scan(br#"{"id": {"a":1} }"#, &Pointers::new(&["/id"])),
            Ok([Some(JsonValue::Nested(br#"{"a":1}"#))])
        );
        assert_eq!(text(r#"{"idx":1}"#, "/id"), Ok(None));
        assert_eq!(text("[]", "/0/id"), Ok(None));
    }

    #[test]
    fn numbers_that_do_not_fit_are_inexact() {
        let inexact = Ok(Some("inexact".to_owned()));
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
    fn what_is_no_list_has_an_item_that_is_an_error() {
        for bad in ["[1,]", "[,1]", "[1", "[1 2]", "[{]", "["] {
            let last = items(bad.as_bytes()).last();
            assert_eq!(last, Some(Err(Problem::NotJson)), "{bad}");
        }
        assert_eq!(items(b"[ ]").count(), 0);
        assert_eq!(items(b"{}").count(), 0);
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
