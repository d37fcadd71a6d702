//! Responding: the second of two clicks, with a form that is filled in already.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use crate::availability::figures::model::Offer;
use crate::error::{Error, Result};
use crate::waiting_list::open_list::model::{Handle, ShownClient};
use crate::waiting_list::open_list::pages::list::PATH as LIST_PATH;
use crate::waiting_list::responses::actions;
use crate::waiting_list::responses::api::input::read_new;
use crate::web::context::Context;
use crate::web::fields::Fields;
use crate::web::form::{Choices, Form, Labels, form_page, shown_day};
use crate::web::input::FormInput;
use crate::web::lists::saved_in;
use crate::web::notes::{DIGITS, digits};
use crate::web::page::Page;

const LABELS: Labels = &[
    ("aanbod", "Aanbod"),
    ("plaatsen", "Aantal plekken"),
    ("startOp", "De zorg kan starten op"),
    ("geldigTot", "Geldig tot en met"),
    ("opmerking", "Opmerking"),
    (DIGITS, "Wat zijn de 9 cijfers?"),
];

#[derive(Template)]
#[template(path = "waiting_list/responses/pages/respond.html")]
pub struct RespondPage {
    pub page: Page,
    pub form: Form,
    pub client: ShownClient,
    pub has_offer: bool,
}

pub async fn form(ctx: Context, path: Path<String>) -> Result<HttpResponse> {
    show(&ctx, &path, None).await
}

fn parse(handle: &str) -> Result<Handle> {
    Handle::parse(handle).map_err(|_| Error::NotFound("wachtende"))
}

async fn show(ctx: &Context, handle: &str, typed: Option<Form>) -> Result<HttpResponse> {
    let handle = parse(handle)?;
    let snapshot = ctx.state.supply.current()?;
    let (client, offers) =
        ctx.db(move |conn, actor, now| actions::find_to_respond(conn, &snapshot, actor, now, handle)).await?;
    let form = typed.unwrap_or_else(|| {
        let first = offers.first();
        let (start_on, valid_until) = actions::usual_days(first, ctx.today());
        Form::new(LABELS)
            .with("aanbod", first.map(|offer| offer.id.to_string()).unwrap_or_default())
            .with("plaatsen", "1")
            .with("startOp", shown_day(Some(start_on)))
            .with("geldigTot", shown_day(Some(valid_until)))
    });
    let has_offer = !offers.is_empty();
    let form = form
        .with_choices("aanbod", offers.into_iter().map(offer_choice).collect::<Choices>())
        .with_choices(DIGITS, digits());
    let page = form.page(ctx, LIST_PATH);
    form_page(form.status(), &RespondPage { page, form, client, has_offer })
}

fn offer_choice(offer: Offer) -> (String, String) {
    let places = match offer.figures.shown_places(offer.reserved_places) {
        Some(1) => "1 plek vrij".to_owned(),
        Some(places) => format!("{places} plekken vrij"),
        None => "vrije plekken niet bekend".to_owned(),
    };
    (offer.id.to_string(), format!("{} in {}, {places}", offer.location.name, offer.location.place))
}

pub async fn save(ctx: Context, path: Path<String>, FormInput(fields): FormInput) -> Result<HttpResponse> {
    let handle = path.into_inner();
    let mut form = Form::of_typed(LABELS, &fields);
    match store(&ctx, &handle, fields).await {
        Ok(()) => Ok(saved_in(super::own::PATH, "Uw reactie")),
        Err(error @ Error::NotFound("wachtende")) => Err(error),
        Err(error) => {
            form.refuse(error, "aanbod")?;
            show(&ctx, &handle, Some(form.with_days(&["startOp", "geldigTot"]))).await
        }
    }
}

async fn store(ctx: &Context, handle: &str, mut fields: Fields) -> Result<()> {
    let new = read_new(&mut fields, Some(parse(handle)?), ctx.today());
    let new = fields.finish(new)?.ok_or_else(|| Error::internal("a required field is missing"))?;
    let snapshot = ctx.state.supply.current()?;
    let state = ctx.state.clone();
    ctx.db(move |conn, actor, now| {
        actions::respond(conn, &snapshot, actor, now, &state.config.public_url, &new).map(drop)
    })
    .await
}
