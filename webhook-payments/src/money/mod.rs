//! Amounts of money.

mod currency;
mod decimal;

pub use currency::Currency;
pub(crate) use decimal::scaled;

use std::fmt;

/// An amount in the minor unit of its currency: 1999 of `EUR` is 19.99 euros, 1999 of `JPY` is 1999
/// yen.
///
/// `Display` is the decimal amount and the code: `19.99 EUR`.
///
/// ```
/// use webhook_payments::{Currency, Money};
///
/// let dinar = Currency::from_code("KWD").unwrap();
/// assert_eq!(Money::new(1_250, dinar).to_string(), "1.250 KWD");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

impl Money {
    /// So many minor units of this currency.
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// The amount in minor units.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = usize::from(self.currency.exponent());
        let sign = if self.minor < 0 { "-" } else { "" };
        let digits = self.minor.unsigned_abs().to_string();
        let digits = format!("{digits:0>width$}", width = decimals.saturating_add(1));
        let (whole, fraction) = digits.split_at(digits.len().saturating_sub(decimals));
        let point = if fraction.is_empty() { "" } else { "." };
        write!(f, "{sign}{whole}{point}{fraction} {}", self.currency)
    }
}
