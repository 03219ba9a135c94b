//! The first argument of a registration.

/// One pattern of event types, or several: a `&str`, an array or a slice.
///
/// A pattern is a type, such as `invoice.paid`, or a prefix with a star at its end, such as
/// `customer.subscription.*`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event type or a list of event types",
    note = "write `\"invoice.paid\"`, `[\"invoice.paid\", \"invoice.voided\"]` or `\"invoice.*\"`"
)]
pub trait EventPatterns {
    /// Calls `take` for each pattern.
    fn for_each(&self, take: impl FnMut(&str));
}

impl EventPatterns for &str {
    fn for_each(&self, mut take: impl FnMut(&str)) {
        take(self);
    }
}

impl EventPatterns for &[&str] {
    fn for_each(&self, take: impl FnMut(&str)) {
        self.iter().copied().for_each(take);
    }
}

impl<const N: usize> EventPatterns for [&str; N] {
    fn for_each(&self, take: impl FnMut(&str)) {
        self.iter().copied().for_each(take);
    }
}
