//! Which events a router takes.

use crate::answer::{Answer, Rejection};
use crate::delivery::Delivery;
use crate::error::RejectionKind;
use crate::provider::Mode;
use crate::routing::{EventPatterns, EventTable, acknowledge};

/// What becomes of a verified event that a router does not take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Otherwise {
    /// It is done without a run: 200, so that the sender stops. It counts as
    /// [`ignored`](crate::Counts::ignored). In a worker it is done too, while an event that only
    /// finds no handler is parked.
    Acknowledge,
    /// It is refused and released: 422, so that the sender shows it as failed. In a worker it is
    /// parked: its sender was answered when it was stored.
    Refuse,
}

/// The modes and types that a router takes. By default it takes all.
#[derive(Clone, Debug, Default)]
pub struct Admission {
    mode: Option<(Mode, Otherwise)>,
    types: Option<(EventTable<()>, Otherwise)>,
}

impl Admission {
    /// Takes events of this mode only. Events whose mode is not known are taken.
    pub const fn only_mode(&mut self, mode: Mode, otherwise: Otherwise) {
        self.mode = Some((mode, otherwise));
    }

    /// Takes events of these types only.
    ///
    /// # Panics
    ///
    /// If a type cannot be a pattern, as in [`EventTable::add`].
    #[track_caller]
    pub fn only_types(&mut self, types: impl EventPatterns, otherwise: Otherwise) {
        let mut table = EventTable::default();
        table.add(types, ());
        self.types = Some((table, otherwise));
    }

    /// The answer to a delivery that is not taken. An answer other than 2xx releases it.
    #[must_use]
    pub fn refusal(&self, delivery: &Delivery) -> Option<Answer> {
        let of_mode = self.mode.and_then(|(mode, otherwise)| {
            let is_other = delivery.mode().is_some_and(|told| told != mode);
            is_other.then_some(otherwise)
        });
        let otherwise = of_mode.or_else(|| {
            let (types, otherwise) = self.types.as_ref()?;
            types.find(delivery).is_none().then_some(*otherwise)
        })?;
        Some(match otherwise {
            Otherwise::Acknowledge => acknowledge(delivery),
            Otherwise::Refuse => {
                delivery.finds_no_handler();
                let rejection = Rejection::new(RejectionKind::Unprocessable);
                Answer::from(&delivery.scope().reject(rejection))
            }
        })
    }
}
