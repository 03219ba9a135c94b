//! Where the tables are, and how they are called.

use std::borrow::Cow;

use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

use crate::SetupError;

/// The prefix of the tables in the SQL of this crate.
const DEFAULT_PREFIX: &str = "webhook_";
/// PostgreSQL cuts names after 63 bytes, and the longest suffix is that of an index.
const LONGEST: usize = 40;

/// A schema, and the prefix of the tables in it.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    schema: Option<Name>,
    prefix: Cow<'static, str>,
}

/// A name that needs no escape: `[a-z_][a-z0-9_]*`, at most 40 bytes.
#[derive(Clone, Debug)]
struct Name(String);

impl Default for Names {
    fn default() -> Self {
        Self {
            schema: None,
            prefix: Cow::Borrowed(DEFAULT_PREFIX),
        }
    }
}

impl Names {
    pub(crate) fn set_schema(&mut self, name: &str) -> Result<(), SetupError> {
        self.schema = Some(Name::new(name)?);
        Ok(())
    }

    pub(crate) fn set_prefix(&mut self, name: &str) -> Result<(), SetupError> {
        self.prefix = Cow::Owned(Name::new(name)?.0);
        Ok(())
    }

    /// A statement of this crate with these names.
    pub(crate) fn statement(&self, text: &'static str) -> SqlStr {
        let prefix = match &self.schema {
            None if self.prefix == DEFAULT_PREFIX => return SqlStr::from_static(text),
            None => self.prefix.to_string(),
            // The schema is quoted, because it may be a word of SQL. A table has a suffix.
            Some(Name(schema)) => format!("\"{schema}\".{}", self.prefix),
        };
        // Safe: the names have letters, digits and `_` only.
        AssertSqlSafe(text.replace(DEFAULT_PREFIX, &prefix)).into_sql_str()
    }

    /// The channel for notifications. It does not name the schema, which may not be set: that of
    /// another schema is a hint in vain.
    #[cfg(feature = "inbox")]
    pub(crate) fn channel(&self) -> String {
        format!("{}delivery", self.prefix)
    }

    /// A script of this crate with these names, for one transaction.
    pub(crate) fn script(&self, text: &'static str) -> String {
        let script = text.replace(DEFAULT_PREFIX, &self.prefix);
        match &self.schema {
            None => script,
            // An index is in the schema of its table, and its name must not say so.
            Some(Name(schema)) => format!("set local search_path to \"{schema}\";\n{script}"),
        }
    }
}

impl Name {
    fn new(name: &str) -> Result<Self, SetupError> {
        let first = |c: char| c.is_ascii_lowercase() || c == '_';
        let is_name = name.len() <= LONGEST
            && name.starts_with(first)
            && name.chars().all(|c| first(c) || c.is_ascii_digit());
        match is_name {
            true => Ok(Self(name.to_owned())),
            false => Err(SetupError::InvalidName),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_anything_but_letters_digits_and_underscores_is_refused() {
        let mut names = Names::default();
        let long = "a".repeat(41);
        for name in [
            "", "1a", "a-b", "a b", "A", "a\"", "a'", "a;", "a.b", "ä", "a\0", "a$1", &long,
        ] {
            let refused = Err(SetupError::InvalidName);
            assert_eq!(names.set_schema(name), refused, "{name:?}");
            assert_eq!(names.set_prefix(name), refused, "{name:?}");
        }
        assert_eq!(names.set_schema("user"), Ok(()));
        assert_eq!(names.set_prefix(&"a".repeat(40)), Ok(()));
    }

    #[test]
    fn names_are_in_every_statement() {
        let mut names = Names::default();
        names.set_schema("user").unwrap();
        names.set_prefix("billing_").unwrap();
        let statement = names.statement("select 1 from webhook_key");
        assert_eq!(statement.as_str(), "select 1 from \"user\".billing_key");
        for (name, text) in crate::sql::Statements::new(&names).all() {
            assert!(!text.contains("webhook_"), "{name}: {text}");
        }
        #[cfg(feature = "secret-store")]
        for (name, text) in crate::sql::SecretStatements::new(&names).all() {
            assert!(!text.contains("webhook_"), "{name}: {text}");
        }
        #[cfg(feature = "inbox")]
        for (name, text) in crate::sql::InboxStatements::new(&names).all() {
            assert!(!text.contains("webhook_"), "{name}: {text}");
        }
        let script = names.script(crate::SCHEMA_SQL);
        assert!(
            !script.contains("webhook_")
                && script.contains("create table if not exists billing_key (")
        );
    }
}
