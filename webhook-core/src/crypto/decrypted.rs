//! Decrypted text that nothing authenticates.

use zeroize::Zeroizing;

/// The decrypted text of a body that nothing authenticates.
pub(crate) struct Decrypted {
    pub(crate) text: Zeroizing<Vec<u8>>,
    /// Whether the padding is right. The text means nothing if it is wrong. The text is there so
    /// that both take as long: an attacker who learns whether the padding is right can decrypt.
    pub(crate) is_intact: bool,
}
