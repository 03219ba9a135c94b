use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Coverage, Identity, Provider, Scheme};
use crate::verify::custom::fields;
use crate::verify::custom::fields::Fields;

/// MyFatoorah, webhooks of version 2.
///
/// `MyFatoorah-Signature`: base64, HMAC-SHA-256 over `Name=Value` pairs with commas between, of the properties that the kind of event has: those of
/// `PAYMENT_STATUS_CHANGED` and `REFUND_STATUS_CHANGED` are known, and no other is accepted. The key is the secret's text, which only looks like base64.
///
/// * **Nothing else of the body is signed**, not the kind of the event nor its reference: fetch the payment before you act on it.
/// * Deliveries are told apart by the signed values.
/// * The lists of properties are from others' guides, which agree; MyFatoorah's page has those of version 1.
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

/// MyFatoorah, webhooks of version 1: as [`MYFATOORAH_V2`], over all properties of `Data` in the order of their names.
///
/// * The type is `/Event`. It is not signed, and there is no id.
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
