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
        if self.min == self.max { write!(f, "{} jaar", self.min) } else { write!(f, "{} t/m {} jaar", self.min, self.max) }
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
