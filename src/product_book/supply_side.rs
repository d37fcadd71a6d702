//! What the pages of providers, locations and contracts share: showing what somebody else changed in the meantime,
//! and periods.

use actix_web::HttpResponse;
use askama::Template;
use chrono::NaiveDate;

use crate::error::Result;
pub use crate::web::form::Difference;
use crate::web::format;
pub use crate::web::list::{SortHead, SortOrder, link, parse_number, rows_of_page};

/// What people see for a code of a select; the code itself when it is none of the choices.
pub fn label_of<'a>(choices: &'a [(String, String)], code: &'a str) -> &'a str {
    choices.iter().find(|(known, _)| known == code).map_or(code, |(_, label)| label)
}

/// The fields (label, typed, stored) that are not the same.
pub fn differences(fields: &[(&'static str, &str, &str)]) -> Vec<Difference> {
    fields
        .iter()
        .filter(|(_, typed, stored)| typed.trim() != stored.trim())
        .map(|(label, typed, stored)| Difference {
            label,
            typed: (*typed).to_owned(),
            stored: (*stored).to_owned(),
        })
        .collect()
}

/// A page that shows what somebody else saved first: nothing of this request has been kept.
pub fn html_outdated<T: Template>(page: &T) -> Result<HttpResponse> {
    Ok(HttpResponse::Conflict().content_type("text/html; charset=utf-8").body(page.render()?))
}

/// A period in words: `van 1 januari 2023 tot en met 31 december 2026`.
pub fn period(from: Option<NaiveDate>, until: Option<NaiveDate>) -> String {
    match (from.map(format::date), until.map(format::date)) {
        (Some(from), Some(until)) => format!("van {from} tot en met {until}"),
        (Some(from), None) => format!("vanaf {from}"),
        (None, Some(until)) => format!("tot en met {until}"),
        (None, None) => "zonder begin- en einddatum".to_owned(),
    }
}

/// A day as a form shows and reads it.
pub fn day_field(day: Option<NaiveDate>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_shown() {
        let found = differences(&[("Naam", "Een", "Twee"), ("Website", " ", "")]);
        assert_eq!(found, [Difference { label: "Naam", typed: "Een".into(), stored: "Twee".into() }]);
    }

    #[test]
    fn codes_are_shown_by_their_label() {
        let choices =
            [(String::new(), "Hele regio".to_owned()), ("GM0243".to_owned(), "Harderwijk".to_owned())];
        for (code, label) in [("", "Hele regio"), ("GM0243", "Harderwijk"), ("GM0302", "GM0302")] {
            assert_eq!(label_of(&choices, code), label);
        }
    }

    #[test]
    fn periods_in_words() {
        let day = NaiveDate::from_ymd_opt(2026, 1, 1);
        assert_eq!(period(day, day), "van 1 januari 2026 tot en met 1 januari 2026");
        assert_eq!(period(day, None), "vanaf 1 januari 2026");
        assert_eq!(period(None, day), "tot en met 1 januari 2026");
        assert_eq!(period(None, None), "zonder begin- en einddatum");
    }
}
