//! Crisisplaatsen: what can happen to a place in which a child can stay at once, and how fresh what is known of it is.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use thiserror::Error;

use super::codes::{AgeGroup, ProvisionKind};
use crate::working_hours::OpeningHours;

coded_enum! {
    /// Stand van een crisisplaats.
    pub enum PlaceState {
        /// Somebody can come now.
        Free = "vrij", "Vrij";
        /// Kept for one child, until a time.
        Held = "vastgehouden", "Vastgehouden";
        /// A child stays there.
        Occupied = "bezet", "Bezet";
        /// Not in use, with a reason.
        OutOfService = "buiten-gebruik", "Buiten gebruik";
    }
}

/// What somebody does with a place. A request is named by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlaceEvent {
    /// Keep it for this child.
    Hold(i64),
    /// Keep it no longer.
    Release,
    /// Let this child stay.
    Occupy(i64),
    /// The child left.
    Vacate,
    /// Take it out of use.
    Close,
    /// Take it into use again.
    Reopen,
}

/// Why something cannot be done with a place as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum PlaceRefusal {
    /// Somebody else was first.
    #[error("deze plaats is intussen vastgehouden voor een ander kind")]
    HeldForAnother,
    /// For the same child, by whoever was first.
    #[error("deze plaats wordt al vastgehouden voor dit kind")]
    HeldAlready,
    /// For whatever child.
    #[error("deze plaats wordt vastgehouden voor een kind")]
    Held,
    /// Gone.
    #[error("deze plaats is intussen bezet")]
    Occupied,
    /// Not in use.
    #[error("deze plaats is buiten gebruik")]
    OutOfService,
    /// There is nothing to release.
    #[error("deze plaats wordt niet vastgehouden")]
    NotHeld,
    /// Nobody stays there.
    #[error("in deze plaats verblijft nu niemand")]
    NotOccupied,
    /// It is in use.
    #[error("deze plaats is al in gebruik")]
    InService,
}

/// A place as it counts at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PlaceNow {
    state: PlaceState,
    held_for: Option<i64>,
}

impl PlaceNow {
    /// A place that was held until a moment that has passed is free, without anybody doing anything. Moments are points in
    /// time, not what the clock on the wall shows.
    pub fn new(state: PlaceState, hold: Option<(i64, NaiveDateTime)>, now: NaiveDateTime) -> Self {
        match (state, hold) {
            (PlaceState::Held, Some((request, until))) if now < until => {
                Self { state, held_for: Some(request) }
            }
            (PlaceState::Held, _) => Self { state: PlaceState::Free, held_for: None },
            _ => Self { state, held_for: None },
        }
    }

    /// How it stands.
    pub const fn state(self) -> PlaceState {
        self.state
    }

    /// Whether the place can be given up: nobody stays in it, and it is kept for nobody.
    pub const fn retire(self) -> Result<(), PlaceRefusal> {
        match self.state {
            PlaceState::Free | PlaceState::OutOfService => Ok(()),
            PlaceState::Held => Err(PlaceRefusal::Held),
            PlaceState::Occupied => Err(PlaceRefusal::Occupied),
        }
    }

    /// The state after this, or why it cannot be.
    pub fn step(self, event: PlaceEvent) -> Result<PlaceState, PlaceRefusal> {
        use PlaceEvent::{Close, Hold, Occupy, Release, Reopen, Vacate};
        use PlaceState::{Free, Held, Occupied, OutOfService};
        match (self.state, event) {
            (Free, Hold(_)) => Ok(Held),
            (Free, Occupy(_)) => Ok(Occupied),
            (Held, Occupy(request)) if self.held_for == Some(request) => Ok(Occupied),
            (Held, Hold(request)) if self.held_for == Some(request) => Err(PlaceRefusal::HeldAlready),
            (Held, Release) | (Occupied, Vacate) | (OutOfService, Reopen) => Ok(Free),
            (Free, Close) => Ok(OutOfService),
            (Free | Occupied | OutOfService, Release) => Err(PlaceRefusal::NotHeld),
            (Free | Held | OutOfService, Vacate) => Err(PlaceRefusal::NotOccupied),
            (Free | Held | Occupied, Reopen) => Err(PlaceRefusal::InService),
            (Held, Hold(_) | Occupy(_) | Close) => Err(PlaceRefusal::HeldForAnother),
            (Occupied, Hold(_) | Occupy(_) | Close) => Err(PlaceRefusal::Occupied),
            (OutOfService, Hold(_) | Occupy(_) | Close) => Err(PlaceRefusal::OutOfService),
        }
    }
}

/// Whether a place is one for this child: the kind of stay, and the age group where the place has one.
pub fn fits(asked: (ProvisionKind, AgeGroup), place: (ProvisionKind, Option<AgeGroup>)) -> bool {
    asked.0.is_stay() && asked.0 == place.0 && place.1.is_none_or(|group| group == asked.1)
}

/// From when on providers are reminded to confirm their places.
const REMIND_AT: NaiveTime = NaiveTime::from_hms_opt(9, 0, 0).unwrap();

/// Whether what is known of a place was confirmed for today: today itself, or on a day off the last working day or later.
pub fn is_confirmed(confirmed_on: NaiveDate, today: NaiveDate, hours: &OpeningHours) -> bool {
    let mut day = today;
    while !hours.is_working_day(day) {
        match day.pred_opt() {
            Some(before) => day = before,
            None => return true,
        }
    }
    day <= confirmed_on
}

/// Whether a provider is to be reminded now: on a working day from nine o'clock, when it did not confirm today.
pub fn is_reminder_due(confirmed_on: NaiveDate, now: NaiveDateTime, hours: &OpeningHours) -> bool {
    let today = now.date();
    hours.is_working_day(today) && REMIND_AT <= now.time() && confirmed_on < today
}

/// Until when a place is held, as a point in time.
pub fn held_until(now: NaiveDateTime, minutes: u16) -> NaiveDateTime {
    now.checked_add_signed(TimeDelta::minutes(i64::from(minutes))).unwrap_or(NaiveDateTime::MAX)
}

coded_enum! {
    /// Wat er van een plaats te verwachten is op een dag.
    pub enum Outlook {
        /// It is free now.
        Free = "vrij", "Vrij";
        /// It is expected to be free.
        Expected = "verwacht-vrij", "Verwacht vrij";
        /// Kept for a child.
        Held = "vastgehouden", "Vastgehouden";
        /// A child stays there.
        Occupied = "bezet", "Bezet";
        /// Not in use.
        OutOfService = "buiten-gebruik", "Buiten gebruik";
        /// Nobody said when it comes free. Not the same as free.
        Unknown = "onbekend", "Niet bekend";
    }
}

/// What is expected of a place on a day from today on. `free_on` is when it comes free, or the day after the last one on
/// which it is out of use.
pub fn outlook(state: PlaceState, free_on: Option<NaiveDate>, today: NaiveDate, day: NaiveDate) -> Outlook {
    let comes_free = free_on.is_some_and(|free| free <= day && today < day);
    match state {
        PlaceState::Free => Outlook::Free,
        PlaceState::Held if day <= today => Outlook::Held,
        PlaceState::Occupied | PlaceState::OutOfService if comes_free => Outlook::Expected,
        PlaceState::Occupied if day <= today || free_on.is_some() => Outlook::Occupied,
        PlaceState::Held | PlaceState::Occupied => Outlook::Unknown,
        PlaceState::OutOfService => Outlook::OutOfService,
    }
}

#[cfg(test)]
mod tests {
    use PlaceEvent::{Close, Hold, Occupy, Release, Reopen, Vacate};
    use PlaceState::{Free, Held, Occupied, OutOfService};

    use super::*;
    use crate::testing::{day, today};

    fn at(text: &str) -> NaiveDateTime {
        text.parse().unwrap_or_else(|_| panic!("not a moment: {text}"))
    }

    fn place(state: PlaceState) -> PlaceNow {
        PlaceNow::new(state, Some((1, at("2026-03-02T15:00:00"))), at("2026-03-02T14:00:00"))
    }

    #[test]
    fn every_step_from_every_state() {
        let held_for_another = Err(PlaceRefusal::HeldForAnother);
        for (state, event, after) in [
            (Free, Hold(1), Ok(Held)),
            (Free, Occupy(1), Ok(Occupied)),
            (Free, Close, Ok(OutOfService)),
            (Free, Release, Err(PlaceRefusal::NotHeld)),
            (Free, Vacate, Err(PlaceRefusal::NotOccupied)),
            (Free, Reopen, Err(PlaceRefusal::InService)),
            (Held, Hold(1), Err(PlaceRefusal::HeldAlready)),
            (Held, Hold(2), held_for_another),
            (Held, Occupy(1), Ok(Occupied)),
            (Held, Occupy(2), held_for_another),
            (Held, Release, Ok(Free)),
            (Held, Close, held_for_another),
            (Held, Vacate, Err(PlaceRefusal::NotOccupied)),
            (Held, Reopen, Err(PlaceRefusal::InService)),
            (Occupied, Hold(1), Err(PlaceRefusal::Occupied)),
            (Occupied, Occupy(1), Err(PlaceRefusal::Occupied)),
            (Occupied, Close, Err(PlaceRefusal::Occupied)),
            (Occupied, Release, Err(PlaceRefusal::NotHeld)),
            (Occupied, Vacate, Ok(Free)),
            (Occupied, Reopen, Err(PlaceRefusal::InService)),
            (OutOfService, Hold(1), Err(PlaceRefusal::OutOfService)),
            (OutOfService, Occupy(1), Err(PlaceRefusal::OutOfService)),
            (OutOfService, Close, Err(PlaceRefusal::OutOfService)),
            (OutOfService, Release, Err(PlaceRefusal::NotHeld)),
            (OutOfService, Vacate, Err(PlaceRefusal::NotOccupied)),
            (OutOfService, Reopen, Ok(Free)),
        ] {
            assert_eq!(place(state).step(event), after, "{state} {event:?}");
        }
    }

    #[test]
    fn only_what_nobody_has_is_given_up() {
        for (state, refusal) in [
            (Free, None),
            (Held, Some(PlaceRefusal::Held)),
            (Occupied, Some(PlaceRefusal::Occupied)),
            (OutOfService, None),
        ] {
            assert_eq!(place(state).retire().err(), refusal, "{state}");
        }
    }

    #[test]
    fn a_hold_ends_by_itself() {
        let hold = Some((1, at("2026-03-02T15:00:00")));
        for (now, state, for_another) in [
            ("2026-03-02T14:59:59", Held, Err(PlaceRefusal::HeldForAnother)),
            ("2026-03-02T15:00:00", Free, Ok(Occupied)),
        ] {
            let place = PlaceNow::new(Held, hold, at(now));
            assert_eq!((place.state(), place.step(Occupy(2))), (state, for_another), "{now}");
        }
        assert_eq!(PlaceNow::new(Held, None, at("2026-03-02T15:00:00")).state(), Free);
        assert_eq!(held_until(at("2026-03-02T23:30:00"), 60), at("2026-03-03T00:30:00"));
    }

    #[test]
    fn kind_and_age_group_must_fit() {
        use AgeGroup::{From12, Under12};
        use ProvisionKind::{Ambulant, CrisisBed, FosterCare};
        for (asked, place, expected) in [
            ((CrisisBed, Under12), (CrisisBed, Some(Under12)), true),
            ((CrisisBed, Under12), (CrisisBed, Some(From12)), false),
            ((CrisisBed, Under12), (FosterCare, Some(Under12)), false),
            ((FosterCare, From12), (FosterCare, None), true),
            ((Ambulant, From12), (Ambulant, None), false),
        ] {
            assert_eq!(fits(asked, place), expected, "{asked:?} {place:?}");
        }
    }

    #[test]
    fn places_are_confirmed_each_working_day() {
        let hours = OpeningHours::office();
        for (confirmed, now, confirmed_today, remind) in [
            ("2026-03-02", "2026-03-02T08:59:00", true, false),
            ("2026-03-01", "2026-03-02T08:59:00", false, false),
            ("2026-03-01", "2026-03-02T09:00:00", false, true),
            ("2026-03-02", "2026-03-02T09:00:00", true, false),
            ("2026-02-27", "2026-02-28T12:00:00", true, false), // Friday, seen on Saturday
            ("2026-02-26", "2026-03-01T12:00:00", false, false), // Thursday, seen on Sunday
            ("2026-04-03", "2026-04-06T12:00:00", true, false), // over Easter
            ("2026-04-03", "2026-04-07T09:00:00", false, true),
            ("2026-03-27", "2026-03-30T09:00:00", false, true), // the clock went forward
        ] {
            let now = at(now);
            assert_eq!(
                is_confirmed(day(confirmed), now.date(), &hours),
                confirmed_today,
                "{confirmed} {now}"
            );
            assert_eq!(is_reminder_due(day(confirmed), now, &hours), remind, "{confirmed} {now}");
        }
    }

    #[test]
    fn unknown_is_never_free() {
        for (state, free_on, on, expected) in [
            (Free, None, "2026-03-10", Outlook::Free),
            (Held, None, "2026-03-02", Outlook::Held),
            (Held, None, "2026-03-03", Outlook::Unknown),
            (Occupied, None, "2026-03-02", Outlook::Occupied),
            (Occupied, None, "2026-03-03", Outlook::Unknown),
            (Occupied, Some("2026-03-05"), "2026-03-04", Outlook::Occupied),
            (Occupied, Some("2026-03-05"), "2026-03-05", Outlook::Expected),
            (Occupied, Some("2026-03-01"), "2026-03-02", Outlook::Occupied), // should have been free by now
            (OutOfService, None, "2026-03-12", Outlook::OutOfService),
            (OutOfService, Some("2026-03-05"), "2026-03-04", Outlook::OutOfService),
            (OutOfService, Some("2026-03-05"), "2026-03-05", Outlook::Expected),
        ] {
            let outlook = outlook(state, free_on.map(day), today(), day(on));
            assert_eq!(outlook, expected, "{state} {free_on:?} {on}");
        }
    }
}
