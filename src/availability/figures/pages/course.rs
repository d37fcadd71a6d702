//! The course of one offer: a chart of the past year, everything that changed, and the figures on any day.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use chrono::NaiveDate;

use crate::availability::figures::actions;
use crate::availability::figures::api::{may_see_signatures, timeline_part};
use crate::availability::figures::charts::{self, ChartView};
use crate::availability::figures::model::{HistoryEntry, Offer, TimelineEntry};
use crate::availability::figures::words::{describe_entry, figure_lines};
use crate::error::{Error, Result};
use crate::paging::Paging;
use crate::web::context::Context;
use crate::web::fields::parse_id;
use crate::web::form::{Form, Labels, form_page};
use crate::web::format;
use crate::web::input::QueryInput;
use crate::web::lists::{PageLinks, link, page_number};
use crate::web::page::Page;

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
    let from = charts::first_day(today);
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
        charts: charts::of_offer(&offer, &points),
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
