//! Comparing up to four offers side by side.

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::cards::{Card, card};
use super::pages::region_area;
use crate::error::{Error, Result};
use crate::web::context::Context;
use crate::web::page::{Page, html};

/// More columns than this cannot be read next to each other.
pub const MOST: usize = 4;

#[derive(Template)]
#[template(path = "availability/search/compare.html")]
pub struct ComparePage {
    pub page: Page,
    pub cards: Vec<Card>,
    /// More were ticked than fit; the rest is left out and that is said.
    pub left_out: usize,
}

pub async fn compare(ctx: Context, req: HttpRequest) -> Result<HttpResponse> {
    let ids = read_ids(req.query_string())?;
    let snapshot = ctx.state.supply.current()?;
    let area = region_area(&ctx, &snapshot);
    let mut cards = Vec::new();
    for (index, id) in ids.iter().take(MOST).enumerate() {
        let offer = snapshot
            .find_offer(*id)
            .filter(|offer| !offer.coverage.is_empty())
            .ok_or(Error::NotFound("combinatie van aanbieder en product"))?;
        cards.push(card(&snapshot, offer, index + 1, area, None, ctx.now));
    }
    html(&ComparePage { page: Page::new(&ctx, "/zoeken"), left_out: ids.len().saturating_sub(MOST), cards })
}

/// Ticked boxes of one name come as repeated fields; a link may also list them with commas.
fn read_ids(query: &str) -> Result<Vec<i64>> {
    let mut ids = Vec::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if name != "aanbod" {
            return Err(Error::invalid(&name, "onbekend-veld", "dit veld bestaat hier niet"));
        }
        for part in value.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let id = part.parse().map_err(|_| {
                Error::invalid("aanbod", "geen-getal", "moet een lijst van nummers zijn, bijvoorbeeld 12,15")
            })?;
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
    }
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use super::read_ids;

    #[test]
    fn ticked_boxes_and_lists_are_both_read_once_each() {
        assert_eq!(read_ids("aanbod=3&aanbod=5,7&aanbod=3").ok(), Some(vec![3, 5, 7]));
        assert!(read_ids("aanbod=drie").is_err());
        assert!(read_ids("ander=1").is_err());
    }
}
