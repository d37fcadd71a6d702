//! Charts of how figures went: of one offer, and of all that a provider offers.

use chrono::{Months, NaiveDate};
use rules::figures::{Figures, OfferStatus};
use rules::waiting_time::WeekRange;

use super::model::{Offer, ProviderTrendPoint, TrendPoint};
use crate::web::chart::{Label, LineChart, Norm, Point, Series};
use crate::web::format;

/// How far back the charts go.
const MONTHS_BACK: Months = Months::new(12);

const UNKNOWN: Point = Point::Absent("niet bekend");

/// A chart with the conclusion above it.
pub struct ChartView {
    pub conclusion: String,
    pub chart: LineChart,
}

/// The day on which a chart starts that ends today.
pub fn first_day(today: NaiveDate) -> NaiveDate {
    today.checked_sub_months(MONTHS_BACK).unwrap_or(today)
}

/// The wait and the free places of one offer.
pub fn of_offer(offer: &Offer, points: &[TrendPoint]) -> Vec<ChartView> {
    let days: Vec<NaiveDate> = points.iter().map(|point| point.day).collect();
    let start = series("Start hulp", points, |figures| weeks(figures, figures.expected_start_hundredths()));
    let intake = series("Intake", points, |figures| {
        weeks(figures, figures.intake.map(WeekRange::expected_hundredths))
    });
    let norm = offer.product.norm.total();
    let norm = Norm { name: format!("norm {norm} weken"), value: f64::from(norm) };
    let places = series("Plekken vrij", points, |figures| places(figures.free_places.map(u32::from)));
    vec![wait_chart(&days, vec![start, intake], Some(norm)), places_chart(&days, places)]
}

/// The mean wait and the free places of all that a provider offers, as far as they are known.
pub fn of_provider(points: &[ProviderTrendPoint]) -> Vec<ChartView> {
    let days: Vec<NaiveDate> = points.iter().map(|point| point.day).collect();
    let start = Series {
        name: "Start hulp".into(),
        points: points.iter().map(|point| known_weeks(point.mean_start_hundredths)).collect(),
    };
    let places = Series {
        name: "Plekken vrij".into(),
        points: points.iter().map(|point| places(point.free_places)).collect(),
    };
    vec![wait_chart(&days, vec![start], None), places_chart(&days, places)]
}

/// The place of each point on the axis: months by name, and today.
fn labels(days: &[NaiveDate]) -> Vec<Label> {
    let last = days.len().saturating_sub(1);
    let label = |(index, day): (usize, &NaiveDate)| {
        let month = format::month(*day);
        let short = month.split(' ').next().unwrap_or_default();
        Label { short: if index == last { "nu".into() } else { short.to_owned() }, long: format::date(*day) }
    };
    days.iter().enumerate().map(label).collect()
}

fn series(name: &str, points: &[TrendPoint], value: impl Fn(&Figures) -> Point) -> Series {
    let point = |point: &TrendPoint| point.figures.as_ref().map_or(UNKNOWN, &value);
    Series { name: name.to_owned(), points: points.iter().map(point).collect() }
}

/// During a stop nothing starts, whatever wait still stands beside it.
fn weeks(figures: &Figures, hundredths: Option<u32>) -> Point {
    if figures.status == OfferStatus::IntakeStop {
        Point::Absent("aanmeldstop")
    } else {
        known_weeks(hundredths)
    }
}

fn known_weeks(hundredths: Option<u32>) -> Point {
    hundredths.map_or(UNKNOWN, |hundredths| Point::Known(f64::from(hundredths) / 100.0))
}

fn places(places: Option<u32>) -> Point {
    places.map_or(UNKNOWN, |places| Point::Known(f64::from(places)))
}

/// The first of the series is what the conclusion is about.
fn wait_chart(days: &[NaiveDate], series: Vec<Series>, norm: Option<Norm>) -> ChartView {
    let told = conclusion(&series[0], |first, last| {
        let (from, to) = (format::decimal(first), format::decimal(last));
        if first < last {
            format!("De wachttijd werd langer: van {from} naar {to} weken")
        } else if first > last {
            format!("De wachttijd werd korter: van {from} naar {to} weken")
        } else {
            format!("De wachttijd bleef {to} weken")
        }
    });
    let chart = LineChart {
        id: "wachttijd",
        title: "Verwachte wachttijd in weken, per maand".into(),
        unit: "weken",
        labels: labels(days),
        series,
        norm,
    };
    ChartView { conclusion: told.unwrap_or_else(|absent| format!("Wachttijd nu: {absent}")), chart }
}

fn places_chart(days: &[NaiveDate], series: Series) -> ChartView {
    let told = conclusion(&series, |first, last| {
        if first < last {
            format!("Meer plekken vrij: van {first} naar {last}")
        } else if first > last {
            format!("Minder plekken vrij: van {first} naar {last}")
        } else {
            format!("Het aantal vrije plekken bleef {last}")
        }
    });
    let chart = LineChart {
        id: "plekken",
        title: "Vrije plekken, per maand".into(),
        unit: "plekken",
        labels: labels(days),
        series: vec![series],
        norm: None,
    };
    ChartView { conclusion: told.unwrap_or_else(|absent| format!("Vrije plekken nu: {absent}")), chart }
}

/// From the first to the newest value in words; or why there is no newest value.
fn conclusion(
    series: &Series,
    tell: impl Fn(f64, f64) -> String,
) -> std::result::Result<String, &'static str> {
    let first = series.points.iter().find_map(|point| match point {
        Point::Known(value) => Some(*value),
        Point::Absent(_) => None,
    });
    match (first, series.points.last()) {
        (Some(first), Some(Point::Known(last))) => Ok(tell(first, *last)),
        (_, Some(Point::Absent(why))) => Err(why),
        _ => Err("niet bekend"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(month: u32, free_places: Option<u32>, mean_start_hundredths: Option<u32>) -> ProviderTrendPoint {
        let day = NaiveDate::from_ymd_opt(2026, month, 28).unwrap();
        ProviderTrendPoint { day, free_places, mean_start_hundredths }
    }

    #[test]
    fn the_charts_of_a_provider_tell_what_is_known() {
        let told = |points: &[ProviderTrendPoint]| -> Vec<String> {
            of_provider(points).into_iter().map(|view| view.conclusion).collect()
        };
        assert_eq!(
            told(&[point(9, Some(4), Some(350)), point(10, Some(1), Some(600))]),
            ["De wachttijd werd langer: van 3,5 naar 6 weken", "Minder plekken vrij: van 4 naar 1"]
        );
        assert_eq!(
            told(&[point(9, Some(4), Some(350)), point(10, None, None)]),
            ["Wachttijd nu: niet bekend", "Vrije plekken nu: niet bekend"]
        );
        assert_eq!(
            told(&[point(9, None, Some(600)), point(10, Some(2), Some(600))]),
            ["De wachttijd bleef 6 weken", "Het aantal vrije plekken bleef 2"]
        );
    }
}
