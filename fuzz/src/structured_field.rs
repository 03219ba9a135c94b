//! Structured fields, held against another parser.

use sfv::{Dictionary, FieldType as _, Parser};
use webhook_core::{RejectionKind, fuzzing};

/// The most members, items or parameters that our parser takes.
const MOST: usize = 64;

/// Parses a dictionary with both parsers.
///
/// # Panics
///
/// When they read different values, or one takes what the other refuses. Ours refuses a repeated
/// name, display strings (RFC 9651), and more than 64 of anything; both are asked for the canonical
/// form, which spellings of binary values that are not canonical do not have in ours.
pub fn structured_field(value: &[u8]) {
    let theirs = Parser::new(value).parse::<Dictionary>();
    // Empty dictionaries are not sent, so theirs has no form for them.
    let theirs = theirs.map(|parsed| parsed.serialize().unwrap_or_default());
    match (fuzzing::structured_field(value), theirs) {
        (Ok(Some(ours)), Ok(theirs)) => assert_eq!(ours, theirs),
        (Ok(Some(ours)), Err(error)) => panic!("{ours} is not refused: {error}"),
        (Err(RejectionKind::Malformed), Ok(theirs)) => assert!(
            has_display_string(value) || has_many(value) || has_odd_base64(value),
            "{theirs} is refused"
        ),
        // A repeated name, or a binary value that is base64url.
        _ => {}
    }
}

/// Asked of the input: a parameter of the same name may replace it.
fn has_display_string(value: &[u8]) -> bool {
    value.windows(2).any(|bytes| bytes == b"%\"")
}

fn has_many(value: &[u8]) -> bool {
    value.len() > 2 * MOST
}

/// Theirs takes padding within a value.
fn has_odd_base64(value: &[u8]) -> bool {
    value.contains(&b':')
}
