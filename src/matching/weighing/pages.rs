//! Weighing: all responses to a waiting client, and one of them with its answer.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use rules::waiting::life::{AcceptReason, NotStartedReason};
use rules::waiting::questions::{Answer, Question, Side};
use rules::waiting::reasons::ReasonCode;
use rules::waiting::responses::DeclineReason;

use super::actions::{self, Weighed};
use crate::availability::figures::actions::find_offer;
use crate::availability::figures::api::parse_id;
use crate::availability::figures::model::Offer;
use crate::availability::figures::words::figure_lines;
use crate::clock::dutch_day;
use crate::error::{Error, Result};
use crate::matching::proposals::model::{CanLine, Order, Place};
use crate::waiting_list::clients::actions::find_settings;
use crate::waiting_list::clients::model::WaitingClient;
use crate::waiting_list::clients::pages::Tabs;
use crate::waiting_list::responses::api::input::{
    check_decline, check_reason, decline_words, read_coded, read_decline,
};
use crate::waiting_list::responses::model::Response;
use crate::waiting_list::responses::pages::{
    Mark, QuestionLine, answers, coded, digits, mark, question_lines, questions_of, to_answer,
};
use crate::waiting_list::responses::placing::{Teller, care_did_not_start};
use crate::waiting_list::responses::questions::{self, From};
use crate::waiting_list::responses::weighing;
use crate::web::context::Context;
use crate::web::form::{Form, Labels, choices, form_page};
use crate::web::format;
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{Saved, saved_in, saved_message};
use crate::web::page::{Page, html};

/// The menu entry these pages belong to.
const SECTION: &str = "/wachtlijst";

/// The fields of all forms on the page of one response.
const LABELS: Labels = &[
    ("kiesReden", "Waarom kiest u deze reactie?"),
    ("kiesUitleg", "Toelichting"),
    ("kiesCijfers", "Wat zijn de 9 cijfers?"),
    ("reden", "Waarom wijst u de reactie af?"),
    ("toelichting", "Toelichting"),
    ("cijfersZijn", "Wat zijn de 9 cijfers?"),
    ("parkerenTot", "Niet voorstellen tot en met"),
    ("nietReden", "Waarom start de zorg niet?"),
    ("nietUitleg", "Toelichting"),
    ("nietCijfers", "Wat zijn de 9 cijfers?"),
    ("antwoord", "Uw antwoord"),
    ("antwoordUitleg", "Toelichting"),
    ("antwoordCijfers", "Wat zijn de 9 cijfers?"),
    ("vraag", "Uw vraag"),
    ("vraagUitleg", "Toelichting"),
    ("vraagCijfers", "Wat zijn de 9 cijfers?"),
];

/// One response in the list, with the figures of the provider.
pub struct Line {
    pub response: Response,
    pub mark: Mark,
    pub start: String,
    pub valid: String,
    pub answer_by: String,
    pub places: String,
    pub confirmed: String,
    /// None when the matcher has nothing to say of its offer.
    pub place: Option<Place>,
}

#[derive(Template)]
#[template(path = "matching/weighing/list.html")]
pub struct WeighListPage {
    pub page: Page,
    pub tabs: Tabs,
    pub client: WaitingClient,
    pub lines: Vec<Line>,
    /// How many offers can take the client; none once it has left the list.
    pub can_total: Option<usize>,
    /// The best of the providers that did not respond, with their rank.
    pub others: Vec<(usize, CanLine)>,
}

#[derive(Template)]
#[template(path = "matching/weighing/one.html")]
pub struct WeighPage {
    pub page: Page,
    pub saved: Saved,
    pub form: Form,
    pub client: WaitingClient,
    pub response: Response,
    pub mark: Mark,
    pub facts: Vec<(&'static str, String)>,
    pub figures: Vec<(&'static str, String)>,
    /// Where its offer comes among all that can, or why it cannot.
    pub place: Option<Place>,
    pub can_total: usize,
    pub questions: Vec<QuestionLine>,
    pub to_answer: Option<(i64, &'static str)>,
    pub may_ask: bool,
    pub path: String,
}

pub async fn list(ctx: Context, path: Path<String>, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    let snapshot = ctx.state.supply.current()?;
    let (weighed, offers) = ctx
        .db(move |conn, actor, now| {
            let weighed = actions::list_of_client(conn, actor, now, &snapshot, &path)?;
            let offers = weighed.responses.iter().map(|response| find_offer(conn, response.offer.id));
            let offers = offers.collect::<Result<Vec<Offer>>>()?;
            Ok((weighed, offers))
        })
        .await?;
    let places: Vec<Option<Place>> =
        weighed.responses.iter().map(|response| weighed.place_of(response).cloned()).collect();
    let Weighed { client, responses, order } = weighed;
    let found = responses.into_iter().zip(&offers).zip(places);
    let lines = found.map(|((response, offer), place)| line(&ctx, (response, place), offer)).collect();
    html(&WeighListPage {
        page: Page::new(&ctx, SECTION),
        tabs: Tabs::new(client.code, "/reacties"),
        can_total: order.as_ref().map(|order| order.can_total),
        others: order.map(|order| order.others).unwrap_or_default(),
        client,
        lines,
    })
}

fn line(ctx: &Context, (response, place): (Response, Option<Place>), offer: &Offer) -> Line {
    let places = offer.figures.shown_places(offer.reserved_places);
    Line {
        mark: mark(&response, ctx.now),
        start: format::date(response.start_on),
        valid: format::date(response.valid_until),
        answer_by: if response.is_open() { format::date_time(response.answer_by) } else { String::new() },
        places: places.map_or_else(|| "niet bekend".to_owned(), |places| places.to_string()),
        confirmed: offer.confirmed_on().map_or_else(|| "nooit".to_owned(), format::date),
        response,
        place,
    }
}

pub async fn one(
    ctx: Context,
    path: Path<(String, String)>,
    QueryInput(mut query): QueryInput,
) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    query.finish(())?;
    show(&ctx, &path, None, saved).await
}

fn parse(id: &str) -> Result<i64> {
    parse_id(id).map_err(|_| Error::NotFound("reactie"))
}

async fn show(
    ctx: &Context,
    (code, id): &(String, String),
    typed: Option<Form>,
    saved: Saved,
) -> Result<HttpResponse> {
    let (code, id) = (code.clone(), parse(id)?);
    let snapshot = ctx.state.supply.current()?;
    let (client, response, order, offer, asked, consequences) = ctx
        .db(move |conn, actor, now| {
            let (client, response, order) =
                actions::view_of_client(conn, actor, now, &snapshot, (&code, id))?;
            let offer = find_offer(conn, response.offer.id)?;
            let asked = questions::list_questions(conn, &response)?;
            let consequences = find_settings(conn, client.region_id)?.consequences;
            Ok((client, response, order, offer, asked, consequences))
        })
        .await?;
    let words = |reason: &DeclineReason| (reason.code().to_owned(), decline_words(*reason, &consequences));
    let declines = DeclineReason::LIST.iter().map(words);
    let form = typed
        .unwrap_or_else(|| Form::new(LABELS))
        .with_choices("kiesReden", coded(AcceptReason::LIST.iter().copied()))
        .with_choices("reden", choices("Maak een keuze", declines))
        .with_choices("nietReden", coded(NotStartedReason::LIST.iter().copied()))
        .with_choices("vraag", questions_of(Side::Toegang))
        .with_choices("antwoord", answers())
        .with_choices("kiesCijfers", digits())
        .with_choices("cijfersZijn", digits())
        .with_choices("nietCijfers", digits())
        .with_choices("vraagCijfers", digits())
        .with_choices("antwoordCijfers", digits());
    let page = WeighPage {
        page: form.page(ctx, SECTION),
        saved,
        mark: mark(&response, ctx.now),
        facts: facts(&response),
        figures: figure_lines(&offer.figures),
        place: actions::place_of(order.as_ref(), &response).cloned(),
        can_total: order.as_ref().map_or(0, |order: &Order| order.can_total),
        questions: question_lines(&asked),
        to_answer: to_answer(&asked, Side::Toegang).map(|question| (question.id, question.subject.name())),
        may_ask: response.is_open() || response.awaits_start(),
        path: format!("{SECTION}/{}/reacties/{id}", client.code),
        form,
        client,
        response,
    };
    form_page(page.form.status(), &page)
}

fn facts(response: &Response) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("Locatie", format!("{} in {}", response.offer.location, response.offer.town)),
        ("De zorg kan starten op", format::date(response.start_on)),
        ("Geldig tot en met", format::date(response.valid_until)),
        ("Gegeven", format::date_time(response.opened_at)),
        (
            "Plek",
            if response.takes_place { "vrij; bij acceptatie vergeven" } else { "op de startdatum" }
                .to_owned(),
        ),
    ];
    if let Some(remark) = &response.remark {
        facts.push(("Opmerking", remark.clone()));
    }
    if response.is_open() {
        facts.push(("Antwoord uiterlijk", format::date_time(response.answer_by)));
    }
    if let Some(at) = response.chased_at {
        facts.push(("Herinnerd", format::date_time(at)));
    }
    if let Some(at) = response.escalated_at {
        facts.push(("Opgeschaald naar de accountmanager", format::date_time(at)));
    }
    if let Some(day) = response.placement.as_ref().and_then(|placement| placement.started_on) {
        facts.push(("Zorg gestart op", format::date(day)));
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
    key: &(String, String),
    mut form: Form,
    done: Result<()>,
    (what, field): (&str, &str),
) -> Result<HttpResponse> {
    match done {
        Ok(()) => Ok(saved_in(&format!("{SECTION}/{}/reacties/{}", key.0, key.1), what)),
        Err(error) => {
            form.refuse(error, field)?;
            show(ctx, key, Some(form.with_days(&["parkerenTot"])), None).await
        }
    }
}

pub async fn accept(
    ctx: Context,
    path: Path<(String, String)>,
    FormInput(mut fields): FormInput,
) -> Result<HttpResponse> {
    let key = path.into_inner();
    let form = Form::of_typed(LABELS, &fields);
    let done = async {
        let (code, id) = (key.0.clone(), parse(&key.1)?);
        let given = read_coded::<AcceptReason>(&mut fields, "kiesReden", "kiesUitleg");
        let given = fields.finish(given)?;
        let (state, snapshot) = (ctx.state.clone(), ctx.state.supply.current()?);
        ctx.db_supply(move |conn, actor, now| {
            let reason = check_reason(given, "kiesUitleg", dutch_day(now))?;
            let of = (&snapshot, &state.plans, state.config.public_url.as_str());
            actions::accept(conn, actor, now, of, (&code, id), &reason).map(drop)
        })
        .await
    };
    let done = done.await;
    finish(&ctx, &key, form, done, ("Uw keuze", "kiesReden")).await
}

pub async fn decline(
    ctx: Context,
    path: Path<(String, String)>,
    FormInput(mut fields): FormInput,
) -> Result<HttpResponse> {
    let key = path.into_inner();
    let form = Form::of_typed(LABELS, &fields);
    let done = async {
        let (code, id) = (key.0.clone(), parse(&key.1)?);
        let given = read_decline(&mut fields);
        let given = fields.finish(given)?;
        let state = ctx.state.clone();
        ctx.db(move |conn, actor, now| {
            let decline = check_decline(given, dutch_day(now))?;
            let url = &state.config.public_url;
            weighing::decline(conn, actor, now, url, (&code, id), decline).map(drop)
        })
        .await
    };
    let done = done.await;
    finish(&ctx, &key, form, done, ("Uw afwijzing", "reden")).await
}

pub async fn not_started(
    ctx: Context,
    path: Path<(String, String)>,
    FormInput(mut fields): FormInput,
) -> Result<HttpResponse> {
    let key = path.into_inner();
    let form = Form::of_typed(LABELS, &fields);
    let done = async {
        let (code, id) = (key.0.clone(), parse(&key.1)?);
        let given = read_coded::<NotStartedReason>(&mut fields, "nietReden", "nietUitleg");
        let given = fields.finish(given)?;
        let state = ctx.state.clone();
        ctx.db_supply(move |conn, actor, now| {
            let reason = check_reason(given, "nietUitleg", dutch_day(now))?;
            let who = (Teller::Toegang(&code), id);
            care_did_not_start(conn, actor, now, &state.config.public_url, who, reason).map(drop)
        })
        .await
    };
    let done = done.await;
    finish(&ctx, &key, form, done, ("Uw melding", "nietReden")).await
}

pub async fn ask(
    ctx: Context,
    path: Path<(String, String)>,
    FormInput(mut fields): FormInput,
) -> Result<HttpResponse> {
    let key = path.into_inner();
    let form = Form::of_typed(LABELS, &fields);
    let done = async {
        let (code, id) = (key.0.clone(), parse(&key.1)?);
        let given = read_coded::<Question>(&mut fields, "vraag", "vraagUitleg");
        let given = fields.finish(given)?;
        let state = ctx.state.clone();
        ctx.db(move |conn, actor, now| {
            let question = check_reason(given, "vraagUitleg", dutch_day(now))?;
            let who = (From::Toegang(&code), id);
            questions::ask(conn, actor, now, &state.config.public_url, who, &question)
        })
        .await
    };
    let done = done.await;
    finish(&ctx, &key, form, done, ("Uw vraag", "vraag")).await
}

pub async fn answer(
    ctx: Context,
    path: Path<(String, String, String)>,
    FormInput(mut fields): FormInput,
) -> Result<HttpResponse> {
    let (code, id, question_id) = path.into_inner();
    let key = (code, id);
    let form = Form::of_typed(LABELS, &fields);
    let done = async {
        let (code, id) = (key.0.clone(), parse(&key.1)?);
        let question_id = parse_id(&question_id).map_err(|_| Error::NotFound("vraag"))?;
        let given = read_coded::<Answer>(&mut fields, "antwoord", "antwoordUitleg");
        let given = fields.finish(given)?;
        let state = ctx.state.clone();
        ctx.db(move |conn, actor, now| {
            let answer = check_reason(given, "antwoordUitleg", dutch_day(now))?;
            let which = (From::Toegang(&code), id, question_id);
            questions::answer(conn, actor, now, &state.config.public_url, which, &answer)
        })
        .await
    };
    let done = done.await;
    finish(&ctx, &key, form, done, ("Uw antwoord", "antwoord")).await
}
