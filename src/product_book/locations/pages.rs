//! Locations on pages: list and form.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use rules::codes::{AgbCode, Pc4};

use super::actions::{self, LocationDraft};
use super::api::read_name;
use super::model::{Location, NUMBERS};
use crate::db::Connection;
use crate::error::{Error, Result};
use crate::paging::{Paging, rows_of_page};
use crate::product_book::common::{Entry, Expect, Stored};
use crate::product_book::providers;
use crate::web::context::Context;
use crate::web::fields::{Fields, parse_number};
use crate::web::form::{Form, Labels, Refusal, Values, choices, form_page, read_version, shown};
use crate::web::format::count;
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{PageLinks, Saved, link, page_number, saved_message};
use crate::web::page::{Page, html, see_other};

const PATH: &str = "/beheer/locaties";
const LABELS: Labels =
    &[("aanbieder", "Aanbieder"), ("nummer", "Nummer"), ("naam", "Naam"), ("pc4", "Postcode")];

#[derive(Template)]
#[template(path = "product_book/locations/list.html")]
pub struct LocationListPage {
    pub page: Page,
    pub saved: Saved,
    /// The provider the list is of; both empty for the locations of all providers.
    pub agb: String,
    pub provider: String,
    pub found: String,
    pub locations: Vec<Stored<Location>>,
    pub links: PageLinks,
}

#[derive(Template)]
#[template(path = "product_book/locations/form.html")]
pub struct LocationFormPage {
    pub page: Page,
    pub form: Form,
    /// The name of the provider of an existing location.
    pub provider: String,
}

pub async fn list(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    let agb = query.optional_parsed("aanbieder", "geen-code", AgbCode::parse);
    let number = page_number(&mut query);
    query.finish(())?;
    let agb = agb.map(|agb| agb.to_string()).unwrap_or_default();
    let key = agb.clone();
    let (provider, locations, paging) = ctx.db(move |conn, _, _| find_page(conn, &key, number)).await?;
    let at = |number: usize| link(PATH, &[("aanbieder", &agb), ("pagina", &number.to_string())]);
    html(&LocationListPage {
        page: Page::new(&ctx, "/beheer"),
        saved,
        provider,
        found: count(paging.total, "locatie", "locaties"),
        locations,
        links: PageLinks::new(paging, at),
        agb,
    })
}

/// The name of the provider, if there is one, with a page of its locations; else a page of all locations.
fn find_page(
    conn: &mut Connection,
    agb: &str,
    number: usize,
) -> Result<(String, Vec<Stored<Location>>, Paging)> {
    if agb.is_empty() {
        let (locations, total) = actions::list_all_locations(conn, rows_of_page(number))?;
        return Ok((String::new(), locations, Paging::new(number, total)));
    }
    let provider = providers::actions::find_provider(conn, agb)?;
    let locations = actions::list_locations(conn, agb)?;
    let paging = Paging::new(number, locations.len());
    Ok((provider.value.name, paging.cut(&locations), paging))
}

pub async fn new_form(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let agb = query.optional_parsed("aanbieder", "geen-code", AgbCode::parse);
    query.finish(())?;
    let mut form = Form::new(LABELS);
    if let Some(agb) = agb {
        form = form.with("aanbieder", agb.to_string());
        let next = ctx.db(move |conn, _, _| actions::find_next_number(conn, agb.as_str())).await?;
        form = form.with("nummer", shown(next.as_ref()));
    }
    show(&ctx, form).await
}

pub async fn edit_form(
    ctx: Context,
    path: Path<(String, String)>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let (agb, number) = path.into_inner();
    let found = find(&ctx, agb, &number).await?;
    show(&ctx, Form::of_stored(LABELS, found.version, values(found.value))).await
}

/// Saves a new or a changed location: the same form, with or without a version.
pub async fn save(ctx: Context, FormInput(fields): FormInput) -> Result<HttpResponse> {
    let mut form = Form::of_typed(LABELS, &fields);
    let error = match store(&ctx, fields).await {
        Ok(saved) => {
            let query = [("aanbieder", saved.provider.agb.as_str()), ("opgeslagen", saved.name.as_str())];
            return Ok(see_other(&link(PATH, &query)));
        }
        Err(error) => error,
    };
    if form.refuse(error, "nummer")? == Refusal::Outdated {
        let newer = find(&ctx, form.value("aanbieder").to_owned(), form.value("nummer")).await?;
        form.compare(newer.version, values(newer.value));
    }
    show(&ctx, form).await
}

async fn store(ctx: &Context, mut fields: Fields) -> Result<Location> {
    let version = read_version(&mut fields);
    let agb = fields.parsed("aanbieder", "geen-code", AgbCode::parse);
    let number = fields.small("nummer", i64::from(NUMBERS.0), i64::from(NUMBERS.1));
    let name = read_name(&mut fields);
    let pc4 = fields.parsed("pc4", "geen-postcode", Pc4::parse);
    let draft = LocationDraft { name, pc4: pc4.map_or(0, |pc4| i32::from(pc4.number())) };
    let entry = Entry::read(draft, fields);
    let expect = Expect::from_if_match(version);
    let saved = ctx
        .db_supply(move |conn, actor, now| match agb.zip(number) {
            None => entry.without_key(actions::check_location(conn, &entry)),
            Some((agb, number)) => {
                actions::save_location(conn, actor, now, (agb.as_str(), number), expect, &entry)
            }
        })
        .await?;
    Ok(saved.stored.value)
}

async fn find(ctx: &Context, agb: String, number: &str) -> Result<Stored<Location>> {
    let number = parse_number(number, NUMBERS.0, NUMBERS.1).map_err(|_| Error::NotFound("locatie"))?;
    ctx.db(move |conn, _, _| actions::find_location(conn, &agb, number)).await
}

fn values(location: Location) -> Values {
    vec![
        ("aanbieder", location.provider.agb),
        ("nummer", location.number.to_string()),
        ("naam", location.name),
        ("pc4", location.pc4.to_string()),
    ]
}

async fn show(ctx: &Context, form: Form) -> Result<HttpResponse> {
    let names = ctx.db(|conn, _, _| providers::actions::list_provider_names(conn)).await?;
    let own = names.iter().find(|name| name.agb == form.value("aanbieder"));
    let provider = own.map(|name| name.name.clone()).unwrap_or_default();
    let names = choices("Kies een aanbieder", names.into_iter().map(providers::pages::choice));
    let form = form.with_choices("aanbieder", names);
    form_page(form.status(), &LocationFormPage { page: form.page(ctx, "/beheer"), form, provider })
}
