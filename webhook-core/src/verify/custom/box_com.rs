//! Box: two keys, each with its own header, over the body and then the time.

use crate::crypto::{Algorithm, RunningDigest, RunningMac};
use crate::error::RejectionKind;
use crate::parse::Encoding;
use crate::parse::encoding::encode;
use crate::parse::gather::Gather;
use crate::provider::{Check, CheckInput, Coverage, Custom, Draft, Verified};
use crate::secret::Keys;
use crate::time::{TimeUnit, UnixTime};
use crate::verify::custom::check::one_tag;
use crate::verify::custom::{CheckResult, first, whole};
use crate::verify::{Candidates, fresh};

const PRIMARY: &str = "box-signature-primary";

const SECONDARY: &str = "box-signature-secondary";

const TIME: &str = "box-delivery-timestamp";

/// The setting of the key that makes the tags in the second header.
pub(crate) const SECONDARY_KEY: &str = "secondary_secret";

/// Checks the tags of both headers with their keys. If neither matches, tries the body as Box's own
/// SDK writes it, with non-ASCII characters escaped.
#[derive(Debug)]
pub(crate) struct BoxCom;

impl Custom for BoxCom {
    fn mac(&self, secret: &[u8]) -> Option<RunningMac> {
        Some(Algorithm::HmacSha256.key(secret))
    }

    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        if asked.header("box-signature-version")? != b"1"
            || asked.header("box-signature-algorithm")? != b"HmacSHA256"
        {
            return Err(RejectionKind::UnsupportedScheme);
        }
        let secondary = asked.settings.get(SECONDARY_KEY);
        let running = Running {
            primary: candidates(asked, PRIMARY)?,
            secondary: match secondary {
                Some(_) => candidates(asked, SECONDARY)?,
                None => None,
            },
            keys: asked.keys.clone(),
            secondary_mac: secondary.and_then(|secret| self.mac(secret)),
            coverage: asked.scheme.coverage(),
            sent: asked.header(TIME)?.to_vec(),
            time: fresh(
                asked.header(TIME)?,
                TimeUnit::Rfc3339,
                asked.now,
                asked.tolerance,
            )?,
        };
        if running.primary.is_none() && running.secondary.is_none() {
            return Err(RejectionKind::MissingHeader);
        }
        Ok(whole(move |body| running.check(body)))
    }

    fn sign(&self, draft: &mut Draft<'_>) {
        let time = TimeUnit::Rfc3339.format(draft.now);
        let tag = draft.tag(&[&draft.body, time.as_bytes()]);
        draft.push(PRIMARY, encode(tag, Encoding::Base64));
        draft.push(TIME, time);
        draft.push("box-signature-version", "1");
        draft.push("box-signature-algorithm", "HmacSHA256");
    }
}

struct Running {
    primary: Option<Candidates>,
    secondary: Option<Candidates>,
    keys: Keys,
    secondary_mac: Option<RunningMac>,
    coverage: Coverage,
    sent: Vec<u8>,
    time: UnixTime,
}

impl Running {
    fn check(&self, body: &[u8]) -> Result<Verified, RejectionKind> {
        let (mut slot, mut coverage) = (self.slot(|sink| sink(body)), self.coverage);
        let mut message = None;
        if slot.is_none()
            && let Some(text) = needs_escapes(body)
        {
            slot = self.slot(|sink| escape(text, sink));
            // Both spellings are one message, but not every byte of the body was signed.
            message = slot.map(|_| {
                let mut digest = RunningDigest::new();
                escape(text, &mut |piece| digest.update(piece));
                digest.finish()
            });
            coverage.body = false;
            coverage.values = true;
        }
        let time = Some(self.time);
        CheckResult {
            slot,
            time,
            message,
        }
        .verified(coverage)
    }

    /// The slot of the key that matches in its own header. The secondary key's slot follows those
    /// of the secrets.
    fn slot(&self, write: impl Fn(&mut dyn FnMut(&[u8]))) -> Option<usize> {
        let matches = |mut mac: RunningMac, header: &Option<Candidates>| {
            write(&mut |piece| mac.update(piece));
            mac.update(&self.sent);
            let tag = mac.finish();
            header.as_ref().is_some_and(|tags| tags.contain(&tag))
        };
        let primary = self.keys.macs().map(|mac| matches(mac, &self.primary));
        let secondary = self.secondary_mac.iter().cloned();
        let secondary = secondary.map(|mac| matches(mac, &self.secondary));
        first(primary.chain(secondary))
    }
}

/// The tag of an optional header.
fn candidates(asked: &CheckInput<'_>, name: &str) -> Result<Option<Candidates>, RejectionKind> {
    match asked.header(name) {
        Ok(value) => one_tag(value, Encoding::Base64, Algorithm::HmacSha256).map(Some),
        Err(RejectionKind::MissingHeader) => Ok(None),
        Err(kind) => Err(kind),
    }
}

/// The body, if Box's SDK would write it with escapes: for characters from U+007F on, and for
/// slashes that are not escaped yet.
fn needs_escapes(body: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(body).ok()?;
    let mut before = b' ';
    let needs = text.bytes().any(|byte| {
        let needs = byte >= 0x7f || (byte == b'/' && before != b'\\');
        before = byte;
        needs
    });
    needs.then_some(text)
}

/// Writes text with `\uXXXX` for characters from U+007F on, and `\/` for slashes that are not
/// escaped yet.
fn escape(text: &str, sink: &mut dyn FnMut(&[u8])) {
    let mut gather = Gather::new(sink);
    let mut before = ' ';
    for c in text.chars() {
        match c {
            '/' if before != '\\' => gather.push(b"\\/"),
            '\u{7f}'.. => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    gather.push(b"\\u");
                    gather.push(&[12, 8, 4, 0].map(|shift| digit(*unit >> shift)));
                }
            }
            // Up to U+007E.
            _ => gather.push_byte(u8::try_from(c).unwrap_or_default()),
        }
        before = c;
    }
    gather.finish();
}

/// The hexadecimal digit of the lowest four bits.
fn digit(bits: u16) -> u8 {
    let digit = char::from_digit(u32::from(bits & 0xf), 16);
    digit.map_or(b'0', |digit| u8::try_from(digit).unwrap_or(b'0'))
}
