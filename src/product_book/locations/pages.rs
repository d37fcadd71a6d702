//! Locations on pages: list and form.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use rules::codes::{AgbCode, Pc4};

use super::actions::{self, LocationDraft};
use super::api::read_name;
use super::model::{Location, NUMBERS};
use crate::actor::Actor;
use crate::db::Connection;
use crate::error::{Error, Result};
use crate::paging::Paging;
use crate::product_book::common::{Expect, Stored};
use crate::product_book::overview::{Saved, saved_message};
use crate::product_book::providers;
use crate::product_book::supply_side::{
    Difference, differences, html_outdated, link, parse_number, rows_of_page,
};
use crate::web::context::Context;
use crate::web::fields::Fields;
use crate::web::format::count;
use crate::web::input::{FormInput, QueryInput};
use crate::web::page::{ErrorLink, Page, html, html_with_errors, see_other};
use crate::web::paging::{PageLinks, page_number};

const PATH: &str = "/beheer/locaties";
const LABELS: [(&str, &str); 4] =
    [("aanbieder", "Aanbieder"), ("nummer", "Nummer"), ("naam", "Naam"), ("pc4", "Postcode")];

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

#[derive(Template, Default)]
#[template(path = "product_book/locations/form.html")]
pub struct LocationFormPage {
    pub page: Page,
    pub errors: Vec<ErrorLink>,
    /// Whether another saved this location in the meantime, and in what that differs.
    pub outdated: bool,
    pub differences: Vec<Difference>,
    pub providers: Vec<(String, String)>,
    /// Empty for a new location.
    pub version: String,
    pub agb: String,
    /// The name of the provider of an existing location.
    pub provider: String,
    pub number: String,
    pub name: String,
    pub postcode: String,
}

impl LocationFormPage {
    /// The message at a field, for the template.
    pub fn error_at(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|error| error.field == field).map(|error| error.text.as_str())
    }

    fn typed(ctx: &Context, form: &Fields) -> Self {
        Self {
            page: Page::new(ctx, "/beheer"),
            version: form.raw("versie"),
            agb: form.raw("aanbieder"),
            number: form.raw("nummer"),
            name: form.raw("naam"),
            postcode: form.raw("pc4"),
            ..Self::default()
        }
    }

    /// Fills what the form needs besides what was typed: whom to choose from, or whose location it is.
    async fn complete(mut self, ctx: &Context) -> Result<Self> {
        let names = ctx.db(|conn, _, _| providers::actions::list_provider_names(conn)).await?;
        if self.version.is_empty() {
            let choices = names.into_iter().map(providers::pages::choice);
            self.providers =
                std::iter::once((String::new(), "Kies een aanbieder".to_owned())).chain(choices).collect();
        } else {
            self.provider =
                names.into_iter().find(|name| name.agb == self.agb).map(|name| name.name).unwrap_or_default();
        }
        Ok(self)
    }

    fn with_errors(mut self, errors: Vec<ErrorLink>) -> Self {
        self.errors = errors;
        self.page.has_errors = true;
        self
    }

    fn with_newer(mut self, newer: &Stored<Location>) -> Self {
        let postcode = newer.value.pc4.to_string();
        self.differences =
            differences(&[("Naam", &self.name, &newer.value.name), ("Postcode", &self.postcode, &postcode)]);
        self.outdated = true;
        self.version = newer.version.to_string();
        self.page.has_errors = true;
        self
    }
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
    let mut form = LocationFormPage { page: Page::new(&ctx, "/beheer"), ..LocationFormPage::default() };
    if let Some(agb) = agb {
        form.agb = agb.to_string();
        let next = ctx.db(move |conn, _, _| actions::find_next_number(conn, agb.as_str())).await?;
        form.number = next.map(|number| number.to_string()).unwrap_or_default();
    }
    html(&form.complete(&ctx).await?)
}

pub async fn edit_form(
    ctx: Context,
    path: Path<(String, String)>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let (agb, number) = path.into_inner();
    let number = parse_number(&number, NUMBERS.0, NUMBERS.1).map_err(|_| Error::NotFound("locatie"))?;
    let found = ctx.db(move |conn, _, _| actions::find_location(conn, &agb, number)).await?;
    let form = LocationFormPage {
        page: Page::new(&ctx, "/beheer"),
        version: found.version.to_string(),
        agb: found.value.provider.agb,
        number: found.value.number.to_string(),
        name: found.value.name,
        postcode: found.value.pc4.to_string(),
        ..LocationFormPage::default()
    };
    html(&form.complete(&ctx).await?)
}

/// Saves a new or a changed location: the same form, with or without a version.
pub async fn save(ctx: Context, FormInput(mut form): FormInput) -> Result<HttpResponse> {
    let typed = LocationFormPage::typed(&ctx, &form);
    let version = form.optional_small::<i32>("versie", 1, i64::from(i32::MAX));
    let agb = form.parsed("aanbieder", "geen-code", AgbCode::parse);
    let number = form.int("nummer", i64::from(NUMBERS.0), i64::from(NUMBERS.1));
    let name = read_name(&mut form);
    let pc4 = form.parsed("pc4", "geen-postcode", Pc4::parse);
    let result = match (form.finish(name), agb.zip(pc4), i32::try_from(number)) {
        (Ok(name), Some((agb, pc4)), Ok(number)) => {
            let draft = LocationDraft { name, pc4: i32::from(pc4.number()) };
            store_location(&ctx, (agb, number), version, draft).await
        }
        (Ok(_), ..) => Err(Error::internal("a required code is missing")),
        (Err(violations), ..) => Err(Error::Invalid(violations)),
    };
    let errors = match result {
        Ok(saved) => {
            let query = [("aanbieder", saved.provider.agb.as_str()), ("opgeslagen", saved.name.as_str())];
            return Ok(see_other(&link(PATH, &query)));
        }
        Err(Error::Outdated { .. }) => {
            let key = typed.agb.clone();
            let number = i32::try_from(number).map_err(Error::internal)?;
            let newer = ctx.db(move |conn, _, _| actions::find_location(conn, &key, number)).await?;
            return html_outdated(&typed.with_newer(&newer).complete(&ctx).await?);
        }
        Err(error) => error_links_of(error)?,
    };
    html_with_errors(&typed.with_errors(errors).complete(&ctx).await?)
}

/// What can be mended in the form, at the field where that is done; any other error stays one.
fn error_links_of(error: Error) -> Result<Vec<ErrorLink>> {
    let one = |field: &str, text: &str| Ok(vec![ErrorLink::new(field, text)]);
    match error {
        Error::Invalid(violations) => Ok(ErrorLink::labelled(&violations, &LABELS)),
        Error::NotFound("aanbieder") => one("aanbieder", "Aanbieder: deze aanbieder bestaat niet"),
        Error::NotFound("postcode") => one("pc4", "Postcode: deze postcode bestaat niet"),
        Error::Conflict(_) => one("nummer", "Nummer: deze aanbieder heeft al een locatie met dit nummer"),
        other => Err(other),
    }
}

async fn store_location(
    ctx: &Context,
    (agb, number): (AgbCode, i32),
    version: Option<i32>,
    draft: LocationDraft,
) -> Result<Location> {
    let expect = Expect::from_if_match(version);
    let save = move |conn: &mut Connection, actor: &Actor, now| {
        actions::save_location(conn, actor, now, (agb.as_str(), number), expect, &draft)
    };
    Ok(ctx.db_supply(save).await?.stored.value)
}
