//! Who needs another place, on a page.

use actix_web::HttpResponse;
use askama::Template;
use chrono::NaiveDate;

use super::actions;
use super::api::read_situation;
use super::model::{COLUMNS, Column, Replacement, Situation};
use crate::error::Result;
use crate::paging::SortOrder;
use crate::waiting_list::clients::steps::OwnStep;
use crate::web::context::Context;
use crate::web::fields::Length;
use crate::web::form::{Choices, choices};
use crate::web::format;
use crate::web::input::QueryInput;
use crate::web::lists::{PageLinks, SortHead, link, list_page, page_number};
use crate::web::page::{Page, html};

const PATH: &str = "/herplaatsing";
/// The entry of the menu that the page belongs to.
const SECTION: &str = "/wachtlijst";

#[derive(Template)]
#[template(path = "waiting_list/replacement/list.html")]
pub struct ReplacementPage {
    pub page: Page,
    pub as_of: String,
    pub done: Option<String>,
    pub today: NaiveDate,
    pub situations: Choices,
    pub situation: &'static str,
    pub order: String,
    pub heads: Vec<SortHead>,
    pub rows: Vec<Replacement>,
    pub found: String,
    pub links: PageLinks,
}

impl ReplacementPage {
    pub fn step(&self) -> OwnStep {
        OwnStep::Return
    }

    /// Whether the step can be taken for anybody on this page.
    pub fn can_return(&self) -> bool {
        self.rows.iter().any(Replacement::can_return)
    }

    /// `tot en met 31 december 2026`, or since when the child is back.
    pub fn when(&self, one: &Replacement) -> String {
        match (one.end, one.returned_on) {
            (Some(end), _) => format!("tot en met {}", format::date(end.last_day)),
            (None, Some(day)) => format!("sinds {}", format::date(day)),
            (None, None) => String::new(),
        }
    }

    pub fn has_passed(&self, one: &Replacement) -> bool {
        one.end.is_some_and(|end| end.has_passed(self.today))
    }
}

pub async fn list(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let number = page_number(&mut query);
    let situation = read_situation(&mut query);
    let order = SortOrder::read(&mut query, &COLUMNS);
    let done = query.optional_text("gedaan", Length(1, 120));
    query.finish(())?;
    let chosen = situation.map_or("", Situation::code);
    let code = order.code(&COLUMNS);
    let (total, rows, links) = ctx
        .db(move |conn, actor, now| {
            let found = actions::list_sorted(conn, actor, now, situation, order)?;
            let query = [("situatie", chosen), ("sorteer", code.as_str())];
            let (rows, links) = list_page(number, &found, PATH, &query);
            actions::record_shown(conn, actor, now, &rows)?;
            Ok((found.len(), rows, links))
        })
        .await?;
    let address = |code: &str| link(PATH, &[("situatie", chosen), ("sorteer", code)]);
    let heads = [("Code", Column::Code), ("Aanbieder", Column::Provider), ("Wanneer", Column::End)];
    html(&ReplacementPage {
        page: Page::new(&ctx, SECTION),
        as_of: format::date_time(ctx.now),
        done,
        today: ctx.today(),
        situations: choices(
            "Alle",
            Situation::ALL.map(|situation| (situation.code().to_owned(), situation.name().to_owned())),
        ),
        situation: chosen,
        order: order.code(&COLUMNS),
        heads: heads
            .into_iter()
            .map(|(label, column)| SortHead::new(label, column, order, &COLUMNS, address))
            .collect(),
        rows,
        found: format::count(total, "kind", "kinderen"),
        links,
    })
}
