//! Volgorde op het crisisbord: what is late on top, then what is due first.

use std::cmp::Ordering;

use chrono::{DateTime, TimeDelta, Utc};

use super::codes::Urgency;

/// From how long before its end a term asks for attention.
const SOON: TimeDelta = TimeDelta::hours(1);

coded_enum! {
    /// Hoe de klok ervoor staat.
    pub enum Pressure {
        /// The term has passed.
        Late = "te-laat", "Te laat";
        /// Within the hour.
        Soon = "bijna", "Bijna te laat";
        /// Later.
        Calm = "op-tijd", "Op tijd";
        /// No term runs.
        None = "geen-termijn", "Geen termijn";
    }
}

/// How the clock of a request stands at this moment. At its end a term has not passed yet.
pub fn pressure(due: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Pressure {
    match due {
        None => Pressure::None,
        Some(due) if now > due => Pressure::Late,
        Some(due) if due - now < SOON => Pressure::Soon,
        Some(_) => Pressure::Calm,
    }
}

/// What the order of two requests hangs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    pub due: Option<DateTime<Utc>>,
    pub urgency: Urgency,
    pub received_at: DateTime<Utc>,
    /// Decides when all else is the same, so that lines never jump.
    pub code: &'a str,
}

/// Which of two comes first: the earliest term, so that the latest is on top, and what has no term last. At the same term
/// acute goes before urgent, and what came in first before the rest.
pub fn order(a: &Line<'_>, b: &Line<'_>) -> Ordering {
    let key = |line: &Line<'_>| (line.due.is_none(), line.due, line.urgency, line.received_at);
    key(a).cmp(&key(b)).then_with(|| a.code.cmp(b.code))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + minute * 60, 0).expect("a moment")
    }

    #[test]
    fn the_clock_is_late_after_its_end_and_soon_in_the_last_hour() {
        for (minutes_left, expected) in
            [(-1, Pressure::Late), (0, Pressure::Soon), (59, Pressure::Soon), (60, Pressure::Calm)]
        {
            assert_eq!(pressure(Some(at(minutes_left)), at(0)), expected, "{minutes_left}");
        }
        assert_eq!(pressure(None, at(0)), Pressure::None);
    }

    #[test]
    fn late_is_on_top_and_no_term_at_the_end() {
        let line = |due: Option<i64>, urgency, received, code| Line {
            due: due.map(at),
            urgency,
            received_at: at(received),
            code,
        };
        let mut lines = [
            line(None, Urgency::Acute, 0, "geen"),
            line(Some(60), Urgency::Urgent, 0, "later"),
            line(Some(10), Urgency::Urgent, 5, "eerder binnen"),
            line(Some(10), Urgency::Urgent, 6, "b"),
            line(Some(10), Urgency::Urgent, 6, "a"),
            line(Some(10), Urgency::Acute, 7, "acuut"),
            line(Some(-30), Urgency::Urgent, 0, "te laat"),
        ];
        lines.sort_by(order);
        assert_eq!(
            lines.map(|line| line.code),
            ["te laat", "acuut", "eerder binnen", "a", "b", "later", "geen"]
        );
    }
}
