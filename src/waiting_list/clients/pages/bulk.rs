//! The same step for all clients that were ticked in the list.

use actix_web::HttpResponse;
use askama::Template;

use super::SECTION;
use super::step::{LABELS, read_step_form, with_step_choices};
use crate::error::{Error, Result};
use crate::waiting_list::clients::actions::{self, Outcome};
use crate::waiting_list::clients::steps::OwnStep;
use crate::waiting_list::reasons::actions::find_reasons;
use crate::web::context::Context;
use crate::web::fields::{Fields, Length};
use crate::web::form::{Form, form_page};
use crate::web::format::count;
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::link;
use crate::web::page::{Page, html, see_other};

/// What the boxes in the list are called, before the code.
const BOX: &str = "kies-";

/// As many as two pages of the list have.
const MOST: usize = 40;

#[derive(Template)]
#[template(path = "waiting_list/clients/pages/bulk.html")]
pub struct BulkPage {
    pub page: Page,
    pub step: OwnStep,
    pub codes: Vec<String>,
    pub form: Form,
}

#[derive(Template)]
#[template(path = "waiting_list/clients/pages/bulk_done.html")]
pub struct BulkDonePage {
    pub page: Page,
    pub step: OwnStep,
    pub outcomes: Vec<Outcome>,
    pub done: usize,
}

/// Asks for the reason of a step for the ticked clients.
pub async fn form(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let step = read_step_choice(&mut query);
    let codes: Vec<String> =
        query.names().filter_map(|name| name.strip_prefix(BOX)).map(str::to_owned).collect();
    for code in &codes {
        query.flag(&format!("{BOX}{code}"));
    }
    let step = query.finish(step)?.ok_or(Error::NO_PAGE)?;
    show(&ctx, step, codes, Form::new(LABELS)).await
}

pub async fn save(ctx: Context, FormInput(mut fields): FormInput) -> Result<HttpResponse> {
    let mut form = Form::of_typed(LABELS, &fields);
    let step = read_step_choice(&mut fields);
    let codes = fields.texts("codes", MOST, Length(1, 20));
    let Some(step) = step else { return Err(fields.finish(()).err().map_or(Error::NO_PAGE, Error::Invalid)) };
    let draft = read_step_form(&mut fields, step, ctx.today());
    let read = fields.finish(draft).map_err(Error::from);
    let taken = match read {
        Ok(draft) => {
            let (codes, state) = (codes.clone(), ctx.state.clone());
            ctx.db(move |conn, actor, now| {
                let public_url = &state.config.public_url;
                actions::take_own_steps(conn, actor, now, public_url, &codes, step, &draft)
            })
            .await
        }
        Err(error) => Err(error),
    };
    match taken {
        Ok(outcomes) => {
            let done = outcomes.iter().filter(|(_, outcome)| outcome.is_ok()).count();
            if done == outcomes.len() {
                let told =
                    format!("{}: vastgelegd voor {}.", step.label(), count(done, "wachtende", "wachtenden"));
                return Ok(see_other(&link(step.list(), &[("gedaan", &told)])));
            }
            html(&BulkDonePage { page: Page::new(&ctx, SECTION), step, outcomes, done })
        }
        Err(error) => {
            form.refuse(error, "reden")?;
            show(&ctx, step, codes, form).await
        }
    }
}

fn read_step_choice(fields: &mut Fields) -> Option<OwnStep> {
    let steps: Vec<(&str, OwnStep)> =
        OwnStep::ALL.into_iter().filter(|step| step.is_bulk()).map(|step| (step.code(), step)).collect();
    fields.choice("stap", &steps)
}

async fn show(ctx: &Context, step: OwnStep, codes: Vec<String>, form: Form) -> Result<HttpResponse> {
    let region_id = ctx.actor.region_id().ok_or(Error::SignInRequired)?;
    let set = ctx.db(move |conn, _, _| find_reasons(conn, region_id, step.reason_list())).await?;
    let form = with_step_choices(form, &set.reasons);
    form_page(form.status(), &BulkPage { page: form.page(ctx, SECTION), step, codes, form })
}
