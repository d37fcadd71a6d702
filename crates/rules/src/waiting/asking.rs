//! Plaatsingsvragen: a provider is asked to respond to a child of which its own figures say that it fits.
//!
//! Silence is no answer here either. Halfway its term the provider is reminded of what it did not answer; at the end
//! whoever asked hears that no answer came, and can ask somebody else.

use chrono::{DateTime, Days, TimeDelta, Utc};

use super::responses::ResponseStatus;

/// For how long a provider is asked.
const ASKED_FOR: Days = Days::new(14);

/// How long after the question the provider is reminded.
const REMINDED_AFTER: TimeDelta = TimeDelta::days(7);

/// Until when a provider that is asked now can answer.
pub fn ends_at(asked_at: DateTime<Utc>) -> DateTime<Utc> {
    asked_at.checked_add_days(ASKED_FOR).unwrap_or(asked_at)
}

/// Questions asked at this moment or earlier are due for a reminder now.
pub fn due_for_reminder(now: DateTime<Utc>) -> DateTime<Utc> {
    now.checked_sub_signed(REMINDED_AFTER).unwrap_or(DateTime::<Utc>::MIN_UTC)
}

/// Whether a response of the provider answers a question about the same child: one that stands, whenever it came, and one
/// that ended since.
pub fn is_answer(status: ResponseStatus, opened_at: DateTime<Utc>, asked_at: DateTime<Utc>) -> bool {
    matches!(status, ResponseStatus::Open | ResponseStatus::Accepted) || opened_at >= asked_at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_question_stands_two_weeks_and_is_repeated_after_one() {
        let asked = at("2026-11-02T10:00:00Z");
        assert_eq!(ends_at(asked), at("2026-11-16T10:00:00Z"));
        for (now, is_due) in [
            ("2026-11-02T10:00:00Z", false),
            ("2026-11-09T09:59:59Z", false),
            ("2026-11-09T10:00:00Z", true),
            ("2026-11-16T10:00:00Z", true),
        ] {
            assert_eq!(asked <= due_for_reminder(at(now)), is_due, "{now}");
        }
    }

    #[test]
    fn an_earlier_answer_counts_while_it_stands() {
        use ResponseStatus as S;
        let (before, asked, after) =
            (at("2026-11-01T10:00:00Z"), at("2026-11-02T10:00:00Z"), at("2026-11-03T10:00:00Z"));
        for status in ResponseStatus::ALL {
            let stands = matches!(status, S::Open | S::Accepted);
            assert_eq!(is_answer(*status, before, asked), stands, "{}", status.code());
            assert!(is_answer(*status, after, asked), "{}", status.code());
            assert!(is_answer(*status, asked, asked), "{}", status.code());
        }
    }
}
