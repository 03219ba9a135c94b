use crate::error::RejectionKind;
use crate::provider::{Coverage, Identity, Parameter, Provider, Scheme, Success};
use crate::time::TimeUnit;
use crate::verify::custom::wompi::{CHECKSUM, SIGNED, Wompi};

/// Wompi (Colombia) events of transactions.
///
/// `/signature/checksum` of the body is a hex SHA-256 over the id, the status and the amount in
/// cents of the transaction, `/timestamp` and the secret, without separators. The secret is the
/// events secret (`prod_events_…`, `test_events_…`), not the integrity secret.
///
/// * **The signature covers these three values and the timestamp, and nothing else.** It covers
///   neither `/event` nor `/data/transaction/reference`, so fetch the transaction by its id before
///   you look up an order.
/// * `/signature/properties` lists the signed values, and Wompi asks receivers to follow it. But
///   nothing signs that list. An attacker who has seen one delivery could list another property
///   that holds the same text, and write any transaction into the body. So only the documented list
///   is accepted: `transaction.id`, `transaction.status`, `transaction.amount_in_cents`. Values
///   that could be split in another way are refused too. If Wompi signs more for your account, or
///   another kind of event such as those of tokens, the delivery is refused: ask the API.
/// * Wompi does not say whether a retry keeps the timestamp. So a delivery may be as old as the
///   last retry: 30 minutes, 3 hours and 24 hours after the one before. The replay key comes from
///   the signed values and the timestamp.
/// * Only 200 is success.
/// * The checksum in the example of Wompi's page is not the hash of the text next to it.
///
/// Source: <https://docs.wompi.co/docs/colombia/eventos/> (read on 2026-11-30; the steps of the
/// hash in quotations only, on which about ten public implementations agree).
pub const WOMPI: Provider = Provider::new(
    "wompi",
    &[Scheme::with_code(
        &Wompi,
        Coverage {
            time: true,
            values: true,
            ..Coverage::NONE
        },
        "three values of the transaction, timestamp (SHA-256)",
    )
    .in_body(CHECKSUM)
    .signing(&SIGNED)
    .timed(TimeUnit::Seconds)
    .time_is("`/timestamp`")
    .tolerance_secs(RETRIES_SECS + 300, 300)],
)
.id_at(&["/data/transaction/id"])
.type_at(&["/event"])
.identified_by(
    Identity::Content,
    "the signed values name the transaction, its status and the time of the event",
)
.retries_for_secs(RETRIES_SECS)
.succeeds_with(Success::Only200)
.hints(&[(
    RejectionKind::UnsupportedScheme,
    "only events that sign transaction.id, transaction.status and transaction.amount_in_cents",
)])
.configured_by(&[
    Parameter::secret("events_secret"),
    Parameter::identifier("public_key"),
])
.documented_at("https://docs.wompi.co/docs/colombia/eventos/");

/// The last of three retries: 30 minutes, 3 hours and 24 hours after the failure before it.
const RETRIES_SECS: u32 = 30 * 60 + 3 * 3600 + 24 * 3600;
