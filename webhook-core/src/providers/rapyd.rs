use crate::provider::{Coverage, Parameter, Provider, Scheme};
use crate::time::TimeUnit;
use crate::verify::custom::rapyd::{ACCESS_KEY, Rapyd};

/// Rapyd.
///
/// `signature`: base64 of the hexadecimal text of HMAC-SHA-256 over the URL, `salt`, `timestamp`, the access key, the secret key and the body. The key is the
/// secret key; the setting `access_key` is the other half.
///
/// * The URL is the whole one that is configured. That, and that the base64 is of hexadecimal text, is from working code of others; the page can be
///   read otherwise.
/// * Nothing stands between URL and salt, so the end of a query could be moved into the salt: the
///   query is not covered byte for byte.
/// * The id is `/id`, the type `/type`; both are signed.
///
/// Source: <https://docs.rapyd.net/en/webhook-authentication.html>, and hyperswitch for the encoding.
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
        "URL, salt, time, body (HMAC-SHA-256)",
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
