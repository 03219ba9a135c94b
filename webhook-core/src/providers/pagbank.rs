use crate::crypto::Algorithm;
use crate::provider::{Identity, Parameter, Part, Provider, Scheme};

/// PagBank (PagSeguro) webhooks.
///
/// `x-authenticity-token` is a hex SHA-256: a plain hash, not an HMAC. The hashed message is the
/// account's token, a hyphen and the body. An attacker who has one hash can compute the hash of a
/// longer body with the same beginning, but such a body is never UTF-8. So a body that is not UTF-8
/// is refused.
///
/// * PagSeguro's older notifications (a form with `notificationCode`) are unsigned and not
///   supported here.
/// * The signature covers no timestamp, and events have no id: `/id` names the order or charge. The
///   replay key comes from the body.
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
