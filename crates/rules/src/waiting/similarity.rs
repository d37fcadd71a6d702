//! Lijkt op: whether a new registration may be of a child that is on the list already.
//!
//! There is one open registration per child. Nothing here can tell children apart for certain, so the toegang is warned
//! and decides.

use chrono::NaiveDate;

use super::birth::Birth;
use super::client_code::ClientCode;
use crate::codes::{MunicipalityCode, Pc4, ProductCode};
use crate::dutch::listed;

/// From this likeness, of 100, the toegang is warned: any three of the four facts, the birth among them.
pub const WARN_FROM: u8 = 70;

/// Referrals within this many days of each other are near.
const NEAR_DAYS: i64 = 28;

/// What two registrations are compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Features<'a> {
    /// Gemeente.
    pub municipality: &'a MunicipalityCode,
    /// The digits of the postcode.
    pub pc4: Option<Pc4>,
    /// Geboren.
    pub birth: Birth,
    /// Product that is wanted.
    pub product: &'a ProductCode,
    /// Products that are acceptable too.
    pub alternatives: &'a [ProductCode],
    /// Datum van verwijzing.
    pub referred_on: NaiveDate,
}

coded_enum! {
    /// Overeenkomst: one thing that two registrations have in common.
    pub enum Likeness {
        SameMunicipality = "gemeente", "zelfde gemeente";
        SamePostcode = "postcode", "zelfde postcodecijfers";
        SameQuarter = "geboortekwartaal", "geboren in hetzelfde kwartaal";
        /// One of the two is known by its age only, and the ages can be the same.
        PossiblySameAge = "leeftijd", "misschien even oud";
        SameProduct = "product", "zelfde product";
        /// The product of one is an alternative of the other, or they share one.
        SharedProduct = "alternatief", "een product gemeen";
        ReferredTogether = "verwijzing", "verwezen binnen 4 weken van elkaar";
    }
}

impl Likeness {
    /// How much it weighs, of 100.
    const fn weight(self) -> u8 {
        match self {
            Self::SameQuarter => 35,
            Self::SameMunicipality | Self::SameProduct | Self::PossiblySameAge => 20,
            Self::SharedProduct | Self::ReferredTogether => 15,
            Self::SamePostcode => 10,
        }
    }
}

/// Gelijkenis: how much two registrations look alike, and in what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Similarity {
    /// 0 to 100.
    pub score: u8,
    /// What they have in common.
    pub likenesses: Vec<Likeness>,
}

impl Similarity {
    /// Whether the toegang is warned.
    pub const fn is_warning(&self) -> bool {
        self.score >= WARN_FROM
    }

    /// `lijkt op C4K-7XW-2R9: zelfde gemeente, …`.
    pub fn words(&self, other: ClientCode) -> String {
        let parts: Vec<String> = self.likenesses.iter().map(|likeness| likeness.name().to_owned()).collect();
        format!("lijkt op {other}: {}", listed(&parts))
    }
}

/// Compares two registrations. Children who cannot be of the same age are not alike at all.
pub fn compare(one: &Features<'_>, other: &Features<'_>) -> Similarity {
    let mut likenesses = Vec::new();
    if let Some(birth) = compare_births(one.birth, other.birth) {
        likenesses.push(birth);
        let same_municipality = one.municipality == other.municipality;
        likenesses.extend(same_municipality.then_some(Likeness::SameMunicipality));
        let same_postcode = one.pc4.is_some() && one.pc4 == other.pc4;
        likenesses.extend(same_postcode.then_some(Likeness::SamePostcode));
        likenesses.extend(compare_products(one, other));
        let near = (one.referred_on - other.referred_on).num_days().abs() <= NEAR_DAYS;
        likenesses.extend(near.then_some(Likeness::ReferredTogether));
    }
    likenesses.sort_unstable();
    Similarity { score: likenesses.iter().map(|likeness| likeness.weight()).sum::<u8>().min(100), likenesses }
}

fn compare_births(one: Birth, other: Birth) -> Option<Likeness> {
    if let (Birth::Quarter(one), Birth::Quarter(other)) = (one, other) {
        return (one == other).then_some(Likeness::SameQuarter);
    }
    let ((from, until), (other_from, other_until)) = (one.days(), other.days());
    (from <= other_until && other_from <= until).then_some(Likeness::PossiblySameAge)
}

fn compare_products(one: &Features<'_>, other: &Features<'_>) -> Option<Likeness> {
    if one.product == other.product {
        return Some(Likeness::SameProduct);
    }
    let mut accepted = std::iter::once(one.product).chain(one.alternatives);
    let shared = accepted.any(|product| product == other.product || other.alternatives.contains(product));
    shared.then_some(Likeness::SharedProduct)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{any_day, day, municipality, today};
    use crate::waiting::birth::BirthQuarter;

    #[derive(Debug)]
    struct Child {
        municipality: MunicipalityCode,
        pc4: Option<Pc4>,
        birth: Birth,
        product: ProductCode,
        alternatives: Vec<ProductCode>,
        referred_on: NaiveDate,
    }

    impl Child {
        fn features(&self) -> Features<'_> {
            Features {
                municipality: &self.municipality,
                pc4: self.pc4,
                birth: self.birth,
                product: &self.product,
                alternatives: &self.alternatives,
                referred_on: self.referred_on,
            }
        }
    }

    fn quarter(year: i32, number: u8) -> Birth {
        Birth::Quarter(BirthQuarter::new(year, number, today()).unwrap())
    }

    fn product(code: &str) -> ProductCode {
        ProductCode::parse(code).unwrap()
    }

    fn child() -> Child {
        Child {
            municipality: municipality("GM0243"),
            pc4: None,
            birth: quarter(2014, 2),
            product: product("45A04"),
            alternatives: vec![product("45A05")],
            referred_on: day("2026-01-12"),
        }
    }

    #[test]
    fn three_facts_and_the_birth_are_a_warning() {
        let postcode = Pc4::parse("3841").ok();
        let elsewhere = municipality("GM0302");
        for (other, score) in [
            (child(), 90),
            (Child { product: product("45A05"), ..child() }, 85),
            (Child { product: product("54001"), ..child() }, 85),
            (Child { product: product("54001"), alternatives: vec![], ..child() }, 70),
            (Child { referred_on: day("2026-02-09"), ..child() }, 90),
            (Child { referred_on: day("2026-02-10"), ..child() }, 75),
            (Child { referred_on: day("2025-12-14"), ..child() }, 75),
            (Child { municipality: elsewhere.clone(), ..child() }, 70),
            (Child { birth: Birth::Age { years: 11, on: today() }, ..child() }, 75),
            (Child { birth: Birth::Age { years: 13, on: today() }, ..child() }, 0),
            (Child { birth: quarter(2014, 3), ..child() }, 0),
        ] {
            let found = compare(&child().features(), &other.features());
            assert_eq!((found.score, found.is_warning()), (score, score >= 70), "{:?}", other.features());
        }
        let twin = |pc4| Child { pc4, municipality: elsewhere.clone(), alternatives: vec![], ..child() };
        let score = |one, other| compare(&twin(one).features(), &twin(other).features()).score;
        assert_eq!((score(postcode, postcode), score(postcode, None), score(None, None)), (100, 90, 90));
    }

    #[test]
    fn the_warning_says_why() {
        let code = ClientCode::parse("C4K-7XW-2R9").unwrap();
        let other = Child { referred_on: day("2025-10-01"), ..child() };
        assert_eq!(
            compare(&child().features(), &other.features()).words(code),
            "lijkt op C4K-7XW-2R9: zelfde gemeente, geboren in hetzelfde kwartaal en zelfde product"
        );
    }

    fn any_child() -> impl Strategy<Value = Child> {
        (
            prop::sample::select(vec!["GM0243", "GM0302"]),
            prop_oneof![
                (2013_i32..2015, 1_u8..=4).prop_map(|(year, number)| quarter(year, number)),
                (10_u8..13, any_day()).prop_map(|(years, on)| Birth::Age { years, on }),
            ],
            prop::sample::select(vec!["45A04", "45A05", "54001"]),
            prop::sample::subsequence(vec!["45A04", "45A05", "54001"], 0..3),
            any_day(),
        )
            .prop_map(|(code, birth, wanted, others, referred_on)| Child {
                municipality: municipality(code),
                pc4: None,
                birth,
                product: product(wanted),
                alternatives: others.into_iter().map(product).collect(),
                referred_on,
            })
    }

    proptest! {
        #[test]
        fn likeness_is_mutual_and_highest_with_oneself(one in any_child(), two in any_child()) {
            let (one, two) = (one.features(), two.features());
            prop_assert_eq!(compare(&one, &two), compare(&two, &one));
            prop_assert!(compare(&one, &one).score >= compare(&one, &two).score);
            prop_assert!(compare(&one, &one).is_warning());
        }

        #[test]
        fn without_a_possible_birth_in_common_nothing_is_alike(one in any_child(), two in any_child()) {
            let ((from, until), (other_from, other_until)) = (one.birth.days(), two.birth.days());
            prop_assume!(until < other_from || other_until < from);
            prop_assert_eq!(compare(&one.features(), &two.features()).score, 0);
        }
    }
}
