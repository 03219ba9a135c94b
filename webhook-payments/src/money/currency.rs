//! ISO 4217.

use std::fmt;

/// A currency of ISO 4217: its code, and how many decimals its minor unit has.
///
/// `Display` and `Debug` are the code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency {
    code: [u8; 3],
    exponent: u8,
}

impl Currency {
    /// The currency of this code, in upper or lower case. `None` if ISO 4217 has no such currency,
    /// such as a cryptocurrency, or gives it no minor unit, such as gold.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        let mut code: [u8; 3] = code.as_bytes().try_into().ok()?;
        code.make_ascii_uppercase();
        let mut tables = EXPONENTS.iter();
        let (exponent, _) = tables.find(|(_, codes)| codes.binary_search(&code).is_ok())?;
        Some(Self {
            code,
            exponent: *exponent,
        })
    }

    /// The code in upper case, such as `EUR`.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.code).unwrap_or_default()
    }

    /// The number of decimals of the minor unit: 2 for `EUR`, 0 for `JPY`, 3 for `KWD`.
    #[must_use]
    pub const fn exponent(&self) -> u8 {
        self.exponent
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The currencies by the number of decimals, sorted by code: the list of ISO 4217, and `ANG`, `BGN`
/// and `HRK`, which left it lately and are still in the events of older payments.
const EXPONENTS: &[(u8, &[[u8; 3]])] = &[(2, TWO), (0, ZERO), (3, THREE), (4, FOUR)];

#[rustfmt::skip]
const ZERO: &[[u8; 3]] = &[
    *b"BIF", *b"CLP", *b"DJF", *b"GNF", *b"ISK", *b"JPY", *b"KMF", *b"KRW", *b"PYG", *b"RWF",
    *b"UGX", *b"UYI", *b"VND", *b"VUV", *b"XAF", *b"XOF", *b"XPF",
];

#[rustfmt::skip]
const TWO: &[[u8; 3]] = &[
    *b"AED", *b"AFN", *b"ALL", *b"AMD", *b"ANG", *b"AOA", *b"ARS", *b"AUD", *b"AWG", *b"AZN",
    *b"BAM", *b"BBD", *b"BDT", *b"BGN", *b"BMD", *b"BND", *b"BOB", *b"BOV", *b"BRL", *b"BSD",
    *b"BTN", *b"BWP", *b"BYN", *b"BZD", *b"CAD", *b"CDF", *b"CHE", *b"CHF", *b"CHW", *b"CNY",
    *b"COP", *b"COU", *b"CRC", *b"CUP", *b"CVE", *b"CZK", *b"DKK", *b"DOP", *b"DZD", *b"EGP",
    *b"ERN", *b"ETB", *b"EUR", *b"FJD", *b"FKP", *b"GBP", *b"GEL", *b"GHS", *b"GIP", *b"GMD",
    *b"GTQ", *b"GYD", *b"HKD", *b"HNL", *b"HRK", *b"HTG", *b"HUF", *b"IDR", *b"ILS", *b"INR",
    *b"IRR", *b"JMD", *b"KES", *b"KGS", *b"KHR", *b"KPW", *b"KYD", *b"KZT", *b"LAK", *b"LBP",
    *b"LKR", *b"LRD", *b"LSL", *b"MAD", *b"MDL", *b"MGA", *b"MKD", *b"MMK", *b"MNT", *b"MOP",
    *b"MRU", *b"MUR", *b"MVR", *b"MWK", *b"MXN", *b"MXV", *b"MYR", *b"MZN", *b"NAD", *b"NGN",
    *b"NIO", *b"NOK", *b"NPR", *b"NZD", *b"PAB", *b"PEN", *b"PGK", *b"PHP", *b"PKR", *b"PLN",
    *b"QAR", *b"RON", *b"RSD", *b"RUB", *b"SAR", *b"SBD", *b"SCR", *b"SDG", *b"SEK", *b"SGD",
    *b"SHP", *b"SLE", *b"SOS", *b"SRD", *b"SSP", *b"STN", *b"SVC", *b"SYP", *b"SZL", *b"THB",
    *b"TJS", *b"TMT", *b"TOP", *b"TRY", *b"TTD", *b"TWD", *b"TZS", *b"UAH", *b"USD", *b"USN",
    *b"UYU", *b"UZS", *b"VED", *b"VES", *b"WST", *b"XAD", *b"XCD", *b"XCG", *b"YER", *b"ZAR",
    *b"ZMW", *b"ZWG",
];

#[rustfmt::skip]
const THREE: &[[u8; 3]] = &[
    *b"BHD", *b"IQD", *b"JOD", *b"KWD", *b"LYD", *b"OMR", *b"TND",
];

#[rustfmt::skip]
const FOUR: &[[u8; 3]] = &[
    *b"CLF", *b"UYW",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_found_once_and_has_the_exponent_of_its_list() {
        let mut seen = std::collections::BTreeSet::new();
        for (exponent, codes) in EXPONENTS {
            assert!(codes.is_sorted());
            for code in *codes {
                let text = std::str::from_utf8(code).unwrap();
                assert!(seen.insert(text), "{text}");
                let found = Currency::from_code(&text.to_ascii_lowercase()).unwrap();
                assert_eq!((found.code(), found.exponent()), (text, *exponent));
            }
        }
    }

    #[test]
    fn what_is_not_in_the_list_is_no_currency() {
        for code in [
            "", "EU", "EURO", "BTC", "USDC", "XAU", "XXX", "\u{20ac}", "E R",
        ] {
            assert_eq!(Currency::from_code(code), None, "{code}");
        }
    }
}
