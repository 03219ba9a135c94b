use crate::provider::{Coverage, Identity, Parameter, Provider, Scheme};
use crate::verify::custom::form_field::{FormField, Place};

/// OpenNode webhooks.
///
/// A delivery is a form. Its field `hashed_order` is a hex HMAC-SHA-256 over the field `id`. The
/// secret is the API key.
///
/// * **The signature covers only the id.** An attacker who has seen one callback can send any
///   status for it: fetch the charge before you act on it.
/// * The signature does not tell one event of a charge from another. So duplicates run, and the
///   handler must be idempotent.
///
/// Source: <https://developers.opennode.com/docs/charges-webhooks> and opennode-node's
/// `src/client.ts`.
pub const OPENNODE: Provider = Provider::new(
    "opennode",
    &[Scheme::with_code(
        &FormField {
            field: "id",
            tag: Place::Field("hashed_order"),
            holds_event: false,
        },
        Coverage {
            values: true,
            ..Coverage::NONE
        },
        "`id` of the form (HMAC-SHA-256)",
    )
    .in_form("hashed_order")],
)
.identified_by(
    Identity::Indistinct,
    "the signature covers only the id of the charge, which has several events",
)
.configured_by(&[Parameter::secret("api_key")])
.documented_at("https://developers.opennode.com/docs/charges-webhooks");
