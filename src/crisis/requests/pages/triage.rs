//! The questions of the triage: which answers make a request acute, and the note that is looked at while it is typed.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use rules::crisis::codes::{CategoryList, TriageAnswer};
use rules::violations::Violations;
use rules::waiting::note::Note;
use serde::Serialize;

use super::SECTION;
use crate::crisis::requests::actions;
use crate::crisis::requests::model::{Answer, CrisisRequest};
use crate::crisis::requests::reading::{TRIAGE_BOX, read_answers};
use crate::crisis::settings::actions::find_lists;
use crate::db;
use crate::error::{Error, Result};
use crate::web::context::Context;
use crate::web::form::{Form, Refusal, form_page, read_version};
use crate::web::input::{FormInput, QueryInput};
use crate::web::page::{ErrorLink, Page, see_other};
use crate::web::reply;

/// One question of the form.
#[derive(Debug, Clone)]
pub struct Question {
    pub code: String,
    pub name: String,
    pub makes_acute: bool,
    pub chosen: Option<&'static str>,
    pub error: Option<String>,
}

#[derive(Template)]
#[template(path = "crisis/requests/pages/triage.html")]
pub struct TriagePage {
    pub page: Page,
    pub form: Form,
    pub request: CrisisRequest,
    pub questions: Vec<Question>,
}

impl TriagePage {
    pub fn answers(&self) -> &'static [TriageAnswer] {
        TriageAnswer::ALL
    }
}

pub async fn form(ctx: Context, path: Path<String>, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    let (request, answers) = find(&ctx, path.into_inner()).await?;
    let form = Form::of_stored(&[], request.version, Vec::new());
    show(&ctx, form, request, &answers).await
}

pub async fn save(
    ctx: Context,
    path: Path<String>,
    FormInput(mut fields): FormInput,
) -> Result<HttpResponse> {
    let code = path.into_inner();
    let mut form = Form::of_typed(&[], &fields);
    let version = Some(read_version(&mut fields).unwrap_or(0));
    let answers = read_answers(&mut fields);
    let (key, given, state) = (code.clone(), answers.clone(), ctx.state.clone());
    let judged = match fields.finish(()) {
        Err(violations) => Err(violations.into()),
        Ok(()) => {
            ctx.db(move |conn, actor, now| {
                let (url, request) = (&state.config.public_url, (key.as_str(), version));
                db::write(conn, |conn| actions::judge_request(conn, actor, now, url, request, &given))
            })
            .await
        }
    };
    match judged {
        Ok((request, _)) => Ok(see_other(&format!("/crisis/aanvragen/{}?gedaan=beoordeeld", request.code))),
        Err(error) => {
            let refusal = form.refuse(error, "")?;
            let (request, _) = find(&ctx, code).await?;
            if refusal == Refusal::Outdated {
                form.compare(request.version, Vec::new());
            }
            show(&ctx, form, request, &answers).await
        }
    }
}

async fn find(ctx: &Context, code: String) -> Result<(CrisisRequest, Vec<Answer>)> {
    ctx.db(move |conn, actor, now| {
        let request = actions::view_request(conn, actor, now, &code)?;
        let answers = actions::list_answers(conn, request.id)?;
        Ok((request, answers))
    })
    .await
}

async fn show(
    ctx: &Context,
    mut form: Form,
    request: CrisisRequest,
    answers: &[Answer],
) -> Result<HttpResponse> {
    let (region_id, today) = (request.region_id, ctx.today());
    let lists = ctx.db(move |conn, _, _| find_lists(conn, region_id)).await?;
    let mut questions: Vec<Question> = lists
        .choices(CategoryList::Triage, today)
        .map(|item| Question {
            code: format!("{TRIAGE_BOX}{}", item.code),
            name: item.name.clone(),
            makes_acute: item.effect.is_some(),
            chosen: answers.iter().find(|given| given.question == item.code).map(|given| given.answer.code()),
            error: form.error(&item.code).map(|_| "kies ja, nee of onbekend".to_owned()),
        })
        .collect();
    // The rules name a question by its code, the page by its words and its field.
    for error in &mut form.errors {
        let field = format!("{TRIAGE_BOX}{}", error.field);
        if let Some(question) = questions.iter().find(|question| question.code == field) {
            *error = ErrorLink::new(field, format!("{}: kies ja, nee of onbekend", question.name));
        } else if let Some(first) = questions.first_mut().filter(|_| error.field.is_empty()) {
            // What is about the request as a whole stands at the first question.
            let message = error.text.trim_start_matches(": ").to_owned();
            *error = ErrorLink::new(first.code.clone(), format!("{}: {message}", first.name));
            first.error = Some(message);
        }
    }
    let page = TriagePage { page: form.page(ctx, SECTION), request, questions, form };
    form_page(page.form.status(), &page)
}

/// What is found in a note while it is typed.
#[derive(Debug, Serialize)]
struct Findings {
    meldingen: Vec<String>,
}

/// Looks at a note that is being typed. Nothing is stored and nothing is logged.
pub async fn check_note(ctx: Context, FormInput(mut fields): FormInput) -> Result<HttpResponse> {
    let text = fields.raw("toelichting");
    fields.ignore("toelichting");
    fields.finish(()).map_err(Error::Invalid)?;
    let mut violations = Violations::new();
    Note::check("toelichting", Some(&text), None, ctx.today(), &mut violations);
    reply::json(&Findings { meldingen: violations.into_iter().map(|violation| violation.message).collect() })
}
