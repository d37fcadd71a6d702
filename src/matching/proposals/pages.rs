//! Proposals on pages.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use super::actions;
use super::model::{KeptProposal, Proposal};
use crate::error::{Error, Result};
use crate::matching::matcher::has_neighbours;
use crate::matching::runs::model::AskedOffer;
use crate::paging::Paging;
use crate::waiting_list::clients::pages::Tabs;
use crate::waiting_list::replacement::model::Replacement;
use crate::web::context::Context;
use crate::web::fields::{Fields, parse_number};
use crate::web::form::{Form, Labels, form_page};
use crate::web::format;
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{PageLinks, link, page_number};
use crate::web::page::{Page, html, see_other};

/// The menu entry these pages belong to.
const SECTION: &str = "/wachtlijst";
/// The tab these pages belong to.
const TAB: &str = "/voorstel";

const ASK: Labels = &[("aanbod", "Aanbod")];

#[derive(Template)]
#[template(path = "matching/proposals/current.html")]
pub struct CurrentPage {
    pub page: Page,
    pub tabs: Tabs,
    /// In groups, as people read it.
    pub code: String,
    pub status: &'static str,
    pub proposal: Option<Proposal>,
    /// Whether there is another region to look in.
    pub has_neighbours: bool,
    pub kept: Vec<KeptProposal>,
    pub links: PageLinks,
    pub form: Form,
    /// Whether somebody was just asked.
    pub done: bool,
    pub asking: Option<Asking>,
    /// Where the child is in care that ends, and until when.
    pub leaving: Option<String>,
}

/// Where a child is in care that ends, in words.
fn leaving_words(one: &Replacement) -> String {
    let provider = one.provider.as_ref().map_or("een aanbieder", |(_, name)| name);
    let until = one.end.map(|end| format!(" tot en met {}", format::date(end.last_day)));
    format!("{provider}{}", until.unwrap_or_default())
}

/// Which providers can be asked to respond.
pub struct Asking {
    /// Where the question goes.
    pub path: String,
    /// The offers of which the provider is or was asked.
    pub asked: BTreeMap<i64, AskedOffer>,
}

impl Asking {
    fn can_ask(&self, offer_id: i64) -> bool {
        self.asked.get(&offer_id).is_none_or(|asked| !asked.is_open)
    }
}

#[derive(Template)]
#[template(path = "matching/proposals/kept.html")]
pub struct KeptPage {
    pub page: Page,
    pub tabs: Tabs,
    pub code: String,
    pub number: i32,
    pub proposal: Proposal,
    /// Never: what was is no place to ask from.
    pub asking: Option<Asking>,
}

/// Reads whether to look in other regions too.
pub fn read_outside(fields: &mut Fields) -> bool {
    fields.optional_choice("buiten", &[("ja", true), ("nee", false)]).unwrap_or(false)
}

pub async fn current(
    ctx: Context,
    path: Path<String>,
    QueryInput(mut query): QueryInput,
) -> Result<HttpResponse> {
    let look_outside = read_outside(&mut query);
    let done = query.optional_choice("gevraagd", &[("ja", true)]).unwrap_or(false);
    let number = page_number(&mut query);
    query.finish(())?;
    show(&ctx, path.into_inner(), (look_outside, number), Form::new(ASK), done).await
}

async fn show(
    ctx: &Context,
    code: String,
    (look_outside, number): (bool, usize),
    form: Form,
    done: bool,
) -> Result<HttpResponse> {
    let (state, snapshot) = (ctx.state.clone(), ctx.state.supply.current()?);
    let has_neighbours = has_neighbours(&snapshot);
    let shown = ctx
        .db(move |conn, actor, now| {
            let of = (&snapshot, &state.plans);
            actions::propose(conn, actor, now, of, &code, (look_outside, number))
        })
        .await?;
    let code = shown.client.code.to_string();
    let address = address_of(&code);
    let outside = if look_outside { "ja" } else { "" };
    let page_link = |number: usize| link(&address, &[("buiten", outside), ("pagina", &number.to_string())]);
    let asking = Asking { path: format!("{address}/vraag"), asked: shown.asked };
    let page = CurrentPage {
        page: form.page(ctx, SECTION),
        tabs: Tabs::new(&code, TAB),
        status: shown.client.status().name(),
        proposal: shown.proposal,
        leaving: shown.leaving.as_ref().map(leaving_words),
        has_neighbours,
        kept: shown.kept,
        links: PageLinks::new(Paging::new(number, shown.kept_total), page_link),
        code,
        form,
        done,
        asking: shown.may_ask.then_some(asking),
    };
    form_page(page.form.status(), &page)
}

/// Asks the provider of an offer to respond.
pub async fn ask(ctx: Context, path: Path<String>, FormInput(mut fields): FormInput) -> Result<HttpResponse> {
    let code = path.into_inner();
    let mut form = Form::of_typed(ASK, &fields);
    let wanted = code.clone();
    let asked = async {
        let offer_id = fields.small("aanbod", 1, 9_007_199_254_740_991);
        let offer_id: i64 =
            fields.finish(offer_id)?.ok_or_else(|| Error::internal("a required field is missing"))?;
        let (state, snapshot) = (ctx.state.clone(), ctx.state.supply.current()?);
        ctx.db(move |conn, actor, now| {
            let of = (&snapshot, state.config.public_url.as_str());
            actions::ask_provider(conn, actor, now, of, &wanted, offer_id)
        })
        .await
    };
    match asked.await {
        Ok(_) => Ok(see_other(&link(&address_of(&code), &[("gevraagd", "ja")]))),
        Err(error) => {
            form.refuse(error, "aanbod")?;
            show(&ctx, code, (false, 1), form, false).await
        }
    }
}

/// Keeps what is proposed now, and shows it.
pub async fn keep(
    ctx: Context,
    path: Path<String>,
    FormInput(mut fields): FormInput,
) -> Result<HttpResponse> {
    let look_outside = read_outside(&mut fields);
    fields.finish(())?;
    let (state, snapshot) = (ctx.state.clone(), ctx.state.supply.current()?);
    let code = path.into_inner();
    let wanted = code.clone();
    let (kept, _) = ctx
        .db(move |conn, actor, now| {
            let of = (&snapshot, &state.plans);
            actions::keep(conn, actor, now, of, &wanted, look_outside)
        })
        .await?;
    Ok(see_other(&format!("{}/{}", address_of(&code), kept.number)))
}

pub async fn kept(
    ctx: Context,
    path: Path<(String, String)>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let (code, number) = path.into_inner();
    let number = parse_proposal(&number)?;
    let (client, proposal) =
        ctx.db(move |conn, actor, now| actions::open(conn, actor, now, &code, number)).await?;
    let tabs = Tabs::new(client.code, TAB);
    html(&KeptPage {
        page: Page::new(&ctx, SECTION),
        tabs,
        code: client.code.to_string(),
        number,
        proposal,
        asking: None,
    })
}

/// The number of a kept proposal in a path.
pub fn parse_proposal(text: &str) -> Result<i32> {
    let number = parse_number(text, 1, i64::from(i32::MAX)).map_err(|_| Error::NotFound("voorstel"))?;
    i32::try_from(number).map_err(Error::internal)
}

fn address_of(code: &str) -> String {
    format!("/wachtlijst/{code}/voorstel")
}
