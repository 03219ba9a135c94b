//! Values as parts of a name with dots.

/// What stands for a value that a delivery does not have. A value never becomes this token.
const ABSENT: &str = "_";

/// A value as one token. Letters, digits, `-` and `_` stay; other bytes become `%` and two
/// hexadecimal digits. So no value is a wildcard, or adds a token.
pub(crate) fn escape(value: &str) -> String {
    if value.is_empty() {
        return ABSENT.to_owned();
    }
    if value == ABSENT {
        return "%5F".to_owned();
    }
    let mut token = String::with_capacity(value.len());
    for byte in value.bytes() {
        match is_plain(byte) {
            true => token.push(byte.into()),
            false => token.push_str(&format!("%{byte:02X}")),
        }
    }
    token
}

/// Whether a byte stays as it is.
pub(crate) const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_is_a_wildcard_or_adds_a_token() {
        for (value, token) in [
            ("acme", "acme"),
            ("ACME-1_b", "ACME-1_b"),
            ("", "_"),
            ("_", "%5F"),
            ("__", "__"),
            ("*", "%2A"),
            (">", "%3E"),
            ("#", "%23"),
            ("a.b", "a%2Eb"),
            ("a b\r\n", "a%20b%0D%0A"),
            ("100%", "100%25"),
            ("ü", "%C3%BC"),
        ] {
            assert_eq!(escape(value), token, "{value:?}");
        }
    }

    #[test]
    fn two_values_never_have_one_token() {
        let values = [
            "", "_", "%5F", "%", "%25", ".", "%2E", "é", "%C3%A9", "a", "A",
        ];
        let mut tokens: Vec<_> = values.into_iter().map(escape).collect();
        tokens.sort();
        tokens.dedup();
        assert_eq!(tokens.len(), values.len());
    }
}
