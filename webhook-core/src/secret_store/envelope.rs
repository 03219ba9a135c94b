//! The sealed form of a secret. Its bytes are described in the [module](super).

use std::fmt;

use crate::crypto::seal::{self, NONCE};
use crate::secret::Secret;
use crate::secret_store::key_text::{MAX_ID, is_id};
use crate::secret_store::{KeyRing, OpenError, OpenProblem, SecretStoreError, Slot};

const VERSION: u8 = 1;
/// Keeps these keys apart from other uses of them.
const CONTEXT: &[u8] = b"webhook-secret";

/// A secret as it is stored: the version of the format, the id of a key, a nonce, and the encrypted
/// text.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedSecret(Box<[u8]>);

impl SealedSecret {
    /// Takes what [`as_bytes`](Self::as_bytes) returned. Other bytes do not open.
    pub fn from_bytes(bytes: impl Into<Box<[u8]>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes to store.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The id of the key that sealed it. `None`: the bytes are not of this format.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.parts().map(|parts| parts.key_id)
    }

    fn parts(&self) -> Option<Parts<'_>> {
        let (&[VERSION, length], rest) = self.0.split_first_chunk::<2>()? else {
            return None;
        };
        let (key_id, rest) = rest.split_at_checked(length.into())?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>()?;
        let key_id = std::str::from_utf8(key_id).ok().filter(|id| is_id(id))?;
        Some(Parts {
            key_id,
            nonce,
            sealed,
        })
    }
}

struct Parts<'a> {
    key_id: &'a str,
    nonce: &'a [u8; NONCE],
    sealed: &'a [u8],
}

impl KeyRing {
    /// Seals a secret for a slot, with the current key. For tables of your own:
    /// [`SecretStore`](super::SecretStore) does it by itself.
    ///
    /// # Errors
    ///
    /// If the operating system has no random bytes.
    pub fn seal(&self, slot: &Slot, secret: &Secret) -> Result<SealedSecret, SecretStoreError> {
        let nonce = seal::random().ok_or(SecretStoreError::NoRandomness)?;
        self.seal_with(slot, secret, &nonce)
            .ok_or(SecretStoreError::NoRandomness)
    }

    /// `None` never happens: a ring has a key, and no secret has 256 GiB.
    fn seal_with(&self, slot: &Slot, secret: &Secret, nonce: &[u8; NONCE]) -> Option<SealedSecret> {
        let (id, key) = self.current()?;
        let mut bytes = header(id);
        let sealed = key.seal(nonce, &associated(&bytes, slot), secret.as_bytes())?;
        bytes.extend_from_slice(nonce);
        bytes.extend_from_slice(&sealed);
        Some(SealedSecret(bytes.into()))
    }

    /// Opens a secret that was sealed for this slot.
    ///
    /// # Errors
    ///
    /// If the ring does not have its key, or if it was changed, copied from another slot, or sealed
    /// with another key of the same id.
    pub fn open(&self, slot: &Slot, sealed: &SealedSecret) -> Result<Secret, OpenError> {
        let error = |problem| OpenError::new(slot, problem);
        let parts = sealed.parts().ok_or(error(OpenProblem::Format))?;
        let unknown = || error(OpenProblem::UnknownKey(parts.key_id.into()));
        let key = self.get(parts.key_id).ok_or_else(unknown)?;
        let beside = associated(&header(parts.key_id), slot);
        let text = key.open(parts.nonce, &beside, parts.sealed);
        let text = text.ok_or(error(OpenProblem::NotAuthentic))?;
        Ok(Secret::from(text.as_slice()))
    }
}

fn header(key_id: &str) -> Vec<u8> {
    const { assert!(MAX_ID <= u8::MAX as usize) };
    let length = u8::try_from(key_id.len()).unwrap_or(u8::MAX);
    [&[VERSION, length], key_id.as_bytes()].concat()
}

/// Every text stands after its length, so no two slots have the same associated data.
fn associated(header: &[u8], slot: &Slot) -> Vec<u8> {
    let mut bytes = [CONTEXT, header].concat();
    for text in [slot.tenant(), slot.provider(), slot.setting_name()] {
        bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
        bytes.extend_from_slice(text.as_bytes());
    }
    bytes.extend_from_slice(&slot.number().to_be_bytes());
    bytes
}

/// Shows the id of the key.
impl fmt::Debug for SealedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedSecret")
            .field("key_id", &self.key_id())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring() -> KeyRing {
        let key = std::array::from_fn(|n| u8::try_from(n).unwrap());
        KeyRing::new([("2027-01", key), ("old", [9; 32])]).unwrap()
    }

    fn sealed(slot: &Slot, text: &str) -> SealedSecret {
        let nonce = std::array::from_fn(|n| 0x40 + u8::try_from(n).unwrap());
        ring().seal_with(slot, &text.into(), &nonce).unwrap()
    }

    /// `tests/secret_store/envelope.py` computes the same with code of its own.
    #[test]
    fn the_format_stays_what_it_is() {
        for (slot, text, expected) in [
            (
                Slot::secret("stripe", "acme", 1),
                "whsec_0123456789abcdef0123",
                "0107323032372d3031404142434445464748494a4b4c4d4e4f5051525354555657\
                 a3517615b3bf4927bdc7b38b99ab5dabf3d8cea0763f63ab5802\
                 53d203b40d36bbe5acb1c145188baef5",
            ),
            (
                Slot::setting("paypal", "Blumen & Söhne", "webhook_id", 258),
                "",
                "0107323032372d3031404142434445464748494a4b4c4d4e4f5051525354555657\
                 59720da77307e0750a66e1bbaf6454f4",
            ),
        ] {
            assert_eq!(const_hex::encode(sealed(&slot, text).as_bytes()), expected);
            let expected = SealedSecret::from_bytes(const_hex::decode(expected).unwrap());
            let opened = ring().open(&slot, &expected).unwrap();
            assert_eq!(opened.as_bytes(), text.as_bytes());
        }
    }

    #[test]
    fn a_secret_opens_in_its_own_slot_only_and_every_other_is_the_same_error() {
        let own = Slot::setting("stripe", "acme", "a", 7);
        let sealed = sealed(&own, "secret");
        assert_eq!(ring().open(&own, &sealed).unwrap().as_bytes(), b"secret");
        let others = [
            Slot::setting("stripe", "acmf", "a", 7),
            Slot::setting("stripf", "acme", "a", 7),
            Slot::setting("stripe", "acme", "b", 7),
            Slot::setting("stripe", "acme", "a", 8),
            Slot::secret("stripe", "acme", 7),
            // The same bytes in a row, cut at other places.
            Slot::setting("tripe", "acmes", "a", 7),
            Slot::setting("stripea", "acme", "", 7),
            Slot::setting("acme", "stripe", "a", 7),
        ];
        for other in &others {
            let error = ring().open(other, &sealed).unwrap_err();
            assert_eq!(*error.problem(), OpenProblem::NotAuthentic, "{other:?}");
            let expected = "the stored secret does not open: it was changed, copied from another \
                place, or sealed with another key of the same id";
            assert_eq!(error.to_string(), expected);
        }
    }

    #[test]
    fn what_is_not_an_envelope_does_not_open() {
        let slot = Slot::secret("stripe", "acme", 1);
        let sealed = sealed(&slot, "secret");
        let bytes = sealed.as_bytes();
        for length in 0..bytes.len() {
            let cut = SealedSecret::from_bytes(&bytes[..length]);
            assert!(ring().open(&slot, &cut).is_err(), "{length} bytes");
        }
        for bit in 0..bytes.len() * 8 {
            let mut other = bytes.to_vec();
            other[bit / 8] ^= 1 << (bit % 8);
            let other = SealedSecret::from_bytes(other);
            assert!(ring().open(&slot, &other).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn a_ring_without_the_key_names_it_and_one_with_another_key_of_its_id_does_not_open() {
        let slot = Slot::secret("stripe", "acme", 1);
        let sealed = sealed(&slot, "secret");
        let open = |id| {
            let ring = KeyRing::new([(id, [3; 32])]).unwrap();
            ring.open(&slot, &sealed).unwrap_err()
        };
        let unknown = open("2028-01");
        assert_eq!(
            *unknown.problem(),
            OpenProblem::UnknownKey("2027-01".into())
        );
        assert!(unknown.to_string().contains("2027-01"), "{unknown}");
        assert_eq!(*open("2027-01").problem(), OpenProblem::NotAuthentic);
    }

    #[test]
    fn a_secret_is_sealed_differently_each_time() {
        let slot = Slot::secret("stripe", "acme", 1);
        let [one, other] = [(); 2].map(|()| ring().seal(&slot, &"secret".into()).unwrap());
        assert_ne!(one, other);
        assert!(!format!("{one:?}").contains(&const_hex::encode(&one.as_bytes()[9..17])));
        assert_eq!(
            format!("{one:?}"),
            r#"SealedSecret { key_id: Some("2027-01"), .. }"#
        );
    }
}
