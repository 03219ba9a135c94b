//! The envelope of an event (id, type, mode) out of a JSON body: one pass, no tree, and no say for a key that
//! is there twice.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Pointers looked for in one pass.
pub(crate) const MAX_POINTERS: usize = 8;

/// What was found at a pointer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scalar<'b> {
    Text(Cow<'b, str>),
    Integer(i128),
    Bool(bool),
    /// A fraction, or an integer that no 64 bits hold: its exact value is lost.
    Inexact,
    /// Null, an object or an array.
    Other,
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
        pointers,
        found: [const { None }; MAX_POINTERS],
        duplicate: false,
    };
    let mut json = serde_json::Deserializer::from_slice(body);
    let done = Node {
        scan: &mut scan,
        depth: 0,
        active: u8::MAX,
    }
    .deserialize(&mut json)
    .and_then(|()| json.end());
    match done {
        _ if scan.duplicate => Err(Problem::DuplicateKey),
        Ok(()) => Ok(scan.found),
        Err(_) => Err(Problem::NotJson),
    }
}

struct Scan<'p, 'b> {
    pointers: &'p Pointers,
    found: [Option<Scalar<'b>>; MAX_POINTERS],
    duplicate: bool,
}

/// A value, and those of the pointers that lead to or through it, as bits.
struct Node<'s, 'p, 'b> {
    scan: &'s mut Scan<'p, 'b>,
    depth: usize,
    active: u8,
}

impl<'b> Node<'_, '_, 'b> {
    fn record(self, scalar: Scalar<'b>) {
        let Scan {
            pointers, found, ..
        } = self.scan;
        for ((bit, pointer), slot) in bits().zip(&pointers.0).zip(found) {
            if self.active & bit != 0 && pointer.len() == self.depth {
                *slot = Some(scalar.clone());
            }
        }
    }

    /// The pointers that go on through `key`.
    fn through(&self, key: &str) -> u8 {
        let mut active = 0;
        for (bit, pointer) in bits().zip(&self.scan.pointers.0) {
            if self.active & bit != 0 && pointer.get(self.depth).is_some_and(|next| *next == key) {
                active |= bit;
            }
        }
        active
    }
}

/// One bit for each pointer.
fn bits() -> impl Iterator<Item = u8> {
    [1, 2, 4, 8, 16, 32, 64, 128].into_iter()
}

impl<'b> DeserializeSeed<'b> for Node<'_, '_, 'b> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'b>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'b> Visitor<'b> for Node<'_, '_, 'b> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.record(Scalar::Bool(value));
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.record(Scalar::Integer(value.into()));
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.record(Scalar::Integer(value.into()));
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        self.record(Scalar::Inexact);
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.record(Scalar::Text(Cow::Owned(value.to_owned())));
        Ok(())
    }

    fn visit_borrowed_str<E>(self, value: &'b str) -> Result<(), E> {
        self.record(Scalar::Text(Cow::Borrowed(value)));
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.record(Scalar::Other);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'b>>(self, mut seq: A) -> Result<(), A::Error> {
        // Only the first element is ever pointed at: a batch is known by what it begins with.
        let active = self.through("0");
        let first = Node {
            scan: self.scan,
            depth: self.depth.saturating_add(1),
            active,
        };
        if active != 0 && seq.next_element_seed(first)?.is_none() {
            return Ok(());
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'b>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = 0_u8;
        while let Some(active) = map.next_key_seed(Key(&self))? {
            if active == 0 {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            if seen & active != 0 {
                self.scan.duplicate = true;
                return Err(A::Error::custom("duplicate key"));
            }
            seen |= active;
            map.next_value_seed(Node {
                scan: &mut *self.scan,
                depth: self.depth.saturating_add(1),
                active,
            })?;
        }
        Ok(())
    }
}

/// A key, compared where it lies: no copy of the many that nobody looks for.
struct Key<'k, 's, 'p, 'b>(&'k Node<'s, 'p, 'b>);

impl<'b> DeserializeSeed<'b> for Key<'_, '_, '_, 'b> {
    type Value = u8;

    fn deserialize<D: serde::Deserializer<'b>>(self, deserializer: D) -> Result<u8, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'b> Visitor<'b> for Key<'_, '_, '_, 'b> {
    type Value = u8;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<u8, E> {
        Ok(self.0.through(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(text(r#"{"id":null}"#, "/id"), some("Other"));
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
