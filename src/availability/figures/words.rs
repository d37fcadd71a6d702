//! Figures in Dutch words: what they are, and what changed.

use chrono::NaiveDate;
use rules::figures::{Figures, IntakeStop};

use super::model::{HistoryKind, Offer, TimelineEntry};
use crate::web::format;

const UNKNOWN: &str = "niet bekend";

/// Name and value of everything that is said, unknown waits and places included.
pub fn figure_lines(figures: &Figures) -> Vec<(&'static str, String)> {
    let mut lines = vec![
        ("Status", figures.status.name().to_owned()),
        ("Plekken vrij", text(figures.free_places)),
        ("Plekken in totaal", text(figures.total_places)),
        ("Wachtenden", text(figures.waiting)),
        ("Wachttijd tot intake", text(figures.intake)),
        ("Daarna tot start hulp", text(figures.treatment)),
        ("Samen tot start hulp", text(figures.total_wait())),
    ];
    let mut add = |name, value: Option<String>| lines.extend(value.map(|value| (name, value)));
    add("Grondslag", figures.basis.map(|basis| basis.name().to_owned()));
    add("Aanmeldstop", figures.stop.as_ref().map(stop_text));
    add("Leeftijd", figures.ages.map(|ages| ages.to_string()));
    add("Sluit op", figures.closes_on.map(format::date));
    add("Opmerkingen", figures.remarks.clone());
    lines
}

/// How many places were given away since the provider published its figures; none when that is none.
pub fn promised(offer: &Offer) -> Option<String> {
    let count = usize::from(offer.reserved_places);
    let places = format::count(count, "plek", "plekken");
    (count > 0).then(|| format!("{places} toegezegd en er al afgehaald"))
}

/// What happened, one sentence part per thing that changed.
pub(super) fn describe_entry(line: &TimelineEntry) -> Vec<String> {
    let changes =
        line.before.as_ref().map(|before| describe_change(before, &line.entry.figures)).unwrap_or_default();
    match line.entry.kind {
        HistoryKind::Created => vec!["Aanbod toegevoegd, nog zonder cijfers".into()],
        HistoryKind::Confirmed => vec!["Niets gewijzigd, cijfers bevestigd".into()],
        HistoryKind::Changed if line.before.is_none() => vec!["Eerste cijfers".into()],
        HistoryKind::Changed if changes.is_empty() => vec!["Cijfers bevestigd".into()],
        HistoryKind::Changed => changes,
    }
}

/// The difference between two states of the figures.
fn describe_change(before: &Figures, after: &Figures) -> Vec<String> {
    let mut changes = Vec::new();
    let mut compare = |name: &str, old: String, new: String| {
        if old != new {
            changes.push(format!("{name} van {old} naar {new}"));
        }
    };
    compare("Status", before.status.name().to_owned(), after.status.name().to_owned());
    compare("Plekken vrij", text(before.free_places), text(after.free_places));
    compare("Plekken in totaal", text(before.total_places), text(after.total_places));
    compare("Wachtenden", text(before.waiting), text(after.waiting));
    compare("Wachttijd intake", text(before.intake), text(after.intake));
    compare("Wachttijd na de intake", text(before.treatment), text(after.treatment));
    let basis = |figures: &Figures| text(figures.basis.map(|basis| basis.name().to_lowercase()));
    compare("Grondslag", basis(before), basis(after));
    let ages = |figures: &Figures| {
        figures.ages.map_or_else(|| "alle leeftijden van het product".to_owned(), |ages| ages.to_string())
    };
    compare("Leeftijd", ages(before), ages(after));
    changes.extend(match (&before.stop, &after.stop) {
        (None, Some(stop)) => Some(format!("Aanmeldstop: {}", stop_text(stop))),
        (Some(_), None) => Some("Aanmeldstop opgeheven".to_owned()),
        (Some(old), Some(new)) if old != new => Some(format!("Aanmeldstop gewijzigd: {}", stop_text(new))),
        _ => None,
    });
    changes.extend(closing(before.closes_on, after.closes_on));
    changes.extend(match (&before.remarks, &after.remarks) {
        (old, new) if old == new => None,
        (_, None) => Some("Opmerkingen verwijderd".to_owned()),
        (_, Some(new)) => Some(format!("Opmerkingen: {new}")),
    });
    changes
}

fn closing(before: Option<NaiveDate>, after: Option<NaiveDate>) -> Option<String> {
    match (before, after) {
        (old, new) if old == new => None,
        (_, Some(day)) => Some(format!("Sluit op {}", format::date(day))),
        (_, None) => Some("Sluiting gaat niet door".to_owned()),
    }
}

fn stop_text(stop: &IntakeStop) -> String {
    let mut text = stop.reason.name().to_lowercase();
    if let Some(explanation) = &stop.explanation {
        text = format!("{text} ({explanation})");
    }
    if let Some(until) = stop.until {
        text = format!("{text}, tot en met {}", format::date(until));
    }
    text
}

fn text<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use rules::figures::{OfferStatus, StopReason};
    use rules::waiting_time::WeekRange;

    use super::*;

    #[test]
    fn changes_are_told_in_words() {
        let before = Figures {
            status: OfferStatus::WaitingList,
            free_places: Some(0),
            intake: Some(WeekRange::exactly(4)),
            ..Figures::unknown()
        };
        let after = Figures {
            free_places: None,
            intake: WeekRange::new(6, Some(8)).ok(),
            status: OfferStatus::IntakeStop,
            stop: Some(IntakeStop {
                reason: StopReason::Full,
                explanation: None,
                until: NaiveDate::from_ymd_opt(2027, 1, 31),
            }),
            ..before.clone()
        };
        assert_eq!(
            describe_change(&before, &after),
            [
                "Status van Wachtlijst naar Aanmeldstop",
                "Plekken vrij van 0 naar niet bekend",
                "Wachttijd intake van 4 weken naar 6 tot 8 weken",
                "Aanmeldstop: vol, tot en met 31 januari 2027",
            ]
        );
        assert!(describe_change(&after, &after).is_empty());
        assert_eq!(
            describe_change(&after, &before).last().map(String::as_str),
            Some("Aanmeldstop opgeheven")
        );
    }

    #[test]
    fn unknown_is_said_and_never_zero() {
        let lines = figure_lines(&Figures::unknown());
        assert!(lines.contains(&("Plekken vrij", "niet bekend".to_owned())));
        assert!(lines.iter().all(|(_, value)| value != "0"));
    }
}
