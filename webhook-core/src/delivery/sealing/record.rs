//! A delivery as bytes, and back.
//!
//! [`SealedDelivery`] describes the bytes. Labels are stored as they are, so that unsealing reads
//! nothing in the body, and a later version of this library finds the same id in it.

use std::fmt;
use std::num::NonZeroU16;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use triomphe::UniqueArc;

use crate::crypto::{RunningMac, Tag};
use crate::delivery::sealing::format::{Reader, Writer};
use crate::delivery::sealing::{SealKeys, StoredHead, UnsealError};
use crate::delivery::target::query;
use crate::delivery::{BodyLabels, Delivery, Proof, Record, Remembered, Scope};
use crate::provider::{Coverage, Mode, Verified};
use crate::replay::{LabelBound, Lease, ReplayKey};
use crate::time::UnixTime;

const VERSION: u8 = 1;
const TAG: usize = 32;

/// A delivery without its body, as it is stored: everything that was known when it was verified,
/// and a tag over that and the body.
///
/// It has no secret: no key, no token of the sender. It is not encrypted.
///
/// # The bytes
///
/// Numbers are big-endian. A text or a list of bytes stands after its length as 4 bytes. A value
/// that may be absent stands after a byte that is 1 if it is there, and else 0.
///
/// 1. The version (1 byte, the number 1), length of the key id (1 byte), key id.
/// 2. Provider, consumer and tenant. The last two may be empty.
/// 3. The event's id and type, each if it has one, and its mode (1 byte; 0: none, 1: live, 2: test).
/// 4. The proof: a byte of flags (from the lowest bit: the signature covers the body, the time, an
///    id, the URL, the method, other values, the event's id, the event's type), the key slot
///    (4 bytes), the signed time in milliseconds (8 bytes) if there is one, the digest of the
///    signed message (32 bytes) if the body is not part of it.
/// 5. If the delivery has a replay key: the key (32 bytes), flags (1 byte: the content identifies
///    it, it is remembered, it is a question), and if there is a bound, its group (32 bytes) and
///    number (2 bytes).
/// 6. The unwrapped payload, if the provider wraps it.
/// 7. The [head](StoredHead): time of arrival in milliseconds (8 bytes), method, target, the
///    route if it is known, the number of headers (2 bytes), and for each its name and its value.
/// 8. The tag (32 bytes): HMAC-SHA-256 of the length of all bytes before it (8 bytes), these
///    bytes, and the body.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedDelivery(Bytes);

impl SealedDelivery {
    /// Takes what [`as_bytes`](Self::as_bytes) returned. Other bytes do not open.
    pub fn from_bytes(bytes: impl Into<Bytes>) -> Self {
        Self(bytes.into())
    }

    /// The bytes to store.
    #[must_use]
    pub const fn as_bytes(&self) -> &Bytes {
        &self.0
    }

    /// The id of the key that sealed it. `None`: the bytes are not of this format.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        key_id(&mut Reader(&self.0))
    }
}

/// Shows the id of the key.
impl fmt::Debug for SealedDelivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedDelivery")
            .field("key_id", &self.key_id())
            .finish_non_exhaustive()
    }
}

/// A delivery that was stored.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Unsealed {
    /// The delivery.
    pub delivery: Delivery,
    /// What was kept of the head of its request.
    pub head: StoredHead,
}

impl Unsealed {
    /// Says which claim the delivery runs under: its [attempt](Delivery::attempt), its
    /// [fence](Delivery::fence), and the [transaction](Delivery::transaction) of the claim, if it
    /// has one. To be called before the delivery is cloned, or it changes nothing.
    pub fn runs_under(&mut self, lease: &Lease) {
        self.delivery.runs_under(lease, true);
    }

    /// Tells the handler that its claim is lost: see [`Delivery::lease`].
    pub fn lose(&self) {
        self.delivery.lost_signal().raise();
    }

    /// Whether the request has come to a layer of the delivery's endpoint. `false` after a run: the
    /// application has no such route any more.
    #[must_use]
    pub fn has_reached_its_layer(&self) -> bool {
        self.delivery.has_passed_layer()
    }

    /// Whether a router has acknowledged the delivery because it has no handler for its type.
    #[must_use]
    pub fn has_no_handler(&self) -> bool {
        self.delivery.has_found_no_handler()
    }
}

impl Delivery {
    /// Seals the delivery for a store, with the current key. The body is stored beside it, as
    /// [`raw`](Self::raw) returns it.
    ///
    /// [`Endpoint::unseal`](crate::Endpoint::unseal) makes it a delivery again. Its attempt and the
    /// claim that it runs under are not part of it.
    #[must_use]
    pub fn seal(&self, keys: &SealKeys, head: &StoredHead) -> SealedDelivery {
        let Some((id, mac)) = keys.current() else {
            unreachable!("a ring has a key");
        };
        let mut out = Writer(Vec::with_capacity(512));
        out.byte(VERSION);
        out.byte(u8::try_from(id.len()).unwrap_or(u8::MAX));
        out.0.extend_from_slice(id.as_bytes());
        self.write(&mut out);
        head.write(&mut out);
        let tag = tag(mac, &out.0, self.raw());
        out.0.extend_from_slice(tag.as_bytes());
        SealedDelivery(out.0.into())
    }

    fn write(&self, out: &mut Writer) {
        let (scope, shared) = (self.scope(), self.shared());
        out.text(shared.provider.name());
        out.text(&shared.consumer);
        out.text(&scope.tenant);
        out.optional(self.id(), Writer::text);
        out.optional(self.event_type(), Writer::text);
        out.byte(match self.mode() {
            None => 0,
            Some(Mode::Live) => 1,
            Some(Mode::Test) => 2,
        });
        write_proof(self.proof(), out);
        out.optional(self.remembered(), |out, remembered| {
            write_remembered(remembered, out);
        });
        out.optional(self.unwrapped(), |out, payload| out.bytes(payload));
    }
}

impl Scope {
    /// See [`Endpoint::unseal`](crate::Endpoint::unseal).
    pub(crate) fn unseal(
        self: &Arc<Self>,
        keys: &SealKeys,
        sealed: &SealedDelivery,
        body: Bytes,
        attempt: u32,
    ) -> Result<Unsealed, UnsealError> {
        let bytes = &sealed.0;
        let (fields, found) = bytes.split_last_chunk::<TAG>().ok_or(UnsealError::Format)?;
        let mut reader = Reader(fields);
        let id = key_id(&mut reader).ok_or(UnsealError::Format)?;
        let mac = keys
            .get(id)
            .ok_or_else(|| UnsealError::UnknownKey(id.into()))?;
        if !tag(mac, fields, &body).matches(&Tag::new(found)).to_bool() {
            return Err(UnsealError::NotAuthentic);
        }
        let tenant = self.admit_sealed(&mut reader)?;
        let scope = match tenant == &*self.tenant {
            true => Arc::clone(self),
            false => self.of_tenant(tenant),
        };
        scope
            .read(&mut reader, body, attempt)
            .ok_or(UnsealError::Format)
    }

    /// Refuses a delivery of another endpoint or tenant. Returns the tenant.
    fn admit_sealed<'a>(&self, reader: &mut Reader<'a>) -> Result<&'a str, UnsealError> {
        let mut text = || reader.text().ok_or(UnsealError::Format);
        let provider = text()?;
        if provider != self.shared.provider.name() {
            return Err(UnsealError::OtherProvider(provider.into()));
        }
        let consumer = text()?;
        if consumer != &*self.shared.consumer {
            return Err(UnsealError::OtherConsumer(consumer.into()));
        }
        let tenant = text()?;
        let is_own = match self.has_tenants() {
            true => !tenant.is_empty(),
            false => tenant == &*self.tenant,
        };
        match is_own {
            true => Ok(tenant),
            false => Err(UnsealError::OtherTenant(tenant.into())),
        }
    }

    fn read(
        self: &Arc<Self>,
        reader: &mut Reader<'_>,
        body: Bytes,
        attempt: u32,
    ) -> Option<Unsealed> {
        let mut record = UniqueArc::new(Record::new(Arc::clone(self)));
        record.raw = body;
        record.attempt = attempt;
        record.id = reader.optional(Reader::text)?.map(Into::into);
        record.kind = reader.optional(Reader::text)?.map(Into::into);
        let mode = match reader.byte()? {
            0 => None,
            1 => Some(Mode::Live),
            2 => Some(Mode::Test),
            _ => return None,
        };
        record.body = OnceLock::from(BodyLabels {
            mode,
            ..BodyLabels::default()
        });
        record.proof = read_proof(reader)?;
        record.remembered = reader.optional(read_remembered)?;
        let payload = reader.optional(Reader::bytes)?;
        record.unwrapped = payload.map(|payload| Box::new(Bytes::copy_from_slice(payload)));
        let head = StoredHead::read(reader)?;
        reader.end()?;
        if !record.proof.is_fetched() {
            record.query = query(&self.shared, head.path_and_query());
        }
        Some(Unsealed {
            delivery: Delivery::new(record),
            head,
        })
    }
}

fn key_id<'a>(reader: &mut Reader<'a>) -> Option<&'a str> {
    if reader.byte()? != VERSION {
        return None;
    }
    let len = reader.byte()?;
    let (id, rest) = reader.0.split_at_checked(len.into())?;
    reader.0 = rest;
    std::str::from_utf8(id).ok()
}

/// The length stands first, so no byte can move between the record and the body.
fn tag(mut mac: RunningMac, fields: &[u8], body: &[u8]) -> Tag {
    mac.update(&(fields.len() as u64).to_be_bytes());
    mac.update(fields);
    mac.update(body);
    mac.finish()
}

fn flags<const N: usize>(flags: [bool; N]) -> u8 {
    let bits = flags.into_iter().zip(0..8_u32);
    bits.fold(0, |all, (flag, bit)| all | u8::from(flag) << bit)
}

const fn has(flags: u8, bit: u32) -> bool {
    flags & 1 << bit != 0
}

fn write_proof(proof: &Proof, out: &mut Writer) {
    let covered = proof.coverage();
    out.byte(flags([
        covered.body,
        covered.time,
        covered.id,
        covered.url,
        covered.method,
        covered.values,
        proof.covers_id(),
        proof.covers_type(),
    ]));
    // Nobody configures so many secrets.
    let slot = u32::try_from(proof.key_slot()).unwrap_or(u32::MAX);
    out.array(&slot.to_be_bytes());
    out.optional(proof.signed_at(), |out, time| {
        out.array(&time.as_millis().to_be_bytes());
    });
    out.optional(proof.message(), |out, message| out.array(&message));
}

fn read_proof(reader: &mut Reader<'_>) -> Option<Proof> {
    let flags = reader.byte()?;
    let slot = u32::from_be_bytes(reader.array()?);
    let time = reader.optional(Reader::array)?;
    let verified = Verified {
        coverage: Coverage {
            body: has(flags, 0),
            time: has(flags, 1),
            id: has(flags, 2),
            url: has(flags, 3),
            method: has(flags, 4),
            values: has(flags, 5),
        },
        key_slot: usize::try_from(slot).ok()?,
        time: time.map(|millis| UnixTime::from_millis(u64::from_be_bytes(millis))),
        message: reader.optional(Reader::array)?,
    };
    Some(Proof::new(verified, has(flags, 6), has(flags, 7)))
}

fn write_remembered(remembered: &Remembered, out: &mut Writer) {
    out.array(remembered.key.as_bytes());
    out.byte(flags([
        remembered.by_content,
        remembered.keeps,
        remembered.is_question,
    ]));
    out.optional(remembered.bound, |out, bound| {
        out.array(bound.group.as_bytes());
        out.array(&bound.at_most.get().to_be_bytes());
    });
}

fn read_remembered(reader: &mut Reader<'_>) -> Option<Remembered> {
    let key = ReplayKey::from_bytes(reader.array()?);
    let flags = reader.byte()?;
    let bound = reader.optional(|reader| {
        let group = ReplayKey::from_bytes(reader.array()?);
        let at_most = NonZeroU16::new(u16::from_be_bytes(reader.array()?))?;
        Some(LabelBound::new(group, at_most))
    })?;
    Some(Remembered {
        key,
        by_content: has(flags, 0),
        bound,
        keeps: has(flags, 1),
        is_question: has(flags, 2),
    })
}
