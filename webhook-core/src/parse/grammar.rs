//! Signature headers: from a header value to candidate tags.
//!
//! Six forms have one provider each: sets of pairs (Persona), key names (Worldpay), JSON (eBay), a
//! comma after an entry (Supabase), a time as the first entry (Recurly) and pairs with a colon
//! (Toss Payments). They are not custom code: each is one function here, and nothing else of its
//! scheme is special. Custom code would repeat the signed message, the freshness, the signer, and
//! for eBay the fetched keys.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::error::RejectionKind;
use crate::parse::is_printable;
use crate::parse::json::field;
use crate::request::MAX_VALUE;

/// Where the time is in a header that also has the tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeIn {
    /// The value of the pair with this key.
    Pair(&'static str),
    /// The first entry of a list.
    First,
}

impl TimeIn {
    /// Whether the pair with this key has the time.
    fn is_pair(self, key: &[u8]) -> bool {
        matches!(self, Self::Pair(name) if name.as_bytes() == key)
    }
}

/// How tags are written in a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Grammar {
    /// One tag after an optional prefix: `sha256=<tag>`.
    Bare {
        /// The prefix, compared byte for byte.
        prefix: &'static str,
    },
    /// Pairs: `t=<time>,v1=<tag>,v1=<tag>`. Pairs with the label are tags; other pairs are ignored.
    Pairs {
        /// The separator of pairs.
        separator: u8,
        /// The key of a pair with a tag.
        label: &'static str,
        /// Whether white space around a pair is allowed.
        spaces: bool,
        /// A pair that must also be present, such as the algorithm if the sender can choose it.
        beside: Option<(&'static str, &'static str)>,
    },
    /// Lists of pairs separated by spaces: `t=<time>,v1=<tag> t=<time>,v1=<tag>`. All have the same
    /// time.
    PairSets {
        /// The separator of pairs.
        separator: u8,
        /// The key of a pair with a tag.
        label: &'static str,
    },
    /// Pairs with a colon: `v1:<tag>,v1:<tag>`. Pairs with the label are tags; other pairs are
    /// ignored.
    ColonPairs {
        /// The separator of pairs.
        separator: u8,
        /// The key of a pair with a tag.
        label: &'static str,
    },
    /// A list: `<tag>,<tag>`, preceded by the time if that is the first entry.
    List {
        /// The separator of entries.
        separator: u8,
    },
    /// Entries separated by spaces, each with its version: `v1,<tag> v1,<tag> v1a,<tag>`.
    Versions {
        /// The version whose entries are tags of this scheme.
        label: &'static str,
        /// Whether an entry may end with a comma.
        commas: bool,
    },
    /// Entries separated by commas, each with its key name and algorithm:
    /// `<key>/SHA256/<tag>,<key>/SHA256/<tag>`. The key name is ignored: every key is tried.
    Keyed {
        /// The algorithm whose entries are tags of this scheme.
        label: &'static str,
    },
    /// A JSON object in base64, one of whose fields is the tag. The fields that name key and
    /// algorithm are ignored: the scheme decides the algorithm, and every key is tried.
    Json {
        /// The pointer of the field.
        field: &'static str,
    },
}

/// Parses a header value. Passes its tags to `tag`, and returns the text of the time if the header
/// has it.
pub(crate) fn parse(
    value: &[u8],
    grammar: Grammar,
    time_at: Option<TimeIn>,
    mut tag: impl FnMut(&[u8]) -> Result<(), RejectionKind>,
) -> Result<Option<&[u8]>, RejectionKind> {
    if value.len() > MAX_VALUE || !is_printable(value) {
        return Err(RejectionKind::Malformed);
    }
    let tag = &mut tag;
    match grammar {
        Grammar::Bare { prefix } => {
            let spelled = value.strip_prefix(prefix.as_bytes());
            tag(spelled.ok_or(RejectionKind::Malformed)?)?;
            Ok(None)
        }
        Grammar::Versions { label, commas } => versions(value, label, commas, tag).map(|()| None),
        Grammar::Pairs {
            separator,
            label,
            spaces,
            beside,
        } => {
            let pairs = pairs(value, separator, spaces);
            read_pairs(pairs, label, time_at, beside, tag)
        }
        Grammar::PairSets { separator, label } => pair_sets(value, separator, label, time_at, tag),
        Grammar::ColonPairs { separator, label } => {
            colon_pairs(value, separator, label, tag).map(|()| None)
        }
        Grammar::List { separator } => {
            let mut entries = pieces(value, separator);
            let time = match time_at {
                Some(TimeIn::First) => entries.next(),
                _ => None,
            };
            entries.try_for_each(tag)?;
            Ok(time)
        }
        Grammar::Keyed { label } => keyed(value, label, tag).map(|()| None),
        Grammar::Json { field } => {
            tag(&json_field(value, field)?)?;
            Ok(None)
        }
    }
}

type Tag<'a> = &'a mut dyn FnMut(&[u8]) -> Result<(), RejectionKind>;

fn versions(value: &[u8], label: &str, commas: bool, tag: Tag<'_>) -> Result<(), RejectionKind> {
    for entry in pieces(value, b' ') {
        // An entry without a version is ignored.
        let Some((version, spelled)) = halves(entry, b',') else {
            continue;
        };
        if version == label.as_bytes() {
            let bare = spelled.strip_suffix(b",").filter(|_| commas);
            tag(bare.unwrap_or(spelled))?;
        }
    }
    Ok(())
}

fn read_pairs<'v>(
    pairs: impl Iterator<Item = (&'v [u8], &'v [u8])>,
    label: &str,
    time_at: Option<TimeIn>,
    beside: Option<(&str, &str)>,
    tag: Tag<'_>,
) -> Result<Option<&'v [u8]>, RejectionKind> {
    let mut time = None;
    let mut missing = beside.is_some();
    for (key, text) in pairs {
        if time_at.is_some_and(|at| at.is_pair(key)) {
            if time.replace(text).is_some() {
                return Err(RejectionKind::AmbiguousHeader);
            }
        } else if key == label.as_bytes() {
            tag(text)?;
        } else if let Some((_, expected)) = beside.filter(|(name, _)| key == name.as_bytes()) {
            if !missing || text != expected.as_bytes() {
                return Err(RejectionKind::UnsupportedScheme);
            }
            missing = false;
        }
    }
    match missing {
        true => Err(RejectionKind::UnsupportedScheme),
        false => Ok(time),
    }
}

/// One message is signed under several keys, so all sets have the same time.
fn pair_sets<'v>(
    value: &'v [u8],
    separator: u8,
    label: &str,
    time_at: Option<TimeIn>,
    tag: Tag<'_>,
) -> Result<Option<&'v [u8]>, RejectionKind> {
    let mut time = None;
    for set in pieces(value, b' ') {
        let own = read_pairs(pairs(set, separator, false), label, time_at, None, tag)?;
        let own = own.ok_or(RejectionKind::Malformed)?;
        if *time.get_or_insert(own) != own {
            return Err(RejectionKind::AmbiguousHeader);
        }
    }
    Ok(time)
}

fn colon_pairs(
    value: &[u8],
    separator: u8,
    label: &str,
    tag: Tag<'_>,
) -> Result<(), RejectionKind> {
    for pair in pieces(value, separator) {
        if let Some((key, spelled)) = halves(pair, b':')
            && key == label.as_bytes()
        {
            tag(spelled)?;
        }
    }
    Ok(())
}

fn keyed(value: &[u8], label: &str, tag: Tag<'_>) -> Result<(), RejectionKind> {
    for entry in pieces(value, b',') {
        let fields = halves(entry.trim_ascii(), b'/').and_then(|(_, rest)| halves(rest, b'/'));
        if let Some((algorithm, spelled)) = fields
            && algorithm == label.as_bytes()
        {
            tag(spelled)?;
        }
    }
    Ok(())
}

/// The text of another pair, or of another JSON field, of a header that [`parse`] has read.
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
            let mut texts =
                pairs(value, separator, spaces).filter(|(key, _)| *key == name.as_bytes());
            match (texts.next(), texts.next()) {
                (_, Some(_)) => return Err(RejectionKind::AmbiguousHeader),
                (found, None) => found.map(|(_, text)| text.to_vec()),
            }
        }
        _ => None,
    };
    Ok(text.and_then(|text| String::from_utf8(text).ok()))
}

/// The text of a field of a JSON object in base64.
fn json_field(value: &[u8], pointer: &'static str) -> Result<Vec<u8>, RejectionKind> {
    let json = STANDARD
        .decode(value)
        .map_err(|_| RejectionKind::Malformed)?;
    let text = field(&json, pointer)?.ok_or(RejectionKind::UnsupportedScheme)?;
    Ok(text.into_owned().into_bytes())
}

/// The keys and texts of pairs. Pieces without `=` are skipped.
fn pairs(value: &[u8], separator: u8, spaces: bool) -> impl Iterator<Item = (&[u8], &[u8])> {
    let pairs = pieces(value, separator);
    let pairs = pairs.map(move |pair| if spaces { pair.trim_ascii() } else { pair });
    pairs.filter_map(|pair| halves(pair, b'='))
}

/// The pieces between separators: one more than there are separators.
fn pieces(value: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(value);
    std::iter::from_fn(move || {
        let value = rest?;
        let (piece, behind) = halves(value, separator).unzip();
        rest = behind;
        Some(piece.unwrap_or(value))
    })
}

/// Splits at the first separator.
#[inline]
fn halves(value: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(separator, value)?;
    let (before, behind) = value.split_at_checked(at)?;
    Some((before, behind.get(1..)?))
}
