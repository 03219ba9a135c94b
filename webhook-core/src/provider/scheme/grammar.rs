//! How tags are written in a header.

use crate::parse::{Encoding, Grammar};
use crate::provider::Scheme;

impl Scheme {
    /// A fixed text stands before the tag.
    #[must_use]
    pub const fn prefix(mut self, prefix: &'static str) -> Self {
        self.grammar = Grammar::Bare { prefix };
        self
    }

    /// The header is a list of pairs such as `t=…,v1=…`; tags are the values of `label`.
    #[must_use]
    pub const fn pairs(self, separator: u8, label: &'static str) -> Self {
        self.listing(separator, label, false, None)
    }

    const fn listing(
        mut self,
        separator: u8,
        label: &'static str,
        spaces: bool,
        beside: Option<(&'static str, &'static str)>,
    ) -> Self {
        self.grammar = Grammar::Pairs {
            separator,
            label,
            spaces,
            beside,
        };
        self
    }

    /// As [`pairs`](Self::pairs), with white space around a pair tolerated.
    #[must_use]
    pub const fn spaced_pairs(self, separator: u8, label: &'static str) -> Self {
        self.listing(separator, label, true, None)
    }

    /// As [`pairs`](Self::pairs), in a header that has this other pair too. For senders that name their algorithm: no name but
    /// this one is accepted.
    #[must_use]
    pub const fn pairs_beside(
        self,
        separator: u8,
        label: &'static str,
        key: &'static str,
        value: &'static str,
    ) -> Self {
        self.listing(separator, label, false, Some((key, value)))
    }

    /// The header is one or more lists of pairs with a space between, all of one time.
    #[must_use]
    pub const fn pair_sets(mut self, separator: u8, label: &'static str) -> Self {
        self.grammar = Grammar::PairSets { separator, label };
        self
    }

    /// As [`spaced_pairs`](Self::spaced_pairs) and [`pairs_beside`](Self::pairs_beside).
    #[must_use]
    pub const fn spaced_pairs_beside(
        self,
        separator: u8,
        label: &'static str,
        key: &'static str,
        value: &'static str,
    ) -> Self {
        self.listing(separator, label, true, Some((key, value)))
    }

    /// The header is a JSON object in base64, and the tag is the text of its field `field`.
    #[must_use]
    pub const fn json(mut self, field: &'static str) -> Self {
        self.grammar = Grammar::Json { field };
        self
    }

    /// The header is a list of tags.
    #[must_use]
    pub const fn list(mut self, separator: u8) -> Self {
        self.grammar = Grammar::List { separator };
        self
    }

    /// The header is a list such as `1/SHA256/…,2/SHA256/…`; tags are the entries of algorithm `label`.
    #[must_use]
    pub const fn keyed(mut self, label: &'static str) -> Self {
        self.grammar = Grammar::Keyed { label };
        self
    }

    /// The header is a list such as `v1,… v1a,…`; tags are the entries of version `label`.
    #[must_use]
    pub const fn versions(mut self, label: &'static str) -> Self {
        self.grammar = Grammar::Versions {
            label,
            commas: false,
        };
        self
    }

    /// As [`versions`](Self::versions), with a comma behind an entry tolerated.
    #[must_use]
    pub const fn versions_with_commas(mut self, label: &'static str) -> Self {
        self.grammar = Grammar::Versions {
            label,
            commas: true,
        };
        self
    }

    /// How the tag is spelled; hexadecimal unless said.
    #[must_use]
    pub const fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = encoding;
        self
    }
}
