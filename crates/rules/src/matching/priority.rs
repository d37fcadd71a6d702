//! Voorrang: who goes first when there are fewer places than children, and what it costs to wait on.
//!
//! The region decides it in a few choices, and the same choices hold for everybody. A class goes before any number of
//! weeks that others would gain: first the level, then how long somebody waits. Who waits past the norm moves up a level,
//! and there stands beside those who were on it already.

use crate::dutch;
use crate::figures::OfferStatus;
use crate::waiting::registration::Urgency;

coded_enum! {
    /// Trap: what comes before how long somebody waits. The first is the lowest.
    pub enum Level {
        Regular = "gewoon", "Gewoon";
        /// Urgent, or past the norm.
        Raised = "voorrang", "Voorrang";
        /// A measure of youth protection, or urgent and past the norm.
        First = "eerst", "Eerst";
    }
}

/// Toewijzingsbeleid of a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Policy {
    /// Who is urgent moves up a level.
    pub urgent_first: bool,
    /// Who waits for a measure stands on the highest level from the first day: nobody waits for a measure (regional plan
    /// Noord-Veluwe 2023-2025).
    pub measure_first: bool,
    /// Veroudering: who waits past the norm moves up a level.
    pub ageing: bool,
    /// Within a level, so many weeks waited are a step. 0: how long somebody waits does not count.
    pub weeks_per_step: u16,
    /// What staying counts for, in weeks: a place that counts for as much is not better than waiting on. It decides
    /// nothing while everybody has a class, and is what the price of waiting is told in.
    pub stay_weeks: u16,
}

impl Default for Policy {
    fn default() -> Self {
        Self { urgent_first: true, measure_first: true, ageing: true, weeks_per_step: 4, stay_weeks: 52 }
    }
}

/// What of a client its priority follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    pub urgency: Urgency,
    /// Whether the care carries out a measure of youth protection or probation.
    pub measure: bool,
    /// Weeks waited until today; none while the wait does not count yet.
    pub weeks: Option<u32>,
    /// Whether the norm for the start of care was passed.
    pub past_norm: bool,
}

impl Policy {
    /// The steps of a level: nobody moves to the next by waiting alone.
    pub const STEPS: u32 = 100;

    /// The highest weeks a step or staying may count for.
    pub const MOST_WEEKS: u16 = 520;

    pub fn level(&self, waiting: &Waiting) -> Level {
        if waiting.measure && self.measure_first {
            return Level::First;
        }
        let urgent = self.urgent_first && waiting.urgency != Urgency::Regular;
        let aged = self.ageing && waiting.past_norm;
        match (urgent, aged) {
            (false, false) => Level::Regular,
            (true, true) => Level::First,
            _ => Level::Raised,
        }
    }

    /// The class for the assignment: never 0, so that a place that can be had is always better than none.
    pub fn class(&self, waiting: &Waiting) -> u32 {
        let step = match (waiting.weeks, u32::from(self.weeks_per_step)) {
            (None, _) | (_, 0) => 0,
            (Some(weeks), per_step) => (weeks / per_step).min(Self::STEPS - 1),
        };
        1 + self.level(waiting) as u32 * Self::STEPS + step
    }

    /// The level that a class belongs to.
    pub fn level_of(class: u32) -> Level {
        match class.saturating_sub(1) / Self::STEPS {
            0 => Level::Regular,
            1 => Level::Raised,
            _ => Level::First,
        }
    }

    /// What staying costs, in hundredths of a week.
    pub fn stay(&self) -> u32 {
        u32::from(self.stay_weeks) * 100
    }

    /// Het beleid in woorden: who stands on which level, the highest first, and what counts after that. Who stands where
    /// is asked of the levels themselves, so that the words cannot say otherwise.
    pub fn in_words(&self) -> Vec<String> {
        let mut words: Vec<String> = [Level::First, Level::Raised]
            .into_iter()
            .map(|level| (level, self.groups_on(level)))
            .filter(|(_, groups)| !groups.is_empty())
            .map(|(level, groups)| format!("trap {}: {}", level.name(), groups.join(", en ")))
            .collect();
        if words.is_empty() {
            words.push("alle kinderen staan op dezelfde trap".to_owned());
        } else {
            words.push(format!("trap {}: alle andere kinderen", Level::Regular.name()));
            words.push("wie op een hogere trap staat gaat voor, hoe lang een ander ook wacht".to_owned());
        }
        let whoever = "om welke reden een kind daar ook staat";
        words.push(match self.weeks_per_step {
            0 => "hoe lang een kind wacht telt verder niet mee".to_owned(),
            1 => format!("daarbinnen gaat wie een week langer wacht voor, {whoever}"),
            weeks => format!("daarbinnen gaat wie {weeks} weken langer wacht voor, {whoever}"),
        });
        words.push("daarna tellen wachttijd, afstand en wensen, voor alle kinderen samen".into());
        words.push(format!("blijven wachten telt daarbij als {}", dutch::weeks(self.stay_weeks.into())));
        words
    }

    /// Who stands on a level, in words. Two things together are told where each by itself does not bring so far.
    fn groups_on(self, level: Level) -> Vec<&'static str> {
        let on_level = |waiting: Waiting| self.level(&waiting) == level;
        let both = on_level(URGENT_PAST_NORM) && !on_level(URGENT) && !on_level(PAST_NORM);
        [
            (on_level(MEASURE), "wie wacht op een maatregel van bescherming of reclassering"),
            (both, "wie spoed heeft en ook langer wacht dan de norm"),
            (on_level(URGENT), "wie spoed heeft"),
            (on_level(PAST_NORM), "wie langer wacht dan de norm"),
        ]
        .into_iter()
        .filter_map(|(is_on, who)| is_on.then_some(who))
        .collect()
    }
}

/// Nothing that counts for a level.
const ORDINARY: Waiting =
    Waiting { urgency: Urgency::Regular, measure: false, weeks: None, past_norm: false };
const MEASURE: Waiting = Waiting { measure: true, ..ORDINARY };
const URGENT: Waiting = Waiting { urgency: Urgency::Urgent, ..ORDINARY };
const PAST_NORM: Waiting = Waiting { past_norm: true, ..ORDINARY };
const URGENT_PAST_NORM: Waiting = Waiting { past_norm: true, ..URGENT };

/// Plekken nu: how many children an offer has room for today. Unknown is not zero where somebody said that there is a
/// place: then it is one.
pub fn room(status: OfferStatus, shown_places: Option<u16>) -> u32 {
    match (status, shown_places) {
        (OfferStatus::IntakeStop, _) => 0,
        (_, Some(places)) => places.into(),
        (OfferStatus::Place, None) => 1,
        (_, None) => 0,
    }
}

coded_enum! {
    /// Schaarste: what one more place of an offer would change for the region.
    pub enum Scarcity {
        /// Nothing: there is room for everybody who needs it.
        Ample = "ruim", "Ruim";
        /// Somebody would be helped sooner, nearer or better.
        Sought = "gewild", "Gewild";
        /// Somebody who has no place now would have one.
        Scarce = "schaars", "Schaars";
    }
}

impl Scarcity {
    /// From what one more place is worth, classes and costs.
    pub const fn of(class: i64, cost: i64) -> Self {
        if class > 0 {
            Self::Scarce
        } else if cost > 0 {
            Self::Sought
        } else {
            Self::Ample
        }
    }

    /// Uitleg, which says nothing of anybody in particular.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Ample => "er is genoeg plek",
            Self::Sought => "meer wachtenden zijn hier beter af dan elders",
            Self::Scarce => "er zijn meer wachtenden dan plekken, en elders kunnen zij niet terecht",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const REGULAR: Waiting =
        Waiting { urgency: Urgency::Regular, measure: false, weeks: Some(6), past_norm: false };

    #[test]
    fn levels_follow_urgency_measure_and_the_norm() {
        let urgent = Waiting { urgency: Urgency::Urgent, ..REGULAR };
        let measure = Waiting { measure: true, ..REGULAR };
        let late = |waiting: Waiting| Waiting { past_norm: true, ..waiting };
        let all = Policy::default();
        let no_ageing = Policy { ageing: false, ..all };
        let no_urgency = Policy { urgent_first: false, ..all };
        let no_measure = Policy { measure_first: false, ..all };
        for (policy, waiting, level) in [
            (all, REGULAR, Level::Regular),
            (all, urgent, Level::Raised),
            (all, late(REGULAR), Level::Raised),
            (all, late(urgent), Level::First),
            (all, measure, Level::First),
            (all, late(measure), Level::First),
            (no_ageing, late(REGULAR), Level::Regular),
            (no_ageing, late(urgent), Level::Raised),
            (no_urgency, urgent, Level::Regular),
            (no_urgency, late(urgent), Level::Raised),
            (no_measure, measure, Level::Regular),
            (no_measure, late(measure), Level::Raised),
        ] {
            assert_eq!(policy.level(&waiting), level, "{policy:?} {waiting:?}");
            assert_eq!(Policy::level_of(policy.class(&waiting)), level);
        }
    }

    /// What each choice makes of the words. The numbers beside them are those of the classes, so that a change of one
    /// without the other is found.
    #[test]
    fn words_say_who_goes_first_by_the_numbers() {
        let all = Policy::default();
        let new_measure = Waiting { measure: true, weeks: Some(0), ..REGULAR };
        let new_urgent = Waiting { urgency: Urgency::Urgent, weeks: Some(0), ..REGULAR };
        let late_urgent = Waiting { past_norm: true, weeks: Some(16), ..new_urgent };
        let late_regular = Waiting { past_norm: true, weeks: Some(20), ..REGULAR };
        let words = all.in_words();
        assert_eq!(
            words,
            [
                "trap Eerst: wie wacht op een maatregel van bescherming of reclassering, en wie spoed heeft en ook langer wacht dan de norm",
                "trap Voorrang: wie spoed heeft, en wie langer wacht dan de norm",
                "trap Gewoon: alle andere kinderen",
                "wie op een hogere trap staat gaat voor, hoe lang een ander ook wacht",
                "daarbinnen gaat wie 4 weken langer wacht voor, om welke reden een kind daar ook staat",
                "daarna tellen wachttijd, afstand en wensen, voor alle kinderen samen",
                "blijven wachten telt daarbij als 52 weken",
            ]
        );
        let classes = [late_urgent, new_measure, late_regular, new_urgent].map(|waiting| all.class(&waiting));
        assert_eq!(classes, [205, 201, 106, 101], "on one level who waits longer goes first");
        for (policy, level_lines) in [
            (
                Policy { ageing: false, ..all },
                &[
                    "trap Eerst: wie wacht op een maatregel van bescherming of reclassering",
                    "trap Voorrang: wie spoed heeft",
                ][..],
            ),
            (
                Policy { urgent_first: false, measure_first: false, ..all },
                &["trap Voorrang: wie langer wacht dan de norm"],
            ),
            (
                Policy { measure_first: false, ..all },
                &[
                    "trap Eerst: wie spoed heeft en ook langer wacht dan de norm",
                    "trap Voorrang: wie spoed heeft, en wie langer wacht dan de norm",
                ],
            ),
            (
                Policy { urgent_first: false, measure_first: false, ageing: false, ..all },
                &["alle kinderen staan op dezelfde trap"],
            ),
        ] {
            assert!(
                policy
                    .in_words()
                    .starts_with(&level_lines.iter().map(ToString::to_string).collect::<Vec<_>>()),
                "{:?}",
                policy.in_words()
            );
        }
        let no_steps = Policy { weeks_per_step: 0, stay_weeks: 1, ..all }.in_words();
        assert!(no_steps.contains(&"hoe lang een kind wacht telt verder niet mee".to_owned()));
        assert_eq!(no_steps.last().map(String::as_str), Some("blijven wachten telt daarbij als 1 week"));
    }

    #[test]
    fn weeks_are_steps_within_a_level() {
        let class = |policy: Policy, weeks| policy.class(&Waiting { weeks, ..REGULAR });
        let four = Policy::default();
        let none = Policy { weeks_per_step: 0, ..four };
        for (policy, weeks, expected) in [
            (four, None, 1),
            (four, Some(0), 1),
            (four, Some(3), 1),
            (four, Some(4), 2),
            (four, Some(7), 2),
            (four, Some(8), 3),
            (four, Some(395), 99),
            (four, Some(396), 100),
            (four, Some(100_000), 100),
            (none, Some(80), 1),
        ] {
            assert_eq!(class(policy, weeks), expected, "{weeks:?}");
        }
    }

    #[test]
    fn room_is_never_made_up_and_unknown_is_not_zero() {
        for (status, places, expected) in [
            (OfferStatus::Place, Some(3), 3),
            (OfferStatus::Place, Some(0), 0),
            (OfferStatus::Place, None, 1),
            (OfferStatus::WaitingList, Some(2), 2),
            (OfferStatus::WaitingList, None, 0),
            (OfferStatus::IntakeStop, Some(2), 0),
            (OfferStatus::Unknown, None, 0),
        ] {
            assert_eq!(room(status, places), expected, "{status:?} {places:?}");
        }
    }

    #[test]
    fn scarcity_is_who_would_be_placed_before_what_it_would_save() {
        for (class, cost, scarcity) in [
            (0, 0, Scarcity::Ample),
            (0, 1, Scarcity::Sought),
            (1, 0, Scarcity::Scarce),
            (3, -500, Scarcity::Scarce),
        ] {
            assert_eq!(Scarcity::of(class, cost), scarcity);
        }
    }

    proptest! {
        #[test]
        fn a_level_goes_before_any_wait_and_waiting_longer_never_lowers(
            weeks in proptest::option::of(0_u32..2000), more in 0_u32..2000, per_step in 0_u16..60,
        ) {
            let policy = Policy { weeks_per_step: per_step, ..Policy::default() };
            let here = Waiting { weeks, ..REGULAR };
            let later = Waiting { weeks: weeks.map(|weeks| weeks + more), ..REGULAR };
            prop_assert!(policy.class(&later) >= policy.class(&here));
            let aged = Waiting { past_norm: true, weeks: Some(0), ..REGULAR };
            prop_assert!(policy.class(&aged) > policy.class(&later));
        }
    }
}
