//! Waits in weeks, as the Dutch Healthcare Authority defines them in its regulation NR/REG-2219a on publishing
//! waiting times, applied to youth care.
//!
//! The *aanmeldwachttijd* (intake wait) runs from making the first appointment to the intake, the
//! *behandelwachttijd* (treatment wait) from the intake to the start of care. The figure is either *actueel*, the
//! third free slot in the diary, or *retrospectief*, the mean realised wait over the last two months. Providers
//! in youth care also publish estimates, so that is a third basis.

use std::fmt;

use thiserror::Error;

/// How many weeks an open end counts for: "meer dan 26 weken" is weighed as 26 + 8 = 34 weeks.
///
/// The real wait is somewhere past the figure. Counting the figure itself would reward a vague answer over an
/// honest range, so an open end costs about two months.
pub const OPEN_END_WEEKS: u16 = 8;

/// The longest wait that can be entered, ten years: more is a slip of the keyboard.
pub const LONGEST_WEEKS: u16 = 520;

/// Why a wait cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Error)]
pub enum WeekRangeError {
    /// Not a number of weeks in any of the known shapes.
    #[error("vul weken in, bijvoorbeeld 6, 6-8 of >26")]
    Unreadable,
    /// The first number is above the second.
    #[error("zet het laagste aantal weken vooraan, bijvoorbeeld 6-8")]
    Reversed,
    /// More than ten years.
    #[error("vul hooguit 520 weken in")]
    TooLong,
}

/// Wachttijd in weken: from `min` to `max` weeks, or more than `min` weeks when the end is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WeekRange {
    min: u16,
    max: Option<u16>,
}

impl WeekRange {
    /// From `min` to `max` weeks; no `max` is an open end.
    pub fn new(min: u16, max: Option<u16>) -> Result<Self, WeekRangeError> {
        if min > LONGEST_WEEKS || max.is_some_and(|max| max > LONGEST_WEEKS) {
            Err(WeekRangeError::TooLong)
        } else if max.is_some_and(|max| min > max) {
            Err(WeekRangeError::Reversed)
        } else {
            Ok(Self { min, max })
        }
    }

    /// Exactly this many weeks; past ten years it counts as ten years.
    pub const fn exactly(weeks: u16) -> Self {
        let weeks = if weeks > LONGEST_WEEKS { LONGEST_WEEKS } else { weeks };
        Self { min: weeks, max: Some(weeks) }
    }

    /// The least number of weeks.
    pub const fn min(self) -> u16 {
        self.min
    }

    /// The most it can be, unknown with an open end.
    pub const fn upper(self) -> Option<u16> {
        self.max
    }

    /// One wait after the other. An open end stays open. The sum may pass the longest wait that can be entered.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            min: self.min.saturating_add(other.min),
            max: self.max.zip(other.max).map(|(one, two)| one.saturating_add(two)),
        }
    }

    /// The middle in hundredths of a week, so that waits can be ordered without rounding; an open end counts as
    /// [`OPEN_END_WEEKS`] past the figure.
    pub fn expected_hundredths(self) -> u32 {
        match self.max {
            Some(max) => (u32::from(self.min) + u32::from(max)) * 50,
            None => (u32::from(self.min) + u32::from(OPEN_END_WEEKS)) * 100,
        }
    }

    /// Reads what somebody types: `6`, `6-8`, `6 tot 8`, `>26`, `26+` or `meer dan 26`, with or without `wk` or
    /// `weken` after it. Nothing typed is no wait known, which is not the same as zero.
    pub fn parse(text: &str) -> Result<Option<Self>, WeekRangeError> {
        let text = text.to_lowercase();
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let figures = without_unit(text);
        if let Some(open) = open_end(figures) {
            return Self::new(number(open)?, None).map(Some);
        }
        let (min, max) = bounds(figures).unwrap_or((figures, figures));
        Self::new(number(min)?, Some(number(max)?)).map(Some)
    }

    /// The shortest text that [`WeekRange::parse`] reads back as the same wait, for a form field.
    pub fn to_input(self) -> String {
        match self.max {
            None => format!(">{}", self.min),
            Some(max) if max == self.min => max.to_string(),
            Some(max) => format!("{}-{max}", self.min),
        }
    }
}

/// In words: "direct", "1 week", "3 tot 4 weken", "meer dan 26 weken".
impl fmt::Display for WeekRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = |weeks: u16| if weeks == 1 { "week" } else { "weken" };
        match self.max {
            None => write!(f, "meer dan {} {}", self.min, unit(self.min)),
            Some(0) => f.write_str("direct"),
            Some(max) if max == self.min => write!(f, "{max} {}", unit(max)),
            Some(max) => write!(f, "{} tot {max} {}", self.min, unit(max)),
        }
    }
}

fn without_unit(text: &str) -> &str {
    ["weken", "week", "wkn", "wk.", "wk"]
        .iter()
        .find_map(|unit| text.strip_suffix(unit))
        .unwrap_or(text)
        .trim_end()
}

fn open_end(text: &str) -> Option<&str> {
    text.strip_prefix('>').or_else(|| text.strip_prefix("meer dan ")).or_else(|| text.strip_suffix('+'))
}

/// The two sides of a range. A dash may be a long one: word processors and telephones make those by themselves.
fn bounds(text: &str) -> Option<(&str, &str)> {
    text.split_once(['-', '–', '—']).or_else(|| text.split_once(" tot "))
}

fn number(text: &str) -> Result<u16, WeekRangeError> {
    let digits = text.trim();
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(WeekRangeError::Unreadable);
    }
    // Only digits are left, so what does not fit the type is a number that is far too high.
    digits.parse().map_err(|_| WeekRangeError::TooLong)
}

coded_enum! {
    /// Grondslag: how a published wait was arrived at.
    pub enum Basis {
        /// Actueel: the third free slot in the diary.
        Current = "actueel", "Actueel";
        /// Retrospectief: the mean realised wait over the last two months.
        Retrospective = "retrospectief", "Retrospectief";
        /// Schatting: what the provider expects.
        Estimate = "schatting", "Schatting";
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{any_weeks, weeks};

    fn read(text: &str) -> Result<Option<(u16, Option<u16>)>, WeekRangeError> {
        WeekRange::parse(text).map(|wait| wait.map(|wait| (wait.min(), wait.upper())))
    }

    #[test]
    fn reads_what_people_type() {
        for (text, min, max) in [
            ("6", 6, Some(6)),
            (" 6 ", 6, Some(6)),
            ("0", 0, Some(0)),
            ("06", 6, Some(6)),
            ("6 wk", 6, Some(6)),
            ("6wk.", 6, Some(6)),
            ("6 weken", 6, Some(6)),
            ("1 week", 1, Some(1)),
            ("6-8", 6, Some(8)),
            ("6 - 8", 6, Some(8)),
            ("6–8", 6, Some(8)),
            ("6 tot 8", 6, Some(8)),
            ("6 TOT 8 Weken", 6, Some(8)),
            ("6-8 wk", 6, Some(8)),
            (">26", 26, None),
            ("> 26 wk", 26, None),
            ("26+", 26, None),
            ("26 +", 26, None),
            ("26+ weken", 26, None),
            ("meer dan 26", 26, None),
            ("Meer dan 26 weken", 26, None),
            ("520", 520, Some(520)),
        ] {
            assert_eq!(read(text), Ok(Some((min, max))), "{text}");
        }
    }

    #[test]
    fn nothing_typed_is_not_known() {
        for text in ["", "  ", "\t"] {
            assert_eq!(read(text), Ok(None));
        }
    }

    #[test]
    fn refuses_anything_else() {
        for text in [
            "aanmeldstop",
            "onbekend",
            "-",
            "6-",
            "-6",
            "6--8",
            ">",
            "+",
            ">26+",
            "> 6 mnd",
            "6 maanden",
            "6,5",
            "6.5",
            "weken",
            "6 8",
            "6-8-10",
            "6tot",
            "meer dan",
            "½",
            "٦",
        ] {
            assert_eq!(read(text), Err(WeekRangeError::Unreadable), "{text}");
        }
        assert_eq!(WeekRangeError::Unreadable.to_string(), "vul weken in, bijvoorbeeld 6, 6-8 of >26");
        assert_eq!(read("8-6"), Err(WeekRangeError::Reversed));
        for text in ["521", "6-521", ">521", "99999999999"] {
            assert_eq!(read(text), Err(WeekRangeError::TooLong), "{text}");
        }
    }

    #[test]
    fn writes_words_and_input() {
        for (text, words) in [
            ("0", "direct"),
            ("1", "1 week"),
            ("6", "6 weken"),
            ("0-1", "0 tot 1 week"),
            ("3-4", "3 tot 4 weken"),
            (">1", "meer dan 1 week"),
            (">26", "meer dan 26 weken"),
        ] {
            assert_eq!(weeks(text).to_string(), words);
            assert_eq!(weeks(text).to_input(), text);
        }
    }

    #[test]
    fn the_middle_is_expected_and_an_open_end_counts_for_more() {
        for (text, expected) in [("0", 0), ("6", 600), ("6-8", 700), ("3-4", 350), (">26", 3400)] {
            assert_eq!(weeks(text).expected_hundredths(), expected, "{text}");
        }
    }

    #[test]
    fn one_wait_after_the_other() {
        for (one, two, sum) in [("2", "4-6", "6-8"), ("2", ">4", ">6"), (">2", ">4", ">6"), ("0", "0", "0")] {
            assert_eq!(weeks(one).plus(weeks(two)), weeks(sum));
        }
        assert_eq!(weeks("520").plus(weeks("520")).to_string(), "1040 weken");
    }

    #[test]
    fn exactly_stays_within_what_can_be_entered() {
        assert_eq!(WeekRange::exactly(6), weeks("6"));
        assert_eq!(WeekRange::exactly(u16::MAX), weeks("520"));
    }

    #[test]
    fn bases_are_read_by_their_code() {
        let codes: Vec<&str> = Basis::ALL.iter().map(|basis| basis.code()).collect();
        assert_eq!(codes, ["actueel", "retrospectief", "schatting"]);
        for &basis in Basis::ALL {
            assert_eq!(Basis::parse(basis.code()), Some(basis));
        }
        assert_eq!(Basis::parse("gok"), None);
    }

    proptest! {
        #[test]
        fn input_is_read_back_as_the_same_wait(wait in any_weeks()) {
            prop_assert_eq!(WeekRange::parse(&wait.to_input()), Ok(Some(wait)));
        }

        #[test]
        fn words_are_read_back_as_the_same_wait(wait in any_weeks()) {
            prop_assume!(wait != WeekRange::exactly(0));
            prop_assert_eq!(WeekRange::parse(&wait.to_string()), Ok(Some(wait)));
        }

        #[test]
        fn adding_is_symmetric_and_never_shortens(one in any_weeks(), two in any_weeks()) {
            let sum = one.plus(two);
            prop_assert_eq!(sum, two.plus(one));
            prop_assert!(sum.min() >= one.min());
            prop_assert!(sum.upper().is_none_or(|upper| Some(upper) >= one.upper()));
        }

        #[test]
        fn reading_anything_is_safe(text in "\\PC{0,20}") {
            if let Ok(Some(wait)) = WeekRange::parse(&text) {
                prop_assert!(wait.min() <= wait.upper().unwrap_or(LONGEST_WEEKS));
            }
        }
    }
}
