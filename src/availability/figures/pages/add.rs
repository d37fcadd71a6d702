//! The page on which a provider adds an offer: a contracted product at one of its locations.

use std::collections::HashSet;

use actix_web::HttpResponse;
use askama::Template;
use rules::codes::{ProductCode, RegionCode};

use super::own_provider;
use crate::availability::figures::actions;
use crate::availability::figures::model::ProductChoice;
use crate::error::{Error, Result};
use crate::web::context::Context;
use crate::web::fields::Fields;
use crate::web::form::{Form, Labels, choices, form_page};
use crate::web::input::FormInput;
use crate::web::page::{Page, see_other};

const LABELS: Labels = &[("product", "Product"), ("locatie", "Locatie")];

#[derive(Template)]
#[template(path = "availability/figures/pages/add.html")]
pub struct AddPage {
    pub page: Page,
    pub form: Form,
    pub has_location: bool,
    pub has_product: bool,
}

pub async fn form(ctx: Context) -> Result<HttpResponse> {
    show(&ctx, Form::new(LABELS)).await
}

pub async fn save(ctx: Context, FormInput(fields): FormInput) -> Result<HttpResponse> {
    let mut form = Form::of_typed(LABELS, &fields);
    let error = match store(&ctx, fields).await {
        Ok(id) => return Ok(see_other(&format!("/capaciteit?toegevoegd={id}#vrij-{id}"))),
        Err(error) => error,
    };
    form.refuse(error, "product")?;
    show(&ctx, form).await
}

async fn store(ctx: &Context, mut fields: Fields) -> Result<i64> {
    let provider_id = own_provider(ctx)?;
    let product = fields.parsed("product", "geen-code", parse_product);
    let number = fields.small("locatie", 1, 9999);
    let (Some((region, code)), Some(number)) = fields.finish((product, number))? else {
        return Err(Error::internal("a required choice is missing"));
    };
    let offer = ctx
        .db_supply(move |conn, actor, now| {
            let product = (Some(region.as_str()), code.as_str());
            actions::add_offer(conn, actor, now, provider_id, number, product)
        })
        .await?;
    Ok(offer.id)
}

/// The page with what this provider can choose: products that are not at every location yet.
async fn show(ctx: &Context, mut form: Form) -> Result<HttpResponse> {
    let (provider_id, today) = (own_provider(ctx)?, ctx.today());
    let (locations, mut products, offers) = ctx
        .db(move |conn, _, _| {
            let (locations, products) = actions::list_choices(conn, provider_id, today)?;
            Ok((locations, products, actions::list_offers(conn, provider_id)?))
        })
        .await?;
    let own_region = products.first().map(|product| product.region.clone()).unwrap_or_default();
    let several_regions = products.iter().any(|product| product.region != own_region);
    let taken: HashSet<(i64, i64)> =
        offers.iter().map(|offer| (offer.product.id, offer.location.id)).collect();
    products.retain(|product| locations.iter().any(|location| !taken.contains(&(product.id, location.id))));
    if let ([only], "") = (locations.as_slice(), form.value("locatie")) {
        form = form.with("locatie", only.number.to_string());
    }
    let (has_location, has_product) = (!locations.is_empty(), !products.is_empty());
    let products = products.into_iter().map(|product| product_choice(product, several_regions));
    let locations = locations
        .into_iter()
        .map(|place| (place.number.to_string(), format!("{}, {}", place.name, place.place)));
    let form = form
        .with_choices("product", choices("Kies een product", products))
        .with_choices("locatie", choices("Kies een locatie", locations));
    let page = form.page(ctx, "/capaciteit");
    form_page(form.status(), &AddPage { page, form, has_location, has_product })
}

/// A product to choose: its region and code with a colon between, and its name.
fn product_choice(product: ProductChoice, with_region: bool) -> (String, String) {
    let region = if with_region { format!(", {}", product.region) } else { String::new() };
    (format!("{}:{}", product.region, product.code), format!("{} ({}{region})", product.name, product.code))
}

fn parse_product(text: &str) -> std::result::Result<(RegionCode, ProductCode), &'static str> {
    const MESSAGE: &str = "kies een product uit de lijst";
    let (region, code) = text.split_once(':').ok_or(MESSAGE)?;
    Ok((RegionCode::parse(region).map_err(|_| MESSAGE)?, ProductCode::parse(code).map_err(|_| MESSAGE)?))
}
