//! Reports by API: anybody makes one; provider and account manager read and answer them. Nothing is asked of who reports, so
//! that there is nothing of them to show. The pages read and keep what is sent in the same way.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::openapi::schema::Object;
use utoipa::{IntoParams, ToSchema};

use super::actions;
use super::model::{Answer, Answered, Mistake, NewReport, Report};
use crate::api_document::parse_path;
use crate::error::{Error, Result};
use crate::paging::{Paging, rows_of_page};
use crate::web::context::Context;
use crate::web::described::{
    NumberPath, OnceKey, OpenWriteProblems, OwnReadProblems, PageQuery, Paginering, WriteProblems,
    codes_schema,
};
use crate::web::fields::{Fields, Length, parse_id};
use crate::web::input::{JsonInput, QueryInput};
use crate::web::lists::page_number;
use crate::web::reply;

const LONGEST_TEXT: usize = 200;

/// Which reports to list, by the code of `toon`: those without an answer, or those with one.
const SHOWN: [(&str, bool); 2] = [("open", true), ("beantwoord", false)];

/// Which reports to list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what read_is_open reads")]
struct ReportQuery {
    /// Zonder keuze wat op antwoord wacht.
    #[param(required = false, schema_with = shown_schema)]
    toon: String,
}

/// Wat er aan een cijfer niet klopt. Wie meldt, hoeft niet te zeggen wie het is.
#[derive(Debug, ToSchema)]
#[schema(as = MeldingInvoer)]
#[expect(dead_code, reason = "describes the fields that read_report reads")]
pub struct ReportInput {
    #[schema(schema_with = mistake_schema)]
    wat: String,
    /// Wat u weet, zonder iets over een persoon; nodig bij `anders`. De aanbieder en de regio lezen dit.
    #[schema(
        max_length = 200,
        pattern = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$",
        example = "Aan de telefoon hoorde ik 20 weken"
    )]
    toelichting: Option<String>,
}

/// Een melding die is bewaard.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MeldingOntvangst)]
pub struct ReceivedBody {
    /// Pagina waarop later het antwoord staat. Wie dit adres heeft, leest het; het is niet opnieuw op te vragen.
    #[schema(
        format = "uri",
        example = "https://www.regio.example/meldingen/J3mS0uYt3kQ9wB6c1Vx8Zr2Lp5Nf7Hd4GaTe0iKoMvU"
    )]
    adres: String,
}

/// Wat er met een melding is gedaan.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MeldingAntwoord)]
pub struct AnswerBody {
    #[schema(schema_with = answer_schema)]
    antwoord: &'static str,
    /// Uitleg voor wie meldde; ontbreekt als er geen is gegeven.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Dat gold voor een andere locatie")]
    uitleg: Option<String>,
    /// Wanneer het antwoord is gegeven (UTC).
    op: DateTime<Utc>,
    /// Rol en organisatie, nooit de naam van een persoon.
    #[schema(example = "Capaciteitsbeheer, De Haven Jeugdhulp")]
    door: String,
}

impl From<Answered> for AnswerBody {
    fn from(answered: Answered) -> Self {
        Self { antwoord: answered.answer.code(), uitleg: answered.text, op: answered.at, door: answered.by }
    }
}

/// Melding: iemand zegt dat een cijfer niet klopt.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Melding)]
#[serde(rename_all = "camelCase")]
pub struct ReportBody {
    /// Nummer van de melding.
    #[schema(minimum = 1, example = 41)]
    id: i64,
    /// Nummer van het aanbod waar het om gaat.
    #[schema(minimum = 1, example = 17)]
    aanbod: i64,
    /// Naam van de aanbieder.
    #[schema(example = "De Haven Jeugdhulp")]
    aanbieder: String,
    /// Naam van het product.
    #[schema(example = "EMDR")]
    product: String,
    /// Naam van de locatie.
    #[schema(example = "De Haven Harderwijk")]
    locatie: String,
    #[schema(schema_with = mistake_schema)]
    wat: &'static str,
    /// Wat wie meldde erbij schreef; ontbreekt als dat niets is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Aan de telefoon hoorde ik 20 weken")]
    toelichting: Option<String>,
    /// Wanneer het is gemeld (UTC).
    gemeld_op: DateTime<Utc>,
    /// Ontbreekt zolang er geen antwoord is.
    #[serde(skip_serializing_if = "Option::is_none")]
    antwoord: Option<AnswerBody>,
}

impl From<Report> for ReportBody {
    fn from(report: Report) -> Self {
        Self {
            id: report.id,
            aanbod: report.offer_id,
            aanbieder: report.provider,
            product: report.product,
            locatie: report.place,
            wat: report.what.code(),
            toelichting: report.remark,
            gemeld_op: report.created_at,
            antwoord: report.answered.map(Into::into),
        }
    }
}

/// Een bladzijde met meldingen, de nieuwste eerst.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Meldingen)]
pub struct ReportPage {
    /// De meldingen van deze bladzijde.
    meldingen: Vec<ReportBody>,
    #[serde(flatten)]
    paginering: Paginering,
}

/// Het antwoord op een melding.
#[derive(Debug, ToSchema)]
#[schema(as = MeldingAntwoordInvoer)]
#[expect(dead_code, reason = "describes the fields that read_answer reads")]
pub struct AnswerInput {
    #[schema(schema_with = answer_schema)]
    antwoord: String,
    /// Uitleg, zonder iets over een persoon; nodig bij `klopt`. Wie meldde leest dit.
    #[schema(
        max_length = 200,
        pattern = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$",
        example = "Dat gold voor een andere locatie"
    )]
    uitleg: Option<String>,
}

fn shown_schema() -> Object {
    codes_schema("Welke meldingen.", SHOWN.map(|(code, _)| code))
}

fn mistake_schema() -> Object {
    codes_schema("Wat er niet klopt.", Mistake::ALL.map(Mistake::code))
}

fn answer_schema() -> Object {
    codes_schema(
        "Of het cijfer is aangepast of, om de reden in de uitleg, wel klopt.",
        Answer::ALL.map(Answer::code),
    )
}

/// The code of `toon` for reports without an answer, or with one.
pub(super) fn shown_code(open: bool) -> &'static str {
    SHOWN.iter().find(|(_, known)| *known == open).map_or("", |(code, _)| code)
}

/// Reads whether to list reports that wait for an answer, or those that have one.
pub(super) fn read_is_open(query: &mut Fields) -> bool {
    query.optional_choice("toon", &SHOWN).unwrap_or(true)
}

fn read_text(fields: &mut Fields, name: &str) -> Option<String> {
    fields.optional_text(name, Length(0, LONGEST_TEXT)).filter(|text| !text.is_empty())
}

/// Reads a report of an offer, from JSON or a form, and tells all that is wrong with it.
pub(super) fn read_report(mut fields: Fields, offer_id: i64, today: NaiveDate) -> Result<NewReport> {
    let what = fields.choice("wat", &Mistake::ALL.map(|what| (what.code(), what)));
    let remark = read_text(&mut fields, "toelichting");
    let joint = actions::check_report(what, remark.as_deref(), today);
    let what = fields.finish_with(what, joint)?;
    let what = what.ok_or_else(|| Error::internal("a required choice is missing"))?;
    Ok(NewReport { offer_id, what, remark })
}

/// Keeps a report, as far as its sender may make so many; returns the key of its status.
pub(super) async fn keep_report(ctx: &Context, new: NewReport) -> Result<String> {
    ctx.state.limits.report(&ctx.actor.origin, ctx.now)?;
    let state = ctx.state.clone();
    ctx.db(move |conn, actor, now| {
        let key = actions::report_error(conn, actor, now, &state.config.public_url, &new)?;
        state.reported.look_again(conn, now);
        Ok(key)
    })
    .await
}

/// Reads an answer, from JSON or a form, and tells all that is wrong with it.
pub(super) fn read_answer(mut fields: Fields, today: NaiveDate) -> Result<(Answer, Option<String>)> {
    let answer = fields.choice("antwoord", &Answer::ALL.map(|answer| (answer.code(), answer)));
    let text = read_text(&mut fields, "uitleg");
    let joint = actions::check_answer(answer, text.as_deref(), today);
    let answer = fields.finish_with(answer, joint)?;
    Ok((answer.ok_or_else(|| Error::internal("a required choice is missing"))?, text))
}

/// Answers a report; returns it as it is then.
pub(super) async fn keep_answer(ctx: &Context, id: i64, answer: (Answer, Option<String>)) -> Result<Report> {
    let state = ctx.state.clone();
    ctx.db(move |conn, actor, now| {
        actions::answer_report(conn, actor, now, id, answer)?;
        state.reported.look_again(conn, now);
        actions::find_report(conn, actor, id)
    })
    .await
}

#[utoipa::path(
    post, path = "/aanbod/{id}/meldingen", operation_id = "meldCijfer", tag = "Aanbod",
    summary = "Melden dat een cijfer niet klopt",
    description = "Dat kan iedereen, zonder toegangsbewijs; te vaak achter elkaar geeft 429. De aanbieder en de regio krijgen een mail, en bij het zoeken staat veertien \
        dagen dat het cijfer is gemeld, of tot er een antwoord is. Is hetzelfde al gemeld en nog niet beantwoord, dan volgt 409.",
    params(NumberPath),
    request_body(content = ReportInput, content_type = "application/json"),
    responses(
        (status = 201, description = "Gemeld", body = ReceivedBody, headers(("API-Version" = String))),
        OpenWriteProblems,
    )
)]
pub async fn post_report(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_path("id", &path, parse_id)?;
    let new = read_report(input, id, ctx.today())?;
    let key = keep_report(&ctx, new).await?;
    let adres = format!("{}/meldingen/{key}", ctx.state.config.public_url);
    reply::json_with_status(StatusCode::CREATED, &ReceivedBody { adres })
}

#[utoipa::path(
    get, path = "/meldingen", operation_id = "lijstMeldingen", tag = "Aanbod",
    summary = "Wat over cijfers is gemeld",
    description = "Een aanbieder ziet de meldingen over het eigen aanbod, een accountmanager die van de regio; de nieuwste staat eerst.",
    params(ReportQuery, PageQuery),
    responses(
        (status = 200, description = "Een bladzijde met meldingen", body = ReportPage, headers(("API-Version" = String))),
        OwnReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn list_reports(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let open = read_is_open(&mut query);
    let number = page_number(&mut query);
    query.finish(())?;
    let (total, reports) =
        ctx.db(move |conn, actor, _| actions::list_reports(conn, actor, open, rows_of_page(number))).await?;
    let total = usize::try_from(total).map_err(Error::internal)?;
    reply::json(&ReportPage {
        meldingen: reports.into_iter().map(Into::into).collect(),
        paginering: Paging::new(number, total).into(),
    })
}

#[utoipa::path(
    get, path = "/meldingen/{id}", operation_id = "haalMelding", tag = "Aanbod",
    summary = "Eén melding met haar antwoord",
    params(NumberPath),
    responses(
        (status = 200, description = "De melding", body = ReportBody, headers(("API-Version" = String))),
        OwnReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn get_report(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_path("id", &path, parse_id)?;
    let report = ctx.db(move |conn, actor, _| actions::find_report(conn, actor, id)).await?;
    reply::json(&ReportBody::from(report))
}

#[utoipa::path(
    post, path = "/meldingen/{id}/antwoord", operation_id = "beantwoordMelding", tag = "Aanbod",
    summary = "Een melding beantwoorden",
    description = "Dat kan één keer: is de melding al beantwoord, dan volgt 409. Wie meldde leest het antwoord, en bij het zoeken staat niet meer dat het cijfer \
        is gemeld. De cijfers zelf past u aan met PUT /aanbod/{id}.",
    params(NumberPath, OnceKey),
    request_body(content = AnswerInput, content_type = "application/json"),
    responses(
        (status = 200, description = "De melding met haar antwoord", body = ReportBody, headers(("API-Version" = String))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_answer(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_path("id", &path, parse_id)?;
    let answer = read_answer(input, ctx.today())?;
    reply::json(&ReportBody::from(keep_answer(&ctx, id, answer).await?))
}
