//! The folders of `src` stand one above the other, and each names only those below it.
//!
//! The list is the design: whoever wants an arrow that points up has to move the code instead.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// From the top to the bottom. Files of their own count as folders.
const LAYERS: [&str; 26] = [
    "adapter",
    "fuzzing",
    "testing",
    "routing",
    "ordering",
    "endpoint",
    "delivery",
    "secret_store",
    "signer",
    "providers",
    "notification",
    "verify",
    "replay",
    "provider",
    "keys",
    "secret",
    "jose",
    "parse",
    "request",
    "crypto",
    "observe",
    "metrics",
    "answer",
    "error",
    "time",
    "manual",
];

#[test]
fn every_folder_names_only_folders_below_it() {
    let exports = exports();
    let mut seen = BTreeSet::new();
    let mut upward = Vec::new();
    for file in files(&source()) {
        let Some(folder) = folder_of(&file) else {
            continue;
        };
        seen.insert(folder.clone());
        for named in named_folders(&code(&file), &exports) {
            if named != folder && rank(&named) <= rank(&folder) {
                upward.push(format!("{} names {named}", file.display()));
            }
        }
    }
    let known: BTreeSet<_> = LAYERS.iter().map(ToString::to_string).collect();
    assert_eq!(seen, known, "the list above names every folder");
    assert!(upward.is_empty(), "arrows that point up: {upward:#?}");
}

#[test]
fn an_arrow_that_points_up_is_found() {
    let exports = BTreeMap::from([("Endpoint".to_owned(), "endpoint".to_owned())]);
    let found = |text: &str| named_folders(text, &exports);
    assert_eq!(
        found("use crate::delivery::{Intake, Shared};"),
        ["delivery"]
    );
    assert_eq!(
        found("let a = crate::time::UnixTime::from_secs(1);"),
        ["time"]
    );
    assert_eq!(found("use crate::{Endpoint, keys};"), ["endpoint", "keys"]);
    assert_eq!(
        rank("time").cmp(&rank("endpoint")),
        std::cmp::Ordering::Greater
    );
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
    found
}

/// The folder, or the file of its own; `None` for the root, which names them all.
fn folder_of(file: &Path) -> Option<String> {
    let first = file.strip_prefix(source()).unwrap().iter().next().unwrap();
    let name = first.to_str().unwrap().trim_end_matches(".rs");
    (name != "lib").then(|| name.to_owned())
}

fn rank(folder: &str) -> usize {
    let place = LAYERS.iter().position(|known| *known == folder);
    place.unwrap_or_else(|| panic!("{folder} is not in the list of layers"))
}

/// The text of a file without comments and tests, which may name what they test with.
fn code(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    let lines = text
        .lines()
        .take_while(|line| !line.starts_with("#[cfg(test)]"));
    let code = lines.filter(|line| !line.trim_start().starts_with("//"));
    match file.ends_with("verify/jws_tests.rs") {
        true => String::new(),
        false => code.collect::<Vec<_>>().join("\n"),
    }
}

/// What the root exports, and the folder it comes from.
fn exports() -> BTreeMap<String, String> {
    let root = fs::read_to_string(source().join("lib.rs")).unwrap();
    let mut exports = BTreeMap::new();
    for statement in root
        .split(';')
        .filter_map(|text| text.split_once("pub use "))
    {
        let Some((folder, names)) = statement.1.split_once("::") else {
            continue;
        };
        for name in names.split([',', '{', '}']) {
            exports.insert(name.trim().to_owned(), folder.to_owned());
        }
    }
    exports
}

/// The folders that follow `crate::`, each alone or in braces.
fn named_folders(code: &str, exports: &BTreeMap<String, String>) -> Vec<String> {
    let mut folders = Vec::new();
    for rest in code.split("crate::").skip(1) {
        let names = match rest.strip_prefix('{') {
            Some(list) => first_names(list.split_once(';').map_or(list, |(list, _)| list)),
            None => vec![rest],
        };
        for name in names {
            let end = |c: char| !(c.is_alphanumeric() || c == '_');
            let name = name.trim_start().split(end).next().unwrap_or_default();
            let folder = exports.get(name).map_or(name, String::as_str);
            if LAYERS.contains(&folder) {
                folders.push(folder.to_owned());
            }
        }
    }
    folders
}

/// The names of a list in braces, without what is in braces behind one of them.
fn first_names(list: &str) -> Vec<&str> {
    let (mut names, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (at, mark) in list.char_indices() {
        match mark {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                names.push(&list[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    names
}
