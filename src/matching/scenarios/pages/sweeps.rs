//! A range of values: started, watched, stopped, and shown as charts and a table.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use rules::matching::scenario::Kind;

use super::changes::{parse_value, shown_value};
use super::{Age, By, SECTION, SWEEP, parse_scenario, path_of, show_scenario, stamped};
use crate::error::{Error, Result};
use crate::matching::scenarios::actions::{self, RangePart};
use crate::matching::scenarios::model::{
    ChangeLine, Range, Scenario, Sweep, SweepPoint, SweepState, value_words,
};
use crate::matching::scenarios::naming::Part;
use crate::web::chart::{Label, LineChart, Point, Series};
use crate::web::context::Context;
use crate::web::csv::{Sheet, attachment};
use crate::web::fields::{Fields, Length};
use crate::web::form::{Form, Refusal};
use crate::web::input::{FormInput, QueryInput};
use crate::web::page::{Page, html, see_other};

#[derive(Template)]
#[template(path = "matching/scenarios/sweep.html")]
pub struct SweepPage {
    pub page: Page,
    /// Of the scenario.
    pub address: String,
    pub scenario: Scenario,
    pub sweep: Sweep,
    pub age: Option<Age>,
    pub charts: Vec<LineChart>,
}

/// Has a range of values worked out.
pub async fn start_sweep(
    ctx: Context,
    path: Path<String>,
    FormInput(mut fields): FormInput,
) -> Result<HttpResponse> {
    let id = parse_scenario(&path)?;
    let mut form = Form::of_typed(SWEEP, &fields);
    let kind = fields.parsed("wat", "onbekende-keuze", |code| Kind::parse(code).ok_or("kies uit de lijst"));
    let code = |fields: &mut Fields, name: &'static str| fields.optional_text(name, Length(1, 20));
    let (provider, product) = (code(&mut fields, "reeksAanbieder"), code(&mut fields, "reeksProduct"));
    let of = kind.unwrap_or(Kind::MorePlaces);
    let mut value = |name: &'static str| fields.parsed(name, "geen-getal", |text| parse_value(of, text));
    let (from, to, step) = (value("van"), value("tot"), value("stap"));
    if step.is_some_and(|step| step < 1) {
        fields.error("stap", "buiten-grenzen", "moet meer dan 0 zijn");
    }
    let range = Range {
        change: ChangeLine { provider, product, ..ChangeLine::new(of) },
        from: from.unwrap_or_default(),
        to: to.unwrap_or_default(),
        step: step.unwrap_or(1),
    };
    let started = match fields.finish(range) {
        Ok(range) => {
            let snapshot = ctx.state.supply.current()?;
            ctx.db(move |conn, actor, now| {
                actions::start_sweep(conn, actor, now, &snapshot, id, (range, range_field))
            })
            .await
        }
        Err(violations) => Err(violations.into()),
    };
    match started {
        Ok(()) => Ok(see_other(&format!("{}/reeks", path_of(id)))),
        Err(error) => {
            if form.refuse(error, "wat")? == Refusal::Outdated {
                return Err(Error::Outdated { current: None });
            }
            show_scenario(&ctx, id, (By::Place, 1), form).await
        }
    }
}

fn range_field(part: RangePart) -> &'static str {
    match part {
        RangePart::Of(Part::Provider) => "reeksAanbieder",
        RangePart::Of(Part::Product) => "reeksProduct",
        RangePart::Of(_) => "wat",
        RangePart::From => "van",
        RangePart::To => "tot",
        RangePart::Step => "stap",
    }
}

async fn find_sweep(ctx: &Context, id: i64) -> Result<(Scenario, Sweep)> {
    let (scenario, sweep) = ctx.db(move |conn, actor, _| actions::find_with_sweep(conn, actor, id)).await?;
    Ok((scenario, sweep.ok_or(Error::NotFound("reeks"))?))
}

pub async fn sweep(ctx: Context, path: Path<String>, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    let (scenario, sweep) = find_sweep(&ctx, parse_scenario(&path)?).await?;
    let now = stamped(&ctx).await?;
    let age = sweep.outcome.as_ref().map(|outcome| Age::of(&outcome.stamp, &now, ctx.today()));
    let (charts, address) = (charts(&sweep), path_of(scenario.id));
    html(&SweepPage { page: Page::new(&ctx, SECTION), address, scenario, sweep, age, charts })
}

/// How many have a place, how long they wait, and how far they go, against the value.
fn charts(sweep: &Sweep) -> Vec<LineChart> {
    let Some(outcome) = &sweep.outcome else { return Vec::new() };
    let kind = sweep.range.change.kind;
    let labels: Vec<Label> = outcome
        .points
        .iter()
        .map(|point| Label {
            short: shown_value(kind, point.value).trim_start_matches('+').to_owned(),
            long: value_words(kind, point.value),
        })
        .collect();
    let line = |name: &str, value: &dyn Fn(&SweepPoint) -> Option<f64>| Series {
        name: name.to_owned(),
        points: outcome
            .points
            .iter()
            .map(|point| value(point).map_or(Point::Absent("niet te zeggen"), Point::Known))
            .collect(),
    };
    let tenth = |number: f64| (number * 10.0).round() / 10.0;
    let of = &outcome.words;
    vec![
        LineChart {
            id: "geplaatst",
            title: format!("Kinderen met een plek. {of}"),
            unit: "kinderen",
            labels: labels.clone(),
            series: vec![
                line("Met plek", &|point| Some(point.measures.all.placed.into())),
                line("Boven norm", &|point| Some(point.measures.past_norm.placed.into())),
            ],
            norm: None,
        },
        LineChart {
            id: "wachten",
            title: format!("Gemiddeld tot de start, van wie een plek krijgt. {of}"),
            unit: "weken",
            labels: labels.clone(),
            series: vec![line("Wachttijd", &|point| {
                point.measures.mean_wait.map(|wait| tenth(f64::from(wait) / 100.0))
            })],
            norm: None,
        },
        LineChart {
            id: "reizen",
            title: format!("Gemiddelde afstand, van wie een plek krijgt. {of}"),
            unit: "km",
            labels,
            series: vec![line("Afstand", &|point| {
                point.measures.mean_metres.map(|metres| tenth(f64::from(metres) / 1000.0))
            })],
            norm: None,
        },
    ]
}

/// What the chart of places shows, in one sentence.
pub fn conclusion(sweep: &Sweep) -> String {
    let Some(points) = sweep.outcome.as_ref().map(|outcome| &outcome.points) else { return String::new() };
    let placed: Vec<u32> = points.iter().map(|point| point.measures.all.placed).collect();
    let (Some(first), Some(last)) = (placed.first(), placed.last()) else { return String::new() };
    let value = |at: usize| {
        points.get(at).map_or_else(String::new, |point| value_words(sweep.range.change.kind, point.value))
    };
    if placed.iter().all(|count| count == first) {
        return format!("Bij elke waarde krijgen {first} kinderen een plek");
    }
    if last > first {
        let enough = placed.iter().position(|count| count == last).unwrap_or_default();
        return format!(
            "Van {first} naar {last} kinderen met een plek; dat hoogste aantal is er vanaf {}",
            value(enough)
        );
    }
    format!("Van {first} naar {last} kinderen met een plek")
}

/// Stops a sweep that is busy.
pub async fn stop_sweep(
    ctx: Context,
    path: Path<String>,
    FormInput(fields): FormInput,
) -> Result<HttpResponse> {
    fields.finish(())?;
    let id = parse_scenario(&path)?;
    match ctx.db(move |conn, actor, now| actions::stop_sweep(conn, actor, now, id)).await {
        // It was just ready: the page shows that.
        Ok(()) | Err(Error::Conflict(_)) => Ok(see_other(&format!("{}/reeks", path_of(id)))),
        Err(error) => Err(error),
    }
}

/// The table of a sweep as a sheet.
pub async fn sweep_csv(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_scenario(&path)?;
    let (_, sweep) = find_sweep(&ctx, id).await?;
    let kind = sweep.range.change.kind;
    let mut sheet = Sheet::for_spreadsheets(&[
        "waarde",
        "metPlek",
        "wachtenden",
        "eerst",
        "voorrang",
        "gewoon",
        "langerDanNormMetPlek",
        "gemiddeldeWekenTotStart",
        "gemiddeldeAfstandKm",
    ])?;
    for point in sweep.outcome.iter().flat_map(|outcome| &outcome.points) {
        let measures = &point.measures;
        let decimal = |value: Option<u32>, by: f64| {
            value.map(|value| crate::web::format::decimal(f64::from(value) / by)).unwrap_or_default()
        };
        sheet.row(&[
            shown_value(kind, point.value).trim_start_matches('+').to_owned(),
            measures.all.placed.to_string(),
            measures.all.total.to_string(),
            measures.levels[2].placed.to_string(),
            measures.levels[1].placed.to_string(),
            measures.levels[0].placed.to_string(),
            measures.past_norm.placed.to_string(),
            decimal(measures.mean_wait, 100.0),
            decimal(measures.mean_metres, 1000.0),
        ])?;
    }
    attachment(sheet, &format!("reeks-{id}.csv"))
}
