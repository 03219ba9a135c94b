//! `webhook providers NAME`: what `docs/providers.md` says about one provider.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Deserialize;
use webhook_core::Provider;

/// Written by the example `providers` of webhook-core, from the constants and their docs.
const PAGES: &str = include_str!("providers.json");

/// What is known about a provider.
#[derive(Deserialize)]
struct Page {
    /// The names and texts of the facts, in order.
    facts: Vec<(String, String)>,
    /// The paragraphs of its docs.
    notes: Vec<String>,
}

/// The width of a line, in characters. A longer word has a line for itself.
const WIDTH: usize = 100;

/// The width of the names of facts.
const NAMES: usize = 22;

/// Writes the page of a provider to stdout. `None` if no provider has this name or alias.
pub(crate) fn print_page(name: &str) -> Option<io::Result<()>> {
    let provider = Provider::find(name)?;
    let mut pages = match serde_json::from_str::<BTreeMap<String, Page>>(PAGES) {
        Ok(pages) => pages,
        Err(error) => return Some(Err(error.into())),
    };
    let page = pages.remove(provider.name())?;
    let mut out = io::stdout().lock();
    Some(write_page(&mut out, provider, &page).and_then(|()| out.flush()))
}

fn write_page(out: &mut impl Write, provider: &Provider, page: &Page) -> io::Result<()> {
    writeln!(out, "{}\n{}\n", provider.name(), provider.docs())?;
    for (name, text) in &page.facts {
        let text = plain(text);
        for (i, line) in lines(&text, WIDTH - NAMES).into_iter().enumerate() {
            let name = if i == 0 { name.as_str() } else { "" };
            writeln!(out, "{name:<NAMES$}{line}")?;
        }
    }
    for note in &page.notes {
        writeln!(out)?;
        for line in lines(&plain(note), WIDTH) {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

/// The text without the marks of bold text.
fn plain(text: &str) -> String {
    text.replace("**", "")
}

/// The words of a text in lines of at most this many characters.
fn lines(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod questions;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_provider_has_a_page() {
        let pages: BTreeMap<String, Page> = serde_json::from_str(PAGES).unwrap();
        for provider in Provider::ALL {
            let page = &pages[provider.name()];
            let mut out = Vec::new();
            write_page(&mut out, provider, page).unwrap();
            let text = String::from_utf8(out).unwrap();
            assert!(text.contains("signed message"), "{text}");
            assert!(!page.notes.is_empty(), "{}", provider.name());
        }
    }

    #[test]
    fn lines_are_not_longer_than_asked() {
        assert_eq!(lines("a bb ccc dddd", 6), ["a bb", "ccc", "dddd"]);
        assert_eq!(lines("", 6), Vec::<String>::new());
    }
}
