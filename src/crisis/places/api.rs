//! Crisis places by API: all of them for the desk, and those of a provider.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, NaiveDate, Utc};
use rules::codes::AgbCode;
use rules::crisis::codes::{AgeGroup, ProvisionKind};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use super::model::{NewPlace, NewStay, Place, Word};
use super::{actions, placing};
use crate::api_document::parse_path;
use crate::crisis::reading::{
    Aanvraagcode, Agbcode, Lijstcode, MOST_NOTES, list_code, notes_schema, request_code,
};
use crate::error::{Error, Result};
use crate::product_book::described::Datum;
use crate::web::context::Context;
use crate::web::described::{ConfirmationInput, IfMatch, OnceKey, ReadProblems, WriteProblems};
use crate::web::fields::{Fields, Length, parse_id};
use crate::web::input::{JsonInput, QueryInput};
use crate::web::reply;

/// The place in a path.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes a part of the path")]
pub struct PlacePath {
    /// Nummer van de plaats.
    #[param(minimum = 1, maximum = 9_007_199_254_740_991.0, example = 17)]
    id: i64,
}

/// Crisisplaats.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crisisplaats)]
#[serde(rename_all = "camelCase")]
pub struct PlaceBody {
    /// Nummer van de plaats.
    #[schema(minimum = 1, example = 17)]
    id: i64,
    /// Naam van de plaats, zoals op de locatie gebruikt.
    #[schema(example = "Kamer 3")]
    naam: String,
    /// Naam van de aanbieder.
    #[schema(example = "De Haven Jeugdhulp")]
    aanbieder: String,
    /// Crisisbed of plek in een pleeggezin.
    #[schema(pattern = "^(crisisbed|pleegzorg)$", example = "crisisbed")]
    soort: &'static str,
    /// Ontbreekt als de plaats er voor alle leeftijden is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^(under12|from12)$", example = "from12")]
    leeftijdsgroep: Option<&'static str>,
    /// Wie er samenwonen.
    #[schema(example = "Groep Noord")]
    groep: String,
    /// Wie het crisispunt belt voor deze plaats.
    #[schema(example = "0320 00 00 00")]
    telefoon: String,
    /// Of er nu een kind kan komen.
    #[schema(pattern = "^(vrij|vastgehouden|bezet|buiten-gebruik)$", example = "vrij")]
    stand: &'static str,
    /// Code van de aanvraag waarvoor de plaats wordt vastgehouden.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "C4K-7XW-2R9")]
    vastgehouden_voor: Option<String>,
    /// Tot wanneer de plaats wordt vastgehouden (UTC); alleen als dat zo is.
    #[serde(skip_serializing_if = "Option::is_none")]
    vastgehouden_tot: Option<DateTime<Utc>>,
    /// Code uit de lijst `buiten-gebruik` van de regio.
    #[serde(skip_serializing_if = "Option::is_none")]
    reden: Option<String>,
    /// Laatste dag buiten gebruik; ontbreekt als dat niet bekend is.
    #[serde(skip_serializing_if = "Option::is_none")]
    buiten_gebruik_tot: Option<NaiveDate>,
    /// Ontbreekt als niet bekend is wanneer de plaats vrijkomt.
    #[serde(skip_serializing_if = "Option::is_none")]
    verwacht_vrij_op: Option<NaiveDate>,
    /// Wanneer de aanbieder het laatst zei dat het klopt (UTC).
    bevestigd_op: DateTime<Utc>,
}

impl PlaceBody {
    pub(super) fn new(place: Place, now: DateTime<Utc>) -> Self {
        let state = place.at(now).state();
        let hold = place.hold.filter(|_| state == rules::crisis::places::PlaceState::Held);
        let (code, until) = hold.map_or((None, None), |hold| (Some(hold.code), Some(hold.until)));
        Self {
            id: place.id,
            naam: place.name,
            aanbieder: place.provider,
            soort: place.kind.code(),
            leeftijdsgroep: place.age_group.map(rules::crisis::codes::AgeGroup::code),
            groep: place.living_group,
            telefoon: place.phone,
            stand: state.code(),
            vastgehouden_voor: code,
            vastgehouden_tot: until,
            reden: place.reason,
            buiten_gebruik_tot: place.out_until,
            verwacht_vrij_op: place.expected_free_on,
            bevestigd_op: place.confirmed_at,
        }
    }
}

/// De crisisplaatsen.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crisisplaatsen)]
pub struct Places {
    /// Alle plaatsen die u mag zien.
    plaatsen: Vec<PlaceBody>,
}

/// Voor welke aanvraag de plaats wordt vastgehouden.
#[derive(Debug, ToSchema)]
#[schema(as = CrisisvasthoudingInvoer)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the field that post_hold and post_release read")]
pub struct HoldInput {
    aanvraag: Aanvraagcode,
}

fn group_notes_schema() -> RefOr<Schema> {
    notes_schema(
        "Codes uit de lijst `groepsnotitie` van de regio. Zonder dit veld: niets bijzonders voor de groep.",
    )
}

/// Een kind plaatsen. Verblijf gaat altijd samen met ambulante hulp.
#[derive(Debug, ToSchema)]
#[schema(as = CrisisplaatsingInvoer)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that read_stay reads")]
pub struct StayInput {
    aanvraag: Aanvraagcode,
    /// Vandaag, of een dag van de afgelopen week.
    start_op: Datum,
    /// Zonder maatregel van de rechter; dan is een perspectiefteam verplicht.
    vrijwillig: bool,
    /// Het team van de perspectiefregisseur, geen persoon.
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\x00-\x20\x7f-\x9f\s]([^\x00-\x1f\x7f-\x9f]*[^\x00-\x20\x7f-\x9f\s])?$",
        example = "Jeugdteam Zuid"
    )]
    perspectiefteam: Option<String>,
    /// Wie de ambulante hulp geeft.
    begeleider: Agbcode,
    #[schema(max_items = 10, schema_with = group_notes_schema, required = false)]
    groepsnotities: Option<Vec<String>>,
    /// Dat de waarschuwing over de groep is afgewogen.
    waarschuwing_gezien: Option<bool>,
}

#[utoipa::path(
    get, path = "/crisisplaatsen", operation_id = "lijstCrisisplaatsen", tag = "Crisis",
    summary = "Crisisplaatsen van het crisispunt, of van uw organisatie",
    responses(
        (status = 200, description = "De plaatsen, per soort en leeftijdsgroep", body = Places, headers(("API-Version" = String))),
        ReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn list_places(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    let found = ctx.db(actions::list_places).await?;
    reply::json(&Places { plaatsen: found.into_iter().map(|place| PlaceBody::new(place, ctx.now)).collect() })
}

pub(super) fn answer_with(ctx: &Context, place: Place) -> Result<HttpResponse> {
    reply::json_with_version(StatusCode::OK, place.version, &PlaceBody::new(place, ctx.now))
}

#[utoipa::path(
    post, path = "/crisisplaatsen/{id}/vasthouding", operation_id = "houdCrisisplaatsVast", tag = "Crisis",
    summary = "Een vrije plaats vasthouden voor een kind",
    description = "De plaats komt na een afgesproken tijd vanzelf vrij. Was een ander u voor, dan volgt 409.",
    params(PlacePath, OnceKey),
    request_body(content = HoldInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Vastgehouden", body = PlaceBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_hold(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_path("id", &path, parse_id)?;
    let code = request_code(&mut input);
    let code = input.finish(code)?;
    let held = ctx.db(move |conn, actor, now| actions::hold_place(conn, actor, now, id, &code)).await?;
    answer_with(&ctx, held)
}

#[utoipa::path(
    post, path = "/crisisplaatsen/{id}/vrijgave", operation_id = "laatCrisisplaatsLos", tag = "Crisis",
    summary = "Een plaats niet langer vasthouden",
    description = "Alleen als de plaats voor deze aanvraag wordt vastgehouden; voor een ander kind volgt 409.",
    params(PlacePath, OnceKey),
    request_body(content = HoldInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Vrij", body = PlaceBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_release(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_path("id", &path, parse_id)?;
    let code = request_code(&mut input);
    let code = input.finish(code)?;
    let released =
        ctx.db(move |conn, actor, now| actions::release_place(conn, actor, now, id, &code)).await?;
    answer_with(&ctx, released)
}

#[utoipa::path(
    post, path = "/crisisplaatsen/{id}/plaatsing", operation_id = "plaatsKind", tag = "Crisis",
    summary = "Een kind plaatsen, met de ambulante hulp die erbij hoort",
    description = "Is de plaats intussen vergeven, dan volgt 409 en is er niets gebeurd.",
    params(PlacePath, OnceKey),
    request_body(content = StayInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Geplaatst", body = PlaceBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_stay(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_path("id", &path, parse_id)?;
    let stay = read_stay(&mut input);
    let stay = input.finish(stay)?.ok_or_else(|| Error::internal("a required field is missing"))?;
    let state = ctx.state.clone();
    let taken = ctx
        .db(move |conn, actor, now| placing::place(conn, actor, now, &state.config.public_url, (id, &stay)))
        .await?;
    answer_with(&ctx, taken)
}

fn read_stay(input: &mut Fields) -> Option<NewStay> {
    let code = request_code(input);
    let starts_on = input.optional_date("startOp");
    for name in ["startOp", "vrijwillig", "begeleider"] {
        if input.raw(name).trim().is_empty() {
            input.error(name, "verplicht", "vul dit in");
        }
    }
    let voluntary = input.flag("vrijwillig");
    let companion = input.optional_parsed("begeleider", "ongeldige-code", AgbCode::parse);
    Some(NewStay {
        code,
        starts_on: starts_on?,
        voluntary,
        perspective_team: input.optional_text("perspectiefteam", Length(1, 100)),
        companion: companion.map(|agb| agb.to_string()),
        group_notes: input.texts("groepsnotities", MOST_NOTES, Length(1, 40)),
        warning_seen: input.flag("waarschuwingGezien"),
    })
}

/// Een plaats om toe te voegen.
#[derive(Debug, ToSchema)]
#[schema(as = CrisisplaatsInvoer)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that post_place reads")]
pub struct PlaceInput {
    aanbieder: Agbcode,
    /// Crisisbed of plek in een pleeggezin.
    #[schema(pattern = "^(crisisbed|pleegzorg)$", example = "crisisbed")]
    soort: String,
    /// Laat weg voor alle leeftijden.
    #[schema(pattern = "^(under12|from12)$", example = "from12")]
    leeftijdsgroep: Option<String>,
    /// Naam van de plaats, zoals op de locatie gebruikt.
    #[schema(
        min_length = 1,
        max_length = 80,
        pattern = r"^[^\x00-\x20\x7f-\x9f\s]([^\x00-\x1f\x7f-\x9f]*[^\x00-\x20\x7f-\x9f\s])?$",
        example = "Kamer 3"
    )]
    naam: String,
    /// Wie er samenwonen.
    #[schema(
        min_length = 1,
        max_length = 80,
        pattern = r"^[^\x00-\x20\x7f-\x9f\s]([^\x00-\x1f\x7f-\x9f]*[^\x00-\x20\x7f-\x9f\s])?$",
        example = "Groep Noord"
    )]
    groep: String,
    /// Wie het crisispunt belt voor deze plaats.
    #[schema(
        min_length = 1,
        max_length = 30,
        pattern = r"^[^\x00-\x20\x7f-\x9f\s]([^\x00-\x1f\x7f-\x9f]*[^\x00-\x20\x7f-\x9f\s])?$",
        example = "0320 00 00 00"
    )]
    telefoon: String,
}

#[utoipa::path(
    post, path = "/crisisplaatsen", operation_id = "voegCrisisplaatsToe", tag = "Crisis",
    summary = "Een plaats toevoegen",
    params(OnceKey),
    request_body(content = PlaceInput, content_type = "application/json"),
    responses(
        (status = 201, description = "Toegevoegd", body = PlaceBody, headers(("API-Version" = String), ("ETag" = String, description = "Eerste versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_place(
    ctx: Context,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let kinds: Vec<_> =
        ProvisionKind::ALL.iter().filter(|kind| kind.is_stay()).map(|kind| (kind.code(), *kind)).collect();
    let groups: Vec<_> = AgeGroup::ALL.iter().map(|group| (group.code(), *group)).collect();
    let agb = input.parsed("aanbieder", "ongeldige-code", AgbCode::parse);
    let kind = input.choice("soort", &kinds);
    let age_group = input.optional_choice("leeftijdsgroep", &groups);
    let name = input.text("naam", Length(1, 80));
    let living_group = input.text("groep", Length(1, 80));
    let phone = input.text("telefoon", Length(1, 30));
    let (Some(agb), Some(kind)) = input.finish((agb, kind))? else {
        return Err(Error::internal("a required field is missing"));
    };
    let new = NewPlace { agb: agb.to_string(), kind, age_group, name, living_group, phone };
    let added = ctx.db(move |conn, actor, now| actions::add_place(conn, actor, now, &new)).await?;
    reply::json_with_version(StatusCode::CREATED, added.version, &PlaceBody::new(added, ctx.now))
}

/// Wat de aanbieder van een plaats meldt.
#[derive(Debug, ToSchema)]
#[schema(as = CrisisplaatsstandInvoer)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that read_word reads")]
pub struct WordInput {
    /// Buiten gebruik nemen, weer in gebruik nemen, of zeggen wanneer de plaats vrijkomt.
    #[schema(pattern = "^(sluiten|openen|verwachting)$", example = "sluiten")]
    wat: String,
    /// Code uit de lijst `buiten-gebruik`; alleen bij sluiten, en dan verplicht.
    reden: Option<Lijstcode>,
    /// Laatste dag buiten gebruik, als die bekend is; alleen bij sluiten.
    tot: Option<Datum>,
    /// Wanneer de plaats vrijkomt, als dat bekend is; alleen bij verwachting.
    verwacht_vrij_op: Option<Datum>,
}

#[utoipa::path(
    post, path = "/crisisplaatsen/{id}/stand", operation_id = "meldCrisisplaatsstand", tag = "Crisis",
    summary = "Melden dat een eigen plaats buiten gebruik is, weer in gebruik is, of wanneer zij vrijkomt",
    description = "Met If-Match alleen als niemand de plaats intussen veranderde. De melding bevestigt de plaats meteen.",
    params(PlacePath, IfMatch, OnceKey),
    request_body(content = WordInput, content_type = "application/json"),
    responses(
        (status = 200, description = "De plaats zoals zij nu staat", body = PlaceBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_word(
    ctx: Context,
    req: HttpRequest,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_path("id", &path, parse_id)?;
    let what = input.choice("wat", &[("sluiten", 0_u8), ("openen", 1), ("verwachting", 2)]);
    let reason = list_code(&mut input, "reden");
    let (until, expected) = (input.optional_date("tot"), input.optional_date("verwachtVrijOp"));
    let (what, reason) = input.finish((what, reason))?;
    let extra =
        |field: &'static str| Err(Error::collision(field, "overbodig", "hoort niet bij deze melding"));
    let word = match (what, reason, until, expected) {
        (Some(0), Some(reason), until, None) => Word::Close(reason, until),
        (Some(0), None, ..) => return Err(Error::collision("reden", "verplicht", "kies een reden")),
        (Some(1), None, None, None) => Word::Reopen,
        (Some(2), None, None, day) => Word::ExpectedFree(day),
        (_, Some(_), ..) if what != Some(0) => return extra("reden"),
        (_, _, Some(_), _) if what != Some(0) => return extra("tot"),
        _ => return extra("verwachtVrijOp"),
    };
    let version = reply::if_match(&req);
    let changed = ctx
        .db(move |conn, actor, now| {
            let version = match version {
                Some(version) => version,
                None => actions::find_own(conn, actor, id)?.version,
            };
            actions::update_place(conn, actor, now, (id, version), &word)
        })
        .await?;
    answer_with(&ctx, changed)
}

/// Hoeveel plaatsen bevestigd zijn.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crisisbevestiging)]
#[serde(rename_all = "camelCase")]
pub struct ConfirmedBody {
    /// Aantal plaatsen dat bevestigd is.
    #[schema(minimum = 1, example = 4)]
    plaatsen: usize,
    /// Moment van de bevestiging (UTC).
    bevestigd_op: DateTime<Utc>,
}

#[utoipa::path(
    post, path = "/crisisplaatsbevestigingen", operation_id = "bevestigCrisisplaatsen", tag = "Crisis",
    summary = "Alle plaatsen van uw organisatie bevestigen zoals ze staan",
    params(OnceKey),
    request_body(content = ConfirmationInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Bevestigd", body = ConfirmedBody, headers(("API-Version" = String))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_confirmation(
    ctx: Context,
    QueryInput(query): QueryInput,
    JsonInput(input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    input.finish(())?;
    let plaatsen = ctx.db(actions::confirm_places).await?;
    reply::json(&ConfirmedBody { plaatsen, bevestigd_op: ctx.now })
}
