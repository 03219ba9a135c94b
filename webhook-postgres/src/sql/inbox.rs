//! The statements on stored deliveries.
//!
//! The state of a row that is found by its id is compared as `state + 0`. Otherwise the planner may
//! read an index of some states instead, from end to end: its statistics say that it is nearly
//! empty, which it is but for the entries of rows that have left it.
//!
//! Texts come as bytes, because [`Value`](crate::value::Value) has no text.
//!
//! A row of a table is always found through `lateral (… limit 1)` or `= any (array(…))`, so that the
//! planner cannot choose to read a whole table that was empty when it looked.

use super::actions::{ACTIONS, DROP, PARK, REQUEUE};
use super::steps::{PUT_STEP, PUT_STEP_IN, STEPS};
use super::take::{LANES, TAKE};

/// The acceptances. $1 keys, $2 owners, $3 retentions (µs), $4 fingerprints, $5 whether the key is
/// remembered (1), $6 providers, $7 types, $8 routes, $9 sealed records, $10 bodies, $11 orders or
/// null. No key occurs twice.
///
/// Their lanes. $12 which acceptance, counted from one, $13 tenants, $14 consumers.
macro_rules! ask {
    () => {
        "ask as materialized (select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
         with ordinality as a (key, owner, retain, fingerprint, remembered, provider, type, route, \
         sealed, bytes, order_by, n)), \
         lane as materialized (select * from unnest($12, $13, $14) with ordinality \
         as l (ask, tenant, consumer, place)), "
    };
}

/// The records of the keys that have not expired.
macro_rules! known {
    () => {
        concat!(
            "known as materialized (select a.key, l.* from ask a cross join lateral (select ",
            found!("a.owner", "a.fingerprint"),
            ", ",
            is_live!(),
            " as live from webhook_key k where k.key = a.key and k.expires_at > clock_timestamp() ",
            "limit 1) l where a.remembered = 1), "
        )
    };
}

/// Writes the keys that no live record answers for, as done ones. `more` is a further condition.
macro_rules! taken {
    ($more:literal) => {
        concat!(
            "taken as (insert into webhook_key as k (epoch, lease_until, expires_at, purge_at, ",
            "changed_at, retain, attempts, fingerprint, state, key, owner) ",
            "select (extract(epoch from t.now) * 1000000)::bigint, null, ",
            "t.now + a.retain * interval '1 us', ",
            "date_bin(greatest(a.retain / 64, 1000) * interval '1 us', ",
            "t.now + (a.retain + greatest(a.retain / 64, 1000)) * interval '1 us', ",
            "timestamptz 'epoch'), t.now, a.retain * interval '1 us', 1, a.fingerprint, 1, ",
            "a.key, a.owner from ask a, ",
            now!(),
            "where a.remembered = 1 ",
            "and not exists (select from known n where n.key = a.key and n.live) ",
            $more,
            "order by a.key on conflict (key) do update set ",
            "epoch = greatest(k.epoch + 1, excluded.epoch), lease_until = null, ",
            "expires_at = excluded.expires_at, purge_at = excluded.purge_at, ",
            "changed_at = excluded.changed_at, retain = excluded.retain, ",
            "fingerprint = excluded.fingerprint, ",
            "attempts = case when k.expires_at <= excluded.changed_at then 1 ",
            "else least(k.attempts, 2147483646) + 1 end, ",
            "state = 1, owner = excluded.owner, answer = null, note = null ",
            "where k.expires_at <= excluded.changed_at or k.state = 2 ",
            "or k.state = 0 and k.lease_until <= excluded.changed_at returning k.key), "
        )
    };
}

/// Stores what is new, and answers. The rows are of the [kinds](crate::claim::kind) 0: stored, now
/// or before by this owner, 1: done, 2: dead, 3: in flight, 4: over the bound.
macro_rules! stored {
    () => {
        "fresh as materialized (select a.* from ask a \
         where a.remembered = 0 or a.key in (select key from taken)), \
         stored as (insert into webhook_delivery (epoch, run_at, accepted_at, attempts, state, \
         has_body, key, tenant, consumer, provider, type, route, sealed, order_by) \
         select 0, t.now, t.now, 0, 0, true, f.key, convert_from(l.tenant, 'UTF8'), \
         convert_from(l.consumer, 'UTF8'), convert_from(f.provider, 'UTF8'), \
         convert_from(f.type, 'UTF8'), convert_from(f.route, 'UTF8'), f.sealed, f.order_by \
         from lane l join fresh f on f.n = l.ask, (select clock_timestamp() as now) t \
         order by l.place returning id, key), \
         bodies as (insert into webhook_body (id, bytes) \
         select s.id, f.bytes from stored s join fresh f on f.key = s.key) \
         select 0 as kind, key, 0::bigint as rest, false as same from fresh union all \
         select case when state = 1 and own then 0 when state = 1 then 1 when state = 3 then 2 \
         else 3 end, key, rest, same from known where live"
    };
}

const ACCEPT: &str = concat!("with ", ask!(), known!(), taken!(""), stored!());

/// Like [`ACCEPT`], for one key with a bound. It runs after
/// [`LOCK_GROUP`](super::claims::LOCK_GROUP) in one transaction. $15 group, $16 bound.
const ACCEPT_BOUNDED: &str = concat!(
    "with ",
    ask!(),
    known!(),
    "place as (insert into webhook_group as g (expires_at, keys, key) ",
    "select clock_timestamp() + a.retain * interval '1 us', 1, $15 from ask a ",
    "where not exists (select from known) ",
    "on conflict (key) do update set ",
    "keys = case when g.expires_at <= clock_timestamp() then 1 else g.keys + 1 end, ",
    "expires_at = case when g.expires_at <= clock_timestamp() then excluded.expires_at ",
    "else g.expires_at end ",
    "where g.expires_at <= clock_timestamp() or g.keys < $16 returning 1), ",
    taken!("and (exists (select from known) or exists (select from place)) "),
    stored!(),
    " union all select 4, a.key, 0, false from ask a ",
    "where not exists (select from known) and not exists (select from place)"
);

/// $4 by (µs).
const RENEW: &str = concat!(
    "update webhook_delivery d set run_at = clock_timestamp() + $4 * interval '1 us' where ",
    held!(),
    " and d.state + 0 = 1 returning 1"
);

/// $4 state, $5 when it is due (µs from now), or below zero, $6 the error or null, $7 how many
/// attempts it spends, $8 how long the failed attempt took (ms), or below zero, $9 how many of the
/// last attempts are kept but one: the new one is not seen by the statement.
const SETTLE: &str = concat!(
    "with t as materialized (select clock_timestamp() as now), ",
    "ended as (update webhook_delivery d set state = $4, ",
    "run_at = case when $5 >= 0 then t.now + $5 * interval '1 us' else d.run_at end, ",
    "ended_at = case when $4 = 2 then t.now end, ",
    "error = coalesce(convert_from($6, 'UTF8'), d.error), attempts = d.attempts - 1 + $7 ",
    "from t where ",
    held!(),
    " and d.state + 0 = 1 returning d.id, d.epoch), ",
    "failed as (insert into webhook_attempt (ended_at, delivery, number, millis, kind) ",
    "select t.now, e.id, e.epoch, $8, convert_from($6, 'UTF8') from ended e, t where $8 >= 0 ",
    "returning delivery), ",
    "trimmed as (delete from webhook_attempt a using failed f where a.delivery = f.delivery ",
    "and a.number = (select o.number from webhook_attempt o where o.delivery = f.delivery ",
    "order by o.number desc limit 1 offset $9) ",
    "and a.number > (select min(o.number) from webhook_attempt o where o.delivery = f.delivery)) ",
    "select id from ended"
);

/// Whether a job of a lease is in this state. $4 state.
const SETTLED: &str = concat!(
    "select 1 from webhook_delivery d where ",
    held!(),
    " and d.state + 0 = $4"
);

/// Many jobs are done. $1 ids, $2 owners, $3 epochs. No id occurs twice, and they are in order, so
/// that two of these do not wait for one another in a circle.
const DONE: &str = "with ask as materialized (\
     select * from unnest($1, $2, $3) as a (id, owner, epoch)), \
     hit as materialized (select h.id from ask a cross join lateral (\
     select d.id from webhook_delivery d where d.id = a.id and d.owner = a.owner \
     and d.epoch = a.epoch and d.state + 0 = 1 limit 1 for update) h) \
     update webhook_delivery d set state = 2, ended_at = t.now \
     from (select clock_timestamp() as now) t \
     where d.id = any (array(select id from hit)) returning d.id";

/// The columns of what is listed, with times in microseconds.
macro_rules! info {
    () => {
        "d.id, d.key, d.tenant, d.consumer, d.provider, d.type, d.route, d.state::integer, \
         d.attempts, d.error, (extract(epoch from d.accepted_at) * 1000000)::bigint as accepted_at, \
         (extract(epoch from d.run_at) * 1000000)::bigint as run_at, \
         (extract(epoch from d.ended_at) * 1000000)::bigint as ended_at"
    };
}

/// $1 the id before, $2 how many.
const LIST: &str = concat!(
    "select ",
    info!(),
    " from webhook_delivery d where d.id > $1 order by d.id limit $2"
);

/// Only of dead or parked ones. $1 the id before, $2 how many, $3 state.
const LIST_ASIDE: &str = concat!(
    "select ",
    info!(),
    " from webhook_delivery d where d.state = $3 and d.state in (3, 4) and d.id > $1 \
     order by d.id limit $2"
);

/// $1 id.
const FIND: &str = concat!(
    "select ",
    info!(),
    ", d.sealed, b.bytes from webhook_delivery d left join webhook_body b on b.id = d.id \
     where d.id = $1"
);

/// $1 id.
const ATTEMPTS: &str = "select number, kind, millis, \
     (extract(epoch from ended_at) * 1000000)::bigint as ended_at \
     from webhook_attempt where delivery = $1 order by number";

/// $1 how many are counted.
const COUNT: &str = "with open as materialized (\
     select state, run_at from webhook_delivery where state < 2 limit $1), \
     dead as materialized (select 1 from webhook_delivery \
     where state = 3 and state in (3, 4) limit $1), \
     parked as materialized (select 1 from webhook_delivery \
     where state = 4 and state in (3, 4) limit $1) \
     select (select count(*) from open where state = 0) as due, \
     (select count(*) from open where state = 1) as running, \
     (select count(*) from dead) as dead, (select count(*) from parked) as parked, \
     (select (extract(epoch from min(run_at)) * 1000000)::bigint from open \
     where run_at <= clock_timestamp()) as behind_since";

/// One batch of a prune. A row that another statement has locked is skipped. $1 how long ago they
/// ended (µs), $2 how many at most, $3 the lower bound (µs since 1970), which moves past the rows
/// of the batches before: until a vacuum, their entries are still in the index.
macro_rules! prune {
    ($which:literal, $effect:literal) => {
        concat!(
            "with old as materialized (select id, ended_at from webhook_delivery ",
            "where ended_at is not null and ",
            $which,
            " and ended_at >= timestamptz 'epoch' + $3 * interval '1 us' ",
            "and ended_at <= (select clock_timestamp()) - $1 * interval '1 us' ",
            "order by ended_at limit $2 for update skip locked), ",
            $effect,
            "select count(*), (extract(epoch from max(ended_at)) * 1000000)::bigint from old"
        )
    };
}

const PRUNE_BODIES: &str = prune!(
    "has_body",
    "bodies as (delete from webhook_body where id = any (array(select id from old))), \
     records as (update webhook_delivery set has_body = false \
     where id = any (array(select id from old))) "
);
const PRUNE_RECORDS: &str = prune!(
    "not has_body",
    "attempts as (delete from webhook_attempt where delivery = any (array(select id from old))), \
     steps as (delete from webhook_step where delivery = any (array(select id from old))), \
     actions as (delete from webhook_action where delivery = any (array(select id from old))), \
     records as (delete from webhook_delivery where id = any (array(select id from old))) "
);

/// Tells those who listen. $1 channel.
const NOTIFY: &str = "select pg_notify(convert_from($1, 'UTF8'), '')";

statements! {
    InboxStatements {
        accept: ACCEPT,
        accept_bounded: ACCEPT_BOUNDED,
        take: TAKE,
        renew: RENEW,
        settle: SETTLE,
        settled: SETTLED,
        done: DONE,
        requeue: REQUEUE,
        park: PARK,
        drop: DROP,
        list: LIST,
        list_aside: LIST_ASIDE,
        find: FIND,
        attempts: ATTEMPTS,
        actions: ACTIONS,
        steps: STEPS,
        put_step: PUT_STEP,
        put_step_in: PUT_STEP_IN,
        count: COUNT,
        lanes: LANES,
        notify: NOTIFY,
        prune_bodies: PRUNE_BODIES,
        prune_records: PRUNE_RECORDS,
    }
}
