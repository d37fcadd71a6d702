//! Codes that identify things outside this system, checked for their shape once and then trusted.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Why a text is not the code it should be. The message tells the expected shape and never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Error)]
pub enum CodeError {
    /// Not a CBS municipality code.
    #[error("vul een gemeentecode in: GM en 4 cijfers, bijvoorbeeld GM0243")]
    Municipality,
    /// Not an AGB code.
    #[error("vul een AGB-code van 8 cijfers in, bijvoorbeeld 22220001")]
    Agb,
    /// Not a region code.
    #[error(
        "vul een regiocode in van 2 tot 40 kleine letters, cijfers en streepjes, te beginnen met een letter, bijvoorbeeld noord-veluwe"
    )]
    Region,
    /// Not a product code.
    #[error("vul een productcode in van 2 tot 10 letters, cijfers en streepjes, bijvoorbeeld 45A04")]
    Product,
    /// Not a segment code.
    #[error("vul een segmentcode in van 1 tot 10 letters, cijfers en streepjes, bijvoorbeeld 4")]
    Segment,
    /// Not a Dutch postcode or its four digits.
    #[error("vul de 4 cijfers van een postcode in, bijvoorbeeld 3841")]
    Postcode,
}

macro_rules! code_type {
    ($(#[$outer:meta])* $name:ident, $error:ident, $normalise:expr, $is_valid:expr) => {
        $(#[$outer])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Reads the code; spaces around it do not count.
            pub fn parse(text: &str) -> Result<Self, CodeError> {
                let code: String = $normalise(text.trim());
                if $is_valid(code.as_str()) { Ok(Self(code)) } else { Err(CodeError::$error) }
            }

            /// The code as it is stored and shown.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl FromStr for $name {
            type Err = CodeError;

            fn from_str(text: &str) -> Result<Self, CodeError> {
                Self::parse(text)
            }
        }
    };
}

code_type!(
    /// Gemeentecode: the CBS code of a municipality, `GM` and four digits. Small letters are made capitals.
    MunicipalityCode, Municipality, str::to_ascii_uppercase,
    |code: &str| code.strip_prefix("GM").is_some_and(|digits| digits.len() == 4 && all_digits(digits))
);

code_type!(
    /// AGB-code: the eight digits that identify a care provider in the national register.
    AgbCode, Agb, str::to_owned,
    |code: &str| code.len() == 8 && all_digits(code) && code != "00000000"
);

code_type!(
    /// Regiocode: the short name of a region in addresses, for example `noord-veluwe`. Capitals are refused rather
    /// than converted, since the code is part of links that must stay the same.
    RegionCode, Region, str::to_owned,
    |code: &str| (2..=40).contains(&code.len())
        && code.starts_with(|first: char| first.is_ascii_lowercase())
        && code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
);

code_type!(
    /// Productcode: what a region calls a product in its book, for example `45A04`. Small letters are made capitals.
    ProductCode, Product, str::to_ascii_uppercase,
    |code: &str| (2..=10).contains(&code.len()) && capitals_digits_hyphens(code)
);

code_type!(
    /// Segmentcode: a part of the contracted supply, for example `1` or `CRISIS`. Small letters are made capitals.
    SegmentCode, Segment, str::to_ascii_uppercase,
    |code: &str| (1..=10).contains(&code.len()) && capitals_digits_hyphens(code)
);

fn all_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

fn capitals_digits_hyphens(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-')
}

/// Postcodecijfers (PC4): the four digits of a postcode.
///
/// The letters are dropped on entry, because with a house number they lead to one front door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pc4(u16);

impl Pc4 {
    /// Reads `3841`, `3841 AB` or `3841ab`; only the digits are kept.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let (digits, rest) = text.trim().split_at_checked(4).ok_or(CodeError::Postcode)?;
        let letters = rest.trim_start();
        let letters_fit =
            letters.is_empty() || (letters.len() == 2 && letters.bytes().all(|b| b.is_ascii_alphabetic()));
        if !letters_fit || !all_digits(digits) {
            return Err(CodeError::Postcode);
        }
        Self::from_number(digits.parse().map_err(|_| CodeError::Postcode)?)
    }

    /// The postcode with this number, 1000 to 9999.
    pub fn from_number(number: u16) -> Result<Self, CodeError> {
        if (1000..=9999).contains(&number) { Ok(Self(number)) } else { Err(CodeError::Postcode) }
    }

    /// The four digits as a number.
    pub const fn number(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Pc4 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for Pc4 {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read<T: ToString>(parsed: Result<T, CodeError>) -> Result<String, CodeError> {
        parsed.map(|code| code.to_string())
    }

    #[test]
    fn municipality_codes() {
        for (text, expected) in [("GM0243", "GM0243"), (" gm0200 ", "GM0200")] {
            assert_eq!(read(MunicipalityCode::parse(text)), Ok(expected.to_owned()), "{text}");
        }
        for text in ["", "GM", "GM243", "GM02433", "0243", "GN0243", "GM02A3", "GM٠٢٤٣"] {
            assert_eq!(read(MunicipalityCode::parse(text)), Err(CodeError::Municipality), "{text}");
        }
    }

    #[test]
    fn agb_codes() {
        assert_eq!(read(AgbCode::parse(" 22220001")), Ok("22220001".to_owned()));
        for text in ["", "2222001", "222200011", "2222000A", "00000000", "2222 0001"] {
            assert_eq!(read(AgbCode::parse(text)), Err(CodeError::Agb), "{text}");
        }
    }

    #[test]
    fn region_codes() {
        let longest = "a".repeat(40);
        for text in ["noord-veluwe", "nv", "regio2", longest.as_str()] {
            assert_eq!(read(RegionCode::parse(text)), Ok(text.to_owned()), "{text}");
        }
        let too_long = "a".repeat(41);
        for text in ["", "n", "2e-regio", "-nv", "Noord-Veluwe", "noord veluwe", "één", too_long.as_str()] {
            assert_eq!(read(RegionCode::parse(text)), Err(CodeError::Region), "{text}");
        }
    }

    #[test]
    fn product_codes() {
        for (text, expected) in
            [("45A04", "45A04"), (" 45a04 ", "45A04"), ("JH-1", "JH-1"), ("1234567890", "1234567890")]
        {
            assert_eq!(read(ProductCode::parse(text)), Ok(expected.to_owned()), "{text}");
        }
        for text in ["", "4", "12345678901", "45 A04", "45A04!", "45Ä04"] {
            assert_eq!(read(ProductCode::parse(text)), Err(CodeError::Product), "{text}");
        }
    }

    #[test]
    fn segment_codes() {
        for (text, expected) in [("1", "1"), ("crisis", "CRISIS"), ("S-4", "S-4")] {
            assert_eq!(read(SegmentCode::parse(text)), Ok(expected.to_owned()), "{text}");
        }
        for text in ["", "12345678901", "a b", "é"] {
            assert_eq!(read(SegmentCode::parse(text)), Err(CodeError::Segment), "{text}");
        }
    }

    #[test]
    fn postcodes_lose_their_letters() {
        for text in ["3841", " 3841 ", "3841 AB", "3841AB", "3841ab", "3841  Ab "] {
            assert_eq!(read(Pc4::parse(text)), Ok("3841".to_owned()), "{text}");
        }
        for text in [
            "",
            "384",
            "38411",
            "0999",
            "3841 A",
            "3841 ABC",
            "3841 1B",
            "AB 3841",
            "3841 AB 12",
            "384€",
            "+384",
        ] {
            assert_eq!(read(Pc4::parse(text)), Err(CodeError::Postcode), "{text}");
        }
        for (number, fits) in [(999, false), (1000, true), (9999, true), (10_000, false)] {
            assert_eq!(Pc4::from_number(number).is_ok(), fits, "{number}");
        }
    }

    proptest! {
        #[test]
        fn reading_anything_is_safe_and_stable(text in "\\PC{0,12}") {
            if let Ok(code) = ProductCode::parse(&text) {
                prop_assert_eq!(ProductCode::parse(code.as_str()), Ok(code));
            }
            if let Ok(code) = Pc4::parse(&text) {
                prop_assert_eq!(Pc4::parse(&code.to_string()), Ok(code));
            }
        }

        #[test]
        fn every_number_of_four_digits_is_read(number in 1000_u16..=9999) {
            prop_assert_eq!(Pc4::parse(&format!("{number} xy")).map(Pc4::number), Ok(number));
        }
    }
}
