//! Opens a store and prepares it.

use std::path::Path;

use webhook_axum::StoreError;

use super::{Location, Store, StoreFailure};

impl Location {
    /// Opens the store, and creates a file that does not exist. A store on a server connects when
    /// it is first used. `capacity` is that of a memory store.
    pub(crate) async fn open(&self, capacity: Option<usize>) -> Result<Store, StoreFailure> {
        match self {
            Self::Memory => Ok(Store::memory(capacity)),
            Self::Sqlite(path) => sqlite(path).await,
            Self::Postgres(url) => postgres(url),
            Self::Redis(url) => redis(url),
        }
    }

    /// Like [`open`](Self::open), and creates nothing. `None`: the file does not exist yet, and its
    /// folder does.
    pub(crate) async fn open_existing(&self) -> Result<Option<Store>, StoreFailure> {
        match self {
            Self::Sqlite(path) if !path.exists() && folder_of(path).is_dir() => Ok(None),
            location => location.open(None).await.map(Some),
        }
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
        Some(folder) => folder,
        None => path,
    }
}

impl Store {
    /// Makes the tables of a database that has none, and looks at its set-up.
    pub(crate) async fn prepare(&self, is_strict: bool) -> Result<(), StoreFailure> {
        self.migrate().await?;
        self.inspect(is_strict).await
    }

    /// Logs what is wrong with the set-up of the store. With `is_strict`, that is an error.
    pub(crate) async fn inspect(&self, is_strict: bool) -> Result<(), StoreFailure> {
        let findings = self.check().await.map_err(unreachable)?;
        if is_strict && !findings.is_empty() {
            return Err(StoreFailure::Unsound(findings));
        }
        for finding in findings {
            tracing::warn!(kind = finding.what.as_str(), "store: {}", finding.text);
        }
        Ok(())
    }

    #[cfg(feature = "postgres")]
    async fn migrate(&self) -> Result<(), StoreFailure> {
        let Self::Postgres(store) = self else {
            return Ok(());
        };
        // Fails if the server is not reachable or does not know the user. What fails after that is
        // the migration itself.
        self.check().await.map_err(unreachable)?;
        let migrated = store.migrate().await;
        migrated.map_err(|error| StoreFailure::Migrate(error.into()))
    }

    #[cfg(not(feature = "postgres"))]
    async fn migrate(&self) -> Result<(), StoreFailure> {
        Ok(())
    }
}

fn unreachable(error: StoreError) -> StoreFailure {
    StoreFailure::Check(error.into())
}

/// Opens a file. That reads all its records, so it runs on a thread that may block.
#[cfg(feature = "sqlite")]
async fn sqlite(path: &Path) -> Result<Store, StoreFailure> {
    let builder = webhook_sqlite::SqliteStore::builder(path);
    let opened = tokio::task::spawn_blocking(|| builder.open()).await;
    match opened {
        Ok(Ok(store)) => Ok(Store::Sqlite(store)),
        Ok(Err(error)) => Err(StoreFailure::Open(error.into())),
        Err(error) => Err(StoreFailure::Open(error.into())),
    }
}

#[cfg(feature = "postgres")]
fn postgres(url: &str) -> Result<Store, StoreFailure> {
    let store = webhook_postgres::PostgresStore::builder(url)
        // A server has many deliveries at the same time.
        .and_then(|builder| builder.grouped().build());
    let store = store.map_err(|error| StoreFailure::Open(error.into()))?;
    Ok(Store::Postgres(store))
}

#[cfg(feature = "redis")]
fn redis(url: &str) -> Result<Store, StoreFailure> {
    let store = webhook_redis::RedisStore::builder(url).build();
    // The text alone: a cause could quote the URL.
    let store = store.map_err(|error| StoreFailure::Open(error.to_string().into()))?;
    Ok(Store::Redis(store))
}

// `Location::parse` refuses the place of a store that is not part of the build.

#[cfg(not(feature = "sqlite"))]
async fn sqlite(_: &Path) -> Result<Store, StoreFailure> {
    Err(StoreFailure::Open(
        "this build lacks the feature `sqlite`".into(),
    ))
}

#[cfg(not(feature = "postgres"))]
fn postgres(_: &str) -> Result<Store, StoreFailure> {
    Err(StoreFailure::Open(
        "this build lacks the feature `postgres`".into(),
    ))
}

#[cfg(not(feature = "redis"))]
fn redis(_: &str) -> Result<Store, StoreFailure> {
    Err(StoreFailure::Open(
        "this build lacks the feature `redis`".into(),
    ))
}
