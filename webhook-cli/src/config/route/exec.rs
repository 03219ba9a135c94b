//! The program of a route.

use std::time::Duration;

use crate::config::entries::Entries;
use crate::config::error::EntryError;
use crate::exec::Program;

/// Reads a program: a list of its path and its arguments, or an object that has it as `command`.
pub(super) fn read(entries: &Entries, key: &str) -> Result<Program, EntryError> {
    if entries.is_list(key)? {
        return program(key, entries.texts(key)?);
    }
    let expected = |_| EntryError::new(key, EXPECTED);
    let settings = entries.object(key).map_err(expected)?.unwrap_or_default();
    with_settings(&settings).map_err(|error| error.within(key))
}

fn with_settings(entries: &Entries) -> Result<Program, EntryError> {
    entries.check_unique()?;
    entries.check_known(KEYS)?;
    let mut program = program(COMMAND, entries.texts(COMMAND)?)?;
    if let Some(secs) = entries.count(TIMEOUT)? {
        if secs > LONGEST_SECS {
            let problem = format!("must be at most {LONGEST_SECS}");
            return Err(EntryError::new(TIMEOUT, problem));
        }
        program = program.timeout(Duration::from_secs(secs));
    }
    if let Some(count) = entries.count(MAX_RUNNING)? {
        let count = usize::try_from(count)
            .ok()
            .filter(|count| *count <= MOST_RUNNING);
        let too_many = || EntryError::new(MAX_RUNNING, format!("must be at most {MOST_RUNNING}"));
        program = program.max_running(count.ok_or_else(too_many)?);
    }
    let variables = entries.object(ENV)?.unwrap_or_default();
    variables
        .check_unique()
        .map_err(|error| error.within(ENV))?;
    for name in variables.names() {
        let value = variables.text(name).map_err(|error| error.within(ENV))?;
        let problem = match value {
            _ if name.is_empty() || name.contains(['=', '\0']) => "is not the name of a variable",
            _ if name.starts_with("WEBHOOK_") => "is set for each event: choose another name",
            Some(value) if !value.contains('\0') => {
                program = program.variable(name, value);
                continue;
            }
            _ => "has a NUL, which no variable can have",
        };
        return Err(EntryError::new(name, problem).within(ENV));
    }
    Ok(program)
}

fn program(key: &str, command: Vec<String>) -> Result<Program, EntryError> {
    Program::new(command).map_err(|problem| EntryError::new(key, problem))
}

const COMMAND: &str = "command";
const ENV: &str = "env";
const MAX_RUNNING: &str = "max_running";
const TIMEOUT: &str = "timeout_secs";
const KEYS: &[&str] = &[COMMAND, ENV, MAX_RUNNING, TIMEOUT];
const EXPECTED: &str = "must be a list of a program and its arguments, such as \
                        [\"/usr/local/bin/handle\"], or {\"command\": […], \"timeout_secs\": 60}";
/// A day.
const LONGEST_SECS: u64 = 24 * 60 * 60;
const MOST_RUNNING: usize = 1000;
