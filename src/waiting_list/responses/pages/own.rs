//! The responses of the own provider, and what became of each.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use rules::waiting::life::WithdrawResponseReason;
use rules::waiting::questions::Side;
use rules::waiting::reason_lists::ReasonList;

use super::{
    Mark, QuestionLine, add_offered, add_outcome, confirm_start, mark, parse, question_lines,
    tell_not_started, to_answer, usual_start, with_common_choices,
};
use crate::error::{Error, Result};
use crate::paging::{Paging, rows_of_page};
use crate::waiting_list::given_help;
use crate::waiting_list::given_help::model::GivenHelp;
use crate::waiting_list::reasons::actions::find_wording;
use crate::waiting_list::reasons::pages::to_choose;
use crate::waiting_list::responses::actions::{self, Party};
use crate::waiting_list::responses::api::STANDINGS;
use crate::waiting_list::responses::api::input::read_listed;
use crate::waiting_list::responses::model::{Response, Standing};
use crate::waiting_list::responses::questions;
use crate::web::context::Context;
use crate::web::form::{Form, Labels, form_page};
use crate::web::format;
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{PageLinks, Saved, link, page_number, saved_in, saved_message};
use crate::web::page::{Page, html};

pub const PATH: &str = "/reacties";

/// The fields of all forms on the page of one response.
const LABELS: Labels = &[
    ("gestartOp", "De zorg startte op"),
    ("nietReden", "Waarom start de zorg niet?"),
    ("nietUitleg", "Toelichting"),
    ("nietCijfers", "Wat zijn de 9 cijfers?"),
    ("reden", "Waarom trekt u de reactie in?"),
    ("toelichting", "Toelichting"),
    ("cijfersZijn", "Wat zijn de 9 cijfers?"),
    ("antwoord", "Uw antwoord"),
    ("antwoordUitleg", "Toelichting"),
    ("antwoordCijfers", "Wat zijn de 9 cijfers?"),
    ("vraag", "Uw vraag"),
    ("vraagUitleg", "Toelichting"),
    ("vraagCijfers", "Wat zijn de 9 cijfers?"),
];

/// One response in the list.
pub struct Line {
    pub response: Response,
    pub mark: Mark,
    pub given: String,
    pub start: String,
    /// A question of the toegang waits for an answer.
    pub has_question: bool,
    pub next: String,
}

#[derive(Template)]
#[template(path = "waiting_list/responses/pages/own_list.html")]
pub struct OwnListPage {
    pub page: Page,
    pub as_of: String,
    pub saved: Saved,
    pub current: bool,
    pub total: usize,
    pub lines: Vec<Line>,
    /// To whom the provider gives help without a response of its own.
    pub help: Vec<GivenHelp>,
    pub links: PageLinks,
}

#[derive(Template)]
#[template(path = "waiting_list/responses/pages/own.html")]
pub struct OwnPage {
    pub page: Page,
    pub saved: Saved,
    pub form: Form,
    pub response: Response,
    pub mark: Mark,
    pub facts: Vec<(&'static str, String)>,
    pub questions: Vec<QuestionLine>,
    pub to_answer: Option<(i64, String)>,
    pub may_ask: bool,
    pub path: String,
}

pub async fn list(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    let standing = query.optional_choice("toon", &STANDINGS).unwrap_or(Standing::Current);
    let number = page_number(&mut query);
    query.finish(())?;
    let current = standing == Standing::Current;
    let (total, own, asked, help) = ctx
        .db(move |conn, actor, now| {
            let (total, own) = actions::list_own(conn, actor, now, standing, rows_of_page(number))?;
            let asked = questions::list_asked(conn, &own)?;
            let help = if current { given_help::actions::list_own(conn, actor, now)? } else { Vec::new() };
            Ok((total, own, asked, help))
        })
        .await?;
    let paging = Paging::new(number, usize::try_from(total).map_err(Error::internal)?);
    let code = if current { "lopend" } else { "afgelopen" };
    html(&OwnListPage {
        page: Page::new(&ctx, PATH),
        as_of: format::date_time(ctx.now),
        saved,
        current,
        total: paging.total,
        help,
        lines: own
            .into_iter()
            .map(|response| {
                let is_asked = asked.contains(&response.id);
                line(&ctx, response.as_provider_sees(), is_asked)
            })
            .collect(),
        links: PageLinks::new(paging, |number| {
            link(PATH, &[("toon", code), ("pagina", &number.to_string())])
        }),
    })
}

fn line(ctx: &Context, response: Response, has_question: bool) -> Line {
    let next = if response.is_open() {
        format!("Antwoord verwacht voor {}", format::date_time(response.answer_by))
    } else if response.awaits_start() {
        "Bevestig de start van de zorg".to_owned()
    } else {
        response.reason_name().unwrap_or_default().to_owned()
    };
    Line {
        mark: mark(&response, ctx.now),
        given: format::date_time(response.opened_at),
        start: format::date(response.start_on),
        has_question,
        next,
        response,
    }
}

pub async fn own(
    ctx: Context,
    path: Path<String>,
    QueryInput(mut query): QueryInput,
) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    query.finish(())?;
    show(&ctx, &path, None, saved).await
}

async fn show(ctx: &Context, id: &str, typed: Option<Form>, saved: Saved) -> Result<HttpResponse> {
    let id = parse(id)?;
    let (response, asked, wording) = ctx
        .db(move |conn, actor, now| {
            let response = actions::view_own(conn, actor, now, id)?;
            let asked = questions::list_questions(conn, &response)?;
            let wording = find_wording(conn, response.client.region_id)?;
            Ok((response.as_provider_sees(), asked, wording))
        })
        .await?;
    let form =
        typed.unwrap_or_else(|| Form::new(LABELS).with("gestartOp", usual_start(&response, ctx.today())));
    let waiting = to_answer(&asked, Side::Provider);
    let form = with_common_choices(form, Side::Provider, &wording, waiting)
        .with_choices("reden", to_choose(&wording.now(ReasonList::WithdrawResponse).reasons));
    let page = OwnPage {
        page: form.page(ctx, PATH),
        saved,
        mark: mark(&response, ctx.now),
        facts: facts(&response),
        questions: question_lines(&asked),
        to_answer: waiting.map(|question| (question.id, question.subject_words().to_owned())),
        may_ask: response.is_open() || response.awaits_start(),
        path: format!("{PATH}/{id}"),
        form,
        response,
    };
    form_page(page.form.status(), &page)
}

fn facts(response: &Response) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("Wachtende", response.shown.clone()),
        ("Uw aanbod", format!("{} in {}", response.offer.location, response.offer.town)),
        ("Gegeven", format!("{}, {}", format::date_time(response.opened_at), response.opened_by)),
    ];
    add_offered(&mut facts, response);
    if let Some(placement) = response.placement.as_ref().filter(|_| response.ended_at.is_none()) {
        facts.push(("Cliëntcode bij de toegang", response.client.code.to_string()));
        facts.push(("Gemeente", response.client.municipality.clone()));
        if let Some(day) = placement.started_on {
            facts.push(("Zorg gestart op", format::date(day)));
        }
    }
    add_outcome(&mut facts, response);
    facts
}

/// Shows the page again with what is wrong, or goes back to it.
async fn finish(
    ctx: &Context,
    id: &str,
    mut form: Form,
    done: Result<()>,
    (what, key): (&str, &str),
) -> Result<HttpResponse> {
    match done {
        Ok(()) => Ok(saved_in(&format!("{PATH}/{id}"), what)),
        Err(error) => {
            form.refuse(error, key)?;
            show(ctx, id, Some(form.with_days(&["gestartOp"])), None).await
        }
    }
}

pub async fn withdraw(
    ctx: Context,
    path: Path<String>,
    FormInput(mut fields): FormInput,
) -> Result<HttpResponse> {
    let form = Form::of_typed(LABELS, &fields);
    let done = async {
        let id = parse(&path)?;
        let given = read_listed::<WithdrawResponseReason>(&mut fields, "reden", "toelichting", ctx.today());
        let reason = given.finish(fields)?;
        let state = ctx.state.clone();
        ctx.db(move |conn, actor, now| {
            actions::withdraw(conn, actor, now, &state.config.public_url, id, reason).map(drop)
        })
        .await
    };
    let done = done.await;
    finish(&ctx, &path, form, done, ("Uw intrekking", "reden")).await
}

pub async fn start(ctx: Context, path: Path<String>, FormInput(fields): FormInput) -> Result<HttpResponse> {
    let form = Form::of_typed(LABELS, &fields);
    let done = confirm_start(&ctx, (Party::Provider, parse(&path)?), fields).await;
    finish(&ctx, &path, form, done, ("De start van de zorg", "gestartOp")).await
}

pub async fn not_started(
    ctx: Context,
    path: Path<String>,
    FormInput(fields): FormInput,
) -> Result<HttpResponse> {
    let form = Form::of_typed(LABELS, &fields);
    let done = tell_not_started(&ctx, (Party::Provider, parse(&path)?), fields).await;
    finish(&ctx, &path, form, done, ("Uw melding", "nietReden")).await
}

pub async fn ask(ctx: Context, path: Path<String>, FormInput(fields): FormInput) -> Result<HttpResponse> {
    let form = Form::of_typed(LABELS, &fields);
    let done = super::ask(&ctx, (Party::Provider, parse(&path)?), fields).await;
    finish(&ctx, &path, form, done, ("Uw vraag", "vraag")).await
}

pub async fn answer(
    ctx: Context,
    path: Path<(String, String)>,
    FormInput(fields): FormInput,
) -> Result<HttpResponse> {
    let (id, question) = path.into_inner();
    let form = Form::of_typed(LABELS, &fields);
    let done = super::answer(&ctx, (Party::Provider, parse(&id)?), &question, fields).await;
    finish(&ctx, &id, form, done, ("Uw antwoord", "antwoord")).await
}
