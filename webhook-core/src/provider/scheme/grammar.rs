//! How tags are written in a header.

use crate::parse::{Encoding, Grammar};
use crate::provider::Scheme;

impl Scheme {
    /// Sets a fixed text that precedes the tag.
    #[must_use]
    pub const fn prefix(mut self, prefix: &'static str) -> Self {
        self.grammar = Grammar::Bare { prefix };
        self
    }

    /// Reads the header as a list of pairs such as `t=…,v1=…`. Tags are the values of `label`.
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

    /// Like [`pairs`](Self::pairs), and allows white space around a pair.
    #[must_use]
    pub const fn spaced_pairs(self, separator: u8, label: &'static str) -> Self {
        self.listing(separator, label, true, None)
    }

    /// Like [`pairs`](Self::pairs), in a header that must also have the pair `key=value`. For
    /// senders that name their algorithm: any other name is refused.
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

    /// Reads the header as one or more lists of pairs, separated by spaces. All lists have the same
    /// time.
    #[must_use]
    pub const fn pair_sets(mut self, separator: u8, label: &'static str) -> Self {
        self.grammar = Grammar::PairSets { separator, label };
        self
    }

    /// Combines [`spaced_pairs`](Self::spaced_pairs) and [`pairs_beside`](Self::pairs_beside).
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

    /// Reads the header as a JSON object in base64. The tag is the text of its field `field`.
    #[must_use]
    pub const fn json(mut self, field: &'static str) -> Self {
        self.grammar = Grammar::Json { field };
        self
    }

    /// Reads the header as a list of pairs with a colon such as `v1:…,v1:…`. Tags are the values of
    /// `label`.
    #[must_use]
    pub const fn colon_pairs(mut self, separator: u8, label: &'static str) -> Self {
        self.grammar = Grammar::ColonPairs { separator, label };
        self
    }

    /// Reads the header as a list of tags.
    #[must_use]
    pub const fn list(mut self, separator: u8) -> Self {
        self.grammar = Grammar::List { separator };
        self
    }

    /// Reads the header as a list such as `1/SHA256/…,2/SHA256/…`. Tags are the entries whose
    /// algorithm is `label`.
    #[must_use]
    pub const fn keyed(mut self, label: &'static str) -> Self {
        self.grammar = Grammar::Keyed { label };
        self
    }

    /// Reads the header as a list such as `v1,… v1a,…`. Tags are the entries whose version is
    /// `label`.
    #[must_use]
    pub const fn versions(mut self, label: &'static str) -> Self {
        self.grammar = Grammar::Versions {
            label,
            commas: false,
        };
        self
    }

    /// Like [`versions`](Self::versions), and allows a comma after an entry.
    #[must_use]
    pub const fn versions_with_commas(mut self, label: &'static str) -> Self {
        self.grammar = Grammar::Versions {
            label,
            commas: true,
        };
        self
    }

    /// Sets the encoding of tags. The default is hexadecimal.
    #[must_use]
    pub const fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = encoding;
        self
    }
}
