//! Answering a report.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use super::list;
use crate::availability::error_reports::actions;
use crate::availability::error_reports::api::{keep_answer, read_answer};
use crate::availability::error_reports::model::{Answer, Report};
use crate::error::{Error, Result};
use crate::web::context::Context;
use crate::web::fields::{Fields, parse_id};
use crate::web::form::{Form, Labels, choices, form_page};
use crate::web::format;
use crate::web::input::FormInput;
use crate::web::lists::saved_in;
use crate::web::page::Page;

const LABELS: Labels = &[("antwoord", "Uw antwoord"), ("uitleg", "Uitleg")];

#[derive(Template)]
#[template(path = "availability/error_reports/pages/answer.html")]
pub struct AnswerPage {
    pub page: Page,
    pub form: Form,
    pub report: Report,
    pub reported: String,
    pub is_own: bool,
}

pub async fn form(ctx: Context, path: Path<String>) -> Result<HttpResponse> {
    show(&ctx, &path, Form::new(LABELS)).await
}

fn parse(id: &str) -> Result<i64> {
    parse_id(id).map_err(|_| Error::NotFound("melding"))
}

async fn show(ctx: &Context, id: &str, form: Form) -> Result<HttpResponse> {
    let id = parse(id)?;
    let report = ctx.db(move |conn, actor, _| actions::find_report(conn, actor, id)).await?;
    if report.answered.is_some() {
        return Err(Error::Conflict("Deze melding is al beantwoord.".into()));
    }
    let answers = Answer::ALL.iter().map(|answer| (answer.code().to_owned(), answer.name().to_owned()));
    let form = form.with_choices("antwoord", choices("Maak een keuze", answers));
    let page = AnswerPage {
        page: form.page(ctx, list::PATH),
        reported: format::date_time(report.created_at),
        is_own: ctx.actor.provider_id() == Some(report.provider_id),
        report,
        form,
    };
    form_page(page.form.status(), &page)
}

pub async fn save(ctx: Context, path: Path<String>, FormInput(fields): FormInput) -> Result<HttpResponse> {
    let id = path.into_inner();
    let mut form = Form::of_typed(LABELS, &fields);
    match store(&ctx, &id, fields).await {
        Ok(()) => Ok(saved_in(list::PATH, "Antwoord")),
        Err(error) => {
            form.refuse(error, "antwoord")?;
            show(&ctx, &id, form).await
        }
    }
}

async fn store(ctx: &Context, id: &str, fields: Fields) -> Result<()> {
    let id = parse(id)?;
    let answer = read_answer(fields, ctx.today())?;
    keep_answer(ctx, id, answer).await.map(drop)
}
