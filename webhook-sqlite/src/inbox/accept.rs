//! Stores a delivery.

use rusqlite::params;
use webhook_core::replay::Claim;
use webhook_inbox::{Acceptance, Accepted, Lane};

use super::sql;
use crate::failure::Failure;
use crate::ledger::{Ledger, Remembered};

pub(super) fn accept(
    ledger: &mut Ledger<'_>,
    acceptance: &Acceptance,
) -> Result<Accepted, Failure> {
    let mut id = match acceptance.is_remembered {
        false => ledger.next_epoch(0),
        true => match ledger.remember(&acceptance.key, &acceptance.request)? {
            Remembered::Now { epoch } => epoch,
            Remembered::Before => return Ok(Accepted::New),
            Remembered::Known(claim) => return known(&claim, acceptance),
        },
    };
    for (n, lane) in acceptance.lanes().iter().enumerate() {
        if n > 0 {
            id = ledger.next_epoch(0);
        }
        insert(ledger, id, lane, acceptance)?;
    }
    Ok(Accepted::New)
}

fn insert(
    ledger: &Ledger<'_>,
    id: i64,
    lane: &Lane,
    acceptance: &Acceptance,
) -> Result<(), Failure> {
    let connection = ledger.connection();
    connection.prepare_cached(sql::ACCEPT)?.execute(params![
        id,
        ledger.now(),
        acceptance.key.as_bytes(),
        &*lane.tenant,
        &*lane.consumer,
        &*acceptance.provider,
        acceptance.event_type.as_deref(),
        acceptance.route.as_deref(),
        &acceptance.sealed.as_bytes()[..],
        acceptance.order_by,
    ])?;
    connection
        .prepare_cached(sql::ACCEPT_BODY)?
        .execute(params![id, &acceptance.body[..]])?;
    Ok(())
}

/// What another owner has made of the key.
fn known(claim: &Claim, acceptance: &Acceptance) -> Result<Accepted, Failure> {
    Ok(match claim {
        Claim::Done { same_payload, .. } => Accepted::Stored {
            same_payload: *same_payload,
        },
        Claim::InFlight { retry_after } => Accepted::BeingStored {
            retry_after: *retry_after,
        },
        // The owner of this acceptance runs the event in this process.
        Claim::Acquired(_) => Accepted::BeingStored {
            retry_after: acceptance.request.lease,
        },
        Claim::OverBound => Accepted::OverBound,
        Claim::Dead { .. } => Accepted::Dead,
        _ => return Err(Failure::corrupt("a record has an unknown state")),
    })
}
