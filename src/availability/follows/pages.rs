//! Following on pages: asking for it, and what its reader does with the key from the mail.

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::actions;
use super::api::{ask_reader, describe, read_email, require_product};
use super::matching::{self, read_query};
use super::model::{Follow, NewFollow};
use crate::availability::search::input::{FOLLOWED, SearchAddress};
use crate::clock::dutch_day;
use crate::error::{Error, Result};
use crate::web::context::Context;
use crate::web::fields::Fields;
use crate::web::form::{Form, Labels, form_page};
use crate::web::format;
use crate::web::input::FormInput;
use crate::web::page::{Page, html, see_other};
use crate::web::trap;

const LABELS: Labels = &[
    ("email", "Uw e-mailadres"),
    ("product", ""),
    ("gemeente", ""),
    ("postcode", ""),
    ("leeftijd", ""),
    ("straalKm", ""),
];
/// In the address of the form after it was sent.
const SENT: &str = "verstuurd";

#[derive(Template)]
#[template(path = "availability/follows/form.html")]
pub struct FollowPage {
    pub page: Page,
    pub form: Form,
    pub description: String,
    /// The search, to send along.
    pub hidden: Vec<(&'static str, String)>,
    pub back: String,
    /// Sent: now it is up to the reader of the mail.
    pub sent: bool,
}

#[derive(Template)]
#[template(path = "availability/follows/manage.html")]
pub struct ManagePage {
    pub page: Page,
    /// None when it has ended.
    pub follow: Option<Follow>,
    pub ends: String,
}

/// The parts of a search that can be followed: in words, and as a query.
fn read(ctx: &Context, asked: &SearchAddress) -> Result<(String, String)> {
    let search = read_query(asked.to("", &FOLLOWED).trim_start_matches('?'))?;
    require_product(&search).into_result(())?;
    search.contradictions().into_result(())?;
    Ok((describe(ctx, &search)?, search.followed()))
}

pub async fn form(ctx: Context, req: HttpRequest) -> Result<HttpResponse> {
    let asked = SearchAddress::from_query(req.query_string());
    let (description, _) = read(&ctx, &asked)?;
    show(&ctx, Form::new(LABELS), &asked, description, asked.get(SENT) == "ja")
}

fn show(
    ctx: &Context,
    form: Form,
    asked: &SearchAddress,
    description: String,
    sent: bool,
) -> Result<HttpResponse> {
    let page = FollowPage {
        page: form.page(ctx, "/zoeken"),
        hidden: FOLLOWED
            .iter()
            .map(|name| (*name, asked.get(name).to_owned()))
            .filter(|(_, value)| !value.is_empty())
            .collect(),
        back: asked.to("/zoeken", &FOLLOWED),
        form,
        description,
        sent,
    };
    form_page(page.form.status(), &page)
}

pub async fn save(ctx: Context, FormInput(mut fields): FormInput) -> Result<HttpResponse> {
    let mut form = Form::of_typed(LABELS, &fields);
    let pairs: Vec<(&str, String)> = FOLLOWED.iter().map(|name| (*name, fields.raw(name))).collect();
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
    let asked = SearchAddress::from_query(&query);
    let (description, query) = read(&ctx, &asked)?;
    for name in FOLLOWED {
        fields.ignore(name);
    }
    match store(&ctx, fields, description.clone(), query).await {
        Ok(()) => Ok(see_other(&format!("{}&{SENT}=ja", asked.to("/volgen", &FOLLOWED)))),
        Err(error) => {
            form.refuse(error, "email")?;
            show(&ctx, form, &asked, description, false)
        }
    }
}

async fn store(ctx: &Context, mut fields: Fields, description: String, query: String) -> Result<()> {
    let email = read_email(&mut fields);
    let trapped = trap::is_sprung(&mut fields);
    let Some(email) = fields.finish(email)? else {
        return Err(Error::internal("a required address is missing"));
    };
    if trapped {
        return Err(Error::Forbidden);
    }
    ask_reader(ctx, NewFollow { email, query, description }).await
}

pub async fn manage(ctx: Context, path: Path<String>) -> Result<HttpResponse> {
    let follow = ctx.db(move |conn, _, _| actions::find_by_key(conn, &path)).await;
    let follow = match follow {
        Ok(follow) => Some(follow).filter(|follow| follow.ends_at > ctx.now),
        // It has ended, and then nothing of it is left.
        Err(Error::NotFound(_)) => None,
        Err(error) => return Err(error),
    };
    let ends = follow.as_ref().map(|follow| format::date(dutch_day(follow.ends_at))).unwrap_or_default();
    html(&ManagePage { page: Page::new(&ctx, "/zoeken"), follow, ends })
}

pub async fn confirm(ctx: Context, path: Path<String>, FormInput(form): FormInput) -> Result<HttpResponse> {
    form.finish(())?;
    let key = path.into_inner();
    let (wanted, snapshot) = (key.clone(), ctx.state.supply.current()?);
    let own_region = ctx.own_region().map(str::to_owned);
    ctx.db(move |conn, actor, now| {
        matching::confirm(conn, &snapshot, actor, now, (&wanted, own_region.as_deref()))
    })
    .await?;
    Ok(see_other(&format!("/volgen/{key}")))
}

/// Ends it. Mail programs send this by themselves, without what marks a form of ours (RFC 8058): the key is what counts.
pub async fn stop(ctx: Context, path: Path<String>) -> Result<HttpResponse> {
    let key = path.into_inner();
    let wanted = key.clone();
    ctx.db(move |conn, actor, now| actions::stop_follow(conn, actor, now, &wanted)).await?;
    Ok(see_other(&format!("/volgen/{key}")))
}
