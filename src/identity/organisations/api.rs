//! Organisations by API, for who manages users.

use actix_web::http::{StatusCode, header};
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use rules::codes::{AgbCode, MunicipalityCode};
use serde::Serialize;
use utoipa::openapi::schema::Object;
use utoipa::{IntoParams, ToSchema};

use super::actions;
use super::model::{Organisation, OrganisationDraft};
use crate::api_document::parse_path;
use crate::db::Connection;
use crate::error::{Error, Result};
use crate::identity::model::OrganisationKind;
use crate::paging::{Paging, rows_of_page};
use crate::web::context::Context;
use crate::web::described::{
    ChangedVersion, Naam, NumberPath, OnceKey, OwnReadProblems, PageQuery, Paginering, WriteProblems,
    codes_schema,
};
use crate::web::fields::{Fields, Length, parse_id};
use crate::web::input::{JsonInput, QueryInput};
use crate::web::lists::page_number;
use crate::web::reply;

/// More than any organisation works for.
const MOST_MUNICIPALITIES: usize = 60;

/// Which organisations to list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what is read")]
struct OrganisationQuery {
    /// Alleen van deze soort.
    #[param(required = false, schema_with = kind_schema)]
    soort: String,
}

/// De organisatie waar iemand bij hoort.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrganisatieNaam)]
pub struct OrganisationName {
    /// Nummer van de organisatie.
    #[schema(minimum = 1, example = 3)]
    id: i64,
    /// Naam van de organisatie.
    #[schema(example = "Gemeente Harderwijk")]
    naam: String,
    #[schema(schema_with = kind_schema)]
    soort: &'static str,
}

impl OrganisationName {
    pub fn new(id: i64, name: String, kind: OrganisationKind) -> Self {
        Self { id, naam: name, soort: kind.code() }
    }
}

/// Organisatie: waar gebruikers bij horen, en daarmee wat zij zien en kunnen.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Organisatie)]
pub struct OrganisationBody {
    /// Nummer van de organisatie.
    #[schema(minimum = 1, example = 3)]
    id: i64,
    /// Naam van de organisatie.
    #[schema(example = "Gemeente Harderwijk")]
    naam: String,
    #[schema(schema_with = kind_schema)]
    soort: &'static str,
    /// AGB-code van de aanbieder waarvan de gebruikers de cijfers bijhouden; alleen bij de soort aanbieder.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^(?!0{8})[0-9]{8}$", example = "98990009")]
    aanbieder: Option<String>,
    /// Codes van de gemeenten waarvoor zij werkt.
    #[schema(example = json!(["GM0243"]))]
    gemeenten: Vec<String>,
    /// Hoeveel gebruikers erbij horen, koppelingen ook.
    #[schema(minimum = 0, example = 4)]
    gebruikers: i64,
    /// Versie: stuur die tussen aanhalingstekens mee in If-Match.
    #[schema(minimum = 1, example = 1)]
    versie: i32,
}

/// Een bladzijde met organisaties.
#[derive(Debug, Serialize, ToSchema)]
pub struct Organisaties {
    /// De organisaties van deze bladzijde.
    organisaties: Vec<OrganisationBody>,
    #[serde(flatten)]
    paginering: Paginering,
}

/// De CBS-code van een gemeente.
#[derive(Debug, ToSchema)]
#[schema(pattern = "^[Gg][Mm][0-9]{4}$", example = "GM0243")]
#[expect(dead_code, reason = "describes a kind of text")]
struct Gemeentecode(String);

/// Een nieuwe organisatie.
#[derive(Debug, ToSchema)]
#[schema(as = OrganisatieInvoer)]
#[expect(dead_code, reason = "describes the fields that are read")]
pub struct OrganisationInput {
    naam: Naam,
    #[schema(schema_with = kind_schema)]
    soort: String,
    /// AGB-code van een aanbieder uit het productenboek: verplicht bij de soort aanbieder, en bij geen andere.
    #[schema(pattern = "^(?!0{8})[0-9]{8}$", example = "98990009")]
    aanbieder: Option<String>,
    /// Codes van de gemeenten waarvoor zij werkt. Zonder dit veld: geen.
    #[schema(max_items = 60)]
    gemeenten: Option<Vec<Gemeentecode>>,
}

/// Wat aan een organisatie te wijzigen is. Soort en aanbieder staan vast: zij bepalen wat de gebruikers zien.
#[derive(Debug, ToSchema)]
#[schema(as = OrganisatieWijzigingInvoer)]
#[expect(dead_code, reason = "describes the fields that are read")]
pub struct OrganisationChange {
    naam: Naam,
    /// Codes van alle gemeenten waarvoor zij werkt. Zonder dit veld: geen.
    #[schema(max_items = 60)]
    gemeenten: Option<Vec<Gemeentecode>>,
}

fn kind_schema() -> Object {
    codes_schema(
        "Soort organisatie; die bepaalt welke rollen haar gebruikers kunnen hebben.",
        OrganisationKind::CODES.iter().map(|(code, _)| *code),
    )
}

impl From<Organisation> for OrganisationBody {
    fn from(organisation: Organisation) -> Self {
        Self {
            id: organisation.id,
            naam: organisation.name,
            soort: organisation.kind.code(),
            aanbieder: organisation.provider_agb,
            gemeenten: organisation.municipality_codes,
            gebruikers: organisation.users,
            versie: organisation.version,
        }
    }
}

fn read_municipalities(fields: &mut Fields) -> Vec<String> {
    let mut codes = Vec::new();
    for text in fields.texts("gemeenten", MOST_MUNICIPALITIES, Length(1, 60)) {
        match MunicipalityCode::parse(&text) {
            Ok(code) => codes.push(code.to_string()),
            Err(error) => {
                fields.error("gemeenten", "geen-code", error.to_string());
                return Vec::new();
            }
        }
    }
    codes.sort();
    codes.dedup();
    codes
}

#[utoipa::path(
    get, path = "/organisaties", operation_id = "lijstOrganisaties", tag = "Gebruikers",
    summary = "De organisaties van uw regio",
    params(OrganisationQuery, PageQuery),
    responses(
        (status = 200, description = "De organisaties, op naam", body = Organisaties, headers(("API-Version" = String))),
        OwnReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn list_organisations(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let kind = query.optional_choice("soort", &OrganisationKind::CODES);
    let number = page_number(&mut query);
    query.finish(())?;
    let part = rows_of_page(number);
    let (found, total) = ctx.db(move |conn, actor, _| actions::list(conn, actor, kind, part)).await?;
    let organisaties = found.into_iter().map(OrganisationBody::from).collect();
    reply::json(&Organisaties { organisaties, paginering: Paging::new(number, total).into() })
}

#[utoipa::path(
    get, path = "/organisaties/{id}", operation_id = "haalOrganisatie", tag = "Gebruikers",
    summary = "Eén organisatie",
    params(NumberPath),
    responses(
        (status = 200, description = "De organisatie", body = OrganisationBody, headers(("API-Version" = String), ("ETag" = String, description = "Versie, voor If-Match"))),
        OwnReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn get_organisation(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_path("id", &path, parse_id)?;
    let found = ctx.db(move |conn, actor, _| actions::find_own(conn, actor, id)).await?;
    reply_organisation(StatusCode::OK, found)
}

#[utoipa::path(
    post, path = "/organisaties", operation_id = "maakOrganisatie", tag = "Gebruikers",
    summary = "Een organisatie maken",
    description = "Een aanbieder of gemeente die er niet is, of een naam die er al is, geeft 409.",
    params(OnceKey),
    request_body(content = OrganisationInput, content_type = "application/json"),
    responses(
        (status = 201, description = "Gemaakt", body = OrganisationBody, headers(
            ("API-Version" = String), ("ETag" = String, description = "Eerste versie"), ("Location" = String, description = "Adres van de organisatie"),
        )),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_organisation(
    ctx: Context,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let kind = input.choice("soort", &OrganisationKind::CODES);
    let draft = OrganisationDraft {
        name: input.text("naam", Length(1, 100)),
        kind: kind.map_or("", OrganisationKind::code).to_owned(),
        agb: input.optional_parsed("aanbieder", "geen-code", AgbCode::parse).map(|agb| agb.to_string()),
        municipalities: read_municipalities(&mut input),
    };
    let draft = input.finish(draft)?;
    let made = ctx
        .db(move |conn, actor, now| {
            let id = actions::save(conn, actor, now, None, &draft)?;
            actions::find_own(conn, actor, id)
        })
        .await?;
    let address = format!("/v1/organisaties/{}", made.id);
    let mut answer = reply_organisation(StatusCode::CREATED, made)?;
    answer.headers_mut().insert(header::LOCATION, address.parse().map_err(Error::internal)?);
    Ok(answer)
}

#[utoipa::path(
    put, path = "/organisaties/{id}", operation_id = "wijzigOrganisatie", tag = "Gebruikers",
    summary = "Naam en gemeenten van een organisatie wijzigen",
    description = "Is de organisatie gewijzigd sinds de versie in If-Match, dan volgt 409 met de stand van nu in `huidig`.",
    params(NumberPath, ChangedVersion),
    request_body(content = OrganisationChange, content_type = "application/json"),
    responses(
        (status = 200, description = "Gewijzigd", body = OrganisationBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn put_organisation(
    ctx: Context,
    req: HttpRequest,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_path("id", &path, parse_id)?;
    let version = reply::changed_version(&req, &mut input);
    let new = (input.text("naam", Length(1, 100)), read_municipalities(&mut input));
    let new = input.finish(new)?;
    let saved = ctx
        .db(move |conn, actor, now| {
            actions::change(conn, actor, now, (id, version), new)?;
            actions::find_own(conn, actor, id)
        })
        .await;
    let who = ctx.actor.clone();
    let current = move |conn: &mut Connection| actions::find_own(conn, &who, id).map(OrganisationBody::from);
    reply_organisation(StatusCode::OK, reply::show_current(&ctx, saved, current).await?)
}

fn reply_organisation(status: StatusCode, found: Organisation) -> Result<HttpResponse> {
    reply::json_with_version(status, found.version, &OrganisationBody::from(found))
}
