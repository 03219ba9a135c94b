//! The URI of a broker.

use lapin::uri::{AMQPScheme, AMQPUri};

use crate::RelayError;

/// Seconds without a sign of the broker after which the connection is taken for lost, if the URI
/// does not say it. RabbitMQ suggests 60, and a relay should know sooner.
const HEARTBEAT: u16 = 10;

pub(super) fn parse(text: &str) -> Result<AMQPUri, RelayError> {
    let invalid = |problem| RelayError::InvalidUri { problem };
    // The parser's own error quotes the URI, which has a password.
    let parsed = text.parse::<AMQPUri>();
    let mut uri = parsed.map_err(|_| invalid("is not one of AMQP"))?;
    let (_, rest) = text.split_once("://").unwrap_or(("", text));
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    if host.is_empty() || host.starts_with(':') {
        return Err(invalid("has no host"));
    }
    // The parser would take `localhost` for it.
    if host.starts_with('[') {
        return Err(invalid("has an IPv6 address: use a host name"));
    }
    if uri.scheme == AMQPScheme::AMQPS && !cfg!(feature = "amqp-tls") {
        return Err(invalid(
            "has the scheme `amqps`, and this build has no TLS: turn on the feature `amqp-tls`",
        ));
    }
    uri.query.heartbeat.get_or_insert(HEARTBEAT);
    Ok(uri)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_that_would_lead_to_another_broker_is_refused_without_being_quoted() {
        for uri in [
            "",
            "hidden",
            "http://hidden@host",
            "amqp:hidden",
            "amqp:///hidden",
            "amqp://:5672",
            "amqp://user:hidden@[::1]:5672",
            "amqp://user:hidden@host:99999",
            "amqp://user:hidden@host?heartbeat=hidden",
        ] {
            let error = parse(uri).err();
            let error = error.unwrap_or_else(|| panic!("{uri:?}")).to_string();
            assert!(!error.contains("hidden"), "{error}");
        }
    }

    #[test]
    fn a_uri_names_host_port_user_and_virtual_host() {
        let uri = parse("amqp://me:a%20b@127.0.0.1:5673/%2f").unwrap();
        assert_eq!(uri.authority.host, "127.0.0.1");
        assert_eq!(uri.authority.port, 5673);
        assert_eq!(uri.authority.userinfo.password, "a b");
        assert_eq!(uri.vhost, "/");
        assert_eq!(uri.query.heartbeat, Some(HEARTBEAT));
        let uri = parse("amqp://broker?heartbeat=30").unwrap();
        assert_eq!((uri.authority.port, uri.query.heartbeat), (5672, Some(30)));
        assert_eq!(parse("amqps://broker").is_ok(), cfg!(feature = "amqp-tls"));
    }
}
