//! The guard against loops.
//!
//! Two gateways that forward to each other would send a delivery round and round: each of them
//! verifies it, and the replay keys of the two differ. Every forwarder therefore adds its id to a
//! header, and refuses a delivery that has it already. The number of hops bounds a loop through
//! processes that are started again meanwhile, or through several replicas.

use std::hash::{BuildHasher as _, RandomState};

use http::{HeaderName, HeaderValue};
use webhook_core::Head;

/// The header that lists the forwarders.
pub(crate) const VIA: HeaderName = HeaderName::from_static("x-delivery-via");

/// The place of a forwarder in a chain.
#[derive(Clone, Debug)]
pub(crate) struct Hops {
    id: String,
    limit: usize,
}

/// The delivery has been here, or has passed too many forwarders.
#[derive(Debug)]
pub(crate) struct Loop;

impl Hops {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            id: format!("{:016x}", random()),
            limit,
        }
    }

    /// The header for the next hop.
    pub(crate) fn next(&self, head: &Head<'_>) -> Result<HeaderValue, Loop> {
        let mut list = Vec::new();
        let mut passed = 0_usize;
        let mut seen = false;
        head.headers.each(VIA.as_str(), &mut |line| {
            for id in line.split(|byte| *byte == b',') {
                let id = id.trim_ascii();
                passed = passed.saturating_add(1);
                seen |= id == self.id.as_bytes();
                // What no forwarder writes is counted, and not passed on.
                if passed < self.limit && is_id(id) {
                    list.extend_from_slice(id);
                    list.extend_from_slice(b", ");
                }
            }
        });
        if seen || passed >= self.limit {
            return Err(Loop);
        }
        list.extend_from_slice(self.id.as_bytes());
        HeaderValue::from_maybe_shared(bytes::Bytes::from(list)).map_err(|_| Loop)
    }
}

fn is_id(id: &[u8]) -> bool {
    id.len() == 16 && id.iter().all(u8::is_ascii_hexdigit)
}

/// A number that no other process has. Nothing depends on its being secret: a sender that guesses
/// the id of a forwarder has its own delivery refused.
pub(crate) fn random() -> u64 {
    RandomState::new().hash_one(0_u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(hops: &Hops, via: &[&str]) -> Option<String> {
        let headers: Vec<_> = via.iter().map(|line| ("x-delivery-via", *line)).collect();
        let next = hops.next(&Head::new("POST", "/", &headers)).ok()?;
        Some(next.to_str().expect("it is text").to_owned())
    }

    #[test]
    fn each_forwarder_adds_itself_and_refuses_what_it_has_sent() {
        let (a, b) = (Hops::new(5), Hops::new(5));
        let first = next(&a, &[]).unwrap();
        let second = next(&b, &[&first]).unwrap();
        assert_eq!(second, format!("{}, {}", a.id, b.id));
        assert_eq!(next(&a, &[&second]), None);
        assert_eq!(next(&a, &["0123456789abcdef", &a.id]), None);
    }

    #[test]
    fn a_delivery_that_passed_too_many_forwarders_is_refused() {
        let id = "0123456789abcdef";
        let hops = Hops::new(3);
        assert!(next(&hops, &[id, id]).is_some());
        assert_eq!(next(&hops, &[id, id, id]), None);
        assert_eq!(next(&hops, &[&",".repeat(100_000)]), None);
        assert_eq!(next(&hops, &["not an id"]).unwrap(), hops.id);
    }
}
