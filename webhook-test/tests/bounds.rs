//! What a stranger can have a receiver do before it knows that a signature is wrong (invariant 8).
//!
//! In a binary with nothing else in it, and one test at a time, since the allocator counts what all
//! threads do.

use std::alloc::System;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use peakmem_alloc::{INSTRUMENTED_SYSTEM, PeakMemAlloc, PeakMemAllocTrait as _};
use webhook_core::RejectionKind;
use webhook_test::Sent;
use webhook_test::worst::{Arrival, Subject};

#[global_allocator]
static ALLOCATOR: &PeakMemAlloc<System> = &INSTRUMENTED_SYSTEM;

static ALONE: Mutex<()> = Mutex::new(());

/// Large enough for a second copy to be seen, small enough for all of them.
const SIZE: usize = 80 * 1024;

const ALLOWED: usize = 64 * 1024;

/// Bytes at the highest mark beyond the body's own.
fn extra(subject: &Subject, sent: &Sent, arrival: Arrival) -> usize {
    ALLOCATOR.reset_peak_memory();
    let outcome = subject.receive(sent, arrival);
    let peak = ALLOCATOR.get_peak_memory();
    let name = subject.provider.name();
    assert!(outcome.is_err(), "{name} verified what it has no key of");
    peak.saturating_sub(sent.body.len())
}

#[test]
fn no_body_costs_more_memory_than_itself_and_64_kib_before_it_is_verified() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut over = BTreeMap::new();
    for subject in Subject::all() {
        let mut most = 0;
        let mut arrivals = [Arrival::InPieces, Arrival::AtOnce].into_iter().cycle();
        subject.visit(SIZE, &mut |body, sent| {
            let arrival = arrivals.next().unwrap_or(Arrival::InPieces);
            let extra = extra(&subject, sent, arrival);
            if extra > ALLOWED && extra > most {
                most = extra;
                let what = format!("{} KiB for {body}, {arrival:?}", extra / 1024);
                over.insert(subject.provider.name(), what);
            }
        });
    }
    assert!(over.is_empty(), "{} providers: {over:#?}", over.len());
}

#[test]
fn an_unsigned_upload_of_small_arrays_to_mailgun_costs_no_more_than_its_25_mib() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let subject = Subject::all()
        .find(|subject| subject.provider.name() == "mailgun")
        .expect("a provider");
    let limit = subject.provider.default_body_limit();
    assert_eq!(limit, 25 * 1024 * 1024);
    let mut body = String::from(r#"{"a":["#);
    body.push_str(&"[0],".repeat((limit - 16) / 4));
    body.push_str("[0]]}");
    let sent = Sent {
        method: "POST".into(),
        target: "/hook".into(),
        headers: Vec::new(),
        body: body.into(),
    };
    let outcome = subject.receive(&sent, Arrival::InPieces);
    assert_eq!(outcome.err(), Some(RejectionKind::MissingHeader));
    assert!(extra(&subject, &sent, Arrival::InPieces) <= ALLOWED);
    assert!(extra(&subject, &sent, Arrival::AtOnce) <= ALLOWED);
    // Where no length was announced, an eighth more may be set aside.
    assert!(extra(&subject, &sent, Arrival::Unannounced) <= ALLOWED + sent.body.len() / 8);
}
