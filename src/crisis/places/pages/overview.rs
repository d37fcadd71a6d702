//! All places of the crisis point: what is free now, whom to call, and what is expected of the coming two weeks.

use actix_web::HttpResponse;
use askama::Template;
use chrono::{Days, NaiveDate};
use rules::crisis::places::{Outlook, PlaceState, is_confirmed, outlook};

use super::{Mark, confirmed, mark, remark};
use crate::crisis::places::actions;
use crate::crisis::places::model::{Place, Tile};
use crate::crisis::settings::actions::{find_lists, find_point};
use crate::error::{Error, Result};
use crate::identity::policy::Permission;
use crate::web::context::Context;
use crate::web::format;
use crate::web::input::QueryInput;
use crate::web::lists::{Saved, saved_message};
use crate::web::page::{Page, html};

pub const PATH: &str = "/crisis/plaatsen";

/// How many days the calendar shows.
const DAYS: u64 = 14;

/// One place in the list.
pub struct Row {
    pub id: i64,
    pub name: String,
    pub provider: String,
    pub sort: String,
    pub mark: Mark,
    pub remark: String,
    pub phone: String,
    pub call: String,
    pub confirmed: String,
    pub is_fresh: bool,
    /// Of the calendar, a word for each day.
    pub days: Vec<Cell>,
}

/// One day of one place.
pub struct Cell {
    pub sign: &'static str,
    pub words: &'static str,
}

/// One column of the calendar.
pub struct Column {
    pub short: String,
    pub words: String,
}

#[derive(Template)]
#[template(path = "crisis/places/pages/overview.html")]
pub struct OverviewPage {
    pub page: Page,
    pub saved: Saved,
    pub tiles: Vec<Tile>,
    /// What is not free of each sort, and when one more will be.
    pub others: Vec<String>,
    pub rows: Vec<Row>,
    pub columns: Vec<Column>,
    pub at: String,
    pub gives: bool,
}

pub async fn overview(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    query.finish(())?;
    let (mut places, lists, point) = ctx
        .db(|conn, actor, now| {
            let region_id = actor.region_id().ok_or(Error::Forbidden)?;
            let lists = find_lists(conn, region_id)?;
            Ok((actions::list_places(conn, actor, now)?, lists, find_point(conn, region_id)?))
        })
        .await?;
    let (today, hours) = (ctx.today(), point.hours()?);
    let days: Vec<NaiveDate> = (0..DAYS).map(|more| today + Days::new(more)).collect();
    let row = |place: &Place| Row {
        id: place.id,
        name: place.name.clone(),
        provider: place.provider.clone(),
        sort: place.sort(),
        mark: mark(place.at(ctx.now).state()),
        remark: remark(place, &lists, ctx.now),
        phone: place.phone.clone(),
        call: place.phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect(),
        confirmed: confirmed(place, ctx.now),
        is_fresh: is_confirmed(crate::clock::dutch_day(place.confirmed_at), today, &hours),
        days: days.iter().map(|day| cell(place, &ctx, today, *day)).collect(),
    };
    let tiles = actions::tiles(&places, ctx.now);
    // What is free comes first: that is what somebody on the phone looks for.
    places.sort_by_key(|place| place.at(ctx.now).state() != PlaceState::Free);
    html(&OverviewPage {
        page: Page::new(&ctx, PATH),
        saved,
        others: tiles.iter().map(|tile| others(tile, today)).collect(),
        tiles,
        rows: places.iter().map(row).collect(),
        columns: days
            .iter()
            .map(|day| Column { short: day.format("%-d-%-m").to_string(), words: format::weekday_date(*day) })
            .collect(),
        at: format::time(ctx.now),
        gives: ctx.may(Permission::DistributeCrisis),
    })
}

/// `vrij, 1 vastgehouden, 1 bezet, volgende verwacht op 3 december`: only what there is.
fn others(tile: &Tile, today: NaiveDate) -> String {
    let states = [(tile.held, "vastgehouden"), (tile.occupied, "bezet"), (tile.out, "buiten gebruik")];
    let mut words = vec!["vrij".to_owned()];
    words.extend(
        states.iter().filter(|(count, _)| *count > 0).map(|(count, state)| format!("{count} {state}")),
    );
    match tile.next_free_on {
        Some(day) => words.push(format!("volgende verwacht op {}", format::short_date(day, today))),
        None if tile.free == 0 => words.push("niet bekend wanneer er een vrijkomt".to_owned()),
        None => {}
    }
    words.join(", ")
}

fn cell(place: &Place, ctx: &Context, today: NaiveDate, day: NaiveDate) -> Cell {
    let expected = outlook(place.at(ctx.now).state(), place.free_on(), today, day);
    let sign = match expected {
        Outlook::Free => "vrij",
        Outlook::Expected => "vrij?",
        Outlook::Held => "vast",
        Outlook::Occupied => "bezet",
        Outlook::OutOfService => "dicht",
        Outlook::Unknown => "?",
    };
    Cell { sign, words: expected.name() }
}
