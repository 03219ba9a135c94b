//! Values out of a JSON body, such as the envelope of an event (id, type, mode): one pass, no tree,
//! and no say for a key that is there twice.
//!
//! What a pointer leads to or through is read strictly. What no pointer leads to is passed over as
//! fast as its brackets and strings can be told apart, a block at a time: whether it is JSON down
//! to the last comma is for the handler's parser to say. For every JSON document the two agree on
//! what is found.
//!
//! A pass takes no memory but what it returns, which are pieces of the body, and time in proportion
//! to the body, whatever that is.

use std::borrow::Cow;

use wide::u8x16;

use crate::quoted::{MAX_SHORT, Quoted};

/// Pointers looked for in one pass over an event.
pub(crate) const MAX_POINTERS: usize = 10;

/// Pointers looked for in any pass.
const MOST_POINTERS: usize = 16;

/// What was found at a pointer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Found<'b> {
    Text(Quoted<'b>),
    /// As spelled.
    Number(&'b str),
    Bool(bool),
    Null,
    /// An array or an object, as spelled.
    Nested(&'b [u8]),
}

impl<'b> Found<'b> {
    /// A number that is whole, if 64 bits hold it: of a fraction, and of what is larger, the exact
    /// value is lost on the way.
    pub(crate) fn integer(&self) -> Option<i128> {
        match self {
            Self::Number(spelled) => number(spelled)?.as_i128(),
            _ => None,
        }
    }

    /// A text as it reads, if that has no more than `most` bytes, and what is no text as it is
    /// spelled; null is empty. `None` for arrays and objects.
    pub(crate) fn plain(&self, most: usize) -> Option<Cow<'b, str>> {
        let spelled = match self {
            Self::Text(text) => return text.read(most),
            Self::Number(spelled) => spelled,
            Self::Bool(true) => "true",
            Self::Bool(false) => "false",
            Self::Null => "",
            Self::Nested(_) => return None,
        };
        (spelled.len() <= most).then_some(Cow::Borrowed(spelled))
    }
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
pub(crate) struct Pointers {
    names: Vec<Vec<&'static str>>,
    /// For each depth, the lengths that names there have, as bits: most names are told from those
    /// by their length.
    lengths: Vec<u64>,
}

impl Pointers {
    /// At most sixteen; more would not be looked for.
    pub(crate) fn new(pointers: &[&'static str]) -> Self {
        debug_assert!(
            pointers.len() <= MOST_POINTERS,
            "{} pointers",
            pointers.len()
        );
        let names: Vec<Vec<&str>> = pointers
            .iter()
            .take(MOST_POINTERS)
            .map(|pointer| pointer.split('/').skip(1).collect())
            .collect();
        let depth = names.iter().map(Vec::len).max().unwrap_or(0);
        let lengths = (0..depth).map(|depth| {
            let here = names.iter().filter_map(|pointer| pointer.get(depth));
            here.fold(0, |bits, name| bits | length_bit(name.len()))
        });
        Self {
            lengths: lengths.collect(),
            names,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

/// A bit for each length, and the last one for all that are longer.
fn length_bit(len: usize) -> u64 {
    1 << len.min(63)
}

/// A bit for each pointer.
type Bits = u16;

/// Looks for `pointers`, of which there are no more than `N`, in `body`. A pointer that leads
/// nowhere gives `None`.
pub(crate) fn scan<'b, const N: usize>(
    body: &'b [u8],
    pointers: &Pointers,
) -> Result<[Option<Found<'b>>; N], Problem> {
    let mut found = [const { None }; N];
    let mut scan = Scan {
        rest: body,
        pointers,
        found: &mut found,
    };
    scan.value(0, Bits::MAX)?;
    match scan.peek() {
        None => Ok(found),
        Some(_) => Err(Problem::NotJson),
    }
}

/// The items of an array, as spelled. What is no array has none, and what is no list ends with an error.
pub(crate) fn items(array: &[u8]) -> Items<'_> {
    Items {
        rest: array.strip_prefix(b"["),
        first: true,
    }
}

/// See [`items`].
pub(crate) struct Items<'b> {
    /// What is left of the array; `None` at its end.
    rest: Option<&'b [u8]>,
    first: bool,
}

impl<'b> Iterator for Items<'b> {
    type Item = Result<&'b [u8], Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut scan = Scan {
            rest: self.rest.take()?,
            pointers: &Pointers::default(),
            found: &mut [],
        };
        let first = std::mem::replace(&mut self.first, false);
        if scan.skip(b']') {
            // A comma with nothing behind it is none of a list.
            return (!first).then_some(Err(Problem::NotJson));
        }
        let item = scan.peek().and_then(|_| {
            let start = scan.rest;
            scan.value(0, 0).ok()?;
            start.get(..start.len().saturating_sub(scan.rest.len()))
        });
        let Some(item) = item else {
            return Some(Err(Problem::NotJson));
        };
        if scan.skip(b',') {
            self.rest = Some(scan.rest);
        } else if !scan.skip(b']') {
            return Some(Err(Problem::NotJson));
        }
        Some(Ok(item))
    }
}

struct Scan<'s, 'b> {
    rest: &'b [u8],
    pointers: &'s Pointers,
    found: &'s mut [Option<Found<'b>>],
}

impl<'b> Scan<'_, 'b> {
    /// Reads a value. `active` are those of the pointers that lead to or through it, as bits. Recursion goes as deep as a
    /// pointer, not as the body.
    fn value(&mut self, depth: usize, active: Bits) -> Result<(), Problem> {
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
                self.record(depth, active, Found::Nested(spelled));
                Ok(())
            }
            b'"' => {
                let text = self.string()?;
                if active != 0 {
                    if !text.is_text() {
                        return Err(Problem::NotJson);
                    }
                    self.record(depth, active, Found::Text(text));
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

    /// Only the first element is ever pointed at: a batch is known by what it begins with.
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
            // The others, in one go.
            Some(b',') => self.skip_container(1),
            Some(b']') => {
                self.bump();
                Ok(())
            }
            _ => Err(Problem::NotJson),
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
        let inside = spelled.get(1..len.saturating_sub(1)).unwrap_or_default();
        Ok(Quoted::new(inside, plain))
    }

    /// Passes over the object or array that begins here, or over the rest of one that is `depth`
    /// brackets deep.
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

    fn record(&mut self, depth: usize, active: Bits, value: Found<'b>) {
        for ((bit, pointer), slot) in bits().zip(&self.pointers.names).zip(self.found.iter_mut()) {
            if active & bit != 0 && pointer.len() == depth {
                *slot = Some(value);
            }
        }
    }

    /// Whether one of the pointers goes on from here.
    fn leads_on(&self, depth: usize, active: Bits) -> bool {
        let mut pointers = bits().zip(&self.pointers.names);
        pointers.any(|(bit, pointer)| active & bit != 0 && pointer.len() > depth)
    }

    /// The pointers that go on through the member of this name.
    fn through_name(&self, depth: usize, active: Bits, name: &Quoted<'_>) -> Result<Bits, Problem> {
        // A plain name is compared as it is spelled.
        if let Some(plain) = name.plain() {
            return Ok(self.through(depth, active, plain));
        }
        // No pointer has a longer one.
        let mut room = [0; MAX_SHORT];
        let short = name.short(&mut room).map_err(|_| Problem::NotJson)?;
        Ok(short.map_or(0, |name| self.through(depth, active, name)))
    }

    /// The pointers that go on through `name`.
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

fn scalar(token: &[u8]) -> Result<Found<'_>, Problem> {
    Ok(match token {
        b"true" => Found::Bool(true),
        b"false" => Found::Bool(false),
        b"null" => Found::Null,
        _ => {
            let spelled = std::str::from_utf8(token).map_err(|_| Problem::NotJson)?;
            number(spelled).ok_or(Problem::NotJson)?;
            Found::Number(spelled)
        }
    })
}

fn number(spelled: &str) -> Option<serde_json::Number> {
    serde_json::from_str(spelled).ok()
}

/// One bit for each pointer.
fn bits() -> impl Iterator<Item = Bits> {
    (0..Bits::BITS).map(|bit| 1 << bit)
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
    fn expected(document: &Value, pointer: &str) -> Option<Value> {
        document.pointer(pointer).cloned()
    }

    /// What was found, as a tree.
    fn read(found: Found<'_>) -> Value {
        match found {
            Found::Null => Value::Null,
            Found::Bool(value) => Value::Bool(value),
            Found::Number(spelled) => serde_json::from_str(spelled).unwrap(),
            Found::Text(text) => text.read(4096).unwrap().into(),
            Found::Nested(spelled) => serde_json::from_slice(spelled).unwrap(),
        }
    }

    fn looked_for(body: &[u8]) -> Result<[Option<Found<'_>>; 16], Problem> {
        scan(body, &Pointers::new(POINTERS))
    }

    proptest! {
        #![proptest_config(crate::random::draws(2000))]

        #[test]
        fn a_pass_finds_what_a_tree_holds(document in document()) {
            for spelled in [document.to_string(), format!(" {document:#}\n")] {
                let found = looked_for(spelled.as_bytes()).unwrap();
                let found: Vec<_> = found[..POINTERS.len()].iter().map(|found| found.map(read)).collect();
                // Read again, since a number with a fraction may be another one then.
                let document = serde_json::from_str(&spelled).unwrap();
                let expected: Vec<_> = POINTERS.iter().map(|p| expected(&document, p)).collect();
                prop_assert_eq!(found, expected);
            }
        }

        #[test]
        fn what_is_cut_off_has_no_envelope(document in document(), cut in any::<prop::sample::Index>()) {
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
        fn the_items_of_an_array_are_all_of_them(values in prop::collection::vec(document(), 0..5)) {
            for spelled in [serde_json::json!(values).to_string(), format!("{:#}", serde_json::json!(values))] {
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
            (Found::Text(text), _) => text.read(4096).unwrap().into_owned(),
            (_, Some(number)) => number.to_string(),
            (Found::Number(_), None) => "inexact".to_owned(),
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
            Ok([Some(Found::Nested(br#"{"a":1}"#))])
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
