//! Segments on pages: list and form.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use rules::codes::SegmentCode;

use super::actions;
use super::api::read_segment;
use super::model::Segment;
use crate::error::{Error, Result};
use crate::product_book::common::{Expect, Stored};
use crate::product_book::overview::own_region;
use crate::web::context::Context;
use crate::web::fields::Fields;
use crate::web::form::{Form, Labels, Refusal, Values, form_page, read_version};
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{Saved, saved_in, saved_message};
use crate::web::page::{Page, html};

const LIST: &str = "/beheer/segmenten";
const LABELS: Labels = &[("code", "Code"), ("naam", "Naam"), ("omschrijving", "Omschrijving")];

#[derive(Template)]
#[template(path = "product_book/segments/list.html")]
pub struct SegmentListPage {
    pub page: Page,
    pub segments: Vec<Stored<Segment>>,
    pub saved: Saved,
}

#[derive(Template)]
#[template(path = "product_book/segments/form.html")]
pub struct SegmentFormPage {
    pub page: Page,
    pub form: Form,
}

pub async fn list(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    query.finish(())?;
    let region = own_region(&ctx)?;
    let segments = ctx.db(move |conn, _, _| actions::list_segments(conn, &region)).await?;
    html(&SegmentListPage { page: Page::new(&ctx, "/beheer"), segments, saved })
}

pub async fn new_form(ctx: Context) -> Result<HttpResponse> {
    show(&ctx, Form::new(LABELS))
}

pub async fn edit_form(ctx: Context, path: Path<String>) -> Result<HttpResponse> {
    let found = find(&ctx, path.into_inner()).await?;
    show(&ctx, Form::of_stored(LABELS, found.version, values(found.value)))
}

/// Saves a new or a changed segment: the same form, with or without a version.
pub async fn save(ctx: Context, FormInput(fields): FormInput) -> Result<HttpResponse> {
    let mut form = Form::of_typed(LABELS, &fields);
    let error = match store(&ctx, fields).await {
        Ok(code) => return Ok(saved_in(LIST, &format!("Segment {code}"))),
        Err(error) => error,
    };
    if form.refuse(error, "code")? == Refusal::Outdated {
        let newer = find(&ctx, form.value("code").to_owned()).await?;
        form.compare(newer.version, values(newer.value));
    }
    show(&ctx, form)
}

async fn store(ctx: &Context, mut fields: Fields) -> Result<String> {
    let version = read_version(&mut fields);
    let code = fields.parsed("code", "geen-code", SegmentCode::parse);
    let draft = read_segment(&mut fields);
    let (Some(code), draft) = fields.finish((code, draft))? else {
        return Err(Error::internal("a required code is missing"));
    };
    let region = own_region(ctx)?;
    let expect = Expect::from_if_match(version);
    let saved = ctx
        .db_supply(move |conn, actor, now| {
            actions::save_segment(conn, actor, now, (&region, code.as_str()), expect, draft)
        })
        .await?;
    Ok(saved.stored.value.code)
}

async fn find(ctx: &Context, code: String) -> Result<Stored<Segment>> {
    let region = own_region(ctx)?;
    ctx.db(move |conn, _, _| actions::find_segment(conn, &region, &code)).await
}

fn values(segment: Segment) -> Values {
    vec![("code", segment.code), ("naam", segment.name), ("omschrijving", segment.description)]
}

/// A segment as a choice of a list.
pub fn segment_choice(stored: Stored<Segment>) -> (String, String) {
    let label = format!("{} {}", stored.value.code, stored.value.name);
    (stored.value.code, label)
}

fn show(ctx: &Context, form: Form) -> Result<HttpResponse> {
    form_page(form.status(), &SegmentFormPage { page: form.page(ctx, "/beheer"), form })
}
