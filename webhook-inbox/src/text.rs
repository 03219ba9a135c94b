//! Texts for columns.

/// A text that any table can store and index: without NUL, which PostgreSQL cannot store, and at
/// most so many bytes. Only lists and filters see it: the sealed record has the whole.
pub(crate) fn column(text: &str, at_most: usize) -> Box<str> {
    let mut end = text.len().min(at_most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let (kept, _) = text.split_at(end);
    match kept.contains('\0') {
        true => kept.replace('\0', "\u{1a}").into(),
        false => kept.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::column;

    #[test]
    fn a_column_is_cut_between_characters_and_has_no_nul() {
        assert_eq!(&*column("a\0b", 9), "a\u{1a}b");
        assert_eq!(&*column("Söhne", 2), "S");
        assert_eq!(&*column("Söhne", 3), "Sö");
        assert_eq!(&*column("", 0), "");
    }
}
