//! The cost of the worst bodies until their signature is known to be wrong, for every provider: the
//! memory in addition to the body, and the time compared with a plain HMAC route and the same
//! bytes. `src/worst.rs` makes the bodies.
//!
//! ```sh
//! # At each provider's own limit:
//! cargo run --release -p webhook-test --example worst_bodies
//! # One provider, every body:
//! cargo run --release -p webhook-test --example worst_bodies mailgun
//! cargo run --release -p webhook-test --example worst_bodies -- --size 65536
//! ```

#![allow(clippy::cast_precision_loss, reason = "far below 2^52")]

use std::alloc::System;
use std::collections::HashMap;
use std::hint::black_box;
use std::time::Duration;

use bytes::Bytes;
use peakmem_alloc::{INSTRUMENTED_SYSTEM, PeakMemAlloc, PeakMemAllocTrait as _};
use rustix::time::{ClockId, clock_gettime};
use webhook_core::Endpoint;
use webhook_test::Sent;
use webhook_test::worst::{self, Arrival, Subject};

#[global_allocator]
static ALLOCATOR: &PeakMemAlloc<System> = &INSTRUMENTED_SYSTEM;

/// What one body cost.
#[derive(Clone, Default)]
struct Cost {
    body: String,
    /// Bytes at the highest mark, less the body's own.
    extra: f64,
    /// The highest mark, as a multiple of the body.
    memory: f64,
    /// Time, as a multiple of a plain HMAC route's.
    time: f64,
    millis: f64,
    outcome: String,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let size = arguments.iter().position(|argument| argument == "--size");
    let size = size.and_then(|at| arguments.get(at + 1)?.parse().ok());
    let named = |name: &str| arguments.iter().any(|argument| argument == name);
    let every = Subject::all().any(|subject| named(subject.provider.name()));
    let mut base = Base::new();
    let (mut most, mut longest) = (Cost::default(), Cost::default());
    println!(
        "| provider | KiB | most memory | of the body | KiB above it | most time | of HMAC | ms |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for subject in Subject::all() {
        let name = subject.provider.name();
        if every && !named(name) {
            continue;
        }
        let size = size.unwrap_or(subject.provider.default_body_limit());
        let (mut memory, mut time) = (Cost::default(), Cost::default());
        subject.visit(size, &mut |body, sent| {
            let cost = measure(&subject.endpoint, body, sent, &mut base);
            if every {
                let Cost {
                    extra,
                    memory,
                    time,
                    millis,
                    outcome,
                    ..
                } = &cost;
                println!(
                    "  {memory:6.2} x {:9.0} KiB {time:6.1} x {millis:8.2} ms  {body}: {outcome}",
                    extra / 1024.0
                );
            }
            if cost.extra > memory.extra {
                memory = cost.clone();
            }
            if cost.time > time.time {
                time = cost;
            }
        });
        println!(
            "| {name} | {} | {} | {:.2} | {:.0} | {} | {:.1} | {:.1} |",
            size / 1024,
            memory.body,
            memory.memory,
            memory.extra / 1024.0,
            time.body,
            time.time,
            time.millis
        );
        if memory.memory > most.memory {
            most = Cost {
                body: format!("{name}: {}", memory.body),
                ..memory
            };
        }
        if time.time > longest.time {
            longest = Cost {
                body: format!("{name}: {}", time.body),
                ..time
            };
        }
    }
    println!(
        "\nMost memory: {:.2} x the body, {:.0} KiB above it ({}).",
        most.memory,
        most.extra / 1024.0,
        most.body
    );
    println!(
        "Most time: {:.1} x HMAC, {:.1} ms ({}).",
        longest.time, longest.millis, longest.body
    );
}

fn measure(endpoint: &Endpoint, body: &str, sent: &Sent, base: &mut Base) -> Cost {
    let arrival = Arrival::InPieces;
    ALLOCATOR.reset_peak_memory();
    let outcome = match worst::receive(endpoint, sent, arrival) {
        Ok(finished) => {
            drop(black_box(finished));
            "taken".into()
        }
        Err(kind) => kind.to_string(),
    };
    let peak = ALLOCATOR.get_peak_memory();
    let of_plain = base.of(&sent.body);
    let mut spent = f64::MAX;
    // The machine may have been busy: what is far from the rest is measured again.
    for round in 0..7 {
        let start = on_the_processor();
        let _ = black_box(worst::receive(endpoint, sent, arrival));
        spent = spent.min((on_the_processor() - start).as_secs_f64());
        if round >= 1 && spent < 8.0 * of_plain {
            break;
        }
    }
    Cost {
        body: body.into(),
        extra: peak as f64 - sent.body.len() as f64,
        memory: peak as f64 / sent.body.len() as f64,
        time: spent / of_plain,
        millis: spent * 1e3,
        outcome,
    }
}

/// What this thread has had of a processor: other programs do not count.
fn on_the_processor() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).expect("a time since the start")
}

/// What a plain route takes, for each length.
struct Base {
    endpoint: Endpoint,
    seconds: HashMap<usize, f64>,
}

impl Base {
    fn new() -> Self {
        Self {
            endpoint: worst::plain(),
            seconds: HashMap::new(),
        }
    }

    /// To within a KiB.
    fn of(&mut self, body: &Bytes) -> f64 {
        let endpoint = &self.endpoint;
        let measured = self.seconds.entry(body.len() / 1024).or_insert_with(|| {
            let sent = worst::plain_request(body.clone());
            let once = || {
                let start = on_the_processor();
                let _ = black_box(worst::receive(endpoint, &sent, Arrival::InPieces));
                (on_the_processor() - start).as_secs_f64()
            };
            (0..9).map(|_| once()).fold(f64::MAX, f64::min)
        });
        *measured
    }
}
