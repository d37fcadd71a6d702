//! What offers are suited for, by API.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use rules::violations::Violations;
use rules::waiting::needs::{Need, NeedSet, Suitability};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use super::actions::{self, Kept};
use crate::api_document::parse_path;
use crate::error::{Error, Result};
use crate::web::context::Context;
use crate::web::described::{ReadProblems, WriteProblems};
use crate::web::fields::parse_id;
use crate::web::input::{JsonInput, QueryInput};
use crate::web::needs::{needs_schema, read_needs};
use crate::web::reply;

const FITTED: &str = "pastBij";
const EXCLUDED: &str = "neemtNietAan";

fn fitted_schema() -> RefOr<Schema> {
    needs_schema("Behoeften die hier goed passen.")
}

fn excluded_schema() -> RefOr<Schema> {
    needs_schema("Behoeften die hier niet kunnen.")
}

/// Geschiktheid van een aanbod.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Geschiktheid)]
#[serde(rename_all = "camelCase")]
pub struct SuitabilityBody {
    #[schema(schema_with = fitted_schema)]
    past_bij: Vec<&'static str>,
    #[schema(schema_with = excluded_schema)]
    neemt_niet_aan: Vec<&'static str>,
    /// Of deze hulp ook op afstand (online) kan
    online: bool,
}

/// Geschiktheid om op te slaan. Een behoefte staat in hooguit één van beide lijsten; een lijst die ontbreekt is leeg. Ontbreekt
/// `online`, dan blijft dat zoals het is.
#[derive(Debug, ToSchema)]
#[schema(as = GeschiktheidInvoer)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that put_suitability reads")]
pub struct SuitabilityInput {
    #[schema(schema_with = fitted_schema, required = false)]
    past_bij: Option<Vec<String>>,
    #[schema(schema_with = excluded_schema, required = false)]
    neemt_niet_aan: Option<Vec<String>>,
    /// Of deze hulp ook op afstand (online) kan
    #[schema(example = true)]
    online: Option<bool>,
}

fn body(kept: Kept) -> SuitabilityBody {
    let codes = |needs: NeedSet| needs.iter().map(Need::code).collect();
    SuitabilityBody {
        past_bij: codes(kept.suitability.fitted()),
        neemt_niet_aan: codes(kept.suitability.excluded()),
        online: kept.online,
    }
}

fn answer(kept: Kept) -> Result<HttpResponse> {
    reply::json_with_version(StatusCode::OK, kept.version, &body(kept))
}

#[utoipa::path(
    get, path = "/aanbod/{id}/geschiktheid", operation_id = "haalGeschiktheid", tag = "Aanbod",
    summary = "Waar een aanbod geschikt voor is",
    description = "Wat in geen van beide lijsten staat, is niet bekend.",
    params(("id" = i64, Path, description = "Nummer van het aanbod", minimum = 1, maximum = 9_007_199_254_740_991.0, example = 17)),
    responses(
        (status = 200, description = "De geschiktheid", body = SuitabilityBody, headers(("API-Version" = String), ("ETag" = String, description = "Versie, voor If-Match"))),
        ReadProblems,
    )
)]
pub async fn get_suitability(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_path("id", &path, parse_id)?;
    answer(ctx.db(move |conn, _, _| actions::find_suitability(conn, id)).await?)
}

#[utoipa::path(
    put, path = "/aanbod/{id}/geschiktheid", operation_id = "bewaarGeschiktheid", tag = "Aanbod",
    summary = "Zeggen waar het eigen aanbod geschikt voor is",
    description = "U vervangt beide lijsten. De cijfers worden er niet mee bevestigd. Is de geschiktheid gewijzigd sinds de versie in If-Match, dan volgt \
        409 met die van nu in `huidig`; staat een behoefte in beide lijsten, dan ook.",
    params(
        ("id" = i64, Path, description = "Nummer van het aanbod", minimum = 1, maximum = 9_007_199_254_740_991.0),
        ("If-Match" = String, Header, description = "ETag van de versie die u wijzigt", example = "\"3\""),
    ),
    request_body(content = SuitabilityInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Opgeslagen", body = SuitabilityBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn put_suitability(
    ctx: Context,
    req: HttpRequest,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_path("id", &path, parse_id)?;
    let version = reply::changed_version(&req, &mut input);
    let (fitted, excluded): (NeedSet, NeedSet) =
        (read_needs(&mut input, FITTED), read_needs(&mut input, EXCLUDED));
    let online = input.optional_flag("online");
    let kept = ctx
        .db_supply(move |conn, actor, now| {
            let (_, current) = actions::find_own(conn, actor, id)?;
            input.finish(())?;
            let mut contradictions = Violations::new();
            let suitability = Suitability::check(fitted, excluded, EXCLUDED, &mut contradictions);
            let suitability = Error::refuse_collisions(contradictions, suitability)?
                .ok_or_else(|| Error::internal("a contradiction is missing"))?;
            let outdated = |now_stored: Kept| -> Result<Error> {
                let current = serde_json::to_value(body(now_stored)).map_err(Error::internal)?;
                Ok(Error::Outdated { current: Some(current) })
            };
            if current.version != version {
                return Err(outdated(current)?);
            }
            let online = online.unwrap_or(current.online);
            match actions::change_suitability(conn, actor, now, (id, version), (suitability, online)) {
                Err(Error::Outdated { .. }) => Err(outdated(actions::find_suitability(conn, id)?)?),
                other => other,
            }
        })
        .await?;
    answer(kept)
}
