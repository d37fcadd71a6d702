//! Postcodes on pages: list, form, and the question before one is removed.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use super::actions;
use super::api::{COLUMNS, parse_pc4, read_filter, read_postcode};
use super::model::{Digits, NUMBERS, Postcode, PostcodeColumn, PostcodeFilter};
use crate::error::{Error, Result};
use crate::paging::{Paging, SortOrder, rows_of_page};
use crate::product_book::common::{Entry, Expect, Stored, degrees};
use crate::product_book::municipalities::actions::list_municipalities;
use crate::product_book::municipalities::model::{Municipality, MunicipalityFilter};
use crate::web::context::Context;
use crate::web::fields::Fields;
use crate::web::form::{Choices, Form, Labels, Refusal, Values, choices, form_page, read_version};
use crate::web::format::count;
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{PageLinks, Saved, SortHead, link, page_number, saved_in, saved_message};
use crate::web::page::{Page, html, see_other};

const LIST: &str = "/beheer/postcodes";
const LABELS: Labels = &[
    ("pc4", "Postcode"),
    ("plaats", "Plaats"),
    ("gemeente", "Gemeente"),
    ("lat", "Breedtegraad"),
    ("lon", "Lengtegraad"),
];

#[derive(Template)]
#[template(path = "product_book/postcodes/list.html")]
pub struct PostcodeListPage {
    pub page: Page,
    pub saved: Saved,
    /// The postcode that was just removed.
    pub removed: Option<i32>,
    pub digits: String,
    pub municipality: String,
    pub municipalities: Choices,
    pub order: String,
    pub found: String,
    pub heads: Vec<SortHead>,
    pub postcodes: Vec<Postcode>,
    pub links: PageLinks,
}

#[derive(Template)]
#[template(path = "product_book/postcodes/form.html")]
pub struct PostcodeFormPage {
    pub page: Page,
    pub form: Form,
}

#[derive(Template)]
#[template(path = "product_book/postcodes/remove.html")]
pub struct RemovePostcodePage {
    pub page: Page,
    pub postcode: Stored<Postcode>,
    /// Those that lie in it, as a number with its word; empty when there are none.
    pub locations: String,
}

fn municipality_choices(first: &str, known: Vec<Stored<Municipality>>) -> Choices {
    choices(
        first,
        known.into_iter().map(|Stored { value, .. }| {
            let label = format!("{} ({})", value.name, value.code);
            (value.code, label)
        }),
    )
}

pub async fn list(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    let removed = query.optional_small("verwijderd", NUMBERS.0.into(), NUMBERS.1.into());
    let filter = read_filter(&mut query);
    let order = SortOrder::read(&mut query, &COLUMNS);
    let number = page_number(&mut query);
    let PostcodeFilter { digits, municipality } = query.finish(filter.clone())?;
    let part = rows_of_page(number);
    let ((found, total), known) = ctx
        .db(move |conn, _, _| {
            let found = actions::list_postcodes(conn, &filter, order, part)?;
            Ok((found, list_municipalities(conn, &MunicipalityFilter::default())?))
        })
        .await?;
    let digits = digits.as_ref().map_or("", Digits::as_str).to_owned();
    let municipality = municipality.unwrap_or_default();
    let at = |order: &str, number: &str| {
        let query = [
            ("postcode", digits.as_str()),
            ("gemeente", &municipality),
            ("sorteer", order),
            ("pagina", number),
        ];
        link(LIST, &query)
    };
    let heads = [("Postcode", PostcodeColumn::Number), ("Plaats", PostcodeColumn::Place)];
    let code = order.code(&COLUMNS);
    html(&PostcodeListPage {
        page: Page::new(&ctx, "/beheer"),
        saved,
        removed,
        municipalities: municipality_choices("Alle gemeenten", known),
        found: count(total, "postcode", "postcodes"),
        heads: heads
            .map(|(label, column)| SortHead::new(label, column, order, &COLUMNS, |order| at(order, "")))
            .into(),
        postcodes: found.into_iter().map(|stored| stored.value).collect(),
        links: PageLinks::new(Paging::new(number, total), |number| at(&code, &number.to_string())),
        order: code.clone(),
        digits: digits.clone(),
        municipality: municipality.clone(),
    })
}

pub async fn new_form(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    show(&ctx, Form::new(LABELS)).await
}

pub async fn edit_form(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let found = find(&ctx, &path).await?;
    show(&ctx, Form::of_stored(LABELS, found.version, values(found.value))).await
}

/// Saves a new or a changed postcode: the same form, with or without a version.
pub async fn save(ctx: Context, FormInput(fields): FormInput) -> Result<HttpResponse> {
    let mut form = Form::of_typed(LABELS, &fields);
    let error = match store(&ctx, fields).await {
        Ok(pc4) => return Ok(saved_in(LIST, &format!("Postcode {pc4}"))),
        Err(error) => error,
    };
    if form.refuse(error, "pc4")? == Refusal::Outdated {
        let newer = find(&ctx, form.value("pc4")).await?;
        form.compare(newer.version, values(newer.value));
    }
    show(&ctx, form).await
}

async fn store(ctx: &Context, mut fields: Fields) -> Result<i32> {
    let version = read_version(&mut fields);
    let pc4 = fields.parsed("pc4", "geen-postcode", parse_pc4);
    let entry = Entry::read(read_postcode(&mut fields), fields);
    let expect = Expect::from_if_match(version);
    let saved = ctx
        .db_supply(move |conn, actor, now| match pc4 {
            Some(pc4) => actions::save_postcode(conn, actor, now, pc4, expect, &entry),
            None => entry.without_key(actions::check_postcode(conn, &entry)),
        })
        .await?;
    Ok(saved.stored.value.pc4)
}

/// Asks whether a postcode may go, or tells why it cannot.
pub async fn remove_form(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let postcode = find(&ctx, &path).await?;
    let pc4 = postcode.value.pc4;
    let inside = ctx.db(move |conn, _, _| actions::count_locations(conn, pc4)).await?;
    let inside = usize::try_from(inside).map_err(Error::internal)?;
    let locations = if inside == 0 { String::new() } else { count(inside, "locatie", "locaties") };
    html(&RemovePostcodePage { page: Page::new(&ctx, "/beheer"), postcode, locations })
}

pub async fn remove(
    ctx: Context,
    path: Path<String>,
    FormInput(mut fields): FormInput,
) -> Result<HttpResponse> {
    let pc4 = parse_pc4(&path).map_err(|_| Error::NotFound("postcode"))?;
    let version = read_version(&mut fields).unwrap_or_default();
    fields.finish(())?;
    ctx.db_supply(move |conn, actor, now| actions::remove_postcode(conn, actor, now, pc4, version)).await?;
    Ok(see_other(&link(LIST, &[("verwijderd", &pc4.to_string())])))
}

async fn find(ctx: &Context, pc4: &str) -> Result<Stored<Postcode>> {
    let pc4 = parse_pc4(pc4).map_err(|_| Error::NotFound("postcode"))?;
    ctx.db(move |conn, _, _| actions::find_postcode(conn, pc4)).await
}

fn values(postcode: Postcode) -> Values {
    vec![
        ("pc4", postcode.pc4.to_string()),
        ("plaats", postcode.place),
        ("gemeente", postcode.municipality_code),
        ("lat", degrees(postcode.lat)),
        ("lon", degrees(postcode.lon)),
    ]
}

async fn show(ctx: &Context, form: Form) -> Result<HttpResponse> {
    let known = ctx.db(|conn, _, _| list_municipalities(conn, &MunicipalityFilter::default())).await?;
    let form = form.with_choices("gemeente", municipality_choices("Kies een gemeente", known));
    form_page(form.status(), &PostcodeFormPage { page: form.page(ctx, "/beheer"), form })
}
