//! Late responses on a page.

use actix_web::HttpResponse;
use askama::Template;

use super::actions;
use super::model::{LateCount, LateResponse};
use crate::error::Result;
use crate::web::context::Context;
use crate::web::format;
use crate::web::input::QueryInput;
use crate::web::lists::{PageLinks, list_page, page_number};
use crate::web::page::{Page, html};

const PATH: &str = "/late-reacties";
/// The entry of the menu that the page belongs to.
const SECTION: &str = "/bemiddeling";

#[derive(Template)]
#[template(path = "waiting_list/late_responses/list.html")]
pub struct LateResponsesPage {
    pub page: Page,
    pub as_of: String,
    pub count: LateCount,
    pub rows: Vec<LateResponse>,
    pub links: PageLinks,
}

pub async fn list(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let number = page_number(&mut query);
    query.finish(())?;
    let (count, rows, links) = ctx
        .db(move |conn, actor, now| {
            let found = actions::list_late(conn, actor, now)?;
            let (mut rows, links) = list_page(number, &found, PATH, &[]);
            actions::record_shown(conn, actor, now, &mut rows)?;
            Ok((LateCount::of(&found), rows, links))
        })
        .await?;
    let as_of = format::date_time(ctx.now);
    html(&LateResponsesPage { page: Page::new(&ctx, SECTION), as_of, count, rows, links })
}
