//! Questions about a response by API: the provider and the toegang ask each other, and answer.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use chrono::{DateTime, Utc};
use rules::waiting::questions::{Answer, Question};
use serde::Serialize;
use utoipa::ToSchema;

use super::input::{KorteTekst, read_coded};
use super::{ResponsePath, parse_key};
use crate::api_document::parse_path;
use crate::error::Result;
use crate::waiting_list::clients::api::ClientPath;
use crate::waiting_list::responses::actions::{Party, view_of_client, view_own};
use crate::waiting_list::responses::model::AskedQuestion;
use crate::waiting_list::responses::questions;
use crate::web::context::Context;
use crate::web::described::{OnceKey, ReadProblems, WriteProblems};
use crate::web::fields::{Fields, parse_id};
use crate::web::input::{JsonInput, QueryInput};
use crate::web::notes::digits_schema;
use crate::web::reply;

/// De vraag in een pad.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes a part of the path")]
pub struct QuestionPath {
    /// Nummer van de vraag.
    #[param(minimum = 1, maximum = 9_007_199_254_740_991.0, example = 3)]
    vraag: i64,
}

/// Een vraag over een reactie.
#[derive(Debug, ToSchema)]
#[schema(as = VraagInvoer)]
#[expect(dead_code, reason = "describes the fields that read_coded reads")]
pub struct QuestionInput {
    /// Wat u wilt weten. Wie wat kan vragen, hangt af van wie u bent: wie het antwoord zelf weet, vraagt het niet. Wat uw regio
    /// gebruikt staat in /v1/redenen.
    #[schema(
        pattern = "^(eerder-starten|later-starten|langer-geldig|past-in-groep|andere-locatie|vervoer|onderwijs|beschikking|analyse|kennismaken|anders)$",
        example = "vervoer"
    )]
    vraag: String,
    /// Verplicht bij anders.
    toelichting: Option<KorteTekst>,
    /// Wat 9 cijfers in de toelichting zijn, als daarnaar gevraagd is.
    #[schema(rename = "cijfersZijn", schema_with = digits_schema, required = false)]
    cijfers_zijn: Option<String>,
}

/// Het antwoord op een vraag.
#[derive(Debug, ToSchema)]
#[schema(as = AntwoordInvoer)]
#[expect(dead_code, reason = "describes the fields that read_coded reads")]
pub struct AnswerInput {
    /// Wat bij de vraag past staat in /v1/redenen.
    #[schema(pattern = "^(ja|nee|nog-niet-bekend|telefonisch|anders)$", example = "ja")]
    antwoord: String,
    /// Verplicht bij anders.
    toelichting: Option<KorteTekst>,
    /// Wat 9 cijfers in de toelichting zijn, als daarnaar gevraagd is.
    #[schema(rename = "cijfersZijn", schema_with = digits_schema, required = false)]
    cijfers_zijn: Option<String>,
}

/// Het antwoord dat werd gegeven.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Antwoord)]
#[serde(rename_all = "camelCase")]
pub struct AnswerBody {
    /// Code van het antwoord, uit de lijst `antwoord` van /v1/redenen.
    #[schema(example = "ja")]
    antwoord: &'static str,
    /// In de woorden die de regio er toen voor had.
    #[schema(example = "Ja")]
    woorden: String,
    /// Korte toelichting bij het antwoord; ontbreekt als er geen is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Met een taxi van de gemeente.")]
    toelichting: Option<String>,
    /// Wanneer het antwoord kwam (UTC).
    gegeven_op: DateTime<Utc>,
}

/// Een vraag over een reactie, met het antwoord als dat er is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Vraag)]
#[serde(rename_all = "camelCase")]
pub struct QuestionBody {
    /// Nummer van de vraag.
    #[schema(minimum = 1, example = 3)]
    id: i64,
    /// Wie het vroeg.
    #[schema(pattern = "^(aanbieder|toegang)$", example = "toegang")]
    van: &'static str,
    /// Code van wat werd gevraagd, uit een lijst van /v1/redenen.
    #[schema(example = "vervoer")]
    vraag: &'static str,
    /// In de woorden die de regio er toen voor had.
    #[schema(example = "Is vervoer geregeld?")]
    woorden: String,
    /// Korte toelichting bij de vraag; ontbreekt als er geen is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Het gaat om de ochtend.")]
    toelichting: Option<String>,
    /// Wanneer de vraag werd gesteld (UTC).
    gesteld_op: DateTime<Utc>,
    /// Ontbreekt zolang er geen antwoord is.
    #[serde(skip_serializing_if = "Option::is_none")]
    antwoord: Option<AnswerBody>,
}

/// Wat over een reactie is gevraagd, de oudste vraag eerst.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Vragen)]
pub struct Questions {
    /// De vragen van toegang en aanbieder.
    vragen: Vec<QuestionBody>,
}

impl std::convert::From<AskedQuestion> for QuestionBody {
    fn from(asked: AskedQuestion) -> Self {
        Self {
            id: asked.id,
            van: asked.asked_by.code(),
            vraag: asked.subject.code(),
            woorden: asked.subject_words().to_owned(),
            toelichting: asked.note,
            gesteld_op: asked.asked_at,
            antwoord: asked.answer.map(|given| AnswerBody {
                antwoord: given.code.code(),
                woorden: given.code_words().to_owned(),
                toelichting: given.note,
                gegeven_op: given.at,
            }),
        }
    }
}

/// Whose side of which response: a path with the code of a client is that of the toegang.
type Whose = (Option<String>, i64);

async fn reply_questions(ctx: &Context, status: StatusCode, (code, id): Whose) -> Result<HttpResponse> {
    let asked = ctx
        .db(move |conn, actor, now| {
            let response = match &code {
                Some(code) => view_of_client(conn, actor, now, code, id)?.1,
                None => view_own(conn, actor, now, id)?,
            };
            questions::list_questions(conn, &response)
        })
        .await?;
    let vragen = asked.into_iter().map(QuestionBody::from).collect();
    reply::json_with_status(status, &Questions { vragen })
}

async fn ask(ctx: &Context, whose: Whose, mut input: Fields) -> Result<HttpResponse> {
    let given = read_coded::<Question>(&mut input, "vraag", "toelichting", ctx.today());
    let question = given.finish(input)?;
    let (state, asker) = (ctx.state.clone(), whose.clone());
    ctx.db(move |conn, actor, now| {
        let from = side(&asker);
        questions::ask(conn, actor, now, &state.config.public_url, (from, asker.1), &question)
    })
    .await?;
    reply_questions(ctx, StatusCode::CREATED, whose).await
}

async fn answer(
    ctx: &Context,
    (whose, question_id): (Whose, i64),
    mut input: Fields,
) -> Result<HttpResponse> {
    let given = read_coded::<Answer>(&mut input, "antwoord", "toelichting", ctx.today());
    let given = given.finish(input)?;
    let (state, answerer) = (ctx.state.clone(), whose.clone());
    ctx.db(move |conn, actor, now| {
        let which = (side(&answerer), answerer.1, question_id);
        questions::answer(conn, actor, now, &state.config.public_url, which, &given)
    })
    .await?;
    reply_questions(ctx, StatusCode::OK, whose).await
}

fn side((code, _): &Whose) -> Party<'_> {
    code.as_deref().map_or(Party::Provider, Party::Toegang)
}

#[utoipa::path(
    get, path = "/reacties/{id}/vragen", operation_id = "lijstEigenVragen", tag = "Wachtlijst",
    summary = "Vragen over een reactie van uw organisatie",
    params(ResponsePath),
    responses(
        (status = 200, description = "De vragen", body = Questions, headers(("API-Version" = String))),
        ReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn list_own(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_path("id", &path, parse_id)?;
    reply_questions(&ctx, StatusCode::OK, (None, id)).await
}

#[utoipa::path(
    post, path = "/reacties/{id}/vragen", operation_id = "vraagAlsAanbieder", tag = "Wachtlijst",
    summary = "De toegang iets vragen over een eigen reactie",
    params(ResponsePath, OnceKey),
    request_body(content = QuestionInput, content_type = "application/json"),
    responses(
        (status = 201, description = "Gesteld", body = Questions, headers(("API-Version" = String))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_own(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_path("id", &path, parse_id)?;
    ask(&ctx, (None, id), input).await
}

#[utoipa::path(
    post, path = "/reacties/{id}/vragen/{vraag}/antwoord", operation_id = "antwoordAlsAanbieder", tag = "Wachtlijst",
    summary = "Een vraag van de toegang beantwoorden",
    params(ResponsePath, QuestionPath, OnceKey),
    request_body(content = AnswerInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Beantwoord", body = Questions, headers(("API-Version" = String))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_own_answer(
    ctx: Context,
    path: Path<(String, String)>,
    QueryInput(query): QueryInput,
    JsonInput(input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let (id, question) = path.into_inner();
    let (id, question) = (parse_path("id", &id, parse_id)?, parse_path("vraag", &question, parse_id)?);
    answer(&ctx, ((None, id), question), input).await
}

#[utoipa::path(
    get, path = "/wachtenden/{code}/reacties/{id}/vragen", operation_id = "lijstVragen", tag = "Wachtlijst",
    summary = "Vragen over een reactie op een wachtende van uw gemeente",
    params(ClientPath, ResponsePath),
    responses(
        (status = 200, description = "De vragen", body = Questions, headers(("API-Version" = String))),
        ReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn list_of_client(
    ctx: Context,
    path: Path<(String, String)>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let (code, id) = parse_key(path)?;
    reply_questions(&ctx, StatusCode::OK, (Some(code), id)).await
}

#[utoipa::path(
    post, path = "/wachtenden/{code}/reacties/{id}/vragen", operation_id = "vraagAlsToegang", tag = "Wachtlijst",
    summary = "De aanbieder iets vragen over een reactie",
    params(ClientPath, ResponsePath, OnceKey),
    request_body(content = QuestionInput, content_type = "application/json"),
    responses(
        (status = 201, description = "Gesteld", body = Questions, headers(("API-Version" = String))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_of_client(
    ctx: Context,
    path: Path<(String, String)>,
    QueryInput(query): QueryInput,
    JsonInput(input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let (code, id) = parse_key(path)?;
    ask(&ctx, (Some(code), id), input).await
}

#[utoipa::path(
    post, path = "/wachtenden/{code}/reacties/{id}/vragen/{vraag}/antwoord", operation_id = "antwoordAlsToegang",
    tag = "Wachtlijst",
    summary = "Een vraag van de aanbieder beantwoorden",
    params(ClientPath, ResponsePath, QuestionPath, OnceKey),
    request_body(content = AnswerInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Beantwoord", body = Questions, headers(("API-Version" = String))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_answer_of_client(
    ctx: Context,
    path: Path<(String, String, String)>,
    QueryInput(query): QueryInput,
    JsonInput(input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let (code, id, question) = path.into_inner();
    let (id, question) = (parse_path("id", &id, parse_id)?, parse_path("vraag", &question, parse_id)?);
    answer(&ctx, ((Some(code), id), question), input).await
}

#[cfg(test)]
mod tests {
    use rules::waiting::reasons::ReasonCode;
    use utoipa::PartialSchema;

    use super::*;

    #[test]
    fn the_document_lists_every_question_and_answer() {
        fn codes<R: ReasonCode>() -> String {
            let codes: Vec<&str> = R::LIST.iter().map(|reason| reason.code()).collect();
            format!("^({})$", codes.join("|"))
        }
        let pattern = |schema: serde_json::Value, field: &str| schema["properties"][field]["pattern"].clone();
        let question = serde_json::to_value(QuestionInput::schema()).expect("a schema");
        let answer = serde_json::to_value(AnswerInput::schema()).expect("a schema");
        assert_eq!(pattern(question, "vraag"), codes::<Question>());
        assert_eq!(pattern(answer, "antwoord"), codes::<Answer>());
    }
}
