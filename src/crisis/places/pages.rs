//! Crisis places on pages: all of them for the desk, and those of a provider.

pub mod giving;
pub mod keeping;
pub mod overview;
pub mod own;

use chrono::{DateTime, Utc};
use rules::crisis::codes::CategoryList;
use rules::crisis::places::PlaceState;

use super::model::Place;
use crate::clock::dutch_day;
use crate::crisis::reading::readable;
use crate::crisis::settings::model::Lists;
use crate::web::format;

/// How a place stands, as a badge.
#[derive(Clone)]
pub struct Mark {
    pub class: &'static str,
    pub icon: &'static str,
    pub text: &'static str,
}

fn mark(state: PlaceState) -> Mark {
    let (class, icon) = match state {
        PlaceState::Free => ("badge--vrij", "circle-check"),
        PlaceState::Held => ("badge--wacht", "clock"),
        PlaceState::Occupied => ("badge--vol", "circle-x"),
        PlaceState::OutOfService => ("badge--neutraal", "circle-x"),
    };
    Mark { class, icon, text: state.name() }
}

/// What is to be known of the state: until when it is held, why it is out of use, when it comes free.
fn remark(place: &Place, lists: &Lists, now: DateTime<Utc>) -> String {
    match place.at(now).state() {
        PlaceState::Free => String::new(),
        PlaceState::Held => place.hold.as_ref().map_or_else(String::new, |hold| {
            format!("voor {} tot {}", readable(&hold.code), format::date_time(hold.until))
        }),
        PlaceState::Occupied => place.expected_free_on.map_or_else(
            || "niet bekend wanneer hij vrijkomt".to_owned(),
            |day| format!("verwacht vrij op {}", format::date(day)),
        ),
        PlaceState::OutOfService => {
            let reason = place.reason.as_deref().unwrap_or_default();
            let reason = lists.name(CategoryList::OutOfService, reason).to_owned();
            match place.out_until {
                Some(day) => format!("{reason}, tot en met {}", format::date(day)),
                None => format!("{reason}, niet bekend tot wanneer"),
            }
        }
    }
}

/// When somebody last said that it holds.
fn confirmed(place: &Place, now: DateTime<Utc>) -> String {
    if dutch_day(place.confirmed_at) == dutch_day(now) {
        format!("vandaag {}", format::time(place.confirmed_at))
    } else {
        format::date_time(place.confirmed_at)
    }
}
