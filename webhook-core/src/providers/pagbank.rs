use crate::crypto::Algorithm;
use crate::provider::{Identity, Parameter, Part, Provider, Scheme};

/// PagBank (PagSeguro).
///
/// `x-authenticity-token`: hexadecimal SHA-256, a plain hash and no HMAC, over the account's token,
/// a hyphen and the body. Whoever has one can make the hash of a longer body that begins the same,
/// but not one that is text: a body that is not UTF-8 is refused.
///
/// * The older notifications of PagSeguro (a form with `notificationCode`) are not signed and are not this.
/// * No time is signed and events have no id: `/id` is that of the order or charge. Deliveries are told apart by their content.
///
/// Source: <https://developer.pagbank.com.br/reference/confirmar-autenticidade-da-notificacao>.
pub const PAGBANK: Provider = Provider::new(
    "pagbank",
    &[Scheme::hash(
        Algorithm::Sha256,
        &[Part::Secret, Part::Literal("-"), Part::Body],
    )
    .in_header("x-authenticity-token")],
)
.with_aliases(&["pagseguro"])
.id_at(&["/id"])
.identified_by(
    Identity::Content,
    "`/id` names the order or charge, which has several states",
)
.configured_by(&[Parameter::secret("token")])
.documented_at("https://developer.pagbank.com.br/reference/confirmar-autenticidade-da-notificacao");
