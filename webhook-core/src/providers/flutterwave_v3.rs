use crate::provider::{Parameter, Provider, Scheme};

/// Flutterwave, version 3.
///
/// `verif-hash` is the secret hash of the dashboard. **Nothing is signed**: it says who sent the request. Version 4 signs:
/// [`FLUTTERWAVE`](super::FLUTTERWAVE).
///
/// * Events have no id (`/data/id` is the transaction's) and are told apart by their content. The type is `/event`.
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
