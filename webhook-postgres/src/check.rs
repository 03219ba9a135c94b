//! Looks for what is wrong with the set-up of a database.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sqlx::Row;
use sqlx::postgres::PgRow;
use webhook_core::replay::{Finding, FindingKind};
use webhook_core::{StoreError, StoreErrorKind};

use crate::SCHEMA_VERSION;
use crate::database::Repeat;
use crate::error::{corrupt, store_error};
use crate::migrate;
use crate::store::Shared;

/// Clocks that differ by more are a finding.
const MOST_SKEW: Duration = Duration::from_secs(30);

const STANDBY: &str = "the server is a standby: it accepts no writes, and may not know the last \
                       claims; connect to the primary, for example with a URL that names it";

pub(crate) async fn check(shared: &Shared) -> Result<Vec<Finding>, StoreError> {
    let before = time_of_day();
    let mut operation = shared.database.operation();
    let rows = operation.run(&shared.sql.check, &[], Repeat::Yes).await?;
    let after = time_of_day();
    let row = rows.first().ok_or_else(|| corrupt("a row is missing"))?;
    let version = migrate::version(shared).await?;
    let facts = Facts::read(row, version).map_err(store_error)?;
    Ok(facts.findings(before, after))
}

/// The error of a statement that a standby would answer.
pub(crate) fn standby() -> StoreError {
    StoreError::with_source(StoreErrorKind::Misconfigured, STANDBY)
}

/// What a server says of itself.
#[derive(Clone, Debug, Default)]
struct Facts {
    standby: bool,
    fsync_is_off: bool,
    page_writes_are_off: bool,
    commits_are_late: bool,
    autovacuum_is_off: bool,
    is_unlogged: bool,
    is_never_vacuumed: bool,
    /// The time of day.
    now: Duration,
    version: Option<i32>,
}

impl Facts {
    fn read(row: &PgRow, version: Option<i32>) -> Result<Self, sqlx::Error> {
        let now: i64 = row.try_get("now")?;
        Ok(Self {
            standby: row.try_get("standby")?,
            fsync_is_off: row.try_get("fsync_is_off")?,
            page_writes_are_off: row.try_get("page_writes_are_off")?,
            commits_are_late: row.try_get("commits_are_late")?,
            autovacuum_is_off: row.try_get("autovacuum_is_off")?,
            is_unlogged: row.try_get("is_unlogged")?,
            is_never_vacuumed: row.try_get("is_never_vacuumed")?,
            now: Duration::from_micros(now.unsigned_abs()),
            version,
        })
    }

    /// `before` and `after` are the times of this process around the question.
    fn findings(&self, before: Duration, after: Duration) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut find = |is_found: bool, what, text: &'static str| {
            if is_found {
                findings.push(Finding::new(what, text));
            }
        };
        find(self.standby, FindingKind::Replica, STANDBY);
        find(
            self.fsync_is_off,
            FindingKind::Durability,
            "fsync is off: a crash of the machine may lose or damage all records; set it to on",
        );
        find(
            self.page_writes_are_off,
            FindingKind::Durability,
            "full_page_writes is off: a crash of the machine may damage records; set it to on, \
             unless the file system never writes a page in part",
        );
        find(
            self.commits_are_late,
            FindingKind::Durability,
            "synchronous_commit is off: a crash of the server loses the last commits, and copies \
             of these deliveries run again; set it to on for the user of the store",
        );
        find(
            self.is_unlogged,
            FindingKind::Durability,
            "the table of the replay keys is unlogged: a crash of the server empties it; run \
             `alter table … set logged`",
        );
        find(
            self.autovacuum_is_off,
            FindingKind::Other,
            "autovacuum is off: the tables grow, although expired records are deleted; set it to \
             on, or run vacuum yourself",
        );
        find(
            self.is_never_vacuumed && !self.autovacuum_is_off,
            FindingKind::Other,
            "autovacuum is disabled for the table of the replay keys: it grows, although expired \
             records are deleted; run `alter table … reset (autovacuum_enabled)`",
        );
        findings.extend(self.wrong_version());
        findings.extend(self.skew(before, after));
        findings
    }

    fn wrong_version(&self) -> Option<Finding> {
        let text = match self.version {
            Some(SCHEMA_VERSION) => return None,
            None => "the tables are missing, or not in the search path of this user; call \
                     `PostgresStore::migrate`, or run `SCHEMA_SQL`"
                .to_owned(),
            Some(found) => format!(
                "the tables are of version {found}, and this build expects {SCHEMA_VERSION}; \
                 migrate them, or update webhook-postgres"
            ),
        };
        Some(Finding::new(FindingKind::SchemaVersion, text))
    }

    fn skew(&self, before: Duration, after: Duration) -> Option<Finding> {
        let behind = before.saturating_sub(self.now);
        let ahead = self.now.saturating_sub(after);
        let (skew, direction) = match behind > ahead {
            true => (behind, "behind"),
            false => (ahead, "ahead of"),
        };
        (skew > MOST_SKEW).then(|| {
            let text = format!(
                "the clock of the server is {} seconds {direction} that of this process; one of \
                 them makes fresh deliveries look stale or records end at the wrong time: \
                 synchronise both with NTP",
                skew.as_secs()
            );
            Finding::new(FindingKind::ClockSkew, text)
        })
    }
}

fn time_of_day() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_that_differ_by_more_than_half_a_minute_are_a_finding() {
        let at = Duration::from_secs;
        let found = |now, before, after| {
            let facts = Facts {
                now: at(now),
                version: Some(SCHEMA_VERSION),
                ..Facts::default()
            };
            let findings = facts.findings(at(before), at(after));
            assert!(findings.iter().all(|f| f.what == FindingKind::ClockSkew));
            findings.first().map(|finding| finding.text.to_string())
        };
        // A slow answer is no skew.
        for (now, before, after) in [
            (1000, 1000, 1000),
            (1000, 970, 990),
            (1000, 1010, 1030),
            (1000, 900, 2000),
        ] {
            assert_eq!(found(now, before, after), None);
        }
        let text = found(1000, 960, 969).unwrap();
        assert!(text.contains("31 seconds ahead of"), "{text}");
        let text = found(1000, 1031, 1040).unwrap();
        assert!(text.contains("31 seconds behind"), "{text}");
    }
}
