//! The fields of a form in order, without a copy of them.

use crate::error::RejectionKind;
use crate::parse::form::encoded::Decoded;
use crate::parse::form::{Encoded, Field, Pair, Pairs};

/// The maximum number of fields in a sorted form. Signed forms have a few dozen, and PHP, Django
/// and Express stop at about a thousand.
pub(crate) const MAX_FIELDS: usize = 2000;

/// Fields sorted by the bytes of their names, and by their values within one name.
pub(crate) struct Sorted<'b> {
    body: &'b [u8],
    fields: Vec<Sorting>,
}

/// A field that is being sorted, by its name and then by its value. It is small, as there may be
/// many.
struct Sorting {
    /// The next seven bytes of the sort key, and their number in the lowest byte. It is less than
    /// seven at the end.
    next: u64,
    /// Its start in the body, its length, and the length of its name.
    start: u32,
    len: u32,
    name: u32,
    /// How much of the sort key has been read before, as spelled.
    done: u32,
}

/// The part of a field that is the sort key.
#[derive(Clone, Copy)]
enum Half {
    Name,
    Value,
}

/// The sorted fields of a form. Too many are refused.
pub(crate) fn sorted(body: &[u8]) -> Result<Sorted<'_>, RejectionKind> {
    let count = Pairs { rest: body }
        .take(MAX_FIELDS.saturating_add(1))
        .count();
    if count > MAX_FIELDS {
        return Err(RejectionKind::Malformed);
    }
    let mut fields = Vec::with_capacity(count);
    let mut pairs = Pairs { rest: body };
    while let Some(pair) = pairs.next() {
        let end = body.len().saturating_sub(pairs.rest.len());
        let start = end.saturating_sub(pair.spelled.len());
        let narrow = |len| u32::try_from(len).map_err(|_| RejectionKind::Malformed);
        let mut sorting = Sorting {
            next: 0,
            start: narrow(start)?,
            len: narrow(pair.spelled.len())?,
            name: narrow(pair.name)?,
            done: 0,
        };
        sorting.advance(body, Half::Name);
        fields.push(sorting);
    }
    let mut sorted = Sorted { body, fields };
    sorted.sort();
    Ok(sorted)
}

/// Like [`sorted`], for a form in which every name is unique.
pub(crate) fn sorted_once(body: &[u8]) -> Result<Sorted<'_>, RejectionKind> {
    let sorted = sorted(body)?;
    let names = || sorted.iter().map(|field| field.name);
    let twice = names()
        .zip(names().skip(1))
        .any(|(one, next)| one.equals(next));
    match twice {
        true => Err(RejectionKind::AmbiguousHeader),
        false => Ok(sorted),
    }
}

impl<'b> Sorted<'b> {
    pub(crate) fn iter(&self) -> impl Iterator<Item = Field<'b>> {
        self.fields.iter().map(|sorting| sorting.field(self.body))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Writes name and value of each field.
    pub(crate) fn write(&self, sink: &mut dyn FnMut(&[u8])) {
        for field in self.iter() {
            field.name.write(sink);
            field.value.write(sink);
        }
    }

    /// Writes name and value of each field, every pair once.
    pub(crate) fn write_distinct(&self, sink: &mut dyn FnMut(&[u8])) {
        let mut last: Option<Field<'_>> = None;
        for field in self.iter() {
            let again = last
                .is_some_and(|last| last.name.equals(field.name) && last.value.equals(field.value));
            if !again {
                field.name.write(sink);
                field.value.write(sink);
            }
            last = Some(field);
        }
    }

    /// The value of a required field.
    pub(crate) fn value(&self, name: &str) -> Result<Encoded<'b>, RejectionKind> {
        let mut fields = self.iter().filter(|field| field.name.is(name.as_bytes()));
        let field = fields.next().ok_or(RejectionKind::MissingHeader)?;
        Ok(field.value)
    }

    /// Sorts by seven bytes at a time, and fields that are equal so far by the next seven. Every
    /// byte is read once, even if the fields have long common prefixes. Comparing whole fields
    /// would read the same bytes repeatedly.
    fn sort(&mut self) {
        let body = self.body;
        // Positions are below `MAX_FIELDS`.
        let narrow = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
        let mut groups = vec![(0, narrow(self.fields.len()), Half::Name)];
        while let Some((start, end, half)) = groups.pop() {
            let mut start = usize::from(start);
            let Some(group) = self.fields.get_mut(start..usize::from(end)) else {
                continue;
            };
            group.sort_unstable_by_key(|field| field.next);
            for alike in group.chunk_by_mut(|one, other| one.next == other.next) {
                let first = start;
                start = start.saturating_add(alike.len());
                let next = match (alike.first().is_some_and(Sorting::is_at_end), half) {
                    _ if alike.len() < 2 => continue,
                    (true, Half::Value) => continue,
                    (true, Half::Name) => Half::Value,
                    (false, half) => half,
                };
                for field in alike.iter_mut() {
                    if field.is_at_end() {
                        field.done = 0;
                    }
                    field.advance(body, next);
                }
                groups.push((narrow(first), narrow(start), next));
            }
        }
    }
}

impl Sorting {
    fn field<'b>(&self, body: &'b [u8]) -> Field<'b> {
        let (start, len) = (self.start as usize, self.len as usize);
        let spelled = body.get(start..start.saturating_add(len));
        let pair = Pair {
            spelled: spelled.unwrap_or_default(),
            name: self.name as usize,
        };
        pair.field()
    }

    /// Reads the next bytes of the sort key.
    fn advance(&mut self, body: &[u8], half: Half) {
        let field = self.field(body);
        let Encoded(text) = match half {
            Half::Name => field.name,
            Half::Value => field.value,
        };
        let mut bytes = Decoded {
            rest: text.get(self.done as usize..).unwrap_or_default(),
        };
        let mut next = [0; 8];
        let [slots @ .., count] = &mut next;
        for (slot, byte) in slots.iter_mut().zip(&mut bytes) {
            *slot = byte;
            *count = count.saturating_add(1);
        }
        self.next = u64::from_be_bytes(next);
        let done = text.len().saturating_sub(bytes.rest.len());
        // At most the length of the field, which has this type.
        self.done = u32::try_from(done).unwrap_or(u32::MAX);
    }

    fn is_at_end(&self) -> bool {
        let [.., count] = self.next.to_be_bytes();
        count < 7
    }
}
