//! Box: two keys, each with its header, over the body and then the time.

use super::check::{first, fresh, one_tag};
use super::{Asked, Check, Custom, Draft, Finding, Keys, whole};
use crate::algorithm::{Algorithm, RunningDigest, Tag};
use crate::error::RejectionKind;
use crate::grammar::{Candidates, encode};
use crate::scheme::{Coverage, Encoding};
use crate::time::{TimeUnit, UnixTime};
use crate::verifier::Verified;

const PRIMARY: &str = "box-signature-primary";
const SECONDARY: &str = "box-signature-secondary";
const TIME: &str = "box-delivery-timestamp";
/// The setting of the key that only the second header's tags are made with.
pub(crate) const SECONDARY_KEY: &str = "secondary_secret";

/// The tags of both headers, each checked with the keys that make them. Where neither matches, the same is tried over the body as
/// Box's own SDK writes it, with escapes for what is not ASCII.
#[derive(Debug)]
pub(crate) struct BoxCom;

impl Custom for BoxCom {
    fn start(&self, asked: &Asked<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        if asked.header("box-signature-version")? != b"1"
            || asked.header("box-signature-algorithm")? != b"HmacSHA256"
        {
            return Err(RejectionKind::UnsupportedScheme);
        }
        let secondary = asked.settings.get(SECONDARY_KEY).map(<[u8]>::to_vec);
        let running = Running {
            primary: candidates(asked, PRIMARY)?,
            secondary: match secondary {
                Some(_) => candidates(asked, SECONDARY)?,
                None => None,
            },
            keys: asked.keys.clone(),
            secondary_key: secondary.map(Into::into),
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
        let tag = tag(draft.key, &draft.body, time.as_bytes());
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
    secondary_key: Option<zeroize::Zeroizing<Vec<u8>>>,
    coverage: Coverage,
    sent: Vec<u8>,
    time: UnixTime,
}

impl Running {
    fn check(&self, body: &[u8]) -> Result<Verified, RejectionKind> {
        let mut found = Finding {
            slot: self.slot(|sink| sink(body)),
            time: Some(self.time),
            message: None,
        };
        if found.slot.is_none()
            && let Some(text) = needs_escapes(body)
        {
            found.slot = self.slot(|sink| escape(text, sink));
            // Spelled either way, it is one message.
            let mut digest = RunningDigest::new();
            escape(text, &mut |piece| digest.update(piece));
            found.message = Some(digest.finish());
        }
        found.verified(self.coverage)
    }

    /// The slot of the key that matches in its own header; the secondary one is behind the secrets.
    fn slot(&self, write: impl Fn(&mut dyn FnMut(&[u8]))) -> Option<usize> {
        let matches = |key: &[u8], header: &Option<Candidates>| {
            let mut mac = Algorithm::HmacSha256.key(key);
            write(&mut |piece| mac.update(piece));
            mac.update(&self.sent);
            let tag = mac.finish();
            header.as_ref().is_some_and(|tags| tags.contain(&tag))
        };
        let primary = self.keys.iter().map(|key| matches(key, &self.primary));
        let secondary = self.secondary_key.iter();
        let secondary = secondary.map(|key| matches(key, &self.secondary));
        first(primary.chain(secondary))
    }
}

/// The tag of a header that may be missing.
fn candidates(asked: &Asked<'_>, name: &str) -> Result<Option<Candidates>, RejectionKind> {
    match asked.header(name) {
        Ok(value) => one_tag(value, Encoding::Base64, Algorithm::HmacSha256).map(Some),
        Err(RejectionKind::MissingHeader) => Ok(None),
        Err(kind) => Err(kind),
    }
}

fn tag(key: &[u8], body: &[u8], time: &[u8]) -> Tag {
    let mut mac = Algorithm::HmacSha256.key(key);
    mac.update(body);
    mac.update(time);
    mac.finish()
}

/// The body, if it is text that Box's SDK writes with escapes: of letters from U+007F on, and of slashes that have none yet.
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

/// Writes a text with `\uXXXX` for all from U+007F on and `\/` for a slash that is not escaped yet.
fn escape(text: &str, sink: &mut dyn FnMut(&[u8])) {
    let mut rest = text;
    let mut before = ' ';
    while let Some(c) = rest.chars().next() {
        match c {
            '/' if before != '\\' => sink(b"\\/"),
            '\u{7f}'.. => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let [high, low] = unit.to_be_bytes();
                    sink(b"\\u");
                    let mut digits = [0; 4];
                    // Four digits for two bytes: it cannot fail.
                    let _ = const_hex::encode_to_slice([high, low], &mut digits);
                    sink(&digits);
                }
            }
            _ => {
                // All that stands as it is, in one go.
                let plain = |byte: &u8| *byte < 0x7f && *byte != b'/';
                let bytes = rest.as_bytes().iter().skip(1);
                let len = bytes
                    .take_while(|byte| plain(byte))
                    .count()
                    .saturating_add(1);
                let (run, behind) = rest.split_at_checked(len).unwrap_or((rest, ""));
                sink(run.as_bytes());
                before = run.chars().next_back().unwrap_or(' ');
                rest = behind;
                continue;
            }
        }
        before = c;
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
}
