//! Wie pakt de aanvraag op: the crisis point, the municipality's own team, or a service elsewhere.
//!
//! This only tells who handles a request. Whatever it says, the request is kept.

use chrono::NaiveDateTime;

use super::codes::Handler;
use crate::working_hours::OpeningHours;

coded_enum! {
    /// Soort hulp die wordt gevraagd: what a list item of a region asks for.
    pub enum AskedKind {
        /// Help where the child is.
        Ambulant = "ambulant", "Ambulante hulp";
        /// A place to sleep.
        Stay = "verblijf", "Verblijf";
    }
}

/// What the crisis point does for a municipality of its region.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Served {
    /// It sends ambulant help.
    pub ambulant: bool,
    /// It finds a place to sleep.
    pub stay: bool,
}

/// Where the child lives, as far as the crisis point is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    /// In a municipality of the region.
    Inside(Served),
    /// Outside the region: registered, not placed.
    Outside,
}

coded_enum! {
    /// Reden van de route.
    pub enum RouteReason {
        /// The point serves the municipality for what is asked, and is open.
        Served = "bediend", "Het crisispunt doet dit voor deze gemeente";
        /// The municipality has a team of its own for what is asked.
        NotServed = "niet-bediend", "Deze gemeente heeft hiervoor een eigen team";
        /// The point is closed.
        AfterHours = "buiten-werktijd", "De aanvraag kwam binnen buiten de openingstijden";
        /// The child lives in another region.
        Outside = "buiten-regio", "Het kind woont buiten de regio";
    }
}

/// Route: who handles a request, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    pub handler: Handler,
    pub reason: RouteReason,
}

/// Who must handle what is asked for a child that lives there, when it came in at this local time.
///
/// A child of another region goes to the service of that region at any hour. Of what the region itself handles, the
/// hours come first: when the point is closed, nobody of a municipality's own team can be counted on either.
pub fn route(received: NaiveDateTime, hours: &OpeningHours, home: Home, asked: AskedKind) -> Route {
    let (handler, reason) = match home {
        Home::Outside => (Handler::OwnRegion, RouteReason::Outside),
        Home::Inside(_) if !hours.is_open(received) => (Handler::NightService, RouteReason::AfterHours),
        Home::Inside(served) => {
            let is_served = match asked {
                AskedKind::Ambulant => served.ambulant,
                AskedKind::Stay => served.stay,
            };
            if is_served {
                (Handler::Point, RouteReason::Served)
            } else {
                (Handler::OwnTeam, RouteReason::NotServed)
            }
        }
    };
    Route { handler, reason }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    const BOTH: Home = Home::Inside(Served { ambulant: true, stay: true });
    const STAY_ONLY: Home = Home::Inside(Served { ambulant: false, stay: true });

    fn at(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").expect("a moment")
    }

    fn handler(text: &str, home: Home, asked: AskedKind) -> Handler {
        let closed = NaiveDate::from_ymd_opt(2026, 7, 3).expect("a day");
        route(at(text), &OpeningHours::office().closed_on([closed]), home, asked).handler
    }

    #[test]
    fn the_point_handles_what_it_serves_while_it_is_open() {
        let friday = "2026-11-20 10:00:00";
        for (home, asked, expected) in [
            (BOTH, AskedKind::Ambulant, Handler::Point),
            (BOTH, AskedKind::Stay, Handler::Point),
            (STAY_ONLY, AskedKind::Ambulant, Handler::OwnTeam),
            (STAY_ONLY, AskedKind::Stay, Handler::Point),
            (Home::Inside(Served::default()), AskedKind::Stay, Handler::OwnTeam),
            (Home::Outside, AskedKind::Ambulant, Handler::OwnRegion),
        ] {
            assert_eq!(handler(friday, home, asked), expected, "{home:?} {asked:?}");
        }
    }

    #[test]
    fn when_it_is_closed_the_night_service_handles_it() {
        use Handler::{NightService, Point};
        for (moment, expected) in [
            // The edges of a working day.
            ("2026-11-20 08:59:59", NightService),
            ("2026-11-20 09:00:00", Point),
            ("2026-11-20 16:59:59", Point),
            ("2026-11-20 17:00:00", NightService),
            // A weekend.
            ("2026-11-21 10:00:00", NightService),
            ("2026-11-22 10:00:00", NightService),
            ("2026-11-23 09:00:00", Point),
            // Easter Monday, Ascension Day and the day after, Whit Monday.
            ("2026-04-06 10:00:00", NightService),
            ("2026-05-14 10:00:00", NightService),
            ("2026-05-15 10:00:00", Point),
            ("2026-05-25 10:00:00", NightService),
            // King's Day, on Monday in 2026 and moved to Saturday in 2025.
            ("2026-04-27 10:00:00", NightService),
            ("2025-04-28 10:00:00", Point),
            // Christmas on Friday, New Year's Eve and New Year's Day.
            ("2026-12-25 10:00:00", NightService),
            ("2026-12-31 16:59:59", Point),
            ("2027-01-01 10:00:00", NightService),
            // A closing day of the region's own.
            ("2026-07-03 10:00:00", NightService),
            // The mornings after the clock changed.
            ("2026-03-30 09:00:00", Point),
            ("2026-10-26 09:00:00", Point),
        ] {
            assert_eq!(handler(moment, BOTH, AskedKind::Ambulant), expected, "{moment}");
        }
    }

    #[test]
    fn a_child_of_another_region_goes_to_its_own_at_any_hour() {
        assert_eq!(handler("2026-11-21 03:00:00", Home::Outside, AskedKind::Stay), Handler::OwnRegion);
    }
}
