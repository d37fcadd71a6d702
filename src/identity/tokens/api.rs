//! Tokens by API.

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::actions::{self, Issued};
use crate::actor::Actor;
use crate::db::Connection;
use crate::error::{Error, Result};
use crate::identity::{opaque, service_accounts};
use crate::web::context::Context;
use crate::web::fields::Fields;
use crate::web::input::{JsonInput, QueryInput};
use crate::web::reply;

/// Een vernieuwingstoken, om een nieuw toegangstoken te krijgen.
#[derive(Debug, ToSchema)]
#[schema(as = TokenVernieuwenInvoer)]
#[expect(dead_code, reason = "describes the fields that read_grant reads")]
pub struct RefreshInput {
    /// Het vernieuwingstoken dat u het laatst kreeg. Het werkt één keer.
    #[schema(pattern = "^[A-Za-z0-9_-]{43}$", example = "J3mS0uYt3kQ9wB6c1Vx8Zr2Lp5Nf7Hd4GaTe0iKoMvU")]
    vernieuwingstoken: String,
}

/// De gegevens van een koppeling.
#[derive(Debug, ToSchema)]
#[schema(as = TokenKoppelingInvoer, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes the fields that read_grant reads")]
pub struct ClientInput {
    /// Het kenmerk van de koppeling.
    #[schema(pattern = "^koppeling-[a-f0-9]{16}$", example = "koppeling-0f1e2d3c4b5a6978")]
    client_id: String,
    /// Het geheim van de koppeling.
    #[schema(pattern = "^[A-Za-z0-9_-]{43}$", example = "J3mS0uYt3kQ9wB6c1Vx8Zr2Lp5Nf7Hd4GaTe0iKoMvU")]
    client_geheim: String,
}

/// Waarmee u een toegangstoken vraagt: een vernieuwingstoken, of de gegevens van een koppeling.
#[derive(Debug, ToSchema)]
#[schema(as = TokenInvoer)]
#[serde(untagged)]
pub enum TokenInput {
    Refresh(RefreshInput),
    Client(ClientInput),
}

/// Een toegangstoken.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Token)]
#[serde(rename_all = "camelCase")]
pub struct TokenBody {
    /// Het token, voor de kop Authorization: Bearer.
    toegangstoken: String,
    /// Hoe lang het geldig is.
    #[schema(minimum = 1, example = 900)]
    geldig_seconden: i64,
    /// Waarmee u het volgende toegangstoken krijgt. Een koppeling gebruikt steeds haar geheim.
    vernieuwingstoken: Option<String>,
}

enum Grant {
    Refresh(String),
    Client { id: String, secret: String },
}

fn read_grant(fields: &mut Fields) -> Option<Grant> {
    let secret = |text: &str| {
        opaque::is_plausible(text).then(|| text.to_owned()).ok_or("moet 43 letters, cijfers, - of _ zijn")
    };
    if fields.has("vernieuwingstoken") {
        return fields.parsed("vernieuwingstoken", "geen-token", secret).map(Grant::Refresh);
    }
    let id = fields.parsed("clientId", "geen-code", |text| {
        service_accounts::is_client_id(text)
            .then(|| text.to_owned())
            .ok_or("moet koppeling- zijn met 16 tekens erachter")
    });
    let secret = fields.parsed("clientGeheim", "geen-token", secret);
    Some(Grant::Client { id: id?, secret: secret? })
}

#[utoipa::path(
    post, path = "/tokens", operation_id = "maakToken", tag = "Toegang",
    summary = "Toegangstoken vragen",
    description = "Geeft een toegangstoken dat een kwartier geldig is, in ruil voor een vernieuwingstoken of voor de gegevens van een koppeling. \
        Een vernieuwingstoken werkt één keer; het antwoord bevat het volgende. Wordt een gebruikt vernieuwingstoken nog eens aangeboden, dan vervalt \
        alles wat ervan is afgeleid.",
    request_body(content = TokenInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Het token", body = TokenBody, headers(("API-Version" = String))),
        (status = 400, response = crate::api_document::Problem), (status = 401, response = crate::api_document::Problem),
        (status = 406, response = crate::api_document::Problem), (status = 408, response = crate::api_document::Problem),
        (status = 413, response = crate::api_document::Problem), (status = 415, response = crate::api_document::Problem),
        (status = 429, response = crate::api_document::Problem), (status = 503, response = crate::api_document::Problem),
    )
)]
pub async fn post_token(
    ctx: Context,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let grant = read_grant(&mut input);
    let grant = input.finish(grant)?.ok_or_else(|| Error::internal("a grant without its fields"))?;
    let state = ctx.state.clone();
    let exchange = move |conn: &mut Connection, actor: &Actor, now: DateTime<Utc>| match &grant {
        Grant::Refresh(token) => actions::refresh(conn, &state.keyring, actor, now, token),
        Grant::Client { id, secret } => {
            service_accounts::actions::exchange_secret(conn, &state.keyring, actor, now, (id, secret))
        }
    };
    let Issued { token, valid_for, refresh_token } = ctx.db(exchange).await?;
    reply::json(&TokenBody {
        toegangstoken: token,
        geldig_seconden: valid_for.num_seconds(),
        vernieuwingstoken: refresh_token,
    })
}
