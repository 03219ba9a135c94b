//! What payment events say.

use std::fmt;

/// What happened, whatever the provider calls it.
///
/// [`as_str`](Self::as_str) is its name: `payment.succeeded`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PaymentKind {
    /// A payment was made: the provider has the money, or a guarantee for it.
    PaymentSucceeded,
    /// An attempt to pay failed, or the payment was cancelled. Many providers allow another
    /// attempt.
    PaymentFailed,
    /// Money went back to the customer: all of a payment, or a part of it.
    PaymentRefunded,
    /// The customer's bank, or the customer, claims the money back.
    PaymentDisputed,
    /// A payment has begun and is not decided: it waits for the customer, the bank or a capture.
    PaymentPending,
    /// A subscription was created.
    SubscriptionCreated,
    /// A subscription changed: its plan, its state, its next payment.
    SubscriptionUpdated,
    /// A subscription has ended.
    SubscriptionCanceled,
    /// A payment of a subscription is late.
    SubscriptionPastDue,
    /// Money of the merchant has left the provider.
    PayoutCompleted,
    /// Money of the merchant did not arrive.
    PayoutFailed,
    /// A customer has finished a checkout. It may still wait for its payment.
    CheckoutCompleted,
    /// A checkout can no longer be finished.
    CheckoutExpired,
    /// The delivery says only which object has changed: see
    /// [`PaymentEvent::to_fetch`](crate::PaymentEvent::to_fetch).
    Notification,
    /// Anything else. The provider's type and the raw event are in the
    /// [`PaymentEvent`](crate::PaymentEvent).
    Other,
}

impl PaymentKind {
    /// All kinds.
    pub const ALL: &'static [Self] = &[
        Self::PaymentSucceeded,
        Self::PaymentFailed,
        Self::PaymentRefunded,
        Self::PaymentDisputed,
        Self::PaymentPending,
        Self::SubscriptionCreated,
        Self::SubscriptionUpdated,
        Self::SubscriptionCanceled,
        Self::SubscriptionPastDue,
        Self::PayoutCompleted,
        Self::PayoutFailed,
        Self::CheckoutCompleted,
        Self::CheckoutExpired,
        Self::Notification,
        Self::Other,
    ];

    /// The name, such as `payment.succeeded`. It never changes after a release.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PaymentSucceeded => "payment.succeeded",
            Self::PaymentFailed => "payment.failed",
            Self::PaymentRefunded => "payment.refunded",
            Self::PaymentDisputed => "payment.disputed",
            Self::PaymentPending => "payment.pending",
            Self::SubscriptionCreated => "subscription.created",
            Self::SubscriptionUpdated => "subscription.updated",
            Self::SubscriptionCanceled => "subscription.canceled",
            Self::SubscriptionPastDue => "subscription.past_due",
            Self::PayoutCompleted => "payout.completed",
            Self::PayoutFailed => "payout.failed",
            Self::CheckoutCompleted => "checkout.completed",
            Self::CheckoutExpired => "checkout.expired",
            Self::Notification => "notification",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for PaymentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
