//! Responses by API: of the provider its own, and of the toegang those to its waiting clients.

pub mod asking;
pub mod body;
pub mod input;

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use actix_web::web::Path;
use rules::waiting::life::{NotStartedReason, WithdrawResponseReason};

use self::body::{OwnResponses, ResponseBody};
use self::input::{
    DeclineInput, NewResponseInput, NotStartedInput, StartInput, WithdrawalInput, read_decline, read_new,
    read_reason, required_day,
};
use super::model::{Response, Standing};
use super::placing::{care_did_not_start, start_care};
use super::{actions, questions, weighing};
use crate::api_document::parse_path;
use crate::error::{Error, Result};
use crate::paging::{Paging, rows_of_page};
use crate::waiting_list::clients::api::ClientPath;
use crate::waiting_list::given_help;
use crate::waiting_list::given_help::api::HelpBody;
use crate::web::context::Context;
use crate::web::described::{OnceKey, ReadProblems, WriteProblems};
use crate::web::fields::parse_id;
use crate::web::input::{JsonInput, QueryInput};
use crate::web::lists::page_number;
use crate::web::reply;

pub const STANDINGS: [(&str, Standing); 2] = [("lopend", Standing::Current), ("afgelopen", Standing::Past)];

/// The response in a path.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes a part of the path")]
pub struct ResponsePath {
    /// Nummer van de reactie.
    #[param(minimum = 1, maximum = 9_007_199_254_740_991.0, example = 17)]
    id: i64,
}

#[utoipa::path(
    get, path = "/reacties", operation_id = "lijstEigenReacties", tag = "Wachtlijst",
    summary = "Reacties van uw organisatie, en aan wie u hulp geeft",
    description = "Op elke bladzijde staat in `hulp` wie u overbruggingszorg geeft, en van wie u de ambulante hulp bij een verblijf elders geeft.",
    params(
        ("toon" = Option<String>, Query, description = "lopend: nog gewogen, of de zorg moet nog starten; afgelopen: de rest", pattern = "^(lopend|afgelopen)$", example = "lopend"),
        ("pagina" = Option<u32>, Query, description = "Bladzijde van twintig", minimum = 1, maximum = 100_000),
    ),
    responses(
        (status = 200, description = "De reacties", body = OwnResponses, headers(("API-Version" = String))),
        ReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn list_own(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let standing = query.optional_choice("toon", &STANDINGS).unwrap_or(Standing::Current);
    let number = page_number(&mut query);
    query.finish(())?;
    let (total, own, asked, help) = ctx
        .db(move |conn, actor, now| {
            let (total, own) = actions::list_own(conn, actor, now, standing, rows_of_page(number))?;
            let asked = questions::list_asked(conn, &own)?;
            Ok((total, own, asked, given_help::actions::list_own(conn, actor, now)?))
        })
        .await?;
    let paging = Paging::new(number, usize::try_from(total).map_err(Error::internal)?);
    let vraag_open = own.iter().map(|response| response.id).filter(|id| asked.contains(id)).collect();
    let reacties = own.into_iter().map(ResponseBody::for_provider).collect();
    let hulp = help.into_iter().map(HelpBody::from).collect();
    reply::json(&OwnResponses { reacties, vraag_open, hulp, paginering: paging.into() })
}

#[utoipa::path(
    get, path = "/reacties/{id}", operation_id = "haalEigenReactie", tag = "Wachtlijst",
    summary = "Eén reactie van uw organisatie",
    params(ResponsePath),
    responses(
        (status = 200, description = "De reactie", body = ResponseBody, headers(("API-Version" = String), ("ETag" = String, description = "Versie"))),
        ReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn get_own(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_path("id", &path, parse_id)?;
    let own = ctx.db(move |conn, actor, now| actions::view_own(conn, actor, now, id)).await?;
    reply_own(StatusCode::OK, own)
}

#[utoipa::path(
    post, path = "/reacties", operation_id = "geefReactie", tag = "Wachtlijst",
    summary = "Op een wachtende reageren",
    description = "Getoetst wordt wat u zelf weet: uw contract, uw aanmeldstop en uw leeftijden, naast wat u van de wachtende ziet. Kan het niet, hebt u al gereageerd of staat de wachtende niet meer op de lijst, dan volgt 409. Of het verder past, weegt de toegang.",
    params(OnceKey),
    request_body(content = NewResponseInput, content_type = "application/json"),
    responses(
        (status = 201, description = "Gegeven", body = ResponseBody, headers(
            ("API-Version" = String), ("ETag" = String, description = "Eerste versie"), ("Location" = String, description = "Adres van de reactie"),
        )),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_response(
    ctx: Context,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let new = read_new(&mut input, None, ctx.today());
    let new = input.finish(new)?.ok_or_else(|| Error::internal("a required field is missing"))?;
    let snapshot = ctx.state.supply.current()?;
    let state = ctx.state.clone();
    let made = ctx
        .db(move |conn, actor, now| {
            actions::respond(conn, &snapshot, actor, now, &state.config.public_url, &new)
        })
        .await?;
    let address = format!("/v1/reacties/{}", made.id);
    let mut response = reply_own(StatusCode::CREATED, made)?;
    let address = header::HeaderValue::from_str(&address).map_err(Error::internal)?;
    response.headers_mut().insert(header::LOCATION, address);
    Ok(response)
}

#[utoipa::path(
    post, path = "/reacties/{id}/intrekking", operation_id = "trekReactieIn", tag = "Wachtlijst",
    summary = "Een eigen reactie intrekken",
    params(ResponsePath, OnceKey),
    request_body(content = WithdrawalInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Ingetrokken", body = ResponseBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_withdrawal(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_path("id", &path, parse_id)?;
    let reason = read_reason::<WithdrawResponseReason>(&mut input, ctx.today()).finish(input)?;
    let state = ctx.state.clone();
    let ended = ctx
        .db(move |conn, actor, now| actions::withdraw(conn, actor, now, &state.config.public_url, id, reason))
        .await?;
    reply_own(StatusCode::OK, ended)
}

#[utoipa::path(
    post, path = "/reacties/{id}/start", operation_id = "bevestigStart", tag = "Wachtlijst",
    summary = "Bevestigen dat de afgesproken zorg is gestart",
    params(ResponsePath, OnceKey),
    request_body(content = StartInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Bevestigd", body = ResponseBody, headers(("API-Version" = String), ("ETag" = String, description = "Versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_start(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_path("id", &path, parse_id)?;
    let day = required_day(&mut input, "gestartOp");
    let day = input.finish(day)?.ok_or_else(|| Error::internal("a required day is missing"))?;
    let state = ctx.state.clone();
    let started = ctx
        .db(move |conn, actor, now| {
            start_care(conn, actor, now, &state.config.public_url, (actions::Party::Provider, id), day)
        })
        .await?;
    reply_own(StatusCode::OK, started)
}

#[utoipa::path(
    post, path = "/reacties/{id}/niet-gestart", operation_id = "meldNietGestart", tag = "Wachtlijst",
    summary = "Melden dat de afgesproken zorg niet start",
    description = "De wachtende staat daarna weer op de lijst met de eigen wachtdatum, en de plek is weer vrij.",
    params(ResponsePath, OnceKey),
    request_body(content = NotStartedInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Gemeld", body = ResponseBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_not_started(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_path("id", &path, parse_id)?;
    let reason = read_reason::<NotStartedReason>(&mut input, ctx.today()).finish(input)?;
    let state = ctx.state.clone();
    let ended = ctx
        .db_supply(move |conn, actor, now| {
            care_did_not_start(
                conn,
                actor,
                now,
                &state.config.public_url,
                (actions::Party::Provider, id),
                reason,
            )
        })
        .await?;
    reply_own(StatusCode::OK, ended)
}

#[utoipa::path(
    post, path = "/wachtenden/{code}/reacties/{id}/start", operation_id = "bevestigStartAlsToegang", tag = "Wachtlijst",
    summary = "Als toegang bevestigen dat de afgesproken zorg is gestart",
    description = "Voor als de aanbieder de start niet bevestigt. De aanbieder krijgt bericht en de tijdlijn vermeldt wie bevestigde.",
    params(ClientPath, ResponsePath, OnceKey),
    request_body(content = StartInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Bevestigd", body = ResponseBody, headers(("API-Version" = String), ("ETag" = String, description = "Versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_start_of_client(
    ctx: Context,
    path: Path<(String, String)>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let (code, id) = parse_key(path)?;
    let day = required_day(&mut input, "gestartOp");
    let day = input.finish(day)?.ok_or_else(|| Error::internal("a required day is missing"))?;
    let state = ctx.state.clone();
    let started = ctx
        .db(move |conn, actor, now| {
            start_care(conn, actor, now, &state.config.public_url, (actions::Party::Toegang(&code), id), day)
        })
        .await?;
    reply_weighed(started)
}

#[utoipa::path(
    post, path = "/wachtenden/{code}/reacties/{id}/afwijzing", operation_id = "wijsReactieAf", tag = "Wachtlijst",
    summary = "Een reactie afwijzen",
    description = "De wachtende staat daarna weer op de lijst, tenzij er nog andere reacties zijn.",
    params(ClientPath, ResponsePath, OnceKey),
    request_body(content = DeclineInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Afgewezen", body = ResponseBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_decline(
    ctx: Context,
    path: Path<(String, String)>,
    QueryInput(query): QueryInput,
    JsonInput(input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let (code, id) = parse_key(path)?;
    let decline = read_decline(input, ctx.today())?;
    let state = ctx.state.clone();
    let declined = ctx
        .db(move |conn, actor, now| {
            weighing::decline(conn, actor, now, &state.config.public_url, (&code, id), decline)
        })
        .await?;
    reply_weighed(declined)
}

/// The client and the response in a path.
pub fn parse_key(path: Path<(String, String)>) -> Result<(String, i64)> {
    let (code, id) = path.into_inner();
    Ok((code, parse_path("id", &id, parse_id)?))
}

fn reply_own(status: StatusCode, response: Response) -> Result<HttpResponse> {
    reply::json_with_version(status, response.version, &ResponseBody::for_provider(response))
}

/// A response as the toegang sees it, with its version.
pub fn reply_weighed(response: Response) -> Result<HttpResponse> {
    reply::json_with_version(StatusCode::OK, response.version, &ResponseBody::for_toegang(response))
}
