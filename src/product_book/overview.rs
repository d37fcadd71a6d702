//! The start page of the management of the product book, and what its pages share.

use actix_web::HttpResponse;
use askama::Template;

use crate::error::{Error, Result};
use crate::web::context::Context;
use crate::web::fields::{Fields, Length};
use crate::web::page::{Page, html};

/// The side menu of all management pages.
pub const MENU: [(&str, &str); 7] = [
    ("/beheer/regios", "Regio's"),
    ("/beheer/gemeenten", "Gemeenten"),
    ("/beheer/segmenten", "Segmenten"),
    ("/beheer/producten", "Producten"),
    ("/beheer/aanbieders", "Aanbieders"),
    ("/beheer/locaties", "Locaties"),
    ("/beheer/contracten", "Contracten"),
];

/// What was just saved, to say so above the list.
pub type Saved = Option<String>;

#[derive(Template)]
#[template(path = "product_book/overview.html")]
pub struct OverviewPage {
    pub page: Page,
}

pub async fn overview(ctx: Context) -> Result<HttpResponse> {
    html(&OverviewPage { page: Page::new(&ctx, "/beheer") })
}

/// Reads `opgeslagen` from the query of a list.
pub fn saved_message(query: &mut Fields) -> Saved {
    query.optional_text("opgeslagen", Length(1, 120))
}

/// The code of the region the administrator manages.
pub fn own_region(ctx: &Context) -> Result<String> {
    let id = ctx.actor.region_id().ok_or(Error::SignInRequired)?;
    ctx.state.supply.region_code(id).ok_or(Error::NotFound("regio"))
}
