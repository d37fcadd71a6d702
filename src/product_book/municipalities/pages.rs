//! Municipalities on pages: list and form.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use rules::codes::MunicipalityCode;

use super::actions;
use super::api::{read_filter, read_municipality};
use super::model::{Municipality, MunicipalityFilter, PROVINCES};
use crate::error::Result;
use crate::product_book::common::{Entry, Expect, Period, Stored, degrees};
use crate::web::context::Context;
use crate::web::fields::Fields;
use crate::web::form::{Form, Labels, Refusal, Values, choices, form_page, read_version, shown_day};
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{PageLinks, page_number};
use crate::web::lists::{Saved, list_page, saved_in, saved_message};
use crate::web::page::{Page, html};

const LIST: &str = "/beheer/gemeenten";
const LABELS: Labels = &[
    ("code", "Gemeentecode"),
    ("naam", "Naam"),
    ("provincie", "Provincie"),
    ("lat", "Breedtegraad"),
    ("lon", "Lengtegraad"),
    ("geldigVanaf", "Eerste dag"),
    ("geldigTot", "Laatste dag"),
];

#[derive(Template)]
#[template(path = "product_book/municipalities/list.html")]
pub struct MunicipalityListPage {
    pub page: Page,
    pub municipalities: Vec<Municipality>,
    pub total: usize,
    pub links: PageLinks,
    /// What was typed in the search field.
    pub name: String,
    pub province: String,
    pub saved: Saved,
}

#[derive(Template)]
#[template(path = "product_book/municipalities/form.html")]
pub struct MunicipalityFormPage {
    pub page: Page,
    pub form: Form,
}

pub async fn list(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    let filter = read_filter(&mut query);
    let number = page_number(&mut query);
    let MunicipalityFilter { name, province } = query.finish(filter.clone())?;
    let found = ctx.db(move |conn, _, _| actions::list_municipalities(conn, &filter)).await?;
    let (name, province) = (name.unwrap_or_default(), province.unwrap_or_default());
    let (rows, links) = list_page(number, &found, LIST, &[("naam", &name), ("provincie", &province)]);
    let municipalities = rows.into_iter().map(|stored| stored.value).collect();
    let page = Page::new(&ctx, "/beheer");
    html(&MunicipalityListPage { page, municipalities, total: found.len(), links, name, province, saved })
}

pub async fn new_form(ctx: Context) -> Result<HttpResponse> {
    show(&ctx, Form::new(LABELS))
}

pub async fn edit_form(ctx: Context, path: Path<String>) -> Result<HttpResponse> {
    let found = find(&ctx, path.into_inner()).await?;
    show(&ctx, Form::of_stored(LABELS, found.version, values(&found.value)))
}

/// Saves a new or a changed municipality: the same form, with or without a version.
pub async fn save(ctx: Context, FormInput(fields): FormInput) -> Result<HttpResponse> {
    let mut form = Form::of_typed(LABELS, &fields).with_days(&Period::FIELDS);
    let error = match store(&ctx, fields).await {
        Ok(name) => return Ok(saved_in(LIST, &format!("Gemeente {name}"))),
        Err(error) => error,
    };
    if form.refuse(error, "code")? == Refusal::Outdated {
        let newer = find(&ctx, form.value("code").to_owned()).await?;
        form.compare(newer.version, values(&newer.value));
    }
    show(&ctx, form)
}

async fn store(ctx: &Context, mut fields: Fields) -> Result<String> {
    let version = read_version(&mut fields);
    let code = fields.parsed("code", "geen-code", MunicipalityCode::parse);
    let entry = Entry::read(read_municipality(&mut fields), fields);
    let Some(code) = code else { return entry.without_key(actions::check_municipality(&entry)) };
    let expect = Expect::from_if_match(version);
    let saved = ctx
        .db_supply(move |conn, actor, now| {
            actions::save_municipality(conn, actor, now, code.as_str(), expect, entry)
        })
        .await?;
    Ok(saved.stored.value.name)
}

async fn find(ctx: &Context, code: String) -> Result<Stored<Municipality>> {
    ctx.db(move |conn, _, _| actions::find_municipality(conn, &code)).await
}

fn values(municipality: &Municipality) -> Values {
    vec![
        ("code", municipality.code.clone()),
        ("naam", municipality.name.clone()),
        ("provincie", municipality.province.clone()),
        ("lat", degrees(municipality.lat)),
        ("lon", degrees(municipality.lon)),
        ("geldigVanaf", shown_day(municipality.valid_from)),
        ("geldigTot", shown_day(municipality.valid_until)),
    ]
}

fn show(ctx: &Context, form: Form) -> Result<HttpResponse> {
    let provinces = PROVINCES.map(|(code, name)| (code.to_owned(), name.to_owned()));
    let form = form.with_choices("provincie", choices("Kies een provincie", provinces));
    form_page(form.status(), &MunicipalityFormPage { page: form.page(ctx, "/beheer"), form })
}
