use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Coverage, Identity, Provider, Scheme};
use crate::verify::custom::fields;
use crate::verify::custom::fields::Fields;

/// MyFatoorah webhooks of version 2.
///
/// `MyFatoorah-Signature` is a base64 HMAC-SHA-256 over `Name=Value` pairs, joined by commas. The
/// pairs are the properties of the kind of event. The properties of `PAYMENT_STATUS_CHANGED` and
/// `REFUND_STATUS_CHANGED` are known, and other kinds are refused. The secret is used as text; it
/// only looks like base64.
///
/// * **The signature covers nothing else in the body**, neither the kind of the event nor its
///   reference. Fetch the payment before you act on it.
/// * The replay key comes from the signed values.
/// * Third-party guides list the properties and agree with each other. MyFatoorah's page lists
///   those of version 1.
///
/// Source: <https://docs.myfatoorah.com/docs/webhook-signature>.
pub const MYFATOORAH_V2: Provider = Provider::new(
    "myfatoorah-v2",
    &[signed(
        &Fields {
            write: fields::MYFATOORAH_V2,
            ..FIELDS
        },
        "a few values of the body (HMAC-SHA-256)",
    )],
)
.with_aliases(&["myfatoorah"])
.id_at(&["/Event/Reference"])
.type_at(&["/Event/Name"])
.identified_by(
    Identity::Content,
    "the signed values name the object and its status",
)
.documented_at("https://docs.myfatoorah.com/docs/webhook-signature");

/// MyFatoorah webhooks of version 1: like [`MYFATOORAH_V2`], but over all properties of `Data`,
/// sorted by name.
///
/// * The event type is `/Event`. The signature does not cover it, and there is no id.
/// * The documentation gives the order by an example, which is alphabetical.
///
/// Source: <https://docs.myfatoorah.com/docs/webhook-signature>.
pub const MYFATOORAH_V1: Provider = Provider::new(
    "myfatoorah-v1",
    &[signed(
        &Fields {
            write: fields::MYFATOORAH_V1,
            ..FIELDS
        },
        "the properties of `Data` (HMAC-SHA-256)",
    )],
)
.type_at(&["/Event"])
.identified_by(
    Identity::Content,
    "the signed values name the object and its status",
)
.documented_at("https://docs.myfatoorah.com/docs/webhook-signature");

const FIELDS: Fields = Fields {
    tag: "myfatoorah-signature",
    encoding: Encoding::Base64,
    algorithm: Algorithm::HmacSha256,
    write: fields::MYFATOORAH_V2,
};

const fn signed(code: &'static Fields, words: &'static str) -> Scheme {
    let coverage = Coverage {
        values: true,
        ..Coverage::NONE
    };
    Scheme::with_code(code, coverage, words)
        .in_header("myfatoorah-signature")
        .reads_body()
}
