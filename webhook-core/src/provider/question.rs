//! Deliveries whose answer is part of the protocol.
//!
//! Only Okta's questions are recognised by what they are not. Custom code verifies deliveries, but
//! it does not read what they say about themselves.

/// Which deliveries of a provider are questions: deliveries whose answer is part of the protocol,
/// such as instructions for a phone call.
///
/// An acknowledgement is a wrong answer to a question. So a copy of a question is not answered as a
/// duplicate: it runs again, after the first run has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Questions {
    /// None: all deliveries are notifications.
    None,
    /// All of them.
    All,
    /// Forms: those whose body is not JSON.
    Forms,
    /// Those with a text, number or boolean at any of these JSON pointers of the body.
    With(&'static [&'static str]),
    /// Those whose text at the first value, a JSON pointer, differs from the second value.
    Except(&'static str, &'static str),
}
