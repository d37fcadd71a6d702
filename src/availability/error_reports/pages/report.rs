//! Reporting that a figure is not right, and what became of it.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use crate::availability::error_reports::actions;
use crate::availability::error_reports::api::{keep_report, read_report};
use crate::availability::error_reports::model::{Mistake, Report};
use crate::availability::figures::actions::find_offer;
use crate::availability::figures::model::Offer;
use crate::availability::figures::words::figure_lines;
use crate::error::{Error, Result};
use crate::web::context::Context;
use crate::web::fields::{Fields, parse_id};
use crate::web::form::{Form, Labels, choices, form_page};
use crate::web::format;
use crate::web::input::FormInput;
use crate::web::page::{Page, html, see_other};
use crate::web::trap;

const LABELS: Labels = &[("wat", "Wat klopt er niet"), ("toelichting", "Toelichting")];

#[derive(Template)]
#[template(path = "availability/error_reports/pages/report.html")]
pub struct ReportPage {
    pub page: Page,
    pub form: Form,
    pub offer: Offer,
    pub lines: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "availability/error_reports/pages/status.html")]
pub struct StatusPage {
    pub page: Page,
    pub report: Report,
    pub reported_at: String,
    pub answered_at: String,
}

pub async fn form(ctx: Context, path: Path<String>) -> Result<HttpResponse> {
    show(&ctx, &path, Form::new(LABELS)).await
}

async fn show(ctx: &Context, id: &str, form: Form) -> Result<HttpResponse> {
    let id = parse_id(id).map_err(|_| Error::NotFound("aanbod"))?;
    let offer = ctx.db(move |conn, _, _| find_offer(conn, id)).await?;
    let mistakes = Mistake::ALL.iter().map(|what| (what.code().to_owned(), what.name().to_owned()));
    let form = form.with_choices("wat", choices("Maak een keuze", mistakes));
    let page = ReportPage {
        page: form.page(ctx, "/zoeken"),
        lines: figure_lines(&offer.figures_left()),
        offer,
        form,
    };
    form_page(page.form.status(), &page)
}

pub async fn save(ctx: Context, path: Path<String>, FormInput(fields): FormInput) -> Result<HttpResponse> {
    let id = path.into_inner();
    let mut form = Form::of_typed(LABELS, &fields);
    match store(&ctx, &id, fields).await {
        Ok(key) => Ok(see_other(&format!("/meldingen/{key}"))),
        Err(error) => {
            form.refuse(error, "wat")?;
            show(&ctx, &id, form).await
        }
    }
}

async fn store(ctx: &Context, id: &str, mut fields: Fields) -> Result<String> {
    let offer_id = parse_id(id).map_err(|_| Error::NotFound("aanbod"))?;
    let trapped = trap::is_sprung(&mut fields);
    let new = read_report(fields, offer_id, ctx.today())?;
    if trapped {
        return Err(Error::Forbidden);
    }
    keep_report(ctx, new).await
}

pub async fn status(ctx: Context, path: Path<String>) -> Result<HttpResponse> {
    let report = ctx.db(move |conn, _, _| actions::find_by_key(conn, &path)).await?;
    html(&StatusPage {
        page: Page::new(&ctx, "/zoeken"),
        reported_at: format::date_time(report.created_at),
        answered_at: report
            .answered
            .as_ref()
            .map(|answered| format::date(crate::clock::dutch_day(answered.at)))
            .unwrap_or_default(),
        report,
    })
}
