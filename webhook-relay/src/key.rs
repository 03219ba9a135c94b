//! The key of a message.

use sha2::{Digest as _, Sha256};
use webhook_worker::Stored;

/// The key of a message in hexadecimal digits: that of its event, the same for all attempts.
///
/// Where copies of an event run, two events may have one replay key. An engine that removes
/// duplicates by it would lose the second one, so the key of such a message is also that of its
/// job.
pub(crate) fn of(stored: &Stored) -> String {
    let delivery = stored.delivery();
    let replay_key = delivery.replay_key();
    match replay_key {
        Some(key) if delivery.is_remembered() => const_hex::encode(key.as_bytes()),
        _ => {
            let mut digest = Sha256::new();
            digest.update(replay_key.map_or(&[0; 32], |key| key.as_bytes()));
            digest.update(job(stored).to_be_bytes());
            digest.update(stored.accepted_at().as_millis().to_be_bytes());
            const_hex::encode(digest.finalize())
        }
    }
}

/// The number of the job in its table.
pub(crate) fn job(stored: &Stored) -> u64 {
    stored.lease().id.number()
}
