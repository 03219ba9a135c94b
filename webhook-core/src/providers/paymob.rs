use crate::error::RejectionKind;
use crate::provider::{Coverage, Identity, Parameter, Provider, Scheme};
use crate::verify::custom::paymob::{INTEGRATION, OWNER, Paymob, TAG};

/// Paymob transaction processed callbacks.
///
/// The query parameter `hmac` is a hex HMAC-SHA-512 over twenty values of `/obj`, with nothing
/// between them: `amount_cents`, `created_at`, `currency`, `error_occured`,
/// `has_parent_transaction`, `id`, `integration_id`, `is_3d_secure`, `is_auth`, `is_capture`,
/// `is_refunded`, `is_standalone_payment`, `is_voided`, `order.id`, `owner`, `pending`,
/// `source_data.pan`, `source_data.sub_type`, `source_data.type` and `success`. The secret is the
/// HMAC secret of the dashboard.
///
/// * **Your customer has a valid signature.** After a payment Paymob sends the browser back to your
///   page, and that URL has the same twenty values and their `hmac`. So a customer can send you a
///   callback of their own payment, with anything else in it. Read nothing but these values, and
///   find your order by `/obj/order/id`: **`merchant_order_id` is not signed**.
/// * **Nothing separates the values.** Each must have its form, so an amount cannot take digits of
///   the time behind it.
/// * **The settings `integration_id` and `owner` are required**: your own numbers, separated by
///   commas. Otherwise digits could move between `id` and `integration_id`, and between `order.id`
///   and `owner`, which names you: a payment of one order would pay another. The integrations are in
///   the dashboard, and both numbers are in the URL of every redirect.
/// * The redirect of the customer by GET is not a webhook: it is refused. Show the state of the
///   order on that page.
/// * Two partial refunds can leave a transaction with equal signed values. So the replay key comes
///   from them and the body, with at most 16 bodies for one signed message. `/obj/id` names the
///   transaction, which has several events.
/// * Callbacks of card tokens and of subscriptions sign other values and are refused.
///
/// Source:
/// <https://developers.paymob.com/paymob-docs/developers/webhook-callbacks-and-hmac/hmac/hmac-transaction-callback>,
/// <https://developers.paymob.com/paymob-docs/manage-callback/transaction-callbacks>,
/// <https://github.com/PaymobAccept/paymob-python> (`web_hooks.py`) and Paymob's plugin for
/// WooCommerce (read on 2026-11-30).
pub const PAYMOB: Provider = Provider::new(
    "paymob",
    &[Scheme::with_code(
        &Paymob,
        Coverage {
            values: true,
            ..Coverage::NONE
        },
        "twenty values of `/obj` (HMAC-SHA-512)",
    )
    .in_query(TAG)
    .reads_body()
    .signing(&["/obj/id", "/obj/success"])],
)
.with_aliases(&["paymob-accept"])
.id_at(&["/obj/id"])
.identified_by(
    Identity::bodies(16),
    "two partial refunds of a transaction can have equal signed values",
)
.type_at(&["/type"])
.configured_by(&[
    Parameter::secret("hmac_secret"),
    Parameter::identifier(INTEGRATION).required(),
    Parameter::identifier(OWNER).required(),
    Parameter::identifier("public_key"),
])
.hints(&[(
    RejectionKind::Malformed,
    "callbacks of card tokens and of subscriptions sign other values",
)])
.documented_at(
    "https://developers.paymob.com/paymob-docs/developers/webhook-callbacks-and-hmac/hmac/hmac-transaction-callback",
);
