//! The registratiepunt by API: what a quarter lacks, one record with its corrections, and the versions of a quarter.

use actix_web::http::{StatusCode, header};
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, NaiveDate, Utc};
use rules::crisis::completeness::Missing;
use rules::crisis::quarter::Quarter;
use serde::Serialize;
use utoipa::ToSchema;

use super::actions::{self, AsRead, Place};
use super::input::{MOST_LINES, read_facts, read_line};
use super::model::{ClosedQuarter, FrozenDifference, Incomplete, Kept, LineDraft, RecordLine};
use crate::api_document::parse_path;
use crate::crisis::reading::{Agbcode, Lijstcode, readable};
use crate::error::{Error, Result};
use crate::paging::Paging;
use crate::product_book::described::Datum;
use crate::web::context::Context;
use crate::web::described::{ChangedVersion, OnceKey, Paginering, ReadProblems, WriteProblems};
use crate::web::fields::parse_number;
use crate::web::input::{JsonInput, QueryInput};
use crate::web::lists::page_number;
use crate::web::reply;

/// The record in a path.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes a part of the path")]
pub struct RecordPath {
    /// Code van de aanvraag, met of zonder streepjes.
    #[param(min_length = 1, max_length = 20, example = "C4K-7XW-2R9")]
    code: String,
}

/// One line of a record in a path.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes a part of the path")]
pub struct LinePath {
    /// Code van de aanvraag, met of zonder streepjes.
    #[param(min_length = 1, max_length = 20, example = "C4K-7XW-2R9")]
    code: String,
    /// Nummer van de regel, vanaf 1.
    #[param(minimum = 1, maximum = 50, example = 1)]
    regel: i64,
}

/// Wat er aan een registratie ontbreekt.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crisisgebrek)]
pub struct LackBody {
    /// Regel waar het om gaat; ontbreekt als het de aanvraag zelf is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 1)]
    regel: Option<usize>,
    /// Vaste code van wat ontbreekt.
    #[schema(example = "vervolg")]
    code: &'static str,
    /// Wat ontbreekt, in woorden.
    #[schema(example = "Het vervolg ontbreekt")]
    melding: &'static str,
}

impl From<Missing> for LackBody {
    fn from(missing: Missing) -> Self {
        Self { regel: missing.line, code: missing.lack.code(), melding: missing.lack.name() }
    }
}

/// Een registratie die nog niet volledig is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CrisisregistratieOnvolledig)]
#[serde(rename_all = "camelCase")]
pub struct IncompleteBody {
    /// Code van de aanvraag.
    #[schema(example = "C4K-7XW-2R9")]
    code: String,
    /// Dag waarop de aanvraag binnenkwam.
    ontvangen_op: NaiveDate,
    /// Alles wat er nog aan ontbreekt.
    ontbreekt: Vec<LackBody>,
}

impl From<Incomplete> for IncompleteBody {
    fn from(incomplete: Incomplete) -> Self {
        Self {
            code: readable(&incomplete.code),
            ontvangen_op: incomplete.received_on,
            ontbreekt: incomplete.missing.into_iter().map(LackBody::from).collect(),
        }
    }
}

/// Hoe een kwartaal ervoor staat.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crisisregistraties)]
#[serde(rename_all = "camelCase")]
pub struct RecordsBody {
    /// Het kwartaal: jaar, en 1 tot en met 4.
    #[schema(example = "2026-3")]
    kwartaal: String,
    /// Of de laatste dag voorbij is; eerder kan het niet worden afgesloten.
    voorbij: bool,
    /// Zo veel aanvragen tellen mee.
    #[schema(minimum = 0, example = 92)]
    aanvragen: usize,
    /// Zo veel gegevens zijn veranderd sinds de laatste versie.
    #[schema(minimum = 0, example = 0)]
    veranderd: usize,
    /// De registraties van deze bladzijde die nog niet volledig zijn.
    onvolledig: Vec<IncompleteBody>,
    paginering: Paginering,
}

/// Een registratie: de aanvraag en wat erop volgde.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crisisregistratie)]
#[serde(rename_all = "camelCase")]
pub struct RecordBody {
    /// Code van de aanvraag.
    #[schema(example = "C4K-7XW-2R9")]
    code: String,
    /// Status van de aanvraag.
    #[schema(example = "afgesloten")]
    status: &'static str,
    /// Dag waarop de aanvraag binnenkwam.
    ontvangen_op: NaiveDate,
    /// CBS-code; ontbreekt als het kind buiten de regio woont.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "GM0034")]
    gemeente: Option<String>,
    /// `under12` is jonger dan 12 jaar, `from12` is 12 jaar of ouder.
    #[schema(pattern = "^(under12|from12)$", example = "from12")]
    leeftijdsgroep: &'static str,
    /// Code van de soort verwijzer.
    #[schema(example = "huisarts")]
    verwijzer: String,
    /// Wat er aan hulp kwam, in de volgorde waarin het is opgeschreven.
    regels: Vec<LineBody>,
}

impl From<&Kept> for RecordBody {
    fn from(kept: &Kept) -> Self {
        Self {
            code: readable(&kept.record.code),
            status: kept.status.code(),
            ontvangen_op: kept.record.received_on,
            gemeente: kept.record.municipality.clone(),
            leeftijdsgroep: kept.record.age_group.code(),
            verwijzer: kept.record.referrer.clone(),
            regels: (1..=kept.lines.len()).filter_map(|number| LineBody::of(kept, number)).collect(),
        }
    }
}

/// Een regel van een registratie: hulp die is gegeven, of dat er geen kwam.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crisisregistratieregel)]
#[serde(rename_all = "camelCase")]
pub struct LineBody {
    /// Nummer van de regel binnen de registratie.
    #[schema(minimum = 1, maximum = 50, example = 1)]
    regel: usize,
    /// Stuur dit als ETag in If-Match om de regel te wijzigen.
    #[schema(minimum = 1, example = 1)]
    versie: i32,
    /// Soort hulp, of `geen` als er geen kwam.
    #[schema(pattern = "^(ambulant|crisisbed|pleegzorg|geen)$", example = "ambulant")]
    soort: &'static str,
    /// Regel van het verblijf waar deze ambulante hulp bij hoort.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 1)]
    begeleidt: Option<usize>,
    /// AGB-code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "98990201")]
    aanbieder: Option<String>,
    /// Code uit de lijst `reden-geen` van de regio; alleen als er geen hulp kwam.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "geen-plek")]
    reden_geen: Option<String>,
    /// Eerste dag van de hulp; ontbreekt als die niet bekend is, of er geen hulp kwam.
    #[serde(skip_serializing_if = "Option::is_none")]
    begin: Option<NaiveDate>,
    /// Laatste dag van de hulp; ontbreekt zolang zij loopt.
    #[serde(skip_serializing_if = "Option::is_none")]
    einde: Option<NaiveDate>,
    /// Code uit de lijst van vervolg van de regio; ontbreekt zolang de hulp loopt.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "naar-huis-met-hulp")]
    vervolg: Option<String>,
}

impl LineBody {
    fn of(kept: &Kept, number: usize) -> Option<Self> {
        let LineDraft { kind, companion_of, provider, none_reason, started_on, ended_on, follow_up } =
            kept.line(number)?;
        Some(Self {
            regel: number,
            versie: kept.lines.get(number.checked_sub(1)?)?.version,
            soort: kind.code(),
            begeleidt: companion_of,
            aanbieder: provider,
            reden_geen: none_reason,
            begin: started_on,
            einde: ended_on,
            vervolg: follow_up,
        })
    }
}

/// Wat de rapportage van een aanvraag telt, alles tegelijk.
#[derive(Debug, ToSchema)]
#[schema(as = CrisisregistratieInvoer)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that read_facts reads")]
pub struct FactsInput {
    ontvangen_op: Datum,
    /// CBS-code, of `buiten` als het kind buiten de regio woont.
    #[schema(pattern = "^([Gg][Mm][0-9]{4}|buiten)$", example = "GM0034")]
    gemeente: String,
    /// `under12` is jonger dan 12 jaar, `from12` is 12 jaar of ouder.
    #[schema(pattern = "^(under12|from12)$", example = "from12")]
    leeftijdsgroep: String,
    #[schema(schema_with = crate::crisis::requests::api::referrer_schema)]
    verwijzer: String,
}

/// Een regel van een registratie, alles tegelijk.
#[derive(Debug, ToSchema)]
#[schema(as = CrisisregistratieregelInvoer)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that read_line reads")]
pub struct LineInput {
    /// Soort hulp, of `geen` als er geen kwam.
    #[schema(pattern = "^(ambulant|crisisbed|pleegzorg|geen)$", example = "ambulant")]
    soort: String,
    /// Regel van het verblijf waar deze ambulante hulp bij hoort.
    #[schema(minimum = 1, maximum = 50, example = 1)]
    begeleidt: Option<i64>,
    aanbieder: Option<Agbcode>,
    /// Code uit de lijst `reden-geen` van de regio, als er geen hulp kwam.
    reden_geen: Option<Lijstcode>,
    begin: Option<Datum>,
    /// Laat weg zolang de hulp loopt.
    einde: Option<Datum>,
    /// Code uit de lijst van vervolg van de regio, na het einde.
    vervolg: Option<Lijstcode>,
}

/// Wat er in een versie anders is dan in de versie ervoor.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crisisverschil)]
pub struct DifferenceBody {
    /// Code van de aanvraag.
    #[schema(example = "C4K-7XW-2R9")]
    code: String,
    /// Ontbreekt als het de aanvraag zelf is.
    #[serde(skip_serializing_if = "Option::is_none")]
    regel: Option<usize>,
    /// Code van het gegeven dat anders is.
    #[schema(example = "vervolg")]
    gegeven: String,
    /// Leeg: het was er niet.
    voor: String,
    /// Leeg: het is er niet meer.
    na: String,
}

impl From<FrozenDifference> for DifferenceBody {
    fn from(difference: FrozenDifference) -> Self {
        Self {
            code: readable(&difference.code),
            regel: difference.line,
            gegeven: difference.field,
            voor: difference.before,
            na: difference.after,
        }
    }
}

/// Een versie van een afgesloten kwartaal, met wat er anders is dan in de versie ervoor.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crisiskwartaalversie)]
#[serde(rename_all = "camelCase")]
pub struct VersionBody {
    /// Volgnummer: de eerste keer afsluiten is 1.
    #[schema(minimum = 1, example = 2)]
    versie: i32,
    /// Wanneer het kwartaal is afgesloten (UTC).
    gesloten_op: DateTime<Utc>,
    /// Naam van wie het afsloot.
    #[schema(example = "Registratie crisispunt")]
    gesloten_door: String,
    /// SHA-256 over de gegevens zoals ze zijn afgesloten.
    zegel: String,
    /// Wat er anders is dan in de versie ervoor; leeg bij de eerste.
    verschillen: Vec<DifferenceBody>,
}

impl From<ClosedQuarter> for VersionBody {
    fn from(closed: ClosedQuarter) -> Self {
        Self {
            versie: closed.version,
            gesloten_op: closed.closed_at,
            gesloten_door: closed.closed_by,
            zegel: closed.hash,
            verschillen: closed.differences.into_iter().map(DifferenceBody::from).collect(),
        }
    }
}

/// De versies van een kwartaal, de nieuwste eerst.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crisiskwartaalversies)]
pub struct VersionsBody {
    /// Het kwartaal: jaar, en 1 tot en met 4.
    #[schema(example = "2026-3")]
    kwartaal: String,
    /// Elke keer dat het kwartaal is afgesloten.
    versies: Vec<VersionBody>,
}

#[utoipa::path(
    get, path = "/crisisregistraties", operation_id = "lijstCrisisregistraties", tag = "Crisis",
    summary = "Wat er nog ontbreekt voordat een kwartaal kan worden afgesloten",
    description = "Zonder kwartaal gaat het over het kwartaal dat het laatst eindigde. Elke keer komt in de inzagelog.",
    params(
        ("kwartaal" = Option<String>, Query, description = "Jaar en nummer van het kwartaal", pattern = "^20[0-9]{2}-[1-4]$", example = "2026-3"),
        ("pagina" = Option<u32>, Query, description = "Bladzijde van twintig", minimum = 1, maximum = 100_000),
    ),
    responses(
        (status = 200, description = "De registraties die niet volledig zijn", body = RecordsBody, headers(("API-Version" = String))),
        ReadProblems,
        (status = 403, response = crate::api_document::Problem),
    ),
    security(("bearer" = []))
)]
pub async fn list_records(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let chosen = query.optional_parsed("kwartaal", "geen-kwartaal", str::parse::<Quarter>);
    let number = page_number(&mut query);
    query.finish(())?;
    let quarter = chosen.unwrap_or_else(|| Quarter::of(ctx.today()).previous());
    let state = ctx.db(move |conn, actor, now| actions::view_quarter(conn, actor, now, quarter)).await?;
    let paging = Paging::new(number, state.incomplete.len());
    let shown = paging.cut(&state.incomplete);
    reply::json(&RecordsBody {
        kwartaal: quarter.to_string(),
        voorbij: state.is_over,
        aanvragen: state.records.len(),
        veranderd: state.changes.len(),
        onvolledig: shown.into_iter().map(IncompleteBody::from).collect(),
        paginering: paging.into(),
    })
}

#[utoipa::path(
    get, path = "/crisisregistraties/{code}", operation_id = "haalCrisisregistratie", tag = "Crisis",
    summary = "Eén registratie met al haar regels",
    description = "Een registratie van een andere regio en een die niet bestaat geven hetzelfde antwoord: 404. Elke keer komt in de inzagelog.",
    params(RecordPath),
    responses(
        (status = 200, description = "De registratie", body = RecordBody, headers(("API-Version" = String), ("ETag" = String, description = "Versie van de aanvraag"))),
        ReadProblems,
        (status = 403, response = crate::api_document::Problem),
    ),
    security(("bearer" = []))
)]
pub async fn get_record(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let kept = view(&ctx, path.into_inner()).await?;
    reply::json_with_version(StatusCode::OK, kept.version, &RecordBody::from(&kept))
}

#[utoipa::path(
    put, path = "/crisisregistraties/{code}", operation_id = "corrigeerCrisisregistratie", tag = "Crisis",
    summary = "Corrigeren wat de rapportage van een aanvraag telt",
    description = "Stuur in If-Match de ETag mee van de versie die u las; is de aanvraag intussen veranderd, dan volgt 409 met de stand van nu in `huidig`. Is \
        het kwartaal al afgesloten, dan komt de correctie in de volgende versie.",
    params(RecordPath, ChangedVersion),
    request_body(content = FactsInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Gecorrigeerd", body = RecordBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn put_record(
    ctx: Context,
    req: HttpRequest,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let version = reply::changed_version(&req, &mut input);
    let facts = read_facts(&mut input);
    let facts = input.finish(facts)?.ok_or_else(|| Error::internal("a required field is missing"))?;
    let kept = view(&ctx, path.into_inner()).await?;
    let code = kept.record.code;
    save(&ctx, code.clone(), (0, AsRead::Version(version)), RecordLine { facts, line: None }).await?;
    let kept = view(&ctx, code).await?;
    reply::json_with_version(StatusCode::OK, kept.version, &RecordBody::from(&kept))
}

#[utoipa::path(
    get, path = "/crisisregistraties/{code}/regels/{regel}", operation_id = "haalCrisisregistratieregel", tag = "Crisis",
    summary = "Eén regel van een registratie",
    params(LinePath),
    responses(
        (status = 200, description = "De regel", body = LineBody, headers(("API-Version" = String), ("ETag" = String, description = "Versie van de regel"))),
        ReadProblems,
        (status = 403, response = crate::api_document::Problem),
    ),
    security(("bearer" = []))
)]
pub async fn get_line(
    ctx: Context,
    path: Path<(String, String)>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let (code, number) = path.into_inner();
    let number = line_number(&number)?;
    answer_line(StatusCode::OK, &view(&ctx, code).await?, number)
}

#[utoipa::path(
    post, path = "/crisisregistraties/{code}/regels", operation_id = "voegCrisisregistratieregelToe", tag = "Crisis",
    summary = "Een regel toevoegen: hulp die is gegeven, of dat er geen kwam",
    params(RecordPath, OnceKey),
    request_body(content = LineInput, content_type = "application/json"),
    responses(
        (status = 201, description = "Toegevoegd", body = LineBody, headers(
            ("API-Version" = String), ("ETag" = String, description = "Eerste versie"), ("Location" = String, description = "Adres van de regel"),
        )),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_line(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let line = read_line(&mut input, false);
    let line = input.finish(line)?.ok_or_else(|| Error::internal("a required field is missing"))?;
    let kept = view(&ctx, path.into_inner()).await?;
    let number = kept.lines.len() + 1;
    if i64::try_from(number).map_err(Error::internal)? > MOST_LINES {
        return Err(Error::Conflict(format!("Een aanvraag heeft hooguit {MOST_LINES} regels.")));
    }
    let code = kept.record.code.clone();
    let given = RecordLine { facts: kept.facts(), line: Some(line) };
    save(&ctx, code.clone(), (number, AsRead::Nothing), given).await?;
    let mut answer = answer_line(StatusCode::CREATED, &view(&ctx, code.clone()).await?, number)?;
    let address = format!("/v1/crisisregistraties/{}/regels/{number}", readable(&code));
    answer.headers_mut().insert(header::LOCATION, address.parse().map_err(Error::internal)?);
    Ok(answer)
}

#[utoipa::path(
    put, path = "/crisisregistraties/{code}/regels/{regel}", operation_id = "corrigeerCrisisregistratieregel", tag = "Crisis",
    summary = "Een regel aanvullen of corrigeren",
    description = "Stuur in If-Match de ETag mee van de versie die u las; is de regel intussen veranderd, dan volgt 409 met de stand van nu in `huidig`.",
    params(LinePath, ChangedVersion),
    request_body(content = LineInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Gecorrigeerd", body = LineBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn put_line(
    ctx: Context,
    req: HttpRequest,
    path: Path<(String, String)>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let (code, number) = path.into_inner();
    let number = line_number(&number)?;
    let version = reply::changed_version(&req, &mut input);
    let line = read_line(&mut input, false);
    let line = input.finish(line)?.ok_or_else(|| Error::internal("a required field is missing"))?;
    let kept = view(&ctx, code).await?;
    if number > kept.lines.len() {
        return Err(Error::NotFound("regel"));
    }
    let code = kept.record.code.clone();
    let given = RecordLine { facts: kept.facts(), line: Some(line) };
    save(&ctx, code.clone(), (number, AsRead::Version(version)), given).await?;
    answer_line(StatusCode::OK, &view(&ctx, code).await?, number)
}

#[utoipa::path(
    get, path = "/crisisrapportages/{kwartaal}/versies", operation_id = "lijstCrisiskwartaalversies", tag = "Crisis",
    summary = "De versies van een afgesloten kwartaal, met wat er telkens is gecorrigeerd",
    description = "Is het kwartaal nog open, dan is de lijst leeg. Elke keer komt in de inzagelog.",
    params(crate::crisis::reading::QuarterPath),
    responses(
        (status = 200, description = "De versies, de nieuwste eerst", body = VersionsBody, headers(("API-Version" = String))),
        ReadProblems,
        (status = 403, response = crate::api_document::Problem),
    ),
    security(("bearer" = []))
)]
pub async fn list_versions(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let quarter = parse_path("kwartaal", &path, str::parse::<Quarter>)?;
    let found = ctx.db(move |conn, actor, now| actions::view_versions(conn, actor, now, quarter)).await?;
    reply::json(&VersionsBody {
        kwartaal: quarter.to_string(),
        versies: found.into_iter().map(VersionBody::from).collect(),
    })
}

fn line_number(text: &str) -> Result<usize> {
    parse_path("regel", text, |text| {
        let most = usize::try_from(MOST_LINES).unwrap_or(usize::MAX);
        parse_number::<usize>(text, 1, most)
    })
}

async fn view(ctx: &Context, code: String) -> Result<Kept> {
    ctx.db(move |conn, actor, now| actions::view_record(conn, actor, now, &code)).await
}

/// Saves; who came second gets the record as it is now.
async fn save(ctx: &Context, code: String, (number, read): (usize, AsRead), given: RecordLine) -> Result<()> {
    let key = code.clone();
    let saved = ctx
        .db(move |conn, actor, now| {
            actions::save_record(conn, actor, now, Place { code: &code, number, read }, &given)
        })
        .await;
    let (actor, now) = (ctx.actor.clone(), ctx.now);
    let current = move |conn: &mut crate::db::Connection| {
        Ok(RecordBody::from(&actions::view_record(conn, &actor, now, &key)?))
    };
    reply::show_current(ctx, saved, current).await
}

fn answer_line(status: StatusCode, kept: &Kept, number: usize) -> Result<HttpResponse> {
    let line = LineBody::of(kept, number).ok_or(Error::NotFound("regel"))?;
    reply::json_with_version(status, line.versie, &line)
}
