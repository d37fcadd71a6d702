//! Products on pages: list and form, for the own region.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use rules::codes::ProductCode;
use rules::product::{ProductCategory, ProductKind};

use super::actions;
use super::body::{read_filter, read_product};
use super::model::{Product, ProductColumn, ProductFilter};
use crate::error::Result;
use crate::paging::SortOrder;
use crate::product_book::common::{Entry, Expect, Period, Stored};
use crate::product_book::overview::own_region;
use crate::product_book::segments::actions::list_segments;
use crate::product_book::segments::pages::segment_choice;
use crate::web::context::Context;
use crate::web::fields::Fields;
use crate::web::form::{
    Choices, Form, Labels, Refusal, Values, choices, form_page, read_version, shown, shown_day, ticked,
};
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{PageLinks, page_number};
use crate::web::lists::{Saved, list_page, saved_in, saved_message};
use crate::web::lists::{SortHead, link};
use crate::web::page::{Page, html};

const LIST: &str = "/beheer/producten";
/// The order of the list: by code unless somebody chooses.
const LISTED: &[(&str, ProductColumn)] = &[("code", ProductColumn::Code), ("naam", ProductColumn::Name)];
/// What was searched stands with the best first.
const SEARCHED: &[(&str, ProductColumn)] =
    &[("best", ProductColumn::Fit), ("code", ProductColumn::Code), ("naam", ProductColumn::Name)];
const LABELS: Labels = &[
    ("code", "Code"),
    ("naam", "Naam"),
    ("segment", "Segment"),
    ("ijwCategorie", "Productcategorie (iJw)"),
    ("soort", "Soort zorg"),
    ("omschrijving", "Omschrijving"),
    ("synoniemen", "Andere woorden"),
    ("leeftijdVanaf", "Laagste leeftijd"),
    ("leeftijdTot", "Hoogste leeftijd"),
    ("tot23", "Kan doorlopen tot de 23e verjaardag"),
    ("normIntakeWeken", "Norm tot de intake, in weken"),
    ("normBehandelingWeken", "Norm van intake tot start, in weken"),
    ("viaMatching", "Een kind wordt via matching geplaatst, zoals bij pleegzorg"),
    ("overbrugging", "Producten die de wachttijd mogen overbruggen"),
    ("geldigVanaf", "Eerste dag"),
    ("geldigTot", "Laatste dag"),
];

#[derive(Template)]
#[template(path = "product_book/products/list.html")]
pub struct ProductListPage {
    pub page: Page,
    pub products: Vec<Product>,
    pub total: usize,
    pub links: PageLinks,
    pub text: String,
    pub segment: String,
    /// Kept when the filter changes.
    pub order: String,
    pub best_first: bool,
    pub segments: Choices,
    pub heads: [SortHead; 2],
    pub saved: Saved,
}

#[derive(Template)]
#[template(path = "product_book/products/form.html")]
pub struct ProductFormPage {
    pub page: Page,
    pub form: Form,
    /// Code and name of the other products of the region.
    pub others: Choices,
}

pub async fn list(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    let filter = ProductFilter { region: Some(own_region(&ctx)?), ..read_filter(&mut query) };
    // Without a choice the best fit comes first, or the lowest code when nothing was typed.
    let columns = if filter.text.is_some() { SEARCHED } else { LISTED };
    let order = SortOrder::read(&mut query, columns);
    let number = page_number(&mut query);
    query.finish(())?;
    let (text, segment) =
        (filter.text.clone().unwrap_or_default(), filter.segment.clone().unwrap_or_default());
    let (found, segments) = ctx
        .db(move |conn, _, _| {
            let region = filter.region.clone().unwrap_or_default();
            Ok((actions::list_products(conn, &filter, order)?, list_segments(conn, &region)?))
        })
        .await?;
    let address = |code: &str| link(LIST, &[("zoek", &text), ("segment", &segment), ("sorteer", code)]);
    let heads = [("Code", ProductColumn::Code), ("Naam", ProductColumn::Name)]
        .map(|(label, column)| SortHead::new(label, column, order, columns, address));
    let code = order.code(columns);
    let chosen = [("zoek", text.as_str()), ("segment", segment.as_str()), ("sorteer", code.as_str())];
    let (rows, links) = list_page(number, &found, LIST, &chosen);
    html(&ProductListPage {
        page: Page::new(&ctx, "/beheer"),
        products: rows.into_iter().map(|stored| stored.value).collect(),
        total: found.len(),
        links,
        best_first: order.column == ProductColumn::Fit,
        order: code,
        segments: segments.into_iter().map(segment_choice).collect(),
        heads,
        text,
        segment,
        saved,
    })
}

pub async fn new_form(ctx: Context) -> Result<HttpResponse> {
    show(&ctx, Form::new(LABELS).with("leeftijdVanaf", "0").with("leeftijdTot", "17")).await
}

pub async fn edit_form(ctx: Context, path: Path<String>) -> Result<HttpResponse> {
    let found = find(&ctx, path.into_inner()).await?;
    show(&ctx, Form::of_stored(LABELS, found.version, values(found.value))).await
}

/// Saves a new or a changed product: the same form, with or without a version.
pub async fn save(ctx: Context, FormInput(fields): FormInput) -> Result<HttpResponse> {
    let mut form = Form::of_typed(LABELS, &fields).with_days(&Period::FIELDS);
    let error = match store(&ctx, fields).await {
        Ok(code) => return Ok(saved_in(LIST, &format!("Product {code}"))),
        Err(error) => error,
    };
    if form.refuse(error, "code")? == Refusal::Outdated {
        let newer = find(&ctx, form.value("code").to_owned()).await?;
        form.compare(newer.version, values(newer.value));
    }
    show(&ctx, form).await
}

async fn store(ctx: &Context, mut fields: Fields) -> Result<String> {
    let version = read_version(&mut fields);
    let code = fields.parsed("code", "geen-code", ProductCode::parse);
    let entry = Entry::read(read_product(&mut fields), fields);
    let region = own_region(ctx)?;
    let expect = Expect::from_if_match(version);
    let saved = ctx
        .db_supply(move |conn, actor, now| match code {
            None => entry.without_key(actions::check_product(conn, &region, &entry)),
            Some(code) => actions::save_product(conn, actor, now, (&region, code.as_str()), expect, entry),
        })
        .await?;
    Ok(saved.stored.value.code)
}

async fn find(ctx: &Context, code: String) -> Result<Stored<Product>> {
    let region = own_region(ctx)?;
    ctx.db(move |conn, _, _| actions::find_product(conn, &region, &code)).await
}

fn values(product: Product) -> Values {
    vec![
        ("code", product.code),
        ("naam", product.name),
        ("segment", product.segment),
        ("ijwCategorie", product.category.number().to_string()),
        ("soort", product.kind.code().to_owned()),
        ("omschrijving", product.description),
        ("synoniemen", product.synonyms.join("\n")),
        ("leeftijdVanaf", product.min_age.to_string()),
        ("leeftijdTot", product.max_age.to_string()),
        ("tot23", ticked(product.until_23)),
        ("normIntakeWeken", shown(product.intake_norm_weeks.as_ref())),
        ("normBehandelingWeken", shown(product.treatment_norm_weeks.as_ref())),
        ("viaMatching", ticked(product.placed_by_matching)),
        ("overbrugging", product.bridges.join("\n")),
        ("geldigVanaf", shown_day(product.valid_from)),
        ("geldigTot", shown_day(product.valid_until)),
    ]
}

async fn show(ctx: &Context, form: Form) -> Result<HttpResponse> {
    let region = own_region(ctx)?;
    let (segments, products) = ctx
        .db(move |conn, _, _| {
            let filter = ProductFilter { region: Some(region.clone()), ..ProductFilter::default() };
            let order = SortOrder { column: ProductColumn::Code, descending: false };
            Ok((list_segments(conn, &region)?, actions::list_products(conn, &filter, order)?))
        })
        .await?;
    let categories = ProductCategory::ALL.iter().map(|category| {
        (category.number().to_string(), format!("{} {}", category.number(), category.name()))
    });
    let kinds = ProductKind::ALL.iter().map(|kind| (kind.code().to_owned(), kind.name().to_owned()));
    let own_code = form.value("code").to_owned();
    let others = products.into_iter().map(|stored| (stored.value.code, stored.value.name));
    let others = others.filter(|(code, _)| *code != own_code).collect();
    let form = form
        .with_choices("segment", choices("Kies een segment", segments.into_iter().map(segment_choice)))
        .with_choices("ijwCategorie", choices("Kies een categorie", categories))
        .with_choices("soort", choices("Kies een soort", kinds));
    form_page(form.status(), &ProductFormPage { page: form.page(ctx, "/beheer"), form, others })
}
