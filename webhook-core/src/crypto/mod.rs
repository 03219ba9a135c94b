//! The only module that uses crypto crates.

#[cfg(not(feature = "asymmetric"))]
mod absent;
mod algorithm;
#[cfg(feature = "asymmetric")]
pub(crate) mod cbc;
#[cfg(feature = "asymmetric")]
pub(crate) mod chain;
mod decrypted;
mod digest;
#[cfg(feature = "asymmetric")]
pub(crate) mod encryption;
mod mac;
#[cfg(feature = "asymmetric")]
pub(crate) mod public;
#[cfg(feature = "secret-store")]
pub(crate) mod seal;
mod tag;

#[cfg(not(feature = "asymmetric"))]
pub(crate) use absent::{chain, encryption, public};
pub use algorithm::Algorithm;
pub(crate) use decrypted::Decrypted;
pub(crate) use digest::{DigestPrefix, RunningDigest, RunningWideDigest};
pub(crate) use mac::{RunningMac, is_plain};
pub(crate) use tag::{Tag, constant_time_eq};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_for_deliveries_makes_no_tag_of_a_plain_text_however_it_comes() {
        let keyed = || Algorithm::HmacSha256.key(b"secret");
        let tag = |pieces: &[&str]| {
            let (mut own, mut usual) = (keyed().of_deliveries(), keyed());
            for piece in pieces {
                own.update(piece.as_bytes());
                usual.update(piece.as_bytes());
            }
            own.finish().matches(&usual.finish()).to_bool()
        };
        for pieces in [
            &["", "deadbeef"][..],
            &["a", "", "B+/=-_9"],
            &["true"],
            &["0"],
        ] {
            assert!(!tag(pieces), "{pieces:?}");
        }
        for pieces in [
            &[][..],
            &[""],
            &["{}"],
            &["a", ":", "b"],
            &["a b"],
            &["a", "ü"],
            &["a."],
        ] {
            assert!(tag(pieces), "{pieces:?}");
        }
    }

    #[test]
    fn tags_of_other_lengths_or_without_bytes_never_match() {
        let matches = |a: &[u8], b: &[u8]| Tag::new(a).matches(&Tag::new(b)).to_bool();
        assert!(matches(&[7; 32], &[7; 32]));
        assert!(!matches(&[7; 32], &[7; 31]));
        assert!(!matches(&[7; 32], &[7; 33]));
        assert!(!matches(&[7; 32], &[]));
        assert!(!matches(&[], &[]));
        assert!(!matches(&[1; 65], &[1; 65]));
    }

    #[test]
    fn a_bit_anywhere_in_a_value_of_any_length_makes_it_another() {
        for len in 0..=Tag::MAX {
            let value: Vec<u8> = (0xa0..=u8::MAX).take(len).collect();
            assert!(constant_time_eq(&value, &value), "{len} bytes");
            for bit in 0..len * 8 {
                let mut other = value.clone();
                other[bit / 8] ^= 1 << (bit % 8);
                assert!(
                    !constant_time_eq(&value, &other),
                    "bit {bit} of {len} bytes"
                );
                let matches = Tag::new(&value).matches(&Tag::new(&other));
                assert!(!matches.to_bool(), "bit {bit} of {len} bytes");
            }
            let longer = [&value[..], &[0]].concat();
            assert!(!constant_time_eq(&value, &longer), "{len} bytes and a zero");
            assert!(!constant_time_eq(&longer, &value), "{len} bytes and a zero");
        }
    }
}
