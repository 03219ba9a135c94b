use crate::provider::Provider;
use crate::providers::standard_webhooks::standard;

/// Dodo Payments webhooks.
///
/// [Standard Webhooks](super::STANDARD_WEBHOOKS). Dodo's SDKs pass deliveries to the Standard
/// Webhooks library.
///
/// Source: <https://docs.dodopayments.com/developer-resources/webhooks> and
/// dodopayments/dodopayments-typescript.
pub const DODOPAYMENTS: Provider = standard("dodopayments")
    .with_aliases(&["dodo-payments"])
    .documented_at("https://docs.dodopayments.com/developer-resources/webhooks");
