//! Dutch words for values that sentences share.

use chrono::{Datelike, NaiveDate};

const MONTHS: [&str; 12] = [
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
];

/// The name of a month, 1 to 12.
pub fn month_name(month: u32) -> &'static str {
    usize::try_from(month).ok().and_then(|month| MONTHS.get(month.checked_sub(1)?)).copied().unwrap_or("")
}

/// `1 maart 2026`.
pub fn date(day: NaiveDate) -> String {
    format!("{} {} {}", day.day(), month_name(day.month()), day.year())
}

/// `1 maart` in the year of `today`, and with the year in any other.
pub(crate) fn date_near(day: NaiveDate, today: NaiveDate) -> String {
    if day.year() == today.year() { format!("{} {}", day.day(), month_name(day.month())) } else { date(day) }
}

/// `vandaag`, `gisteren` or `12 dagen geleden`. A day after today counts as today: clocks differ.
pub(crate) fn days_ago(day: NaiveDate, today: NaiveDate) -> String {
    match (today - day).num_days() {
        ..=0 => "vandaag".to_owned(),
        1 => "gisteren".to_owned(),
        days => format!("{days} dagen geleden"),
    }
}

/// `8 km`, rounded up, so that nothing seems nearer than it is; `1 km` is the least.
pub fn kilometres(metres: u32) -> String {
    format!("{} km", metres.div_ceil(1000).max(1))
}

/// `1 dag`, `3 dagen`.
pub(crate) fn days(count: u32) -> String {
    if count == 1 { "1 dag".to_owned() } else { format!("{count} dagen") }
}

/// `1 week`, `3 weken`.
pub(crate) fn weeks(count: u32) -> String {
    if count == 1 { "1 week".to_owned() } else { format!("{count} weken") }
}

/// A name as it stands inside a sentence: the first letter small, unless it is a word of capitals such as ADHD.
pub fn in_sentence(name: &str) -> String {
    let mut letters = name.chars();
    match (letters.next(), letters.next()) {
        (Some(_), Some(second)) if second.is_uppercase() => name.to_owned(),
        (Some(first), _) => first.to_lowercase().chain(name.chars().skip(1)).collect(),
        (None, _) => String::new(),
    }
}

/// `a`, `a en b`, `a, b en c`.
pub(crate) fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} en {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{day, today};

    #[test]
    fn days_in_words() {
        assert_eq!(date(day("2026-03-01")), "1 maart 2026");
        assert_eq!(date(day("2026-12-31")), "31 december 2026");
        assert_eq!(date_near(day("2026-12-31"), today()), "31 december");
        assert_eq!(date_near(day("2027-01-01"), today()), "1 januari 2027");
        assert_eq!([0, 1, 12, 13].map(month_name), ["", "januari", "december", ""]);
        for (then, words) in [
            ("2026-03-03", "vandaag"),
            ("2026-03-02", "vandaag"),
            ("2026-03-01", "gisteren"),
            ("2026-02-28", "2 dagen geleden"),
        ] {
            assert_eq!(days_ago(day(then), today()), words);
        }
    }

    #[test]
    fn amounts_in_words() {
        for (metres, words) in [(0, "1 km"), (1000, "1 km"), (1001, "2 km"), (8_000, "8 km"), (7_900, "8 km")]
        {
            assert_eq!(kilometres(metres), words, "{metres}");
        }
        assert_eq!([1, 2].map(weeks), ["1 week", "2 weken"]);
        assert_eq!([1, 2].map(days), ["1 dag", "2 dagen"]);
        for (name, words) in [("Een adres", "een adres"), ("ADHD", "ADHD"), ("Ü", "ü"), ("", "")] {
            assert_eq!(in_sentence(name), words);
        }
        let parts = ["a", "b", "c"].map(str::to_owned);
        assert_eq!([0, 1, 2, 3].map(|count| listed(&parts[..count])), ["", "a", "a en b", "a, b en c"]);
    }
}
