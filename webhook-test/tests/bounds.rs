//! What a stranger can have a receiver do before it knows that a signature is wrong (invariant 8).
//!
//! In a binary with nothing else in it, since the allocator counts what all threads do.

use std::alloc::System;
use std::collections::BTreeMap;

use peakmem_alloc::{INSTRUMENTED_SYSTEM, PeakMemAlloc, PeakMemAllocTrait as _};
use webhook_test::worst::{Arrival, Subject};

#[global_allocator]
static ALLOCATOR: &PeakMemAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Large enough for a second copy to be seen, small enough for all of them.
const SIZE: usize = 160 * 1024;

const ALLOWED: usize = 64 * 1024;

#[test]
fn no_body_costs_more_memory_than_itself_and_64_kib_before_it_is_verified() {
    let mut over = BTreeMap::new();
    for subject in Subject::all() {
        let mut most = 0;
        subject.visit(SIZE, &mut |body, sent| {
            for arrival in [Arrival::InPieces, Arrival::AtOnce] {
                ALLOCATOR.reset_peak_memory();
                let outcome = subject.receive(sent, arrival);
                let peak = ALLOCATOR.get_peak_memory();
                let refused = outcome.is_err();
                assert!(refused, "{}: {body} verified", subject.provider.name());
                let extra = peak.saturating_sub(sent.body.len());
                if extra > ALLOWED && extra > most {
                    most = extra;
                    over.insert(
                        subject.provider.name(),
                        format!("{} KiB above {body}, {arrival:?}", extra / 1024),
                    );
                }
            }
        });
    }
    assert!(over.is_empty(), "{} providers: {over:#?}", over.len());
}
