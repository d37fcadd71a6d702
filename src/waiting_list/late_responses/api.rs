//! Late responses by API.

use actix_web::HttpResponse;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::actions;
use super::model::{LateCount, LateResponse};
use crate::error::Result;
use crate::paging::Paging;
use crate::web::context::Context;
use crate::web::described::{PageQuery, Paginering, ReadProblems};
use crate::web::input::QueryInput;
use crate::web::lists::page_number;
use crate::web::reply;

/// Reactie die de toegang niet op tijd beantwoordde. Er staat niets in over wat het kind nodig heeft.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LateReactie)]
#[serde(rename_all = "camelCase")]
pub struct LateBody {
    /// Code van de wachtende.
    #[schema(example = "C4K-7XW-2R9")]
    code: String,
    /// Naam van de gemeente die voor het kind verantwoordelijk is.
    #[schema(example = "Harderwijk")]
    gemeente: String,
    /// Code van het product waarop wordt gewacht.
    #[schema(example = "45A12")]
    product: String,
    /// Naam van het product waarop wordt gewacht.
    #[schema(example = "Gezinsbehandeling thuis")]
    product_naam: String,
    /// AGB-code van de aanbieder die reageerde.
    #[schema(pattern = "^(?!0{8})[0-9]{8}$", example = "98990009")]
    agb: String,
    /// Naam van de aanbieder die reageerde.
    #[schema(example = "De Haven Jeugdhulp")]
    aanbieder: String,
    /// Wanneer de aanbieder reageerde (UTC).
    gegeven_op: DateTime<Utc>,
    /// Wanneer de toegang uiterlijk had moeten antwoorden (UTC).
    antwoord_voor: DateTime<Utc>,
    /// Laatste dag waarop de aanbieder dit aanbiedt.
    geldig_tot: NaiveDate,
    /// Wanneer de toegang is herinnerd (UTC); ontbreekt als dat niet is gebeurd.
    #[serde(skip_serializing_if = "Option::is_none")]
    herinnerd_op: Option<DateTime<Utc>>,
    /// Wanneer de accountmanager is gemaild (UTC); ontbreekt als dat niet is gebeurd.
    #[serde(skip_serializing_if = "Option::is_none")]
    opgeschaald_op: Option<DateTime<Utc>>,
    /// Wanneer de reactie zonder antwoord verliep.
    #[serde(skip_serializing_if = "Option::is_none")]
    verlopen_op: Option<DateTime<Utc>>,
    /// Bij een geaccepteerde reactie waarvan de aanbieder de start niet bevestigde: de afgesproken startdag.
    #[serde(skip_serializing_if = "Option::is_none")]
    start_gepland: Option<NaiveDate>,
    /// Of er een bemiddeling is om te bekijken.
    bemiddeling: bool,
}

/// Een bladzijde van de late reacties.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LateReacties)]
#[serde(rename_all = "camelCase")]
pub struct LatePage {
    /// De late reacties van deze bladzijde.
    reacties: Vec<LateBody>,
    /// Te laat en nog te beantwoorden.
    #[schema(example = 3)]
    te_laat: usize,
    /// Daarvan opgeschaald naar de accountmanager.
    #[schema(example = 1)]
    opgeschaald: usize,
    /// In de laatste 14 dagen zonder antwoord verlopen.
    #[schema(example = 2)]
    verlopen: usize,
    /// Geaccepteerd, en na een herinnering bevestigde de aanbieder de start niet.
    niet_bevestigd: usize,
    paginering: Paginering,
}

impl From<LateResponse> for LateBody {
    fn from(one: LateResponse) -> Self {
        Self {
            code: one.code.to_string(),
            gemeente: one.municipality,
            product: one.product_code,
            product_naam: one.product_name,
            agb: one.agb,
            aanbieder: one.provider,
            gegeven_op: one.opened_at,
            antwoord_voor: one.answer_by,
            geldig_tot: one.valid_until,
            herinnerd_op: one.chased_at,
            opgeschaald_op: one.escalated_at,
            verlopen_op: one.lapsed_at,
            start_gepland: one.planned_on,
            bemiddeling: one.has_case,
        }
    }
}

#[utoipa::path(
    get, path = "/late-reacties", operation_id = "lijstLateReacties", tag = "Wachtlijst",
    summary = "Reacties die te laat of niet zijn beantwoord",
    description = "Van alle aanbieders in uw regio: reacties waarvan de termijn voor het antwoord voorbij is, het langst te laat eerst, en reacties die in \
        de laatste 14 dagen zonder antwoord verliepen. Ook geaccepteerde reacties waarvan de aanbieder na een herinnering niet bevestigde dat de zorg startte. Met code, aanbieder en gemeente, zonder gegevens over het kind.",
    params(PageQuery),
    responses(
        (status = 200, description = "Een bladzijde van de lijst", body = LatePage, headers(("API-Version" = String))),
        ReadProblems,
        (status = 403, response = crate::api_document::Problem),
    ),
    security(("bearer" = []))
)]
pub async fn list_late(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let number = page_number(&mut query);
    query.finish(())?;
    let (count, paging, shown) = ctx
        .db(move |conn, actor, now| {
            let found = actions::list_late(conn, actor, now)?;
            let paging = Paging::new(number, found.len());
            let mut shown = paging.cut(&found);
            actions::record_shown(conn, actor, now, &mut shown)?;
            Ok((LateCount::of(&found), paging, shown))
        })
        .await?;
    reply::json(&LatePage {
        reacties: shown.into_iter().map(Into::into).collect(),
        te_laat: count.late,
        opgeschaald: count.escalated,
        verlopen: count.lapsed,
        niet_bevestigd: count.unstarted,
        paginering: paging.into(),
    })
}
