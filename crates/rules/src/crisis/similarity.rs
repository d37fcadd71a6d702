//! Lijkt op: whether two requests may be of the same child, since one child can be reported twice on one day.
//!
//! It only warns. What makes two requests alike is little, because little is known of a child.

use chrono::{NaiveDateTime, TimeDelta};

use super::codes::AgeGroup;

/// How far apart two reports of the same crisis come in.
const SAME_CRISIS: TimeDelta = TimeDelta::days(7);

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Features<'a> {
    /// None: outside the region.
    pub municipality: Option<&'a str>,
    pub age: Option<u8>,
    pub age_group: AgeGroup,
    pub received: NaiveDateTime,
}

coded_enum! {
    /// How much two requests look alike, the most first.
    pub enum Likeness {
        /// Same municipality and age.
        Strong = "sterk", "Zelfde gemeente en leeftijd";
        /// Same municipality, and an age that can be the same.
        Weak = "zwak", "Zelfde gemeente, leeftijd kan kloppen";
    }
}

/// How much two requests look alike; none when they are of different children.
pub fn likeness(a: &Features<'_>, b: &Features<'_>) -> Option<Likeness> {
    let near = (a.received - b.received).abs() <= SAME_CRISIS;
    if !near || a.municipality != b.municipality || a.age_group != b.age_group {
        return None;
    }
    match (a.age, b.age) {
        (Some(one), Some(other)) if one == other => Some(Likeness::Strong),
        // An age is what somebody says on the phone.
        (Some(one), Some(other)) if one.abs_diff(other) > 1 => None,
        _ => Some(Likeness::Weak),
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    fn child(municipality: Option<&'static str>, age: Option<u8>, day: u32) -> Features<'static> {
        Features {
            municipality,
            age,
            age_group: age.map_or(AgeGroup::From12, AgeGroup::of_age),
            received: NaiveDate::from_ymd_opt(2026, 11, day)
                .and_then(|day| day.and_hms_opt(9, 0, 0))
                .expect("a day"),
        }
    }

    #[test]
    fn alike_are_those_of_one_place_age_and_week() {
        let almere = Some("GM0034");
        let known = child(almere, Some(14), 10);
        for (other, expected) in [
            (child(almere, Some(14), 10), Some(Likeness::Strong)),
            (child(almere, Some(14), 17), Some(Likeness::Strong)),
            (child(almere, Some(14), 18), None),
            (child(almere, Some(15), 10), Some(Likeness::Weak)),
            (child(almere, Some(16), 10), None),
            (child(almere, None, 3), Some(Likeness::Weak)),
            (child(Some("GM0303"), Some(14), 10), None),
            (child(None, Some(14), 10), None),
        ] {
            assert_eq!(likeness(&known, &other), expected, "{other:?}");
            assert_eq!(likeness(&other, &known), expected, "the other way round");
        }
        // Eleven and twelve differ one year and are of different columns.
        assert_eq!(likeness(&child(almere, Some(11), 10), &child(almere, Some(12), 10)), None);
        assert_eq!(likeness(&child(None, Some(14), 10), &child(None, Some(14), 10)), Some(Likeness::Strong));
    }
}
