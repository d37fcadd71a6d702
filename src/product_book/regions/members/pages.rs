//! Memberships on pages: the form. The list stands on the page of the region.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use rules::codes::MunicipalityCode;

use super::actions::{self, Target};
use super::api::read_membership;
use super::model::{Clients, Membership};
use crate::error::{Error, Result};
use crate::product_book::common::{Entry, Expect, Period, Stored};
use crate::product_book::municipalities::actions::list_municipalities;
use crate::product_book::municipalities::model::MunicipalityFilter;
use crate::product_book::overview::own_region;
use crate::product_book::segments::actions::list_segments;
use crate::product_book::segments::pages::segment_choice;
use crate::web::context::Context;
use crate::web::fields::Fields;
use crate::web::form::{Form, Labels, Refusal, Values, choices, form_page, read_version, shown, shown_day};
use crate::web::input::FormInput;
use crate::web::lists::saved_in;
use crate::web::page::Page;

const LABELS: Labels = &[
    ("nummer", ""),
    ("gemeente", "Gemeente"),
    ("segment", "Segment"),
    ("clienten", "Voor wie"),
    ("geldigVanaf", "Eerste dag"),
    ("geldigTot", "Laatste dag"),
    ("inwoners", "Inwoners"),
    ("jeugdigen", "Inwoners onder 18 jaar"),
];

#[derive(Template)]
#[template(path = "product_book/regions/members/form.html")]
pub struct MembershipFormPage {
    pub page: Page,
    pub form: Form,
    /// The page of the region.
    pub back: String,
}

pub async fn new_form(ctx: Context, path: Path<String>) -> Result<HttpResponse> {
    let region = require_own(&ctx, path.into_inner())?;
    show(&ctx, region, Form::new(LABELS).with("clienten", Clients::All.code())).await
}

pub async fn edit_form(ctx: Context, path: Path<(String, i64)>) -> Result<HttpResponse> {
    let (region, id) = path.into_inner();
    let region = require_own(&ctx, region)?;
    let found = find(&ctx, region.clone(), id).await?;
    show(&ctx, region, Form::of_stored(LABELS, found.version, values(&found))).await
}

/// Saves a new or a changed membership: the same form, with or without a version.
pub async fn save(ctx: Context, path: Path<String>, FormInput(fields): FormInput) -> Result<HttpResponse> {
    let region = require_own(&ctx, path.into_inner())?;
    let mut form = Form::of_typed(LABELS, &fields).with_days(&Period::FIELDS);
    let error = match store(&ctx, region.clone(), fields).await {
        Ok(name) => return Ok(saved_in(&region_page(&region), &format!("Het lidmaatschap van {name}"))),
        Err(error) => error,
    };
    if form.refuse(error, "geldigVanaf")? == Refusal::Outdated {
        let id = form.value("nummer").parse().map_err(|_| Error::NotFound("lidmaatschap"))?;
        let newer = find(&ctx, region.clone(), id).await?;
        form.compare(newer.version, values(&newer));
    }
    show(&ctx, region, form).await
}

async fn store(ctx: &Context, region: String, mut fields: Fields) -> Result<String> {
    let version = read_version(&mut fields);
    let id = fields.optional_int("nummer", 1, i64::MAX);
    let municipality = fields.parsed("gemeente", "geen-code", MunicipalityCode::parse);
    let entry = Entry::read(read_membership(&mut fields), fields);
    let expect = Expect::from_if_match(version);
    let saved = ctx
        .db_supply(move |conn, actor, now| match municipality {
            None => entry.without_key(actions::check_member(conn, &region, &entry)),
            Some(municipality) => {
                let target = Target { region, municipality: municipality.to_string(), id };
                actions::save_member(conn, actor, now, &target, expect, &entry)
            }
        })
        .await?;
    Ok(saved.stored.value.name)
}

fn require_own(ctx: &Context, region: String) -> Result<String> {
    if own_region(ctx)? == region { Ok(region) } else { Err(Error::Forbidden) }
}

fn region_page(region: &str) -> String {
    format!("/beheer/regios/{region}")
}

async fn find(ctx: &Context, region: String, id: i64) -> Result<Stored<Membership>> {
    ctx.db(move |conn, _, _| actions::find_member(conn, &region, id)).await
}

fn values(Stored { id, value, .. }: &Stored<Membership>) -> Values {
    vec![
        ("nummer", id.to_string()),
        ("gemeente", value.municipality.clone()),
        ("segment", value.segment.clone().unwrap_or_default()),
        ("clienten", value.clients.code().to_owned()),
        ("geldigVanaf", shown_day(value.from)),
        ("geldigTot", shown_day(value.until)),
        ("inwoners", shown(value.inhabitants.as_ref())),
        ("jeugdigen", shown(value.young_people.as_ref())),
    ]
}

async fn show(ctx: &Context, region: String, form: Form) -> Result<HttpResponse> {
    let code = region.clone();
    let (known, parts) = ctx
        .db(move |conn, _, _| {
            Ok((list_municipalities(conn, &MunicipalityFilter::default())?, list_segments(conn, &code)?))
        })
        .await?;
    let municipalities = known.into_iter().map(|Stored { value, .. }| {
        let label = format!("{} ({})", value.name, value.code);
        (value.code, label)
    });
    let clients =
        Clients::CODES.iter().map(|(code, clients)| ((*code).to_owned(), clients.name().to_owned()));
    let form = form
        .with_choices("gemeente", choices("Kies een gemeente", municipalities))
        .with_choices("segment", choices("Alle segmenten", parts.into_iter().map(segment_choice)))
        .with_choices("clienten", clients.collect());
    let page = form.page(ctx, "/beheer");
    form_page(form.status(), &MembershipFormPage { page, form, back: region_page(&region) })
}
