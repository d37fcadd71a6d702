//! The page of a provider: who they are, how to reach them, and all they offer.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use rules::codes::AgbCode;

use super::cards::{Card, card, mark_reported};
use super::pages::region_area;
use crate::availability::figures::actions;
use crate::availability::figures::charts::{self, ChartView};
use crate::availability::supply::snapshot::{Offer, Snapshot};
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
    /// None when the database did not answer: all else comes from memory.
    pub charts: Option<Vec<ChartView>>,
}

pub async fn provider(ctx: Context, path: Path<String>) -> Result<HttpResponse> {
    let agb = AgbCode::parse(&path).map_err(|_| Error::NotFound("aanbieder"))?;
    let snapshot = ctx.state.supply.current()?;
    let (index, offers) = find_offers_of(&snapshot, agb.as_str())?;
    let provider = &snapshot.book.providers[index as usize];
    let area = region_area(&ctx, &snapshot);
    let mut cards: Vec<Card> = offers
        .iter()
        .enumerate()
        .map(|(number, offer)| card(&snapshot, offer, number + 1, area, None, ctx.now))
        .collect();
    mark_reported(&mut cards, &ctx.state.reported, ctx.today());
    let with_place = offers.iter().filter(|offer| offer.has_place()).count();
    let mut places: Vec<String> = snapshot
        .book
        .locations
        .iter()
        .filter(|location| location.provider == index)
        .map(|location| format!("{}, {}", location.name, location.place))
        .collect();
    places.sort();
    let charts = trend(&ctx, offers.iter().map(|offer| offer.id).collect()).await?;
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
        charts,
    })
}

/// The provider by its place in the book, with all that it offers under a contract of today, by name of the product.
pub(super) fn find_offers_of<'a>(snapshot: &'a Snapshot, agb: &str) -> Result<(u32, Vec<&'a Offer>)> {
    let index = *snapshot.book.provider_by_agb.get(agb).ok_or(Error::NotFound("aanbieder"))?;
    let mut offers = snapshot.offers_of(index);
    offers.sort_by(|a, b| snapshot.product(a).name.cmp(&snapshot.product(b).name).then(a.id.cmp(&b.id)));
    Ok((index, offers))
}

/// How the figures went over the past year; nothing when the database is away for a while.
async fn trend(ctx: &Context, offers: Vec<i64>) -> Result<Option<Vec<ChartView>>> {
    if offers.is_empty() {
        return Ok(Some(Vec::new()));
    }
    let today = ctx.today();
    let found = ctx
        .db(move |conn, _, _| actions::provider_trend(conn, &offers, charts::first_day(today), today))
        .await;
    match found {
        Ok(points) => Ok(Some(charts::of_provider(&points))),
        Err(Error::Unavailable(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
