//! Databases for tests: the servers that the environment names, or private servers on a free port.
//!
//! ```
//! use webhook_test_services::Postgres;
//!
//! // Without a server there is nothing to test, and standard error says so.
//! let Some(postgres) = Postgres::find() else { return };
//! assert!(postgres.url().starts_with("postgres"));
//! ```
//!
//! [`Postgres::find`] and [`Redis::find`] return one server for all tests of a process. It is the
//! server of `DATABASE_URL` or `REDIS_URL` if that is set. Otherwise it is a private server, if the
//! program is installed. Tests share this server, so each one uses names of its own.
//!
//! [`Postgres::start`], [`Redis::start`], [`RedisCluster::start`], [`PgBouncer::start`],
//! [`Nats::start`] and [`RabbitMq::start`] always return private servers, for tests that change
//! their settings, stop them or kill them.
//!
//! A private server listens on `127.0.0.1` only and keeps its data in an empty folder below the
//! system's folder for temporary files. Both are gone after the value is dropped, and also after the
//! test's process ends in any way: a shell waits for that (see `Guard`).
//!
//! If there is no server, the functions return `None` and print a line on standard error, which the
//! test harness does not capture. With `WEBHOOK_TEST_REQUIRE_SERVICES=1` they panic instead.
//! [`Nats`] and [`RabbitMq`] are on demand: tests without them are skipped in any case.

mod guard;
mod missing;
mod nats;
mod pgbouncer;
mod port;
mod postgres;
mod programs;
mod rabbitmq;
mod redis;
mod redis_cluster;

pub use nats::Nats;
pub use pgbouncer::PgBouncer;
pub use port::free_port;
pub use postgres::Postgres;
pub use rabbitmq::RabbitMq;
pub use redis::Redis;
pub use redis_cluster::RedisCluster;
