//! The responses of the own provider, and what became of each.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use rules::waiting::life::{NotStartedReason, WithdrawResponseReason};
use rules::waiting::questions::{Answer, Question, Side};
use rules::waiting::reasons::ReasonCode;

use super::{Mark, QuestionLine, answers, coded, digits, mark, question_lines, questions_of, to_answer};
use crate::availability::figures::api::parse_id;
use crate::clock::dutch_day;
use crate::error::{Error, Result};
use crate::paging::{Paging, rows_of_page};
use crate::waiting_list::responses::actions;
use crate::waiting_list::responses::api::STANDINGS;
use crate::waiting_list::responses::api::input::{check_reason, read_coded, required_day};
use crate::waiting_list::responses::model::{Response, Standing};
use crate::waiting_list::responses::placing::{Teller, care_did_not_start, start_care};
use crate::waiting_list::responses::questions::{self, From};
use crate::web::context::Context;
use crate::web::form::{Form, Labels, form_page, shown_day};
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
    pub next: String,
}

#[derive(Template)]
#[template(path = "waiting_list/responses/pages/own_list.html")]
pub struct OwnListPage {
    pub page: Page,
    pub saved: Saved,
    pub current: bool,
    pub total: usize,
    pub lines: Vec<Line>,
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
    pub to_answer: Option<(i64, &'static str)>,
    pub may_ask: bool,
    pub path: String,
}

pub async fn list(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    let standing = query.optional_choice("toon", &STANDINGS).unwrap_or(Standing::Current);
    let number = page_number(&mut query);
    query.finish(())?;
    let (total, own) = ctx
        .db(move |conn, actor, now| actions::list_own(conn, actor, now, standing, rows_of_page(number)))
        .await?;
    let current = standing == Standing::Current;
    let paging = Paging::new(number, usize::try_from(total).map_err(Error::internal)?);
    let code = if current { "lopend" } else { "afgelopen" };
    html(&OwnListPage {
        page: Page::new(&ctx, PATH),
        saved,
        current,
        total: paging.total,
        lines: own.into_iter().map(|response| line(&ctx, response)).collect(),
        links: PageLinks::new(paging, |number| {
            link(PATH, &[("toon", code), ("pagina", &number.to_string())])
        }),
    })
}

fn line(ctx: &Context, response: Response) -> Line {
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

fn parse(id: &str) -> Result<i64> {
    parse_id(id).map_err(|_| Error::NotFound("reactie"))
}

async fn show(ctx: &Context, id: &str, typed: Option<Form>, saved: Saved) -> Result<HttpResponse> {
    let id = parse(id)?;
    let (response, asked) = ctx
        .db(move |conn, actor, now| {
            let response = actions::view_own(conn, actor, now, id)?;
            let asked = questions::list_questions(conn, &response)?;
            Ok((response, asked))
        })
        .await?;
    let form = typed.unwrap_or_else(|| {
        let planned = response.placement.as_ref().map(|placement| placement.planned_on.min(ctx.today()));
        Form::new(LABELS).with("gestartOp", shown_day(planned))
    });
    // That a response has expired is not for a person to say.
    let of_people =
        WithdrawResponseReason::LIST.iter().filter(|one| **one != WithdrawResponseReason::Expired);
    let form = form
        .with_choices("reden", coded(of_people.copied()))
        .with_choices("nietReden", coded(NotStartedReason::LIST.iter().copied()))
        .with_choices("vraag", questions_of(Side::Provider))
        .with_choices("antwoord", answers())
        .with_choices("cijfersZijn", digits())
        .with_choices("nietCijfers", digits())
        .with_choices("vraagCijfers", digits())
        .with_choices("antwoordCijfers", digits());
    let page = OwnPage {
        page: form.page(ctx, PATH),
        saved,
        mark: mark(&response, ctx.now),
        facts: facts(&response),
        questions: question_lines(&asked),
        to_answer: to_answer(&asked, Side::Provider).map(|question| (question.id, question.subject.name())),
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
        ("De zorg kan starten op", format::date(response.start_on)),
        ("Geldig tot en met", format::date(response.valid_until)),
        ("Gegeven", format!("{}, {}", format::date_time(response.opened_at), response.opened_by)),
    ];
    if let Some(remark) = &response.remark {
        facts.push(("Opmerking", remark.clone()));
    }
    if response.is_open() {
        facts.push(("Antwoord uiterlijk", format::date_time(response.answer_by)));
    }
    if let Some(placement) = response.placement.as_ref().filter(|_| response.ended_at.is_none()) {
        facts.push(("Cliëntcode bij de toegang", response.client.code.to_string()));
        facts.push(("Gemeente", response.client.municipality.clone()));
        if let Some(day) = placement.started_on {
            facts.push(("Zorg gestart op", format::date(day)));
        }
    }
    if let Some(at) = response.ended_at {
        facts.push(("Beëindigd", format::date_time(at)));
    }
    if let Some(reason) = response.reason_name() {
        let note = response.note.as_deref().map(|note| format!(": {note}")).unwrap_or_default();
        facts.push(("Reden", format!("{reason}{note}")));
    }
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
        let given = read_coded::<WithdrawResponseReason>(&mut fields, "reden", "toelichting");
        let given = fields.finish(given)?;
        let state = ctx.state.clone();
        ctx.db(move |conn, actor, now| {
            let reason = check_reason(given, "toelichting", dutch_day(now))?;
            actions::withdraw(conn, actor, now, &state.config.public_url, id, reason).map(drop)
        })
        .await
    };
    let done = done.await;
    finish(&ctx, &path, form, done, ("Uw intrekking", "reden")).await
}

pub async fn start(
    ctx: Context,
    path: Path<String>,
    FormInput(mut fields): FormInput,
) -> Result<HttpResponse> {
    let form = Form::of_typed(LABELS, &fields);
    let done = async {
        let id = parse(&path)?;
        let day = required_day(&mut fields, "gestartOp");
        let day = fields.finish(day)?.ok_or_else(|| Error::internal("a required day is missing"))?;
        let state = ctx.state.clone();
        ctx.db(move |conn, actor, now| {
            start_care(conn, actor, now, &state.config.public_url, id, day).map(drop)
        })
        .await
    };
    let done = done.await;
    finish(&ctx, &path, form, done, ("De start van de zorg", "gestartOp")).await
}

pub async fn not_started(
    ctx: Context,
    path: Path<String>,
    FormInput(mut fields): FormInput,
) -> Result<HttpResponse> {
    let form = Form::of_typed(LABELS, &fields);
    let done = async {
        let id = parse(&path)?;
        let given = read_coded::<NotStartedReason>(&mut fields, "nietReden", "nietUitleg");
        let given = fields.finish(given)?;
        let state = ctx.state.clone();
        ctx.db_supply(move |conn, actor, now| {
            let reason = check_reason(given, "nietUitleg", dutch_day(now))?;
            let who = (Teller::Provider, id);
            care_did_not_start(conn, actor, now, &state.config.public_url, who, reason).map(drop)
        })
        .await
    };
    let done = done.await;
    finish(&ctx, &path, form, done, ("Uw melding", "nietReden")).await
}

pub async fn ask(ctx: Context, path: Path<String>, FormInput(mut fields): FormInput) -> Result<HttpResponse> {
    let form = Form::of_typed(LABELS, &fields);
    let done = async {
        let id = parse(&path)?;
        let given = read_coded::<Question>(&mut fields, "vraag", "vraagUitleg");
        let given = fields.finish(given)?;
        let state = ctx.state.clone();
        ctx.db(move |conn, actor, now| {
            let question = check_reason(given, "vraagUitleg", dutch_day(now))?;
            questions::ask(conn, actor, now, &state.config.public_url, (From::Provider, id), &question)
        })
        .await
    };
    let done = done.await;
    finish(&ctx, &path, form, done, ("Uw vraag", "vraag")).await
}

pub async fn answer(
    ctx: Context,
    path: Path<(String, String)>,
    FormInput(mut fields): FormInput,
) -> Result<HttpResponse> {
    let (id, question_id) = path.into_inner();
    let form = Form::of_typed(LABELS, &fields);
    let done = async {
        let (id, question_id) = (parse(&id)?, parse_id(&question_id).map_err(|_| Error::NotFound("vraag"))?);
        let given = read_coded::<Answer>(&mut fields, "antwoord", "antwoordUitleg");
        let given = fields.finish(given)?;
        let state = ctx.state.clone();
        ctx.db(move |conn, actor, now| {
            let answer = check_reason(given, "antwoordUitleg", dutch_day(now))?;
            let which = (From::Provider, id, question_id);
            questions::answer(conn, actor, now, &state.config.public_url, which, &answer)
        })
        .await
    };
    let done = done.await;
    finish(&ctx, &id, form, done, ("Uw antwoord", "antwoord")).await
}
