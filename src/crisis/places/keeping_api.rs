//! Correcting and giving up crisis places by API.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use rules::crisis::codes::AgeGroup;
use utoipa::ToSchema;

use super::api::{PlaceBody, PlacePath, answer_with};
use super::model::PlaceFacts;
use super::{actions, keeping};
use crate::api_document::parse_path;
use crate::error::Result;
use crate::web::context::Context;
use crate::web::described::{ChangedVersion, ConfirmationInput, IfMatch, OnceKey, WriteProblems};
use crate::web::fields::{Fields, Length, parse_id};
use crate::web::input::{JsonInput, QueryInput};
use crate::web::reply;

/// De gegevens van een plaats, alle tegelijk. Aanbieder en soort veranderen niet.
#[derive(Debug, ToSchema)]
#[schema(as = CrisisplaatsgegevensInvoer)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that read_facts reads")]
pub struct PlaceFactsInput {
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

/// Reads what can be corrected, from JSON or a form.
pub(super) fn read_facts(fields: &mut Fields) -> PlaceFacts {
    let groups: Vec<_> = AgeGroup::ALL.iter().map(|group| (group.code(), *group)).collect();
    PlaceFacts {
        age_group: fields.optional_choice("leeftijdsgroep", &groups),
        name: fields.text("naam", Length(1, 80)),
        living_group: fields.text("groep", Length(1, 80)),
        phone: fields.text("telefoon", Length(1, 30)),
    }
}

#[utoipa::path(
    put, path = "/crisisplaatsen/{id}", operation_id = "wijzigCrisisplaats", tag = "Crisis",
    summary = "De gegevens van een plaats vervangen: hoe zij heet, voor wie zij er is en wie u belt",
    description = "Stuur in If-Match de ETag mee van de versie die u las; is de plaats intussen veranderd, dan volgt 409.",
    params(PlacePath, ChangedVersion),
    request_body(content = PlaceFactsInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Gewijzigd", body = PlaceBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn put_place(
    ctx: Context,
    req: HttpRequest,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_path("id", &path, parse_id)?;
    let version = reply::changed_version(&req, &mut input);
    let facts = read_facts(&mut input);
    let facts = input.finish(facts)?;
    let changed =
        ctx.db(move |conn, actor, now| keeping::edit_place(conn, actor, now, (id, version), &facts)).await?;
    answer_with(&ctx, changed)
}

#[utoipa::path(
    post, path = "/crisisplaatsen/{id}/opheffing", operation_id = "hefCrisisplaatsOp", tag = "Crisis",
    summary = "Een plaats opheffen die er niet meer is",
    description = "Verblijft er een kind, of wordt de plaats vastgehouden, dan volgt 409. Wat over de plaats is vastgelegd blijft bewaard.",
    params(PlacePath, IfMatch, OnceKey),
    request_body(content = ConfirmationInput, content_type = "application/json"),
    responses(
        (status = 200, description = "De plaats zoals zij was", body = PlaceBody, headers(("API-Version" = String))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_retirement(
    ctx: Context,
    req: HttpRequest,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_path("id", &path, parse_id)?;
    input.finish(())?;
    let version = reply::if_match(&req);
    let retired = ctx
        .db(move |conn, actor, now| {
            let version = match version {
                Some(version) => version,
                None => actions::find_own(conn, actor, id)?.version,
            };
            keeping::retire_place(conn, actor, now, (id, version))
        })
        .await?;
    reply::json_with_status(StatusCode::OK, &PlaceBody::new(retired, ctx.now))
}
