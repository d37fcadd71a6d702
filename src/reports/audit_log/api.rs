//! The log by API, for who reads it on the page: looking is written in the log, here too.

use actix_web::HttpResponse;
use actix_web::web::Path;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::openapi::schema::Object;
use utoipa::{IntoParams, ToSchema};

use super::actions;
use super::model::{LogLine, Outcome, fields};
use super::pages::{COLUMNS, read_filter};
use crate::api_document::parse_path;
use crate::error::{Error, Result};
use crate::paging::{Paging, SortOrder, rows_of_page};
use crate::web::context::Context;
use crate::web::described::{Datum, NumberPath, OwnReadProblems, PageQuery, Paginering, codes_schema};
use crate::web::fields::parse_id;
use crate::web::input::QueryInput;
use crate::web::lists::page_number;
use crate::web::reply;

/// Which lines to list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what read_filter reads")]
struct LogQuery {
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
        example = "beheerder"
    )]
    gebruiker: String,
    /// Deel van de code van een handeling.
    #[param(required = false, max_length = 100, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$", example = "opslaan")]
    handeling: String,
    /// Soort waarop de handeling was, voluit.
    #[param(required = false, max_length = 100, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$", example = "segment")]
    soort: String,
    /// Nummer of code waarop de handeling was, voluit.
    #[param(required = false, max_length = 100, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$", example = "17")]
    nummer: String,
    /// Nummer van een verzoek, voluit.
    #[param(required = false, max_length = 100, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    verzoek: String,
    /// Of het gedaan of geweigerd is.
    #[param(required = false, schema_with = outcome_schema)]
    uitkomst: String,
    /// Zonder keuze staat de nieuwste regel eerst; tijdstip-af draait dat om.
    #[param(required = false, pattern = "^tijdstip(-af)?$", example = "tijdstip")]
    sorteer: String,
}

/// De plaats van een regel in de keten, en zijn zegel.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Logzegel)]
pub struct SealBody {
    /// Volgnummer in de keten.
    #[schema(minimum = 1, example = 1042)]
    nummer: i64,
    /// SHA-256 over deze regel en het zegel ervoor.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    zegel: String,
}

/// Eén regel van het logboek.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Logboekregel)]
pub struct LineBody {
    /// Nummer van de regel.
    #[schema(minimum = 1, example = 1042)]
    id: i64,
    /// Wanneer het gebeurde (UTC).
    op: DateTime<Utc>,
    /// Waarmee iemand inlogde; leeg voor het systeem en voor wie niet is ingelogd.
    #[schema(example = "beheerder-regio")]
    gebruiker: String,
    /// Organisatie van de gebruiker op dat moment; leeg als er geen gebruiker was.
    #[schema(example = "Regio Noord-Veluwe")]
    organisatie: String,
    /// De rollen van dat moment.
    #[schema(example = json!(["beheerder"]))]
    rollen: Vec<String>,
    /// Code van wat iemand deed of wilde doen.
    #[schema(example = "segment-opslaan")]
    handeling: String,
    #[schema(schema_with = outcome_schema)]
    uitkomst: &'static str,
    /// Code van de soort gegeven waar het om gaat.
    #[schema(example = "segment")]
    soort: String,
    /// Nummer of code van het gegeven zelf; leeg als er niet één is.
    #[schema(example = "17")]
    nummer: String,
    /// Hoe het was; ontbreekt als er niets was of niets is vastgelegd.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    voor: Option<Map<String, Value>>,
    /// Hoe het werd.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    na: Option<Map<String, Value>>,
    /// IP-adres waar het verzoek vandaan kwam; een woord voor het systeem zelf.
    #[schema(example = "192.0.2.17")]
    herkomst: String,
    /// Nummer van het verzoek, dat ook in de kop X-Request-Id van het antwoord staat.
    #[schema(example = "4b1f6a0f9d2e4c53a7d8f0e1c2b3a495")]
    verzoek: String,
    /// Een regel van de laatste seconden kan er nog geen hebben.
    #[serde(skip_serializing_if = "Option::is_none")]
    keten: Option<SealBody>,
}

/// Een bladzijde van het logboek.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Logboekregels)]
pub struct LogPage {
    /// De regels van deze bladzijde, de nieuwste eerst.
    logboekregels: Vec<LineBody>,
    /// Het einde van de keten.
    keten: SealBody,
    #[serde(flatten)]
    paginering: Paginering,
}

fn outcome_schema() -> Object {
    codes_schema("Of het is gedaan of geweigerd.", Outcome::ALL.iter().map(|outcome| outcome.code()))
}

impl From<LogLine> for LineBody {
    fn from(line: LogLine) -> Self {
        let state = |text: Option<&str>| Some(fields(text)).filter(|fields| !fields.is_empty());
        Self {
            id: line.id,
            op: line.at,
            gebruiker: line.user_name,
            organisatie: line.organisation,
            rollen: line.roles.split_whitespace().map(str::to_owned).collect(),
            handeling: line.action,
            uitkomst: line.outcome.code(),
            soort: line.object_type,
            nummer: line.object_id,
            voor: state(line.before.as_deref()),
            na: state(line.after.as_deref()),
            herkomst: line.origin,
            verzoek: line.request_id,
            keten: line.seal.map(|(nummer, zegel)| SealBody { nummer, zegel }),
        }
    }
}

#[utoipa::path(
    get, path = "/logboekregels", operation_id = "lijstLogboekregels", tag = "Logboek",
    summary = "Wie wat deed, of mocht niet doen",
    description = "Van de gebruikers van uw regio en van het systeem. Wie kijkt, staat daarmee zelf in het logboek.",
    params(LogQuery, PageQuery),
    responses(
        (status = 200, description = "De regels, nieuwste eerst", body = LogPage, headers(("API-Version" = String))),
        OwnReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn list_lines(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let filter = read_filter(&mut query);
    let order = SortOrder::read(&mut query, &COLUMNS);
    let number = page_number(&mut query);
    query.finish(())?;
    let found = ctx
        .db(move |conn, actor, now| {
            actions::list_lines(conn, actor, now, &filter, order.descending, rows_of_page(number))
        })
        .await?;
    let total = usize::try_from(found.total).map_err(Error::internal)?;
    reply::json(&LogPage {
        logboekregels: found.lines.into_iter().map(LineBody::from).collect(),
        keten: SealBody { nummer: found.head.seq, zegel: found.head.hash },
        paginering: Paging::new(number, total).into(),
    })
}

#[utoipa::path(
    get, path = "/logboekregels/{id}", operation_id = "haalLogboekregel", tag = "Logboek",
    summary = "Eén regel van het logboek",
    params(NumberPath),
    responses(
        (status = 200, description = "De regel", body = LineBody, headers(("API-Version" = String))),
        OwnReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn get_line(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_path("id", &path, parse_id)?;
    let line = ctx.db(move |conn, actor, now| actions::find_line(conn, actor, now, id)).await?;
    reply::json(&LineBody::from(line))
}
