//! The headers of a request, whatever map a framework keeps them in.

/// The result of looking up a header name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Found<'a> {
    /// The header is absent.
    Absent,
    /// The header is present once, with this value.
    Once(&'a [u8]),
    /// The header is present more than once. Choosing one of them would be a guess.
    Repeated,
}

impl<'a> Found<'a> {
    /// The only value of an iterator over all values of a name.
    pub fn only(mut values: impl Iterator<Item = &'a [u8]>) -> Self {
        match (values.next(), values.next()) {
            (None, _) => Self::Absent,
            (Some(value), None) => Self::Once(value),
            (Some(_), Some(_)) => Self::Repeated,
        }
    }
}

/// The headers of a request, independent of the framework's map type.
///
/// With the feature `http` this is implemented for `http::HeaderMap` (http 1). It is also
/// implemented for vectors and arrays of pairs. Another map needs three lines:
///
/// ```
/// use webhook_core::{Found, Headers};
///
/// let headers = [("Webhook-Id", "msg_1")];
/// assert_eq!(headers.find("webhook-id"), Found::Once(b"msg_1"));
/// ```
pub trait Headers {
    /// Looks up `name`, which is in lower case. Names are compared case-insensitively.
    fn find(&self, name: &str) -> Found<'_>;

    /// Passes every value of `name`, which is in lower case, to `each`.
    ///
    /// Only schemes whose sender documents a repeated header call this. The default passes a value
    /// that is present once, so a map without this method refuses a repeated header.
    fn each<'a>(&'a self, name: &str, each: &mut dyn FnMut(&'a [u8])) {
        if let Found::Once(value) = self.find(name) {
            each(value);
        }
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> Headers for Vec<(N, V)> {
    fn find(&self, name: &str) -> Found<'_> {
        Found::only(pairs_named(self, name))
    }

    fn each<'a>(&'a self, name: &str, each: &mut dyn FnMut(&'a [u8])) {
        pairs_named(self, name).for_each(each);
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>, const LEN: usize> Headers for [(N, V); LEN] {
    fn find(&self, name: &str) -> Found<'_> {
        Found::only(pairs_named(self, name))
    }

    fn each<'a>(&'a self, name: &str, each: &mut dyn FnMut(&'a [u8])) {
        pairs_named(self, name).for_each(each);
    }
}

fn pairs_named<'a, N: AsRef<str>, V: AsRef<[u8]>>(
    pairs: &'a [(N, V)],
    name: &str,
) -> impl Iterator<Item = &'a [u8]> {
    pairs
        .iter()
        .filter(move |(key, _)| key.as_ref().eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_ref())
}

#[cfg(feature = "http")]
impl Headers for http::HeaderMap {
    fn find(&self, name: &str) -> Found<'_> {
        use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
        let values = match name {
            // Every request is asked for these two, and the map knows them without a search.
            "content-encoding" => self.get_all(CONTENT_ENCODING),
            "content-length" => self.get_all(CONTENT_LENGTH),
            _ if self.len() > SCANNED => self.get_all(name),
            _ => {
                let named = self.iter().filter(|(key, _)| key.as_str() == name);
                return Found::only(named.map(|(_, value)| value.as_bytes()));
            }
        };
        Found::only(values.iter().map(http::HeaderValue::as_bytes))
    }

    fn each<'a>(&'a self, name: &str, each: &mut dyn FnMut(&'a [u8])) {
        let values = self.get_all(name).iter();
        values.map(http::HeaderValue::as_bytes).for_each(each);
    }
}

/// The number of headers up to which a scan is faster than hashing a name.
#[cfg(feature = "http")]
const SCANNED: usize = 24;

/// The maximum length of a header value, in bytes. A longer one is refused unread.
pub(crate) const MAX_VALUE: usize = 8 * 1024;
