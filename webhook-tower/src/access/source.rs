//! Whom a request comes from, and whether by HTTPS.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;

use super::Networks;

/// What is known of the way of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Source {
    /// `None`: nothing says who it is, or what says so cannot be read.
    pub(super) address: Option<IpAddr>,
    pub(super) is_https: bool,
}

impl Source {
    /// A proxy that is trusted says who its client is. Everybody else is believed nothing.
    pub(super) fn of(peer: Option<IpAddr>, headers: &HeaderMap, proxies: &Networks) -> Self {
        match peer.filter(|peer| proxies.contains(*peer)) {
            Some(proxy) => Self {
                address: client(proxy, headers, proxies),
                is_https: was_https(headers),
            },
            None => Self {
                address: peer,
                is_https: false,
            },
        }
    }
}

/// The last address that is none of our proxies: each has appended whom it was asked by. What is in
/// front of it, the client may have invented.
fn client(proxy: IpAddr, headers: &HeaderMap, proxies: &Networks) -> Option<IpAddr> {
    let mut client = proxy;
    for value in headers.get_all("x-forwarded-for").iter().rev() {
        for entry in value.to_str().ok()?.rsplit(',') {
            client = address(entry.trim())?;
            if !proxies.contains(client) {
                return Some(client);
            }
        }
    }
    Some(client)
}

/// Some proxies add the port.
fn address(entry: &str) -> Option<IpAddr> {
    let with_port = || entry.parse::<SocketAddr>().ok().map(|it| it.ip());
    entry.parse().ok().or_else(with_port)
}

/// Every proxy on the way was asked by HTTPS.
fn was_https(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all("x-forwarded-proto").iter().peekable();
    values.peek().is_some()
        && values.all(|value| {
            let value = value.to_str().unwrap_or_default();
            let mut hops = value.split(',').map(str::trim);
            hops.all(|hop| hop.eq_ignore_ascii_case("https"))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(peer: &str, headers: &[(&'static str, &'static str)]) -> (Option<String>, bool) {
        let proxies: Networks = "10.0.0.0/8, 127.0.0.1".parse().unwrap();
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        let source = Source::of(peer.parse().ok(), &map, &proxies);
        (source.address.map(|it| it.to_string()), source.is_https)
    }

    const FOR: &str = "x-forwarded-for";
    const PROTO: &str = "x-forwarded-proto";

    #[test]
    fn headers_of_strangers_say_nothing() {
        let headers = [(FOR, "198.51.100.1"), (PROTO, "https")];
        let peer = Some("192.0.2.1".to_owned());
        assert_eq!(source("192.0.2.1", &headers), (peer, false));
        assert_eq!(source("", &headers), (None, false));
    }

    #[test]
    fn the_client_is_the_last_one_that_is_no_proxy() {
        for (values, client) in [
            (&["198.51.100.1"][..], Some("198.51.100.1")),
            (&["203.0.113.9, 198.51.100.1"], Some("198.51.100.1")),
            (&["198.51.100.1, 10.0.0.2"], Some("198.51.100.1")),
            (
                &["203.0.113.9", "198.51.100.1 , 10.0.0.2"],
                Some("198.51.100.1"),
            ),
            (&["198.51.100.1:4711"], Some("198.51.100.1")),
            (&["[2001:db8::1]:4711"], Some("2001:db8::1")),
            (&["10.0.0.3"], Some("10.0.0.3")),
            (&[], Some("10.0.0.1")),
            (&["198.51.100.1, unknown"], None),
            (&["198.51.100.1,"], None),
        ] {
            let headers: Vec<_> = values.iter().map(|value| (FOR, *value)).collect();
            assert_eq!(
                source("10.0.0.1", &headers).0.as_deref(),
                client,
                "{values:?}"
            );
        }
    }

    #[test]
    fn every_hop_was_https() {
        for (values, is_https) in [
            (&["https"][..], true),
            (&["HTTPS, https"], true),
            (&["http"], false),
            (&["http, https"], false),
            (&["https", "http"], false),
            (&[""], false),
            (&[], false),
        ] {
            let headers: Vec<_> = values.iter().map(|value| (PROTO, *value)).collect();
            assert_eq!(source("127.0.0.1", &headers).1, is_https, "{values:?}");
        }
    }
}
