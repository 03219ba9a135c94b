//! The table of `docs/payments.md` is what the mappings say.

use std::fmt::Write as _;

use webhook_payments::PaymentKind;
use webhook_payments::mapping::{Mapping, Rule};
use webhook_payments::providers::ALL;

const BEGIN: &str = "<!-- The tables below are written by a test: see its failure. -->\n";

/// The tables: one a provider, one row a kind.
fn tables() -> String {
    let mut page = String::new();
    for mapping in ALL {
        write!(
            page,
            "\n### {}\n\n| kind | type |\n|---|---|\n",
            mapping.provider()
        )
        .unwrap();
        for kind in PaymentKind::ALL {
            let types = match kind {
                PaymentKind::Notification => notified(mapping),
                _ => rules(mapping, *kind),
            };
            if !types.is_empty() {
                writeln!(page, "| `{kind}` | {} |", types.join(", ")).unwrap();
            }
        }
    }
    page
}

/// The types of a kind, each with its conditions.
fn rules(mapping: &Mapping, kind: PaymentKind) -> Vec<String> {
    let rules = mapping.rules().filter(|rule| rule.kind() == kind);
    rules.map(row).collect()
}

fn row(rule: &Rule) -> String {
    let event_type = match rule.event_type() {
        Some(event_type) => format!("`{event_type}`"),
        None => "every callback".to_owned(),
    };
    let conditions = rule.conditions().map(|condition| {
        let pointer = condition
            .pointer()
            .trim_start_matches('/')
            .replace('/', ".");
        match condition.values() {
            [] => format!("with `{pointer}`"),
            values => format!("`{pointer}` {}", values.join(" or ")),
        }
    });
    let conditions: Vec<_> = conditions.collect();
    match conditions.is_empty() {
        true => event_type,
        false => format!("{event_type} ({})", conditions.join(", ")),
    }
}

fn notified(mapping: &Mapping) -> Vec<String> {
    let resources = mapping.notifications().into_iter();
    let resources = resources.flat_map(|known| known.resources());
    let rows = resources.map(|resource| {
        let types: Vec<_> = resource
            .types()
            .iter()
            .map(|name| format!("`{name}`"))
            .collect();
        format!("{} (`{}`)", types.join(", "), resource.path())
    });
    rows.collect()
}

/// With `WEBHOOK_PAYMENTS_PAGE=write`, the test writes the page.
#[test]
fn the_page_has_the_types_of_every_provider() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/payments.md");
    let page = std::fs::read_to_string(path).unwrap();
    let (text, written) = page.split_once(BEGIN).expect("the page has the mark");
    let expected = tables();
    if std::env::var("WEBHOOK_PAYMENTS_PAGE").is_ok_and(|value| value == "write") {
        std::fs::write(path, format!("{text}{BEGIN}{expected}")).unwrap();
        return;
    }
    assert_eq!(
        written, expected,
        "run this test with WEBHOOK_PAYMENTS_PAGE=write to write docs/payments.md"
    );
}
