//! Weak Ed25519 keys and signatures, which the library does not refuse: points of small order, and
//! points with two encodings.

use crate::error::SecretProblem;

/// Refuses weak Ed25519 keys. A key of small order verifies forged signatures, and a key
/// with two encodings would count as two keys.
pub(super) fn check_point(spki: &[u8]) -> Result<(), SecretProblem> {
    let start = spki.len().saturating_sub(32);
    let key = spki.get(start..).unwrap_or_default();
    if begins_with_small_order(key) || !is_canonical(key) {
        return Err(SecretProblem::WeakKey);
    }
    Ok(())
}

/// Whether the first 32 bytes are a point of small order. Shorter input counts as one.
pub(super) fn begins_with_small_order(bytes: &[u8]) -> bool {
    let Some((point, _)) = bytes.split_first_chunk::<32>() else {
        return true;
    };
    let y = without_sign(point);
    SMALL_ORDER.contains(&y)
}

/// Whether y is less than the prime 2^255 − 19.
fn is_canonical(bytes: &[u8]) -> bool {
    let Some((point, _)) = bytes.split_first_chunk::<32>() else {
        return false;
    };
    let [first, middle @ .., last] = without_sign(point);
    let high = middle.iter().all(|&byte| byte == 0xff) && last == 0x7f;
    !(high && first >= 0xed)
}

fn without_sign(point: &[u8; 32]) -> [u8; 32] {
    let mut y = *point;
    let [.., last] = &mut y;
    *last &= 0x7f;
    y
}

/// The y coordinates, little-endian, of the points of order 1, 2, 4 and 8, including the two that
/// can also be encoded above the prime. The last bit is the sign of x and is ignored.
const SMALL_ORDER: [[u8; 32]; 7] = [
    y(0x00, 0x00, 0x00),
    y(0x01, 0x00, 0x00),
    y(0xec, 0xff, 0x7f),
    y(0xed, 0xff, 0x7f),
    y(0xee, 0xff, 0x7f),
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
];

const fn y(first: u8, middle: u8, last: u8) -> [u8; 32] {
    let mut bytes = [middle; 32];
    let [head, .., tail] = &mut bytes;
    *head = first;
    *tail = last;
    bytes
}
