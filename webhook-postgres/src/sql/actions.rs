//! The statements of what people do.

/// $1 ids, $2 who, $3 why, $4 how many of the last actions are kept but one: the new one is not seen
/// by the statement. The states are those that allow it.
macro_rules! change {
    ($verb:literal, $set:literal, $states:literal) => {
        concat!(
            "with t as materialized (select clock_timestamp() as now), ",
            "changed as (update webhook_delivery d set owner = null, ",
            $set,
            " from t where d.id = any ($1) and d.state + 0 in (",
            $states,
            ") returning d.id), ",
            "acted as (insert into webhook_action (at, delivery, verb, who, why) ",
            "select t.now, c.id, ",
            $verb,
            ", convert_from($2, 'UTF8'), convert_from($3, 'UTF8') from changed c, t), ",
            "trimmed as (delete from webhook_action a ",
            "where a.delivery = any (array(select id from changed)) ",
            "and a.id <= (select o.id from webhook_action o where o.delivery = a.delivery ",
            "order by o.id desc limit 1 offset $4)) ",
            "select count(*) from changed"
        )
    };
}

pub(super) const REQUEUE: &str = change!("0", "state = 0, attempts = 0, run_at = t.now", "3, 4");
pub(super) const PARK: &str = change!("1", "state = 4", "0");
pub(super) const DROP: &str = change!("2", "state = 5, ended_at = t.now", "0, 3, 4");

/// In their order. $1 id.
pub(super) const ACTIONS: &str = "select verb::integer, who, why, \
     (extract(epoch from at) * 1000000)::bigint as at \
     from webhook_action where delivery = $1 order by id";
