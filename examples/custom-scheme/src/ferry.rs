//! Ferry books crossings. The library does not have this provider. Its documentation says:
//!
//! > `Ferry-Time` is the time in seconds. `Ferry-Signature` is, in hexadecimal, the HMAC-SHA-256 of
//! > the time, a dot, and all fields of the body: `name=value`, sorted by name and joined by `&`.
//! > The key is your secret. We retry for a day.

use std::collections::BTreeMap;

use serde_json::Value;
use webhook_axum::{
    Coverage, CustomCheck, CustomInput, CustomRequest, CustomScheme, Encoding, Provider,
    RejectionKind, Scheme, TimeUnit,
};

/// The provider. A signature covers the fields and not the bytes: white space and the order of the
/// fields are free. So it claims to cover values, and not the body.
pub const FERRY: Provider = Provider::new(
    // Part of every replay key: do not change it once a store has records.
    "ferry",
    &[Scheme::custom(
        &SortedFields,
        Coverage::NONE.with_values().with_time(),
    )],
)
.id_at(&["/booking"])
.type_at(&["/event"])
// The store remembers deliveries for at least twice as long.
.retries_for_secs(24 * 3600);

#[derive(Debug)]
struct SortedFields;

impl CustomScheme for SortedFields {
    fn check(&self, input: &CustomInput<'_>) -> Result<CustomCheck, RejectionKind> {
        let signature = input.head().header("ferry-signature")?;
        let time = input.head().header("ferry-time")?;
        Ok(CustomCheck::new(signature, Encoding::Hex)?
            .with_time(input, time, TimeUnit::Seconds)?
            .with_piece(".")
            .with_form_of_body(sorted_fields))
    }

    fn sign(&self, request: &mut CustomRequest<'_, '_>) {
        let time = TimeUnit::Seconds.format(request.now());
        // A body that cannot be signed so is sent with the signature of an empty one: refused.
        let fields = sorted_fields(request.body()).unwrap_or_default();
        let tag = request.tag(&[time.as_bytes(), b".", &fields], Encoding::Hex);
        request.push_header("ferry-signature", tag);
        request.push_header("ferry-time", time);
    }
}

/// `booking=b1&event=booked&seats=2`. The bytes are those of a stranger, so anything may be wrong
/// with them.
fn sorted_fields(body: &[u8]) -> Result<Vec<u8>, RejectionKind> {
    let fields: BTreeMap<String, Value> =
        serde_json::from_slice(body).map_err(|_| RejectionKind::Malformed)?;
    let mut pairs = Vec::with_capacity(fields.len());
    for (name, value) in fields {
        // One text for one set of fields: what separates them occurs in none of them.
        let text = match value {
            Value::String(text) if !text.contains(['=', '&']) => text,
            Value::Number(number) => number.to_string(),
            Value::Bool(flag) => flag.to_string(),
            _ => return Err(RejectionKind::Malformed),
        };
        if name.contains(['=', '&']) {
            return Err(RejectionKind::Malformed);
        }
        pairs.push(format!("{name}={text}"));
    }
    Ok(pairs.join("&").into_bytes())
}
