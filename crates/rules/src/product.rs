//! What is contracted: products, the category they fall under, and whom they are for.

use std::fmt;

use thiserror::Error;

/// Declares the categories with their number in the message standard and their Dutch name in one table.
macro_rules! categories {
    ($( $(#[$doc:meta])* $variant:ident = $number:literal, $name:literal; )+) => {
        /// Productcategorie: the category of the Dutch youth-care message standard (iJw), numbers 40 to 55.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ProductCategory {
            $( $(#[$doc])* $variant, )+
        }

        impl ProductCategory {
            /// Every category, by number.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )+ ];

            /// The number in the message standard.
            pub const fn number(self) -> u8 {
                match self { $( Self::$variant => $number, )+ }
            }

            /// The category with this number, if there is one.
            pub const fn from_number(number: u8) -> Option<Self> {
                match number { $( $number => Some(Self::$variant), )+ _ => None }
            }

            /// The Dutch name people see.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$variant => $name, )+ }
            }
        }
    };
}

categories! {
    /// Persoonlijke verzorging.
    PersonalCare = 40, "Persoonlijke verzorging";
    /// Dagbehandeling.
    DayTreatment = 41, "Dagbehandeling";
    /// Vervoer.
    Transport = 42, "Vervoer";
    /// Verblijf inclusief behandeling.
    StayWithTreatment = 43, "Verblijf inclusief behandeling";
    /// Verblijf exclusief behandeling.
    StayWithoutTreatment = 44, "Verblijf exclusief behandeling";
    /// Ambulante jeugdhulp.
    Ambulatory = 45, "Ambulant";
    /// Crisis.
    Crisis = 46, "Crisis";
    /// Jeugdreclassering.
    YouthProbation = 47, "Jeugdreclassering";
    /// Jeugdbescherming.
    YouthProtection = 48, "Jeugdbescherming";
    /// Preventief justitieel kader.
    PreventiveJudicial = 49, "Preventief justitieel kader";
    /// Maatwerk.
    Bespoke = 50, "Maatwerk";
    /// Generalistische basis-ggz.
    BasicMentalHealth = 51, "Generalistische basis-ggz";
    /// Specialistische ggz.
    SpecialistMentalHealth = 52, "Specialistische ggz";
    /// Kindergeneeskunde.
    Paediatrics = 53, "Kindergeneeskunde";
    /// Jeugd-ggz.
    YouthMentalHealth = 54, "Jeugd-ggz";
    /// Landelijk ingekocht.
    NationallyPurchased = 55, "Landelijk ingekocht";
}

impl fmt::Display for ProductCategory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

coded_enum! {
    /// Soort zorg: the form in which a product is given.
    pub enum ProductKind {
        /// Ambulant: the child lives at home and sees a professional.
        Ambulatory = "ambulant", "Ambulant";
        /// Dag: day care or day treatment.
        Day = "dag", "Dag";
        /// Verblijf: the child stays overnight.
        Stay = "verblijf", "Verblijf";
        /// Crisis: help that cannot wait.
        Crisis = "crisis", "Crisis";
        /// Respijt: a short stay that relieves the family.
        Respite = "respijt", "Respijt";
        /// Maatregel: a measure imposed by a court.
        Measure = "maatregel", "Jeugdbeschermingsmaatregel";
    }
}

/// Why two ages are not a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Error)]
pub enum AgeRangeError {
    /// The lowest age is above the highest.
    #[error("de laagste leeftijd mag niet hoger zijn dan de hoogste, bijvoorbeeld 4 t/m 18")]
    Reversed,
    /// Beyond what youth care ever covers.
    #[error("vul een leeftijd in tot en met 27 jaar")]
    TooHigh,
}

/// Leeftijdsgrenzen: for whom a product or an offer is, both ages included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AgeRange {
    min: u8,
    max: u8,
}

impl AgeRange {
    /// The highest age a range may hold: some help goes on to 23, some arrangements to 27.
    pub const HIGHEST: u8 = 27;

    /// From `min` up to and including `max` years.
    pub const fn new(min: u8, max: u8) -> Result<Self, AgeRangeError> {
        if max > Self::HIGHEST || min > Self::HIGHEST {
            Err(AgeRangeError::TooHigh)
        } else if min > max {
            Err(AgeRangeError::Reversed)
        } else {
            Ok(Self { min, max })
        }
    }

    /// The lowest age.
    pub const fn min(self) -> u8 {
        self.min
    }

    /// The highest age, included.
    pub const fn max(self) -> u8 {
        self.max
    }

    /// Whether a child of this age falls inside.
    pub const fn contains(self, age: u8) -> bool {
        self.min <= age && age <= self.max
    }

    /// Whether the whole range falls inside the other.
    pub const fn within(self, other: Self) -> bool {
        other.min <= self.min && self.max <= other.max
    }
}

impl fmt::Display for AgeRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.min == self.max {
            write!(f, "{} jaar", self.min)
        } else {
            write!(f, "{} t/m {} jaar", self.min, self.max)
        }
    }
}

/// Kenmerken van een product that decide where it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProductTraits {
    /// The form of care.
    pub kind: ProductKind,
    /// Whether a child is placed by matching (pleegzorg, gezinshuis) instead of from a list.
    pub placed_by_matching: bool,
}

/// Whether a product takes part in the ranking by waiting time that a search shows by itself.
///
/// Crisis products and products placed by matching do not: their wait is an artificial zero that would push every
/// real wait down the list. They show when they are asked for.
pub fn in_default_ranking(traits: &ProductTraits) -> bool {
    traits.kind != ProductKind::Crisis && !traits.placed_by_matching
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::ages;

    #[test]
    fn categories_are_numbered_40_to_55() {
        let numbers: Vec<u8> = ProductCategory::ALL.iter().map(|category| category.number()).collect();
        assert_eq!(numbers, (40..=55).collect::<Vec<u8>>());
        for &category in ProductCategory::ALL {
            assert_eq!(ProductCategory::from_number(category.number()), Some(category));
        }
        assert_eq!(ProductCategory::from_number(39), None);
        assert_eq!(ProductCategory::from_number(56), None);
    }

    #[test]
    fn categories_have_the_names_of_the_standard() {
        for (number, name) in [
            (40, "Persoonlijke verzorging"),
            (41, "Dagbehandeling"),
            (45, "Ambulant"),
            (46, "Crisis"),
            (48, "Jeugdbescherming"),
            (52, "Specialistische ggz"),
            (55, "Landelijk ingekocht"),
        ] {
            assert_eq!(ProductCategory::from_number(number).map(ProductCategory::name), Some(name));
        }
    }

    #[test]
    fn kinds_are_read_by_their_code() {
        let codes: Vec<&str> = ProductKind::ALL.iter().map(|kind| kind.code()).collect();
        assert_eq!(codes, ["ambulant", "dag", "verblijf", "crisis", "respijt", "maatregel"]);
        for &kind in ProductKind::ALL {
            assert_eq!(ProductKind::parse(kind.code()), Some(kind));
        }
        assert_eq!(ProductKind::parse("Dag"), None);
        assert_eq!(ProductKind::Measure.name(), "Jeugdbeschermingsmaatregel");
        assert_eq!(ProductKind::Day.to_string(), "Dag");
    }

    #[test]
    fn age_ranges_have_a_lowest_and_a_highest_age() {
        assert_eq!(AgeRange::new(18, 4), Err(AgeRangeError::Reversed));
        assert_eq!(AgeRange::new(0, 28), Err(AgeRangeError::TooHigh));
        assert_eq!(AgeRange::new(99, 4), Err(AgeRangeError::TooHigh));
        assert!(AgeRange::new(0, 27).is_ok());
        assert!(AgeRange::new(7, 7).is_ok());
    }

    #[test]
    fn age_ranges_include_both_ages() {
        for (age, inside) in [(3, false), (4, true), (12, true), (18, true), (19, false)] {
            assert_eq!(ages(4, 18).contains(age), inside, "{age}");
        }
    }

    #[test]
    fn age_ranges_within_each_other() {
        for (range, inside) in
            [(ages(4, 18), true), (ages(5, 17), true), (ages(3, 18), false), (ages(4, 19), false)]
        {
            assert_eq!(range.within(ages(4, 18)), inside, "{range}");
        }
    }

    #[test]
    fn age_ranges_in_words() {
        assert_eq!(ages(4, 18).to_string(), "4 t/m 18 jaar");
        assert_eq!(ages(7, 7).to_string(), "7 jaar");
    }

    #[test]
    fn crisis_and_matching_stay_out_of_the_default_ranking() {
        for &kind in ProductKind::ALL {
            let ranked = |placed_by_matching| in_default_ranking(&ProductTraits { kind, placed_by_matching });
            assert_eq!(ranked(false), kind != ProductKind::Crisis, "{kind}");
            assert!(!ranked(true), "{kind}");
        }
    }
}
