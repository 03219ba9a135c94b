//! One group.

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use sqlx::Row;
use sqlx::postgres::PgRow;
use webhook_core::StoreError;

use super::SESSION;
use super::op::{ClaimOp, CommitOp, Op};
use crate::claim::{ROUNDS, always_changing, kind};
use crate::database::{Database, Protocol, Repeat};
use crate::error::store_error;
use crate::sql::Statements;
use crate::value::Value;

/// Operations of different keys, in the order of the keys.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    claims: Vec<ClaimOp>,
    commits: Vec<CommitOp>,
}

impl Batch {
    /// Takes what can go out together. It leaves further operations of a key, in their order.
    pub(crate) fn take(waiting: &mut Vec<Op>) -> Self {
        let mut keys = HashSet::with_capacity(waiting.len());
        let mut batch = Self::default();
        for op in std::mem::take(waiting) {
            if op.is_abandoned() {
                continue;
            }
            if !keys.insert(*op.key()) {
                waiting.push(op);
                continue;
            }
            match op {
                Op::Claim(claim) => batch.claims.push(claim),
                Op::Commit(commit) => batch.commits.push(commit),
            }
        }
        batch.claims.sort_by_key(|claim| claim.asked.key);
        batch.commits.sort_by_key(|commit| commit.key);
        batch
    }

    /// Sends it and hands the answers out. A claim whose row has changed waits again.
    pub(crate) async fn run(self, database: &Database, sql: &Statements, waiting: &mut Vec<Op>) {
        if self.claims.is_empty() && self.commits.is_empty() {
            return;
        }
        match self.send(database, sql).await.and_then(Answers::read) {
            Ok(answers) => self.answer(&answers, waiting),
            Err(error) => self.fail(error),
        }
    }

    async fn send(&self, database: &Database, sql: &Statements) -> Result<Vec<PgRow>, StoreError> {
        let (claims, commits) = (&self.claims, &self.commits);
        let keys = list(claims, |claim| Some(&claim.asked.key.as_bytes()[..]));
        let owners = list(claims, |claim| Some(&claim.asked.owner[..]));
        let leases = list(claims, |claim| claim.asked.lease);
        let retains = list(claims, |claim| claim.asked.retain);
        let fingerprints = list(claims, |claim| claim.asked.fingerprint);
        let done = list(commits, |commit| Some(&commit.key.as_bytes()[..]));
        let done_by = list(commits, |commit| Some(&commit.owner[..]));
        let epochs = list(commits, |commit| commit.epoch);
        let answers = list(commits, |commit| commit.answer.as_deref());
        let values = [
            Value::ManyBytes(&keys),
            Value::ManyBytes(&owners),
            Value::ManyBig(&leases),
            Value::ManyBig(&retains),
            Value::ManyInts(&fingerprints),
            Value::ManyBytes(&done),
            Value::ManyBytes(&done_by),
            Value::ManyBig(&epochs),
            Value::ManyBytes(&answers),
        ];
        let mut operation = database.operation();
        match database.protocol() {
            Protocol::Prepared => operation.run(&sql.batch, &values, Repeat::Yes).await,
            Protocol::OneMessage => {
                let local = SESSION.map(|(name, value)| format!("set local {name} = {value}; "));
                let script = [(&sql.batch, &values[..])];
                operation
                    .run_script(&local.concat(), &script, Repeat::Yes)
                    .await
            }
        }
    }

    fn answer(self, answers: &Answers, waiting: &mut Vec<Op>) {
        for mut claim in self.claims {
            if let Some(row) = answers.claims.get(&claim.asked.key.as_bytes()[..]) {
                let answer = claim.asked.answer(row);
                let _ = claim.reply.send(answer);
                continue;
            }
            claim.rounds += 1;
            if claim.rounds < ROUNDS {
                waiting.push(Op::Claim(claim));
            } else {
                let _ = claim.reply.send(Err(always_changing()));
            }
        }
        for commit in self.commits {
            let is_committed = answers.commits.contains(&commit.key.as_bytes()[..]);
            let _ = commit.reply.send(Ok(is_committed));
        }
    }

    fn fail(self, error: StoreError) {
        let (kind, error) = (error.kind(), Arc::new(error));
        let error = || StoreError::with_source(kind, GroupFailed(Arc::clone(&error)));
        for claim in self.claims {
            let _ = claim.reply.send(Err(error()));
        }
        for commit in self.commits {
            let _ = commit.reply.send(Err(error()));
        }
    }
}

fn list<'a, Op, T>(ops: &'a [Op], value: impl Fn(&'a Op) -> T) -> Vec<T> {
    ops.iter().map(value).collect()
}

/// The rows, by their keys.
struct Answers {
    claims: HashMap<Vec<u8>, PgRow>,
    commits: HashSet<Vec<u8>>,
}

impl Answers {
    fn read(rows: Vec<PgRow>) -> Result<Self, StoreError> {
        let mut answers = Self {
            claims: HashMap::with_capacity(rows.len()),
            commits: HashSet::with_capacity(rows.len()),
        };
        for row in rows {
            let key: Vec<u8> = row.try_get("key").map_err(store_error)?;
            let is: i32 = row.try_get("kind").map_err(store_error)?;
            match is {
                kind::COMMITTED => drop(answers.commits.insert(key)),
                _ => drop(answers.claims.insert(key, row)),
            }
        }
        Ok(answers)
    }
}

/// The statement of a group has failed.
#[derive(Debug)]
struct GroupFailed(Arc<StoreError>);

impl fmt::Display for GroupFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the statement of a group failed")
    }
}

impl Error for GroupFailed {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.0)
    }
}
