//! Deliveries that ask something.

/// Which deliveries of a provider are questions: the answer is part of the protocol, as with the
/// instructions for a phone call.
///
/// An acknowledgement is a wrong answer to a question, so a copy of one is not answered as a
/// duplicate. It runs again, after the first has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Questions {
    /// None: deliveries are notifications.
    None,
    /// All of them.
    All,
    /// Those whose body is not JSON: forms.
    Forms,
    /// Those with a text, number or boolean at any of these JSON pointers of the body.
    With(&'static [&'static str]),
    /// Those with another text than the second at the JSON pointer that the first is.
    Except(&'static str, &'static str),
}
