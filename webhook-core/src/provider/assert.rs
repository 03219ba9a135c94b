//! Assertions that run in `const` evaluation.

#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "const evaluation has no iterators, and a wrong index there is a compile error"
)]

use crate::parse::json::MAX_SHORT;

pub(crate) const fn assert_header_name(name: &str) {
    let bytes = name.as_bytes();
    assert!(!bytes.is_empty(), "a header needs a name");
    let mut i = 0;
    while i < bytes.len() {
        assert!(
            matches!(bytes[i], b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'),
            "a header name has to be in lower case, such as `x-acme-signature`"
        );
        i += 1;
    }
}

/// Asserts that a pointer names a top-level field. A signer can only add such a field.
pub(crate) const fn assert_top_level(pointer: &str) {
    assert_pointer(pointer);
    let bytes = pointer.as_bytes();
    let mut i = 1;
    while i < bytes.len() {
        assert!(
            bytes[i] != b'/',
            "a signature or time in the body has to be at its top level, such as `/signature`"
        );
        i += 1;
    }
}

pub(crate) const fn assert_pointer(pointer: &str) {
    let bytes = pointer.as_bytes();
    assert!(
        bytes.len() > 1 && bytes[0] == b'/',
        "a JSON pointer has to begin with a slash, such as `/data/id`"
    );
    let (mut i, mut name) = (0, 0);
    while i < bytes.len() {
        assert!(bytes[i] != b'~', "a JSON pointer with `~` is not supported");
        name = if bytes[i] == b'/' { 0 } else { name + 1 };
        assert!(
            name <= MAX_SHORT,
            "a name in a JSON pointer may have at most 64 bytes"
        );
        i += 1;
    }
}

/// Asserts that a provider name is in kebab case. The name is part of replay keys and log lines.
pub(crate) const fn assert_provider_name(name: &str) {
    let bytes = name.as_bytes();
    assert!(!bytes.is_empty(), "a provider needs a name");
    let mut i = 0;
    while i < bytes.len() {
        assert!(
            matches!(bytes[i], b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'),
            "the name of a provider has to be in kebab case, such as `acme-corp`"
        );
        i += 1;
    }
}

/// Whether two texts are equal, in `const` evaluation.
pub(crate) const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut i = 0;
    while i < one.len() && i < other.len() && one[i] == other[i] {
        i += 1;
    }
    one.len() == other.len() && i == one.len()
}
