//! The tables that are measured.

use std::path::PathBuf;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use webhook_postgres::{PostgresStore, PostgresStoreBuilder};
use webhook_sqlite::SqliteStore;
use webhook_test_services::Postgres;

use crate::{bare, load};

const CLIENTS: [usize; 3] = [1, 16, 64];

pub(crate) async fn sqlite(time: Duration) {
    let folder = Folder::new();
    for clients in CLIENTS {
        bare::sqlite(&folder.file(&format!("bare-{clients}")), clients, time).await;
        let store = SqliteStore::open(folder.file(&clients.to_string()));
        load::table("SQLite", &store.unwrap().inbox(), clients, time).await;
    }
    let store = SqliteStore::open(folder.file("end-to-end")).unwrap();
    load::end_to_end("SQLite", store.inbox(), time).await;
}

pub(crate) async fn postgres(time: Duration) {
    for clients in CLIENTS {
        let Some(schema) = Schema::new().await else {
            return;
        };
        bare::postgres(&schema.pool, &schema.name, clients, time).await;
        schema.drop().await;
        for kind in Kind::ALL {
            let Some(schema) = Schema::new().await else {
                return;
            };
            let table = kind.of(schema.builder()).build().unwrap().inbox();
            load::table(kind.name(), &table, clients, time).await;
            schema.drop().await;
        }
    }
    for kind in Kind::ALL {
        let Some(schema) = Schema::new().await else {
            return;
        };
        let table = kind.of(schema.builder()).build().unwrap().inbox();
        load::end_to_end(kind.name(), table, time).await;
        schema.drop().await;
    }
}

/// How a store of PostgreSQL sends what it has.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Simple,
    Direct,
    Grouped,
    GroupedDirect,
}

impl Kind {
    const ALL: [Self; 4] = [
        Self::Simple,
        Self::Direct,
        Self::Grouped,
        Self::GroupedDirect,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Simple => "PostgreSQL",
            Self::Direct => "PostgreSQL, direct",
            Self::Grouped => "PostgreSQL, grouped",
            Self::GroupedDirect => "PostgreSQL, grouped and direct",
        }
    }

    pub(crate) fn of(self, builder: PostgresStoreBuilder) -> PostgresStoreBuilder {
        match self {
            Self::Simple => builder,
            Self::Direct => builder.direct(),
            Self::Grouped => builder.grouped(),
            Self::GroupedDirect => builder.grouped().direct(),
        }
    }
}

/// A folder that is removed at the end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let folder = std::env::var("BENCH_DIR").map_or_else(|_| std::env::temp_dir(), Into::into);
        let folder = folder.join(format!("webhook-inbox-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(format!("{name}.db"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A schema with the tables, and connections of the bench itself.
pub(crate) struct Schema {
    pub(crate) pool: PgPool,
    pub(crate) name: String,
    url: String,
}

impl Schema {
    /// `None`: there is no server, and the bench says so.
    pub(crate) async fn new() -> Option<Self> {
        let url = Postgres::find()?.url().to_owned();
        let pool = PgPoolOptions::new().max_connections(64).connect(&url).await;
        let number = load::owner().to_bits();
        let schema = Self {
            pool: pool.unwrap(),
            name: format!("webhook_bench_{}_{number}", std::process::id()),
            url,
        };
        schema.run(&format!("create schema {}", schema.name)).await;
        schema.builder().build().unwrap().migrate().await.unwrap();
        Some(schema)
    }

    pub(crate) fn builder(&self) -> PostgresStoreBuilder {
        let builder = PostgresStore::builder(&self.url).unwrap();
        builder.schema(&self.name).timeout(Duration::from_secs(20))
    }

    pub(crate) async fn run(&self, sql: &str) {
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        sqlx::raw_sql(sql).execute(&self.pool).await.unwrap();
    }

    pub(crate) async fn drop(self) {
        self.run(&format!("drop schema {} cascade", self.name))
            .await;
    }
}
