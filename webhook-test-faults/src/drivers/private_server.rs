//! A server of a store that a driver kills and stops.

use clap::ValueEnum;
use webhook_test_services::{Postgres, Redis};

use crate::Failure;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ServerKind {
    Redis,
    Postgres,
}

/// A running server. It ends when this is dropped.
#[derive(Debug)]
pub(super) enum Server {
    Redis(Redis),
    Postgres(Postgres),
}

impl Server {
    pub(super) fn start(kind: ServerKind) -> Result<Self, Failure> {
        let saves = ["--appendonly", "yes", "--appendfsync", "everysec"];
        let server = match kind {
            ServerKind::Redis => Redis::start(&saves).map(Self::Redis),
            ServerKind::Postgres => Postgres::start(&[]).map(Self::Postgres),
        };
        server.ok_or_else(|| "the server is not installed".into())
    }

    pub(super) fn port(&self) -> u16 {
        match self {
            Self::Redis(redis) => redis.port(),
            Self::Postgres(postgres) => postgres.port(),
        }
    }

    /// Its address as a store, on another port.
    pub(super) fn address(&self, port: u16) -> String {
        let (url, own) = match self {
            Self::Redis(redis) => (redis.url(), redis.port()),
            Self::Postgres(postgres) => (postgres.url(), postgres.port()),
        };
        url.replace(&format!(":{own}"), &format!(":{port}"))
    }

    pub(super) fn restart(&mut self) {
        match self {
            Self::Redis(redis) => redis.restart(),
            Self::Postgres(postgres) => postgres.restart(),
        }
    }

    pub(super) fn pause(&self) {
        match self {
            Self::Redis(redis) => redis.pause(),
            Self::Postgres(postgres) => postgres.pause(),
        }
    }

    pub(super) fn resume(&self) {
        match self {
            Self::Redis(redis) => redis.resume(),
            Self::Postgres(postgres) => postgres.resume(),
        }
    }
}
