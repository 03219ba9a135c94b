//! Networks of IP addresses.

use std::error::Error;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

/// A list of networks, such as `203.0.113.0/24, 2001:db8::/32, 192.0.2.7`.
///
/// An IPv4 address that a socket of IPv6 shows as `::ffff:192.0.2.7` is in the network of
/// `192.0.2.7`.
///
/// ```
/// use webhook_tower::access::Networks;
///
/// let networks: Networks = "203.0.113.0/24, 192.0.2.7".parse()?;
/// assert!(networks.contains("203.0.113.9".parse()?));
/// assert!(!networks.contains("192.0.2.8".parse()?));
/// assert!("203.0.113.0/33".parse::<Networks>().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(Vec<Network>);

/// The addresses that have the first bits of this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    /// As IPv6, without the bits of a host.
    prefix: u128,
    /// How many bits of the 128 count.
    bits: u8,
}

impl Networks {
    /// Whether an address is in one of the networks.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = mapped(address);
        self.0
            .iter()
            .any(|network| masked(address, network.bits) == network.prefix)
    }
}

/// Reads networks that are separated by commas. Spaces are ignored.
impl FromStr for Networks {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let networks = text.split(',').map(|network| network.trim().parse());
        networks.collect::<Result<_, _>>().map(Self)
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let wrong = || NetworkError(text.chars().take(64).collect());
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u8>().map_err(|_| wrong())?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let (size, offset) = match address {
            IpAddr::V4(_) => (32, 96),
            IpAddr::V6(_) => (128, 0),
        };
        let bits = bits.unwrap_or(size);
        if bits > size {
            return Err(wrong());
        }
        let (prefix, bits) = (mapped(address), bits + offset);
        // `203.0.113.9/24` is rather a slip than a network.
        match masked(prefix, bits) == prefix {
            true => Ok(Self { prefix, bits }),
            false => Err(wrong()),
        }
    }
}

/// An address as IPv6.
pub(super) fn mapped(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    }
    .to_bits()
}

/// The first bits of an address, and zeros.
pub(super) fn masked(address: u128, bits: u8) -> u128 {
    address & u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0)
}

/// Whether an address of 128 bits is one of IPv4.
pub(super) fn is_v4(address: u128) -> bool {
    Ipv6Addr::from_bits(address).to_ipv4_mapped().is_some()
}

/// A text that is not a network.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NetworkError(String);

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is not a network; expected an address, or the first address of a network and its \
             bits, such as `203.0.113.0/24`",
            self.0
        )
    }
}

impl Error for NetworkError {}
