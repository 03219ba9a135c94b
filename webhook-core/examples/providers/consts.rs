//! The consts of the providers in the source: their names and their docs.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

use webhook_core::Provider;
use webhook_core::providers::unconfirmed;

/// The docs of each const.
pub(crate) struct Consts(BTreeMap<String, String>);

/// Reads every file of a folder.
pub(crate) fn read(folder: &Path) -> Result<Consts, Box<dyn Error>> {
    let mut consts = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let mut docs = String::new();
        for line in fs::read_to_string(entry?.path())?.lines() {
            if let Some(text) = line.strip_prefix("///") {
                docs.push_str(text);
                docs.push('\n');
            } else if let Some((name, _)) = constant(line) {
                consts.insert(name.to_owned(), std::mem::take(&mut docs));
            } else if !line.starts_with("#[") {
                docs.clear();
            }
        }
    }
    Ok(Consts(consts))
}

fn constant(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix("pub const ")?.split_once(": Provider")
}

impl Consts {
    /// The name of a provider's const.
    pub(crate) fn name(&self, provider: &Provider) -> Result<String, Box<dyn Error>> {
        let name = provider.name().to_uppercase().replace('-', "_");
        match self.0.get(&name) {
            Some(docs) if !docs.is_empty() => Ok(name),
            _ => Err(format!(
                "provider {} has no documented const {name}",
                provider.name()
            )
            .into()),
        }
    }

    /// The notes on a provider: the paragraphs and bullets of its docs, without links. The first
    /// paragraph is left out if it is only a title, which the name of the row says too.
    pub(crate) fn notes(&self, provider: &Provider) -> Result<Vec<String>, Box<dyn Error>> {
        let mut blocks = blocks(&self.0[&self.name(provider)?]);
        let is_title = |block: &String| !block.trim_end_matches('.').contains([';', ':', '.']);
        if blocks.len() > 1 && blocks.first().is_some_and(is_title) {
            blocks.remove(0);
        }
        let text = |block: &String| without_links(block.strip_prefix(BULLET).unwrap_or(block));
        Ok(blocks.iter().map(text).collect())
    }
}

const BULLET: &str = "* ";

/// The paragraphs and bullets of docs, one line each, without the source.
fn blocks(docs: &str) -> Vec<String> {
    let mut blocks: Vec<String> = Vec::new();
    for paragraph in docs.split("\n\n") {
        let mut fresh = true;
        for line in paragraph.lines().map(str::trim) {
            match blocks.last_mut() {
                Some(block) if !fresh && !line.starts_with(BULLET) => *block += &format!(" {line}"),
                _ => blocks.push(line.to_owned()),
            }
            fresh = false;
        }
    }
    blocks.retain(|block| !block.starts_with("Source:") && !block.starts_with("<https://"));
    blocks
}

/// A const as the name of its provider, which is what the page and the command know it by. Anything
/// else stays as it is.
fn named(words: &str) -> String {
    let name = words.trim_matches('`').to_lowercase().replace('_', "-");
    let is_const = !words.contains(|letter: char| letter.is_lowercase());
    let mut all = Provider::ALL.iter().chain(unconfirmed::ALL);
    match is_const && all.any(|known| known.name() == name) {
        true => format!("`{name}`"),
        false => words.to_owned(),
    }
}

/// The text with the words of each link instead of the link. Other brackets stay.
fn without_links(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, link)) = rest.split_once('[') {
        out.push_str(before);
        rest = link;
        let Some((words, after)) = link.split_once(']') else {
            out.push('[');
            continue;
        };
        let target = after
            .strip_prefix('(')
            .and_then(|after| after.split_once(')'));
        if let Some((_, behind)) = target {
            out.push_str(&named(words));
            rest = behind;
        } else if words.starts_with('`') && words.ends_with('`') {
            out.push_str(&named(words));
            rest = after;
        } else {
            out.push('[');
        }
    }
    out + rest
}
