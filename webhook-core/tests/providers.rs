//! What every provider has, the unconfirmed ones too, and that its docs say what its const says.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../examples/providers/consts.rs"]
mod consts;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use webhook_core::providers::unconfirmed;
use webhook_core::{Answer, Provider, Success};

use consts::Consts;

fn all() -> impl Iterator<Item = &'static Provider> {
    Provider::ALL.iter().chain(unconfirmed::ALL)
}

fn written() -> Consts {
    consts::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/providers")).unwrap()
}

#[test]
fn every_provider_has_a_page_and_docs() {
    let consts = written();
    for provider in all() {
        let (name, page) = (provider.name(), provider.docs());
        let host = page.strip_prefix("https://").unwrap_or_default();
        assert!(host.contains('.'), "{name}: its page is {page:?}");
        assert!(!page.contains(char::is_whitespace), "{name}: {page:?}");
        consts.name(provider).unwrap();
    }
}

#[test]
fn every_name_is_in_kebab_case_and_no_name_or_alias_is_there_twice() {
    let mut seen = BTreeSet::new();
    for provider in all() {
        for name in std::iter::once(provider.name()).chain(provider.aliases().iter().copied()) {
            assert!(is_kebab(name), "{name:?}");
            assert!(seen.insert(name), "{name} is there twice");
        }
    }
}

fn is_kebab(name: &str) -> bool {
    let word = |word: &str| {
        let mut bytes = word.bytes();
        !word.is_empty() && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    name.starts_with(|first: char| first.is_ascii_lowercase()) && name.split('-').all(word)
}

#[test]
fn what_is_answered_to_a_copy_is_success_to_every_sender() {
    let status = Answer::ok().status();
    for provider in all() {
        let takes = provider
            .success()
            .is_none_or(|success| success.takes(status));
        assert!(takes, "{} does not take {status}", provider.name());
    }
}

#[test]
fn docs_and_consts_say_the_same_about_success_and_deadline() {
    let consts = written();
    for provider in all() {
        let (name, notes) = (provider.name(), consts.notes(provider).unwrap().join("\n"));
        for (words, success) in [("Only 200", Success::Only200), ("Any 2xx", Success::Any2xx)] {
            if notes.contains(words) {
                assert_eq!(provider.success(), Some(success), "{name}: {notes}");
            }
        }
        for deadline in seconds_before(" s for an answer", &notes) {
            assert_eq!(provider.deadline(), Some(deadline), "{name}: {notes}");
        }
    }
}

/// The numbers that stand before these words.
fn seconds_before(words: &str, notes: &str) -> Vec<Duration> {
    let pieces: Vec<_> = notes.split(words).collect();
    let (_, before) = pieces.split_last().unwrap();
    let number = |piece: &&str| {
        let digits = piece.rsplit(|last: char| !last.is_ascii_digit()).next();
        Duration::from_secs(digits.unwrap().parse().unwrap())
    };
    before.iter().map(number).collect()
}
