//! How often each source may ask.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::networks::{is_v4, mapped, masked};

/// A limit of requests in a minute, for each source.
///
/// The minute is a sliding one: what is left of the last whole minute counts in part, so that
/// nobody gets twice the limit around the turn of it.
#[derive(Debug)]
pub(super) struct Rate {
    per_minute: u32,
    minutes: Mutex<Option<Minutes>>,
}

/// What was counted in this minute and in the one before.
#[derive(Debug)]
struct Minutes {
    begun: Instant,
    this: Counts,
    last: Counts,
}

/// Requests of each source. Its hash has a random key, so that nobody chooses colliding sources.
type Counts = HashMap<u128, u32>;

const MINUTE: Duration = Duration::from_secs(60);

/// How many sources are counted apart. More of them, in one minute, count as one.
const MOST_SOURCES: usize = 65_536;

/// The source that all others are.
const OTHERS: u128 = 0;

impl Rate {
    pub(super) fn new(per_minute: u32) -> Self {
        Self {
            per_minute,
            minutes: Mutex::new(None),
        }
    }

    /// Counts a request. `Err`: it is one too many, and the next one may come after this time.
    pub(super) fn take(&self, address: IpAddr, now: Instant) -> Result<(), Duration> {
        let mut minutes = self.minutes.lock().unwrap_or_else(PoisonError::into_inner);
        let minutes = minutes.get_or_insert_with(|| Minutes {
            begun: now,
            this: Counts::new(),
            last: Counts::new(),
        });
        minutes.turn(now);
        let passed = now.saturating_duration_since(minutes.begun);
        let left = MINUTE.saturating_sub(passed);
        let source = minutes.counted_as(source(address));
        let before = minutes.last.get(&source).copied().unwrap_or(0);
        let count = minutes.this.entry(source).or_insert(0);
        // Both are below the limit, which is a `u32`.
        let before = f64::from(before) * left.as_secs_f64() / MINUTE.as_secs_f64();
        if before + f64::from(*count) >= f64::from(self.per_minute) {
            return Err(left);
        }
        *count = count.saturating_add(1);
        Ok(())
    }
}

impl Minutes {
    fn turn(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.begun);
        if passed < MINUTE {
            return;
        }
        self.last = std::mem::take(&mut self.this);
        if passed >= 2 * MINUTE {
            self.last = Counts::new();
            self.begun = now;
        } else {
            self.begun += MINUTE;
        }
    }

    fn counted_as(&self, source: u128) -> u128 {
        let is_known = self.this.len() < MOST_SOURCES || self.this.contains_key(&source);
        if is_known { source } else { OTHERS }
    }
}

/// An address of IPv4, or the /64 of IPv6 that one customer of a provider has.
fn source(address: IpAddr) -> u128 {
    let address = mapped(address);
    match is_v4(address) {
        true => address,
        false => masked(address, 64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn each_source_has_its_own_limit_in_any_sixty_seconds() {
        let (rate, start) = (Rate::new(3), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        let one = address("192.0.2.1");
        for _ in 0..3 {
            assert_eq!(rate.take(one, at(50)), Ok(()));
        }
        assert_eq!(rate.take(one, at(50)), Err(Duration::from_secs(60)));
        assert_eq!(rate.take(address("::ffff:192.0.2.1"), at(51)).ok(), None);
        assert_eq!(rate.take(address("192.0.2.2"), at(51)), Ok(()));
        // Half of the last minute's three count half a minute later.
        assert_eq!(rate.take(one, at(50 + 90)), Ok(()));
        assert_eq!(rate.take(one, at(50 + 90)), Ok(()));
        assert!(rate.take(one, at(50 + 90)).is_err());
        assert_eq!(rate.take(one, at(50 + 300)), Ok(()));
    }

    #[test]
    fn a_network_of_ipv6_is_one_source() {
        let (rate, now) = (Rate::new(1), Instant::now());
        assert_eq!(rate.take(address("2001:db8::1"), now), Ok(()));
        assert!(rate.take(address("2001:db8::2"), now).is_err());
        assert_eq!(rate.take(address("2001:db8:0:1::1"), now), Ok(()));
    }

    #[test]
    fn many_sources_take_bounded_memory() {
        let (rate, now) = (Rate::new(1), Instant::now());
        let sources = u32::try_from(MOST_SOURCES).unwrap();
        let v4 = |n: u32| IpAddr::from(std::net::Ipv4Addr::from_bits(n));
        for n in 0..sources {
            assert_eq!(rate.take(v4(n), now), Ok(()));
        }
        assert_eq!(
            rate.take(v4(sources), now),
            Ok(()),
            "the first of the others"
        );
        assert!(rate.take(v4(sources + 1), now).is_err());
        let minutes = rate.minutes.lock().unwrap();
        assert_eq!(minutes.as_ref().unwrap().this.len(), MOST_SOURCES + 1);
    }
}
