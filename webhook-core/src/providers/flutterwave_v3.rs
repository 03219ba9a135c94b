use crate::provider::{Parameter, Provider, Scheme};

/// Flutterwave webhooks of version 3.
///
/// `verif-hash` is the secret hash of the dashboard. **Nothing is signed**: the hash only
/// identifies the sender. Version 4 signs its webhooks: see [`FLUTTERWAVE`](super::FLUTTERWAVE).
///
/// * Events have no id (`/data/id` names the transaction), so the replay key comes from the body.
///   The event type is `/event`.
///
/// Source: <https://developer.flutterwave.com/v3.0/docs/webhooks>.
pub const FLUTTERWAVE_V3: Provider =
    Provider::new("flutterwave-v3", &[Scheme::token().in_header("verif-hash")])
        .type_at(&["/event"])
        .configured_by(&[
            Parameter::secret("secret_hash"),
            Parameter::identifier("public_key"),
        ])
        .documented_at("https://developer.flutterwave.com/v3.0/docs/webhooks");
