//! Binnenkomst (arrival): what becomes of figures that come in with a file, beside those that are published.
//!
//! A file may be older than what somebody confirmed since. It never takes the place of newer figures in silence, and
//! figures become no fresher than the person who confirmed them says.

use chrono::{DateTime, Utc};
use thiserror::Error;

/// What to do with one line of figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// The published figures are the same, and confirmed as lately or later: they stay.
    Stay,
    /// The figures of the file are published, as confirmed at this moment.
    Publish(DateTime<Utc>),
}

/// Why a line of figures cannot come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Nobody says when these figures were confirmed.
    #[error("vul in wanneer deze cijfers zijn bevestigd, bijvoorbeeld 31-01-2027")]
    Unconfirmed,
    /// The confirmation lies ahead.
    #[error("dit moment ligt in de toekomst; vul in wanneer de cijfers zijn bevestigd")]
    Ahead,
    /// Somebody confirmed other figures after these.
    #[error("de cijfers hier zijn later bevestigd dan die in het bestand; haal ze opnieuw op en pas die aan")]
    Newer,
}

impl Refusal {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unconfirmed => "verplicht",
            Self::Ahead => "in-de-toekomst",
            Self::Newer => "verouderd",
        }
    }
}

/// Decides by the moments of confirmation: of the published figures, and of those in the file.
///
/// Other figures with the very moment of the published ones are those figures, fetched and then changed: who brings them
/// in confirms them now, as on the page.
pub fn arrival(
    published: Option<DateTime<Utc>>,
    given: Option<DateTime<Utc>>,
    same_figures: bool,
    now: DateTime<Utc>,
) -> Result<Arrival, Refusal> {
    match given {
        Some(given) if given > now => Err(Refusal::Ahead),
        _ if same_figures && given <= published => Ok(Arrival::Stay),
        None => Err(Refusal::Unconfirmed),
        _ if given < published => Err(Refusal::Newer),
        _ if given == published => Ok(Arrival::Publish(now)),
        Some(given) => Ok(Arrival::Publish(given)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_never_takes_the_place_of_newer_figures() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().ok();
        let (earlier, between, later) =
            (at("2026-11-01T09:00:00Z"), at("2026-11-10T09:00:00Z"), at("2026-11-20T09:00:00Z"));
        let now = at("2026-11-21T09:00:00Z").unwrap();
        let ahead = at("2026-11-21T09:00:01Z");
        let publish = |at: Option<DateTime<Utc>>| Ok(Arrival::Publish(at.unwrap()));
        for (published, given, same, expected) in [
            // Nothing changed since the file was fetched, or the same was confirmed since.
            (between, between, true, Ok(Arrival::Stay)),
            (later, between, true, Ok(Arrival::Stay)),
            (between, None, true, Ok(Arrival::Stay)),
            (None, None, true, Ok(Arrival::Stay)),
            // The same figures, confirmed again or for the first time.
            (earlier, between, true, publish(between)),
            (None, between, true, publish(between)),
            // Other figures.
            (earlier, between, false, publish(between)),
            (None, between, false, publish(between)),
            (between, between, false, publish(Some(now))),
            (later, between, false, Err(Refusal::Newer)),
            (between, None, false, Err(Refusal::Unconfirmed)),
            (None, None, false, Err(Refusal::Unconfirmed)),
            (between, ahead, true, Err(Refusal::Ahead)),
            (None, ahead, false, Err(Refusal::Ahead)),
            (earlier, Some(now), false, publish(Some(now))),
        ] {
            assert_eq!(arrival(published, given, same, now), expected, "{published:?} {given:?} {same}");
        }
    }
}
