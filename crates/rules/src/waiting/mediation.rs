//! Wachtlijstbemiddeling: who does what next for a child that waits past the norm, and by when.
//!
//! The ladder goes from near to far: the toegang with providers first, the regional expert team last; the steps between
//! are the region's (programme plan Midden-IJssel/Oost-Veluwe 2018-2021, 2.2).

use chrono::{NaiveDate, NaiveDateTime};
use thiserror::Error;

use super::life::ClientStatus;
use crate::working_hours::{OpeningHours, WorkingTime};

coded_enum! {
    /// Van wie een stap is.
    pub enum StepOwner {
        Toegang = "toegang", "Toegang";
        AccountManager = "accountmanager", "Accountmanager";
        Municipality = "gemeente", "Gemeente";
        ExpertTeam = "expertteam", "Regionaal expertteam";
    }
}

coded_enum! {
    /// Uitkomst van een stap.
    pub enum StepOutcome {
        PlaceFound = "plek-gevonden", "Plek gevonden";
        NoPlace = "geen-plek", "Geen plek gevonden";
        NotNeeded = "niet-meer-nodig", "Niet meer nodig";
    }
}

impl StepOutcome {
    /// How the step that runs ends when a child comes to this status; none when it goes on.
    pub const fn of_status(status: ClientStatus) -> Option<Self> {
        match status {
            ClientStatus::Waiting | ClientStatus::UnderConsideration => None,
            ClientStatus::Accepted | ClientStatus::Placed | ClientStatus::PlacedElsewhere => {
                Some(Self::PlaceFound)
            }
            ClientStatus::Withdrawn | ClientStatus::Lapsed => Some(Self::NotNeeded),
        }
    }
}

/// Afgesloten stap: when, and what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FinishedStep {
    /// When.
    pub at: NaiveDateTime,
    /// What came of it.
    pub outcome: StepOutcome,
}

/// Trede: one step of the ladder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// What is done, as the region calls it.
    pub name: String,
    /// Whose it is.
    pub owner: StepOwner,
    /// How much working time there is for it.
    pub term: WorkingTime,
}

/// Why steps are no ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Error)]
pub enum LadderError {
    /// The first step is not the toegang's.
    #[error("de eerste stap is van de toegang, die met aanbieders zoekt")]
    NotFromToegang,
    /// The last step is not the expert team's.
    #[error("de laatste stap is van het regionaal expertteam")]
    NotToExpertTeam,
    /// A step without a name.
    #[error("geef elke stap een naam van hooguit 100 tekens")]
    Name,
    /// A line that is no step.
    #[error(
        "schrijf op elke regel van wie de stap is, hoeveel werkdagen en wat, zoals: toegang 5 Zoeken met aanbieders"
    )]
    Line,
    /// A step without an owner that there is.
    #[error("een stap is van toegang, accountmanager, gemeente of expertteam")]
    Owner,
    /// A term that is no term.
    #[error("een stap heeft 1 tot en met 60 werkdagen")]
    Term,
}

/// Opschaalladder van een regio.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ladder(Vec<Rung>);

impl Default for Ladder {
    /// The toegang searches with providers, the account manager asks all that have a contract, the expert team decides.
    fn default() -> Self {
        let rung =
            |name: &str, owner, days| Rung { name: name.to_owned(), owner, term: WorkingTime::Days(days) };
        Self(vec![
            rung("Zoeken met aanbieders", StepOwner::Toegang, 5),
            rung("Alle gecontracteerde aanbieders vragen", StepOwner::AccountManager, 5),
            rung("Bespreken in het expertteam", StepOwner::ExpertTeam, 10),
        ])
    }
}

impl Ladder {
    /// The steps of a region, from near to far.
    pub fn new(rungs: Vec<Rung>) -> Result<Self, LadderError> {
        let fits = |name: &str| !name.trim().is_empty() && name.chars().count() <= 100;
        if rungs.first().is_none_or(|rung| rung.owner != StepOwner::Toegang) {
            Err(LadderError::NotFromToegang)
        } else if rungs.last().is_none_or(|rung| rung.owner != StepOwner::ExpertTeam) {
            Err(LadderError::NotToExpertTeam)
        } else if rungs.iter().any(|rung| !fits(&rung.name)) {
            Err(LadderError::Name)
        } else if rungs.iter().any(|rung| matches!(rung.term, WorkingTime::Days(0) | WorkingTime::Minutes(0)))
        {
            Err(LadderError::Term)
        } else {
            Ok(Self(rungs))
        }
    }

    /// Reads a line for each step: whose it is, the working days for it, and what is done.
    pub fn parse_lines(text: &str) -> Result<Self, LadderError> {
        let rung = |line: &str| {
            let mut parts = line.split_whitespace();
            let (Some(owner), Some(days)) = (parts.next(), parts.next()) else {
                return Err(LadderError::Line);
            };
            let owner = StepOwner::parse(&owner.to_lowercase()).ok_or(LadderError::Owner)?;
            let days: u16 = days.parse().map_err(|_| LadderError::Line)?;
            if !(1..=60).contains(&days) {
                return Err(LadderError::Term);
            }
            let name = parts.collect::<Vec<_>>().join(" ");
            Ok(Rung { name, owner, term: WorkingTime::Days(days) })
        };
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        Self::new(lines.map(rung).collect::<Result<_, _>>()?)
    }

    /// The lines that [`Self::parse_lines`] reads. A term in minutes becomes the days that it begins.
    pub fn lines(&self) -> String {
        let line = |rung: &Rung| {
            let days = match rung.term {
                WorkingTime::Days(days) => u32::from(days),
                WorkingTime::Minutes(minutes) => minutes.div_ceil(8 * 60),
            };
            format!("{} {days} {}", rung.owner.code(), rung.name)
        };
        self.0.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// The steps.
    pub fn rungs(&self) -> &[Rung] {
        &self.0
    }
}

/// What decides on mediation for one child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MediationFacts<'a> {
    /// The status of the child.
    pub status: ClientStatus,
    /// The last day of the pause, for who is on hold today.
    pub hold_until: Option<NaiveDate>,
    /// The day on which it was known that the norm is or will be passed; none when it is not.
    pub since: Option<NaiveDate>,
    /// The day on which the child came back for another place, after care that had started.
    pub returned_on: Option<NaiveDate>,
    /// The day on which the child last began to wait again, after care that was agreed and did not start, or after a pause.
    pub waits_again_on: Option<NaiveDate>,
    /// The steps that were taken and closed, in order.
    pub finished: &'a [FinishedStep],
}

/// Whether a step of this day is about the wait of now. What was done before a child had care was about that care: who
/// comes back begins at the foot of the ladder.
pub fn is_of_this_wait(day: NaiveDate, returned_on: Option<NaiveDate>) -> bool {
    returned_on.is_none_or(|returned_on| day >= returned_on)
}

/// Volgende stap in de bemiddeling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next<'a> {
    /// Nothing: the child does not wait past the norm, or has left.
    Nothing,
    /// Care was agreed: it waits for the start.
    AwaitsStart,
    /// It waits until the pause is over.
    OnHold {
        /// The last day.
        until: NaiveDate,
    },
    /// This step.
    Step {
        /// What, whose, and how long it may take.
        rung: &'a Rung,
        /// By when.
        due_by: NaiveDateTime,
        /// Whether that has gone by.
        is_overdue: bool,
    },
}

/// Which step is next, who owns it and by when. A step's time begins when the one before was finished, or when the child began
/// to wait again.
///
/// Only a step that found no place leads to the one above it: what was found and did not last is looked for by the same owner
/// again. At the top the expert team's step comes back, so that every child that waits past the norm has an owner and a term.
pub fn next_step<'a>(
    facts: &MediationFacts<'_>,
    ladder: &'a Ladder,
    hours: &OpeningHours,
    now: NaiveDateTime,
) -> Next<'a> {
    let Some(since) = facts.since.filter(|_| !facts.status.is_closed()) else {
        return Next::Nothing;
    };
    if !facts.status.takes_responses() {
        return Next::AwaitsStart;
    }
    if let Some(until) = facts.hold_until {
        return Next::OnHold { until };
    }
    let finished = || facts.finished.iter().filter(|step| is_of_this_wait(step.at.date(), facts.returned_on));
    let without_place = finished().filter(|step| step.outcome == StepOutcome::NoPlace).count();
    let Some(rung) = ladder.0.get(without_place).or(ladder.0.last()) else {
        return Next::Nothing;
    };
    let waits_from = since.max(facts.waits_again_on.unwrap_or(since)).and_time(chrono::NaiveTime::MIN);
    let begins_at = finished().next_back().map_or(waits_from, |step| step.at.max(waits_from));
    let due_by = hours.deadline(begins_at, rung.term);
    Next::Step { rung, due_by, is_overdue: now > due_by }
}

/// Lopende stap: when a step that is begun must be finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunningStep {
    /// By when, never before it was begun.
    pub due_by: NaiveDateTime,
    /// The term that had gone by when it was begun.
    pub missed_by: Option<NaiveDateTime>,
}

/// Begins a step of which the time ran until `due_by`. Who begins in time keeps that. After it the step has its own time from
/// now on, since nobody can finish before the beginning; that it began late is kept beside it.
pub fn begin_step(
    due_by: NaiveDateTime,
    term: WorkingTime,
    hours: &OpeningHours,
    now: NaiveDateTime,
) -> RunningStep {
    if now <= due_by {
        RunningStep { due_by, missed_by: None }
    } else {
        RunningStep { due_by: hours.deadline(now, term), missed_by: Some(due_by) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{any_day, day};

    fn at(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M")
            .unwrap_or_else(|_| panic!("not a moment: {text}"))
    }

    fn rung(name: &str, owner: StepOwner) -> Rung {
        Rung { name: name.to_owned(), owner, term: WorkingTime::Days(2) }
    }

    fn no_place(text: &str) -> FinishedStep {
        FinishedStep { at: at(text), outcome: StepOutcome::NoPlace }
    }

    /// Past the norm since Sunday 1 March, and no step taken.
    fn waits() -> MediationFacts<'static> {
        MediationFacts {
            status: ClientStatus::Waiting,
            hold_until: None,
            since: Some(day("2026-03-01")),
            returned_on: None,
            waits_again_on: None,
            finished: &[],
        }
    }

    #[test]
    fn only_a_step_without_a_place_leads_to_the_one_above() {
        let (ladder, hours) = (Ladder::default(), OpeningHours::office());
        let closed = |outcome| [FinishedStep { at: at("2026-03-06 12:00"), outcome }];
        let next =
            |facts: &MediationFacts<'_>| match next_step(facts, &ladder, &hours, at("2026-03-20 09:00")) {
                Next::Step { rung, due_by, .. } => (rung.owner, due_by),
                other => panic!("no step: {other:?}"),
            };
        for (outcome, owner) in [
            (StepOutcome::NoPlace, StepOwner::AccountManager),
            (StepOutcome::PlaceFound, StepOwner::Toegang),
            (StepOutcome::NotNeeded, StepOwner::Toegang),
        ] {
            let finished = closed(outcome);
            let facts = MediationFacts { finished: &finished, ..waits() };
            assert_eq!(next(&facts), (owner, at("2026-03-13 12:00")), "{outcome:?}");
            // Care that was agreed did not start: the time of the step begins on the day of that.
            let again = MediationFacts { waits_again_on: Some(day("2026-03-18")), ..facts };
            assert_eq!(next(&again), (owner, at("2026-03-24 17:00")), "{outcome:?}");
        }
    }

    #[test]
    fn who_is_past_the_norm_is_seen_whatever_it_waits_for() {
        let (ladder, hours, now) = (Ladder::default(), OpeningHours::office(), at("2026-03-20 09:00"));
        let agreed = MediationFacts { status: ClientStatus::Accepted, ..waits() };
        assert_eq!(next_step(&agreed, &ladder, &hours, now), Next::AwaitsStart);
        let until = day("2026-04-01");
        let paused = MediationFacts { hold_until: Some(until), ..waits() };
        assert_eq!(next_step(&paused, &ladder, &hours, now), Next::OnHold { until });
        assert_eq!(StepOutcome::of_status(ClientStatus::Waiting), None);
        assert_eq!(StepOutcome::of_status(ClientStatus::Accepted), Some(StepOutcome::PlaceFound));
        assert_eq!(StepOutcome::of_status(ClientStatus::Lapsed), Some(StepOutcome::NotNeeded));
    }

    #[test]
    fn a_ladder_goes_from_the_toegang_to_the_expert_team() {
        use StepOwner::{AccountManager, ExpertTeam, Municipality, Toegang};
        let long = "x".repeat(101);
        for (rungs, error) in [
            (vec![], Some(LadderError::NotFromToegang)),
            (vec![rung("a", AccountManager), rung("b", ExpertTeam)], Some(LadderError::NotFromToegang)),
            (vec![rung("a", Toegang)], Some(LadderError::NotToExpertTeam)),
            (vec![rung("a", Toegang), rung(" ", ExpertTeam)], Some(LadderError::Name)),
            (vec![rung("a", Toegang), rung(&long, ExpertTeam)], Some(LadderError::Name)),
            (vec![rung("a", Toegang), rung("b", Municipality), rung("c", ExpertTeam)], None),
        ] {
            assert_eq!(Ladder::new(rungs.clone()).err(), error, "{rungs:?}");
        }
        assert_eq!(Ladder::new(Ladder::default().rungs().to_vec()), Ok(Ladder::default()));
    }

    #[test]
    fn a_step_is_never_due_before_it_began() {
        let hours = OpeningHours::office();
        let (due_by, term) = (at("2026-11-20 17:00"), WorkingTime::Days(2));
        let begun = |now: &str| begin_step(due_by, term, &hours, at(now));
        for now in ["2026-11-18 10:00", "2026-11-20 17:00"] {
            assert_eq!(begun(now), RunningStep { due_by, missed_by: None }, "{now}");
        }
        let late = begun("2026-11-20 17:01");
        assert_eq!(late.missed_by, Some(due_by));
        assert_eq!(late.due_by, hours.deadline(at("2026-11-20 17:01"), term));
        assert!(late.due_by > at("2026-11-20 17:01"));
        let none = Rung { term: WorkingTime::Days(0), ..rung("a", StepOwner::Toegang) };
        assert_eq!(Ladder::new(vec![none, rung("b", StepOwner::ExpertTeam)]), Err(LadderError::Term));
    }

    #[test]
    fn steps_are_written_and_read_as_lines() {
        let usual = Ladder::default();
        assert_eq!(Ladder::parse_lines(&usual.lines()), Ok(usual.clone()));
        assert_eq!(usual.lines().lines().next(), Some("toegang 5 Zoeken met aanbieders"));
        for (text, error) in [
            ("", LadderError::NotFromToegang),
            ("toegang 5 Zoeken", LadderError::NotToExpertTeam),
            ("toegang\nexpertteam 5 Bespreken", LadderError::Line),
            ("toegang vijf Zoeken\nexpertteam 5 Bespreken", LadderError::Line),
            ("buurman 5 Zoeken\nexpertteam 5 Bespreken", LadderError::Owner),
            ("toegang 0 Zoeken\nexpertteam 5 Bespreken", LadderError::Term),
            ("toegang 61 Zoeken\nexpertteam 5 Bespreken", LadderError::Term),
            ("toegang 5\nexpertteam 5 Bespreken", LadderError::Name),
        ] {
            assert_eq!(Ladder::parse_lines(text), Err(error), "{text}");
        }
        let own =
            Ladder::parse_lines(" Toegang 3  Zelf  zoeken \n\ngemeente 2 Wethouder\nexpertteam 10 Bespreken")
                .unwrap();
        assert_eq!(own.lines(), "toegang 3 Zelf zoeken\ngemeente 2 Wethouder\nexpertteam 10 Bespreken");
    }

    #[test]
    fn every_step_has_an_owner_and_a_term() {
        let (ladder, hours) = (Ladder::default(), OpeningHours::office());
        let finished = ["2026-03-06 12:00", "2026-03-13 12:00", "2026-03-20 12:00"].map(no_place);
        for (done, now, expected) in [
            // The norm was passed on Sunday 1 March.
            (0, "2026-03-06 17:00", Some((StepOwner::Toegang, "2026-03-06 17:00", false))),
            (0, "2026-03-06 17:01", Some((StepOwner::Toegang, "2026-03-06 17:00", true))),
            (1, "2026-03-09 09:00", Some((StepOwner::AccountManager, "2026-03-13 12:00", false))),
            (2, "2026-03-16 09:00", Some((StepOwner::ExpertTeam, "2026-03-27 12:00", false))),
            // Who waits on after the last step stays with the expert team, each time with a term.
            (3, "2026-03-23 09:00", Some((StepOwner::ExpertTeam, "2026-04-03 12:00", false))),
        ] {
            let facts = MediationFacts { finished: &finished[..done], ..waits() };
            match next_step(&facts, &ladder, &hours, at(now)) {
                Next::Step { rung, due_by, is_overdue } => {
                    let (owner, by, overdue) = expected.unwrap();
                    assert_eq!((rung.owner, due_by, is_overdue), (owner, at(by), overdue), "{done} {now}");
                }
                other => assert_eq!((other, expected), (Next::Nothing, None), "{done} {now}"),
            }
        }
    }

    #[test]
    fn who_comes_back_begins_at_the_foot_of_the_ladder() {
        let (ladder, hours) = (Ladder::default(), OpeningHours::office());
        let before = ["2026-01-06 12:00", "2026-01-13 12:00"].map(no_place);
        let again = [before[0], before[1], no_place("2026-03-02 10:00")];
        for (returned, finished, expected) in [
            (None, &before[..], Some((StepOwner::ExpertTeam, "2026-03-13 17:00"))),
            (Some("2026-03-01"), &before[..], Some((StepOwner::Toegang, "2026-03-06 17:00"))),
            (Some("2026-03-01"), &again[..], Some((StepOwner::AccountManager, "2026-03-09 10:00"))),
            // A step of the day of return is about the wait of now; one of the day before is not.
            (Some("2026-03-02"), &again[..], Some((StepOwner::AccountManager, "2026-03-09 10:00"))),
            (Some("2026-03-03"), &again[..], Some((StepOwner::Toegang, "2026-03-06 17:00"))),
        ] {
            let facts = MediationFacts { returned_on: returned.map(day), finished, ..waits() };
            let next = match next_step(&facts, &ladder, &hours, at("2026-03-04 09:00")) {
                Next::Step { rung, due_by, is_overdue: false } => Some((rung.owner, due_by)),
                _ => None,
            };
            assert_eq!(next, expected.map(|(owner, by)| (owner, at(by))), "{returned:?} {}", finished.len());
        }
    }

    proptest! {
        #[test]
        fn only_who_waits_past_the_norm_is_mediated_for(
            status in prop::sample::select(ClientStatus::ALL), hold_until in proptest::option::of(any_day()),
            since in proptest::option::of(any_day()), done in 0_usize..5, now in any_day(),
            outcome in prop::sample::select(StepOutcome::ALL),
        ) {
            let (ladder, hours) = (Ladder::default(), OpeningHours::office());
            let now = now.and_time(chrono::NaiveTime::MIN);
            let finished = vec![FinishedStep { at: now, outcome }; done];
            let facts = MediationFacts { status, hold_until, since, finished: &finished, ..waits() };
            let next = next_step(&facts, &ladder, &hours, now);
            prop_assert_eq!(next == Next::Nothing, status.is_closed() || since.is_none());
            let waits = status.takes_responses() && hold_until.is_none() && since.is_some();
            prop_assert_eq!(matches!(next, Next::Step { .. }), waits);
        }
    }
}
