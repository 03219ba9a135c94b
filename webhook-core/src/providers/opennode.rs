use crate::provider::{Coverage, Identity, Parameter, Provider, Scheme};
use crate::verify::custom::form_field::{FormField, Place};

/// OpenNode.
///
/// A form, of which `hashed_order` is hexadecimal, HMAC-SHA-256 over the field `id`. The key is the API key.
///
/// * **Only the id is signed.** Whoever has seen one callback can send any status for it: fetch the charge before you act on it.
/// * What is signed does not tell one event of a charge from another, so copies are not recognised and handlers have to bear them.
///
/// Source: <https://developers.opennode.com/docs/charges-webhooks> and opennode-node's `src/client.ts`.
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
    .in_form("hashed_order", "/tag")],
)
.identified_by(
    Identity::Indistinct,
    "the id of the charge is all that is signed, and a charge has several events",
)
.configured_by(&[Parameter::secret("api_key")])
.documented_at("https://developers.opennode.com/docs/charges-webhooks");
