//! The page of a provider: who they are, how to reach them, and all they offer.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use rules::codes::AgbCode;

use super::cards::{Card, card};
use super::pages::region_area;
use crate::error::{Error, Result};
use crate::identity::policy::Permission;
use crate::web::context::Context;
use crate::web::format;
use crate::web::page::{Page, html};

/// How referrers reach a provider; only for those who may see it.
#[derive(Debug, Clone)]
pub struct Contact {
    pub phone: String,
    pub email: String,
}

#[derive(Template)]
#[template(path = "availability/search/provider.html")]
pub struct ProviderPage {
    pub page: Page,
    pub name: String,
    pub agb: String,
    pub description: String,
    pub website: String,
    pub main_provider: Option<(String, String)>,
    pub places: Vec<String>,
    pub contact: Option<Contact>,
    pub heading: String,
    pub cards: Vec<Card>,
}

pub async fn provider(ctx: Context, path: Path<String>) -> Result<HttpResponse> {
    let agb = AgbCode::parse(&path).map_err(|_| Error::NotFound("aanbieder"))?;
    let snapshot = ctx.state.supply.current()?;
    let index = *snapshot.book.provider_by_agb.get(agb.as_str()).ok_or(Error::NotFound("aanbieder"))?;
    let provider = &snapshot.book.providers[index as usize];
    let area = region_area(&ctx, &snapshot);
    let mut offers = snapshot.offers_of(index);
    offers.sort_by(|a, b| snapshot.product(a).name.cmp(&snapshot.product(b).name).then(a.id.cmp(&b.id)));
    let cards: Vec<Card> = offers
        .iter()
        .enumerate()
        .map(|(number, offer)| card(&snapshot, offer, number + 1, area, None, ctx.now))
        .collect();
    let with_place = offers.iter().filter(|offer| offer.has_place()).count();
    let mut places: Vec<String> = snapshot
        .book
        .locations
        .iter()
        .filter(|location| location.provider == index)
        .map(|location| format!("{}, {}", location.name, location.place))
        .collect();
    places.sort();
    html(&ProviderPage {
        page: Page::new(&ctx, "/zoeken"),
        name: provider.name.clone(),
        agb: provider.agb.clone(),
        description: provider.description.clone(),
        website: provider.website.clone(),
        main_provider: provider
            .main
            .map(|main| &snapshot.book.providers[main as usize])
            .map(|main| (main.agb.clone(), main.name.clone())),
        places,
        contact: ctx
            .may(Permission::SeeReferrerContacts)
            .then(|| Contact { phone: provider.phone.clone(), email: provider.email.clone() }),
        heading: format!(
            "{}, {with_place} met een vrije plek",
            format::count(cards.len(), "keer hulp", "soorten hulp")
        ),
        cards,
    })
}
