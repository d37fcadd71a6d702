//! What is offered to the own provider, and its answer.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use askama::Template;
use rules::crisis::codes::CategoryList;
use rules::waiting::client_code::ClientCode;

use super::{Mark, mark, of_list, outcome, term, words};
use crate::crisis::distribution::model::{Answer, Assignment};
use crate::crisis::distribution::{actions, answering};
use crate::crisis::settings::actions::{find_lists, find_point};
use crate::crisis::settings::model::Lists;
use crate::error::{Error, Result};
use crate::paging::{Paging, rows_of_page};
use crate::web::context::Context;
use crate::web::fields::{Length, parse_id};
use crate::web::form::{Form, Labels, form_page};
use crate::web::format;
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{PageLinks, Saved, link, page_number, saved_in, saved_message};
use crate::web::page::{Page, html};

pub const PATH: &str = "/crisis/toewijzingen";

/// `toon`: what waits for an answer, or what was answered.
pub const STANDINGS: [(&str, bool); 2] = [("open", true), ("beantwoord", false)];

const LABELS: Labels = &[("reden", "Waarom neemt u de aanvraag niet aan?")];

/// One assignment in the list.
pub struct Line {
    pub id: i64,
    pub words: String,
    pub mark: Mark,
    pub offered: String,
    pub next: String,
}

#[derive(Template)]
#[template(path = "crisis/distribution/pages/own_list.html")]
pub struct OwnListPage {
    pub page: Page,
    pub open: bool,
    pub total: usize,
    pub lines: Vec<Line>,
    pub links: PageLinks,
}

#[derive(Template)]
#[template(path = "crisis/distribution/pages/own.html")]
pub struct OwnPage {
    pub page: Page,
    pub saved: Saved,
    pub form: Form,
    pub words: String,
    pub mark: Mark,
    pub can_answer: bool,
    /// Why an answer was not taken: the term is over, or it was answered already.
    pub refused: Option<String>,
    pub desk_phone: String,
    pub answer_by: String,
    pub facts: Vec<(&'static str, String)>,
    pub explanation: Vec<String>,
    pub path: String,
}

impl OwnPage {
    /// The number of the desk as a telephone dials it.
    pub fn call(&self) -> String {
        self.desk_phone.chars().filter(|sign| sign.is_ascii_digit() || *sign == '+').collect()
    }
}

pub async fn list(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let open = query.optional_choice("toon", &STANDINGS).unwrap_or(true);
    let number = page_number(&mut query);
    query.finish(())?;
    let (total, found, lists) = ctx
        .db(move |conn, actor, now| {
            let (total, found) = actions::list_assignments(conn, actor, now, open, rows_of_page(number))?;
            let lists = find_lists(conn, actor.region_id().ok_or(Error::Forbidden)?)?;
            Ok((total, found, lists))
        })
        .await?;
    let paging = Paging::new(number, usize::try_from(total).map_err(Error::internal)?);
    let code = if open { "open" } else { "beantwoord" };
    let line = |assignment: &Assignment| Line {
        id: assignment.id,
        words: words(assignment),
        mark: mark(assignment, ctx.now),
        offered: format::date_time(assignment.offered_at),
        next: if open { format!("Antwoord voor {}", term(assignment)) } else { outcome(assignment, &lists) },
    };
    html(&OwnListPage {
        page: Page::new(&ctx, PATH),
        open,
        total: paging.total,
        lines: found.iter().map(line).collect(),
        links: PageLinks::new(paging, |number| {
            link(PATH, &[("toon", code), ("pagina", &number.to_string())])
        }),
    })
}

pub async fn own(
    ctx: Context,
    path: Path<String>,
    QueryInput(mut query): QueryInput,
) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    query.finish(())?;
    show(&ctx, &path, Form::new(LABELS), saved, None).await
}

fn parse(id: &str) -> Result<i64> {
    parse_id(id).map_err(|_| Error::NotFound("toewijzing"))
}

async fn show(
    ctx: &Context,
    id: &str,
    form: Form,
    saved: Saved,
    refused: Option<String>,
) -> Result<HttpResponse> {
    let id = parse(id)?;
    let (assignment, lists, point) = ctx
        .db(move |conn, actor, now| {
            let assignment = actions::view_assignment(conn, actor, now, id)?;
            let lists = find_lists(conn, assignment.request.region_id)?;
            let point = find_point(conn, assignment.request.region_id)?;
            Ok((assignment, lists, point))
        })
        .await?;
    let form = form.with_choices("reden", of_list(&lists, CategoryList::Refusal, ctx.now));
    let page = OwnPage {
        page: form.page(ctx, PATH),
        saved,
        words: words(&assignment),
        mark: mark(&assignment, ctx.now),
        can_answer: assignment.is_open() && ctx.now <= assignment.answer_by,
        answer_by: term(&assignment),
        facts: facts(&assignment, &lists),
        explanation: assignment.explanation.lines().map(str::to_owned).collect(),
        path: format!("{PATH}/{id}"),
        desk_phone: point.phone,
        refused,
        form,
    };
    let status = if page.refused.is_some() { StatusCode::CONFLICT } else { page.form.status() };
    form_page(status, &page)
}

/// Where in the facts safety comes, for who is still asked or helps.
const AFTER_PLACE: usize = 5;

fn facts(assignment: &Assignment, lists: &Lists) -> Vec<(&'static str, String)> {
    let request = &assignment.request;
    let age = request.age.map_or_else(|| request.age_group.name().to_owned(), |age| format!("{age} jaar"));
    let safety: Vec<&str> =
        request.safety.iter().map(|code| lists.name(CategoryList::Safety, code)).collect();
    let mut facts = vec![
        (
            "Aanvraag",
            ClientCode::parse(&request.code).map_or_else(|_| request.code.clone(), |code| code.to_string()),
        ),
        ("Gevraagd", lists.name(CategoryList::Asked, &request.asked).to_owned()),
        ("Urgentie", request.urgency.name().to_owned()),
        ("Leeftijd", age),
        ("Gemeente", request.municipality.clone().unwrap_or_else(|| "Buiten de regio".to_owned())),
        ("Ontvangen", format::date_time(request.received_at)),
        ("Aangeboden", format::date_time(assignment.offered_at)),
        ("Antwoord voor", term(assignment)),
        ("Waarom u", assignment.choice.name().to_owned()),
    ];
    if assignment.status.counts() {
        let words = if safety.is_empty() { "niets gemeld".to_owned() } else { safety.join(", ") };
        facts.insert(AFTER_PLACE, ("Veiligheid", words));
    }
    let outcome = outcome(assignment, lists);
    if !outcome.is_empty() {
        facts.push(("Antwoord", outcome));
    }
    facts
}

pub async fn accept(ctx: Context, path: Path<String>, FormInput(fields): FormInput) -> Result<HttpResponse> {
    let form = Form::of_typed(LABELS, &fields);
    let done = match fields.finish(()) {
        Ok(()) => answer(&ctx, &path, Answer::Accept).await,
        Err(violations) => Err(violations.into()),
    };
    finish(&ctx, &path, form, done).await
}

pub async fn refuse(
    ctx: Context,
    path: Path<String>,
    FormInput(mut fields): FormInput,
) -> Result<HttpResponse> {
    let form = Form::of_typed(LABELS, &fields);
    let reason = fields.text("reden", Length(1, 60));
    let done = match fields.finish(reason) {
        Ok(reason) => answer(&ctx, &path, Answer::Refuse(reason)).await,
        Err(violations) => Err(violations.into()),
    };
    finish(&ctx, &path, form, done).await
}

async fn answer(ctx: &Context, id: &str, answer: Answer) -> Result<()> {
    let id = parse(id)?;
    let state = ctx.state.clone();
    ctx.db(move |conn, actor, now| {
        answering::answer_assignment(conn, actor, now, &state.config.public_url, id, &answer).map(drop)
    })
    .await
}

/// Shows the page again with what is wrong, or goes back to it.
async fn finish(ctx: &Context, id: &str, mut form: Form, done: Result<()>) -> Result<HttpResponse> {
    match done {
        Ok(()) => Ok(saved_in(&format!("{PATH}/{id}"), "Uw antwoord")),
        // No field mends it: the term is over, or somebody was first.
        Err(Error::Conflict(message)) => show(ctx, id, Form::new(LABELS), None, Some(message)).await,
        Err(error) => {
            form.refuse(error, "reden")?;
            show(ctx, id, form, None, None).await
        }
    }
}
