//! What a misspelled name may have meant.

/// `; did you mean "stripe"?`, or nothing where no candidate is near.
pub(crate) fn hint<'c>(given: &str, candidates: impl IntoIterator<Item = &'c str>) -> String {
    match closest(given, candidates) {
        Some(meant) => format!("; did you mean {meant:?}?"),
        None => String::new(),
    }
}

/// The nearest candidate, if at most a third of its letters are wrong, and at most three.
fn closest<'c>(given: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let given = plain(given);
    // A name that is longer than any other is near none, and not worth the work.
    if given.len() > 64 {
        return None;
    }
    let ranked = candidates.into_iter().map(|name| {
        let wrong = distance(&given, &plain(name));
        (wrong, name)
    });
    let (wrong, name) = ranked.min()?;
    let allowed = (name.len().max(given.len()) / 3).clamp(1, 3);
    (wrong <= allowed).then_some(name)
}

/// Without regard to case and to how words are joined.
fn plain(name: &str) -> Vec<char> {
    let letters = name.chars().filter(|c| !"-_. ".contains(*c));
    letters.flat_map(char::to_lowercase).collect()
}

/// How many letters have to be inserted, removed, replaced, or swapped with their neighbour: the
/// optimal string alignment distance.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let replaced = last[j] + usize::from(a != b);
            let mut least = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_suggested_and_none_that_is_far() {
        let names = ["stripe", "shopify", "square", "checkout-com", "box"];
        for (given, meant) in [
            ("strpe", Some("stripe")),
            ("Stripe", Some("stripe")),
            ("tsripe", Some("stripe")),
            ("shopfy", Some("shopify")),
            ("checkout.com", Some("checkout-com")),
            ("checkoutcom", Some("checkout-com")),
            ("bix", Some("box")),
            ("carrier-pigeon", None),
            ("", None),
            ("x", None),
        ] {
            assert_eq!(closest(given, names), meant, "{given}");
        }
        assert_eq!(closest(&"s".repeat(100_000), names), None);
    }

    #[test]
    fn distances_count_swapped_neighbours_once() {
        let distance = |one, other| distance(&plain(one), &plain(other));
        assert_eq!(distance("provdier", "provider"), 1);
        assert_eq!(distance("ab", ""), 2);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
