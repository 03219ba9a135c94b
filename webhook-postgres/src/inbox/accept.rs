//! Stores deliveries, in groups.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use sqlx::Row;
use sqlx::postgres::PgRow;
use webhook_core::StoreError;
use webhook_core::replay::LabelBound;
use webhook_inbox::{Acceptance, Accepted};

use super::queue::{Context, Grouped, Queue, Reply, errors};
use super::{Inner, local, run};
use crate::claim::{Asked, ROUNDS, always_changing, kind, lock_name};
use crate::database::Repeat;
use crate::error::{corrupt, store_error};
use crate::sql::InboxStatements;
use crate::value::Value;

/// How many bytes of bodies one statement has at most, unless one body alone has more.
const MOST_BYTES: usize = 8 << 20;

pub(super) async fn accept(inner: &Inner, acceptance: &Acceptance) -> Result<Accepted, StoreError> {
    if let Some(bound) = acceptance
        .request
        .bound
        .filter(|_| acceptance.is_remembered)
    {
        return accept_bounded(inner, acceptance, &bound).await;
    }
    let queue = inner.accepts.get_or_init(|| {
        let context = Context::new(inner);
        Queue::start(context, inner.store.inbox.accepts.limit())
    });
    let acceptance = acceptance.clone();
    let op = |reply| AcceptOp {
        acceptance,
        reply,
        rounds: 0,
    };
    queue.ask(op).await
}

/// Keys of a group are counted one by one.
async fn accept_bounded(
    inner: &Inner,
    acceptance: &Acceptance,
    bound: &LabelBound,
) -> Result<Accepted, StoreError> {
    let columns = Columns::of(std::iter::once(acceptance));
    let owners = columns.owners();
    let mut values = columns.values(&owners).to_vec();
    values.push(Value::from(&bound.group.as_bytes()[..]));
    values.push(Value::Int(bound.at_most.get().into()));
    let lock = [Value::Big(lock_name(&bound.group))];
    let script = [
        (&inner.store.sql.lock_group, &lock[..]),
        (&inner.sql.accept_bounded, &values),
    ];
    let mut operation = inner.others().operation();
    for _ in 0..ROUNDS {
        let rows = operation.run_script(&local(), &script, Repeat::Yes).await?;
        // The lock's row has no columns.
        if let Some(row) = rows.iter().find(|row| !row.is_empty()) {
            return answer(row);
        }
    }
    Err(always_changing())
}

impl Context {
    pub(super) fn new(inner: &Inner) -> Self {
        Self {
            store: inner.store.clone(),
            sql: InboxStatements::new(&inner.store.names),
        }
    }
}

pub(super) struct AcceptOp {
    acceptance: Acceptance,
    reply: Reply<Accepted>,
    /// How often its key's row has changed between the reading and the writing.
    rounds: u32,
}

impl Grouped for AcceptOp {
    fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    async fn send(waiting: &mut Vec<Self>, context: &Context) {
        let group = take(waiting);
        let columns = Columns::of(group.iter().map(|op| &op.acceptance));
        let database = &context.store.inbox.accepts;
        let mut operation = database.operation();
        let owners = columns.owners();
        let (statement, values) = (&context.sql.accept, columns.values(&owners));
        let sent = run(database, &mut operation, statement, &values, Repeat::Yes).await;
        let rows = sent.and_then(by_key);
        match rows {
            Ok(rows) => answer_all(group, &rows, waiting),
            Err(error) => {
                let error = errors(error);
                for op in group {
                    let _ = op.reply.send(Err(error()));
                }
            }
        }
    }
}

/// Takes what can go out together: operations of different keys, in the order of the keys, so that
/// two groups seldom wait for one another in a circle.
fn take(waiting: &mut Vec<AcceptOp>) -> Vec<AcceptOp> {
    let mut keys = HashSet::with_capacity(waiting.len());
    let mut group = Vec::with_capacity(waiting.len());
    let mut bytes = 0_usize;
    for op in std::mem::take(waiting) {
        let more = bytes.saturating_add(op.acceptance.body.len());
        let fits = group.is_empty() || more <= MOST_BYTES;
        if fits && keys.insert(op.acceptance.key) {
            bytes = more;
            group.push(op);
        } else {
            waiting.push(op);
        }
    }
    group.sort_by_key(|op| op.acceptance.key);
    group
}

fn answer_all(group: Vec<AcceptOp>, rows: &HashMap<Vec<u8>, PgRow>, waiting: &mut Vec<AcceptOp>) {
    for mut op in group {
        let row = rows.get(&op.acceptance.key.as_bytes()[..]);
        op.rounds += 1;
        let answer = match row {
            Some(row) => answer(row),
            None if op.rounds < ROUNDS => {
                waiting.push(op);
                continue;
            }
            None => Err(always_changing()),
        };
        let _ = op.reply.send(answer);
    }
}

fn by_key(rows: Vec<PgRow>) -> Result<HashMap<Vec<u8>, PgRow>, StoreError> {
    let mut found = HashMap::with_capacity(rows.len());
    for row in rows {
        found.insert(row.try_get("key").map_err(store_error)?, row);
    }
    Ok(found)
}

fn answer(row: &PgRow) -> Result<Accepted, StoreError> {
    let is: i32 = row.try_get("kind").map_err(store_error)?;
    let rest: i64 = row.try_get("rest").map_err(store_error)?;
    match is {
        kind::ACQUIRED => Ok(Accepted::New),
        kind::DONE => Ok(Accepted::Stored {
            same_payload: row.try_get("same").map_err(store_error)?,
        }),
        kind::DEAD => Ok(Accepted::Dead),
        kind::IN_FLIGHT => Ok(Accepted::BeingStored {
            // It was alive when it was read.
            retry_after: Duration::from_micros(rest.unsigned_abs().max(1)),
        }),
        kind::OVER_BOUND => Ok(Accepted::OverBound),
        _ => Err(corrupt("the state is unknown")),
    }
}

/// The values of acceptances, column by column.
struct Columns<'a> {
    keys: Vec<Option<&'a [u8]>>,
    owners: Vec<[u8; 16]>,
    retains: Vec<i64>,
    fingerprints: Vec<i32>,
    remembered: Vec<i32>,
    /// Provider, type, route, record, body and order.
    texts: [Vec<Option<&'a [u8]>>; 6],
    /// Of each lane: which acceptance it is of, counted from one.
    of: Vec<i32>,
    tenants: Vec<Option<&'a [u8]>>,
    consumers: Vec<Option<&'a [u8]>>,
}

impl<'a> Columns<'a> {
    fn of(acceptances: impl Iterator<Item = &'a Acceptance>) -> Self {
        let mut columns = Self {
            keys: Vec::new(),
            owners: Vec::new(),
            retains: Vec::new(),
            fingerprints: Vec::new(),
            remembered: Vec::new(),
            texts: std::array::from_fn(|_| Vec::new()),
            of: Vec::new(),
            tenants: Vec::new(),
            consumers: Vec::new(),
        };
        acceptances.for_each(|acceptance| columns.push(acceptance));
        columns
    }

    fn push(&mut self, acceptance: &'a Acceptance) {
        let asked = Asked::new(&acceptance.key, &acceptance.request);
        self.keys.push(Some(acceptance.key.as_bytes()));
        self.owners.push(asked.owner);
        self.retains.push(asked.retain);
        self.fingerprints.push(asked.fingerprint);
        self.remembered.push(acceptance.is_remembered.into());
        let optional = |text: &'a Option<Box<str>>| text.as_deref().map(str::as_bytes);
        let texts = [
            Some(acceptance.provider.as_bytes()),
            optional(&acceptance.event_type),
            optional(&acceptance.route),
            Some(&acceptance.sealed.as_bytes()[..]),
            Some(&acceptance.body[..]),
            acceptance.order_by.as_ref().map(|order| &order[..]),
        ];
        for (column, text) in self.texts.iter_mut().zip(texts) {
            column.push(text);
        }
        let number = i32::try_from(self.keys.len()).unwrap_or(i32::MAX);
        for lane in acceptance.lanes() {
            self.of.push(number);
            self.tenants.push(Some(lane.tenant.as_bytes()));
            self.consumers.push(Some(lane.consumer.as_bytes()));
        }
    }

    /// The owners as slices, for [`values`](Self::values).
    fn owners(&self) -> Vec<Option<&[u8]>> {
        self.owners.iter().map(|owner| Some(&owner[..])).collect()
    }

    /// The parameters of the statements.
    fn values<'v>(&'v self, owners: &'v [Option<&'v [u8]>]) -> [Value<'v>; 14] {
        let [providers, types, routes, sealed, bodies, orders] = &self.texts;
        [
            Value::ManyBytes(&self.keys),
            Value::ManyBytes(owners),
            Value::ManyBig(&self.retains),
            Value::ManyInts(&self.fingerprints),
            Value::ManyInts(&self.remembered),
            Value::ManyBytes(providers),
            Value::ManyBytes(types),
            Value::ManyBytes(routes),
            Value::ManyBytes(sealed),
            Value::ManyBytes(bodies),
            Value::ManyBytes(orders),
            Value::ManyInts(&self.of),
            Value::ManyBytes(&self.tenants),
            Value::ManyBytes(&self.consumers),
        ]
    }
}
