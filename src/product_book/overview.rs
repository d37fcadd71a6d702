//! The start page of the management of the product book, and what its pages share.

use actix_web::HttpResponse;
use askama::Template;

use crate::error::{Error, Result};
use crate::paging::Paging;
use crate::product_book::supply_side::link as link_to;
use crate::web::context::Context;
use crate::web::fields::{Fields, Length};
use crate::web::page::{Page, html, see_other};
use crate::web::paging::PageLinks;

/// What the start page says about each part.
pub const PARTS: [(&str, &str, &str); 10] = [
    (
        "/beheer/regios",
        "Regio's",
        "De eigen regio: contact, normen, wanneer een cijfer vers is, en welke gemeenten meedoen.",
    ),
    ("/beheer/gemeenten", "Gemeenten", "Alle gemeenten van Nederland. Hier verwerkt u een herindeling."),
    ("/beheer/segmenten", "Segmenten", "De delen waarin de regio haar aanbod verdeelt."),
    (
        "/beheer/producten",
        "Producten",
        "Wat de regio inkoopt, voor wie, met welke norm en wat een wachttijd kan overbruggen.",
    ),
    ("/beheer/aanbieders", "Aanbieders", "Hoofdaannemers en onderaannemers, en hoe verwijzers hen bereiken."),
    ("/beheer/locaties", "Locaties", "Waar een aanbieder hulp geeft."),
    ("/beheer/contracten", "Contracten", "Wie welk product mag leveren, voor welke gemeente en hoe lang."),
    (
        "/beheer/gebruikers",
        "Gebruikers",
        "Wie mag inloggen, met welke rol, en de jaarlijkse controle daarvan.",
    ),
    (
        "/beheer/organisaties",
        "Organisaties",
        "Bij wie gebruikers horen: gemeenten, aanbieders, verwijzers en de regio.",
    ),
    ("/beheer/koppelingen", "Koppelingen", "Programma's van aanbieders die cijfers bijwerken via de API."),
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

/// Back to the list at this address, which says that `what` was saved.
pub fn saved_in(list: &str, what: &str) -> HttpResponse {
    see_other(&link_to(list, &[("opgeslagen", what)]))
}

/// One page of a list with the links to the others. Beyond the last page is the last page.
pub fn list_page<T: Clone>(
    number: usize,
    rows: &[T],
    path: &str,
    query: &[(&str, &str)],
) -> (Vec<T>, PageLinks) {
    let mut paging = Paging::new(number, rows.len());
    paging.number = number.min(paging.pages());
    let link = |number: usize| {
        let number = number.to_string();
        let mut query = query.to_vec();
        query.push(("pagina", &number));
        link_to(path, &query)
    };
    (paging.cut(rows), PageLinks::new(paging, link))
}

/// A number with points between the thousands, or that it is not known.
pub fn number_or_unknown(number: Option<i32>) -> String {
    let Some(number) = number else { return "onbekend".into() };
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push('.');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_points_between_thousands() {
        for (number, text) in
            [(0, "0"), (999, "999"), (1000, "1.000"), (48_857, "48.857"), (1_234_567, "1.234.567")]
        {
            assert_eq!(number_or_unknown(Some(number)), text);
        }
        assert_eq!(number_or_unknown(None), "onbekend");
    }

    #[test]
    fn beyond_the_last_page_is_the_last_page() {
        let rows: Vec<usize> = (0..45).collect();
        let (page, links) = list_page(9, &rows, "/lijst", &[("naam", "e")]);
        assert_eq!(page, (40..45).collect::<Vec<_>>());
        assert_eq!((links.number, links.pages, links.next), (3, 3, None));
        assert_eq!(links.previous.as_deref(), Some("/lijst?naam=e&pagina=2"));
        let (page, links) = list_page(1, &[0_usize; 0], "/lijst", &[]);
        assert!(page.is_empty() && links.next.is_none() && links.previous.is_none());
    }
}
