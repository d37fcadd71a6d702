//! How dates, times and numbers are written in Dutch.

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
pub use rules::dutch::date;
use rules::dutch::month_name;

use crate::clock::dutch_time;

const MONTHS_SHORT: [&str; 12] =
    ["jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"];

/// `21-11-2026`, as a field of a form shows it.
pub fn day_field(day: NaiveDate) -> String {
    day.format("%d-%m-%Y").to_string()
}

/// `21 nov`, with the year when it is not this one.
pub fn short_date(day: NaiveDate, today: NaiveDate) -> String {
    let text = format!("{} {}", day.day(), MONTHS_SHORT[day.month0() as usize]);
    if day.year() == today.year() { text } else { format!("{text} {}", day.year()) }
}

/// `donderdag 26 november`
pub fn weekday_date(day: NaiveDate) -> String {
    format!(
        "{} {} {}",
        WEEKDAYS[day.weekday().num_days_from_monday() as usize],
        day.day(),
        month_name(day.month())
    )
}

/// `nov 2026`, for the axis of a chart.
pub fn month(day: NaiveDate) -> String {
    format!("{} {}", MONTHS_SHORT[day.month0() as usize], day.year())
}

/// `14.32 uur`, on the clock in the Netherlands.
pub fn time(at: DateTime<Utc>) -> String {
    let local = dutch_time(at);
    format!("{:02}.{:02} uur", local.hour(), local.minute())
}

/// `21 november 2026, 14.32 uur`
pub fn date_time(at: DateTime<Utc>) -> String {
    format!("{}, {}", date(dutch_time(at).date()), time(at))
}

/// `vandaag, 09.12 uur`, `gisteren, 16.40 uur`, `5 dagen geleden`
pub fn ago(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    match days_ago(at, now) {
        ..=0 => format!("vandaag, {}", time(at)),
        1 => format!("gisteren, {}", time(at)),
        days => format!("{days} dagen geleden"),
    }
}

/// Whole days on the Dutch calendar.
pub fn days_ago(at: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    (dutch_time(now).date() - dutch_time(at).date()).num_days()
}

/// `7,5`
pub fn decimal(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").unwrap_or(&text).replace('.', ",")
}

/// `1 plek`, `3 plekken`
pub fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    #[test]
    fn dates_and_times_are_dutch() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 21).expect("a date");
        assert_eq!(date(day), "21 november 2026");
        assert_eq!(day_field(day), "21-11-2026");
        assert_eq!(weekday_date(day), "zaterdag 21 november");
        assert_eq!(time(at("2026-11-21T13:32:00Z")), "14.32 uur");
        assert_eq!(time(at("2026-07-01T12:05:00Z")), "14.05 uur", "summer time");
        assert_eq!(decimal(7.5), "7,5");
        assert_eq!(decimal(7.0), "7");
    }

    #[test]
    fn age_goes_by_the_dutch_calendar() {
        let now = at("2026-11-21T09:00:00Z");
        assert_eq!(ago(at("2026-11-21T08:12:00Z"), now), "vandaag, 09.12 uur");
        assert_eq!(ago(at("2026-11-20T15:40:00Z"), now), "gisteren, 16.40 uur");
        assert_eq!(
            ago(at("2026-11-20T23:30:00Z"), now),
            "vandaag, 00.30 uur",
            "past midnight in the Netherlands"
        );
        assert_eq!(ago(at("2026-11-12T15:40:00Z"), now), "9 dagen geleden");
    }
}
