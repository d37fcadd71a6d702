//! Who needs another place, by API.

use actix_web::HttpResponse;
use chrono::NaiveDate;
use rules::waiting::replacement::EndCause;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::Object;

use super::actions;
use super::model::{COLUMNS, Replacement, Situation};
use crate::error::Result;
use crate::paging::{Paging, SortOrder};
use crate::web::context::Context;
use crate::web::described::{PageQuery, Paginering, ReadProblems, codes_schema};
use crate::web::fields::Fields;
use crate::web::input::QueryInput;
use crate::web::lists::page_number;
use crate::web::reply;

/// Een kind dat een andere plek nodig heeft.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Herplaatsing)]
#[serde(rename_all = "camelCase")]
pub struct ReplacementBody {
    /// Code van de wachtende.
    #[schema(example = "C4K-7XW-2R9")]
    code: String,
    /// Naam van de gemeente die voor het kind verantwoordelijk is.
    #[schema(example = "Harderwijk")]
    gemeente: String,
    /// Code van het product waarop wordt gewacht, of dat het kind krijgt.
    #[schema(example = "45A12")]
    product: String,
    /// Naam van het product.
    #[schema(example = "Gezinsbehandeling thuis")]
    product_naam: String,
    #[schema(schema_with = situation_schema)]
    situatie: &'static str,
    /// Aanbieder waar de zorg eindigt; ontbreekt voor wie al terug op de lijst is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "De Haven Jeugdhulp")]
    aanbieder: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = cause_schema, required = false)]
    oorzaak: Option<&'static str>,
    /// Laatste dag waarop de zorg daar kan worden gegeven.
    #[serde(skip_serializing_if = "Option::is_none")]
    laatste_dag: Option<NaiveDate>,
    /// Dag waarop het kind terugkwam op de lijst.
    #[serde(skip_serializing_if = "Option::is_none")]
    terug_op: Option<NaiveDate>,
    /// Of u de stap `herplaatsen` kunt zetten.
    herplaatsbaar: bool,
}

/// Een bladzijde van wie een andere plek nodig heeft.
#[derive(Debug, Serialize, ToSchema)]
pub struct Herplaatsingen {
    /// De kinderen van deze bladzijde.
    herplaatsingen: Vec<ReplacementBody>,
    paginering: Paginering,
}

fn situation_schema() -> Object {
    codes_schema(
        "Of het kind daar zorg heeft, die is afgesproken of gewenst, of het al terug is op de lijst.",
        Situation::ALL.map(Situation::code),
    )
}

fn cause_schema() -> Object {
    codes_schema(
        "Waardoor de zorg daar eindigt; ontbreekt voor wie al terug op de lijst is.",
        EndCause::ALL.iter().map(|cause| cause.code()),
    )
}

impl From<&Replacement> for ReplacementBody {
    fn from(one: &Replacement) -> Self {
        Self {
            code: one.code.to_string(),
            gemeente: one.municipality.clone(),
            product: one.product_code.clone(),
            product_naam: one.product_name.clone(),
            situatie: one.situation.code(),
            aanbieder: one.provider.as_ref().map(|(_, name)| name.clone()),
            oorzaak: one.end.map(|end| end.cause.code()),
            laatste_dag: one.end.map(|end| end.last_day),
            terug_op: one.returned_on,
            herplaatsbaar: one.can_return(),
        }
    }
}

/// Reads which situation a list is narrowed to.
pub(super) fn read_situation(query: &mut Fields) -> Option<Situation> {
    query.optional_choice("situatie", &Situation::ALL.map(|situation| (situation.code(), situation)))
}

#[utoipa::path(
    get, path = "/herplaatsingen", operation_id = "lijstHerplaatsingen", tag = "Wachtlijst",
    summary = "Wie een andere plek nodig heeft",
    description = "Kinderen van uw gemeenten met zorg bij een aanbieder van wie het contract afloopt of die stopt, binnen 90 dagen of al voorbij; wie daar \
        overbruggingszorg heeft; wie daarop wacht; en wie daarom al terug op de lijst is. Zet de stap `herplaatsen` bij de wachtende om het kind terug op de lijst te brengen.",
    params(
        PageQuery,
        ("situatie" = Option<String>, Query, description = "Alleen deze situatie", pattern = "^(in-zorg|afgesproken|overbrugging|gewenst|terug)$", example = "in-zorg"),
        ("sorteer" = Option<String>, Query, description = "Volgorde, met -af erachter omgekeerd", pattern = "^(einde|code|aanbieder)(-af)?$", example = "einde"),
    ),
    responses(
        (status = 200, description = "Een bladzijde van de lijst", body = Herplaatsingen, headers(("API-Version" = String))),
        ReadProblems,
        (status = 403, response = crate::api_document::Problem),
    ),
    security(("bearer" = []))
)]
pub async fn list_replacements(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let number = page_number(&mut query);
    let situation = read_situation(&mut query);
    let order = SortOrder::read(&mut query, &COLUMNS);
    query.finish(())?;
    let (paging, rows) = ctx
        .db(move |conn, actor, now| {
            let found = actions::list_sorted(conn, actor, now, situation, order)?;
            let paging = Paging::new(number, found.len());
            let rows = paging.cut(&found);
            actions::record_shown(conn, actor, now, &rows)?;
            Ok((paging, rows))
        })
        .await?;
    reply::json(&Herplaatsingen {
        herplaatsingen: rows.iter().map(Into::into).collect(),
        paginering: paging.into(),
    })
}
