//! Signature headers: from the text of a value to candidate tags.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::error::RejectionKind;
use crate::parse::json::field;
use crate::request::MAX_VALUE;

/// Where the time is in a header that holds it beside the tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeIn {
    /// The value of the pair with this key.
    Pair(&'static str),
    /// The first entry of a list.
    First,
}

impl TimeIn {
    /// Whether the pair with this key holds the time.
    fn is_pair(self, key: &[u8]) -> bool {
        matches!(self, Self::Pair(name) if name.as_bytes() == key)
    }
}

/// How tags are written in a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Grammar {
    /// One tag behind a prefix, which may be empty: `sha256=<tag>`.
    Bare {
        /// The prefix, compared byte for byte.
        prefix: &'static str,
    },
    /// `t=<time>,v1=<tag>,v1=<tag>`: pairs, of which those with the label hold tags and others are ignored.
    Pairs {
        /// What stands between two pairs.
        separator: u8,
        /// The key of a pair that holds a tag.
        label: &'static str,
        /// Whether white space around a pair is tolerated.
        spaces: bool,
        /// A pair that has to be there besides, as the name of the algorithm is where the sender chooses it.
        beside: Option<(&'static str, &'static str)>,
    },
    /// `t=<time>,v1=<tag> t=<time>,v1=<tag>`: lists of pairs separated by spaces, all of one time.
    PairSets {
        /// What stands between two pairs.
        separator: u8,
        /// The key of a pair that holds a tag.
        label: &'static str,
    },
    /// `<tag>,<tag>`, behind the time where that is the first entry.
    List {
        /// What stands between two entries.
        separator: u8,
    },
    /// `v1,<tag> v1,<tag> v1a,<tag>`: entries separated by spaces, each with its version in front.
    Versions {
        /// The version whose entries hold tags of this scheme.
        label: &'static str,
        /// Whether an entry may end in a comma.
        commas: bool,
    },
    /// `<key>/SHA256/<tag>,<key>/SHA256/<tag>`: entries separated by commas, each with the name of its key and its
    /// algorithm in front. The name of a key is not looked at: every key is tried.
    Keyed {
        /// The algorithm whose entries hold tags of this scheme.
        label: &'static str,
    },
    /// A JSON object in base64, with the tag in one of its fields. The others, which name key and algorithm, are not looked at:
    /// the algorithm is the scheme's, and every key is tried.
    Json {
        /// The pointer of the field.
        field: &'static str,
    },
}

/// Reads a header value: its tags into `tags`, and, where the time is in it, the text of the time.
pub(crate) fn parse(
    value: &[u8],
    grammar: Grammar,
    time_at: Option<TimeIn>,
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

/// The text of another pair of a header, or of another field of its JSON: one that [`parse`] has read.
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
