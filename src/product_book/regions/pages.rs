//! Regions on pages: the list, and one page for a region with its members. Only the own region can be changed.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use rules::codes::RegionCode;

use super::actions;
use super::api::read_region;
use super::members::actions::list_members;
use super::members::model::Membership;
use super::model::Region;
use crate::error::Result;
use crate::product_book::common::{Entry, Expect, Stored};
use crate::web::context::Context;
use crate::web::fields::Fields;
use crate::web::form::{Form, Labels, Refusal, Values, form_page, read_version};
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{PageLinks, page_number};
use crate::web::lists::{Saved, list_page, saved_in, saved_message};
use crate::web::page::{Page, html};

const LIST: &str = "/beheer/regios";
const LABELS: Labels = &[
    ("code", ""),
    ("naam", "Naam"),
    ("telefoon", "Telefoon"),
    ("email", "E-mail"),
    ("website", "Website"),
    ("versDagen", "Vers tot en met, in dagen"),
    ("verouderdDagen", "Verouderd na, in dagen"),
    ("normIntakeWeken", "Norm tot de intake, in weken"),
    ("normBehandelingWeken", "Norm van intake tot start, in weken"),
];

#[derive(Template)]
#[template(path = "product_book/regions/list.html")]
pub struct RegionListPage {
    pub page: Page,
    pub regions: Vec<Stored<Region>>,
    pub total: usize,
    pub links: PageLinks,
    pub own_id: Option<i64>,
    pub saved: Saved,
}

#[derive(Template)]
#[template(path = "product_book/regions/detail.html")]
pub struct RegionPage {
    pub page: Page,
    pub region: Region,
    pub own: bool,
    pub form: Form,
    pub members: Vec<Stored<Membership>>,
    pub total: usize,
    pub links: PageLinks,
    pub saved: Saved,
}

pub async fn list(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    let number = page_number(&mut query);
    query.finish(())?;
    let found = ctx.db(|conn, _, _| actions::list_regions(conn)).await?;
    let (regions, links) = list_page(number, &found, LIST, &[]);
    let page = Page::new(&ctx, "/beheer");
    html(&RegionListPage { page, regions, total: found.len(), links, own_id: ctx.actor.region_id(), saved })
}

pub async fn detail(
    ctx: Context,
    path: Path<String>,
    QueryInput(mut query): QueryInput,
) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    let number = page_number(&mut query);
    query.finish(())?;
    let found = find(&ctx, path.into_inner()).await?;
    let form = Form::of_stored(LABELS, found.version, values(&found.value));
    show(&ctx, found, form, number, saved).await
}

/// Saves the own region.
pub async fn save(ctx: Context, FormInput(fields): FormInput) -> Result<HttpResponse> {
    let mut form = Form::of_typed(LABELS, &fields);
    let error = match store(&ctx, fields).await {
        Ok(name) => return Ok(saved_in(LIST, &format!("Regio {name}"))),
        Err(error) => error,
    };
    let refusal = form.refuse(error, "naam")?;
    let found = find(&ctx, form.value("code").to_owned()).await?;
    if refusal == Refusal::Outdated {
        form.compare(found.version, values(&found.value));
    }
    show(&ctx, found, form, 1, None).await
}

async fn store(ctx: &Context, mut fields: Fields) -> Result<String> {
    let version = read_version(&mut fields);
    let code = fields.parsed("code", "geen-code", RegionCode::parse);
    let entry = Entry::read(read_region(&mut fields), fields);
    let Some(code) = code else { return entry.without_key(entry.refuse(entry.draft.violations())) };
    let expect = Expect::from_if_match(version);
    let saved = ctx
        .db_supply(move |conn, actor, now| {
            actions::save_region(conn, actor, now, code.as_str(), expect, entry)
        })
        .await?;
    Ok(saved.stored.value.name)
}

async fn find(ctx: &Context, code: String) -> Result<Stored<Region>> {
    ctx.db(move |conn, _, _| actions::find_region(conn, &code)).await
}

fn values(region: &Region) -> Values {
    vec![
        ("code", region.code.clone()),
        ("naam", region.name.clone()),
        ("telefoon", region.phone.clone()),
        ("email", region.email.clone()),
        ("website", region.website.clone()),
        ("versDagen", region.fresh_days.to_string()),
        ("verouderdDagen", region.stale_days.to_string()),
        ("normIntakeWeken", region.intake_norm_weeks.to_string()),
        ("normBehandelingWeken", region.treatment_norm_weeks.to_string()),
    ]
}

async fn show(
    ctx: &Context,
    found: Stored<Region>,
    form: Form,
    number: usize,
    saved: Saved,
) -> Result<HttpResponse> {
    let code = found.value.code.clone();
    let all = ctx.db(move |conn, _, _| list_members(conn, &code)).await?;
    let (members, links) = list_page(number, &all, &format!("{LIST}/{}", found.value.code), &[]);
    let own = ctx.actor.region_id() == Some(found.id);
    let (page, status, total) = (form.page(ctx, "/beheer"), form.status(), all.len());
    form_page(status, &RegionPage { page, region: found.value, own, form, members, total, links, saved })
}
