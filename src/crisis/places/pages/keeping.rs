//! Correcting what is known of a place, and giving one up.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use rules::crisis::codes::AgeGroup;

use super::giving::parse;
use super::overview::PATH;
use crate::crisis::places::keeping_api::read_facts;
use crate::crisis::places::model::Place;
use crate::crisis::places::{actions, keeping};
use crate::error::{Error, Result};
use crate::web::context::Context;
use crate::web::form::{Form, Labels, Refusal, Values, choices, form_page, read_version};
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::saved_in;
use crate::web::page::Page;

const LABELS: Labels = &[
    ("leeftijdsgroep", "Leeftijdsgroep"),
    ("naam", "Naam van de plaats"),
    ("groep", "Groep of gezin"),
    ("telefoon", "Telefoon"),
];

#[derive(Template)]
#[template(path = "crisis/places/pages/edit.html")]
pub struct EditPlacePage {
    pub page: Page,
    pub form: Form,
    pub id: i64,
    pub name: String,
    pub provider: String,
}

fn values(place: &Place) -> Values {
    vec![
        ("leeftijdsgroep", place.age_group.map(AgeGroup::code).unwrap_or_default().to_owned()),
        ("naam", place.name.clone()),
        ("groep", place.living_group.clone()),
        ("telefoon", place.phone.clone()),
    ]
}

async fn find(ctx: &Context, id: i64) -> Result<Place> {
    ctx.db(move |conn, actor, _| actions::find_own(conn, actor, id)).await
}

pub async fn edit(ctx: Context, path: Path<String>, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    let place = find(&ctx, parse(&path)?).await?;
    let form = Form::of_stored(LABELS, place.version, values(&place));
    show(&ctx, place, form)
}

fn show(ctx: &Context, place: Place, form: Form) -> Result<HttpResponse> {
    let groups = AgeGroup::ALL.iter().map(|group| (group.code().to_owned(), group.name().to_owned()));
    let form = form.with_choices("leeftijdsgroep", choices("Alle leeftijden", groups));
    let page = EditPlacePage {
        page: form.page(ctx, PATH),
        form,
        id: place.id,
        name: place.name,
        provider: place.provider,
    };
    form_page(page.form.status(), &page)
}

pub async fn save(
    ctx: Context,
    path: Path<String>,
    FormInput(mut fields): FormInput,
) -> Result<HttpResponse> {
    let id = parse(&path)?;
    let mut form = Form::of_typed(LABELS, &fields);
    let version = read_version(&mut fields).unwrap_or(0);
    let facts = read_facts(&mut fields);
    let done = match fields.finish(facts) {
        Ok(facts) => {
            ctx.db(move |conn, actor, now| {
                keeping::edit_place(conn, actor, now, (id, version), &facts).map(drop)
            })
            .await
        }
        Err(violations) => Err(violations.into()),
    };
    let Err(error) = done else { return Ok(saved_in(&format!("{PATH}/{id}"), "De plaats")) };
    let is_outdated = form.refuse(error, "naam")? == Refusal::Outdated;
    let place = find(&ctx, id).await?;
    if is_outdated {
        form.compare(place.version, values(&place));
    }
    show(&ctx, place, form)
}

/// Gives it up, or says why not.
pub async fn retire(
    ctx: Context,
    path: Path<String>,
    FormInput(mut fields): FormInput,
) -> Result<HttpResponse> {
    let id = parse(&path)?;
    let version = read_version(&mut fields).unwrap_or(0);
    fields.finish(())?;
    let done = ctx
        .db(move |conn, actor, now| keeping::retire_place(conn, actor, now, (id, version)).map(drop))
        .await;
    match done {
        Ok(()) => Ok(saved_in(PATH, "Het opheffen")),
        Err(Error::Outdated { .. }) => {
            let words = "Iemand anders veranderde deze plaats net. Kijk hoe hij nu staat.";
            Err(Error::Conflict(words.into()))
        }
        Err(error) => Err(error),
    }
}
