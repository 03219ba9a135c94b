//! One line for messages that were not relayed.

use std::error::Error;

use webhook_core::adapter::LogLimit;

use crate::Message;

/// Says, at most once a second, that an engine has not taken a message. The worker counts them all.
pub(crate) fn not_relayed(lines: &LogLimit, message: &Message, error: &(dyn Error + 'static)) {
    let Some(suppressed) = lines.pass() else {
        return;
    };
    let stored = message.stored();
    let delivery = stored.delivery();
    tracing::warn!(
        target: "webhook",
        provider = delivery.provider(),
        tenant = delivery.tenant(),
        consumer = stored.consumer(),
        attempt = delivery.attempt(),
        error,
        suppressed,
        "not relayed"
    );
}
