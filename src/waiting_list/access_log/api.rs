//! The access log by API, for who reads it on the page: looking is written in it, here too.

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::openapi::schema::Object;
use utoipa::{IntoParams, ToSchema};

use super::actions;
use super::model::{AccessKind, AccessLine, AccessOutcome, Purpose};
use super::pages::{COLUMNS, read_filter, shown_code};
use crate::error::{Error, Result};
use crate::paging::{Paging, SortOrder, rows_of_page};
use crate::web::context::Context;
use crate::web::described::{Datum, OwnReadProblems, PageQuery, Paginering, codes_schema};
use crate::web::input::QueryInput;
use crate::web::lists::page_number;
use crate::web::reply;

/// Which lines to list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what read_filter reads")]
struct AccessQuery {
    /// Eerste dag.
    #[param(required = false, inline)]
    van: Datum,
    /// Laatste dag; die hoort erbij en ligt niet voor de eerste.
    #[param(required = false, inline)]
    tot: Datum,
    /// Deel van de naam waarmee iemand inlogt.
    #[param(
        required = false,
        max_length = 100,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*$",
        example = "harderwijk"
    )]
    gebruiker: String,
    /// Cliëntcode van wie bekeken is, met of zonder streepjes.
    #[param(
        required = false,
        pattern = "^[2-9CDFGHJKMNPRTWXY]{3}-?[2-9CDFGHJKMNPRTWXY]{3}-?[2-9CDFGHJKMNPRTWXY]{3}$",
        example = "C4K-7XW-2R9"
    )]
    code: String,
    /// Alleen deze soort inzage.
    #[param(required = false, schema_with = kind_schema)]
    soort: String,
    /// Zonder keuze staat de nieuwste regel eerst; tijdstip-af draait dat om.
    #[param(required = false, pattern = "^tijdstip(-af)?$", example = "tijdstip")]
    sorteer: String,
}

/// Eén keer dat iemand naar wachtenden keek, of ze opzocht.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Inzageregel)]
#[serde(rename_all = "camelCase")]
pub struct AccessBody {
    /// Nummer van de regel.
    #[schema(minimum = 1, example = 2045)]
    id: i64,
    /// Wanneer iemand keek (UTC).
    op: DateTime<Utc>,
    /// Waarmee iemand inlogde.
    #[schema(example = "toegang-harderwijk")]
    gebruiker: String,
    /// Hoe iemand op de pagina heette.
    #[schema(example = "Toegang Harderwijk")]
    naam: String,
    /// Organisatie van de gebruiker op dat moment.
    #[schema(example = "Gemeente Harderwijk")]
    organisatie: String,
    /// De rollen van dat moment.
    #[schema(example = json!(["toegang"]))]
    rollen: Vec<String>,
    /// Voor wie een programma keek; ontbreekt als een mens keek.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "De Haven Jeugdhulp")]
    namens: Option<String>,
    /// Code van de soort inzage.
    #[schema(example = "wachtende-inzien")]
    soort: String,
    /// Wat er met het gegeven gebeurde (NEN 7513): C maken, R lezen, U wijzigen, D wissen, E uitvoeren.
    #[schema(example = "R")]
    actie: String,
    #[schema(schema_with = purpose_schema)]
    doel: String,
    /// Regel die het toestond.
    #[schema(example = "eigen-gemeente")]
    grond: String,
    /// Codes van wie getoond zijn; leeg als het niemand was.
    #[schema(example = json!(["C4K-7XW-2R9"]))]
    wachtenden: Vec<String>,
    /// Soort van wat bekeken is; ontbreekt bij oude regels.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "wachtende")]
    onderdeelsoort: Option<String>,
    /// Nummer van wat bekeken is, zoals een bewaard voorstel; leeg als er geen nummer is.
    #[schema(example = "17")]
    onderdeel: String,
    /// Versie van wat bekeken is; ontbreekt als er geen versie is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "3")]
    versie: Option<String>,
    /// Wat er van een lijst gevraagd is; ontbreekt als er niets is gevraagd.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    vraag: Option<Map<String, Value>>,
    #[schema(schema_with = outcome_schema)]
    uitkomst: String,
    /// IP-adres waar het verzoek vandaan kwam.
    #[schema(example = "192.0.2.17")]
    herkomst: String,
    /// Nummer van het verzoek, dat ook in de kop X-Request-Id van het antwoord staat.
    #[schema(example = "4b1f6a0f9d2e4c53a7d8f0e1c2b3a495")]
    verzoek: String,
    /// Nummer waaronder andere systemen het verzoek kennen; ontbreekt als er geen is meegestuurd.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "4bf92f3577b34da6a3ce929d0e0e4736")]
    spoor: Option<String>,
    /// Programma dat de regel schreef, met zijn versie; ontbreekt bij oude regels.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "beschikbaarheidswijzer 0.1.0")]
    bron: Option<String>,
}

/// Een bladzijde van de inzage.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Inzageregels)]
pub struct AccessPage {
    /// De regels van deze bladzijde.
    inzageregels: Vec<AccessBody>,
    #[serde(flatten)]
    paginering: Paginering,
}

fn kind_schema() -> Object {
    codes_schema("Soort inzage.", AccessKind::ALL.iter().map(|kind| kind.code()))
}

fn purpose_schema() -> Object {
    codes_schema("Waarvoor iemand keek.", Purpose::ALL.map(Purpose::code))
}

fn outcome_schema() -> Object {
    codes_schema(
        "Of iets getoond is. Geweigerd: het bestaat niet, of niet voor deze gebruiker.",
        AccessOutcome::ALL.map(AccessOutcome::code),
    )
}

impl From<AccessLine> for AccessBody {
    fn from(line: AccessLine) -> Self {
        Self {
            id: line.id,
            op: line.at,
            gebruiker: line.user_name,
            naam: line.display_name,
            organisatie: line.organisation,
            rollen: line.roles.split_whitespace().map(str::to_owned).collect(),
            namens: line.on_behalf_of,
            soort: line.kind,
            actie: line.action,
            doel: line.purpose,
            grond: line.rule,
            wachtenden: line.subjects.iter().map(|code| shown_code(code)).collect(),
            onderdeelsoort: line.object_type,
            onderdeel: line.object_id,
            versie: line.object_version,
            vraag: line.question.and_then(|question| serde_json::from_str(&question).ok()),
            uitkomst: line.outcome,
            herkomst: line.origin,
            verzoek: line.request_id,
            spoor: line.trace_id,
            bron: line.source,
        }
    }
}

#[utoipa::path(
    get, path = "/inzageregels", operation_id = "lijstInzageregels", tag = "Logboek",
    summary = "Wie welke wachtende bekeek of opzocht, wanneer, waarom en van waar",
    description = "Van de gebruikers van uw regio. Wie kijkt, staat daarmee zelf in de inzage. Een code die niet kan bestaan, en een laatste dag voor de eerste, \
        geven 409.",
    params(AccessQuery, PageQuery),
    responses(
        (status = 200, description = "De regels, nieuwste eerst", body = AccessPage, headers(("API-Version" = String))),
        (status = 409, response = crate::api_document::Problem),
        OwnReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn list_lines(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let (filter, joint) = read_filter(&mut query);
    let order = SortOrder::read(&mut query, &COLUMNS);
    let number = page_number(&mut query);
    let filter = query.finish_with(filter, joint)?;
    let (lines, total) = ctx
        .db(move |conn, actor, now| {
            actions::list_lines(conn, actor, now, &filter, order.descending, rows_of_page(number))
        })
        .await?;
    let total = usize::try_from(total).map_err(Error::internal)?;
    reply::json(&AccessPage {
        inzageregels: lines.into_iter().map(Into::into).collect(),
        paginering: Paging::new(number, total).into(),
    })
}
