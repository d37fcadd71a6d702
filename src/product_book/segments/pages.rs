//! Segments on pages: list and form.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use rules::codes::SegmentCode;

use super::actions::{self, SegmentDraft};
use super::api::read_segment;
use super::model::Segment;
use crate::error::{Error, Result};
use crate::product_book::common::{Expect, Stored, error_links};
use crate::product_book::overview::{Saved, own_region, saved_message};
use crate::web::context::Context;
use crate::web::input::{FormInput, QueryInput};
use crate::web::page::{ErrorLink, Page, html, html_with_errors, see_other};

const LABELS: [(&str, &str); 3] = [("code", "Code"), ("naam", "Naam"), ("omschrijving", "Omschrijving")];

#[derive(Template)]
#[template(path = "product_book/segments/list.html")]
pub struct SegmentListPage {
    pub page: Page,
    pub segments: Vec<Stored<Segment>>,
    pub saved: Saved,
}

#[derive(Template, Default)]
#[template(path = "product_book/segments/form.html")]
pub struct SegmentFormPage {
    pub page: Page,
    pub errors: Vec<ErrorLink>,
    /// The other person's values, when the segment was changed in the meantime.
    pub newer: Option<Segment>,
    /// Empty for a new segment.
    pub version: String,
    pub code: String,
    pub name: String,
    pub description: String,
}

impl SegmentFormPage {
    /// The message at a field, for the template.
    pub fn error_at(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|error| error.field == field).map(|error| error.text.as_str())
    }
}

pub async fn list(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    query.finish(())?;
    let region = own_region(&ctx)?;
    let segments = ctx.db(move |conn, _, _| actions::list_segments(conn, &region)).await?;
    html(&SegmentListPage { page: Page::new(&ctx, "/beheer"), segments, saved })
}

pub async fn new_form(ctx: Context) -> Result<HttpResponse> {
    html(&SegmentFormPage { page: Page::new(&ctx, "/beheer"), ..SegmentFormPage::default() })
}

pub async fn edit_form(ctx: Context, path: Path<String>) -> Result<HttpResponse> {
    let region = own_region(&ctx)?;
    let code = path.into_inner();
    let found = ctx.db(move |conn, _, _| actions::find_segment(conn, &region, &code)).await?;
    html(&SegmentFormPage {
        page: Page::new(&ctx, "/beheer"),
        version: found.version.to_string(),
        code: found.value.code,
        name: found.value.name,
        description: found.value.description,
        ..SegmentFormPage::default()
    })
}

/// Saves a new or a changed segment: the same form, with or without a version.
pub async fn save(ctx: Context, FormInput(mut form): FormInput) -> Result<HttpResponse> {
    let mut typed = SegmentFormPage {
        page: Page::new(&ctx, "/beheer"),
        version: form.raw("versie"),
        code: form.raw("code"),
        name: form.raw("naam"),
        description: form.raw("omschrijving"),
        ..SegmentFormPage::default()
    };
    let version = form.optional_small::<i32>("versie", 1, i64::from(i32::MAX));
    let code = form.parsed("code", "geen-code", SegmentCode::parse);
    let draft = read_segment(&mut form);
    let result = match form.finish((code, draft)) {
        Ok((Some(code), draft)) => store_segment(&ctx, code, version, draft).await,
        Ok((None, _)) => Err(Error::internal("a required code is missing")),
        Err(violations) => Err(Error::Invalid(violations)),
    };
    match result {
        Ok(code) => Ok(see_other(&format!("/beheer/segmenten?opgeslagen={code}"))),
        Err(Error::Invalid(violations)) => {
            typed.errors = error_links(&violations, &LABELS);
            typed.page.has_errors = true;
            html_with_errors(&typed)
        }
        Err(Error::Conflict(_)) => {
            typed.errors = vec![ErrorLink::new("code", "Code: dit segment bestaat al")];
            typed.page.has_errors = true;
            html_with_errors(&typed)
        }
        Err(Error::Outdated { .. }) => {
            let (region, code) = (own_region(&ctx)?, typed.code.clone());
            let newer = ctx.db(move |conn, _, _| actions::find_segment(conn, &region, &code)).await?;
            typed.version = newer.version.to_string();
            typed.newer = Some(newer.value);
            typed.page.has_errors = true;
            html_with_errors(&typed)
        }
        Err(other) => Err(other),
    }
}

async fn store_segment(ctx: &Context, code: SegmentCode, version: Option<i32>, draft: SegmentDraft) -> Result<String> {
    let region = own_region(ctx)?;
    let expect = Expect::from_if_match(version);
    let saved = ctx.db_supply(move |conn, actor, now| actions::save_segment(conn, actor, now, (&region, code.as_str()), expect, draft)).await?;
    Ok(saved.stored.value.code)
}
