//! How long deliveries are remembered by default.

use std::time::Duration;

use crate::provider::{Identity, Provider, Questions};
use crate::time::Tolerance;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const WEEK: Duration = DAY.saturating_mul(7);
const MONTH: Duration = DAY.saturating_mul(30);
/// Allows for the difference between the clocks of sender and receiver, and for the time in
/// transit.
const MARGIN: Duration = Duration::from_secs(60);

/// The default retentions of a provider, and the lower bound of others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Defaults {
    /// How long a copy stays fresh; `None` if no timestamp is signed.
    pub(crate) fresh: Option<Duration>,
    /// The shortest retention that covers retries and freshness.
    pub(crate) at_least: Duration,
    /// For deliveries that are identified by an id.
    pub(crate) by_id: Duration,
    /// For deliveries that are identified by their content: nothing else protects them.
    pub(crate) by_content: Duration,
}

impl Defaults {
    pub(crate) fn new(provider: &Provider, tolerance: Option<Tolerance>) -> Self {
        let fresh = tolerance.map(|t| t.past.saturating_add(t.future).saturating_add(MARGIN));
        let horizon = provider.retry_horizon();
        let at_least = horizon.saturating_add(fresh.unwrap_or(MARGIN));
        let by_id = WEEK.max(horizon.saturating_mul(2)).max(at_least);
        Self {
            fresh,
            at_least,
            by_id,
            by_content: by_id.max(MONTH),
        }
    }
}

impl Provider {
    /// How long an endpoint remembers a delivery by default. A delivery that is identified by an id
    /// is remembered for 7 days or twice the provider's retry period, whichever is longer, and one
    /// that is identified by its content for at least 30 days. `None` if nothing distinguishes a
    /// copy from the next event, so that copies run.
    ///
    /// A delivery without the id that the provider usually sends is identified by its content.
    #[must_use]
    pub fn remembers_for(&self) -> Option<Duration> {
        let time = self.schemes().iter().find_map(|scheme| scheme.time);
        let defaults = Defaults::new(self, time.map(|time| time.tolerance()));
        match self.identity() {
            _ if self.questions() == Questions::All => None,
            Identity::Id => Some(defaults.by_id),
            Identity::Indistinct => None,
            _ => Some(defaults.by_content),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::Endpoint;
    use crate::providers::DROPBOX;
    use crate::providers::GITHUB;
    use crate::providers::PATREON;
    use crate::providers::SANITY;
    use crate::providers::STRIPE;

    #[test]
    fn a_provider_says_what_its_endpoint_does() {
        let secret = "whsec_4f1cd7feda9826e746b7d482c4badebb";
        let stripe = Endpoint::stripe(secret).build().unwrap();
        assert_eq!(
            STRIPE.remembers_for(),
            Some(stripe.shared().retention.by_id)
        );
        let github = Endpoint::github(secret).build().unwrap();
        let retention = github.shared().retention;
        assert_eq!(GITHUB.remembers_for(), Some(retention.by_content));
    }

    #[test]
    fn content_is_remembered_for_a_month_unless_retries_go_on_for_longer() {
        assert_eq!(STRIPE.remembers_for(), Some(WEEK));
        assert_eq!(GITHUB.remembers_for(), Some(MONTH));
        assert_eq!(PATREON.remembers_for(), Some(PATREON.retry_horizon() * 2));
    }

    #[test]
    fn content_that_repeats_is_remembered_only_with_a_signed_time() {
        assert_eq!(SANITY.remembers_for(), Some(MONTH));
        assert_eq!(DROPBOX.remembers_for(), None);
    }
}
