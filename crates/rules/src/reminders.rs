//! When a provider is reminded of its figures, and when its account manager hears of it.

use chrono::{Days, NaiveDate};

use crate::freshness::{Freshness, FreshnessTerms, freshness};

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
pub fn due_reminder(
    confirmed_on: &[Option<NaiveDate>],
    terms: FreshnessTerms,
    waits: ReminderTerms,
    past: &[(ReminderKind, NaiveDate)],
    today: NaiveDate,
) -> Option<ReminderKind> {
    // Never confirmed sorts first: there is nothing older.
    let oldest = *confirmed_on.iter().min()?;
    let day_after = |days: u16| {
        oldest.map_or(NaiveDate::MIN, |day| {
            day.checked_add_days(Days::new(u64::from(days) + 1)).unwrap_or(NaiveDate::MAX)
        })
    };
    let since = |kind: ReminderKind, start: NaiveDate| {
        past.iter().filter(|(known, day)| *known == kind && *day >= start).map(|(_, day)| *day).max()
    };
    let rested = |kind: ReminderKind| {
        since(kind, NaiveDate::MIN).is_none_or(|day| (today - day).num_days() >= REST_DAYS)
    };
    match freshness(oldest, today, terms) {
        Freshness::Fresh => None,
        Freshness::Ageing => {
            let start = day_after(terms.fresh_days());
            let is_time = today >= start + Days::new(u64::from(waits.ageing_days));
            let told = since(ReminderKind::Ageing, start).is_some();
            (is_time && !told && rested(ReminderKind::Ageing)).then_some(ReminderKind::Ageing)
        }
        Freshness::Stale | Freshness::NeverConfirmed => {
            let Some(told) = since(ReminderKind::Stale, day_after(terms.stale_days())) else {
                return rested(ReminderKind::Stale).then_some(ReminderKind::Stale);
            };
            let is_time = (today - told).num_days() >= i64::from(waits.escalate_days);
            let escalated = since(ReminderKind::Escalated, told).is_some();
            (is_time && !escalated).then_some(ReminderKind::Escalated)
        }
    }
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
    fn the_oldest_figure_decides() {
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

    proptest! {
        /// However the days go, every kind is sent at most once for the same silence, in order.
        #[test]
        fn a_silent_provider_hears_everything_once(skip in proptest::collection::vec(1_u64..6, 60)) {
            let confirmed = day("2026-01-05");
            let mut past = Vec::new();
            let mut now = confirmed;
            for days in skip {
                now = now + Days::new(days);
                let kind = due_reminder(&[Some(confirmed)], FreshnessTerms::default(), WAITS, &past, now);
                past.extend(kind.map(|kind| (kind, now)));
            }
            let kinds: Vec<_> = past.iter().map(|(kind, _)| *kind).collect();
            let reached: Vec<_> = [Ageing, Stale, Escalated].into_iter().take(kinds.len()).collect();
            prop_assert_eq!(&kinds, &reached);
            prop_assert!(now < confirmed + Days::new(60) || kinds.len() == 3);
        }
    }
}
