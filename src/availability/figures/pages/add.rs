//! The page on which a provider adds an offer: a contracted product at one of its locations.

use std::collections::HashSet;

use actix_web::HttpResponse;
use askama::Template;
use rules::codes::{ProductCode, RegionCode};

use super::own_provider;
use crate::availability::figures::actions;
use crate::error::{Error, Result};
use crate::web::context::Context;
use crate::web::input::FormInput;
use crate::web::page::{ErrorLink, Page, html, html_with_errors, see_other};

#[derive(Template, Default)]
#[template(path = "availability/figures/pages/add.html")]
pub struct AddPage {
    pub page: Page,
    pub errors: Vec<ErrorLink>,
    pub locations: Vec<(String, String)>,
    /// Region and code with a colon between, and the name.
    pub products: Vec<(String, String)>,
    pub location: String,
    pub product: String,
}

impl AddPage {
    /// The page with what this provider can choose: products that are not at every location yet.
    async fn load(ctx: &Context) -> Result<Self> {
        let (provider_id, today) = (own_provider(ctx)?, ctx.today());
        let (locations, products, offers) = ctx
            .db(move |conn, _, _| {
                let (locations, products) = actions::list_choices(conn, provider_id, today)?;
                Ok((locations, products, actions::list_offers(conn, provider_id)?))
            })
            .await?;
        let taken: HashSet<(i64, i64)> =
            offers.iter().map(|offer| (offer.product.id, offer.location.id)).collect();
        let has_room =
            |product: i64| locations.iter().any(|location| !taken.contains(&(product, location.id)));
        let own_region = products.first().map(|product| product.region.clone()).unwrap_or_default();
        let several_regions = products.iter().any(|product| product.region != own_region);
        let name = |product: &crate::availability::figures::model::ProductChoice| {
            let region = if several_regions { format!(", {}", product.region) } else { String::new() };
            format!("{} ({}{region})", product.name, product.code)
        };
        let choice = |value: String, text: String| (value, text);
        let choose = |first: &str| vec![(String::new(), first.to_owned())];
        let mut page = Self { page: Page::new(ctx, "/capaciteit"), ..Self::default() };
        if let [only] = locations.as_slice() {
            page.location = only.number.to_string();
        }
        page.products = products
            .iter()
            .filter(|product| has_room(product.id))
            .map(|product| choice(format!("{}:{}", product.region, product.code), name(product)))
            .collect();
        if !page.products.is_empty() {
            page.products.splice(0..0, choose("Kies een product"));
        }
        page.locations = locations
            .iter()
            .map(|place| choice(place.number.to_string(), format!("{}, {}", place.name, place.place)))
            .collect();
        if page.locations.len() > 1 {
            page.locations.splice(0..0, choose("Kies een locatie"));
        }
        Ok(page)
    }

    /// The message at a field, for the template.
    pub fn error_at(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|error| error.field == field).map(|error| error.text.as_str())
    }
}

pub async fn form(ctx: Context) -> Result<HttpResponse> {
    html(&AddPage::load(&ctx).await?)
}

pub async fn save(ctx: Context, FormInput(mut form): FormInput) -> Result<HttpResponse> {
    let provider_id = own_provider(&ctx)?;
    let (location, product) = (form.raw("locatie"), form.raw("product"));
    let number = form.optional_small::<i32>("locatie", 1, 9999);
    if number.is_none() && location.trim().is_empty() {
        form.error("locatie", "verplicht", "kies een locatie");
    }
    let chosen = form.optional_parsed("product", "geen-code", parse_product);
    if chosen.is_none() && product.trim().is_empty() {
        form.error("product", "verplicht", "kies een product");
    }
    let result = match form.finish((number, chosen)) {
        Ok((Some(number), Some((region, code)))) => {
            ctx.db_supply(move |conn, actor, now| {
                actions::add_offer(
                    conn,
                    actor,
                    now,
                    provider_id,
                    number,
                    (Some(region.as_str()), code.as_str()),
                )
            })
            .await
        }
        Ok(_) => Err(Error::internal("a required choice is missing")),
        Err(violations) => Err(violations.into()),
    };
    let errors = match result {
        Ok(offer) => return Ok(see_other(&format!("/capaciteit?toegevoegd={0}#vrij-{0}", offer.id))),
        Err(Error::Invalid(violations)) => ErrorLink::list(&violations, |field| {
            if field == "locatie" { "Locatie" } else { "Product" }.to_owned()
        }),
        Err(Error::Conflict(message)) => vec![ErrorLink::new("product", format!("Product: {message}"))],
        Err(Error::NotFound("locatie")) => {
            vec![ErrorLink::new("locatie", "Locatie: deze locatie bestaat niet meer")]
        }
        Err(Error::NotFound(_)) => vec![ErrorLink::new("product", "Product: dit product bestaat niet meer")],
        Err(other) => return Err(other),
    };
    let mut page = AddPage { errors, location, product, ..AddPage::load(&ctx).await? };
    page.page.has_errors = true;
    html_with_errors(&page)
}

fn parse_product(text: &str) -> std::result::Result<(RegionCode, ProductCode), &'static str> {
    const MESSAGE: &str = "kies een product uit de lijst";
    let (region, code) = text.split_once(':').ok_or(MESSAGE)?;
    Ok((RegionCode::parse(region).map_err(|_| MESSAGE)?, ProductCode::parse(code).map_err(|_| MESSAGE)?))
}
