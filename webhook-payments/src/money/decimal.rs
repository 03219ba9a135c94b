//! Decimal numbers, read from their text.

use crate::error::MappingProblem;

/// The number in this text, times ten to the power of `shift`: exactly, or an error.
///
/// The text is a number as JSON spells it, with any number of digits: `19.99`, `-3`, `1.5e3`. It
/// never becomes a float, so nothing is rounded.
pub(crate) fn scaled(text: &str, shift: i64) -> Result<i64, MappingProblem> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, parsed_exponent(exponent)?),
        None => (text, 0),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((_, "")) => return Err(MappingProblem::NotAnAmount),
        Some(parts) => parts,
        None => (mantissa, ""),
    };
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) {
        return Err(MappingProblem::NotAnAmount);
    }
    let digits = [whole, fraction].concat();
    let significant = digits.trim_end_matches('0');
    let zeros = digits.len().saturating_sub(significant.len());
    let significant = significant.trim_start_matches('0');
    if significant.is_empty() {
        return Ok(0);
    }
    let length = |len: usize| i64::try_from(len).unwrap_or(i64::MAX);
    // The significant digits stand for an integer times ten to this power.
    let power = exponent
        .saturating_add(shift)
        .saturating_add(length(zeros))
        .saturating_sub(length(fraction.len()));
    let power = u32::try_from(power).map_err(|_| match power < 0 {
        true => MappingProblem::TooPrecise,
        false => MappingProblem::TooLarge,
    })?;
    let signed = if negative { "-" } else { "" };
    let integer: Option<i64> = format!("{signed}{significant}").parse().ok();
    integer
        .zip(10_i64.checked_pow(power))
        .and_then(|(integer, factor)| integer.checked_mul(factor))
        .ok_or(MappingProblem::TooLarge)
}

fn parsed_exponent(text: &str) -> Result<i64, MappingProblem> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(MappingProblem::NotAnAmount);
    }
    let limit = match text.starts_with('-') {
        true => i64::MIN,
        false => i64::MAX,
    };
    Ok(text.parse().unwrap_or(limit))
}

#[cfg(test)]
mod tests {
    use super::MappingProblem::{NotAnAmount, TooLarge, TooPrecise};
    use super::*;

    #[test]
    fn a_number_is_read_exactly() {
        for (text, shift, expected) in [
            ("19.99", 2, Ok(1999)),
            ("19.9", 2, Ok(1990)),
            ("20", 2, Ok(2000)),
            ("0.1", 2, Ok(10)),
            ("0.29", 2, Ok(29)),
            ("1.10", 2, Ok(110)),
            ("1.100", 2, Ok(110)),
            ("-3.5", 2, Ok(-350)),
            ("0", 2, Ok(0)),
            ("-0.000", 0, Ok(0)),
            ("007", 0, Ok(7)),
            ("1.5e3", 0, Ok(1500)),
            ("1.5E-1", 2, Ok(15)),
            ("1999", 0, Ok(1999)),
            ("500", -2, Ok(5)),
            ("550", -2, Err(TooPrecise)),
            ("1.001", 2, Err(TooPrecise)),
            ("1e-9223372036854775809", 2, Err(TooPrecise)),
            ("9223372036854775807", 0, Ok(i64::MAX)),
            ("-9223372036854775808", 0, Ok(i64::MIN)),
            ("92233720368547758.07", 2, Ok(i64::MAX)),
            ("9223372036854775808", 0, Err(TooLarge)),
            ("92233720368547758.08", 2, Err(TooLarge)),
            ("1e99999999999999999999", 0, Err(TooLarge)),
            ("0e99999999999999999999", 0, Ok(0)),
            // A double has 53 bits: 90071992547409.93 would be 90071992547409.94.
            ("90071992547409.93", 2, Ok(9_007_199_254_740_993)),
        ] {
            assert_eq!(scaled(text, shift), expected, "{text}");
        }
        let long = format!("0.{}1", "0".repeat(5000));
        assert_eq!(scaled(&long, 2), Err(TooPrecise));
        let padded = format!("1.{}", "0".repeat(5000));
        assert_eq!(scaled(&padded, 2), Ok(100));
    }

    #[test]
    fn what_is_not_a_number_is_an_error() {
        for text in [
            "", "-", ".", "1.", ".5", "+1", "1,50", "1.2.3", "1 ", " 1", "1e", "e1", "1e1.5",
            "--1", "NaN", "0x10", "\u{661}", "1_000", "1e+", "$1",
        ] {
            assert_eq!(scaled(text, 2), Err(NotAnAmount), "{text:?}");
        }
    }
}
