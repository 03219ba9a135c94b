use crate::provider::{Coverage, Parameter, Provider, Scheme};
use crate::time::TimeUnit;
use crate::verify::custom::rapyd::{ACCESS_KEY, Rapyd};

/// Rapyd webhooks.
///
/// `signature` is base64 of the hex text of an HMAC-SHA-256. The signed message is the URL, `salt`,
/// `timestamp`, the access key, the secret key and the body. The secret is the secret key, and the
/// setting `access_key` is the access key.
///
/// * The URL is the whole configured URL. Working third-party code shows this, and that the base64
///   encodes hex text. Rapyd's page can be read differently.
/// * No separator divides the URL and the salt, so an attacker could move the end of a query into
///   the salt. The signature does not cover every byte of the query.
/// * The event id is `/id`, and the event type is `/type`. Both are covered.
///
/// Source: <https://docs.rapyd.net/en/webhook-authentication.html>, and hyperswitch for the
/// encoding.
pub const RAPYD: Provider = Provider::new(
    "rapyd",
    &[Scheme::with_code(
        &Rapyd,
        Coverage {
            body: true,
            time: true,
            values: true,
            ..Coverage::NONE
        },
        "URL, salt, timestamp, body (HMAC-SHA-256)",
    )
    .in_header("signature")
    .signing_address()
    .timed(TimeUnit::Seconds)
    .time_is("`timestamp`")],
)
.id_at(&["/id"])
.type_at(&["/type"])
.configured_by(&[
    Parameter::secret("secret_key"),
    Parameter::identifier(ACCESS_KEY).required(),
])
.documented_at("https://docs.rapyd.net/en/webhook-authentication.html");
