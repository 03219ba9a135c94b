//! The URL of the destination.

use std::borrow::Cow;
use std::fmt;

use form_urlencoded::{Serializer, parse};
use http::Uri;
use http::uri::{PathAndQuery, Scheme};
use webhook_core::{Delivery, Head};

use crate::error::ForwardError;

/// A URL that was checked.
#[derive(Clone)]
pub(crate) struct Target(Uri);

impl Target {
    pub(crate) fn parse(url: &str) -> Result<Self, ForwardError> {
        let invalid = |problem| ForwardError::InvalidUrl { problem };
        if url.contains('#') {
            return Err(invalid("has a fragment"));
        }
        let uri: Uri = url.parse().map_err(|_| invalid("is not a URL"))?;
        let tls = uri.scheme() == Some(&Scheme::HTTPS);
        if !tls && uri.scheme() != Some(&Scheme::HTTP) {
            return Err(invalid("does not begin with `http://` or `https://`"));
        }
        let Some(authority) = uri.authority() else {
            return Err(invalid("has no host"));
        };
        if authority.as_str().contains('@') {
            return Err(invalid("has a user name or a password"));
        }
        let port = match authority.as_str().rsplit_once(']') {
            Some((_, rest)) => rest.contains(':'),
            None => authority.as_str().contains(':'),
        };
        if authority.host().is_empty() || (port && authority.port_u16().is_none_or(|it| it == 0)) {
            return Err(invalid("has no valid host and port"));
        }
        if tls && !cfg!(feature = "tls") {
            return Err(ForwardError::NoTls);
        }
        Ok(Self(uri))
    }

    /// Scheme, host and port. The path and the query may hold a secret.
    pub(crate) fn origin(&self) -> Origin<'_> {
        Origin(&self.0)
    }

    /// The URL for a delivery. Only one by `GET` has content in its query.
    pub(crate) fn of(&self, delivery: &Delivery, head: &Head<'_>) -> Uri {
        let target = self.for_tenant(delivery.tenant());
        let query = head.query().filter(|_| head.method == "GET");
        match query.map(|query| without_token(query, delivery)) {
            Some(query) if !query.is_empty() => with_query(target, &query),
            _ => target,
        }
    }

    /// With the name of the tenant in the places of [`TENANT`].
    fn for_tenant(&self, tenant: Option<&str>) -> Uri {
        let own = path_and_query(&self.0);
        match own.contains(TENANT) {
            true => {
                let name = tenant.map_or(Cow::Borrowed(""), escaped);
                replaced(self.0.clone(), &own.replace(TENANT, &name))
            }
            false => self.0.clone(),
        }
    }
}

/// What stands for the name of the tenant, in path and query.
const TENANT: &str = "{tenant}";

fn path_and_query(uri: &Uri) -> &str {
    uri.path_and_query().map_or("/", PathAndQuery::as_str)
}

fn with_query(target: Uri, query: &str) -> Uri {
    let own = path_and_query(&target);
    let mark = if own.contains('?') { '&' } else { '?' };
    let both = format!("{own}{mark}{query}");
    replaced(target, &both)
}

/// With another path and query. Whatever is put in has no character that a URL does not allow. If it
/// is too long for a URL, it is left out.
fn replaced(target: Uri, path_and_query: &str) -> Uri {
    let Ok(path_and_query) = path_and_query.parse() else {
        return target;
    };
    let mut parts = target.clone().into_parts();
    parts.path_and_query = Some(path_and_query);
    Uri::from_parts(parts).unwrap_or(target)
}

/// A name as one segment of a path, or one value of a query.
fn escaped(name: &str) -> Cow<'_, str> {
    // A dot too: `..` is another folder.
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~');
    if name.bytes().all(is_plain) {
        return Cow::Borrowed(name);
    }
    let escape = |byte: u8| match is_plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    Cow::Owned(name.bytes().map(escape).collect())
}

/// The query without the token of the sender: it is a secret, and this receiver does not know it.
fn without_token(query: &str, delivery: &Delivery) -> String {
    let pairs = parse(query.as_bytes());
    let others = pairs.filter(|(name, _)| !delivery.is_token_parameter(name));
    Serializer::new(String::new()).extend_pairs(others).finish()
}

pub(crate) struct Origin<'a>(&'a Uri);

impl fmt::Display for Origin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, authority) = (self.0.scheme_str(), self.0.authority());
        let authority = authority.map_or("", http::uri::Authority::as_str);
        write!(f, "{}://{authority}", scheme.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_that_cannot_be_forwarded_to_is_refused_without_being_quoted() {
        for url in [
            "",
            "/hooks",
            "127.0.0.1:3000",
            "ftp://127.0.0.1/",
            "http://",
            "http:///hooks",
            "http://user:hidden@127.0.0.1/",
            "http://hidden@127.0.0.1/",
            "http://127.0.0.1:99999/",
            "http://127.0.0.1:0/",
            "http://127.0.0.1:/",
            "http://[::1]:99999/",
            "http://127.0.0.1/#hidden",
            "http://127.0.0.1/a b",
            " http://127.0.0.1/",
            "http://127.0.0.1/\n",
        ] {
            let error = Target::parse(url).err();
            let error = error.unwrap_or_else(|| panic!("{url:?}")).to_string();
            assert!(!error.contains("hidden"), "{error}");
        }
    }

    #[test]
    fn a_private_address_is_a_destination_and_only_its_origin_is_shown() {
        for (url, origin) in [
            (
                "http://127.0.0.1:3000/hooks?key=hidden",
                "http://127.0.0.1:3000",
            ),
            ("http://[::1]:80", "http://[::1]:80"),
            ("http://[::1]", "http://[::1]"),
            ("http://localhost", "http://localhost"),
            ("HTTP://10.0.0.1/a", "http://10.0.0.1"),
        ] {
            let target = Target::parse(url).unwrap_or_else(|error| panic!("{url}: {error}"));
            assert_eq!(target.origin().to_string(), origin);
        }
    }

    #[test]
    fn the_name_of_a_tenant_is_one_segment_or_one_value() {
        for (url, tenant, expected) in [
            ("http://a/{tenant}/x", "acme", "http://a/acme/x"),
            ("http://a/x?org={tenant}&b", "acme", "http://a/x?org=acme&b"),
            (
                "http://a/{tenant}?org={tenant}",
                "a-_~9",
                "http://a/a-_~9?org=a-_~9",
            ),
            ("http://a/{tenant}", "../b", "http://a/%2E%2E%2Fb"),
            (
                "http://a/?org={tenant}",
                "a&b=c d+%",
                "http://a/?org=a%26b%3Dc%20d%2B%25",
            ),
            ("http://a/{tenant}", "é", "http://a/%C3%A9"),
            ("http://a/x", "acme", "http://a/x"),
        ] {
            let uri = Target::parse(url).unwrap().for_tenant(Some(tenant));
            assert_eq!(uri, expected);
        }
        let without = Target::parse("http://a/?org={tenant}")
            .unwrap()
            .for_tenant(None);
        assert_eq!(without, "http://a/?org=");
    }

    #[test]
    fn a_query_is_added_to_that_of_the_tenant() {
        let target = Target::parse("http://a/x?org={tenant}")
            .unwrap()
            .for_tenant(Some("acme"));
        assert_eq!(with_query(target, "id=1"), "http://a/x?org=acme&id=1");
    }
}
