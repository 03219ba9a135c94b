//! The two formats of the file. Both become the same list of entries.

use std::path::Path;

use serde_json::error::Category;
use serde_json::value::to_raw_value;

use super::entries::Entries;
use super::error::{ConfigError, TomlError};

/// The format of a configuration file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Toml,
}

impl Format {
    /// The format that the name of the file says.
    pub(super) fn of(path: &Path) -> Self {
        match path.extension() {
            Some(extension) if extension.eq_ignore_ascii_case("toml") => Self::Toml,
            _ => Self::Json,
        }
    }
}

/// Parses a file: the name of each route with its unparsed entries.
pub(super) fn parse(text: &[u8], format: Format) -> Result<Entries, ConfigError> {
    let file = match format {
        Format::Json => json(text)?,
        Format::Toml => toml(text)?,
    };
    match file.repeated() {
        Some(route) => Err(ConfigError::route(
            route,
            "is defined twice: remove one definition",
        )),
        None => Ok(file),
    }
}

fn json(text: &[u8]) -> Result<Entries, ConfigError> {
    serde_json::from_slice(text).map_err(|error| match error.classify() {
        Category::Data => ConfigError::NotAnObject,
        Category::Syntax | Category::Eof | Category::Io => ConfigError::Json(error),
    })
}

/// The parser refuses a name that is given twice: TOML does not allow it.
fn toml(text: &[u8]) -> Result<Entries, ConfigError> {
    let invalid = |error| ConfigError::Toml(error);
    let text = str::from_utf8(text).map_err(|_| invalid(TomlError::NotUtf8))?;
    let table: toml::Table =
        toml::from_str(text).map_err(|error| invalid(TomlError::new(text, &error)))?;
    let entries = table.into_iter().map(|(name, value)| {
        let value = to_raw_value(&value).expect("a TOML value always serializes to JSON");
        (name, value)
    });
    Ok(Entries::from_pairs(entries))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_file_says_its_format() {
        for (name, format) in [
            ("webhooks.toml", Format::Toml),
            ("webhooks.TOML", Format::Toml),
            ("webhooks.json", Format::Json),
            ("webhooks", Format::Json),
            (".toml", Format::Json),
        ] {
            assert_eq!(Format::of(Path::new(name)), format, "{name}");
        }
    }
}
