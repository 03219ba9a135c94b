//! The locks and counters of the store. Under `--cfg webhook_loom` they are loom's, so that the
//! tests in `loom_tests` see every order in which three threads can take them.

#[cfg(all(test, webhook_loom))]
mod source {
    pub(crate) use loom::sync::atomic::{AtomicU64, AtomicUsize};
    pub(crate) use loom::sync::{Mutex, MutexGuard};
}
#[cfg(not(all(test, webhook_loom)))]
mod source {
    pub(crate) use std::sync::atomic::{AtomicU64, AtomicUsize};
    pub(crate) use std::sync::{Mutex, MutexGuard};
}

use std::sync::PoisonError;

pub(super) use source::{AtomicU64, AtomicUsize, Mutex, MutexGuard};

/// Locks a part of the store. A panic elsewhere does not spoil it: no operation leaves it
/// half-changed.
pub(super) fn lock<T>(part: &Mutex<T>) -> MutexGuard<'_, T> {
    part.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The part with a number, by its remainder. The number of parts is a power of two.
pub(super) fn numbered<T>(parts: &[T], number: u64) -> &T {
    let last = parts.len().saturating_sub(1);
    let number = usize::try_from(number).unwrap_or_default() & last;
    match parts.get(number) {
        Some(part) => part,
        None => unreachable!("the number of parts is a power of two, and `last` is below it"),
    }
}
