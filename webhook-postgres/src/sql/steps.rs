//! The statements on steps.

/// In the order in which they were first put. $1 id.
pub(super) const STEPS: &str = "select name, state::integer, error, value from webhook_step \
     where delivery = $1 order by id";

/// Keeps a step, unless it is done. $1 id, $2 owner, $3 epoch, $4 name, $5 state, $6 value, $7
/// error or null. A row if the lease is held: whether it was written.
macro_rules! put_step {
    ($lock:literal) => {
        concat!(
            "with hold as materialized (select d.id from webhook_delivery d where ",
            held!(),
            " and d.state + 0 = 1 ",
            $lock,
            "), put as (insert into webhook_step as s (delivery, state, name, error, value) ",
            "select h.id, $5, convert_from($4, 'UTF8'), convert_from($7, 'UTF8'), $6 from hold h ",
            "on conflict (delivery, name) do update set state = excluded.state, ",
            "error = excluded.error, value = excluded.value where s.state <> 0 returning 1) ",
            "select exists (select from put) from hold"
        )
    };
}

/// With a lock, so that nobody takes the job meanwhile.
pub(super) const PUT_STEP: &str = put_step!("for share");

/// Without one: the transaction may last, and its lease has to be renewed. Two workers that do the
/// same step meet at its name.
pub(super) const PUT_STEP_IN: &str = put_step!("");
