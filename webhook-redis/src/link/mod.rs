//! The way to the server: one connection that all operations share, and that is replaced when it
//! breaks.

mod connection;
mod slot;
mod target;

pub(crate) use target::{AnyClient, Target};

use std::sync::Arc;
use std::time::Duration;

use redis::{Cmd, Pipeline, RedisError, Value};
use tokio::time::{Instant, timeout_at};
use webhook_core::{StoreError, StoreErrorKind};

use crate::failure::{is_unknown_script, store_error};
use crate::script::Call;
use connection::Connection;
use slot::{Live, Slot};

/// Sends commands within a time limit.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    slot: Arc<Slot>,
}

/// When an operation has to end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline(Instant);

/// What happens to a call whose connection breaks before its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    /// It is made once more: a call that took place says so when it is repeated.
    Once,
    /// It fails: nobody knows whether it took place.
    Never,
}

/// The answer of a script.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) value: Value,
    /// Whether the call was made before, and broke. It may have taken place then.
    pub(crate) is_repeated: bool,
    /// How many replicas have the writes so far. `None`: nothing waited for them.
    pub(crate) replicas: Option<u64>,
}

/// How many replicas to wait for, and how long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wait {
    pub(crate) replicas: u64,
    pub(crate) at_most: Duration,
}

/// Why a call failed.
#[derive(Debug)]
pub(crate) enum CallError {
    Redis(RedisError),
    OutOfTime,
}

impl Reply {
    /// Whether as many replicas have the write as were asked for.
    pub(crate) fn is_replicated(&self, wait: Option<Wait>) -> bool {
        wait.is_none_or(|wait| self.replicas.is_some_and(|have| have >= wait.replicas))
    }
}

impl Deadline {
    pub(crate) fn after(limit: Duration) -> Self {
        Self(Instant::now() + limit)
    }
}

impl Link {
    pub(crate) fn new(target: Target) -> Self {
        Self {
            slot: Arc::new(Slot::new(target)),
        }
    }

    pub(crate) fn target(&self) -> &Target {
        self.slot.target()
    }

    /// Runs a script.
    pub(crate) async fn call(
        &self,
        call: Call<'_>,
        retry: Retry,
        wait: Option<Wait>,
        by: Deadline,
    ) -> Result<Reply, CallError> {
        let mut is_repeated = false;
        loop {
            let live = within(by, self.slot.live()).await?;
            let begin = Instant::now();
            let run = run(live.connection.clone(), &call, wait);
            let error = match within(by, run).await {
                Ok((value, replicas)) => {
                    live.has_answered();
                    return Ok(Reply {
                        value,
                        is_repeated,
                        replicas,
                    });
                }
                Err(error) => error,
            };
            self.slot.judge(&live, &error, begin);
            if is_repeated || retry == Retry::Never || !error.is_of_a_broken_connection() {
                return Err(error);
            }
            is_repeated = true;
        }
    }

    /// Sends a command that reads.
    pub(crate) async fn read(&self, command: &Cmd, by: Deadline) -> Result<Value, CallError> {
        self.ask(|mut on| async move { on.send(command).await }, by)
            .await
    }

    /// Sends a command to each server that takes writes. Returns their addresses and answers.
    pub(crate) async fn read_from_each(
        &self,
        command: &Cmd,
        by: Deadline,
    ) -> Result<Vec<(String, Value)>, CallError> {
        self.ask(|mut on| async move { on.send_to_each(command).await }, by)
            .await
    }

    /// Sends what may be sent twice: once more if the connection breaks before the answer. A server
    /// closes idle connections, which the first operation after the pause finds out.
    async fn ask<T, F>(&self, with: impl Fn(Connection) -> F, by: Deadline) -> Result<T, CallError>
    where
        F: Future<Output = Result<T, RedisError>>,
    {
        let mut is_repeated = false;
        loop {
            let live: Live = within(by, self.slot.live()).await?;
            let begin = Instant::now();
            let error = match within(by, with(live.connection.clone())).await {
                Ok(answer) => {
                    live.has_answered();
                    return Ok(answer);
                }
                Err(error) => error,
            };
            self.slot.judge(&live, &error, begin);
            if is_repeated || !error.is_of_a_broken_connection() {
                return Err(error);
            }
            is_repeated = true;
        }
    }
}

impl CallError {
    fn is_of_a_broken_connection(&self) -> bool {
        matches!(self, Self::Redis(error) if error.is_connection_dropped())
    }
}

async fn within<T>(
    by: Deadline,
    work: impl Future<Output = Result<T, RedisError>>,
) -> Result<T, CallError> {
    match timeout_at(by.0, work).await {
        Ok(answer) => answer.map_err(CallError::Redis),
        Err(_) => Err(CallError::OutOfTime),
    }
}

/// Runs a script by its hash, or in full if the server does not know it.
async fn run(
    mut connection: Connection,
    call: &Call<'_>,
    wait: Option<Wait>,
) -> Result<(Value, Option<u64>), RedisError> {
    match run_as(&mut connection, call.by_hash(), wait).await {
        Err(error) if is_unknown_script(&error) => {
            run_as(&mut connection, call.in_full(), wait).await
        }
        answer => answer,
    }
}

async fn run_as(
    connection: &mut Connection,
    script: Cmd,
    wait: Option<Wait>,
) -> Result<(Value, Option<u64>), RedisError> {
    let Some(wait) = wait else {
        return Ok((connection.send(&script).await?, None));
    };
    // On the same connection, because WAIT is about the writes before it.
    let mut both = Pipeline::with_capacity(2);
    let millis = u64::try_from(wait.at_most.as_millis()).unwrap_or(u64::MAX);
    both.add_command(script);
    both.cmd("WAIT").arg(wait.replicas).arg(millis);
    let mut answers = connection.send_all(&both).await?.into_iter();
    let value = answers.next().unwrap_or(Value::Nil).extract_error()?;
    let replicas = match answers.next().unwrap_or(Value::Nil).extract_error()? {
        Value::Int(replicas) => u64::try_from(replicas).ok(),
        _ => None,
    };
    Ok((value, Some(replicas.unwrap_or(0))))
}

impl From<CallError> for StoreError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Redis(error) => store_error(error),
            CallError::OutOfTime => StoreErrorKind::Timeout.into(),
        }
    }
}
