//! Where a body is adjacent to other signed parts without a separator, and what must be there so
//! that no byte can be moved across.
//!
//! A signature covers the concatenation of URL and body, but not where one ends. An attacker who
//! captured a delivery could move the end of the query into the body, or the start of the body into
//! the query, and would have another delivery that verifies.

use crate::error::RejectionKind;
use crate::provider::{Authentication, Part, Provider, Scheme};
use crate::request::Head;

/// Where a body is adjacent to other signed parts. Computed once per scheme.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SeamRule {
    is_after_url: bool,
    is_before_url: bool,
    may_be_taken_for_timed: bool,
}

impl SeamRule {
    /// The rule of custom code that signs the body and directly after it the URL.
    pub(crate) const BEFORE_URL: Self = Self {
        is_after_url: false,
        is_before_url: true,
        may_be_taken_for_timed: false,
    };

    /// The rule of a scheme. `None` if the scheme does not restrict the body.
    pub(crate) fn new(provider: &Provider, scheme: &Scheme) -> Option<Self> {
        let rule = Self {
            is_after_url: is_after_url(scheme),
            is_before_url: is_before_url(scheme),
            may_be_taken_for_timed: may_be_taken_for_timed(provider, scheme),
        };
        (rule.is_after_url || rule.is_before_url || rule.may_be_taken_for_timed).then_some(rule)
    }
}

/// The requirements on the ends of a body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seam {
    begins: Edge,
    ends: Edge,
    first: Option<u8>,
    last: Option<u8>,
}

/// The requirement on the byte at one end, if there is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Edge {
    #[default]
    Free,
    /// A byte that a query cannot contain.
    Mark,
    /// A byte that cannot start a query.
    NoQuery,
    /// A byte that cannot start a time.
    NoTime,
}

impl Seam {
    /// Creates the seam of a request.
    ///
    /// # Errors
    ///
    /// `Malformed` if the query contains a byte that separates it from the body.
    pub(crate) fn new(rule: SeamRule, head: &Head<'_>) -> Result<Self, RejectionKind> {
        let (begins, ends) = (rule.is_after_url, rule.is_before_url);
        let query = head.query().filter(|_| begins || ends);
        if query.is_some_and(|query| query.bytes().any(is_mark)) {
            return Err(RejectionKind::Malformed);
        }
        Ok(Self {
            begins: match (begins, query) {
                (true, Some(_)) => Edge::Mark,
                (true, None) => Edge::NoQuery,
                (false, _) if rule.may_be_taken_for_timed => Edge::NoTime,
                (false, _) => Edge::Free,
            },
            // A body may itself contain a URL, such as the sender's callback.
            ends: if ends { Edge::Mark } else { Edge::Free },
            ..Self::default()
        })
    }

    /// Takes the next bytes of the body.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.first = self.first.or(bytes.first().copied());
        self.last = bytes.last().copied().or(self.last);
    }

    /// Whether the body can be separated from the signed part next to it.
    pub(crate) fn holds(&self) -> bool {
        let holds = |edge: Edge, byte: Option<u8>| byte.is_none_or(|byte| edge.takes(byte));
        holds(self.begins, self.first) && holds(self.ends, self.last)
    }
}

impl Edge {
    fn takes(self, byte: u8) -> bool {
        match self {
            Self::Free => true,
            Self::Mark => is_mark(byte),
            Self::NoQuery => byte != b'?',
            Self::NoTime => !byte.is_ascii_digit(),
        }
    }
}

/// Whether a byte cannot be in a query (RFC 3986 §3.4) and can start or end a document.
fn is_mark(byte: u8) -> bool {
    matches!(byte, b'{' | b'}' | b'[' | b']' | b'"' | b'<' | b'>') || byte.is_ascii_whitespace()
}

fn is_after_url(scheme: &Scheme) -> bool {
    let mut pairs = scheme.parts().windows(2);
    pairs.any(|pair| matches!(pair, [Part::Url | Part::UrlDecoding(_), Part::Body]))
}

fn is_before_url(scheme: &Scheme) -> bool {
    let mut pairs = scheme.parts().windows(2);
    pairs.any(|pair| matches!(pair, [Part::Body, Part::Url | Part::UrlDecoding(_)]))
}

/// Whether this scheme signs the body alone, and another scheme of the provider signs a time before
/// the body. A delivery of the other scheme would verify under this one with the time in its body,
/// and would never be stale.
fn may_be_taken_for_timed(provider: &Provider, scheme: &Scheme) -> bool {
    let begins = |scheme: &Scheme, part: Part| scheme.parts().first() == Some(&part);
    let is_timed = |other: &Scheme| {
        matches!(other.authentication, Authentication::Mac { .. }) && begins(other, Part::Time)
    };
    begins(scheme, Part::Body) && provider.schemes().iter().any(is_timed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::CODESPAR;
    use crate::providers::HUBSPOT;
    use crate::providers::STRIPE;
    use crate::providers::TRELLO_UTF8;

    fn holds(provider: &Provider, scheme: usize, target: &str, body: &[&str]) -> bool {
        let head = Head {
            method: "POST",
            path_and_query: target,
            headers: &[("", ""); 0],
        };
        let Some(rule) = SeamRule::new(provider, &provider.schemes()[scheme]) else {
            return true;
        };
        let Ok(mut seam) = Seam::new(rule, &head) else {
            return false;
        };
        for piece in body {
            seam.push(piece.as_bytes());
        }
        seam.holds()
    }

    #[test]
    fn a_body_behind_a_query_begins_with_what_no_query_has() {
        assert!(holds(&HUBSPOT, 0, "/?a=1", &["", "[{", "}]"]));
        assert!(holds(&HUBSPOT, 0, "/?a=1", &[]));
        assert!(holds(&HUBSPOT, 0, "/", &["a=1"]));
        assert!(!holds(&HUBSPOT, 0, "/?a=1", &["", "b=2"]));
        assert!(!holds(&HUBSPOT, 0, "/?a=1{\"a\"", &["{}"]));
        assert!(!holds(&HUBSPOT, 0, "/", &["?a=1{}"]));
    }

    #[test]
    fn a_body_before_the_url_ends_with_what_no_query_has() {
        assert!(holds(&TRELLO_UTF8, 0, "/?a=1", &["{", "}", ""]));
        assert!(!holds(&TRELLO_UTF8, 0, "/", &["{}", "x"]));
        assert!(!holds(&TRELLO_UTF8, 0, "/?a\"}https://a.example/", &["{}"]));
    }

    #[test]
    fn a_body_that_is_signed_alone_does_not_begin_with_a_time_that_another_scheme_signs() {
        assert!(holds(&CODESPAR, 1, "/", &["{\"a\":1}"]));
        assert!(!holds(&CODESPAR, 1, "/", &["1800000000.{}"]));
        assert!(holds(&CODESPAR, 0, "/", &["1"]));
        assert!(holds(&STRIPE, 0, "/?a", &["1"]));
    }
}
