//! One place for the desk: hold it, release it, or place a child; and a new place.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use chrono::{DateTime, Utc};
use rules::crisis::answering::AssignmentStatus;
use rules::crisis::codes::{AgeGroup, CategoryList, ProvisionKind};
use rules::crisis::places::PlaceState;

use super::{Mark, confirmed, mark, remark};
use crate::crisis::distribution::actions::list_of_request;
use crate::crisis::distribution::shares::list_participants;
use crate::crisis::places::model::{NewPlace, NewStay, Place};
use crate::crisis::places::{actions, placing};
use crate::crisis::requests::actions::{list_providers, view_request};
use crate::crisis::requests::pages::request::{FROM_REQUEST, back_to};
use crate::crisis::settings::actions::find_lists;
use crate::crisis::settings::model::Lists;
use crate::error::{Error, Result};
use crate::web::context::Context;
use crate::web::fields::{Fields, Length, parse_id};
use crate::web::form::{Form, Labels, choices, form_page, shown_day};
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{Saved, saved_in, saved_message};
use crate::web::page::Page;

const LABELS: Labels = &[
    ("plaats", "Plaats"),
    ("aanvraag", "Voor welke aanvraag?"),
    ("startOp", "Het kind komt op"),
    ("vrijwillig", "Het verblijf is vrijwillig, zonder maatregel"),
    ("perspectiefteam", "Team van de perspectiefregisseur"),
    ("begeleider", "Wie geeft de ambulante hulp?"),
    ("groepsnotities", "Van belang voor de groep"),
    ("waarschuwingGezien", "Ik heb de groepssamenstelling afgewogen en plaats toch"),
];

const NEW_LABELS: Labels = &[
    ("aanbieder", "Aanbieder"),
    ("soort", "Soort"),
    ("leeftijdsgroep", "Leeftijdsgroep"),
    ("naam", "Naam van de plaats"),
    ("groep", "Groep of gezin"),
    ("telefoon", "Telefoon"),
];

/// What stands before the code in the name of a box.
const NOTE_BOX: &str = "groepsnotitie-";

#[derive(Template)]
#[template(path = "crisis/places/pages/place.html")]
pub struct PlacePage {
    pub page: Page,
    pub saved: Saved,
    pub form: Form,
    pub place: Place,
    pub mark: Mark,
    pub facts: Vec<(&'static str, String)>,
    pub state: PlaceState,
    /// The code of the request it is held for.
    pub held_for: String,
    /// Code, words, and whether the box is ticked.
    pub notes: Vec<(String, String, bool)>,
    pub path: String,
}

#[derive(Template)]
#[template(path = "crisis/places/pages/new.html")]
pub struct NewPlacePage {
    pub page: Page,
    pub form: Form,
}

pub(super) fn parse(id: &str) -> Result<i64> {
    parse_id(id).map_err(|_| Error::NotFound("crisisplaats"))
}

/// One place. A request can be chosen beforehand, by a link from its page.
pub async fn place(
    ctx: Context,
    path: Path<String>,
    QueryInput(mut query): QueryInput,
) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    let code = query.optional_text("aanvraag", Length(1, 20));
    query.finish(())?;
    let id = parse(&path)?;
    let form = match code {
        None => None,
        Some(code) => Some(chosen(&ctx, code).await?),
    };
    show(&ctx, id, form, &[], saved).await
}

/// The form for one request, with the provider that took on its ambulant help.
async fn chosen(ctx: &Context, code: String) -> Result<Form> {
    let (request, helper) = ctx
        .db(move |conn, actor, now| {
            let request = view_request(conn, actor, now, &code)?;
            let accepted = list_of_request(conn, request.id)?
                .into_iter()
                .find(|assignment| assignment.status == AssignmentStatus::Accepted);
            Ok((request, accepted.map(|assignment| assignment.provider.agb)))
        })
        .await?;
    Ok(Form::new(LABELS)
        .with("startOp", shown_day(Some(ctx.today())))
        .with("aanvraag", request.code.to_string())
        .with("begeleider", helper.unwrap_or_default()))
}

async fn show(
    ctx: &Context,
    id: i64,
    typed: Option<Form>,
    ticked: &[String],
    saved: Saved,
) -> Result<HttpResponse> {
    let (place, open, helpers, lists) = ctx
        .db(move |conn, actor, now| {
            let place = actions::find_own(conn, actor, id)?;
            let region_id = actor.region_id().ok_or(Error::Forbidden)?;
            let open = actions::list_candidates(conn, actor, now, &place)?;
            Ok((place, open, list_participants(conn, region_id)?, find_lists(conn, region_id)?))
        })
        .await?;
    let state = place.at(ctx.now).state();
    let held_for = place
        .hold
        .as_ref()
        .filter(|_| state == PlaceState::Held)
        .map(|hold| hold.code.clone())
        .unwrap_or_default();
    let requests = open.iter().map(|request| {
        let words = format!("{}, {}, {}", request.code, request.place(), request.age_group.sign());
        (request.code.to_string(), words)
    });
    let notes: Vec<(String, String, bool)> = lists
        .choices(CategoryList::Group, ctx.today())
        .map(|item| (item.code.clone(), item.name.clone(), ticked.contains(&item.code)))
        .collect();
    let form = typed.unwrap_or_else(|| {
        Form::new(LABELS).with("startOp", shown_day(Some(ctx.today()))).with("aanvraag", held_for.clone())
    });
    let form = form.with_choices("aanvraag", choices("Kies een aanvraag", requests)).with_choices(
        "begeleider",
        choices("Kies een aanbieder", helpers.into_iter().map(|helper| (helper.agb, helper.name))),
    );
    let page = PlacePage {
        page: form.page(ctx, super::overview::PATH),
        saved,
        mark: mark(state),
        facts: facts(&place, &lists, ctx.now),
        state,
        held_for,
        notes,
        path: format!("{}/{id}", super::overview::PATH),
        form,
        place,
    };
    form_page(page.form.status(), &page)
}

fn facts(place: &Place, lists: &Lists, now: DateTime<Utc>) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("Aanbieder", place.provider.clone()),
        ("Soort", place.sort()),
        ("Groep of gezin", place.living_group.clone()),
        ("Bellen", place.phone.clone()),
        ("Bevestigd", format!("{}, {}", confirmed(place, now), place.confirmed_by)),
    ];
    let remark = remark(place, lists, now);
    if !remark.is_empty() {
        facts.push(("Nu", remark));
    }
    facts
}

/// Shows the page again with what is wrong, or goes back to it.
async fn finish(
    ctx: &Context,
    id: i64,
    mut form: Form,
    ticked: &[String],
    done: Result<()>,
    what: &str,
) -> Result<HttpResponse> {
    match done {
        Ok(()) => Ok(saved_in(&format!("{}/{id}", super::overview::PATH), what)),
        Err(Error::Outdated { .. }) => {
            let words = "Iemand anders veranderde deze plaats net. Kijk hoe hij nu staat.";
            form.refuse(Error::Conflict(words.into()), "plaats")?;
            show(ctx, id, Some(form), ticked, None).await
        }
        Err(error) => {
            form.refuse(error, "plaats")?;
            show(ctx, id, Some(form.with_days(&["startOp"])), ticked, None).await
        }
    }
}

pub async fn hold(
    ctx: Context,
    path: Path<String>,
    FormInput(mut fields): FormInput,
) -> Result<HttpResponse> {
    let id = parse(&path)?;
    let form = Form::of_typed(LABELS, &fields);
    let code = fields.text("aanvraag", Length(1, 20));
    let from_request = fields.flag(FROM_REQUEST);
    let done = match fields.finish(code.clone()) {
        Ok(code) => {
            ctx.db(move |conn, actor, now| actions::hold_place(conn, actor, now, id, &code).map(drop)).await
        }
        Err(violations) => Err(violations.into()),
    };
    if from_request && done.is_ok() {
        return Ok(back_to(&code, "vastgehouden"));
    }
    finish(&ctx, id, form, &[], done, "Het vasthouden").await
}

pub async fn release(
    ctx: Context,
    path: Path<String>,
    FormInput(mut fields): FormInput,
) -> Result<HttpResponse> {
    let id = parse(&path)?;
    let form = Form::of_typed(LABELS, &fields);
    let from_request = fields.flag(FROM_REQUEST);
    let code = fields.text("aanvraag", Length(1, 20));
    let code = fields.finish(code)?;
    let expected = code.clone();
    let done = ctx
        .db(move |conn, actor, now| actions::release_place(conn, actor, now, id, &expected).map(drop))
        .await;
    if from_request && done.is_ok() {
        return Ok(back_to(&code, "losgelaten"));
    }
    finish(&ctx, id, form, &[], done, "Het loslaten").await
}

/// The codes of the notes of which the box was ticked.
fn ticked_notes(fields: &mut Fields) -> Vec<String> {
    let names: Vec<String> =
        fields.names().filter(|name| name.starts_with(NOTE_BOX)).map(str::to_owned).collect();
    names.iter().filter(|name| fields.flag(name)).map(|name| name[NOTE_BOX.len()..].to_owned()).collect()
}

/// What is filled in when a child is placed.
fn read_stay(fields: &mut Fields) -> Option<NewStay> {
    let code = fields.text("aanvraag", Length(1, 20));
    let starts_on = fields.optional_date("startOp");
    if starts_on.is_none() && fields.raw("startOp").trim().is_empty() {
        fields.error("startOp", "verplicht", "vul dit in");
    }
    let stay = NewStay {
        code,
        starts_on: starts_on.unwrap_or_default(),
        voluntary: fields.flag("vrijwillig"),
        perspective_team: fields.optional_text("perspectiefteam", Length(1, 100)),
        companion: fields.optional_text("begeleider", Length(8, 8)),
        group_notes: ticked_notes(fields),
        warning_seen: fields.flag("waarschuwingGezien"),
    };
    starts_on.map(|_| stay)
}

pub async fn give(
    ctx: Context,
    path: Path<String>,
    FormInput(mut fields): FormInput,
) -> Result<HttpResponse> {
    let id = parse(&path)?;
    let form = Form::of_typed(LABELS, &fields);
    let stay = read_stay(&mut fields);
    let ticked = stay.as_ref().map(|stay| stay.group_notes.clone()).unwrap_or_default();
    let done = match fields.finish(stay) {
        Ok(Some(stay)) => {
            let state = ctx.state.clone();
            ctx.db(move |conn, actor, now| {
                placing::place(conn, actor, now, &state.config.public_url, (id, &stay)).map(drop)
            })
            .await
        }
        Ok(None) => Err(Error::internal("a required day is missing")),
        Err(violations) => Err(violations.into()),
    };
    finish(&ctx, id, form, &ticked, done, "De plaatsing").await
}

pub async fn new(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    show_new(&ctx, Form::new(NEW_LABELS)).await
}

async fn show_new(ctx: &Context, form: Form) -> Result<HttpResponse> {
    let providers =
        ctx.db(|conn, actor, _| list_providers(conn, actor.region_id().ok_or(Error::Forbidden)?)).await?;
    let coded = |code: &str, name: &str| (code.to_owned(), name.to_owned());
    let kinds = ProvisionKind::ALL.iter().filter(|kind| kind.is_stay());
    let form = form
        .with_choices("aanbieder", choices("Kies een aanbieder", providers))
        .with_choices("soort", choices("Kies een soort", kinds.map(|kind| coded(kind.code(), kind.name()))))
        .with_choices(
            "leeftijdsgroep",
            choices("Alle leeftijden", AgeGroup::ALL.iter().map(|group| coded(group.code(), group.name()))),
        );
    let page = NewPlacePage { page: form.page(ctx, super::overview::PATH), form };
    form_page(page.form.status(), &page)
}

fn read_place(fields: &mut Fields) -> Option<NewPlace> {
    let kinds: Vec<_> = ProvisionKind::ALL.iter().map(|kind| (kind.code(), *kind)).collect();
    let groups: Vec<_> = AgeGroup::ALL.iter().map(|group| (group.code(), *group)).collect();
    let agb = fields.text("aanbieder", Length(8, 8));
    let kind = fields.choice("soort", &kinds);
    let age_group = fields.optional_choice("leeftijdsgroep", &groups);
    let name = fields.text("naam", Length(1, 80));
    let living_group = fields.text("groep", Length(1, 80));
    let phone = fields.text("telefoon", Length(1, 30));
    Some(NewPlace { agb, kind: kind?, age_group, name, living_group, phone })
}

pub async fn add(ctx: Context, FormInput(mut fields): FormInput) -> Result<HttpResponse> {
    let mut form = Form::of_typed(NEW_LABELS, &fields);
    let new = read_place(&mut fields);
    let done = match fields.finish(new) {
        Ok(Some(new)) => {
            ctx.db(move |conn, actor, now| actions::add_place(conn, actor, now, &new).map(drop)).await
        }
        Ok(None) => Err(Error::internal("a required field is missing")),
        Err(violations) => Err(violations.into()),
    };
    match done {
        Ok(()) => Ok(saved_in(super::overview::PATH, "De plaats")),
        Err(error) => {
            form.refuse(error, "naam")?;
            show_new(&ctx, form).await
        }
    }
}
