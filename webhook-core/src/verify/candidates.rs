//! The tags of a delivery, any of which may be genuine.

use crate::crypto::Tag;
use crate::error::RejectionKind;
use crate::parse::Encoding;
use crate::parse::encoding::decode;

/// The maximum number of tags in one delivery. It bounds the comparisons that a sender can cause.
pub(crate) const MAX_TAGS: usize = 16;

/// The candidate tags of a delivery. A single one, the usual case, needs no allocation.
#[derive(Clone)]
pub(crate) struct Candidates {
    first: Tag,
    rest: Vec<Tag>,
    seen: usize,
}

impl Candidates {
    pub(crate) fn new() -> Self {
        Self {
            first: Tag::default(),
            rest: Vec::new(),
            seen: 0,
        }
    }

    /// Adds a tag as spelled in the request. A tag that does not decode to the right length can
    /// never match, so it is counted and dropped.
    pub(crate) fn push(
        &mut self,
        spelled: &[u8],
        encoding: Encoding,
        len: usize,
    ) -> Result<(), RejectionKind> {
        self.seen = self.seen.saturating_add(1);
        if self.seen > MAX_TAGS {
            return Err(RejectionKind::TooManySignatures);
        }
        if self.first.is_empty() {
            self.first
                .set(len, |bytes| decode(spelled, encoding, bytes));
        } else {
            let mut tag = Tag::default();
            if tag.set(len, |bytes| decode(spelled, encoding, bytes)) {
                if self.rest.capacity() == 0 {
                    // Allocates once for all of them.
                    self.rest.reserve_exact(MAX_TAGS);
                }
                self.rest.push(tag);
            }
        }
        Ok(())
    }

    /// Checks that a candidate could match. If none could, the body need not be read.
    pub(crate) fn check(&self) -> Result<(), RejectionKind> {
        match self.seen {
            0 => Err(RejectionKind::UnsupportedScheme),
            _ if self.first.is_empty() => Err(RejectionKind::Malformed),
            _ => Ok(()),
        }
    }

    /// Whether `tag` is one of the candidates. All of them are compared in any case.
    pub(crate) fn contain(&self, tag: &Tag) -> bool {
        let rest = self.rest.iter();
        rest.fold(self.first.matches(tag), |found, candidate| {
            found | candidate.matches(tag)
        })
        .to_bool()
    }
}

impl Candidates {
    /// Whether both have the same tags in the same order.
    pub(crate) fn are(&self, other: &Self) -> bool {
        let tags = |of: &Self| {
            std::iter::once(of.first)
                .chain(of.rest.iter().copied())
                .map(|tag| tag.as_bytes().to_vec())
                .collect::<Vec<_>>()
        };
        tags(self) == tags(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::grammar::parse;
    use crate::parse::{Grammar, TimeIn};

    fn tags(value: &str, grammar: Grammar) -> Result<usize, RejectionKind> {
        let mut candidates = Candidates::new();
        let time_at = Some(TimeIn::Pair("t"));
        parse(value.as_bytes(), grammar, time_at, |spelled| {
            candidates.push(spelled, Encoding::Hex, 2)
        })?;
        candidates.check()?;
        Ok(candidates.rest.len() + 1)
    }

    const PAIRS: Grammar = Grammar::Pairs {
        separator: b',',
        label: "v1",
        spaces: false,
        beside: None,
    };

    #[test]
    fn unknown_pairs_are_ignored_and_malformed_tags_dropped() {
        assert_eq!(tags("t=1,v1=abcd", PAIRS), Ok(1));
        assert_eq!(
            tags("foo,v2=ffff,t=1,v1=zzzz,v1=abcd,v1=ABCD,", PAIRS),
            Ok(2)
        );
    }

    #[test]
    fn a_value_without_a_tag_that_could_match_is_refused_for_its_own_reason() {
        assert_eq!(tags("t=1", PAIRS), Err(RejectionKind::UnsupportedScheme));
        assert_eq!(
            tags("t=1,v0=abcd", PAIRS),
            Err(RejectionKind::UnsupportedScheme)
        );
        assert_eq!(tags("t=1,v1=", PAIRS), Err(RejectionKind::Malformed));
        assert_eq!(tags("t=1,v1=abc", PAIRS), Err(RejectionKind::Malformed));
        assert_eq!(tags("t=1,v1=0xabcd", PAIRS), Err(RejectionKind::Malformed));
        assert_eq!(
            tags("t=1, v1=abcd", PAIRS),
            Err(RejectionKind::UnsupportedScheme)
        );
        assert_eq!(
            tags("t=1,t=1,v1=abcd", PAIRS),
            Err(RejectionKind::AmbiguousHeader)
        );
        assert_eq!(
            tags(&"v1=abcd,".repeat(17), PAIRS),
            Err(RejectionKind::TooManySignatures)
        );
        assert_eq!(
            tags(&"a".repeat(8193), PAIRS),
            Err(RejectionKind::Malformed)
        );
    }
}
