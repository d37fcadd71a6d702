//! The start page of the management of the product book, and what its pages share.

use actix_web::HttpResponse;
use askama::Template;

use crate::error::{Error, Result};
use crate::web::context::Context;
use crate::web::page::{Page, html};

/// What the start page says about each part.
pub const PARTS: [(&str, &str, &str); 13] = [
    (
        "/beheer/regios",
        "Regio's",
        "De eigen regio: contact, normen, wanneer een cijfer vers is, en welke gemeenten meedoen.",
    ),
    ("/beheer/gemeenten", "Gemeenten", "Alle gemeenten van Nederland. Hier verwerkt u een herindeling."),
    ("/beheer/postcodes", "Postcodes", "Waar elke postcode ligt en bij welke gemeente zij hoort."),
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
    (
        "/beheer/uitwisseling",
        "Uitwisseling",
        "Gegevens ophalen als bestand voor een spreadsheet, en invoeren uit zo'n bestand.",
    ),
    ("/beheer/mail", "Mail", "Wat het systeem verstuurt, wat niet aankwam en waarom."),
];

#[derive(Template)]
#[template(path = "product_book/overview.html")]
pub struct OverviewPage {
    pub page: Page,
}

pub async fn overview(ctx: Context) -> Result<HttpResponse> {
    html(&OverviewPage { page: Page::new(&ctx, "/beheer") })
}

/// The code of the region the administrator manages.
pub fn own_region(ctx: &Context) -> Result<String> {
    let id = ctx.actor.region_id().ok_or(Error::SignInRequired)?;
    ctx.state.supply.region_code(id).ok_or(Error::NotFound("regio"))
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
}
