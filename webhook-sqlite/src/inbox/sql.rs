//! The statements on stored deliveries.
//!
//! The states are 0: due, 1: running, 2: done, 3: dead, 4: parked, 5: dropped.

/// Parameters: id, now, key, tenant, consumer, provider, type, route, sealed, order.
pub(super) const ACCEPT: &str = "insert into webhook_delivery (id, state, attempts, epoch, run_at, \
     accepted_at, has_body, key, tenant, consumer, provider, type, route, sealed, order_by) \
     values (?1, 0, 0, 0, ?2, ?2, 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";

/// Parameters: id, bytes.
pub(super) const ACCEPT_BODY: &str = "insert into webhook_body (id, bytes) values (?1, ?2)";

/// The first row above a place in the index, which is the earliest of its lane if the place is the
/// end of another. Parameters: tenant, consumer, time.
pub(super) const NEXT_LANE: &str = "select tenant, consumer, run_at \
     from webhook_delivery indexed by webhook_delivery_due \
     where state < 2 and (tenant, consumer, run_at) > (?1, ?2, ?3) \
     order by tenant, consumer, run_at limit 1";

/// What a lane has to take. Parameters: tenant, consumer, now, how many.
pub(super) const DUE: &str = "select id, epoch, attempts, key, accepted_at, provider, state, \
     order_by, sealed from webhook_delivery indexed by webhook_delivery_due \
     where state < 2 and tenant = ?1 and consumer = ?2 and run_at <= ?3 \
     order by run_at, id limit ?4";

/// As [`DUE`], by the index alone. Parameters: as there.
pub(super) const DUE_IDS: &str = "select id from webhook_delivery indexed by webhook_delivery_due \
     where state < 2 and tenant = ?1 and consumer = ?2 and run_at <= ?3 \
     order by run_at, id limit ?4";

/// One of them, with the columns of [`DUE`]. Parameter: id.
pub(super) const DUE_ROW: &str = "select id, epoch, attempts, key, accepted_at, provider, state, \
     order_by, sealed from webhook_delivery where id = ?1";

/// Sets a job aside that cannot be read. Parameter: id.
pub(super) const PARK_DAMAGED: &str = "update webhook_delivery \
     set state = 4, owner = null, error = 'damaged' where id = ?1 and state < 2";

/// Whether a job with an order key waits for another one: another is running, or it is due and so
/// is one of a lower id. Parameters: tenant, consumer, order, id, state.
pub(super) const WAITS: &str = "select exists (select 1 \
     from webhook_delivery indexed by webhook_delivery_running \
     where state = 1 and order_by is not null \
     and tenant = ?1 and consumer = ?2 and order_by = ?3 and id <> ?4) \
     or ?5 = 0 and exists (select 1 from webhook_delivery indexed by webhook_delivery_order \
     where state < 2 and order_by is not null \
     and tenant = ?1 and consumer = ?2 and order_by = ?3 and id < ?4)";

/// Parameter: id.
pub(super) const BODY: &str = "select bytes from webhook_body where id = ?1";

/// Parameters: id, owner, epoch, attempts, end of the lease.
pub(super) const TAKE: &str = "update webhook_delivery \
     set state = 1, owner = ?2, epoch = ?3, attempts = ?4, run_at = ?5 where id = ?1";

/// Parameters: id, owner, epoch, end of the lease.
pub(super) const RENEW: &str = "update webhook_delivery set run_at = ?4 \
     where id = ?1 and owner = ?2 and epoch = ?3 and state = 1";

/// Parameters: id, owner, epoch, state, when it is due or null, its end or null, the error or null,
/// how many attempts it spends.
pub(crate) const SETTLE: &str = "update webhook_delivery set state = ?4, \
     run_at = coalesce(?5, run_at), ended_at = ?6, error = coalesce(?7, error), \
     attempts = attempts - 1 + ?8 where id = ?1 and owner = ?2 and epoch = ?3 and state = 1";

/// Whether a job of a lease is in this state. Parameters: id, owner, epoch, state.
pub(crate) const SETTLED: &str = "select exists (select 1 from webhook_delivery \
     where id = ?1 and owner = ?2 and epoch = ?3 and state = ?4)";

/// Parameters: id, number, kind, milliseconds, now.
pub(super) const FAIL: &str = "insert into webhook_attempt (delivery, number, kind, millis, \
     ended_at) values (?1, ?2, ?3, ?4, ?5)";

/// Keeps the first attempt and the last ones. Parameters: id, how many of the last ones.
pub(super) const TRIM: &str = "delete from webhook_attempt where delivery = ?1 \
     and number = (select number from webhook_attempt where delivery = ?1 \
     order by number desc limit 1 offset ?2) \
     and number > (select min(number) from webhook_attempt where delivery = ?1)";

/// Parameters: id, and now if the change has a time.
pub(super) const REQUEUE: &str = "update webhook_delivery \
     set state = 0, attempts = 0, run_at = ?2, owner = null where id = ?1 and state in (3, 4)";
pub(super) const PARK: &str = "update webhook_delivery \
     set state = 4, owner = null where id = ?1 and state = 0";
pub(super) const DROP: &str = "update webhook_delivery \
     set state = 5, ended_at = ?2, owner = null where id = ?1 and state in (0, 3, 4)";

/// Parameters: id, verb, now, who, why.
pub(super) const ACT: &str = "insert into webhook_action (delivery, number, verb, at, who, why) \
     values (?1, (select coalesce(max(number), 0) + 1 from webhook_action where delivery = ?1), \
     ?2, ?3, ?4, ?5)";

/// Keeps the last ones. Parameters: id, how many.
pub(super) const TRIM_ACTIONS: &str = "delete from webhook_action where delivery = ?1 \
     and number <= (select max(number) from webhook_action where delivery = ?1) - ?2";

/// In their order. Parameter: id.
pub(super) const ACTIONS: &str = "select verb, at, who, why from webhook_action \
     where delivery = ?1 order by number";

/// The columns of what is listed, as `info` reads them.
macro_rules! info {
    () => {
        "select id, key, tenant, consumer, provider, type, route, state, attempts, accepted_at, \
         run_at, ended_at, error from webhook_delivery "
    };
}

/// Parameters: the id before, how many.
pub(super) const LIST: &str = concat!(info!(), "where id > ?1 order by id limit ?2");

/// Only of dead or parked ones. Parameters: the id before, how many, state.
pub(super) const LIST_ASIDE: &str = concat!(
    info!(),
    "indexed by webhook_delivery_aside \
     where state = ?3 and state in (3, 4) and id > ?1 order by id limit ?2"
);

/// Parameter: id.
pub(super) const FIND: &str = concat!(info!(), "where id = ?1");
pub(super) const FIND_SEALED: &str = "select d.sealed, b.bytes from webhook_delivery d \
     left join webhook_body b on b.id = d.id where d.id = ?1";
pub(super) const ATTEMPTS: &str = "select number, kind, millis, ended_at from webhook_attempt \
     where delivery = ?1 order by number";

/// In the order in which they were first put. Parameter: id.
pub(super) const STEPS: &str = "select name, state, value, error from webhook_step \
     where delivery = ?1 order by id";

/// Keeps a step, unless it is done. Parameters: id, name, state, value, the error or null.
pub(crate) const PUT_STEP: &str = "insert into webhook_step (delivery, name, state, value, error) \
     values (?1, ?2, ?3, ?4, ?5) on conflict (delivery, name) do update set \
     state = excluded.state, value = excluded.value, error = excluded.error where state <> 0";

/// Due ones, running ones, and the earliest time that has passed. Parameters: now, how many are
/// counted.
pub(super) const COUNT_OPEN: &str = "select coalesce(sum(state = 0), 0), \
     coalesce(sum(state = 1), 0), min(case when run_at <= ?1 then run_at end) \
     from (select state, run_at from webhook_delivery indexed by webhook_delivery_due \
     where state < 2 limit ?2)";

/// How many jobs of a lane could be taken by their time. Parameters: tenant, consumer, now, how
/// many are counted.
pub(super) const COUNT_LANE: &str = "select count(*) from (select 1 \
     from webhook_delivery indexed by webhook_delivery_due \
     where state < 2 and tenant = ?1 and consumer = ?2 and run_at <= ?3 limit ?4)";

/// Parameters: state, how many are counted.
pub(super) const COUNT_ASIDE: &str = "select count(*) from (select 1 \
     from webhook_delivery indexed by webhook_delivery_aside \
     where state = ?1 and state in (3, 4) limit ?2)";

/// Those whose body goes. Parameters: the last end, how many.
macro_rules! with_body {
    () => {
        "(select id from webhook_delivery indexed by webhook_delivery_body \
         where ended_at is not null and has_body = 1 and ended_at <= ?1 \
         order by ended_at, id limit ?2)"
    };
}

/// Those whose record goes. Parameters: the last end, how many.
macro_rules! without_body {
    () => {
        "(select id from webhook_delivery indexed by webhook_delivery_ended \
         where ended_at is not null and has_body = 0 and ended_at <= ?1 \
         order by ended_at, id limit ?2)"
    };
}

pub(super) const PRUNE_BODIES: &str =
    concat!("delete from webhook_body where id in ", with_body!());
pub(super) const HAVE_NO_BODY: &str = concat!(
    "update webhook_delivery set has_body = 0 where id in ",
    with_body!()
);
pub(super) const PRUNE_ATTEMPTS: &str = concat!(
    "delete from webhook_attempt where delivery in ",
    without_body!()
);
pub(super) const PRUNE_STEPS: &str = concat!(
    "delete from webhook_step where delivery in ",
    without_body!()
);
pub(super) const PRUNE_ACTIONS: &str = concat!(
    "delete from webhook_action where delivery in ",
    without_body!()
);
pub(super) const PRUNE_RECORDS: &str =
    concat!("delete from webhook_delivery where id in ", without_body!());

/// Every statement: each of them has to compile before a store opens.
pub(crate) const ALL: [&str; 37] = [
    ACCEPT,
    ACCEPT_BODY,
    NEXT_LANE,
    DUE,
    DUE_IDS,
    DUE_ROW,
    PARK_DAMAGED,
    WAITS,
    BODY,
    TAKE,
    RENEW,
    SETTLE,
    SETTLED,
    FAIL,
    TRIM,
    REQUEUE,
    PARK,
    DROP,
    ACT,
    TRIM_ACTIONS,
    ACTIONS,
    LIST,
    LIST_ASIDE,
    FIND,
    FIND_SEALED,
    ATTEMPTS,
    STEPS,
    PUT_STEP,
    COUNT_OPEN,
    COUNT_LANE,
    COUNT_ASIDE,
    PRUNE_BODIES,
    HAVE_NO_BODY,
    PRUNE_ATTEMPTS,
    PRUNE_STEPS,
    PRUNE_ACTIONS,
    PRUNE_RECORDS,
];

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use rusqlite::Connection;

    use super::ALL;

    /// So none takes longer as the table grows, and pruning keeps nobody waiting.
    #[test]
    fn no_statement_reads_a_whole_table() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(crate::SCHEMA).unwrap();
        for statement in ALL {
            let explain = format!("explain query plan {statement}");
            let mut explain = connection.prepare(&explain).unwrap();
            // Its parameters are null.
            let mut steps = explain.raw_query();
            while let Some(step) = steps.next().unwrap() {
                let step: String = step.get(3).unwrap();
                let is_whole = step.starts_with("SCAN webhook_") && !step.contains(" INDEX ");
                assert!(!is_whole, "{statement}: {step}");
            }
        }
    }
}
