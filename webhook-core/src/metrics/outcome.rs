/// What became of a request. Every request has exactly one outcome, so the sum over all outcomes is
/// the number of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DeliveryOutcome {
    /// Its handler succeeded.
    Done,
    /// Its handler did not succeed. The next copy runs.
    Released,
    /// Its handler gave the event up. It is dead.
    GivenUp,
    /// Its handler has failed too often. The event is dead.
    Buried,
    /// It is stored, to be handled later.
    Stored,
    /// It is a copy of an event that was handled.
    Duplicate,
    /// It is a copy with more unsigned labels than are accepted, answered as a duplicate.
    OverBound,
    /// It is a copy of a dead event.
    Dead,
    /// It is a challenge that was answered.
    Challenge,
    /// It is refused. The reason is in `webhook_rejections_total` and in the span.
    Refused,
    /// Its client left before it was verified.
    Abandoned,
    /// It was verified, and its run ended early: a store or a hook panicked, or the runtime was shut
    /// down.
    Unsettled,
}

impl DeliveryOutcome {
    /// All outcomes.
    pub const ALL: &[Self] = &[
        Self::Done,
        Self::Released,
        Self::GivenUp,
        Self::Buried,
        Self::Stored,
        Self::Duplicate,
        Self::OverBound,
        Self::Dead,
        Self::Challenge,
        Self::Refused,
        Self::Abandoned,
        Self::Unsettled,
    ];

    /// The label of this outcome: `done`, `released`, …
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Released => "released",
            Self::GivenUp => "given_up",
            Self::Buried => "buried",
            Self::Stored => "stored",
            Self::Duplicate => "duplicate",
            Self::OverBound => "over_bound",
            Self::Dead => "dead",
            Self::Challenge => "challenge",
            Self::Refused => "refused",
            Self::Abandoned => "abandoned",
            Self::Unsettled => "unsettled",
        }
    }

    #[cfg_attr(
        not(feature = "metrics"),
        allow(dead_code, reason = "only series have an index")
    )]
    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_of_an_outcome_is_its_place_in_the_list() {
        for (place, outcome) in DeliveryOutcome::ALL.iter().enumerate() {
            assert_eq!(outcome.index(), place, "{}", outcome.as_str());
        }
    }
}
