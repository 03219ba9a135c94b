//! Secrets of tenants at rest: sealed in a table of a database, and opened with a key ring.
//!
//! A service with many tenants gets a secret from each of them. [`SecretStore`] keeps them: it
//! checks a secret with the provider's own rules, seals it, and replaces it without a gap. A
//! [`SecretTable`] stores what is sealed, and never sees a key. `webhook-postgres` and
//! `webhook-sqlite` have one, and `webhook secrets` is the same for operators.
//!
//! ```
//! use std::time::Duration;
//! use webhook_core::secret_store::{KeyRing, MemorySecretTable, SecretStore};
//! use webhook_core::{Endpoint, SecretSet, TenantSecrets, providers};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! // In production: `KeyRing::from_env("WEBHOOK_SECRET_KEYS")?`.
//! let keys = KeyRing::new([("2027-01", [7; 32])])?;
//! let store = SecretStore::new(MemorySecretTable::new(), keys);
//!
//! let secrets = TenantSecrets::new("whsec_0123456789abcdef0123");
//! store.put(&providers::STRIPE, "acme", &secrets).await?;
//!
//! // The new secret counts at once, and the old one for another day.
//! let day = Duration::from_secs(24 * 60 * 60);
//! store.rotate(&providers::STRIPE, "acme", "whsec_abcdef0123456789abcd", day).await?;
//!
//! let found = store.get(&providers::STRIPE, "acme").await?.ok_or("no such tenant")?;
//! let template = Endpoint::stripe(SecretSet::per_tenant()).build()?;
//! let endpoint = template.for_tenant("acme", found)?;
//! assert!(store.get(&providers::STRIPE, "nobody").await?.is_none());
//! # drop(endpoint);
//! # Ok(())
//! # }
//! # let mut example = std::pin::pin!(example());
//! # let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
//! # assert!(matches!(example.as_mut().poll(&mut cx), std::task::Poll::Ready(Ok(()))));
//! ```
//!
//! # What sealing protects from
//!
//! A reader of the table, of a backup or of a replica learns no secret. A writer cannot make up a
//! secret, and cannot move one: tenant, provider and slot are authenticated, so a row that is copied
//! to another place does not open. A row that does not open is an error, and deliveries of its
//! tenant are answered 503.
//!
//! Times are not authenticated. A writer can let a previous secret count for longer, delete secrets,
//! and bring an old row back into its own place. The key ring and the table together give all
//! secrets.
//!
//! # The envelope
//!
//! A [`SealedSecret`] is version (1 byte, the number 1), length of the key id (1 byte), key id,
//! nonce (24 bytes), and the text encrypted with XChaCha20-Poly1305, whose tag is the last 16
//! bytes. The associated data are the text `webhook-secret`, the bytes up to the nonce, tenant,
//! provider and name of the setting (empty for a secret), each after its length as 8 bytes, and the
//! number of the slot as 8 bytes. Numbers are big-endian.

mod checks;
#[cfg(feature = "conformance")]
pub mod conformance;
mod envelope;
mod error;
mod key_file;
mod key_ring;
mod key_text;
mod memory;
mod rewrap;
mod slot;
mod store;
mod table;

pub use envelope::SealedSecret;
pub use error::{KeyRingError, OpenError, OpenProblem, SecretStoreError};
pub use key_ring::KeyRing;
pub use key_text::KeyProblem;
pub use memory::MemorySecretTable;
pub use rewrap::Rewrapped;
pub use slot::Slot;
pub use store::{DEFAULT_OVERLAP, SecretStore};
pub use table::{Change, Replaced, SecretInfo, SecretRow, SecretTable, TenantRows};
