//! Suggestions for misspelled names.

use strsim::osa_distance;

/// The candidate nearest to `given`, unless more than a third of its letters differ, or more than
/// three.
pub(super) fn closest<'c>(
    given: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let given = plain(given);
    let length = given.chars().count();
    // No name is this long, and the distance would take long to compute.
    if length > 64 {
        return None;
    }
    let ranked = candidates.into_iter().map(|name| {
        let distance = osa_distance(&given, &plain(name));
        (distance, name)
    });
    let (distance, name) = ranked.min()?;
    let allowed = (name.len().max(length) / 3).clamp(1, 3);
    (distance <= allowed).then_some(name)
}

/// The name in lower case, without the characters that join words.
fn plain(name: &str) -> String {
    let letters = name.chars().filter(|c| !"-_. ".contains(*c));
    letters.flat_map(char::to_lowercase).collect()
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
        let distance = |one, other| osa_distance(&plain(one), &plain(other));
        assert_eq!(distance("provdier", "provider"), 1);
        assert_eq!(distance("ab", ""), 2);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
