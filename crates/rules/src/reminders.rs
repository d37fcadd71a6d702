//! When a provider is reminded of its figures, and when its account manager hears of it.

use chrono::{Days, NaiveDate};

use crate::freshness::{FreshnessTerms, freshness};
use crate::working_hours::OpeningHours;

/// Soort herinnering: what a reminder says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReminderKind {
    /// The figures are getting old: to the provider, before they go stale.
    Ageing,
    /// The figures are stale: to the provider.
    Stale,
    /// They still are: to the account manager.
    Escalated,
}

impl ReminderKind {
    pub const ALL: [Self; 3] = [Self::Ageing, Self::Stale, Self::Escalated];

    /// The code in database and API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ageing => "wordt-oud",
            Self::Stale => "verouderd",
            Self::Escalated => "accountmanager",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// How long to wait before each reminder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReminderTerms {
    /// Days after figures begin to age until the first reminder.
    pub ageing_days: u16,
    /// Days after the reminder of stale figures until the account manager hears of it.
    pub escalate_days: u16,
}

/// Nobody is reminded of the same again within this many days, however many products go stale one after the other.
const REST_DAYS: i64 = 7;

/// What a provider is due today. `confirmed_on` has the day of confirmation of each of its figures, and `past` what it
/// was reminded of, and when.
///
/// Each figure has a claim of its own to be told of, so that one that stays stale does not silence the others. A mail
/// tells of all figures at once, and what goes stale within days of it waits for the next.
pub fn due_reminder(
    confirmed_on: &[Option<NaiveDate>],
    terms: FreshnessTerms,
    waits: ReminderTerms,
    past: &[(ReminderKind, NaiveDate)],
    today: NaiveDate,
) -> Option<ReminderKind> {
    let past = Past(past);
    let (stale, others): (Vec<Option<NaiveDate>>, Vec<Option<NaiveDate>>) =
        confirmed_on.iter().copied().partition(|day| freshness(*day, today, terms).is_old());
    let told_of_stale: Vec<Option<NaiveDate>> = stale
        .into_iter()
        .map(|day| {
            past.first(&[ReminderKind::Stale], day.map_or(NaiveDate::MIN, |day| stale_from(day, terms)))
        })
        .collect();
    if told_of_stale.contains(&None) && past.is_rested(&[ReminderKind::Stale], today) {
        return Some(ReminderKind::Stale);
    }
    // A mail to the account manager counts for what the provider had its days for, and not for what it heard of since.
    let is_passed_on = |told: NaiveDate| {
        let passed_on = plus(told, waits.escalate_days);
        today < passed_on || past.first(&[ReminderKind::Escalated], passed_on).is_some()
    };
    if !told_of_stale.into_iter().flatten().all(is_passed_on) {
        return Some(ReminderKind::Escalated);
    }
    // A mail on stale figures names those that age as well.
    let tells_of_ageing = [ReminderKind::Ageing, ReminderKind::Stale];
    let is_due = |confirmed_on: NaiveDate| {
        let ages_from = plus(confirmed_on, terms.fresh_days().saturating_add(1));
        let due_on = ageing_reminder_on(confirmed_on, terms, waits);
        today >= due_on && past.first(&tells_of_ageing, ages_from.min(due_on)).is_none()
    };
    let is_ageing_due = others.into_iter().flatten().any(is_due);
    (is_ageing_due && past.is_rested(&tells_of_ageing, today)).then_some(ReminderKind::Ageing)
}

/// What was sent, and when.
struct Past<'a>(&'a [(ReminderKind, NaiveDate)]);

impl Past<'_> {
    fn days(&self, kinds: &[ReminderKind]) -> impl Iterator<Item = NaiveDate> {
        self.0.iter().filter(move |(kind, _)| kinds.contains(kind)).map(|(_, day)| *day)
    }

    /// The first of these on or after a day.
    fn first(&self, kinds: &[ReminderKind], since: NaiveDate) -> Option<NaiveDate> {
        self.days(kinds).filter(|day| *day >= since).min()
    }

    fn is_rested(&self, kinds: &[ReminderKind], today: NaiveDate) -> bool {
        self.days(kinds).max().is_none_or(|day| (today - day).num_days() >= REST_DAYS)
    }
}

fn plus(day: NaiveDate, days: u16) -> NaiveDate {
    day.checked_add_days(Days::new(u64::from(days))).unwrap_or(NaiveDate::MAX)
}

/// The first day on which a figure of this day is stale.
fn stale_from(confirmed_on: NaiveDate, terms: FreshnessTerms) -> NaiveDate {
    plus(confirmed_on, terms.stale_days().saturating_add(1))
}

/// When a figure is due for its first reminder: some days after it begins to age, and in any case on the last working day
/// before it goes stale, when the terms of a region lie close to each other. Never on the day of confirmation itself.
fn ageing_reminder_on(confirmed_on: NaiveDate, terms: FreshnessTerms, waits: ReminderTerms) -> NaiveDate {
    let usual = plus(confirmed_on, terms.fresh_days().saturating_add(1).saturating_add(waits.ageing_days));
    let last = OpeningHours::office().last_working_day_before(stale_from(confirmed_on, terms));
    last.map_or(usual, |last| usual.min(last)).max(plus(confirmed_on, 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::ReminderKind::{Ageing, Escalated, Stale};
    use super::*;
    use crate::testing::{day, today};

    const WAITS: ReminderTerms = ReminderTerms { ageing_days: 3, escalate_days: 7 };

    fn ago(days: u64) -> NaiveDate {
        today() - Days::new(days)
    }

    fn due(confirmed: &[u64], past: &[(ReminderKind, u64)]) -> Option<ReminderKind> {
        let confirmed: Vec<_> = confirmed.iter().map(|days| Some(ago(*days))).collect();
        let past: Vec<_> = past.iter().map(|(kind, days)| (*kind, ago(*days))).collect();
        due_reminder(&confirmed, FreshnessTerms::default(), WAITS, &past, today())
    }

    #[test]
    fn each_figure_has_its_own_claim() {
        for (confirmed, past, expected) in [
            (&[][..], &[][..], None),
            (&[0, 14], &[], None),
            (&[15], &[], None),
            (&[17], &[], None),
            (&[18], &[], Some(Ageing)),
            (&[0, 31], &[], Some(Ageing)),
            (&[0, 32], &[], Some(Stale)),
            // Told already.
            (&[20], &[(Ageing, 1)], None),
            (&[31], &[(Ageing, 13)], None),
            // Told of the figures before these.
            (&[18], &[(Ageing, 30)], Some(Ageing)),
            // A second product ages right after the first.
            (&[18], &[(Ageing, 6)], None),
            // Stale, told, and after a week the account manager; once.
            (&[32], &[(Ageing, 14)], Some(Stale)),
            (&[38], &[(Stale, 6)], None),
            (&[39], &[(Stale, 7)], Some(Escalated)),
            (&[60], &[(Stale, 28), (Escalated, 21)], None),
            // Confirmed in between and stale once more.
            (&[33], &[(Stale, 60), (Escalated, 50)], Some(Stale)),
            // Stale again within a week of the reminder of others.
            (&[32], &[(Stale, 2)], None),
            // One figure stays stale, and the others are told of all the same.
            (&[60, 18], &[(Stale, 28), (Escalated, 21)], Some(Ageing)),
            (&[60, 20], &[(Stale, 28), (Escalated, 21), (Ageing, 2)], None),
            (&[60, 32], &[(Stale, 28), (Escalated, 21), (Ageing, 14)], Some(Stale)),
            (&[60, 34], &[(Stale, 28), (Escalated, 21), (Stale, 2)], None),
            (&[60, 39], &[(Stale, 28), (Escalated, 21), (Stale, 7)], Some(Escalated)),
            (&[60, 40], &[(Stale, 28), (Escalated, 21), (Stale, 8), (Escalated, 1)], None),
            // The account manager hears of the first while the second still waits for its mail, and of the second later.
            (&[39, 34], &[(Stale, 7), (Stale, 0)], Some(Escalated)),
            (&[39, 34], &[(Stale, 7), (Stale, 0), (Escalated, 0)], None),
            (&[46, 41], &[(Stale, 14), (Stale, 7), (Escalated, 7)], Some(Escalated)),
            // A mail on stale figures named this one, which aged already.
            (&[40, 22], &[(Stale, 6)], None),
        ] {
            assert_eq!(due(confirmed, past), expected, "{confirmed:?} {past:?}");
        }
    }

    #[test]
    fn figures_that_were_never_confirmed_are_stale_once() {
        let ask = |past: &[(ReminderKind, NaiveDate)]| {
            due_reminder(&[Some(today()), None], FreshnessTerms::default(), WAITS, past, today())
        };
        assert_eq!(ask(&[]), Some(Stale));
        assert_eq!(ask(&[(Stale, ago(7))]), Some(Escalated));
        assert_eq!(ask(&[(Stale, ago(70)), (Escalated, ago(63))]), None);
    }

    #[test]
    fn terms_close_to_each_other_leave_room_for_a_reminder() {
        // Friday the 20th, and Monday the 23rd of November.
        let (friday, monday) = (day("2026-11-20"), day("2026-11-23"));
        for (fresh, stale, confirmed, due_on) in [
            // Ageing on the 19th, stale from Saturday the 21st: Friday is the last working day.
            (3, 5, "2026-11-15", friday),
            // The day of confirmation itself would be too soon.
            (1, 2, "2026-11-20", day("2026-11-21")),
            // Ageing on Sunday and stale from Monday: told on Friday, while it is fresh.
            (6, 7, "2026-11-15", friday),
            // Room enough: three days after it begins to age.
            (3, 31, "2026-11-16", monday),
        ] {
            let Ok(terms) = FreshnessTerms::new(fresh, stale) else { panic!("{fresh} is before {stale}") };
            let confirmed = day(confirmed);
            assert_eq!(ageing_reminder_on(confirmed, terms, WAITS), due_on, "{fresh} {stale}");
            let ask = |today| due_reminder(&[Some(confirmed)], terms, WAITS, &[], today);
            assert_eq!((ask(due_on - Days::new(1)), ask(due_on)), (None, Some(Ageing)), "{fresh} {stale}");
        }
    }

    /// Days on which the servers look, from the first on.
    fn looks(start: NaiveDate, skip: Vec<u64>) -> Vec<NaiveDate> {
        skip.into_iter()
            .scan(start, |now, days| {
                *now = *now + Days::new(days);
                Some(*now)
            })
            .collect()
    }

    /// All that a provider hears that confirms nothing.
    fn heard(confirmed: &[Option<NaiveDate>], days: &[NaiveDate]) -> Vec<(ReminderKind, NaiveDate)> {
        let mut past = Vec::new();
        for now in days {
            // One look after the other, as servers do, until nothing is left to send on this day.
            while let Some(kind) = due_reminder(confirmed, FreshnessTerms::default(), WAITS, &past, *now) {
                assert!(!past.contains(&(kind, *now)), "the same twice a day");
                past.push((kind, *now));
            }
        }
        past
    }

    proptest! {
        /// However the days go, every kind is sent at most once for the same silence, in order.
        #[test]
        fn a_silent_provider_hears_everything_once(skip in proptest::collection::vec(1_u64..6, 60)) {
            let confirmed = day("2026-01-05");
            let days = looks(confirmed, skip);
            let kinds: Vec<_> = heard(&[Some(confirmed)], &days).into_iter().map(|(kind, _)| kind).collect();
            let reached: Vec<_> = [Ageing, Stale, Escalated].into_iter().take(kinds.len()).collect();
            prop_assert_eq!(&kinds, &reached);
            prop_assert!(days[59] < confirmed + Days::new(60) || kinds.len() == 3);
        }

        /// Whatever goes stale is told of within two weeks, to the provider and then to the account manager, however long
        /// something else is stale; and mails of one kind are a week apart and end.
        #[test]
        fn every_figure_of_a_silent_provider_is_told_of(
            later in proptest::collection::vec(0_u64..90, 1..8),
            skip in proptest::collection::vec(1_u64..4, 160),
        ) {
            let start = day("2026-01-05");
            let confirmed: Vec<_> = later.iter().map(|days| start + Days::new(*days)).collect();
            let days = looks(start, skip);
            let all: Vec<_> = confirmed.iter().copied().map(Some).collect();
            let past = heard(&all, &days);
            let of = |kind| past.iter().filter(move |(known, _)| *known == kind).map(|(_, day)| *day);
            for confirmed in confirmed {
                let stale = stale_from(confirmed, FreshnessTerms::default());
                let told = of(Stale).find(|day| *day >= stale);
                prop_assert!(told.is_some_and(|told| told < stale + Days::new(14)), "{} {:?}", stale, past);
                let passed_on = of(Escalated).find(|day| told.is_some_and(|told| *day >= told + Days::new(7)));
                prop_assert!(passed_on.is_some_and(|day| day < stale + Days::new(25)), "{} {:?}", stale, past);
                let early = past.iter().any(|(kind, day)| {
                    *kind != Escalated && *day > confirmed + Days::new(14) && *day < stale
                });
                prop_assert!(early, "{} was told of before it went stale: {:?}", confirmed, past);
            }
            for kind in ReminderKind::ALL {
                let sent: Vec<_> = of(kind).collect();
                prop_assert!(sent.len() <= all.len(), "{:?}", past);
                let apart = sent.windows(2).all(|two| two[1] - two[0] >= chrono::TimeDelta::days(REST_DAYS));
                prop_assert!(apart, "{:?}", past);
            }
        }
    }
}
