//! The course of one offer: a chart of the past year, everything that changed, and the figures on any day.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use chrono::{Months, NaiveDate};
use rules::figures::{Figures, OfferStatus};
use rules::waiting_time::WeekRange;

use crate::availability::figures::actions;
use crate::availability::figures::api::{may_see_signatures, parse_id, timeline_part};
use crate::availability::figures::model::{HistoryEntry, Offer, TimelineEntry, TrendPoint};
use crate::availability::figures::words::{describe_entry, figure_lines};
use crate::error::{Error, Result};
use crate::paging::Paging;
use crate::web::chart::{Label, LineChart, Norm, Point, Series};
use crate::web::context::Context;
use crate::web::form::{Form, Labels, form_page};
use crate::web::format;
use crate::web::input::QueryInput;
use crate::web::lists::{PageLinks, link, page_number};
use crate::web::page::Page;

/// How far back the charts go.
const MONTHS_BACK: Months = Months::new(12);

/// One line of what happened.
pub struct Line {
    /// For the `datetime` attribute.
    pub at: String,
    pub when: String,
    pub by: String,
    pub what: Vec<String>,
}

/// A chart with the conclusion above it.
pub struct ChartView {
    pub conclusion: String,
    pub chart: LineChart,
}

/// The figures on a chosen day.
pub struct DayView {
    pub title: String,
    /// Empty when there was no offer yet.
    pub lines: Vec<(&'static str, String)>,
    pub confirmed: String,
}

const LABELS: Labels = &[("op", "Dag")];

#[derive(Template)]
#[template(path = "availability/figures/pages/course.html")]
pub struct CoursePage {
    pub page: Page,
    pub form: Form,
    pub offer: Offer,
    pub charts: Vec<ChartView>,
    pub lines: Vec<Line>,
    pub total: usize,
    pub links: PageLinks,
    /// The day as it was typed.
    pub day: Option<DayView>,
    pub is_own: bool,
}

pub async fn course(
    ctx: Context,
    path: Path<String>,
    QueryInput(mut query): QueryInput,
) -> Result<HttpResponse> {
    let id = parse_id(&path).map_err(|_| Error::NotFound("aanbod"))?;
    let number = page_number(&mut query);
    let today = ctx.today();
    let mut form = Form::of_typed(LABELS, &query).with_days(&["op"]);
    let day = query.optional_date("op");
    if day.is_some_and(|day| day > today) {
        query.error("op", "later", "kies vandaag of een eerdere dag");
    }
    if let Err(violations) = query.finish(()) {
        if violations.iter().any(|violation| violation.field != "op") {
            return Err(violations.into());
        }
        form.refuse(violations.into(), "op")?;
    }
    let from = today.checked_sub_months(MONTHS_BACK).unwrap_or(today);
    let wanted = day.filter(|_| form.errors.is_empty());
    let part = timeline_part(number);
    let (offer, points, (total, lines), then) = ctx
        .db(move |conn, _, _| {
            let offer = actions::find_offer(conn, id)?;
            let points = actions::trend(conn, id, from, today)?;
            let then = wanted.map(|day| actions::figures_on(conn, id, day)).transpose()?;
            Ok((offer, points, actions::timeline(conn, id, part)?, then))
        })
        .await?;
    let paging = Paging::new(number, total);
    let shows_signature = may_see_signatures(&ctx.actor, &offer);
    let path = format!("/aanbod/{id}/verloop");
    let at = |number: usize| link(&path, &[("op", form.value("op")), ("pagina", &number.to_string())]);
    let links = PageLinks::new(paging, at);
    let view = CoursePage {
        page: form.page(&ctx, "/zoeken"),
        charts: vec![wait_chart(&offer, &points), places_chart(&points)],
        lines: lines.iter().map(|line| show_line(line, shows_signature)).collect(),
        total,
        links,
        day: wanted.map(|day| show_day(day, then.flatten())),
        is_own: ctx.actor.provider_id() == Some(offer.provider.id),
        form,
        offer,
    };
    form_page(view.form.status(), &view)
}

fn show_line(line: &TimelineEntry, shows_signature: bool) -> Line {
    Line {
        at: line.entry.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        when: format::date_time(line.entry.at),
        by: if shows_signature { line.entry.changed_by.clone() } else { "aanbieder".into() },
        what: describe_entry(line),
    }
}

fn show_day(day: NaiveDate, entry: Option<HistoryEntry>) -> DayView {
    let title = format!("Cijfers op {}", format::date(day));
    entry.map_or_else(
        || DayView { title: title.clone(), lines: Vec::new(), confirmed: String::new() },
        |entry| DayView {
            title: title.clone(),
            lines: figure_lines(&entry.figures),
            confirmed: format::date_time(entry.at),
        },
    )
}

/// The place of each point on the axis: months by name, and today.
fn labels(points: &[TrendPoint]) -> Vec<Label> {
    let last = points.len().saturating_sub(1);
    let label = |(index, point): (usize, &TrendPoint)| {
        let month = format::month(point.day);
        let short = month.split(' ').next().unwrap_or_default();
        Label {
            short: if index == last { "nu".into() } else { short.to_owned() },
            long: format::date(point.day),
        }
    };
    points.iter().enumerate().map(label).collect()
}

fn series(name: &str, points: &[TrendPoint], value: impl Fn(&Figures) -> Point) -> Series {
    let point = |point: &TrendPoint| point.figures.as_ref().map_or(Point::Absent("niet bekend"), &value);
    Series { name: name.to_owned(), points: points.iter().map(point).collect() }
}

/// During a stop nothing starts, whatever wait still stands beside it.
fn weeks(figures: &Figures, hundredths: Option<u32>) -> Point {
    match hundredths {
        _ if figures.status == OfferStatus::IntakeStop => Point::Absent("aanmeldstop"),
        Some(hundredths) => Point::Known(f64::from(hundredths) / 100.0),
        None => Point::Absent("niet bekend"),
    }
}

fn wait_chart(offer: &Offer, points: &[TrendPoint]) -> ChartView {
    let start = series("Start hulp", points, |figures| weeks(figures, figures.expected_start_hundredths()));
    let intake = series("Intake", points, |figures| {
        weeks(figures, figures.intake.map(WeekRange::expected_hundredths))
    });
    let norm = offer.product.norm.total();
    let conclusion = conclusion(&start, |first, last| match (first, last) {
        (first, last) if first < last => format!(
            "De wachttijd werd langer: van {} naar {} weken",
            format::decimal(first),
            format::decimal(last)
        ),
        (first, last) if first > last => format!(
            "De wachttijd werd korter: van {} naar {} weken",
            format::decimal(first),
            format::decimal(last)
        ),
        (_, last) => format!("De wachttijd bleef {} weken", format::decimal(last)),
    });
    let chart = LineChart {
        id: "wachttijd",
        title: "Verwachte wachttijd in weken, per maand".into(),
        unit: "weken",
        labels: labels(points),
        series: vec![start, intake],
        norm: Some(Norm { name: format!("norm {norm} weken"), value: f64::from(norm) }),
    };
    ChartView { conclusion: conclusion.unwrap_or_else(|absent| format!("Wachttijd nu: {absent}")), chart }
}

fn places_chart(points: &[TrendPoint]) -> ChartView {
    let places = series("Plekken vrij", points, |figures| {
        figures.free_places.map_or(Point::Absent("niet bekend"), |places| Point::Known(f64::from(places)))
    });
    let conclusion = conclusion(&places, |first, last| match (first, last) {
        (first, last) if first < last => format!("Meer plekken vrij: van {first} naar {last}"),
        (first, last) if first > last => format!("Minder plekken vrij: van {first} naar {last}"),
        (_, last) => format!("Het aantal vrije plekken bleef {last}"),
    });
    let chart = LineChart {
        id: "plekken",
        title: "Vrije plekken, per maand".into(),
        unit: "plekken",
        labels: labels(points),
        series: vec![places],
        norm: None,
    };
    ChartView { conclusion: conclusion.unwrap_or_else(|absent| format!("Vrije plekken nu: {absent}")), chart }
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
