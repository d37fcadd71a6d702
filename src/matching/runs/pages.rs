//! Runs on pages, and what providers are asked.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use super::actions::{self, Looked};
use super::asking;
use super::mapping::{self, Mapped, Site};
use super::model::{Part, Run, ShownRequest};
use crate::availability::search::map::Map;
use crate::error::{Error, Result};
use crate::paging::Paging;
use crate::web::context::Context;
use crate::web::fields::parse_number;
use crate::web::form::{Form, Labels, Refusal, Values, choices, form_page};
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{PageLinks, Saved, link, list_page, page_number, saved_in, saved_message};
use crate::web::page::{Page, html, see_other};

const PATH: &str = "/regiovoorstel";
pub const WEEKDAYS: [(&str, i32); 7] = [
    ("maandag", 1),
    ("dinsdag", 2),
    ("woensdag", 3),
    ("donderdag", 4),
    ("vrijdag", 5),
    ("zaterdag", 6),
    ("zondag", 7),
];
const SCHEDULE: Labels = &[("weekdag", "Elke week vanzelf op")];
const ASK: Labels = &[("kies", "Keuze")];
pub const PARTS: [(&str, &str, Part); 3] = [
    ("met-plek", "Met een plek", Part::Placed),
    ("zonder-plek", "Zonder plek", Part::Waiting),
    ("overbrugging", "Met overbruggingszorg", Part::Bridged),
];
/// What the boxes in the list are called, before the code.
const BOX: &str = "kies-";

#[derive(Template)]
#[template(path = "matching/runs/list.html")]
pub struct RunsPage {
    pub page: Page,
    pub form: Form,
    pub runs: Vec<Run>,
    pub links: PageLinks,
    pub saved: Saved,
}

#[derive(Template)]
#[template(path = "matching/runs/run.html")]
pub struct RunPage {
    pub page: Page,
    pub form: Form,
    pub looked: Looked,
    pub part: Part,
    /// Code, name and whether it is shown, of each part.
    pub parts: Vec<(&'static str, &'static str, bool)>,
    pub links: PageLinks,
    /// How many were just asked.
    pub asked: Option<usize>,
    /// The codes that were chosen in a form that was refused.
    pub chosen: Vec<String>,
}

#[derive(Template)]
#[template(path = "matching/runs/map.html")]
pub struct MapPage {
    pub page: Page,
    pub mapped: Mapped,
    /// Those of this page, in the list and on the map.
    pub sites: Vec<Site>,
    pub links: PageLinks,
    pub map: Option<Map>,
}

#[derive(Template)]
#[template(path = "matching/runs/requests.html")]
pub struct RequestsPage {
    pub page: Page,
    pub requests: Vec<ShownRequest>,
}

fn schedule_values(weekday: Option<i32>) -> Values {
    let code = WEEKDAYS.iter().find(|(_, number)| Some(*number) == weekday).map_or("", |(code, _)| *code);
    vec![("weekdag", code.to_owned())]
}

fn with_weekdays(form: Form) -> Form {
    let days = WEEKDAYS.map(|(code, _)| (code.to_owned(), code.to_owned()));
    form.with_choices("weekdag", choices("niet vanzelf", days))
}

pub async fn list(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let (saved, number) = (saved_message(&mut query), page_number(&mut query));
    query.finish(())?;
    let (version, weekday) = ctx.db(|conn, actor, _| actions::find_schedule(conn, actor)).await?;
    show_list(&ctx, Form::of_stored(SCHEDULE, version, schedule_values(weekday)), saved, number).await
}

async fn show_list(ctx: &Context, form: Form, saved: Saved, number: usize) -> Result<HttpResponse> {
    let (runs, total) = ctx.db(move |conn, actor, _| actions::list_runs(conn, actor, number)).await?;
    let form = with_weekdays(form);
    let links =
        PageLinks::new(Paging::new(number, total), |number| link(PATH, &[("pagina", &number.to_string())]));
    form_page(form.status(), &RunsPage { page: form.page(ctx, PATH), form, runs, links, saved })
}

/// Makes a run now.
pub async fn make(ctx: Context, FormInput(fields): FormInput) -> Result<HttpResponse> {
    fields.finish(())?;
    let snapshot = ctx.state.supply.current()?;
    let number = ctx.db(move |conn, actor, now| actions::make_run(conn, actor, now, &snapshot)).await?;
    Ok(see_other(&format!("{PATH}/{number}")))
}

/// Plans runs.
pub async fn plan(ctx: Context, FormInput(mut fields): FormInput) -> Result<HttpResponse> {
    let mut form = Form::of_typed(SCHEDULE, &fields);
    let version = fields.small("versie", 0, i64::from(i32::MAX)).unwrap_or_default();
    let weekday = fields.optional_choice("weekdag", &WEEKDAYS);
    let saved = match fields.finish(()) {
        Ok(()) => {
            ctx.db(move |conn, actor, now| actions::save_schedule(conn, actor, now, version, weekday)).await
        }
        Err(violations) => Err(violations.into()),
    };
    let Err(error) = saved else { return Ok(saved_in(PATH, "De planning")) };
    if form.refuse(error, "weekdag")? == Refusal::Outdated {
        let (version, weekday) = ctx.db(|conn, actor, _| actions::find_schedule(conn, actor)).await?;
        form.compare(version, schedule_values(weekday));
    }
    show_list(&ctx, form, None, 1).await
}

pub fn parse_run(text: &str) -> Result<i32> {
    let number =
        parse_number(text, 1, i64::from(i32::MAX)).map_err(|_| Error::NotFound("regionaal-voorstel"))?;
    i32::try_from(number).map_err(Error::internal)
}

pub async fn run(
    ctx: Context,
    path: Path<String>,
    QueryInput(mut query): QueryInput,
) -> Result<HttpResponse> {
    let part = query.optional_choice("toon", &PARTS.map(|(code, _, part)| (code, part)));
    let asked = query.optional_small("gevraagd", 1, 10_000);
    let page = page_number(&mut query);
    query.finish(())?;
    let number = parse_run(&path.into_inner())?;
    let (part, form) = (part.unwrap_or(Part::Placed), Form::new(ASK));
    show_run(&ctx, number, (part, page), form, Asking { asked, chosen: Vec::new() }).await
}

/// What came of asking, or what was chosen for it.
struct Asking {
    asked: Option<usize>,
    chosen: Vec<String>,
}

async fn show_run(
    ctx: &Context,
    number: i32,
    (part, page): (Part, usize),
    form: Form,
    Asking { asked, chosen }: Asking,
) -> Result<HttpResponse> {
    let snapshot = ctx.state.supply.current()?;
    let looked = ctx
        .db(move |conn, actor, now| actions::look_at_run(conn, actor, now, &snapshot, number, (part, page)))
        .await?;
    let address = format!("{PATH}/{number}");
    let code = PARTS.iter().find(|(_, _, known)| *known == part).map_or("", |(code, ..)| code);
    let links = PageLinks::new(Paging::new(page, looked.total), |number| {
        link(&address, &[("toon", code), ("pagina", &number.to_string())])
    });
    let parts = PARTS.map(|(code, name, known)| (code, name, known == part)).to_vec();
    let frame = form.page(ctx, PATH);
    form_page(form.status(), &RunPage { page: frame, form, looked, part, parts, links, asked, chosen })
}

/// Where the places are that a run proposes.
pub async fn map(
    ctx: Context,
    path: Path<String>,
    QueryInput(mut query): QueryInput,
) -> Result<HttpResponse> {
    let page = page_number(&mut query);
    query.finish(())?;
    let number = parse_run(&path.into_inner())?;
    let region_id = ctx.actor.region_id().ok_or(Error::Forbidden)?;
    let snapshot = ctx.state.supply.current()?;
    let supply = snapshot.clone();
    let mapped = ctx.db(move |conn, actor, _| mapping::map_run(conn, actor, &supply, number)).await?;
    let (sites, links) = list_page(page, &mapped.sites, &format!("{PATH}/{number}/kaart"), &[]);
    let borders = &ctx.state.look.borders;
    let map = mapping::draw_sites(&snapshot, region_id, borders, &sites);
    html(&MapPage { page: Page::new(&ctx, PATH), mapped, sites, links, map })
}

/// Asks the providers of the ticked proposals.
pub async fn ask(ctx: Context, path: Path<String>, FormInput(mut fields): FormInput) -> Result<HttpResponse> {
    let number = parse_run(&path.into_inner())?;
    let codes: Vec<String> =
        fields.names().filter_map(|name| name.strip_prefix(BOX)).map(str::to_owned).collect();
    for code in &codes {
        fields.flag(&format!("{BOX}{code}"));
    }
    let page = page_number(&mut fields);
    fields.finish(())?;
    let (snapshot, state) = (ctx.state.supply.current()?, ctx.state.clone());
    let chosen = codes.clone();
    let asked = ctx
        .db(move |conn, actor, now| {
            let of = (&*snapshot, state.config.public_url.as_str());
            asking::ask(conn, actor, now, of, number, &codes)
        })
        .await;
    match asked {
        Ok(count) => Ok(see_other(&link(&format!("{PATH}/{number}"), &[("gevraagd", &count.to_string())]))),
        Err(error) => {
            let mut form = Form::new(ASK);
            form.refuse(error, "kies")?;
            show_run(&ctx, number, (Part::Placed, page), form, Asking { asked: None, chosen }).await
        }
    }
}

fn text(body: String) -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(body)
}

/// The problem of a run, which names nobody.
pub async fn problem(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let number = parse_run(&path.into_inner())?;
    Ok(text(ctx.db(move |conn, actor, _| actions::find_texts(conn, actor, number)).await?.0))
}

/// The answer to it, with the prices that prove it.
pub async fn answer(ctx: Context, path: Path<String>, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    let number = parse_run(&path.into_inner())?;
    Ok(text(ctx.db(move |conn, actor, _| actions::find_texts(conn, actor, number)).await?.1))
}

/// What the own provider is asked.
pub async fn requests(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    let snapshot = ctx.state.supply.current()?;
    let requests =
        ctx.db(move |conn, actor, now| asking::list_own_requests(conn, actor, now, &snapshot)).await?;
    html(&RequestsPage { page: Page::new(&ctx, "/wachtenden"), requests })
}
