//! Weighing: all responses to a waiting client, and one of them with its answer.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use rules::product::ProductKind;
use rules::waiting::life::BodyDecision;
use rules::waiting::questions::Side;
use rules::waiting::reason_lists::{ReasonList, RegionReason};

use super::actions::{self, Weighed};
use crate::availability::figures::actions::find_offer;
use crate::availability::figures::model::Offer;
use crate::availability::figures::words::figure_lines;
use crate::clock::dutch_day;
use crate::error::Result;
use crate::matching::proposals::model::{CanLine, Order, Place};
use crate::waiting_list::clients::actions::{find_settings, list_region_choices};
use crate::waiting_list::clients::model::WaitingClient;
use crate::waiting_list::clients::pages::Tabs;
use crate::waiting_list::reasons::actions::find_wording;
use crate::waiting_list::reasons::pages::to_choose;
use crate::waiting_list::responses::actions::Party;
use crate::waiting_list::responses::api::input::{decline_words, read_acceptance, read_decline};
use crate::waiting_list::responses::model::Response;
use crate::waiting_list::responses::pages::{
    self, Mark, QuestionLine, add_offered, add_outcome, confirm_start, mark, parse, question_lines,
    tell_not_started, to_answer, usual_start, with_common_choices,
};
use crate::waiting_list::responses::{questions, weighing};
use crate::web::context::Context;
use crate::web::form::{Choices, Form, Labels, choices, form_page};
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
    ("begeleider", "Wie geeft de ambulante hulp?"),
    ("perspectiefteam", "Team van de perspectiefregisseur"),
    ("naCrisis", "Het kind komt uit een crisis: het adviesorgaan beslist achteraf"),
    ("reden", "Waarom wijst u de reactie af?"),
    ("toelichting", "Toelichting"),
    ("cijfersZijn", "Wat zijn de 9 cijfers?"),
    ("parkerenTot", "Niet voorstellen tot en met"),
    ("gestartOp", "De zorg startte op"),
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
    /// How many must wait for a product before providers see any of them.
    pub group_size: usize,
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
    pub to_answer: Option<(i64, String)>,
    pub may_ask: bool,
    pub path: String,
    /// What is offered is a stay, with which more goes.
    pub is_stay: bool,
    /// A body must decide on it, and has not.
    pub lacks_decision: bool,
}

pub async fn list(ctx: Context, path: Path<String>, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    let snapshot = ctx.state.supply.current()?;
    let (weighed, offers, group_size) = ctx
        .db(move |conn, actor, now| {
            let weighed = actions::list_of_client(conn, actor, now, &snapshot, &path)?;
            let offers = weighed.responses.iter().map(|response| find_offer(conn, response.offer.id));
            let offers = offers.collect::<Result<Vec<Offer>>>()?;
            let group_size = find_settings(conn, weighed.client.region_id)?.group_size.get();
            Ok((weighed, offers, group_size))
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
        group_size,
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

async fn show(
    ctx: &Context,
    (code, id): &(String, String),
    typed: Option<Form>,
    saved: Saved,
) -> Result<HttpResponse> {
    let (code, id) = (code.clone(), parse(id)?);
    let snapshot = ctx.state.supply.current()?;
    let (client, response, order, offer, asked, (consequences, providers, lacks_decision), wording) = ctx
        .db(move |conn, actor, now| {
            let (client, response, order) =
                actions::view_of_client(conn, actor, now, &snapshot, (&code, id))?;
            let offer = find_offer(conn, response.offer.id)?;
            let asked = questions::list_questions(conn, &response)?;
            let consequences = find_settings(conn, client.region_id)?.consequences;
            let wording = find_wording(conn, client.region_id)?;
            let providers = list_region_choices(conn, client.region_id, dutch_day(now))?.providers;
            let body = weighing::body_decision(conn, &client, offer.product.id)?;
            let lacks_decision = body == BodyDecision::Missing;
            Ok((client, response, order, offer, asked, (consequences, providers, lacks_decision), wording))
        })
        .await?;
    let set = |list| wording.now(list).reasons;
    let words = |reason: &RegionReason| (reason.known.code.to_owned(), decline_words(reason, &consequences));
    let declines: Choices = choices("Maak een keuze", set(ReasonList::Decline).on().map(words));
    let form =
        typed.unwrap_or_else(|| Form::new(LABELS).with("gestartOp", usual_start(&response, ctx.today())));
    let waiting = to_answer(&asked, Side::Toegang);
    let form = with_common_choices(form, Side::Toegang, &wording, waiting)
        .with_choices("kiesReden", to_choose(&set(ReasonList::Accept)))
        .with_choices("reden", declines)
        .with_choices("begeleider", choices("Maak een keuze", providers));
    let page = WeighPage {
        page: form.page(ctx, SECTION),
        saved,
        mark: mark(&response, ctx.now),
        facts: facts(&response),
        figures: figure_lines(&offer.figures),
        place: actions::place_of(order.as_ref(), &response).cloned(),
        can_total: order.as_ref().map_or(0, |order: &Order| order.can_total),
        questions: question_lines(&asked),
        to_answer: waiting.map(|question| (question.id, question.subject_words().to_owned())),
        may_ask: response.is_open() || response.awaits_start(),
        path: format!("{SECTION}/{}/reacties/{id}", client.code),
        is_stay: offer.product.kind == ProductKind::Stay,
        lacks_decision,
        form,
        client,
        response,
    };
    form_page(page.form.status(), &page)
}

fn facts(response: &Response) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("Locatie", format!("{} in {}", response.offer.location, response.offer.town)),
        ("Gegeven", format::date_time(response.opened_at)),
    ];
    add_offered(&mut facts, response);
    if let Some(at) = response.chased_at {
        facts.push(("Herinnerd", format::date_time(at)));
    }
    if let Some(at) = response.escalated_at {
        facts.push(("Opgeschaald naar de accountmanager", format::date_time(at)));
    }
    if let Some(placement) = &response.placement {
        if let Some(day) = placement.started_on {
            facts.push(("Zorg gestart op", format::date(day)));
        }
        if let Some(at) = placement.chased_at {
            facts.push(("Aanbieder herinnerd aan de start", format::date_time(at)));
        }
        if let Some(at) = placement.escalated_at {
            facts.push(("Start opgeschaald naar de accountmanager", format::date_time(at)));
        }
        if placement.agreement.after_crisis {
            facts.push(("Adviesorgaan", "beslist achteraf, na een crisis".to_owned()));
        }
    }
    add_outcome(&mut facts, response);
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
            show(ctx, key, Some(form.with_days(&["parkerenTot", "gestartOp"])), None).await
        }
    }
}

type Key = Path<(String, String)>;

pub async fn accept(ctx: Context, path: Key, FormInput(fields): FormInput) -> Result<HttpResponse> {
    let key = path.into_inner();
    let form = Form::of_typed(LABELS, &fields);
    let (code, id) = (key.0.clone(), parse(&key.1)?);
    let of = code.clone();
    let care = ctx.db(move |conn, actor, _| weighing::find_care(conn, actor, (&of, id))).await?;
    let done = match read_acceptance(fields, ("kiesReden", "kiesUitleg"), care, ctx.today()) {
        Ok(acceptance) => {
            let (state, snapshot) = (ctx.state.clone(), ctx.state.supply.current()?);
            ctx.db_supply(move |conn, actor, now| {
                let of = (&snapshot, &state.plans, state.config.public_url.as_str());
                actions::accept(conn, actor, now, of, (&code, id), &acceptance).map(drop)
            })
            .await
        }
        Err(error) => Err(error),
    };
    let done = done.map_err(|error| error.at("reden", "kiesReden"));
    finish(&ctx, &key, form, done, ("Uw keuze", "kiesReden")).await
}

pub async fn decline(ctx: Context, path: Key, FormInput(fields): FormInput) -> Result<HttpResponse> {
    let key = path.into_inner();
    let form = Form::of_typed(LABELS, &fields);
    let (code, id) = (key.0.clone(), parse(&key.1)?);
    let done = match read_decline(fields, ctx.today()) {
        Ok(decline) => {
            let state = ctx.state.clone();
            ctx.db(move |conn, actor, now| {
                let url = &state.config.public_url;
                weighing::decline(conn, actor, now, url, (&code, id), decline).map(drop)
            })
            .await
        }
        Err(error) => Err(error),
    };
    finish(&ctx, &key, form, done, ("Uw afwijzing", "reden")).await
}

pub async fn start(ctx: Context, path: Key, FormInput(fields): FormInput) -> Result<HttpResponse> {
    let key = path.into_inner();
    let form = Form::of_typed(LABELS, &fields);
    let done = confirm_start(&ctx, (Party::Toegang(&key.0), parse(&key.1)?), fields).await;
    finish(&ctx, &key, form, done, ("De start van de zorg", "gestartOp")).await
}

pub async fn not_started(ctx: Context, path: Key, FormInput(fields): FormInput) -> Result<HttpResponse> {
    let key = path.into_inner();
    let form = Form::of_typed(LABELS, &fields);
    let done = tell_not_started(&ctx, (Party::Toegang(&key.0), parse(&key.1)?), fields).await;
    finish(&ctx, &key, form, done, ("Uw melding", "nietReden")).await
}

pub async fn ask(ctx: Context, path: Key, FormInput(fields): FormInput) -> Result<HttpResponse> {
    let key = path.into_inner();
    let form = Form::of_typed(LABELS, &fields);
    let done = pages::ask(&ctx, (Party::Toegang(&key.0), parse(&key.1)?), fields).await;
    finish(&ctx, &key, form, done, ("Uw vraag", "vraag")).await
}

pub async fn answer(
    ctx: Context,
    path: Path<(String, String, String)>,
    FormInput(fields): FormInput,
) -> Result<HttpResponse> {
    let (code, id, question) = path.into_inner();
    let key = (code, id);
    let form = Form::of_typed(LABELS, &fields);
    let done = pages::answer(&ctx, (Party::Toegang(&key.0), parse(&key.1)?), &question, fields).await;
    finish(&ctx, &key, form, done, ("Uw antwoord", "antwoord")).await
}
