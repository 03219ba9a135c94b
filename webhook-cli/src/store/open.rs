//! Opens a store and prepares it.

#[cfg(feature = "sqlite")]
use std::path::Path;

use webhook_axum::StoreError;
use webhook_axum::replay::{Finding, FindingKind};

use super::{Location, Store, StoreFailure};

impl Location {
    /// Opens the store, and creates a file that does not exist. A store on a server connects when
    /// it is first used. `capacity` is that of a memory store.
    pub(crate) async fn open(&self, capacity: Option<usize>) -> Result<Store, StoreFailure> {
        match self {
            Self::Memory => Ok(Store::memory(capacity)),
            #[cfg(feature = "sqlite")]
            Self::Sqlite(path) => sqlite(path).await,
            #[cfg(feature = "postgres")]
            Self::Postgres(url) => postgres(url),
            #[cfg(feature = "redis")]
            Self::Redis(url) => redis(url),
        }
    }

    /// Like [`open`](Self::open), and creates nothing. `None`: the file does not exist yet, and its
    /// folder does.
    pub(crate) async fn open_existing(&self) -> Result<Option<Store>, StoreFailure> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(path) if !path.exists() && folder_of(path).is_dir() => Ok(None),
            location => location.open(None).await.map(Some),
        }
    }
}

#[cfg(feature = "sqlite")]
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
        #[cfg(feature = "postgres")]
        if let Self::Postgres(store) = self {
            // Fails if the server is not reachable or does not know the user. What fails after
            // that is the migration itself.
            self.check().await.map_err(unreachable)?;
            let migrated = store.migrate().await;
            migrated.map_err(|error| StoreFailure::caused(CANNOT_MIGRATE, error))?;
        }
        self.inspect(is_strict).await
    }

    /// Logs what is wrong with the set-up of the store. With `is_strict`, that is an error.
    ///
    /// Tables of another version are no error: `prepare` has migrated them or failed, or will.
    pub(crate) async fn inspect(&self, is_strict: bool) -> Result<(), StoreFailure> {
        let findings = self.check().await.map_err(unreachable)?;
        let is_unsound = |finding: &Finding| finding.what != FindingKind::SchemaVersion;
        if is_strict && findings.iter().any(is_unsound) {
            return Err(unsound(&findings));
        }
        for finding in findings {
            tracing::warn!(kind = finding.what.as_str(), "store: {}", finding.text);
        }
        Ok(())
    }
}

fn unsound(findings: &[Finding]) -> StoreFailure {
    let findings: Vec<_> = findings.iter().map(Finding::to_string).collect();
    let findings = findings.join("; ");
    StoreFailure::new(format!(
        "`strict_store` refuses the set-up of the store: {findings}"
    ))
}

fn unreachable(error: StoreError) -> StoreFailure {
    StoreFailure::caused("cannot reach the store", error)
}

/// Opens a file. That reads all its records, so it runs on a thread that may block.
#[cfg(feature = "sqlite")]
async fn sqlite(path: &Path) -> Result<Store, StoreFailure> {
    let builder = webhook_sqlite::SqliteStore::builder(path);
    let opened = tokio::task::spawn_blocking(|| builder.open()).await;
    match opened {
        Ok(Ok(store)) => Ok(Store::Sqlite(store)),
        Ok(Err(error)) => Err(StoreFailure::caused(CANNOT_OPEN, error)),
        Err(error) => Err(StoreFailure::caused(CANNOT_OPEN, error)),
    }
}

#[cfg(feature = "postgres")]
fn postgres(url: &str) -> Result<Store, StoreFailure> {
    let store = webhook_postgres::PostgresStore::builder(url)
        // A server has many deliveries at the same time.
        .and_then(|builder| builder.grouped().build());
    let store = store.map_err(|error| StoreFailure::caused(CANNOT_OPEN, error))?;
    Ok(Store::Postgres(store))
}

#[cfg(feature = "redis")]
fn redis(url: &str) -> Result<Store, StoreFailure> {
    let store = webhook_redis::RedisStore::builder(url).build();
    // The text alone: a cause could quote the URL.
    let store = store.map_err(|error| StoreFailure::caused(CANNOT_OPEN, error.to_string()))?;
    Ok(Store::Redis(store))
}

#[cfg(any(feature = "sqlite", feature = "postgres", feature = "redis"))]
const CANNOT_OPEN: &str = "cannot open the store";
#[cfg(feature = "postgres")]
const CANNOT_MIGRATE: &str = "cannot create the tables of the store; if this user may not do \
                              that, run the SQL of `webhook store schema` as another user";
