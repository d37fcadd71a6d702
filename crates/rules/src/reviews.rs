//! Controle van rechten (review): somebody looks once a year whether what a user may do still fits.

use chrono::{DateTime, Duration, Utc};

/// BIO2 asks for a regular review of access rights; once a year is what regions agree on.
const GOOD_FOR: Duration = Duration::days(365);

/// Whether it is time for a review. Making a user counts as one.
pub fn is_overdue(created_at: DateTime<Utc>, reviewed_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    let last = reviewed_at.map_or(created_at, |reviewed_at| reviewed_at.max(created_at));
    now - last > GOOD_FOR
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_review_is_overdue_after_a_year() {
        let made: DateTime<Utc> = "2025-01-01T12:00:00Z".parse().unwrap();
        let after = |days: i64, seconds: i64| made + Duration::days(days) + Duration::seconds(seconds);
        for (reviewed, now, overdue) in [
            (None, after(364, 0), false),
            (None, after(365, 0), false),
            (None, after(365, 1), true),
            (Some(after(100, 0)), after(365, 1), false),
            (Some(after(100, 0)), after(465, 0), false),
            (Some(after(100, 0)), after(465, 1), true),
            (Some(after(-10, 0)), after(365, 0), false),
        ] {
            assert_eq!(is_overdue(made, reviewed, now), overdue, "{reviewed:?} {now}");
        }
    }
}
