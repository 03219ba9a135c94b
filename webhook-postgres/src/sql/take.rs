//! The statement that takes jobs.

/// The first row above a place in the index, which is the earliest of its lane if the place is the
/// end of another.
macro_rules! next_lane {
    ($tenant:literal, $consumer:literal, $time:literal) => {
        concat!(
            "lateral (select d.tenant, d.consumer, d.run_at from webhook_delivery d ",
            "where d.state < 2 and (d.tenant, d.consumer, d.run_at) > (",
            $tenant,
            ", ",
            $consumer,
            ", ",
            $time,
            "::timestamptz) order by d.tenant, d.consumer, d.run_at limit 1) f "
        )
    };
}

/// The numbers of lanes. $1 tenant and $2 consumer of the lane before, $3 whether there is one (1),
/// $4 how many lanes, $5 how many jobs of a lane are counted.
pub(super) const LANES: &str = concat!(
    "with recursive t as materialized (select clock_timestamp() as now), ",
    "lanes (tenant, consumer, run_at, visited) as (",
    "select f.tenant, f.consumer, f.run_at, 1 from ",
    next_lane!(
        "convert_from($1, 'UTF8')",
        "convert_from($2, 'UTF8')",
        "case $3 when 0 then '-infinity' else 'infinity' end"
    ),
    "union all select f.tenant, f.consumer, f.run_at, l.visited + 1 from lanes l cross join ",
    next_lane!("l.tenant", "l.consumer", "'infinity'"),
    "where l.visited < $4) ",
    "select l.tenant, l.consumer, ",
    "(extract(epoch from case when l.run_at <= t.now then l.run_at end) * 1000000)::bigint ",
    "as behind_since, (select count(*) from (select from webhook_delivery d where d.state < 2 ",
    "and d.tenant = l.tenant and d.consumer = l.consumer and d.run_at <= t.now limit $5) c) ",
    "as waiting from lanes l, t order by l.tenant, l.consumer"
);

/// The first row of an index range of the due jobs.
macro_rules! first_row {
    ($($range:expr),+) => {
        concat!(
            "(select d.tenant, d.consumer, d.run_at from webhook_delivery d where d.state < 2 and ",
            $($range,)+
            " order by d.tenant, d.consumer, d.run_at limit 1)"
        )
    };
}

/// The next lane `f` above a place in the index: that of the first row up to the next lane whose
/// front is known, or else that lane, read from there. Of a known lane without a job, the time
/// is null.
///
/// A scan ends at the known lane only if the columns are compared one by one: a comparison of rows
/// that differ in the second one does not end it. So two ranges precede that lane: the rows of other
/// tenants, and the rows of its own tenant.
macro_rules! next_lane_to_claim {
    ($tenant:literal, $consumer:literal, $time:literal, $or_here:literal) => {
        concat!(
            "lateral (select n.tenant, n.consumer, n.run_at from (select 1) one ",
            "left join lateral (select k.tenant, k.consumer, k.since from known k ",
            "where (k.tenant, k.consumer) > (",
            $tenant,
            ", ",
            $consumer,
            ")",
            $or_here,
            " order by k.tenant, k.consumer limit 1) k on true cross join lateral (",
            first_row!(
                "k.tenant is null and (d.tenant, d.consumer, d.run_at) > (",
                above!($tenant, $consumer, $time)
            ),
            " union all ",
            first_row!(
                "k.tenant > ",
                $tenant,
                " and d.tenant < k.tenant and (d.tenant, d.consumer, d.run_at) > (",
                above!($tenant, $consumer, $time)
            ),
            " union all ",
            first_row!(
                "d.tenant = k.tenant and d.consumer < k.consumer ",
                "and (d.tenant, d.consumer, d.run_at) > (",
                above!($tenant, $consumer, $time)
            ),
            " union all (select k.tenant, k.consumer, (select d.run_at from webhook_delivery d ",
            "where d.state < 2 and d.tenant = k.tenant and d.consumer = k.consumer ",
            "and d.run_at >= k.since order by d.run_at limit 1) where k.tenant is not null) ",
            "order by tenant, consumer limit 1) n) f "
        )
    };
}

/// The rest of a comparison with a place in the index.
macro_rules! above {
    ($tenant:literal, $consumer:literal, $time:literal) => {
        concat!($tenant, ", ", $consumer, ", ", $time, "::timestamptz)")
    };
}

/// Whether a lane `f` has a job whose time has come, and is wanted (1), or not.
macro_rules! is_due {
    () => {
        "(f.run_at is not null and f.run_at <= t.now \
         and ($8 = 0 or convert_to(f.consumer, 'UTF8') = any ($9)) \
         and not exists (select from unnest($10, $11) as s (tenant, consumer) \
         where s.tenant = convert_to(f.tenant, 'UTF8') \
         and s.consumer = convert_to(f.consumer, 'UTF8')))::integer"
    };
}

/// Whether a job `c` of a lane `due` waits for no other of its order: none is running, and it is
/// running itself, or none of a lower id is due.
macro_rules! waits_for_none {
    () => {
        "(c.order_by is null or not exists (select from webhook_delivery r \
         where r.state = 1 and r.order_by is not null and r.tenant = due.tenant \
         and r.consumer = due.consumer and r.order_by = c.order_by and r.id <> c.id) \
         and (c.state = 1 or not exists (select from webhook_delivery e \
         where e.state < 2 and e.order_by is not null and e.tenant = due.tenant \
         and e.consumer = due.consumer and e.order_by = c.order_by and e.id < c.id))) "
    };
}

/// Takes jobs, lane by lane. $1 tenant and $2 consumer of the lane before, $3 whether there is one
/// (1), $4 how many jobs, $5 owner, $6 lease (µs), $7 how many lanes are visited at most, $8
/// whether only some consumers are wanted (1), $9 which, $10 tenants and $11 consumers of lanes
/// that are not wanted, $12 how many jobs of a lane, $13 how many of its jobs are looked at, $14
/// tenants, $15 consumers and $16 fronts (µs) of the lanes whose front is known.
///
/// It returns at least one row for each lane that was visited, in order, or one without a lane. Two
/// of these may see the same order without a running job; the unique index lets one of them through.
pub(super) const TAKE: &str = concat!(
    "with recursive t as materialized (select clock_timestamp() as now), ",
    "known as materialized (select convert_from(k.tenant, 'UTF8') collate \"C\" as tenant, ",
    "convert_from(k.consumer, 'UTF8') collate \"C\" as consumer, ",
    "timestamptz 'epoch' + k.since * interval '1 us' as since ",
    "from unnest($14, $15, $16) as k (tenant, consumer, since)), ",
    "lanes (tenant, consumer, run_at, is_due, visited, due) as (",
    "select f.tenant, f.consumer, f.run_at, ",
    is_due!(),
    ", 1, ",
    is_due!(),
    " from t cross join ",
    next_lane_to_claim!(
        "convert_from($1, 'UTF8')",
        "convert_from($2, 'UTF8')",
        "case $3 when 0 then '-infinity' else 'infinity' end",
        " or ($3 = 0 and k.tenant = '' and k.consumer = '')"
    ),
    "union all ",
    "select f.tenant, f.consumer, f.run_at, ",
    is_due!(),
    ", l.visited + 1, l.due + ",
    is_due!(),
    " from lanes l cross join t cross join ",
    next_lane_to_claim!("l.tenant", "l.consumer", "'infinity'", ""),
    "where l.visited < $7 and l.due < $4), ",
    "due as materialized (select l.tenant, l.consumer, l.run_at, count(*) over () as lanes ",
    "from lanes l where l.is_due = 1), ",
    "picked as materialized (select p.id, p.run_at from due cross join lateral (",
    "select d.id, c.run_at from (",
    "select i.id, i.run_at, i.state, i.order_by from webhook_delivery i where i.state < 2 ",
    "and i.tenant = due.tenant and i.consumer = due.consumer and i.run_at >= due.run_at ",
    "and i.run_at <= (select now from t) order by i.run_at, i.id limit $13) c ",
    "join webhook_delivery d on d.id = c.id where ",
    waits_for_none!(),
    "and d.state + 0 < 2 and d.run_at <= (select now from t) order by c.run_at, c.id ",
    "limit least(($4 + due.lanes - 1) / due.lanes, $12) for update of d skip locked) p limit $4), ",
    "taken as (update webhook_delivery d set state = 1, owner = $5, epoch = d.epoch + 1, ",
    "attempts = least(d.attempts, 2147483646) + 1, run_at = t.now + $6 * interval '1 us' ",
    "from t where d.id = any (array(select id from picked)) ",
    "returning d.id, d.epoch, d.attempts, d.key, d.tenant, d.consumer, d.provider, ",
    "d.accepted_at, d.sealed) ",
    "select l.tenant, l.consumer, l.visited, l.due, ",
    "(extract(epoch from l.run_at) * 1000000)::bigint as first, ",
    "(extract(epoch from t.now) * 1000000)::bigint as now, ",
    "j.id, j.epoch, j.attempts, j.key, j.provider, j.sealed, j.bytes, ",
    "(extract(epoch from j.accepted_at) * 1000000)::bigint as accepted_at, ",
    "(extract(epoch from t.now - j.accepted_at) * 1000000)::bigint as age ",
    "from t left join lanes l on true ",
    "left join (select taken.*, p.run_at, b.bytes from taken join picked p on p.id = taken.id ",
    "left join lateral (select b.bytes from webhook_body b where b.id = taken.id limit 1) b ",
    "on true) j on j.tenant = l.tenant and j.consumer = l.consumer ",
    "order by l.visited, j.run_at, j.id"
);
