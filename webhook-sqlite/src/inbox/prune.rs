//! Removes what was done long enough ago.

use webhook_inbox::{Pruned, Retention};

use super::{count, sql};
use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::time::micros;

pub(super) fn prune(
    ledger: &Ledger<'_>,
    retention: &Retention,
    bodies: usize,
    records: usize,
) -> Result<Pruned, Failure> {
    let before = ledger.now().saturating_sub(micros(retention.of_bodies()));
    // The body goes before the record says so: both find the same ones.
    run(ledger, sql::PRUNE_BODIES, before, bodies)?;
    let bodies = run(ledger, sql::HAVE_NO_BODY, before, bodies)?;
    let before = ledger.now().saturating_sub(micros(retention.records));
    run(ledger, sql::PRUNE_ATTEMPTS, before, records)?;
    run(ledger, sql::PRUNE_STEPS, before, records)?;
    run(ledger, sql::PRUNE_ACTIONS, before, records)?;
    let records = run(ledger, sql::PRUNE_RECORDS, before, records)?;
    Ok(Pruned::new(bodies, records))
}

fn run(
    ledger: &Ledger<'_>,
    statement: &'static str,
    before: i64,
    at_most: usize,
) -> Result<usize, Failure> {
    let mut statement = ledger.connection().prepare_cached(statement)?;
    Ok(statement.execute([before, count(at_most)])?)
}
