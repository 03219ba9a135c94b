use crate::provider::{Coverage, Parameter, Provider, Scheme, Success};
use crate::time::TimeUnit;
use crate::verify::custom::box_com::{BoxCom, SECONDARY_KEY};

/// Box webhooks of version 2.
///
/// `BOX-SIGNATURE-PRIMARY` and `BOX-SIGNATURE-SECONDARY` are base64 HMAC-SHA-256 tags, each made
/// with its own key. The signed message is the body followed by `BOX-DELIVERY-TIMESTAMP`. The
/// secret is the primary key. The setting `secondary_secret` is the secondary key, if it is to be
/// accepted. Each key counts only for its header. The key slot of the secondary key is the number
/// of secrets.
///
/// * The version must be `1` and the algorithm `HmacSHA256`. The signature covers neither.
/// * Box signs some bodies in another spelling than it sends: `\uXXXX` for non-ASCII characters and
///   `\/` for slashes. Box's SDK tries both spellings, and so does this scheme. The signature of
///   such a delivery covers the parsed values, not every byte ([`Coverage::body`]).
/// * A delivery may be up to 600 s old. Box's SDK refuses every timestamp in the future; 60 s are
///   allowed here for clock differences.
/// * The event id is `/id`, which is covered and stays the same over retries. `BOX-DELIVERY-ID`
///   changes with each one. The event type is `/trigger`.
/// * Box waits 30 s for an answer and retries up to 12 times in 2 hours.
/// * Any 2xx is success.
///
/// Source: <https://developer.box.com/guides/webhooks/v2/signatures-v2/> and box-node-sdk@10.12.0.
/// The Python sample of that page is wrong.
pub const BOX: Provider = Provider::new(
    "box",
    &[Scheme::with_code(
        &BoxCom,
        Coverage {
            body: true,
            time: true,
            ..Coverage::NONE
        },
        "body, timestamp (HMAC-SHA-256)",
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
