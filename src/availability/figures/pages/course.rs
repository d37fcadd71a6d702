//! The course of one offer: a chart of the past year, everything that changed, and the figures on any day.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use chrono::NaiveDate;

use crate::availability::figures::actions;
use crate::availability::figures::api::{may_see_signatures, parse_id, timeline_part};
use crate::availability::figures::charts::{self, ChartView};
use crate::availability::figures::model::{HistoryEntry, Offer, TimelineEntry};
use crate::availability::figures::words::{describe_entry, figure_lines};
use crate::error::{Error, Result};
use crate::paging::Paging;
use crate::web::context::Context;
use crate::web::format;
use crate::web::input::QueryInput;
use crate::web::page::{ErrorLink, Page, html, html_with_errors};
use crate::web::paging::{PageLinks, page_number};

/// One line of what happened.
pub struct Line {
    /// For the `datetime` attribute.
    pub at: String,
    pub when: String,
    pub by: String,
    pub what: Vec<String>,
}

/// The figures on a chosen day.
pub struct DayView {
    pub title: String,
    /// Empty when there was no offer yet.
    pub lines: Vec<(&'static str, String)>,
    pub confirmed: String,
}

#[derive(Template)]
#[template(path = "availability/figures/pages/course.html")]
pub struct CoursePage {
    pub page: Page,
    pub errors: Vec<ErrorLink>,
    pub offer: Offer,
    pub charts: Vec<ChartView>,
    pub lines: Vec<Line>,
    pub total: usize,
    pub links: PageLinks,
    /// The day as it was typed.
    pub day_text: String,
    pub day: Option<DayView>,
    pub is_own: bool,
}

impl CoursePage {
    /// The message at a field, for the template.
    pub fn error_at(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|error| error.field == field).map(|error| error.text.as_str())
    }
}

pub async fn course(
    ctx: Context,
    path: Path<String>,
    QueryInput(mut query): QueryInput,
) -> Result<HttpResponse> {
    let id = parse_id(&path).map_err(|_| Error::NotFound("aanbod"))?;
    let number = page_number(&mut query);
    let day_text = query.raw("op");
    let day = query.optional_date("op");
    let mut errors = Vec::new();
    match query.finish(()) {
        Ok(()) if day.is_some_and(|day| day > ctx.today()) => {
            errors.push(ErrorLink::new("op", "Dag: kies vandaag of een eerdere dag"));
        }
        Ok(()) => {}
        Err(violations) if violations.iter().all(|violation| violation.field == "op") => {
            errors = ErrorLink::list(&violations, |_| "Dag".to_owned());
        }
        Err(violations) => return Err(violations.into()),
    }
    let today = ctx.today();
    let from = charts::first_day(today);
    let wanted = day.filter(|_| errors.is_empty());
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
    let link = |number: usize| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if !day_text.is_empty() {
            query.append_pair("op", &day_text);
        }
        format!("/aanbod/{id}/verloop?{}", query.append_pair("pagina", &number.to_string()).finish())
    };
    let links = PageLinks::new(paging, link);
    let mut page = Page::new(&ctx, "/zoeken");
    page.has_errors = !errors.is_empty();
    let view = CoursePage {
        page,
        charts: charts::of_offer(&offer, &points),
        lines: lines.iter().map(|line| show_line(line, shows_signature)).collect(),
        total,
        links,
        day: wanted.map(|day| show_day(day, then.flatten())),
        is_own: ctx.actor.provider_id() == Some(offer.provider.id),
        day_text,
        errors,
        offer,
    };
    if view.errors.is_empty() { html(&view) } else { html_with_errors(&view) }
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
