use crate::provider::{Coverage, Parameter, Provider, Scheme, Success};
use crate::time::TimeUnit;
use crate::verify::custom::box_com::{BoxCom, SECONDARY_KEY};

/// Box, webhooks of version 2.
///
/// `BOX-SIGNATURE-PRIMARY` and `-SECONDARY`: base64, HMAC-SHA-256 over the body and then `BOX-DELIVERY-TIMESTAMP`, each under its own key. The secret is
/// the primary key; the setting `secondary_secret` the other one, if it is to be accepted. A key counts in its own header only. The key slot of
/// the secondary key is the number of secrets.
///
/// * Version and algorithm have to be `1` and `HmacSHA256`. They are not signed.
/// * Box signs some bodies in another spelling than it sends, with `\\uXXXX` for what is not ASCII and `\\/` for slashes; its SDK tries both, and so does
///   this. Of such a delivery not every byte is covered ([`Coverage::body`]), only what it reads as.
/// * Up to 600 s old. The SDK refuses all that is ahead; 60 s are allowed here, for clocks.
/// * The id is the signed `/id`, the same over retries; `BOX-DELIVERY-ID` changes with each. The type is `/trigger`.
/// * 30 s to answer; up to 12 retries in 2 hours.
/// * Any 2xx is success.
///
/// Source: <https://developer.box.com/guides/webhooks/v2/signatures-v2/> and box-node-sdk@10.12.0. The Python sample of that page is wrong.
pub const BOX: Provider = Provider::new(
    "box",
    &[Scheme::with_code(
        &BoxCom,
        Coverage {
            body: true,
            time: true,
            ..Coverage::NONE
        },
        "body, time (HMAC-SHA-256)",
    )
    .in_header("box-signature-primary")
    .timed(TimeUnit::Rfc3339)
    .time_is("`box-delivery-timestamp`")
    .tolerance_secs(600, 60)],
)
.with_aliases(&["box-com"])
.id_at(&["/id"])
.type_at(&["/trigger"])
.answers_within_millis(30_000)
.retries_for_secs(2 * 3600)
.succeeds_with(Success::Any2xx)
.configured_by(&[
    Parameter::secret("primary_secret"),
    Parameter::secret("primary_signature_key"),
    Parameter::extra_secret(SECONDARY_KEY),
    Parameter::identifier("client_id"),
])
.documented_at("https://developer.box.com/guides/webhooks/v2/signatures-v2/");
