//! Bridging care of one client on pages: what it has, who could give it, and starting, changing and ending it.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use chrono::NaiveDate;
use rules::matching::bridging::BridgingCause;
use rules::violations::Violations;
use rules::waiting::life::EndBridgingReason;
use rules::waiting::reason_lists::ReasonList;

use super::actions::{self, StartDraft};
use crate::error::{Error, Result};
use crate::matching::proposals::model::CanLine;
use crate::waiting_list::bridging::actions::{self as kept, Change};
use crate::waiting_list::bridging::model::{BridgingCare, END_NOTE, check_end, check_start, end_reason};
use crate::waiting_list::clients::pages::Tabs;
use crate::waiting_list::reasons::actions::find_reasons;
use crate::web::context::Context;
use crate::web::fields::{Fields, parse_number};
use crate::web::form::{Choices, Form, Labels, Refusal, choices, form_page};
use crate::web::format;
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{Saved, link, saved_message};
use crate::web::notes::{DIGITS, digits, read_note};
use crate::web::page::{Page, see_other};

const SECTION: &str = "/wachtlijst";
/// The tab these pages belong to.
const TAB: &str = "/overbrugging";
const START_LABELS: Labels = &[
    ("aanbod", "Wie en wat"),
    ("start", "Startdatum"),
    ("toelichting", "Toelichting"),
    (DIGITS, "Wat zijn de 9 cijfers?"),
];
const CHANGE_LABELS: Labels = &[
    ("start", "Startdatum"),
    ("toelichting", "Toelichting"),
    (DIGITS, "Wat zijn de 9 cijfers?"),
    ("einde", "Laatste dag"),
    ("reden", "Waarom het eindigt"),
    (END_NOTE, "Toelichting bij het einde"),
    (END_DIGITS, "Wat zijn de 9 cijfers?"),
];
/// What separates provider and product in a choice; no code has it.
const BETWEEN: char = '|';
/// What nine digits in what is said about an end are.
pub const END_DIGITS: &str = "eindCijfers";

#[derive(Template)]
#[template(path = "matching/bridging/list.html")]
pub struct BridgingPage {
    pub page: Page,
    pub tabs: Tabs,
    pub code: String,
    pub product: String,
    pub cares: Vec<BridgingCare>,
    pub today: NaiveDate,
    pub cause: Option<BridgingCause>,
    pub offers: Option<Vec<CanLine>>,
    pub may_bridge: bool,
    pub form: Form,
    pub saved: Saved,
}

#[derive(Template)]
#[template(path = "matching/bridging/change.html")]
pub struct ChangePage {
    pub page: Page,
    pub tabs: Tabs,
    pub code: String,
    pub care: BridgingCare,
    pub form: Form,
}

fn address_of(code: &str) -> String {
    format!("/wachtlijst/{code}/overbrugging")
}

pub async fn list(
    ctx: Context,
    path: Path<String>,
    QueryInput(mut query): QueryInput,
) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    query.finish(())?;
    let form = Form::new(START_LABELS).with("start", format::day_field(ctx.today()));
    show(&ctx, path.into_inner(), form, saved).await
}

async fn show(ctx: &Context, code: String, form: Form, saved: Saved) -> Result<HttpResponse> {
    let snapshot = ctx.state.supply.current()?;
    let found = ctx.db(move |conn, actor, now| actions::propose(conn, actor, now, &snapshot, &code)).await?;
    let offered = found.offers.iter().flatten().map(|line| {
        let key = format!("{}{BETWEEN}{}", line.offer.agb, line.offer.product_code);
        (key, format!("{}, {} {}", line.offer.provider, line.offer.product_code, line.offer.product_name))
    });
    let mut offered: Vec<(String, String)> = offered.collect();
    let mut seen = std::collections::BTreeSet::new();
    offered.retain(|(key, _)| seen.insert(key.clone()));
    let form = form
        .with_choices("aanbod", choices("Maak een keuze", offered))
        .with_choices(DIGITS, digits())
        .with_days(&["start"]);
    let page = BridgingPage {
        page: form.page(ctx, SECTION),
        tabs: Tabs::new(found.client.code, TAB),
        code: found.client.code.to_string(),
        product: format!("{} {}", found.client.product.code, found.client.product.name),
        cares: found.cares,
        today: ctx.today(),
        cause: found.cause,
        offers: found.offers,
        may_bridge: found.may_bridge,
        form,
        saved,
    };
    form_page(page.form.status(), &page)
}

pub async fn start(ctx: Context, path: Path<String>, FormInput(fields): FormInput) -> Result<HttpResponse> {
    let code = path.into_inner();
    let mut form = Form::of_typed(START_LABELS, &fields);
    match store_start(&ctx, &code, fields).await {
        Ok(care) => {
            let saved = format!("Overbruggingszorg door {}", care.provider);
            Ok(see_other(&link(&address_of(&code), &[("opgeslagen", &saved)])))
        }
        Err(Error::NotFound(what)) => Err(Error::NotFound(what)),
        Err(error) => {
            form.refuse(at_choice(error), "aanbod")?;
            show(&ctx, code, form, None).await
        }
    }
}

/// A collision of provider or product is one of the choice that holds both.
fn at_choice(error: Error) -> Error {
    match &error {
        Error::Collision(violations) => match violations.iter().find(|one| one.field != "start") {
            Some(one) => Error::collision("aanbod", one.code, one.message.clone()),
            None => error,
        },
        _ => error,
    }
}

async fn store_start(ctx: &Context, code: &str, mut fields: Fields) -> Result<BridgingCare> {
    let offer = fields.parsed("aanbod", "onbekende-keuze", |text| {
        let parts = text.split_once(BETWEEN).map(|(agb, product)| (agb.to_owned(), product.to_owned()));
        parts.ok_or("kies een van de voorgestelde")
    });
    let starts_on = fields.optional_date("start");
    if starts_on.is_none() && fields.raw("start").trim().is_empty() {
        fields.error("start", "verplicht", "vul dit in");
    }
    let note = read_note(&mut fields, "toelichting", DIGITS, ctx.today());
    let joint = starts_on.map(|day| check_start(day, None, ctx.today())).unwrap_or_default();
    let (Some((agb, product)), Some(starts_on)) = fields.finish_with((offer, starts_on), joint)? else {
        return Err(Error::internal("a required field is missing"));
    };
    let (state, snapshot) = (ctx.state.clone(), ctx.state.supply.current()?);
    let (code, draft) = (code.to_owned(), StartDraft { agb, product, starts_on, note });
    ctx.db_supply(move |conn, actor, now| {
        let of = (&*snapshot, state.config.public_url.as_str());
        actions::start(conn, actor, now, of, &code, draft)
    })
    .await
}

pub async fn change_form(ctx: Context, path: Path<(String, String)>) -> Result<HttpResponse> {
    let (code, id) = path.into_inner();
    let (code, care) = find(&ctx, code, &id).await?;
    let form = Form::of_stored(CHANGE_LABELS, care.version, values(&care));
    show_change(&ctx, code, care, form).await
}

fn values(care: &BridgingCare) -> crate::web::form::Values {
    vec![
        ("start", format::day_field(care.starts_on)),
        ("toelichting", care.note.clone().unwrap_or_default()),
        ("einde", care.ended.as_ref().map(|ending| format::day_field(ending.on)).unwrap_or_default()),
        ("reden", care.ended.as_ref().map(|ending| ending.reason.clone()).unwrap_or_default()),
    ]
}

/// Bridging care of a client of the own municipalities, to be shown.
pub(super) async fn find(ctx: &Context, code: String, id: &str) -> Result<(String, BridgingCare)> {
    let id = parse_id(id)?;
    ctx.db(move |conn, actor, now| actions::view_care(conn, actor, now, (&code, id))).await
}

/// The number of bridging care in a path.
pub fn parse_id(text: &str) -> Result<i64> {
    parse_number(text, 1, i64::MAX).map_err(|_| Error::NotFound("overbruggingszorg"))
}

async fn show_change(ctx: &Context, code: String, care: BridgingCare, form: Form) -> Result<HttpResponse> {
    let region_id = ctx.actor.region_id().ok_or(Error::Forbidden)?;
    let set = ctx.db(move |conn, _, _| find_reasons(conn, region_id, ReasonList::EndBridging)).await?;
    let on = set.reasons.on().map(|reason| (reason.known.code.to_owned(), reason.words().to_owned()));
    let reasons: Choices = choices("Loopt nog", on);
    let form = form
        .with_choices("reden", reasons)
        .with_choices(DIGITS, digits())
        .with_choices(END_DIGITS, digits())
        .with_days(&["start", "einde"]);
    let (page, tabs) = (form.page(ctx, SECTION), Tabs::new(&code, TAB));
    form_page(form.status(), &ChangePage { page, tabs, code, care, form })
}

pub async fn change(
    ctx: Context,
    path: Path<(String, String)>,
    FormInput(fields): FormInput,
) -> Result<HttpResponse> {
    let (code, id) = path.into_inner();
    let mut form = Form::of_typed(CHANGE_LABELS, &fields);
    let Err(error) = store_change(&ctx, &code, &id, fields).await else {
        return Ok(see_other(&link(&address_of(&code), &[("opgeslagen", "Overbruggingszorg")])));
    };
    let (shown, care) = find(&ctx, code, &id).await?;
    if form.refuse(error, "start")? == Refusal::Outdated {
        form.compare(care.version, values(&care));
    }
    show_change(&ctx, shown, care, form).await
}

/// Reads a change or an end: with a last day and a reason it ends. With what the two lack of each other.
pub fn read_change(fields: &mut Fields, today: NaiveDate) -> (Option<Change>, Violations) {
    let mut joint = Violations::new();
    let starts_on = fields.optional_date("start");
    if starts_on.is_none() && fields.raw("start").trim().is_empty() {
        fields.error("start", "verplicht", "vul dit in");
    }
    let note = read_note(fields, "toelichting", DIGITS, today);
    let on = fields.optional_date("einde");
    let known: Vec<_> = EndBridgingReason::ALL.iter().map(|reason| (reason.code(), *reason)).collect();
    let reason = fields.optional_choice("reden", &known);
    let end_note = read_note(fields, END_NOTE, END_DIGITS, today);
    let change = match (on, reason) {
        (Some(on), Some(reason)) => {
            joint.extend_with_prefix("", check_end(on, None, today));
            match end_reason(reason, end_note) {
                Ok(reason) => Some(Change::End { on, reason }),
                Err(missing) => {
                    joint.extend_with_prefix("", missing);
                    None
                }
            }
        }
        (None, None) => {
            let day = starts_on.map(|day| check_start(day, None, today)).unwrap_or_default();
            joint.extend_with_prefix("", day);
            starts_on.map(|starts_on| Change::Replan { starts_on, note })
        }
        (Some(_), None) => {
            joint.add("reden", "verplicht", "kies waarom het eindigt");
            None
        }
        (None, Some(_)) => {
            if fields.raw("einde").trim().is_empty() {
                joint.add("einde", "verplicht", "vul de laatste dag in");
            }
            None
        }
    };
    (change, joint)
}

async fn store_change(ctx: &Context, code: &str, id: &str, mut fields: Fields) -> Result<BridgingCare> {
    let id = parse_id(id)?;
    let version = fields.small("versie", 1, i64::from(i32::MAX));
    let (wish, joint) = read_change(&mut fields, ctx.today());
    let (Some(version), Some(wish)) = fields.finish_with((version, wish), joint)? else {
        return Err(Error::internal("a required field is missing"));
    };
    let (state, code) = (ctx.state.clone(), code.to_owned());
    ctx.db_supply(move |conn, actor, now| {
        kept::change(conn, actor, now, &state.config.public_url, &code, (id, version), wish)
    })
    .await
}
