//! Signature headers: from a header value to candidate tags.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::error::RejectionKind;
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
    // A fold has no early exit, so it processes sixteen bytes at a time.
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
                // An entry without a version is ignored.
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
                // The sets sign one message with several keys, so all must have the same time.
                if *time.get_or_insert(own) != own {
                    return Err(RejectionKind::AmbiguousHeader);
                }
            }
            Ok(time.flatten())
        }
        Grammar::List { separator } => {
            let mut entries = value.split(|&b| b == separator);
            let time = match time_at {
                Some(TimeIn::First) => entries.next(),
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

/// The text of a field of a JSON object in base64.
fn json_field(value: &[u8], pointer: &'static str) -> Result<Vec<u8>, RejectionKind> {
    let json = STANDARD
        .decode(value)
        .map_err(|_| RejectionKind::Malformed)?;
    let text = field(&json, pointer)?.ok_or(RejectionKind::UnsupportedScheme)?;
    Ok(text.into_owned().into_bytes())
}

/// The key and text of a pair.
#[inline]
fn halves(pair: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut halves = pair.splitn(2, |&b| b == b'=');
    Some((halves.next()?, halves.next()?))
}
