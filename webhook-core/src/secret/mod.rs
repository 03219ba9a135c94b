//! Secrets as configured, and the keys made from them.

mod format;
pub(crate) mod key_text;
mod keys;
mod secret_text;
mod set;
mod settings;

pub use format::KeyFormat;
pub(crate) use keys::{Key, Keys};
pub use secret_text::Secret;
pub(crate) use secret_text::check_text;
pub use set::SecretSet;
pub use settings::Settings;
