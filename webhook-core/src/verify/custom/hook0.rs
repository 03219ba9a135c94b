//! Hook0: a header of pairs, one of which names the signed headers.

use crate::crypto::{Algorithm, RunningDigest, RunningMac};
use crate::error::RejectionKind;
use crate::parse::Encoding;
use crate::parse::encoding::encode;
use crate::provider::{Check, CheckInput, Custom, Draft, Verified};
use crate::request::MAX_VALUE;
use crate::time::TimeUnit;
use crate::verify::custom::check::Codes;
use crate::verify::fresh;

/// The maximum number of headers that a request may name as signed.
const MAX_NAMES: usize = 64;

/// `t=<seconds>,h=<names separated by spaces>,v1=<tag>` in this header. The tag is over the time,
/// the names, their values and the body, separated by dots. The older `v0`, which covers no
/// headers, is ignored.
///
/// Values and bodies may contain dots, so the signature does not say where the values end, and the
/// end of a value may have been moved into the body. So the digest is over the signed message
/// without the time. It stays the same wherever the message is split.
#[derive(Debug)]
pub(crate) struct Hook0 {
    /// The header.
    pub(crate) tag: &'static str,
    /// Whether the sender only writes JSON. The body then starts at the first bracket, and every
    /// byte of it is covered, unless a value contains a bracket or the body starts otherwise.
    pub(crate) is_json: bool,
    /// Whether a named header that is absent is signed as an empty one.
    pub(crate) signs_absent: bool,
}

/// The known pairs of the header. Each may be present once.
#[derive(Default)]
struct Pairs<'v> {
    time: Option<&'v str>,
    names: Option<&'v str>,
    tag: Option<&'v str>,
}

impl<'v> Pairs<'v> {
    fn read(value: &'v [u8]) -> Result<Self, RejectionKind> {
        let text = std::str::from_utf8(value).map_err(|_| RejectionKind::Malformed)?;
        if text.len() > MAX_VALUE {
            return Err(RejectionKind::Malformed);
        }
        let mut pairs = Self::default();
        for (key, value) in text.split(',').filter_map(|pair| pair.split_once('=')) {
            let slot = match key.trim() {
                "t" => &mut pairs.time,
                "h" => &mut pairs.names,
                "v1" => &mut pairs.tag,
                _ => continue,
            };
            if slot.replace(value).is_some() {
                return Err(RejectionKind::AmbiguousHeader);
            }
        }
        Ok(pairs)
    }
}

impl Custom for Hook0 {
    fn mac(&self, secret: &[u8]) -> Option<RunningMac> {
        Some(Algorithm::HmacSha256.key(secret))
    }

    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let pairs = Pairs::read(asked.header(self.tag)?)?;
        let tag = pairs.tag.ok_or(RejectionKind::UnsupportedScheme)?;
        let mut codes = Codes::new(asked, Algorithm::HmacSha256, tag.as_bytes(), Encoding::Hex)?;
        let time = pairs.time.ok_or(RejectionKind::Malformed)?;
        let names = pairs.names.ok_or(RejectionKind::Malformed)?;
        codes.time = Some(fresh(
            time.as_bytes(),
            TimeUnit::Seconds,
            asked.now,
            asked.tolerance,
        )?);
        codes.sign(format!("{time}.").as_bytes());
        let mut running = Running {
            codes,
            message: RunningDigest::new(),
            is_json: self.is_json,
            is_plain: true,
            first: None,
        };
        running.sign(format!("{names}.").as_bytes());
        for (i, name) in names.split(' ').filter(|name| !name.is_empty()).enumerate() {
            let value = match asked.header(&name.to_ascii_lowercase()) {
                Err(RejectionKind::MissingHeader) if self.signs_absent => b"",
                value => value?,
            };
            if i >= MAX_NAMES {
                return Err(RejectionKind::Malformed);
            }
            running.is_plain &= !value.iter().any(is_bracket);
            running.sign(if i > 0 { b"." } else { b"" });
            running.sign(value);
        }
        running.sign(b".");
        Ok(Box::new(running))
    }

    fn sign(&self, draft: &mut Draft<'_>) {
        let time = TimeUnit::Seconds.format(draft.now);
        let given =
            |of: fn(&(String, String)) -> String| draft.given.iter().map(of).collect::<Vec<_>>();
        let names = given(|(name, _)| name.to_ascii_lowercase()).join(" ");
        let values = given(|(_, value)| value.clone()).join(".");
        let head = format!("{time}.{names}.{values}.");
        let tag = encode(draft.tag(&[head.as_bytes(), &draft.body]), Encoding::Hex);
        draft.push(self.tag, format!("t={time},h={names},v1={tag}"));
    }
}

/// The keyed hashes, and the digest of the signed message without the time.
struct Running {
    codes: Codes,
    message: RunningDigest,
    is_json: bool,
    /// Whether no value has a bracket.
    is_plain: bool,
    first: Option<u8>,
}

impl Running {
    fn sign(&mut self, bytes: &[u8]) {
        self.codes.sign(bytes);
        self.message.update(bytes);
    }
}

impl Check for Running {
    fn update(&mut self, bytes: &[u8]) {
        self.first = self.first.or(bytes.first().copied());
        self.sign(bytes);
    }

    fn finish(&mut self, body: &[u8]) -> Result<Verified, RejectionKind> {
        let mut verified = self.codes.finish(body)?;
        verified.message = Some(self.message.clone().finish());
        let begins = self.first.as_ref().is_none_or(is_bracket);
        verified.coverage.body = self.is_json && self.is_plain && begins;
        Ok(verified)
    }
}

/// Whether a JSON object or array can start with this byte.
fn is_bracket(byte: &u8) -> bool {
    matches!(byte, b'{' | b'[')
}
