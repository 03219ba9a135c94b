//! Signature headers: from the text of a value to candidate tags.

use base64::Engine as _;
use base64::engine::general_purpose::{
    GeneralPurpose, STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD,
};

use crate::algorithm::Tag;
use crate::error::RejectionKind;
use crate::held::field;
use crate::scheme::{Encoding, Grammar, TimeLocation};

/// Candidate tags one delivery may carry. More would let a sender make us compare without end.
pub(crate) const MAX_TAGS: usize = 16;

/// Bytes of a header value that are looked at. A longer one is refused unread.
pub(crate) const MAX_VALUE: usize = 8 * 1024;

/// The candidate tags of a delivery. The usual single one needs no allocation.
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

    /// Adds a tag as spelled in the request. One that does not decode to a tag of the right length can never
    /// match, so it is counted and dropped.
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
                    // Once for all of them.
                    self.rest.reserve_exact(MAX_TAGS);
                }
                self.rest.push(tag);
            }
        }
        Ok(())
    }

    /// Whether any candidate could match. If not, the body need not be read to know the answer.
    pub(crate) fn check(&self) -> Result<(), RejectionKind> {
        match self.seen {
            0 => Err(RejectionKind::UnsupportedScheme),
            _ if self.first.is_empty() => Err(RejectionKind::Malformed),
            _ => Ok(()),
        }
    }

    /// Whether one of the candidates is `tag`. All are compared, whatever the outcome.
    pub(crate) fn contain(&self, tag: &Tag) -> bool {
        let rest = self.rest.iter();
        rest.fold(self.first.matches(tag), |found, candidate| {
            found | candidate.matches(tag)
        })
        .to_bool()
    }
}

impl Candidates {
    /// Whether both hold the same tags in the same order.
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

/// Reads a header value: its tags into `tags`, and, where the time is in it, the text of the time.
pub(crate) fn parse(
    value: &[u8],
    grammar: Grammar,
    time_at: Option<TimeLocation>,
    mut tag: impl FnMut(&[u8]) -> Result<(), RejectionKind>,
) -> Result<Option<&[u8]>, RejectionKind> {
    // A fold, since without an early exit it takes sixteen bytes at a time.
    let printable = |ok, byte: &u8| ok & (b' '..=b'~').contains(byte);
    if value.len() > MAX_VALUE || !value.iter().fold(true, printable) {
        return Err(RejectionKind::Malformed);
    }
    match grammar {
        Grammar::Bare { prefix } => {
            let spelled = value
                .strip_prefix(prefix.as_bytes())
                .ok_or(RejectionKind::Malformed)?;
            tag(spelled)?;
            Ok(None)
        }
        Grammar::Versions { label, commas } => {
            for entry in value
                .split(|&b| b == b' ')
                .filter(|entry| !entry.is_empty())
            {
                // An entry without a version is of no version we know.
                let mut halves = entry.splitn(2, |&b| b == b',');
                if let (Some(version), Some(spelled)) = (halves.next(), halves.next())
                    && version == label.as_bytes()
                {
                    let bare = spelled.strip_suffix(b",").filter(|_| commas);
                    tag(bare.unwrap_or(spelled))?;
                }
            }
            Ok(None)
        }
        Grammar::Pairs {
            separator,
            label,
            spaces,
            beside,
        } => {
            let mut time = None;
            let mut missing = beside.is_some();
            for pair in value.split(|&b| b == separator) {
                let pair = if spaces { pair.trim_ascii() } else { pair };
                let Some((key, text)) = halves(pair) else {
                    continue;
                };
                if time_at.is_some_and(|at| at.is_pair(key)) {
                    if time.replace(text).is_some() {
                        return Err(RejectionKind::AmbiguousHeader);
                    }
                } else if key == label.as_bytes() {
                    tag(text)?;
                } else if let Some((_, expected)) =
                    beside.filter(|(name, _)| key == name.as_bytes())
                {
                    if !missing || text != expected.as_bytes() {
                        return Err(RejectionKind::UnsupportedScheme);
                    }
                    missing = false;
                }
            }
            if missing {
                return Err(RejectionKind::UnsupportedScheme);
            }
            Ok(time)
        }
        Grammar::PairSets { separator, label } => {
            let mut time = None;
            for set in value.split(|&b| b == b' ') {
                let mut own = None;
                for (key, text) in set.split(|&b| b == separator).filter_map(halves) {
                    if time_at.is_some_and(|at| at.is_pair(key)) {
                        if own.replace(text).is_some() {
                            return Err(RejectionKind::AmbiguousHeader);
                        }
                    } else if key == label.as_bytes() {
                        tag(text)?;
                    }
                }
                if own.is_none() {
                    return Err(RejectionKind::Malformed);
                }
                // One message is signed under several keys, so all sets tell one time.
                if *time.get_or_insert(own) != own {
                    return Err(RejectionKind::AmbiguousHeader);
                }
            }
            Ok(time.flatten())
        }
        Grammar::List { separator } => {
            let mut entries = value.split(|&b| b == separator);
            let time = match time_at {
                Some(TimeLocation::First) => entries.next(),
                _ => None,
            };
            entries.try_for_each(&mut tag)?;
            Ok(time)
        }
        Grammar::Keyed { label } => {
            for entry in value.split(|&b| b == b',') {
                let mut fields = entry.trim_ascii().splitn(3, |&b| b == b'/');
                if let (Some(_), Some(algorithm), Some(spelled)) =
                    (fields.next(), fields.next(), fields.next())
                    && algorithm == label.as_bytes()
                {
                    tag(spelled)?;
                }
            }
            Ok(None)
        }
        Grammar::Json { field } => {
            tag(&json_field(value, field)?)?;
            Ok(None)
        }
    }
}

/// The text of another pair of a header, or of another field of its JSON: one that [`parse`] has read.
#[cfg(feature = "asymmetric")]
#[cold]
pub(crate) fn beside(
    value: &[u8],
    grammar: Grammar,
    name: &'static str,
) -> Result<Option<String>, RejectionKind> {
    let text = match grammar {
        Grammar::Json { .. } => Some(json_field(value, name)?),
        Grammar::Pairs {
            separator, spaces, ..
        } => {
            let pairs = value.split(|&b| b == separator);
            let pairs = pairs.map(|pair| if spaces { pair.trim_ascii() } else { pair });
            let mut texts = pairs
                .filter_map(halves)
                .filter(|(key, _)| *key == name.as_bytes());
            match (texts.next(), texts.next()) {
                (_, Some(_)) => return Err(RejectionKind::AmbiguousHeader),
                (found, None) => found.map(|(_, text)| text.to_vec()),
            }
        }
        _ => None,
    };
    Ok(text.and_then(|text| String::from_utf8(text).ok()))
}

/// The text of a field of the JSON object that a value is the base64 of.
fn json_field(value: &[u8], pointer: &'static str) -> Result<Vec<u8>, RejectionKind> {
    let json = STANDARD
        .decode(value)
        .map_err(|_| RejectionKind::Malformed)?;
    let text = field(&json, pointer)?.ok_or(RejectionKind::UnsupportedScheme)?;
    Ok(text.into_owned().into_bytes())
}

/// Key and text of a pair.
#[inline]
fn halves(pair: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut halves = pair.splitn(2, |&b| b == b'=');
    Some((halves.next()?, halves.next()?))
}

/// Decodes into `bytes`. The number of those that were written; `None` for what is not spelled so.
fn decode(spelled: &[u8], encoding: Encoding, bytes: &mut [u8]) -> Option<usize> {
    match encoding {
        Encoding::Hex | Encoding::HexUpper => {
            let len = spelled.len() / 2;
            if has_prefix(spelled) {
                return None;
            }
            const_hex::decode_to_slice(spelled, bytes.get_mut(..len)?).ok()?;
            Some(len)
        }
        // Strict: canonical last symbol, padding present, nothing else.
        Encoding::Base64 => STANDARD.decode_slice(spelled, bytes).ok(),
        Encoding::Base64Url => URL_SAFE_NO_PAD.decode_slice(spelled, bytes).ok(),
        Encoding::Base64Any => alphabet_of(spelled).decode_slice(spelled, bytes).ok(),
    }
}

/// The one spelling of base64 that this can be. As strict as that.
fn alphabet_of(spelled: &[u8]) -> GeneralPurpose {
    let for_urls = spelled.iter().any(|byte| matches!(byte, b'-' | b'_'));
    match (for_urls, spelled.ends_with(b"=")) {
        (false, true) => STANDARD,
        (false, false) => STANDARD_NO_PAD,
        (true, true) => URL_SAFE,
        (true, false) => URL_SAFE_NO_PAD,
    }
}

/// A signature of any length, as long as a header value can hold. As strict as with tags.
#[cfg(feature = "asymmetric")]
pub(crate) fn decode_long(spelled: &[u8], encoding: Encoding) -> Option<Vec<u8>> {
    match encoding {
        Encoding::Hex | Encoding::HexUpper if has_prefix(spelled) => None,
        Encoding::Hex | Encoding::HexUpper => const_hex::decode(spelled).ok(),
        Encoding::Base64 => STANDARD.decode(spelled).ok(),
        Encoding::Base64Url => URL_SAFE_NO_PAD.decode(spelled).ok(),
        Encoding::Base64Any => alphabet_of(spelled).decode(spelled).ok(),
    }
}

/// Whether hexadecimal digits begin with `0x` or `0X`, which const-hex would pass over and no
/// provider documents.
pub(crate) fn has_prefix(digits: &[u8]) -> bool {
    matches!(digits, [b'0', b'x' | b'X', ..])
}

/// Spells a tag the way the provider does.
pub(crate) fn encode(tag: impl AsRef<[u8]>, encoding: Encoding) -> String {
    match encoding {
        Encoding::Hex => const_hex::encode(tag),
        Encoding::HexUpper => const_hex::encode_upper(tag),
        Encoding::Base64 => STANDARD.encode(tag),
        Encoding::Base64Url | Encoding::Base64Any => URL_SAFE_NO_PAD.encode(tag),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(value: &str, grammar: Grammar) -> Result<usize, RejectionKind> {
        let mut candidates = Candidates::new();
        let time_at = Some(TimeLocation::Pair("t"));
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

    #[cfg(feature = "asymmetric")]
    #[test]
    fn hexadecimal_digits_with_a_prefix_are_another_spelling_and_none_of_a_signature() {
        assert_eq!(decode_long(b"10ab", Encoding::Hex), Some(vec![0x10, 0xab]));
        for prefixed in ["0x10", "0X10"] {
            assert_eq!(decode_long(prefixed.as_bytes(), Encoding::Hex), None);
        }
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
