//! A schema of its own for each test, and a clock that a test moves.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "every test includes it, and none needs all of it"
)]

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant, SystemTime};

use sqlx::postgres::{PgPoolOptions, PgRow};
use sqlx::{AssertSqlSafe, PgPool};
use webhook_core::replay::{Claim, ClaimRequest, Lease, Owner, ReplayKey, ReplayStore};
use webhook_postgres::{PostgresStore, PostgresStoreBuilder};
use webhook_test_services::Postgres;

/// The connections of the stores.
pub const CONNECTIONS: &str = "select count(*) from pg_stat_activity
                               where application_name = '{schema}'";

pub const LONG: Duration = Duration::from_secs(600);

/// A schema with the tables of a store.
pub struct Schema {
    pub url: String,
    pub name: String,
    /// Connections of the test itself.
    pub pool: PgPool,
}

impl Schema {
    /// A new schema in the database that tests share. `None`: there is no server.
    pub async fn new() -> Option<Self> {
        Self::at(Postgres::find()?.url()).await
    }

    pub async fn at(url: &str) -> Option<Self> {
        let pool = PgPoolOptions::new().connect(url).await.unwrap();
        let name = format!("webhook_{:016x}", random());
        let schema = Self {
            url: url.to_owned(),
            name,
            pool,
        };
        schema.run("create schema {schema}").await;
        schema.store().migrate().await.unwrap();
        Some(schema)
    }

    /// The URL for stores. The server shows their connections under the name of the schema.
    pub fn store_url(&self) -> String {
        let separator = if self.url.contains('?') { '&' } else { '?' };
        format!("{}{separator}application_name={}", self.url, self.name)
    }

    pub fn builder(&self) -> PostgresStoreBuilder {
        self.purging(Duration::from_secs(1)).without_purge()
    }

    /// A builder of a store that purges.
    pub fn purging(&self, every: Duration) -> PostgresStoreBuilder {
        let builder = PostgresStore::builder(&self.store_url()).unwrap();
        builder.schema(&self.name).purge_every(every)
    }

    pub fn store(&self) -> PostgresStore {
        self.builder().build().unwrap()
    }

    /// The protocols, and the store that sends groups.
    pub fn kinds(&self) -> [(&'static str, PostgresStoreBuilder); 4] {
        [
            ("one message", self.builder()),
            ("prepared", self.builder().direct()),
            ("grouped, one message", self.builder().grouped()),
            ("grouped, prepared", self.builder().grouped().direct()),
        ]
    }

    /// Runs statements, in which `{schema}` is the name of the schema.
    pub async fn run(&self, sql: &str) -> Vec<PgRow> {
        let sql = AssertSqlSafe(sql.replace("{schema}", &self.name));
        sqlx::raw_sql(sql).fetch_all(&self.pool).await.unwrap()
    }

    /// A number that a statement selects.
    pub async fn number(&self, sql: &str) -> i64 {
        use sqlx::Row;
        self.run(sql).await[0].get(0)
    }

    /// Lets this time pass for all rows: it moves their times into the past.
    pub async fn sleep(&self, time: Duration) {
        self.shift(i64::try_from(time.as_micros()).unwrap()).await;
    }

    /// Like [`sleep`](Self::sleep), and takes a moment of the time itself. So what passes for the
    /// rows is neither less nor more, although moving them takes a while, and longer on a busy
    /// machine.
    pub async fn sleep_exactly(&self, time: Duration) {
        let moment = Duration::from_millis(300).min(time);
        // The server's clock, which may be set or jump.
        let mut until = SystemTime::now() + moment;
        self.sleep(time - moment).await;
        loop {
            match until.elapsed() {
                Err(early) => tokio::time::sleep(early.duration()).await,
                Ok(late) if late < Duration::from_millis(20) => return,
                Ok(late) => {
                    self.shift(-i64::try_from(late.as_micros()).unwrap()).await;
                    until += late;
                }
            }
        }
    }

    /// Moves the times of all rows so many microseconds into the past.
    async fn shift(&self, micros: i64) {
        self.run(&format!(
            "update {{schema}}.webhook_key set lease_until = lease_until - interval '{micros} us',
                 expires_at = expires_at - interval '{micros} us',
                 purge_at = purge_at - interval '{micros} us',
                 changed_at = changed_at - interval '{micros} us';
             update {{schema}}.webhook_group set expires_at = expires_at - interval '{micros} us';
             update {{schema}}.webhook_entity set expires_at = expires_at - interval '{micros} us';
             update {{schema}}.webhook_delivery set run_at = run_at - interval '{micros} us',
                 accepted_at = accepted_at - interval '{micros} us',
                 ended_at = ended_at - interval '{micros} us'"
        ))
        .await;
    }

    /// Returns once a statement on this schema waits for a lock.
    pub async fn waits_for_a_lock(&self) {
        let waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'
                       and (application_name = '{schema}' or query like '%{schema}%')";
        let begun = Instant::now();
        while self.number(waiting).await == 0 {
            assert!(begun.elapsed() < LONG / 10, "nothing waits for a lock");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub async fn drop(self) {
        self.run("drop schema {schema} cascade").await;
    }
}

pub fn random() -> u64 {
    RandomState::new().hash_one(0_u8)
}

pub fn new_key() -> ReplayKey {
    let mut bytes = [0; 32];
    for chunk in bytes.chunks_exact_mut(8) {
        chunk.copy_from_slice(&random().to_le_bytes());
    }
    ReplayKey::from_bytes(bytes)
}

pub fn new_owner() -> Owner {
    Owner::from_bits(u128::from(random()) << 64 | u128::from(random()))
}

pub fn request() -> ClaimRequest {
    ClaimRequest::new(new_owner(), LONG, LONG)
}

pub async fn acquire(store: &PostgresStore, key: &ReplayKey) -> Lease {
    match store.claim(key, &request()).await.unwrap() {
        Claim::Acquired(lease) => lease,
        other => panic!("{other:?}"),
    }
}
