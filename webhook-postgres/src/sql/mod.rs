//! The SQL, with the default names of the tables, and the configured names.
//!
//! Each one takes its time from `clock_timestamp()`, and all times of a row from one call. `now()`
//! would be the beginning of the transaction. A time that is a little old, because the statement
//! waited for a row, never makes a lease end early.
//!
//! The states are 0: claimed, 1: done, 2: released, 3: dead.

#[macro_use]
mod parts;

/// Makes a struct of statements, with the configured names.
macro_rules! statements {
    ($statements:ident { $($name:ident: $text:ident,)* }) => {
        #[derive(Debug)]
        pub(crate) struct $statements {
            $(pub(crate) $name: sqlx::SqlStr,)*
        }

        impl $statements {
            pub(crate) fn new(names: &$crate::sql::Names) -> Self {
                Self {
                    $($name: names.statement($text),)*
                }
            }

            #[cfg(test)]
            pub(crate) fn all(&self) -> impl Iterator<Item = (&'static str, &str)> {
                [$((stringify!($name), self.$name.as_str()),)*].into_iter()
            }
        }
    };
}

#[cfg(feature = "inbox")]
mod actions;
mod claims;
#[cfg(feature = "inbox")]
mod inbox;
mod names;
#[cfg(feature = "secret-store")]
mod secrets;
#[cfg(feature = "inbox")]
mod steps;
#[cfg(feature = "inbox")]
mod take;
mod verbs;

#[cfg(feature = "inbox")]
pub(crate) use inbox::InboxStatements;
pub(crate) use names::Names;
#[cfg(feature = "secret-store")]
pub(crate) use secrets::SecretStatements;

use claims::{BATCH, CLAIM, CLAIM_BOUNDED, CLAIM_IN, LOCK_GROUP, TRY_LOCKS};
use verbs::{
    ADVANCE, CHECK, DEAD, ENTITY, FORGET, FORGET_ENTITY, HAS_VERSION, RENEW, REVIVE, SETTLE,
    SETTLED, SWEEP_ENTITIES, SWEEP_GROUPS, SWEEP_KEYS, VERSION,
};

/// The SQL of the tables, for those who do not call [`migrate`](crate::PostgresStore::migrate).
///
/// It has the default names, and creates what is not there. With other names, take
/// [`schema_sql`](crate::PostgresStore::schema_sql). The user that runs it owns the tables; the
/// user of the store needs the rights to select, insert, update and delete.
pub const SCHEMA_SQL: &str = include_str!("schema.sql");

/// The version of the tables in [`SCHEMA_SQL`].
pub const SCHEMA_VERSION: i32 = 1;

statements! {
    Statements {
    claim: CLAIM,
    claim_bounded: CLAIM_BOUNDED,
    claim_in: CLAIM_IN,
    lock_group: LOCK_GROUP,
    try_locks: TRY_LOCKS,
    batch: BATCH,
    settle: SETTLE,
    settled: SETTLED,
    renew: RENEW,
    revive: REVIVE,
    forget: FORGET,
    dead: DEAD,
    sweep_keys: SWEEP_KEYS,
    sweep_groups: SWEEP_GROUPS,
    sweep_entities: SWEEP_ENTITIES,
    advance: ADVANCE,
    entity: ENTITY,
    forget_entity: FORGET_ENTITY,
    check: CHECK,
    has_version: HAS_VERSION,
    version: VERSION,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every statement with its name.
    fn all() -> Vec<(&'static str, String)> {
        let names = Names::default();
        let statements = Statements::new(&names);
        let all = statements.all();
        #[cfg(feature = "secret-store")]
        let secrets = SecretStatements::new(&names);
        #[cfg(feature = "secret-store")]
        let all = all.chain(secrets.all());
        #[cfg(feature = "inbox")]
        let inbox = InboxStatements::new(&names);
        #[cfg(feature = "inbox")]
        let all = all.chain(inbox.all());
        all.map(|(name, text)| (name, text.to_owned())).collect()
    }

    #[test]
    fn no_statement_copies_or_changes_the_session() {
        for (name, text) in all() {
            let words: Vec<&str> = text.split([' ', '(']).collect();
            // COPY never ends in sqlx 0.9 if its future is dropped. A session is shared by all
            // clients of a pooler.
            for word in [
                "copy",
                "prepare",
                "listen",
                "pg_advisory_lock",
                "set_config",
            ] {
                assert!(!words.contains(&word), "{name}: {text}");
            }
            assert!(!text.starts_with("set "), "{name}: {text}");
        }
    }

    #[test]
    fn all_times_are_of_the_moment_and_not_of_the_transaction() {
        for (name, text) in all() {
            for function in ["now()", "current_timestamp", "localtimestamp"] {
                assert!(!text.contains(function), "{name}: {text}");
            }
        }
    }
}
