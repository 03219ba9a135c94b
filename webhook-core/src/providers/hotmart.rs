use crate::error::RejectionKind;
use crate::provider::{Identity, Parameter, Provider, Scheme};

/// Hotmart webhooks.
///
/// `X-HOTMART-HOTTOK` is the token (hottok) of the account. **Nothing is signed**: the token only
/// identifies the sender.
///
/// * Webhooks of version 1 carry the token in the body and are refused: use version 2.
/// * `/id` names the delivery of an event. The replay key comes from the body. The event type is
///   `/event`.
/// * Independent descriptions and implementations agree on this scheme. Hotmart's own page was not
///   read for it.
///
/// Source: <https://developers.hotmart.com/docs/en/webhooks/about-webhook/>.
pub const HOTMART: Provider =
    Provider::new("hotmart", &[Scheme::token().in_header("x-hotmart-hottok")])
        .id_at(&["/id"])
        .type_at(&["/event"])
        .identified_by(
            Identity::Content,
            "the body carries the id and the time of the event",
        )
        .configured_by(&[Parameter::secret("hottok")])
        .hints(&[(
            RejectionKind::MissingHeader,
            "webhooks of version 1 have no token in a header: use version 2",
        )])
        .documented_at("https://developers.hotmart.com/docs/en/webhooks/about-webhook/");
