//! The quarterly report by API: complete for those involved, and the public edition for everybody.

use actix_web::HttpResponse;
use actix_web::web::Path;
use chrono::{DateTime, Utc};
use rules::crisis::quarter::Quarter;
use rules::crisis::records::Scope;
use rules::disclosure::edition::Method;
use serde::Serialize;
use utoipa::ToSchema;

use super::about::{Section, sections};
use super::actions::{reach_of, scope_of, view_report};
use super::model::{Publication, QuarterReport};
use super::pages::{ask_public, public_view};
use super::publishing::{list_publications, publish_quarter};
use super::views::{TableView, complete_tables};
use crate::api_document::parse_path;
use crate::crisis::reading::QuarterPath;
use crate::crisis::registration::actions::{close_quarter, list_versions};
use crate::crisis::registration::confirming::confirm_quarter;
use crate::crisis::registration::model::ClosedQuarter;
use crate::error::{Error, Result};
use crate::web::context::Context;
use crate::web::described::{ConfirmationInput, OnceKey, ReadProblems, WriteProblems};
use crate::web::input::{JsonInput, QueryInput};
use crate::web::reply;

/// Een afgesloten kwartaal, in de versie die geldt.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crisiskwartaal)]
#[serde(rename_all = "camelCase")]
pub struct QuarterBody {
    /// Het kwartaal: jaar, en 1 tot en met 4.
    #[schema(example = "2026-3")]
    kwartaal: String,
    /// Na een correctie komt er een volgende versie.
    #[schema(minimum = 1, example = 1)]
    versie: i32,
    /// Wanneer het is afgesloten (UTC).
    gesloten_op: DateTime<Utc>,
    /// SHA-256 over de gegevens zoals ze zijn afgesloten.
    zegel: String,
}

impl From<&ClosedQuarter> for QuarterBody {
    fn from(closed: &ClosedQuarter) -> Self {
        Self {
            kwartaal: closed.quarter.to_string(),
            versie: closed.version,
            gesloten_op: closed.closed_at,
            zegel: closed.hash.clone(),
        }
    }
}

/// De kwartalen die zijn afgesloten, het nieuwste eerst.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crisiskwartalen)]
pub struct Quarters {
    /// De afgesloten kwartalen.
    kwartalen: Vec<QuarterBody>,
}

/// Een rij van een tabel.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Rapportagerij)]
pub struct RowBody {
    /// Waar de rij over gaat.
    #[schema(example = "Lelystad")]
    naam: String,
    /// In de volgorde van de kolommen. Een ster is een getal dat niet openbaar is.
    #[schema(example = json!(["3", "5", "8"]))]
    waarden: Vec<String>,
}

/// Een tabel van de rapportage.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Rapportagetabel)]
pub struct TableBody {
    /// Nummer en naam van de tabel.
    #[schema(example = "1. Voorzieningen")]
    titel: String,
    /// Koppen van de kolommen met waarden.
    #[schema(example = json!(["12-", "12+", "samen"]))]
    kolommen: Vec<String>,
    /// De rijen, het totaal achteraan.
    rijen: Vec<RowBody>,
}

impl From<TableView> for TableBody {
    fn from(table: TableView) -> Self {
        let kolommen = table.columns();
        let row = |row: super::views::RowView| RowBody {
            naam: row.name,
            waarden: row.cells.into_iter().map(|cell| cell.text).collect(),
        };
        Self { titel: table.title, kolommen, rijen: table.rows.into_iter().map(row).collect() }
    }
}

/// Een stuk van de toelichting: wat de woorden betekenen, hoe er is geteld, of hoe volledig het is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Rapportagetoelichting)]
pub struct SectionBody {
    /// Waar dit stuk over gaat.
    #[schema(example = "Hoe is er geteld")]
    titel: &'static str,
    /// De tekst, in zinnen of regels die op zichzelf staan.
    #[schema(example = json!(["Een kind met twee soorten hulp telt bij elke soort één keer."]))]
    regels: Vec<String>,
}

impl From<Section> for SectionBody {
    fn from(section: Section) -> Self {
        Self { titel: section.title, regels: section.lines }
    }
}

/// Iets dat in registraties ontbreekt, en hoe vaak.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Dekkingsgebrek)]
pub struct LackCountBody {
    /// Vaste code van wat ontbreekt.
    #[schema(example = "vervolg")]
    code: &'static str,
    /// Wat ontbreekt, in woorden.
    #[schema(example = "Het vervolg ontbreekt")]
    melding: &'static str,
    /// Hoe vaak het ontbreekt.
    #[schema(minimum = 1, example = 3)]
    aantal: usize,
}

/// Een aanbieder van wie er hulp in staat.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Dekkingsaanbieder)]
#[serde(rename_all = "camelCase")]
pub struct CoveredBody {
    /// AGB-code.
    #[schema(example = "98990201")]
    aanbieder: String,
    /// Naam van de aanbieder.
    #[schema(example = "De Haven Jeugdhulp")]
    naam: String,
    /// Aantal regels met hulp van deze aanbieder.
    #[schema(minimum = 1, example = 12)]
    regels: usize,
    /// Wanneer de aanbieder zei dat haar hulp klopt; ontbreekt als zij dat niet deed.
    #[serde(skip_serializing_if = "Option::is_none")]
    bevestigd_op: Option<DateTime<Utc>>,
    /// Of er na de bevestiging iets is gewijzigd.
    daarna_gewijzigd: bool,
}

/// Hoe volledig de gegevens onder een rapportage zijn.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Rapportagedekking)]
pub struct CoverageBody {
    /// Aanvragen die meetellen.
    #[schema(minimum = 0, example = 92)]
    aanvragen: usize,
    /// Aanvragen waaraan niets ontbreekt.
    #[schema(minimum = 0, example = 92)]
    volledig: usize,
    /// Aanvragen waaraan nog iets ontbreekt.
    #[schema(minimum = 0, example = 0)]
    onvolledig: usize,
    /// Wat er ontbreekt, geteld; leeg als alles er is.
    ontbreekt: Vec<LackCountBody>,
    /// De aanbieders van wie er hulp in staat.
    aanbieders: Vec<CoveredBody>,
    /// De versies van het kwartaal, de nieuwste eerst; leeg zolang het open is.
    versies: Vec<QuarterBody>,
}

impl From<&QuarterReport> for CoverageBody {
    fn from(view: &QuarterReport) -> Self {
        let coverage = &view.coverage;
        Self {
            aanvragen: coverage.records,
            volledig: coverage.complete(),
            onvolledig: coverage.incomplete,
            ontbreekt: coverage
                .lacks
                .iter()
                .map(|(lack, times)| LackCountBody {
                    code: lack.code(),
                    melding: lack.name(),
                    aantal: *times,
                })
                .collect(),
            aanbieders: coverage
                .providers
                .iter()
                .map(|(agb, lines)| CoveredBody {
                    naam: view.words.provider(agb),
                    aanbieder: agb.clone(),
                    regels: *lines,
                    bevestigd_op: view.confirmation(agb).map(|known| known.at),
                    daarna_gewijzigd: view.confirmation(agb).is_some_and(|known| !known.holds),
                })
                .collect(),
            versies: view.versions.iter().map(QuarterBody::from).collect(),
        }
    }
}

/// De rapportage over een kwartaal.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crisisrapportage)]
pub struct ReportBody {
    /// Het kwartaal: jaar, en 1 tot en met 4.
    #[schema(example = "2026-3")]
    kwartaal: String,
    /// CBS-code van de gemeente of AGB-code van de aanbieder; ontbreekt als het om de hele regio gaat.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "GM0034")]
    van: Option<String>,
    /// Ontbreekt zolang het kwartaal open is; dan telt wat er nu staat.
    #[serde(skip_serializing_if = "Option::is_none")]
    gesloten: Option<QuarterBody>,
    dekking: CoverageBody,
    /// Wat erbij hoort om de tabellen te lezen.
    toelichting: Vec<SectionBody>,
    /// De tabellen van de rapportage.
    tabellen: Vec<TableBody>,
}

/// De openbare uitgave van een kwartaal.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CrisisrapportageOpenbaar)]
#[serde(rename_all = "camelCase")]
pub struct PublicBody {
    /// Code van de regio.
    #[schema(example = "noord-veluwe")]
    regio: String,
    /// Het kwartaal: jaar, en 1 tot en met 4.
    #[schema(example = "2026-3")]
    kwartaal: String,
    /// Van het afgesloten kwartaal.
    #[schema(example = 1)]
    versie: i32,
    /// Hoe kleine aantallen zijn beschermd.
    werkwijze: &'static str,
    /// Wanneer het openbaar is gemaakt (UTC).
    openbaar_op: DateTime<Utc>,
    /// Wat erbij hoort om de tabellen te lezen.
    toelichting: Vec<SectionBody>,
    /// De tabellen die openbaar zijn.
    tabellen: Vec<TableBody>,
}

#[utoipa::path(
    get, path = "/crisisrapportages", operation_id = "lijstCrisiskwartalen", tag = "Crisis",
    summary = "De kwartalen die zijn afgesloten",
    responses(
        (status = 200, description = "De laatste versie van elk kwartaal, het nieuwste eerst", body = Quarters, headers(("API-Version" = String))),
        ReadProblems,
        (status = 403, response = crate::api_document::Problem),
    ),
    security(("bearer" = []))
)]
pub async fn list_quarters(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    let mut versions = ctx
        .db(|conn, actor, _| list_versions(conn, actor.region_id().ok_or(Error::Forbidden)?, None))
        .await?;
    versions.dedup_by_key(|closed| closed.quarter);
    reply::json(&Quarters { kwartalen: versions.iter().map(QuarterBody::from).collect() })
}

#[utoipa::path(
    get, path = "/crisisrapportages/{kwartaal}", operation_id = "haalCrisisrapportage", tag = "Crisis",
    summary = "De rapportage over een kwartaal, voor wie erbij betrokken is",
    description = "Een gemeente krijgt die van zichzelf, een aanbieder die van zijn eigen hulp. Die van een ander en een die niet bestaat geven hetzelfde antwoord: 404.",
    params(
        QuarterPath,
        ("gemeente" = Option<String>, Query, description = "CBS-code van de gemeente", pattern = "^GM[0-9]{4}$", example = "GM0034"),
        ("aanbieder" = Option<String>, Query, description = "AGB-code van de aanbieder", pattern = "^(?!0{8})[0-9]{8}$", example = "98990201"),
    ),
    responses(
        (status = 200, description = "De rapportage", body = ReportBody, headers(("API-Version" = String))),
        ReadProblems,
        (status = 403, response = crate::api_document::Problem),
    ),
    security(("bearer" = []))
)]
pub async fn get_report(
    ctx: Context,
    path: Path<String>,
    QueryInput(mut query): QueryInput,
) -> Result<HttpResponse> {
    let municipality = query.optional_parsed("gemeente", "geen-code", |text: &str| {
        rules::codes::MunicipalityCode::parse(text).map(|code| code.to_string())
    });
    let provider = query.optional_parsed("aanbieder", "geen-code", |text: &str| {
        rules::codes::AgbCode::parse(text).map(|agb| agb.to_string())
    });
    query.finish(())?;
    let quarter = parse_path("kwartaal", &path, str::parse::<Quarter>)?;
    let view = ctx
        .db(move |conn, actor, now| {
            let scope = scope_of(&reach_of(conn, actor)?, municipality, provider)?;
            view_report(conn, actor, now, quarter, &scope)
        })
        .await?;
    reply::json(&ReportBody {
        kwartaal: view.quarter.to_string(),
        van: match &view.scope {
            Scope::Region => None,
            Scope::Municipality(code) | Scope::Provider(code) => Some(code.clone()),
        },
        gesloten: view.closed().map(QuarterBody::from),
        dekking: CoverageBody::from(&view),
        toelichting: sections(&view).into_iter().map(SectionBody::from).collect(),
        tabellen: complete_tables(&view, false).into_iter().map(TableBody::from).collect(),
    })
}

#[utoipa::path(
    get, path = "/crisisrapportages/{kwartaal}/openbaar", operation_id = "haalOpenbareCrisisrapportage", tag = "Crisis",
    summary = "De openbare uitgave van een kwartaal",
    description = "Kleine aantallen zijn beschermd. Zonder regio die van de regio van deze server.",
    params(
        QuarterPath,
        ("regio" = Option<String>, Query, description = "Code van de regio", pattern = "^[a-z][a-z0-9-]{1,39}$", example = "flevoland"),
    ),
    responses(
        (status = 200, description = "De openbare uitgave", body = PublicBody, headers(("API-Version" = String))),
        ReadProblems,
    )
)]
pub async fn get_public_report(
    ctx: Context,
    path: Path<String>,
    QueryInput(mut query): QueryInput,
) -> Result<HttpResponse> {
    let region = query.optional_parsed("regio", "geen-code", rules::codes::RegionCode::parse);
    query.finish(())?;
    let quarter = parse_path("kwartaal", &path, str::parse::<Quarter>)?;
    let (asked, at) = ask_public(&ctx, Some(quarter), region.map(|code| code.to_string())).await?;
    let view = at.and_then(|at| public_view(&asked, at)).ok_or(Error::NotFound("rapportage"))?;
    reply::json(&PublicBody {
        regio: asked.region.code.clone(),
        kwartaal: view.publication.quarter.to_string(),
        versie: view.publication.version,
        werkwijze: view.publication.method.name(),
        openbaar_op: view.publication.published_at,
        toelichting: view.about.into_iter().map(SectionBody::from).collect(),
        tabellen: view.tables.into_iter().map(TableBody::from).collect(),
    })
}

#[utoipa::path(
    post, path = "/crisisrapportages/{kwartaal}/afsluiting", operation_id = "sluitCrisiskwartaal", tag = "Crisis",
    summary = "Een kwartaal afsluiten",
    description = "De gegevens worden vastgelegd als een versie die niet meer verandert. Is er daarna iets verbeterd, dan maakt dit de volgende versie. Ontbreekt er nog iets, is het kwartaal nog niet voorbij of is er niets veranderd, dan volgt 409.",
    params(QuarterPath, OnceKey),
    request_body(content = ConfirmationInput, content_type = "application/json"),
    responses(
        (status = 200, description = "De versie die is vastgelegd", body = QuarterBody, headers(("API-Version" = String))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_closing(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let quarter = parse_path("kwartaal", &path, str::parse::<Quarter>)?;
    input.finish(())?;
    let closed = ctx.db(move |conn, actor, now| close_quarter(conn, actor, now, quarter)).await?;
    reply::json(&QuarterBody::from(&closed))
}

/// Een bevestiging van een aanbieder.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crisiskwartaalbevestiging)]
#[serde(rename_all = "camelCase")]
pub struct ConfirmationBody {
    /// Het kwartaal: jaar, en 1 tot en met 4.
    #[schema(example = "2026-3")]
    kwartaal: String,
    /// AGB-code.
    #[schema(example = "98990201")]
    aanbieder: String,
    /// Wanneer de aanbieder bevestigde (UTC).
    bevestigd_op: DateTime<Utc>,
}

#[utoipa::path(
    post, path = "/crisisrapportages/{kwartaal}/bevestiging", operation_id = "bevestigCrisiskwartaal", tag = "Crisis",
    summary = "Bevestigen dat uw hulp in een kwartaal klopt",
    description = "Is het kwartaal nog niet voorbij, gaf u geen hulp, of hebt u al bevestigd en is er niets gewijzigd, dan volgt 409.",
    params(QuarterPath, OnceKey),
    request_body(content = ConfirmationInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Bevestigd", body = ConfirmationBody, headers(("API-Version" = String))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_confirmation(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let quarter = parse_path("kwartaal", &path, str::parse::<Quarter>)?;
    input.finish(())?;
    let done = ctx.db(move |conn, actor, now| confirm_quarter(conn, actor, now, quarter)).await?;
    reply::json(&ConfirmationBody {
        kwartaal: quarter.to_string(),
        aanbieder: done.agb,
        bevestigd_op: done.at,
    })
}

/// Hoe de openbare uitgave wordt gemaakt.
#[derive(Debug, ToSchema)]
#[schema(as = CrisisuitgaveInvoer)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the field that post_publication reads")]
pub struct PublicationInput {
    /// `afgerond`: kleine aantallen weggelaten en de rest afgerond op vijf. `exact`: exacte aantallen, met zo veel weggelaten
    /// dat kleine niet te berekenen zijn.
    #[schema(pattern = "^(afgerond|exact)$", example = "afgerond")]
    werkwijze: String,
}

/// De openbare uitgave die is gemaakt.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crisisuitgave)]
#[serde(rename_all = "camelCase")]
pub struct PublicationBody {
    /// Het kwartaal: jaar, en 1 tot en met 4.
    #[schema(example = "2026-3")]
    kwartaal: String,
    /// Van het afgesloten kwartaal.
    #[schema(minimum = 1, example = 1)]
    versie: i32,
    /// Hoe kleine aantallen zijn beschermd.
    #[schema(example = "afgerond")]
    werkwijze: &'static str,
    /// Zo veel aantallen zijn weggelaten.
    #[schema(minimum = 0, example = 12)]
    weggelaten: i32,
    /// Wanneer het openbaar is gemaakt (UTC).
    openbaar_op: DateTime<Utc>,
}

impl From<&Publication> for PublicationBody {
    fn from(publication: &Publication) -> Self {
        Self {
            kwartaal: publication.quarter.to_string(),
            versie: publication.version,
            werkwijze: publication.method.code(),
            weggelaten: publication.hidden,
            openbaar_op: publication.published_at,
        }
    }
}

#[utoipa::path(
    post, path = "/crisisrapportages/{kwartaal}/openbaar", operation_id = "publiceerCrisisrapportage", tag = "Crisis",
    summary = "De openbare uitgave van een afgesloten kwartaal maken",
    description = "Eerst wordt nagegaan of een lezer een klein aantal kan berekenen, ook met eerdere uitgaven ernaast. Kan dat, of is deze versie al openbaar, dan volgt 409 en is er niets gepubliceerd.",
    params(QuarterPath, OnceKey),
    request_body(content = PublicationInput, content_type = "application/json"),
    responses(
        (status = 200, description = "De uitgave die nu openbaar is", body = PublicationBody, headers(("API-Version" = String))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_publication(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let quarter = parse_path("kwartaal", &path, str::parse::<Quarter>)?;
    let methods: Vec<(&str, Method)> = Method::ALL.iter().map(|method| (method.code(), *method)).collect();
    let method = input.choice("werkwijze", &methods);
    let method = input.finish(method)?.ok_or_else(|| Error::internal("a required field is missing"))?;
    let published = ctx
        .db(move |conn, actor, now| {
            publish_quarter(conn, actor, now, quarter, method)?;
            let region_id = actor.region_id().ok_or(Error::Forbidden)?;
            let found = list_publications(conn, region_id)?;
            found
                .into_iter()
                .find(|publication| publication.quarter == quarter)
                .ok_or(Error::NotFound("uitgave"))
        })
        .await?;
    reply::json(&PublicationBody::from(&published))
}
