//! The adapter suite: one table of cases and thousands of damaged requests, over real sockets
//! against every adapter. Each answer has to match the table to the byte, and has to be the same
//! for every adapter.
//!
//! `cargo test -p webhook-test --test adapters -- --nocapture` prints a line for each server and
//! protocol.

use std::collections::BTreeSet;

use webhook_test::case::{self, Words};
use webhook_test::servers;
use webhook_test::suite::{self, Report};

/// Damaged requests, for each server and protocol.
const DAMAGED: usize = 5000;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_adapter_gives_the_same_answers() {
    let sections = case::load();
    let words: &'static Words = Box::leak(Box::new(Words::load()));
    let mut reports: Vec<Report> = Vec::new();
    for server in servers::ALL {
        for protocol in server.protocols() {
            let report = suite::run(*server, *protocol, &sections, words, DAMAGED).await;
            println!("{}", report.summary());
            reports.push(report);
        }
    }
    let mut wrong = String::new();
    for (name, lines) in suite::differences(&reports, &sections) {
        wrong += &format!("{name}\n{lines}");
    }
    for report in &reports {
        let name = &report.name;
        if report.panics > 0 {
            wrong += &format!("{name}: {} panics that no row asked for\n", report.panics);
        }
        let flood = &report.flood;
        if !flood.is_clean() {
            let shown: Vec<_> = flood.strange.iter().take(5).collect();
            wrong += &format!("{}; {} dead, {shown:#?}\n", report.summary(), flood.dead);
        }
        let (_, protocol) = name.split_once(' ').expect("a protocol");
        let mut same = reports
            .iter()
            .filter(|other| other.name.ends_with(protocol));
        let first = same.next().expect("itself at least");
        let differing = flood.differences(&first.flood);
        if let Some(one) = differing.first() {
            let (other, count) = (&first.name, differing.len());
            wrong += &format!("{name} and {other} differ in {count} of the corpus: {one}\n");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn the_table_is_whole() {
    let sections = case::load();
    let mut names = BTreeSet::new();
    let mut all = 0;
    for section in &sections {
        println!("{}: {} rows", section.section, section.rows.len());
        for row in &section.rows {
            let (id, _) = row.name.split_once(' ').expect("an id and a sentence");
            let (letter, number) = id.split_at(1);
            assert_eq!(letter, section.section, "{}: in another file", row.name);
            assert!(number.len() == 2 && number.parse::<u8>().is_ok(), "{id}");
            assert!(!row.steps.is_empty(), "{}: no steps", row.name);
            assert!(names.insert(&row.name), "{}: twice", row.name);
            assert!(!section.left_out.contains_key(id), "{id}: left out");
            all += 1;
        }
    }
    println!("{all} rows");
    assert!(all >= 300, "{all} rows");
}
