//! Termijnen bij crisis: by when help is there, and by when a provider answers.
//!
//! The defaults are what other regions publish: on site within 2 hours when it is acute (Noord- en Midden-Limburg),
//! ambulant help within 8 hours on working days otherwise (Hart van Brabant).

use chrono::{NaiveDateTime, NaiveTime, TimeDelta};

use super::codes::Urgency;
use crate::working_hours::{OpeningHours, WorkingTime};

/// Termijnen van een regio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UrgencyTerms {
    /// Within how many minutes help is there when it is acute.
    pub acute_minutes: u32,
    /// The same when it is urgent.
    pub urgent_minutes: u32,
    /// Within how many minutes a provider answers when it is acute.
    pub acute_answer_minutes: u32,
    /// The same when it is urgent.
    pub urgent_answer_minutes: u32,
    /// Acute terms run on when the desk is closed.
    pub acute_runs_always: bool,
    /// What is urgent and comes in at this time or later counts from the next opening.
    pub urgent_cutoff: Option<NaiveTime>,
}

impl Default for UrgencyTerms {
    fn default() -> Self {
        Self {
            acute_minutes: 120,
            urgent_minutes: 480,
            acute_answer_minutes: 30,
            urgent_answer_minutes: 120,
            acute_runs_always: false,
            urgent_cutoff: None,
        }
    }
}

/// When a term ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TermEnd {
    /// At this local time.
    At(NaiveDateTime),
    /// After so much time, whatever the clocks show: an hour that comes twice is two hours.
    After(TimeDelta),
}

impl UrgencyTerms {
    /// Uiterste moment waarop er hulp is, for what came in at this local time.
    pub fn help_by(&self, received: NaiveDateTime, urgency: Urgency, hours: &OpeningHours) -> TermEnd {
        let minutes = match urgency {
            Urgency::Acute => self.acute_minutes,
            Urgency::Urgent => self.urgent_minutes,
        };
        self.end(received, urgency, minutes, hours)
    }

    /// Uiterste moment waarop een aanbieder antwoordt, for what was offered at this local time.
    pub fn answer_by(&self, offered: NaiveDateTime, urgency: Urgency, hours: &OpeningHours) -> TermEnd {
        let minutes = match urgency {
            Urgency::Acute => self.acute_answer_minutes,
            Urgency::Urgent => self.urgent_answer_minutes,
        };
        self.end(offered, urgency, minutes, hours)
    }

    fn end(&self, from: NaiveDateTime, urgency: Urgency, minutes: u32, hours: &OpeningHours) -> TermEnd {
        if urgency == Urgency::Acute && self.acute_runs_always {
            return TermEnd::After(TimeDelta::minutes(i64::from(minutes)));
        }
        let starts = match self.urgent_cutoff {
            Some(cutoff) if urgency == Urgency::Urgent && from.time() >= cutoff => {
                // The last moment of the day, after which the desk opens on a later one.
                hours.next_open(from.date().and_time(NaiveTime::MIN) + TimeDelta::days(1))
            }
            _ => from,
        };
        TermEnd::At(hours.deadline(starts, WorkingTime::Minutes(minutes)))
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    fn at(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a moment")
    }

    fn help(text: &str, urgency: Urgency, terms: UrgencyTerms) -> TermEnd {
        let bridge = NaiveDate::from_ymd_opt(2026, 5, 15).expect("a day");
        terms.help_by(at(text), urgency, &OpeningHours::office().closed_on([bridge]))
    }

    #[test]
    fn terms_run_while_the_desk_is_open() {
        use Urgency::{Acute, Urgent};
        for (received, urgency, ends) in [
            ("2026-11-20 10:00", Acute, "2026-11-20 12:00"),
            // A term that is used up at closing time ends then.
            ("2026-11-20 15:00", Acute, "2026-11-20 17:00"),
            // Over a weekend.
            ("2026-11-20 16:30", Acute, "2026-11-23 10:30"),
            ("2026-11-20 16:30", Urgent, "2026-11-23 16:30"),
            ("2026-11-21 03:00", Acute, "2026-11-23 11:00"),
            // New Year's Eve is a working day, New Year's Day on Friday is not.
            ("2026-12-31 16:00", Acute, "2027-01-04 10:00"),
            // Easter: from Maundy Thursday over Good Friday, which is no day off here.
            ("2026-04-02 16:00", Urgent, "2026-04-03 16:00"),
            ("2026-04-03 16:00", Acute, "2026-04-07 10:00"),
            // Ascension Day and a closing day of the region.
            ("2026-05-13 16:00", Acute, "2026-05-18 10:00"),
            // The weekends in which the clock changes are weekends like all others.
            ("2026-03-27 16:00", Acute, "2026-03-30 10:00"),
            ("2026-10-23 16:00", Acute, "2026-10-26 10:00"),
        ] {
            assert_eq!(help(received, urgency, UrgencyTerms::default()), TermEnd::At(at(ends)), "{received}");
        }
    }

    #[test]
    fn after_the_hour_a_region_set_urgent_counts_from_the_next_opening() {
        let cutoff = NaiveTime::from_hms_opt(13, 0, 0);
        let terms = UrgencyTerms { urgent_cutoff: cutoff, ..UrgencyTerms::default() };
        for (received, urgency, ends) in [
            ("2026-11-19 12:59", Urgency::Urgent, "2026-11-20 12:59"),
            ("2026-11-19 13:00", Urgency::Urgent, "2026-11-20 17:00"),
            ("2026-11-20 13:00", Urgency::Urgent, "2026-11-23 17:00"),
            ("2026-11-20 13:00", Urgency::Acute, "2026-11-20 15:00"),
        ] {
            assert_eq!(help(received, urgency, terms), TermEnd::At(at(ends)), "{received}");
        }
    }

    #[test]
    fn an_acute_term_can_run_day_and_night() {
        let terms = UrgencyTerms { acute_runs_always: true, ..UrgencyTerms::default() };
        assert_eq!(help("2026-11-20 16:30", Urgency::Acute, terms), TermEnd::After(TimeDelta::hours(2)));
        assert_eq!(help("2026-11-20 16:30", Urgency::Urgent, terms), TermEnd::At(at("2026-11-23 16:30")));
    }

    #[test]
    fn providers_answer_within_a_term_of_their_own() {
        let terms = UrgencyTerms::default();
        let hours = OpeningHours::office();
        let friday = at("2026-11-20 16:45");
        assert_eq!(terms.answer_by(friday, Urgency::Acute, &hours), TermEnd::At(at("2026-11-23 09:15")));
        assert_eq!(terms.answer_by(friday, Urgency::Urgent, &hours), TermEnd::At(at("2026-11-23 10:45")));
    }
}
