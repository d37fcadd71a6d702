//! Offering one request: whose turn it is and why, who was asked before, and another choice with a reason.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use rules::crisis::codes::{CategoryList, RequestStatus};

use super::{Asked, Turn, asked, of_list};
use crate::crisis::distribution::actions;
use crate::crisis::distribution::model::Overruling;
use crate::crisis::distribution::shares::list_participants;
use crate::crisis::requests::actions::view_request;
use crate::crisis::requests::model::CrisisRequest;
use crate::crisis::requests::pages::request::{FROM_REQUEST, back_to};
use crate::crisis::settings::actions::find_lists;
use crate::error::{Error, Result};
use crate::web::context::Context;
use crate::web::fields::{Length, parse_id};
use crate::web::form::{Form, Labels, choices, form_page};
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{Saved, saved_in, saved_message};
use crate::web::page::Page;

const LABELS: Labels =
    &[("aanbieder", "Aanbieder"), ("reden", "Waarom deze aanbieder?"), ("aanvraag", "Aanvraag")];

/// The menu entry that is current.
const SECTION: &str = "/crisis";

#[derive(Template)]
#[template(path = "crisis/distribution/pages/offer.html")]
pub struct OfferPage {
    pub page: Page,
    pub saved: Saved,
    pub form: Form,
    pub code: String,
    pub words: String,
    pub can_offer: bool,
    pub turn: Option<Turn>,
    pub asked: Vec<Asked>,
}

fn path_of(code: &str) -> String {
    format!("/crisis/aanvragen/{code}/verdelen")
}

pub async fn offer(
    ctx: Context,
    path: Path<String>,
    QueryInput(mut query): QueryInput,
) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    query.finish(())?;
    show(&ctx, path.into_inner(), Form::new(LABELS), saved).await
}

async fn show(ctx: &Context, code: String, form: Form, saved: Saved) -> Result<HttpResponse> {
    let (request, offered, turn, participants, lists) = ctx
        .db(move |conn, actor, now| {
            let request = view_request(conn, actor, now, &code)?;
            let offered = actions::list_of_request(conn, request.id)?;
            let turn = actions::preview_turn(conn, now, &request)?;
            let participants = list_participants(conn, request.region_id)?;
            let lists = find_lists(conn, request.region_id)?;
            Ok((request, offered, turn, participants, lists))
        })
        .await?;
    let form = form
        .with_choices(
            "aanbieder",
            choices(
                "Kies een aanbieder",
                participants.into_iter().map(|provider| (provider.agb, provider.name)),
            ),
        )
        .with_choices("reden", of_list(&lists, CategoryList::Overrule, ctx.now));
    let has_one = offered.iter().any(|assignment| assignment.status.counts());
    let is_open = matches!(request.status, RequestStatus::New | RequestStatus::InProgress);
    let page = OfferPage {
        page: form.page(ctx, SECTION),
        saved,
        code: request.code.to_string(),
        words: words(&request),
        can_offer: is_open && !has_one,
        turn: turn.map(Turn::from),
        asked: offered
            .iter()
            .map(|one| asked(one, &lists, ctx.now, request.status != RequestStatus::Running))
            .collect(),
        form,
    };
    form_page(page.form.status(), &page)
}

fn words(request: &CrisisRequest) -> String {
    let urgency = request.urgency.name().to_lowercase();
    format!("{}, {}, {urgency}. {}.", request.place(), request.age_group.sign(), request.status.name())
}

pub async fn save(
    ctx: Context,
    path: Path<String>,
    FormInput(mut fields): FormInput,
) -> Result<HttpResponse> {
    let code = path.into_inner();
    let mut form = Form::of_typed(LABELS, &fields);
    let agb = fields.optional_text("aanbieder", Length(8, 8));
    let reason = fields.optional_text("reden", Length(1, 60));
    if agb.is_some() && reason.is_none() && fields.is_clean() {
        fields.error("reden", "verplicht", "kies een reden");
    }
    if agb.is_none() && reason.is_some() && fields.is_clean() {
        fields.error("aanbieder", "verplicht", "kies een aanbieder");
    }
    let from_request = fields.flag(FROM_REQUEST);
    let overruling = agb.zip(reason).map(|(agb, reason)| Overruling { agb, reason });
    let done = match fields.finish(overruling) {
        Ok(overruling) => {
            let (state, code) = (ctx.state.clone(), code.clone());
            ctx.db(move |conn, actor, now| {
                let url = &state.config.public_url;
                actions::offer_request(conn, actor, now, url, &code, overruling.as_ref()).map(drop)
            })
            .await
        }
        Err(violations) => Err(violations.into()),
    };
    match done {
        Ok(()) if from_request => Ok(back_to(&code, "aangeboden")),
        Ok(()) => Ok(saved_in(&path_of(&code), "Het aanbod")),
        Err(error) => {
            form.refuse(error, "aanvraag")?;
            show(&ctx, code, form, None).await
        }
    }
}

pub async fn withdraw(
    ctx: Context,
    path: Path<String>,
    FormInput(mut fields): FormInput,
) -> Result<HttpResponse> {
    let from_request = fields.flag(FROM_REQUEST);
    fields.finish(())?;
    let id = parse_id(&path).map_err(|_| Error::NotFound("toewijzing"))?;
    let state = ctx.state.clone();
    let ended = ctx
        .db(move |conn, actor, now| {
            actions::withdraw_assignment(conn, actor, now, &state.config.public_url, id)
        })
        .await?;
    if from_request {
        return Ok(back_to(&ended.request.code, "aanbod-ingetrokken"));
    }
    Ok(saved_in(&path_of(&ended.request.code), "Het intrekken"))
}
