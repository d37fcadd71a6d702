//! Postcode.

use serde::Serialize;

/// The numbers a postcode can have.
pub const NUMBERS: (i32, i32) = (1000, 9999);

/// Postcode: the four digits, with the place and municipality they are in and a point in their middle. Some cross the
/// border of a municipality; this is the one most of it is in.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Postcode {
    pub pc4: i32,
    pub place: String,
    pub municipality_code: String,
    pub municipality_name: String,
    /// Degrees north (WGS 84).
    pub lat: f64,
    /// Degrees east (WGS 84).
    pub lon: f64,
}

/// Which postcodes a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PostcodeFilter {
    /// The digits it begins with.
    pub digits: Option<Digits>,
    /// The code of the municipality.
    pub municipality: Option<String>,
}

/// One to four digits with which a postcode begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digits(String);

impl Digits {
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let fits = (1..=4).contains(&text.len())
            && text.bytes().all(|digit| digit.is_ascii_digit())
            && !text.starts_with('0');
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err("vul de eerste 1 tot 4 cijfers in, bijvoorbeeld 38")
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The lowest and the highest number that begins so.
    pub fn range(&self) -> (i32, i32) {
        let number: i32 = self.0.parse().unwrap_or(NUMBERS.0);
        let behind = 10_i32.pow(u32::try_from(4_usize.saturating_sub(self.0.len())).unwrap_or(0));
        (number * behind, number * behind + behind - 1)
    }
}

/// What a list of postcodes is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PostcodeColumn {
    Number,
    Place,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_digits_stand_for_all_that_begin_so() {
        for (typed, range) in
            [("3", (3000, 3999)), ("38", (3800, 3899)), ("384", (3840, 3849)), ("3841", (3841, 3841))]
        {
            assert_eq!(Digits::parse(typed).map(|digits| digits.range()), Ok(range), "{typed}");
        }
        for wrong in ["", "0", "038", "38415", "38a", "3 8", "-3"] {
            assert!(Digits::parse(wrong).is_err(), "{wrong}");
        }
    }
}
