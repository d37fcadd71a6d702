//! What became of the children whom one's own organisation put on the list: code and status, and nothing about the child.

use actix_web::HttpResponse;
use askama::Template;

use crate::error::Result;
use crate::waiting_list::access_log::model::AccessKind;
use crate::waiting_list::clients::actions;
use crate::waiting_list::clients::standing::{Listed, Question};
use crate::web::context::Context;
use crate::web::format;
use crate::web::input::QueryInput;
use crate::web::lists::{PageLinks, list_page, page_number};
use crate::web::page::{Page, html};

pub(super) const PATH: &str = "/aanmeldingen";

#[derive(Template)]
#[template(path = "waiting_list/clients/pages/registrations.html")]
pub struct RegistrationsPage {
    pub page: Page,
    pub as_of: String,
    pub rows: Vec<Listed>,
    pub found: String,
    pub links: PageLinks,
}

pub async fn list(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let number = page_number(&mut query);
    query.finish(())?;
    let today = ctx.today();
    let list = ctx.db(move |conn, actor, _| actions::list_own_registrations(conn, actor, today)).await?;
    let (rows, links) = list_page(number, &list, PATH, &[]);
    let shown: Vec<_> = rows.iter().map(|row| row.client.code).collect();
    ctx.db(move |conn, actor, now| {
        actions::record_list(conn, actor, now, (AccessKind::ListClients, &Question::default()), &shown)
    })
    .await?;
    let found = format::count(list.len(), "aanmelding", "aanmeldingen");
    let as_of = format::date_time(ctx.now);
    html(&RegistrationsPage { page: Page::new(&ctx, PATH), as_of, rows, found, links })
}
