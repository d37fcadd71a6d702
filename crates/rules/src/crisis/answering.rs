//! Antwoord op een toewijzing: what becomes of a request that is offered to a provider.

use chrono::NaiveDateTime;
use thiserror::Error;

coded_enum! {
    /// Stand van een toewijzing.
    pub enum AssignmentStatus {
        /// The provider has not answered.
        Offered = "aangeboden", "Wacht op antwoord";
        /// The provider takes it.
        Accepted = "aangenomen", "Aangenomen";
        /// The provider does not, with a reason.
        Refused = "geweigerd", "Geweigerd";
        /// The provider did not answer in time.
        Expired = "verlopen", "Geen antwoord binnen de termijn";
        /// The desk took it back.
        Withdrawn = "ingetrokken", "Ingetrokken door het crisispunt";
    }
}

impl AssignmentStatus {
    /// Whether it counts as assigned. What is offered counts too, or two cases at once would go to the same provider.
    pub const fn counts(self) -> bool {
        matches!(self, Self::Offered | Self::Accepted)
    }
}

/// What happens to an assignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AssignmentEvent {
    /// The provider takes it.
    Accept,
    /// The provider does not.
    Refuse,
    /// The term went by.
    Expire,
    /// The desk takes it back.
    Withdraw,
}

/// Why that cannot happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum AssignmentRefusal {
    /// The term went by, whether anybody noticed or not.
    #[error("de termijn voor uw antwoord is voorbij")]
    TooLate,
    /// The term still runs.
    #[error("de termijn loopt nog")]
    TooEarly,
    /// Somebody was first, or the desk took it back.
    #[error("deze toewijzing is al afgehandeld: {}", .0.name().to_lowercase())]
    Ended(AssignmentStatus),
}

/// The status after an event. The term is the one that was set when it was offered; at that moment an answer is in time.
/// Both are points in time: what the clock on the wall shows comes twice in the night in which it goes back.
pub fn step(
    status: AssignmentStatus,
    event: AssignmentEvent,
    answer_by: NaiveDateTime,
    now: NaiveDateTime,
) -> Result<AssignmentStatus, AssignmentRefusal> {
    use AssignmentEvent::{Accept, Expire, Refuse, Withdraw};
    use AssignmentStatus::{Accepted, Expired, Offered, Refused, Withdrawn};
    let in_time = now <= answer_by;
    match (status, event) {
        (Offered, Accept) if in_time => Ok(Accepted),
        (Offered, Refuse) if in_time => Ok(Refused),
        (Offered | Expired, Accept | Refuse) => Err(AssignmentRefusal::TooLate),
        (Offered, Expire) if in_time => Err(AssignmentRefusal::TooEarly),
        (Offered, Expire) => Ok(Expired),
        (Offered | Accepted, Withdraw) => Ok(Withdrawn),
        (ended, _) => Err(AssignmentRefusal::Ended(ended)),
    }
}

/// Kortere termijn: the end of the term of an offer of which the request turned out to be more urgent, as that urgency sets it
/// from now on. None when it stays as it is.
///
/// Only what still waits for an answer gets a shorter term, and never a longer one: who was asked counts on it, and a term
/// that is over has run out whatever the urgency is.
pub fn shortened(
    status: AssignmentStatus,
    answer_by: NaiveDateTime,
    by_urgency: NaiveDateTime,
    now: NaiveDateTime,
) -> Option<NaiveDateTime> {
    let waits = status == AssignmentStatus::Offered && now <= answer_by;
    (waits && by_urgency < answer_by).then_some(by_urgency)
}

#[cfg(test)]
mod tests {
    use AssignmentEvent::{Accept, Expire, Refuse, Withdraw};
    use AssignmentStatus::{Accepted, Expired, Offered, Refused, Withdrawn};

    use super::*;

    fn at(text: &str) -> NaiveDateTime {
        text.parse().unwrap_or_else(|_| panic!("not a moment: {text}"))
    }

    #[test]
    fn an_answer_counts_up_to_the_end_of_the_term() {
        let answer_by = at("2026-03-02T15:00:00");
        let (in_time, late) = ("2026-03-02T15:00:00", "2026-03-02T15:00:01");
        let (too_late, too_early) = (Err(AssignmentRefusal::TooLate), Err(AssignmentRefusal::TooEarly));
        for (event, now, after) in [
            (Accept, in_time, Ok(Accepted)),
            (Accept, late, too_late),
            (Refuse, in_time, Ok(Refused)),
            (Refuse, late, too_late),
            (Expire, in_time, too_early),
            (Expire, late, Ok(Expired)),
            (Withdraw, in_time, Ok(Withdrawn)),
            (Withdraw, late, Ok(Withdrawn)),
        ] {
            assert_eq!(step(Offered, event, answer_by, at(now)), after, "{event:?} {now}");
        }
    }

    #[test]
    fn only_what_waits_gets_another_term_and_only_a_shorter_one() {
        let (ten, eleven, noon) = ("2026-03-02T10:00:00", "2026-03-02T11:00:00", "2026-03-02T12:00:00");
        for (status, answer_by, by_urgency, now, after) in [
            (Offered, noon, eleven, ten, Some(eleven)),
            // To the last moment of the first term.
            (Offered, noon, eleven, noon, Some(eleven)),
            (Offered, eleven, ten, noon, None),
            (Offered, eleven, eleven, ten, None),
            (Offered, eleven, noon, ten, None),
            (Accepted, noon, eleven, ten, None),
            (Refused, noon, eleven, ten, None),
            (Expired, noon, eleven, ten, None),
            (Withdrawn, noon, eleven, ten, None),
        ] {
            let found = shortened(status, at(answer_by), at(by_urgency), at(now));
            assert_eq!(found, after.map(at), "{status} {answer_by} {by_urgency} {now}");
        }
    }

    #[test]
    fn what_ended_stays_as_it_is_and_who_answers_after_the_term_hears_that() {
        let now = at("2026-03-02T15:00:00");
        for status in [Accepted, Refused, Expired, Withdrawn] {
            for event in [Accept, Refuse, Expire, Withdraw] {
                let expected = match (status, event) {
                    (Accepted, Withdraw) => Ok(Withdrawn),
                    (Expired, Accept | Refuse) => Err(AssignmentRefusal::TooLate),
                    _ => Err(AssignmentRefusal::Ended(status)),
                };
                assert_eq!(step(status, event, now, now), expected, "{status} {event:?}");
            }
        }
        let counting: Vec<_> = AssignmentStatus::ALL.iter().filter(|status| status.counts()).collect();
        assert_eq!(counting, [&Offered, &Accepted]);
    }
}
