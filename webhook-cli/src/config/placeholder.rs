//! Placeholders that should have been replaced before the start.

/// The mark of a placeholder: `${…}`, `$(…)`, `{{…}}`, `<%…%>`, or `$NAME` as the whole text.
pub(super) fn placeholder(text: &str) -> Option<&'static str> {
    let marks = ["${", "$(", "{{", "<%"];
    let mark = marks.into_iter().find(|mark| text.contains(mark));
    mark.or_else(|| is_variable(text.trim()).then_some("$"))
}

/// Whether the text is `$` and the name of an environment variable in upper case.
fn is_variable(text: &str) -> bool {
    let Some(name) = text.strip_prefix('$') else {
        return false;
    };
    let mut bytes = name.bytes();
    let letter = bytes
        .next()
        .is_some_and(|first| first == b'_' || first.is_ascii_uppercase());
    let rest = |byte: u8| byte == b'_' || byte.is_ascii_uppercase() || byte.is_ascii_digit();
    letter && bytes.all(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_is_found_and_a_secret_with_dollars_and_braces_is_none() {
        for text in [
            "${STRIPE_SECRET}",
            "whsec_${STRIPE_SECRET}",
            "${STRIPE_SECRET:-none}",
            "$(cat secret)",
            "{{ stripe_secret }}",
            "{{.Values.secret}}",
            "<%= ENV['SECRET'] %>",
            "$STRIPE_SECRET",
            " $STRIPE_SECRET\n",
        ] {
            assert!(placeholder(text).is_some(), "{text}");
        }
        for text in [
            "pa$$word{1}",
            "$2b$12$abc",
            "$ecret",
            "a{b}c",
            "100%",
            "$",
            "$5TAR",
            "<a>",
        ] {
            assert_eq!(placeholder(text), None, "{text}");
        }
    }
}
