use crate::kind::PaymentKind::{
    PaymentDisputed, PaymentFailed, PaymentPending, PaymentRefunded, PaymentSucceeded,
    PayoutCompleted, PayoutFailed,
};
use crate::mapping::{Amount, Mapping, Object, Rule};

/// Adyen payments.
///
/// * Adyen's format is a list, with one item in each JSON delivery. The engine refuses more; where
///   a list has several all the same, take [`PaymentEvents`](crate::PaymentEvents).
/// * `success` decides: a refused authorisation is an `AUTHORISATION` too.
/// * A successful `AUTHORISATION` is `PaymentSucceeded`, and `CAPTURE` is `Other`. If you capture
///   by hand, handle `CAPTURE` yourself.
/// * The payment of a refund or a chargeback is `originalReference`.
/// * Adyen counts `CLP` and `ISK` in hundredths, and `CVE` and `IDR` in whole units. The amounts
///   here are in the minor unit of ISO 4217.
/// * There is no customer: `additionalData` is not signed.
///
/// Source: <https://docs.adyen.com/development-resources/webhooks/webhook-types/> and
/// <https://docs.adyen.com/development-resources/currency-codes>.
pub const ADYEN: Mapping = Mapping::new("adyen", OBJECTS)
    .type_at(&["/eventCode"])
    .items_at("/notificationItems", "/NotificationRequestItem")
    .exponents(&[("CLP", 2), ("CVE", 0), ("IDR", 0), ("ISK", 2)]);

const SUCCESS: &str = "/success";
const YES: &[&str] = &["true"];
const NO: &[&str] = &["false"];

const OBJECTS: &[Object] = &[
    Object::at(
        "",
        &[
            Rule::new("AUTHORISATION", PaymentSucceeded).when(SUCCESS, YES),
            Rule::new("AUTHORISATION", PaymentFailed).when(SUCCESS, NO),
            Rule::new("CAPTURE", PaymentFailed).when(SUCCESS, NO),
            Rule::new("CAPTURE_FAILED", PaymentFailed),
            Rule::new("CANCELLATION", PaymentFailed).when(SUCCESS, YES),
            Rule::new("OFFER_CLOSED", PaymentFailed),
            Rule::new("REFUND", PaymentRefunded).when(SUCCESS, YES),
            Rule::new("NOTIFICATION_OF_CHARGEBACK", PaymentDisputed),
            Rule::new("CHARGEBACK", PaymentDisputed),
            Rule::new("PENDING", PaymentPending),
        ],
    )
    .amounts(&[Amount::minor("/amount/value", &["/amount/currency"])])
    .payment(&["/originalReference", "/pspReference"])
    .order(&["/merchantReference"]),
    Object::at(
        "",
        &[
            Rule::new("PAYOUT_THIRDPARTY", PayoutCompleted).when(SUCCESS, YES),
            Rule::new("PAYOUT_THIRDPARTY", PayoutFailed).when(SUCCESS, NO),
            Rule::new("PAYOUT_DECLINE", PayoutFailed),
            Rule::new("PAYOUT_EXPIRE", PayoutFailed),
        ],
    )
    .amounts(&[Amount::minor("/amount/value", &["/amount/currency"])])
    .payout(&["/originalReference", "/pspReference"])
    .order(&["/merchantReference"]),
];
