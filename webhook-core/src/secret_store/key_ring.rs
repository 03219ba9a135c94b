//! The keys that seal secrets.

use std::fmt;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::crypto::constant_time_eq;
use crate::crypto::seal::{self, SealingKey};
#[cfg(feature = "inbox")]
use crate::crypto::{Algorithm, RunningMac};
use crate::secret_store::KeyRingError;
use crate::secret_store::key_file;
use crate::secret_store::key_text::{self, KeyProblem};

/// The keys that secrets at rest are sealed with. Clones share them.
///
/// Each key has an id, which every sealed secret names. The first key is current: it seals. All of
/// them open. To replace a key, put a new one in front, restart every process, run
/// [`SecretStore::rewrap`](super::SecretStore::rewrap), and then remove the old one.
///
/// # Text form
///
/// `ID:KEY`, and several of them separated by white space or commas, the current one first. `#`
/// begins a comment. An id has 1 to 64 letters, digits, `.`, `_` and `-`, and is not secret. A key
/// is 32 random bytes in base64 or hexadecimal. `webhook secrets key` prints a fresh one with an
/// id. `openssl rand -base64 32` makes the part after the colon.
///
/// ```
/// use webhook_core::secret_store::KeyRing;
///
/// let ring = KeyRing::parse(
///     "2027-01:JSf/XkFK39kHYGdqZCkmPqN1sXV3sLAQ4ZrGjJxfHDo=  # current
///      2026-01:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
/// )?;
/// assert_eq!(ring.current_id(), "2027-01");
/// assert_eq!(ring.ids().collect::<Vec<_>>(), ["2027-01", "2026-01"]);
/// # Ok::<(), webhook_core::secret_store::KeyRingError>(())
/// ```
///
/// Keys are wiped on drop, and not shown in `Debug`.
#[derive(Clone)]
pub struct KeyRing(Arc<[MasterKey]>);

struct MasterKey {
    id: Box<str>,
    key: SealingKey,
    /// Derived from the key, for what is not a secret.
    #[cfg(feature = "inbox")]
    deliveries: RunningMac,
}

/// Keeps the derived key apart from other uses of the key.
#[cfg(feature = "inbox")]
const FOR_DELIVERIES: &[u8] = b"webhook-delivery";

impl KeyRing {
    /// A ring of these keys, each with its id. The first one is current.
    ///
    /// # Errors
    ///
    /// If there is no key, or if one is blank, or if an id is empty, too long, has other characters
    /// than letters, digits, `.`, `_` and `-`, or if two ids or two keys are the same.
    pub fn new<I: AsRef<str>>(
        keys: impl IntoIterator<Item = (I, [u8; seal::KEY])>,
    ) -> Result<Self, KeyRingError> {
        let keys = keys.into_iter().map(|(id, key)| (id, Zeroizing::new(key)));
        let mut ring = Builder::default();
        for (id, key) in keys {
            ring.add(Ok((id.as_ref(), key)))?;
        }
        ring.build()
    }

    /// Reads the text form.
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new), and if a key is not 32 bytes in base64 or hexadecimal.
    pub fn parse(text: &str) -> Result<Self, KeyRingError> {
        let mut ring = Builder::default();
        for entry in key_text::entries(text) {
            ring.add(key_text::entry(entry))?;
        }
        ring.build()
    }

    /// Reads the text form from an environment variable.
    ///
    /// # Errors
    ///
    /// Those of [`parse`](Self::parse), and if the variable is not set.
    pub fn from_env(name: &str) -> Result<Self, KeyRingError> {
        match std::env::var(name).map(Zeroizing::new) {
            Ok(text) => Self::parse(&text),
            Err(_) => Err(KeyRingError::NoVariable {
                name: name.to_owned(),
            }),
        }
    }

    /// Reads the text form from a file.
    ///
    /// # Errors
    ///
    /// Those of [`parse`](Self::parse), and if the file cannot be read.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, KeyRingError> {
        let text = std::fs::read_to_string(path).map_err(KeyRingError::Unreadable)?;
        Self::parse(&Zeroizing::new(text))
    }

    /// Reads the text form from a file, and makes the file with a fresh key if there is none: for an
    /// application that runs at its first start. On Unix, only its owner can read the file.
    ///
    /// Back the file up, apart from the database: a ring that is made anew opens nothing of what
    /// the lost one has sealed.
    ///
    /// # Errors
    ///
    /// Those of [`from_file`](Self::from_file), and if the file cannot be made, or the operating
    /// system has no random bytes.
    pub fn from_file_or_new(path: impl AsRef<Path>) -> Result<Self, KeyRingError> {
        let path = path.as_ref();
        match Self::from_file(path) {
            Err(KeyRingError::Unreadable(error)) if error.kind() == ErrorKind::NotFound => {
                key_file::create(path)?;
                Self::from_file(path)
            }
            read => read,
        }
    }

    /// A fresh key in the text form, with this id. The result is secret.
    ///
    /// # Errors
    ///
    /// If the id cannot be used, or the operating system has no random bytes.
    pub fn fresh_entry(id: &str) -> Result<String, KeyRingError> {
        if !key_text::is_id(id) {
            let (position, problem) = (1, KeyProblem::InvalidId);
            return Err(KeyRingError::Key { position, problem });
        }
        let key = seal::random().ok_or(KeyRingError::NoRandomness)?;
        Ok(key_text::written(id, &key))
    }

    /// The id of the current key.
    #[must_use]
    pub fn current_id(&self) -> &str {
        self.0.first().map_or("", |key| &key.id)
    }

    /// The ids of all keys, the current one first.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|key| &*key.id)
    }

    /// The current key. `None` never happens: a ring has a key.
    pub(super) fn current(&self) -> Option<(&str, &SealingKey)> {
        self.0.first().map(|key| (&*key.id, &key.key))
    }

    /// The keys that seal deliveries, each with its id, the current one first.
    #[cfg(feature = "inbox")]
    pub(crate) fn delivery_keys(&self) -> impl Iterator<Item = (&str, &RunningMac)> {
        self.0.iter().map(|key| (&*key.id, &key.deliveries))
    }

    pub(super) fn get(&self, id: &str) -> Option<&SealingKey> {
        let mut keys = self.0.iter();
        keys.find(|key| *key.id == *id).map(|key| &key.key)
    }
}

/// A ring in the making, with the bytes of its keys, so that no key is there twice.
#[derive(Default)]
struct Builder(Vec<(Box<str>, Zeroizing<[u8; seal::KEY]>)>);

impl Builder {
    fn add(
        &mut self,
        entry: Result<(&str, Zeroizing<[u8; seal::KEY]>), KeyProblem>,
    ) -> Result<(), KeyRingError> {
        let added = entry.and_then(|(id, key)| self.check(id, &key).map(|()| (id.into(), key)));
        let position = self.0.len().saturating_add(1);
        let added = added.map_err(|problem| KeyRingError::Key { position, problem })?;
        self.0.push(added);
        Ok(())
    }

    fn check(&self, id: &str, key: &[u8; seal::KEY]) -> Result<(), KeyProblem> {
        if !key_text::is_id(id) {
            return Err(KeyProblem::InvalidId);
        }
        if constant_time_eq(key, &[0; seal::KEY]) {
            return Err(KeyProblem::Blank);
        }
        if self.0.iter().any(|(known, _)| **known == *id) {
            return Err(KeyProblem::DuplicateId);
        }
        let mut known = self.0.iter();
        match known.any(|(_, known)| constant_time_eq(&**known, key)) {
            true => Err(KeyProblem::DuplicateKey),
            false => Ok(()),
        }
    }

    fn build(self) -> Result<KeyRing, KeyRingError> {
        if self.0.is_empty() {
            return Err(KeyRingError::Empty);
        }
        let keys = self.0.into_iter().map(|(id, bytes)| MasterKey {
            id,
            key: SealingKey::new(&bytes),
            #[cfg(feature = "inbox")]
            deliveries: for_deliveries(&bytes),
        });
        Ok(KeyRing(keys.collect()))
    }
}

/// The keyed hash of the key that is derived for deliveries.
#[cfg(feature = "inbox")]
fn for_deliveries(key: &[u8; seal::KEY]) -> RunningMac {
    let mut mac = Algorithm::HmacSha256.key(key);
    mac.update(FOR_DELIVERIES);
    Algorithm::HmacSha256.key(mac.finish().as_bytes())
}

/// Shows the ids.
impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeyRing")
            .field(&self.ids().collect::<Vec<_>>())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    const BASE64: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    const OTHER: &str = "JSf/XkFK39kHYGdqZCkmPqN1sXV3sLAQ4ZrGjJxfHDo";

    fn problem(text: &str) -> KeyProblem {
        match KeyRing::parse(text) {
            Err(KeyRingError::Key { problem, .. }) => problem,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn keys_are_read_from_base64_and_hexadecimal() {
        let bytes = std::array::from_fn(|n| u8::try_from(n).unwrap());
        let sealed = KeyRing::new([("a", bytes)]).unwrap();
        let slot = crate::secret_store::Slot::secret("stripe", "acme", 1);
        let sealed = sealed.seal(&slot, &"secret".into()).unwrap();
        for text in [
            format!("a:{HEX}"),
            format!("a:{}", HEX.to_ascii_uppercase()),
            format!("a:{BASE64}"),
            format!("a:{}", BASE64.trim_end_matches('=')),
            format!("# keys\nb:{OTHER}, # the current one\r\n\ta:{BASE64}\n"),
        ] {
            let ring = KeyRing::parse(&text).unwrap();
            assert_eq!(ring.open(&slot, &sealed).unwrap().as_bytes(), b"secret");
        }
    }

    #[test]
    fn a_ring_that_cannot_be_used_says_which_key_and_why() {
        use KeyProblem as P;
        for blank in ["", " \n", "# a comment", ",,"] {
            assert!(matches!(KeyRing::parse(blank), Err(KeyRingError::Empty)));
        }
        let long = "a".repeat(65);
        for (text, expected) in [
            (HEX.to_owned(), P::NoId),
            (format!(":{HEX}"), P::InvalidId),
            (format!("{long}:{HEX}"), P::InvalidId),
            (format!("ä:{HEX}"), P::InvalidId),
            ("a:".to_owned(), P::Blank),
            (format!("a:{}", "0".repeat(64)), P::Blank),
            ("a:not-base64!".to_owned(), P::NotText),
            (
                format!("a:{}", "x".repeat(64)),
                P::WrongLength { bytes: 48 },
            ),
            ("a:c2hvcnQ=".to_owned(), P::WrongLength { bytes: 5 }),
            (format!("a:{HEX}00"), P::WrongLength { bytes: 33 }),
            (format!("a:{OTHER} a:{HEX}"), P::DuplicateId),
            (format!("a:{HEX} b:{BASE64}"), P::DuplicateKey),
        ] {
            assert_eq!(problem(&text), expected, "{text}");
            let error = KeyRing::parse(&text).unwrap_err();
            for shown in [error.to_string(), format!("{error:?}")] {
                assert!(!shown.contains(HEX) && !shown.contains(OTHER), "{shown}");
            }
        }
        let second = KeyRing::parse(&format!("a:{OTHER} b:")).unwrap_err();
        assert_eq!(&second.to_string()[..15], "key 2 is blank:");
    }

    #[test]
    fn a_fresh_entry_is_another_key_each_time_and_can_be_read() {
        let entries = [(); 2].map(|()| KeyRing::fresh_entry("2027-01").unwrap());
        assert_ne!(entries[0], entries[1]);
        for entry in entries {
            assert_eq!(KeyRing::parse(&entry).unwrap().current_id(), "2027-01");
        }
        assert!(KeyRing::fresh_entry("a b").is_err());
    }

    #[test]
    fn a_ring_is_read_from_a_file_and_a_missing_one_is_an_error() {
        let path = std::env::temp_dir().join(format!("webhook-keys-{}", std::process::id()));
        let missing = KeyRing::from_file(&path).unwrap_err();
        assert!(matches!(missing, KeyRingError::Unreadable(_)), "{missing}");
        std::fs::write(&path, format!("a:{HEX}\n")).unwrap();
        let ring = KeyRing::from_file(&path);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(ring.unwrap().current_id(), "a");
        let unset = KeyRing::from_env("WEBHOOK_NO_SUCH_VARIABLE").unwrap_err();
        assert!(matches!(unset, KeyRingError::NoVariable { .. }), "{unset}");
    }

    #[test]
    fn a_missing_file_is_made_once_and_one_that_cannot_be_used_is_kept() {
        let path = std::env::temp_dir().join(format!("webhook-new-keys-{}", std::process::id()));
        let read = || std::fs::read_to_string(&path).unwrap();
        // At the same time, as processes that start together.
        std::thread::scope(|scope| {
            let made = [(); 8].map(|()| scope.spawn(|| KeyRing::from_file_or_new(&path)));
            for ring in made {
                assert_eq!(ring.join().unwrap().unwrap().current_id(), "1");
            }
        });
        let first = read();
        KeyRing::from_file_or_new(&path).unwrap();
        assert_eq!(read(), first);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        std::fs::write(&path, "no key").unwrap();
        assert!(KeyRing::from_file_or_new(&path).is_err());
        assert_eq!(read(), "no key");
        std::fs::remove_file(&path).unwrap();
        let nowhere = path.join("keys.txt");
        let error = KeyRing::from_file_or_new(nowhere).unwrap_err();
        assert!(matches!(error, KeyRingError::Unwritable(_)), "{error}");
    }

    #[test]
    fn debug_of_a_ring_shows_its_ids_alone() {
        let ring = KeyRing::parse(&format!("a:{OTHER} b:{HEX}")).unwrap();
        assert_eq!(format!("{ring:?}"), r#"KeyRing(["a", "b"])"#);
    }
}
