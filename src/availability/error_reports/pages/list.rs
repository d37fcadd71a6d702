//! The reports a provider or account manager sees.

use actix_web::HttpResponse;
use askama::Template;

use crate::availability::error_reports::actions;
use crate::availability::error_reports::api::{read_is_open, shown_code};
use crate::availability::error_reports::model::Report;
use crate::error::{Error, Result};
use crate::paging::{Paging, rows_of_page};
use crate::web::context::Context;
use crate::web::format;
use crate::web::input::QueryInput;
use crate::web::lists::{PageLinks, Saved, link, page_number, saved_message};
use crate::web::page::{Page, html};

pub const PATH: &str = "/meldingen";

/// One report in the list.
pub struct Line {
    pub report: Report,
    pub reported: String,
    pub answered: String,
}

#[derive(Template)]
#[template(path = "availability/error_reports/pages/list.html")]
pub struct ReportListPage {
    pub page: Page,
    pub saved: Saved,
    pub open: bool,
    pub total: i64,
    pub lines: Vec<Line>,
    pub links: PageLinks,
}

pub async fn list(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    let open = read_is_open(&mut query);
    let number = page_number(&mut query);
    query.finish(())?;
    let (total, reports) =
        ctx.db(move |conn, actor, _| actions::list_reports(conn, actor, open, rows_of_page(number))).await?;
    let paging = Paging::new(number, usize::try_from(total).map_err(Error::internal)?);
    html(&ReportListPage {
        page: Page::new(&ctx, PATH),
        saved,
        open,
        total,
        lines: reports.into_iter().map(line).collect(),
        links: PageLinks::new(paging, |number| {
            link(PATH, &[("toon", shown_code(open)), ("pagina", &number.to_string())])
        }),
    })
}

fn line(report: Report) -> Line {
    let answered = report.answered.as_ref().map(|answered| {
        let text = answered.text.as_deref().map(|text| format!(": {text}")).unwrap_or_default();
        format!("{}{text} ({}, {})", answered.answer.name(), answered.by, format::date_time(answered.at))
    });
    Line { reported: format::date_time(report.created_at), answered: answered.unwrap_or_default(), report }
}
