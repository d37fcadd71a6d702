//! Offering one request: whose turn it is and why, who was asked before, and another choice with a reason.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use rules::crisis::codes::{CategoryList, RequestStatus};

use super::{Mark, mark, of_list, outcome};
use crate::availability::figures::api::parse_id;
use crate::crisis::distribution::actions;
use crate::crisis::distribution::model::{Assignment, Overruling};
use crate::crisis::distribution::shares::list_participants;
use crate::crisis::requests::actions::view_request;
use crate::crisis::requests::model::CrisisRequest;
use crate::crisis::settings::actions::find_lists;
use crate::error::{Error, Result};
use crate::web::context::Context;
use crate::web::fields::Length;
use crate::web::form::{Form, Labels, choices, form_page};
use crate::web::format;
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{Saved, saved_in, saved_message};
use crate::web::page::Page;

const LABELS: Labels =
    &[("aanbieder", "Aanbieder"), ("reden", "Waarom deze aanbieder?"), ("aanvraag", "Aanvraag")];

/// The menu entry that is current.
const SECTION: &str = "/crisis";

/// One time that the request was offered.
pub struct Asked {
    pub id: i64,
    pub provider: String,
    pub mark: Mark,
    pub offered: String,
    pub answer_by: String,
    pub choice: &'static str,
    pub outcome: String,
    pub can_withdraw: bool,
}

/// Whose turn it is.
pub struct Turn {
    pub provider: String,
    pub choice: &'static str,
    pub lines: Vec<String>,
}

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
    let (request, asked, turn, participants, lists) = ctx
        .db(move |conn, actor, now| {
            let request = view_request(conn, actor, now, &code)?;
            let asked = actions::list_of_request(conn, request.id)?;
            let turn = actions::preview_turn(conn, now, &request)?;
            let participants = list_participants(conn, request.region_id)?;
            let lists = find_lists(conn, request.region_id)?;
            Ok((request, asked, turn, participants, lists))
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
    let has_one = asked.iter().any(|assignment| assignment.status.counts());
    let is_open = matches!(request.status, RequestStatus::New | RequestStatus::InProgress);
    let line = |assignment: &Assignment| Asked {
        id: assignment.id,
        provider: assignment.provider.name.clone(),
        mark: mark(assignment, ctx.now),
        offered: format::date_time(assignment.offered_at),
        answer_by: format::date_time(assignment.answer_by),
        choice: assignment.choice.name(),
        outcome: outcome(assignment, &lists),
        can_withdraw: assignment.status.counts() && request.status != RequestStatus::Running,
    };
    let page = OfferPage {
        page: form.page(ctx, SECTION),
        saved,
        code: request.code.to_string(),
        words: words(&request),
        can_offer: is_open && !has_one,
        turn: turn.map(|(provider, choice, explanation)| Turn {
            provider: provider.name,
            choice: choice.name(),
            lines: explanation.lines().map(str::to_owned).collect(),
        }),
        asked: asked.iter().map(line).collect(),
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
    FormInput(fields): FormInput,
) -> Result<HttpResponse> {
    fields.finish(())?;
    let id = parse_id(&path).map_err(|_| Error::NotFound("toewijzing"))?;
    let state = ctx.state.clone();
    let ended = ctx
        .db(move |conn, actor, now| {
            actions::withdraw_assignment(conn, actor, now, &state.config.public_url, id)
        })
        .await?;
    Ok(saved_in(&path_of(&ended.request.code), "Het intrekken"))
}
