//! The places of the own provider: confirmed with one click, or changed one by one.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use rules::crisis::codes::CategoryList;
use rules::crisis::places::{PlaceState, is_confirmed};

use super::{Mark, confirmed, mark, remark};
use crate::clock::dutch_day;
use crate::crisis::distribution::pages::of_list;
use crate::crisis::places::actions;
use crate::crisis::places::model::{Place, Word};
use crate::crisis::settings::actions::{find_lists, find_point};
use crate::error::{Error, Result};
use crate::web::context::Context;
use crate::web::fields::{Fields, Length, parse_id};
use crate::web::form::{Form, Labels, form_page, read_version, shown_day};
use crate::web::format;
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{Saved, saved_in, saved_message};
use crate::web::page::{Page, html, see_other};

pub const PATH: &str = "/crisis/mijn-plaatsen";

const LABELS: Labels = &[
    ("wat", ""),
    ("reden", "Waarom is de plaats buiten gebruik?"),
    ("tot", "Buiten gebruik tot en met"),
    ("verwachtVrijOp", "Verwacht vrij op"),
];

/// One own place in the list.
pub struct Row {
    pub id: i64,
    pub name: String,
    pub sort: String,
    pub mark: Mark,
    pub remark: String,
    pub confirmed: String,
}

#[derive(Template)]
#[template(path = "crisis/places/pages/own.html")]
pub struct OwnPlacesPage {
    pub page: Page,
    pub saved: Saved,
    /// Set when the places were confirmed just now.
    pub confirmed: String,
    pub rows: Vec<Row>,
    pub all_fresh: bool,
}

#[derive(Template)]
#[template(path = "crisis/places/pages/own_place.html")]
pub struct OwnPlacePage {
    pub page: Page,
    pub form: Form,
    pub place: Place,
    pub state: PlaceState,
    pub mark: Mark,
    pub remark: String,
}

pub async fn list(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    let just = query.optional_choice("bevestigd", &[("ja", true)]).unwrap_or(false);
    query.finish(())?;
    let (places, lists, point) = ctx
        .db(|conn, actor, now| {
            let region_id = actor.region_id().ok_or(Error::Forbidden)?;
            let lists = find_lists(conn, region_id)?;
            Ok((actions::list_places(conn, actor, now)?, lists, find_point(conn, region_id)?))
        })
        .await?;
    let hours = point.hours()?;
    let last = places.iter().map(|place| place.confirmed_at).max();
    let fresh = |place: &Place| is_confirmed(dutch_day(place.confirmed_at), ctx.today(), &hours);
    html(&OwnPlacesPage {
        page: Page::new(&ctx, PATH),
        saved,
        confirmed: last.filter(|_| just).map(format::date_time).unwrap_or_default(),
        all_fresh: places.iter().all(fresh),
        rows: places
            .iter()
            .map(|place| Row {
                id: place.id,
                name: place.name.clone(),
                sort: place.sort(),
                mark: mark(place.at(ctx.now).state()),
                remark: remark(place, &lists, ctx.now),
                confirmed: confirmed(place, ctx.now),
            })
            .collect(),
    })
}

pub async fn confirm(ctx: Context, FormInput(fields): FormInput) -> Result<HttpResponse> {
    fields.finish(())?;
    ctx.db(actions::confirm_places).await?;
    Ok(see_other("/crisis/mijn-plaatsen?bevestigd=ja"))
}

fn parse(id: &str) -> Result<i64> {
    parse_id(id).map_err(|_| Error::NotFound("crisisplaats"))
}

pub async fn place(ctx: Context, path: Path<String>, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    show(&ctx, parse(&path)?, None).await
}

async fn show(ctx: &Context, id: i64, typed: Option<Form>) -> Result<HttpResponse> {
    let (place, lists) = ctx
        .db(move |conn, actor, _| {
            let lists = find_lists(conn, actor.region_id().ok_or(Error::Forbidden)?)?;
            Ok((actions::find_own(conn, actor, id)?, lists))
        })
        .await?;
    let form = typed.unwrap_or_else(|| {
        let values = vec![("verwachtVrijOp", shown_day(place.expected_free_on))];
        Form::of_stored(LABELS, place.version, values)
    });
    let form = form.with_choices("reden", of_list(&lists, CategoryList::OutOfService, ctx.now));
    let state = place.at(ctx.now).state();
    let page = OwnPlacePage {
        page: form.page(ctx, PATH),
        state,
        mark: mark(state),
        remark: remark(&place, &lists, ctx.now),
        form,
        place,
    };
    form_page(page.form.status(), &page)
}

/// What the provider says: `wat` chooses which of the forms it is.
fn read_word(fields: &mut Fields) -> Option<Word> {
    let what = fields.choice("wat", &[("sluiten", 0_u8), ("openen", 1), ("verwachting", 2)]);
    match what? {
        0 => {
            let reason = fields.text("reden", Length(1, 60));
            Some(Word::Close(reason, fields.optional_date("tot")))
        }
        1 => Some(Word::Reopen),
        _ => Some(Word::ExpectedFree(fields.optional_date("verwachtVrijOp"))),
    }
}

pub async fn save(
    ctx: Context,
    path: Path<String>,
    FormInput(mut fields): FormInput,
) -> Result<HttpResponse> {
    let id = parse(&path)?;
    let mut form = Form::of_typed(LABELS, &fields);
    let version = read_version(&mut fields);
    let word = read_word(&mut fields);
    let done = match fields.finish(version.zip(word)) {
        Ok(Some((version, word))) => {
            ctx.db(move |conn, actor, now| {
                actions::update_place(conn, actor, now, (id, version), &word).map(drop)
            })
            .await
        }
        Ok(None) => Err(Error::Outdated { current: None }),
        Err(violations) => Err(violations.into()),
    };
    match done {
        Ok(()) => Ok(saved_in(PATH, "De plaats")),
        Err(Error::Outdated { .. }) => {
            let words = "Het crisispunt veranderde deze plaats net. Kijk hoe hij nu staat.";
            form.refuse(Error::Conflict(words.into()), "reden")?;
            let current = ctx.db(move |conn, actor, _| actions::find_own(conn, actor, id)).await?;
            form.version = current.version.to_string();
            show(&ctx, id, Some(form)).await
        }
        Err(error) => {
            form.refuse(error, "reden")?;
            show(&ctx, id, Some(form.with_days(&["tot", "verwachtVrijOp"]))).await
        }
    }
}
