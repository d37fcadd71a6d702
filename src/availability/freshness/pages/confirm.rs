//! Confirming from a mail: the page shows the figures and one button, and only the button writes.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use crate::availability::freshness::actions;
use crate::availability::freshness::mails::{Row, rows};
use crate::error::Result;
use crate::web::context::Context;
use crate::web::format;
use crate::web::input::FormInput;
use crate::web::page::{Page, html, see_other};

/// What can still be done with the link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkState {
    Good,
    /// When it was used.
    Used(String),
    /// Until when it worked.
    Expired(String),
}

#[derive(Template)]
#[template(path = "availability/freshness/pages/confirm.html")]
pub struct ConfirmPage {
    pub page: Page,
    pub key: String,
    pub state: LinkState,
    pub provider_name: String,
    pub rows: Vec<Row>,
}

pub async fn show(ctx: Context, path: Path<String>) -> Result<HttpResponse> {
    let (key, now) = (path.into_inner(), ctx.now);
    let wanted = key.clone();
    let (link, offers) = ctx.db(move |conn, _, _| actions::find_link(conn, &wanted)).await?;
    let state = match link.used_at {
        Some(at) => LinkState::Used(format::date_time(at)),
        None if link.expires_at <= now => LinkState::Expired(format::date_time(link.expires_at)),
        None => LinkState::Good,
    };
    html(&ConfirmPage {
        page: Page::new(&ctx, "/capaciteit"),
        key,
        state,
        provider_name: offers.first().map(|offer| offer.provider.name.clone()).unwrap_or_default(),
        rows: rows(&offers, ctx.today()),
    })
}

/// Confirms, once. Either way the page then tells when the link was used, or that it has ended.
pub async fn confirm(ctx: Context, path: Path<String>, FormInput(form): FormInput) -> Result<HttpResponse> {
    form.finish(())?;
    let key = path.into_inner();
    let wanted = key.clone();
    ctx.db_supply(move |conn, actor, now| actions::confirm_by_link(conn, actor, now, &wanted)).await?;
    Ok(see_other(&format!("/bevestigen/{key}")))
}
