//! The subscriptions that were confirmed.

use crate::keys::Confirmation;
use crate::keys::age::{FRESH, since};
use crate::time::UnixTime;

/// How many are remembered.
const MOST_CONFIRMED: usize = 128;

/// The addresses of confirmed subscriptions, with the time of confirmation.
#[derive(Default)]
pub(super) struct Confirmed(Vec<(String, UnixTime)>);

impl Confirmed {
    /// Whether this subscription was confirmed within the last hour.
    pub(super) fn has(&self, confirmation: &Confirmation, now: UnixTime) -> bool {
        let mut confirmed = self.0.iter();
        confirmed.any(|(url, when)| url == confirmation.url() && since(*when, now) < FRESH)
    }

    pub(super) fn keep(&mut self, confirmation: &Confirmation, now: UnixTime) {
        self.0.retain(|(_, when)| since(*when, now) < FRESH);
        if self.0.len() >= MOST_CONFIRMED {
            self.0.remove(0);
        }
        self.0.push((confirmation.url().to_owned(), now));
    }
}
