//! The list of those who wait, as a provider sees it.

use actix_web::HttpResponse;
use askama::Template;

use super::super::api::{load, read_asked, read_publication};
use super::super::model::{Asked, COLUMNS, Column, Named, ShownClient};
use crate::error::{Error, Result};
use crate::paging::Paging;
use crate::waiting_list::open_list::actions;
use crate::web::context::Context;
use crate::web::form::{Choices, choices};
use crate::web::format;
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{PageLinks, Saved, SortHead, link, page_number, saved_in, saved_message};
use crate::web::page::{Page, html};

pub const PATH: &str = "/wachtenden";

#[derive(Template)]
#[template(path = "waiting_list/open_list/pages/list.html")]
pub struct OpenListPage {
    pub page: Page,
    pub saved: Saved,
    /// How old the list is; empty while there is none.
    pub published: String,
    /// The publication that is shown, to say that it was seen.
    pub publication: String,
    pub seen: Option<String>,
    pub products: Choices,
    pub municipalities: Choices,
    pub product: String,
    pub municipality: String,
    pub age: String,
    pub newcomers: bool,
    pub order: String,
    pub is_filtered: bool,
    pub has_offers: bool,
    pub heads: Vec<SortHead>,
    pub total: usize,
    /// How many at least share what is shown.
    pub group_size: usize,
    pub clients: Vec<ShownClient>,
    pub links: PageLinks,
}

pub async fn list(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    let asked = read_asked(&mut query);
    let number = page_number(&mut query);
    query.finish(())?;
    let list = load(&ctx, asked.clone(), number).await?;
    let Asked { product, municipality, age, newcomers, order } = asked;
    let (product, municipality) = (product.unwrap_or_default(), municipality.unwrap_or_default());
    let age = age.map(|age| age.to_string()).unwrap_or_default();
    let order_code = order.code(&COLUMNS);
    let address = |sort: &str, page: &str| {
        link(
            PATH,
            &[
                ("product", &product),
                ("gemeente", &municipality),
                ("leeftijd", &age),
                ("nieuw", if newcomers { "ja" } else { "" }),
                ("sorteer", sort),
                ("pagina", page),
            ],
        )
    };
    let head = |label, column| SortHead::new(label, column, order, &COLUMNS, |sort| address(sort, ""));
    let paging = Paging::new(number, list.total);
    let page = OpenListPage {
        page: Page::new(&ctx, PATH),
        saved,
        published: list.published_at.map(|at| format::ago(at, ctx.now)).unwrap_or_default(),
        publication: list.published_at.map(|at| at.to_rfc3339()).unwrap_or_default(),
        seen: list.seen_at.map(format::date_time),
        heads: vec![
            head("Product", Column::Product),
            head("Leeftijd", Column::Age),
            head("Verwijzing", Column::Referred),
        ],
        links: PageLinks::new(paging, |number| address(&order_code, &number.to_string())),
        has_offers: !list.products.is_empty(),
        products: named("Alle producten", list.products),
        municipalities: named("Alle gemeenten", list.municipalities),
        is_filtered: newcomers || !(product.is_empty() && municipality.is_empty() && age.is_empty()),
        total: list.total,
        group_size: list.group_size,
        clients: list.clients,
        newcomers,
        order: order_code.clone(),
        product: product.clone(),
        municipality: municipality.clone(),
        age: age.clone(),
    };
    html(&page)
}

fn named(first: &str, named: Vec<Named>) -> Choices {
    choices(first, named.into_iter().map(|one| (one.code, one.name)))
}

/// Remembers that somebody saw the list that was shown.
pub async fn mark_seen(ctx: Context, FormInput(mut fields): FormInput) -> Result<HttpResponse> {
    let published_at = read_publication(&mut fields);
    let published_at = fields.finish(published_at)?.ok_or_else(|| Error::internal("a moment is missing"))?;
    let seen = ctx.db(move |conn, actor, now| actions::mark_seen(conn, actor, now, published_at)).await;
    match seen {
        Ok(_) => Ok(saved_in(PATH, "Gezien")),
        Err(Error::Collision(_)) => {
            Err(Error::Conflict("De lijst die u zag is intussen vervangen. Bekijk haar opnieuw.".into()))
        }
        Err(error) => Err(error),
    }
}
