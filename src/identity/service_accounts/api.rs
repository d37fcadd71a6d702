//! Service accounts by API, for who manages users. A secret comes out once, when it is made, and no answer with one is kept.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use chrono::{DateTime, Utc};
use rules::violations::Violations;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::{Array, ArrayBuilder, Object};

use super::actions::{self, ClientSecret, NewServiceAccount, ServiceAccount};
use crate::actor::Scope;
use crate::api_document::parse_path;
use crate::error::{Error, Result};
use crate::paging::{Paging, rows_of_page};
use crate::web::context::Context;
use crate::web::described::{
    ConfirmationInput, Naam, NumberPath, OnceKey, OwnReadProblems, PageQuery, Paginering, WriteProblems,
    codes_schema,
};
use crate::web::fields::{Fields, Length, parse_id};
use crate::web::input::{JsonInput, QueryInput};
use crate::web::lists::page_number;
use crate::web::reply;

/// More than there are, so that a list that is too long is told as one.
const MOST_SCOPES: usize = 10;

/// Whether a service account may ask for tokens, by the code of the step.
const STEPS: [(&str, bool); 2] = [("blokkeren", false), ("toelaten", true)];

/// Koppeling: een programma van een aanbieder dat cijfers bijhoudt.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Koppeling)]
#[serde(rename_all = "camelCase")]
pub struct ServiceAccountBody {
    /// Nummer van de koppeling.
    #[schema(minimum = 1, example = 40)]
    id: i64,
    /// Waarmee het programma een token vraagt, samen met zijn geheim.
    #[schema(example = "koppeling-0f1e2d3c4b5a6978")]
    client_id: String,
    /// Hoe de koppeling heet.
    #[schema(example = "Roosterprogramma")]
    naam: String,
    /// Naam van de organisatie.
    #[schema(example = "De Haven Jeugdhulp")]
    organisatie: String,
    #[schema(schema_with = scopes_schema)]
    reikwijdte: Vec<&'static str>,
    /// Of de koppeling tokens kan vragen.
    actief: bool,
    /// Wanneer de koppeling is gemaakt (UTC).
    gemaakt_op: DateTime<Utc>,
}

/// Een bladzijde met koppelingen.
#[derive(Debug, Serialize, ToSchema)]
pub struct Koppelingen {
    /// De koppelingen van deze bladzijde.
    koppelingen: Vec<ServiceAccountBody>,
    #[serde(flatten)]
    paginering: Paginering,
}

/// Een nieuw geheim. Het is hierna niet meer op te vragen.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = KoppelingGeheim)]
#[serde(rename_all = "camelCase")]
pub struct SecretBody {
    /// Waarmee het programma een token vraagt, samen met dit geheim.
    #[schema(example = "koppeling-0f1e2d3c4b5a6978")]
    client_id: String,
    /// Het geheim: bewaar het veilig.
    #[schema(example = "geef-dit-aan-niemand")]
    client_geheim: String,
}

/// Een nieuwe koppeling.
#[derive(Debug, ToSchema)]
#[schema(as = KoppelingInvoer)]
#[expect(dead_code, reason = "describes the fields that are read")]
pub struct ServiceAccountInput {
    naam: Naam,
    /// Nummer van een organisatie van uw regio, van de soort aanbieder.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991.0, example = 9)]
    organisatie: i64,
    #[schema(schema_with = scopes_schema)]
    reikwijdte: Vec<String>,
}

/// Een stap met een koppeling.
#[derive(Debug, ToSchema)]
#[schema(as = KoppelingStapInvoer)]
#[expect(dead_code, reason = "describes the field that is read")]
pub struct StepInput {
    #[schema(schema_with = step_schema)]
    stap: String,
}

fn scopes_schema() -> Array {
    let scope = codes_schema("Iets dat het programma mag.", Scope::ALL.iter().map(|scope| scope.code()));
    ArrayBuilder::new()
        .description(Some("Wat het programma mag."))
        .items(scope)
        .min_items(Some(1))
        .max_items(Some(MOST_SCOPES))
        .build()
}

fn step_schema() -> Object {
    codes_schema("Wat u met de koppeling doet.", STEPS.iter().map(|(code, _)| *code))
}

impl From<ServiceAccount> for ServiceAccountBody {
    fn from(account: ServiceAccount) -> Self {
        Self {
            id: account.user_id,
            client_id: account.client_id,
            naam: account.name,
            organisatie: account.organisation,
            reikwijdte: account.scopes.into_iter().map(Scope::code).collect(),
            actief: account.active,
            gemaakt_op: account.created_at,
        }
    }
}

impl From<ClientSecret> for SecretBody {
    fn from(made: ClientSecret) -> Self {
        Self { client_id: made.client_id, client_geheim: made.secret }
    }
}

fn read_scopes(fields: &mut Fields) -> Vec<Scope> {
    let asked = fields.texts("reikwijdte", MOST_SCOPES, Length(1, 60));
    let mut wrong = Violations::new();
    if asked.is_empty() {
        wrong.add("reikwijdte", "verplicht", "kies minstens één mogelijkheid");
    } else if asked.iter().any(|code| Scope::parse(code).is_none()) {
        let codes = Scope::ALL.map(Scope::code).join(", ");
        wrong.add("reikwijdte", "onbekende-keuze", format!("kies uit: {codes}"));
    }
    fields.add_joint(wrong);
    Scope::ALL.into_iter().filter(|scope| asked.iter().any(|code| code == scope.code())).collect()
}

#[utoipa::path(
    get, path = "/koppelingen", operation_id = "lijstKoppelingen", tag = "Gebruikers",
    summary = "De koppelingen van uw regio",
    params(PageQuery),
    responses(
        (status = 200, description = "De koppelingen, op organisatie en naam", body = Koppelingen, headers(("API-Version" = String))),
        OwnReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn list_accounts(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let number = page_number(&mut query);
    query.finish(())?;
    let part = rows_of_page(number);
    let (found, total) = ctx.db(move |conn, actor, _| actions::list(conn, actor, part)).await?;
    let koppelingen = found.into_iter().map(ServiceAccountBody::from).collect();
    reply::json(&Koppelingen { koppelingen, paginering: Paging::new(number, total).into() })
}

#[utoipa::path(
    get, path = "/koppelingen/{id}", operation_id = "haalKoppeling", tag = "Gebruikers",
    summary = "Eén koppeling",
    params(NumberPath),
    responses(
        (status = 200, description = "De koppeling", body = ServiceAccountBody, headers(("API-Version" = String))),
        OwnReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn get_account(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_path("id", &path, parse_id)?;
    let found = ctx.db(move |conn, actor, _| actions::find(conn, actor, id)).await?;
    reply::json(&ServiceAccountBody::from(found))
}

#[utoipa::path(
    post, path = "/koppelingen", operation_id = "maakKoppeling", tag = "Gebruikers",
    summary = "Een koppeling maken",
    description = "Haal daarna haar geheim met POST /koppelingen/{id}/geheimen. Een organisatie die er niet is of geen aanbieder is geeft 409.",
    params(OnceKey),
    request_body(content = ServiceAccountInput, content_type = "application/json"),
    responses(
        (status = 201, description = "Gemaakt", body = ServiceAccountBody, headers(
            ("API-Version" = String), ("Location" = String, description = "Adres van de koppeling"),
        )),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_account(
    ctx: Context,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let name = input.text("naam", Length(1, 100));
    let organisation_id = input.int("organisatie", 1, i64::MAX);
    let scopes = read_scopes(&mut input);
    let new = input.finish(NewServiceAccount { name, organisation_id, scopes })?;
    let made = ctx
        .db(move |conn, actor, now| {
            // Nobody sees this secret: an answer to a request with a key is kept, and a secret may not be.
            let made = actions::create(conn, actor, now, &new)?;
            actions::find(conn, actor, made.user_id)
        })
        .await?;
    reply::created(&format!("/v1/koppelingen/{}", made.user_id), &ServiceAccountBody::from(made))
}

#[utoipa::path(
    post, path = "/koppelingen/{id}/geheimen", operation_id = "maakKoppelingGeheim", tag = "Gebruikers",
    summary = "Een koppeling een nieuw geheim geven",
    description = "Het vorige geheim en alle tokens van de koppeling eindigen meteen. Het geheim staat alleen in dit antwoord.",
    params(NumberPath),
    request_body(content = ConfirmationInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Het nieuwe geheim", body = SecretBody, headers(("API-Version" = String))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_secret(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_path("id", &path, parse_id)?;
    input.finish(())?;
    let made = ctx.db(move |conn, actor, now| actions::renew_secret(conn, actor, now, id)).await?;
    reply::json(&SecretBody::from(made))
}

#[utoipa::path(
    post, path = "/koppelingen/{id}/stappen", operation_id = "zetKoppelingStap", tag = "Gebruikers",
    summary = "Een koppeling blokkeren of weer toelaten",
    description = "Alle tokens van de koppeling eindigen meteen. Is zij al geblokkeerd of toegelaten, dan volgt 409.",
    params(NumberPath, OnceKey),
    request_body(content = StepInput, content_type = "application/json"),
    responses(
        (status = 200, description = "De koppeling zoals die nu is", body = ServiceAccountBody, headers(("API-Version" = String))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_step(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_path("id", &path, parse_id)?;
    let active = input.choice("stap", &STEPS);
    let active = input.finish(active)?.ok_or_else(|| Error::internal("a required step is missing"))?;
    let account = ctx
        .db(move |conn, actor, now| {
            actions::set_active(conn, actor, now, id, active)?;
            actions::find(conn, actor, id)
        })
        .await?;
    reply::json_with_status(StatusCode::OK, &ServiceAccountBody::from(account))
}
