//! Crisis requests by API, for the systems of the crisis point and of the toegang.

pub mod correction;

use actix_web::http::{StatusCode, header};
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use rules::codes::MunicipalityCode;
use rules::crisis::codes::{AgeGroup, Handler, Outcome, RequestStatus, TriageAnswer, Urgency};
use rules::violations::Violations;
use rules::waiting::registration::ReferrerKind;
use serde::Serialize;
use utoipa::openapi::schema::Object;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{IntoParams, ToSchema};

use super::actions::{self, Taking};
use super::model::{Answer, CrisisRequest, Part, RequestFilter, TimelineLine};
use super::pages::step::DeskStep;
use super::reading::{MOST_ANSWERS, read_json};
use crate::actor::Actor;
use crate::crisis::reading::{list_codes_schema, required_list_code};
use crate::crisis::settings::model::Referral;
use crate::db;
use crate::error::{Error, Result};
use crate::paging::{Paging, rows_of_page};
use crate::waiting_list::clients::api::all_wrong;
use crate::web::context::Context;
use crate::web::described::{OnceKey, PageQuery, Paginering, ReadProblems, WriteProblems, codes_schema};
use crate::web::fields::{Fields, Length};
use crate::web::input::{JsonInput, QueryInput};
use crate::web::lists::page_number;
use crate::web::notes::{check_note, digits_schema};
use crate::web::reply;

/// The crisis request in a path.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes a part of the path")]
pub struct RequestPath {
    /// Code van de aanvraag, met of zonder streepjes.
    #[param(
        pattern = "^[2-9CDFGHJKMNPRTWXY]{3}-?[2-9CDFGHJKMNPRTWXY]{3}-?[2-9CDFGHJKMNPRTWXY]{3}$",
        example = "C4K-7XW-2R9"
    )]
    code: String,
}

/// Crisisaanvraag, onder een code. Er staat niets in waaraan iemand het kind herkent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crisisaanvraag)]
#[serde(rename_all = "camelCase")]
pub struct RequestBody {
    /// Code van de aanvraag: staat in plaats van de naam.
    #[schema(example = "C4K-7XW-2R9")]
    code: String,
    /// Wanneer de aanvraag binnenkwam (UTC).
    ontvangen_op: DateTime<Utc>,
    /// CBS-code; ontbreekt als het kind buiten de regio woont.
    #[schema(example = "GM0034")]
    #[serde(skip_serializing_if = "Option::is_none")]
    gemeente: Option<String>,
    #[schema(schema_with = group_schema)]
    leeftijdsgroep: &'static str,
    /// Leeftijd in jaren; ontbreekt als niemand die weet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 14)]
    leeftijd: Option<u8>,
    #[schema(schema_with = referrer_schema)]
    verwijzer: &'static str,
    /// Code uit de lijst `vraag` van de regio.
    #[schema(example = "ambulant")]
    vraag: String,
    #[schema(schema_with = urgency_schema)]
    urgentie: &'static str,
    /// Codes uit de lijst `veiligheid` van de regio; leeg als daarover niets bekend is.
    #[schema(example = json!(["wapens"]))]
    veiligheid: Vec<String>,
    #[schema(schema_with = status_schema)]
    status: &'static str,
    /// Wie de aanvraag oppakt.
    #[schema(schema_with = handler_schema)]
    behandelaar: &'static str,
    /// Uiterste moment waarop er hulp is; ontbreekt als een ander het oppakt.
    #[serde(skip_serializing_if = "Option::is_none")]
    hulp_uiterlijk: Option<DateTime<Utc>>,
    #[schema(schema_with = outcome_schema)]
    #[serde(skip_serializing_if = "Option::is_none")]
    afloop: Option<&'static str>,
    /// Code uit de lijst `reden-geen` van de regio.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "geen-plek")]
    reden_geen: Option<String>,
}

/// Waar de aanvraag naartoe moet.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Doorverwijzing {
    #[schema(schema_with = handler_schema)]
    behandelaar: &'static str,
    /// Code van de reden.
    #[schema(example = "buiten-werktijd")]
    reden: &'static str,
    /// Naam van wie te bellen is; ontbreekt als die niet bekend is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Jeugdteam")]
    naam: Option<String>,
    /// Telefoonnummer van wie te bellen is; ontbreekt als dat niet bekend is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "0320 00 00 00")]
    telefoon: Option<String>,
}

/// De aanvraag die is opgeschreven, en wie haar oppakt.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CrisisaanvraagNieuw)]
#[serde(rename_all = "camelCase")]
pub struct RegisteredBody {
    aanvraag: RequestBody,
    doorverwijzing: Doorverwijzing,
}

/// Een regel van de tijdlijn.
#[derive(Debug, Serialize, ToSchema)]
pub struct CrisisTijdlijnregel {
    /// Wanneer het gebeurde (UTC).
    op: DateTime<Utc>,
    /// Code van wat er gebeurde.
    #[schema(example = "aangemeld")]
    gebeurtenis: &'static str,
    /// Wat erbij hoort, in woorden; ontbreekt als er niets bij hoort.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "De Haven Jeugdhulp")]
    bijzonderheid: Option<String>,
    /// Rol en organisatie, nooit de naam van een persoon.
    #[schema(example = "Loket, Crisispunt Flevoland")]
    door: String,
}

/// Eén crisisaanvraag met haar triage en tijdlijn.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CrisisaanvraagVolledig)]
#[serde(rename_all = "camelCase")]
pub struct FullBody {
    aanvraag: RequestBody,
    /// AGB-code van wie het kind al helpt; ontbreekt als dat niemand is of niet bekend is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "98990009")]
    huidige_aanbieder: Option<String>,
    /// Korte toelichting bij de codes, zonder iets over een persoon; ontbreekt als er geen is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Er is overleg geweest met de huisarts.")]
    toelichting: Option<String>,
    /// De antwoorden van de triage; leeg als die niet is gedaan.
    triage: Vec<TriageAntwoord>,
    /// De oudste regel eerst.
    tijdlijn: Vec<CrisisTijdlijnregel>,
}

/// Antwoord op een vraag van de triage.
#[derive(Debug, Serialize, ToSchema)]
pub struct TriageAntwoord {
    /// Code uit de lijst `triage` van de regio.
    #[schema(example = "direct-gevaar")]
    vraag: String,
    #[schema(schema_with = answer_schema)]
    antwoord: &'static str,
}

/// Een bladzijde van de crisisaanvragen.
#[derive(Debug, Serialize, ToSchema)]
pub struct Crisisaanvragen {
    /// De aanvragen van deze bladzijde.
    crisisaanvragen: Vec<RequestBody>,
    paginering: Paginering,
}

/// Een nieuwe crisisaanvraag. Schrijf niets op waaraan iemand het kind herkent.
#[derive(Debug, ToSchema)]
#[schema(as = CrisisaanvraagInvoer)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that read_json reads")]
pub struct RequestInput {
    /// Wanneer de aanvraag binnenkwam; leeg is nu. Hooguit 31 dagen geleden.
    ontvangen_op: Option<DateTime<Utc>>,
    /// Gemeente waar het kind woont.
    #[schema(pattern = "^[Gg][Mm][0-9]{4}$", example = "GM0034")]
    gemeente: Option<String>,
    /// Het kind woont buiten de regio.
    buiten_regio: Option<bool>,
    /// Leeftijd in jaren. Laat weg als niemand die weet en geef dan leeftijdsgroep.
    #[schema(minimum = 0, maximum = 22, example = 14)]
    leeftijd: Option<u8>,
    #[schema(schema_with = guessed_group_schema, required = false)]
    leeftijdsgroep: Option<String>,
    #[schema(schema_with = referrer_schema)]
    verwijzer: String,
    /// Code uit de lijst `vraag` van de regio.
    #[schema(min_length = 1, max_length = 40, pattern = "^[a-z0-9-]+$", example = "ambulant")]
    vraag: String,
    #[schema(schema_with = urgency_schema)]
    urgentie: String,
    #[schema(max_items = 20, schema_with = safety_schema, required = false)]
    veiligheid: Option<Vec<String>>,
    /// AGB-code van wie het kind al helpt.
    #[schema(pattern = "^(?!0{8})[0-9]{8}$", example = "98990009")]
    huidige_aanbieder: Option<String>,
    /// Hooguit twee zinnen, en niets over een persoon.
    #[schema(max_length = 280, pattern = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$")]
    toelichting: Option<String>,
    #[schema(schema_with = digits_schema, required = false)]
    cijfers_zijn: Option<String>,
    /// Dat het een ander kind is dan de aanvraag waar deze op lijkt.
    toch_aanmelden: Option<bool>,
}

/// Een stap van het loket.
#[derive(Debug, ToSchema)]
#[schema(as = CrisisstapInvoer)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that post_step reads")]
pub struct StepInput {
    #[schema(schema_with = step_schema)]
    stap: String,
    #[schema(schema_with = next_handler_schema, required = false)]
    naar: Option<String>,
    /// Code uit de lijst die bij de stap hoort: `overname` of `reden-geen`.
    #[schema(min_length = 1, max_length = 40, pattern = "^[a-z0-9-]+$", example = "geen-plek")]
    reden: Option<String>,
    /// Hooguit twee zinnen, en niets over een persoon.
    #[schema(max_length = 280, pattern = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$")]
    toelichting: Option<String>,
}

/// De antwoorden van de triage: op elke vraag van de regio één.
#[derive(Debug, ToSchema)]
#[schema(as = TriageInvoer)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that post_triage reads")]
pub struct TriageInput {
    /// Eén antwoord op elke vraag uit de lijst `triage` van de regio.
    #[schema(max_items = 40)]
    antwoorden: Vec<AnswerInput>,
}

/// Eén antwoord.
#[derive(Debug, ToSchema)]
#[schema(as = TriageAntwoordInvoer)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that post_triage reads")]
pub struct AnswerInput {
    /// Code uit de lijst `triage` van de regio.
    #[schema(min_length = 1, max_length = 40, pattern = "^[a-z0-9-]+$", example = "direct-gevaar")]
    vraag: String,
    #[schema(schema_with = answer_schema)]
    antwoord: String,
}

fn group_schema() -> Object {
    codes_schema(
        "`12-` is jonger dan 12 jaar, `12+` is 12 jaar of ouder.",
        AgeGroup::ALL.iter().map(|group| group.sign()),
    )
}

fn guessed_group_schema() -> Object {
    codes_schema(
        "`12-` is jonger dan 12 jaar, `12+` is 12 jaar of ouder; verplicht als niemand de leeftijd weet.",
        AgeGroup::ALL.iter().map(|group| group.sign()),
    )
}

pub(in crate::crisis) fn referrer_schema() -> Object {
    codes_schema("Soort verwijzer.", ReferrerKind::ALL.iter().map(|kind| kind.code()))
}

fn urgency_schema() -> Object {
    codes_schema(
        "Hoe snel er hulp moet zijn; de termijnen staan bij het crisispunt.",
        Urgency::ALL.iter().map(|urgency| urgency.code()),
    )
}

fn status_schema() -> Object {
    codes_schema("Hoe het met de aanvraag staat.", RequestStatus::ALL.iter().map(|status| status.code()))
}

fn handler_schema() -> Object {
    codes_schema("Wie de aanvraag oppakt.", Handler::ALL.iter().map(|handler| handler.code()))
}

fn next_handler_schema() -> Object {
    codes_schema(
        "Wie de aanvraag gaat oppakken; alleen bij doorverwijzen, en dan verplicht.",
        Handler::ALL.iter().map(|handler| handler.code()),
    )
}

fn outcome_schema() -> Object {
    codes_schema(
        "Of er hulp kwam; ontbreekt zolang dat niet vaststaat.",
        Outcome::ALL.iter().map(|outcome| outcome.code()),
    )
}

fn answer_schema() -> Object {
    codes_schema(
        "Het antwoord; onbekend is iets anders dan nee.",
        TriageAnswer::ALL.iter().map(|answer| answer.code()),
    )
}

fn step_schema() -> Object {
    codes_schema("Wat er met de aanvraag gebeurt.", DeskStep::ALL.into_iter().map(DeskStep::code))
}

fn safety_schema() -> RefOr<Schema> {
    list_codes_schema(
        "Codes uit de lijst `veiligheid` van de regio. Zonder dit veld: niets bekend.",
        super::reading::MOST_SAFETY,
    )
}

impl From<&CrisisRequest> for RequestBody {
    fn from(request: &CrisisRequest) -> Self {
        Self {
            code: request.code.to_string(),
            ontvangen_op: request.received_at,
            gemeente: request.municipality.as_ref().map(|home| home.code.to_string()),
            leeftijdsgroep: request.age_group.sign(),
            leeftijd: request.age,
            verwijzer: request.referrer.code(),
            vraag: request.asked.clone(),
            urgentie: request.urgency.code(),
            veiligheid: request.safety.clone(),
            status: request.status.code(),
            behandelaar: request.handler.code(),
            hulp_uiterlijk: request.respond_by,
            afloop: request.outcome.map(Outcome::code),
            reden_geen: request.none_reason.clone(),
        }
    }
}

impl From<Referral> for Doorverwijzing {
    fn from(referral: Referral) -> Self {
        let (naam, telefoon) = referral.contact.map(|team| (team.name, team.phone)).unzip();
        Self { behandelaar: referral.handler.code(), reden: referral.reason.code(), naam, telefoon }
    }
}

impl From<TimelineLine> for CrisisTijdlijnregel {
    fn from(line: TimelineLine) -> Self {
        let by = [line.by_name, line.by_organisation];
        Self {
            op: line.at,
            gebeurtenis: line.kind.code(),
            bijzonderheid: line.detail,
            door: by.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "),
        }
    }
}

#[utoipa::path(
    get, path = "/crisisaanvragen", operation_id = "lijstCrisisaanvragen", tag = "Crisis",
    summary = "De crisisaanvragen",
    description = "Voor het crisispunt die van de regio, voor de toegang die van de eigen gemeenten. De nieuwste eerst.",
    params(
        PageQuery,
        ("deel" = Option<String>, Query, description = "Open, afgesloten of alle", pattern = "^(open|afgesloten|alle)$", example = "open"),
        ("gemeente" = Option<String>, Query, description = "CBS-code van de gemeente", pattern = "^[Gg][Mm][0-9]{4}$", example = "GM0034"),
    ),
    responses(
        (status = 200, description = "Een bladzijde van de lijst", body = Crisisaanvragen, headers(("API-Version" = String))),
        ReadProblems,
        (status = 403, response = crate::api_document::Problem),
    ),
    security(("bearer" = []))
)]
pub async fn list_requests(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let number = page_number(&mut query);
    let parts: Vec<_> = Part::CODES.iter().map(|(code, part, _)| (*code, *part)).collect();
    let filter = RequestFilter {
        part: query.optional_choice("deel", &parts).unwrap_or_default(),
        municipality: query.optional_parsed("gemeente", "geen-code", MunicipalityCode::parse),
        ..RequestFilter::default()
    };
    query.finish(())?;
    let (rows, total) = ctx
        .db(move |conn, actor, now| {
            actions::list_requests(conn, actor, now, &filter, true, rows_of_page(number))
        })
        .await?;
    let total = usize::try_from(total).map_err(Error::internal)?;
    reply::json(&Crisisaanvragen {
        crisisaanvragen: rows.iter().map(Into::into).collect(),
        paginering: Paging::new(number, total).into(),
    })
}

#[utoipa::path(
    get, path = "/crisisaanvragen/{code}", operation_id = "haalCrisisaanvraag", tag = "Crisis",
    summary = "Eén crisisaanvraag",
    description = "Een code van een andere gemeente en een code die niet bestaat geven hetzelfde antwoord: 404.",
    params(RequestPath),
    responses(
        (status = 200, description = "De aanvraag", body = FullBody, headers(("API-Version" = String), ("ETag" = String, description = "Versie, voor If-Match"))),
        ReadProblems,
        (status = 403, response = crate::api_document::Problem),
    ),
    security(("bearer" = []))
)]
pub async fn get_request(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let code = path.into_inner();
    let (request, answers, lines) = ctx
        .db(move |conn, actor, now| {
            let request = actions::view_request(conn, actor, now, &code)?;
            let answers = actions::list_answers(conn, request.id)?;
            let lines = actions::list_timeline(conn, request.id)?;
            Ok((request, answers, lines))
        })
        .await?;
    let body = FullBody {
        aanvraag: (&request).into(),
        huidige_aanbieder: request.current_provider.as_ref().map(|provider| provider.agb.to_string()),
        toelichting: request.note.clone(),
        triage: answers
            .into_iter()
            .map(|given| TriageAntwoord { vraag: given.question, antwoord: given.answer.code() })
            .collect(),
        tijdlijn: lines.into_iter().map(Into::into).collect(),
    };
    reply::json_with_version(StatusCode::OK, request.version, &body)
}

#[utoipa::path(
    post, path = "/crisisaanvragen", operation_id = "meldCrisisAan", tag = "Crisis",
    summary = "Crisisaanvraag aanmelden",
    description = "Bewaart de aanvraag, wie haar ook moet oppakken, en zegt wie dat is. Lijkt zij op een aanvraag van de afgelopen week, dan volgt 409 bij \
        `tochAanmelden`; is het een ander kind, stuur dat dan mee. Wat niet bij elkaar past of naar een persoon wijst, geeft ook 409, met alle fouten tegelijk.",
    params(OnceKey),
    request_body(content = RequestInput, content_type = "application/json"),
    responses(
        (status = 201, description = "Bewaard", body = RegisteredBody, headers(
            ("API-Version" = String), ("ETag" = String, description = "Eerste versie"), ("Location" = String, description = "Adres van de aanvraag"),
        )),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_request(
    ctx: Context,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let draft = read_json(&mut input);
    let sure = input.flag("tochAanmelden");
    check_note(&mut input, "toelichting", draft.note.as_deref(), draft.digits_are, ctx.today());
    let draft = match input.finish(draft.clone()) {
        Ok(draft) => draft,
        Err(shape) => {
            let check = move |conn: &mut db::Connection, actor: &Actor, now| {
                actions::check_request(conn, actor, now, &draft)
            };
            return Err(all_wrong(shape, ctx.db(check).await?));
        }
    };
    let (request, referral) = ctx
        .db(move |conn, actor, now| {
            // Before the transaction: what was compared is in the access log, whatever comes of it.
            if !sure && let Some((other, how)) = actions::list_similar(conn, actor, now, &draft, &[])?.first()
            {
                let message = format!("lijkt op aanvraag {}: {}", other.code, how.name().to_lowercase());
                return Err(Error::collision("tochAanmelden", "lijkt-op", message));
            }
            db::write(conn, |conn| actions::register_request(conn, actor, now, &draft))
        })
        .await?;
    let body = RegisteredBody { aanvraag: (&request).into(), doorverwijzing: referral.into() };
    let mut response = reply::json_with_version(StatusCode::CREATED, request.version, &body)?;
    let location = format!("/v1/crisisaanvragen/{}", request.code);
    let location = header::HeaderValue::from_str(&location).map_err(Error::internal)?;
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}

#[utoipa::path(
    post, path = "/crisisaanvragen/{code}/stappen", operation_id = "zetCrisisstap", tag = "Crisis",
    summary = "Stap zetten voor een crisisaanvraag",
    description = "Stuur in If-Match de ETag mee van de versie die u las; is de aanvraag intussen veranderd, dan volgt 409 met de stand van nu in `huidig`. Zonder \
        If-Match gaat de stap over de aanvraag zoals die nu is.",
    params(RequestPath, OnceKey, ("If-Match" = Option<String>, Header, description = "ETag van de versie die u las", example = "\"1\"")),
    request_body(content = StepInput, content_type = "application/json"),
    responses(
        (status = 200, description = "De aanvraag na de stap", body = RequestBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_step(
    ctx: Context,
    req: HttpRequest,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let (code, version) = (path.into_inner(), reply::if_match(&req));
    let steps: Vec<_> = DeskStep::ALL.into_iter().map(|step| (step.code(), step)).collect();
    let handlers: Vec<_> = Handler::ALL.iter().map(|handler| (handler.code(), *handler)).collect();
    let step = input.choice("stap", &steps);
    let taking = Taking {
        handler: input.optional_choice("naar", &handlers),
        reason: input.optional_text("reden", Length(1, 40)),
        detail: input.optional_text("toelichting", Length(0, 280)),
    };
    check_note(&mut input, "toelichting", taking.detail.as_deref(), None, ctx.today());
    let (Some(step), taking) = finish_step(&ctx, step, taking, input).await? else {
        return Err(Error::internal("a required step is missing"));
    };
    let (key, state) = (code.clone(), ctx.state.clone());
    let taken = ctx
        .db(move |conn, actor, now| {
            let url = &state.config.public_url;
            db::write(conn, |conn| {
                actions::take_desk_step(conn, actor, now, url, (&key, version), (step.step(), taking))
            })
        })
        .await;
    answer_with(&ctx, code, taken).await
}

/// A step of the desk as it was read, or all that is wrong with it at once.
pub(super) async fn finish_step(
    ctx: &Context,
    step: Option<DeskStep>,
    taking: Taking,
    fields: Fields,
) -> Result<(Option<DeskStep>, Taking)> {
    let Err(shape) = fields.finish(()) else { return Ok((step, taking)) };
    let rules = match step {
        Some(step) => {
            ctx.db(move |conn, actor, now| actions::check_taking(conn, actor, now, step.step(), taking))
                .await?
        }
        None => Violations::new(),
    };
    Err(all_wrong(shape, rules))
}

/// Waarom de toegang een eigen aanvraag intrekt.
#[derive(Debug, ToSchema)]
#[schema(as = CrisisintrekkingInvoer)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that post_withdrawal reads")]
pub struct WithdrawalInput {
    /// Code uit de lijst `reden-geen` van de regio, maar niet een die zegt wie het oppakt.
    #[schema(min_length = 1, max_length = 40, pattern = "^[a-z0-9-]+$", example = "ingetrokken")]
    reden: String,
    /// Hooguit twee zinnen, en niets over een persoon.
    #[schema(max_length = 280, pattern = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$")]
    toelichting: Option<String>,
}

#[utoipa::path(
    post, path = "/crisisaanvragen/{code}/intrekking", operation_id = "trekCrisisaanvraagIn", tag = "Crisis",
    summary = "Een eigen crisisaanvraag intrekken",
    description = "Alleen voor de toegang die haar aanmeldde, zolang de hulp niet is gestart. Wat is aangeboden of vastgehouden vervalt; de aanbieder krijgt \
        bericht. Met If-Match zoals bij een stap.",
    params(RequestPath, OnceKey, ("If-Match" = Option<String>, Header, description = "ETag van de versie die u las", example = "\"1\"")),
    request_body(content = WithdrawalInput, content_type = "application/json"),
    responses(
        (status = 200, description = "De aanvraag na het intrekken", body = RequestBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_withdrawal(
    ctx: Context,
    req: HttpRequest,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let (code, version) = (path.into_inner(), reply::if_match(&req));
    let taking = Taking {
        handler: None,
        reason: Some(required_list_code(&mut input, "reden")),
        detail: input.optional_text("toelichting", Length(0, 280)),
    };
    check_note(&mut input, "toelichting", taking.detail.as_deref(), None, ctx.today());
    let (_, taking) = finish_step(&ctx, Some(DeskStep::Withdraw), taking, input).await?;
    let (key, state) = (code.clone(), ctx.state.clone());
    let taken = ctx
        .db(move |conn, actor, now| {
            let (url, request) = (&state.config.public_url, (key.as_str(), version));
            db::write(conn, |conn| actions::withdraw_request(conn, actor, now, url, request, taking))
        })
        .await;
    answer_with(&ctx, code, taken).await
}

#[utoipa::path(
    post, path = "/crisisaanvragen/{code}/triage", operation_id = "beoordeelCrisisaanvraag", tag = "Crisis",
    summary = "Crisisaanvraag beoordelen",
    description = "Bewaart de antwoorden; zij bepalen de urgentie en daarmee de termijn. Onbekend telt als ja. Met If-Match zoals bij een stap.",
    params(RequestPath, OnceKey, ("If-Match" = Option<String>, Header, description = "ETag van de versie die u las", example = "\"1\"")),
    request_body(content = TriageInput, content_type = "application/json"),
    responses(
        (status = 200, description = "De aanvraag na de beoordeling", body = RequestBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_triage(
    ctx: Context,
    req: HttpRequest,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let (code, version) = (path.into_inner(), reply::if_match(&req));
    let answers = read_answers(&mut input);
    let answers = input.finish(answers)?;
    let (key, state) = (code.clone(), ctx.state.clone());
    let judged = ctx
        .db(move |conn, actor, now| {
            let (url, request) = (&state.config.public_url, (key.as_str(), version));
            db::write(conn, |conn| actions::judge_request(conn, actor, now, url, request, &answers))
        })
        .await
        .map(|(request, _)| request);
    answer_with(&ctx, code, judged).await
}

fn read_answers(input: &mut Fields) -> Vec<Answer> {
    let choices: Vec<_> = TriageAnswer::ALL.iter().map(|answer| (answer.code(), *answer)).collect();
    let mut answers = Vec::new();
    for (place, mut item) in input.objects("antwoorden", MOST_ANSWERS) {
        let question = item.text("vraag", Length(1, 40));
        if let Some(answer) = item.choice("antwoord", &choices) {
            answers.push(Answer { question, answer });
        }
        input.absorb(&place, item);
    }
    answers
}

/// The request after a change, or for who came second as it is now.
async fn answer_with(ctx: &Context, code: String, changed: Result<CrisisRequest>) -> Result<HttpResponse> {
    let actor = ctx.actor.clone();
    let current =
        move |conn: &mut db::Connection| Ok(RequestBody::from(&actions::find_request(conn, &actor, &code)?));
    let request = reply::show_current(ctx, changed, current).await?;
    reply::json_with_version(StatusCode::OK, request.version, &RequestBody::from(&request))
}
