//! Weighing by API.

use actix_web::HttpResponse;
use actix_web::web::Path;
use serde::Serialize;
use utoipa::ToSchema;

use super::actions::{self, Weighed, place_of};
use crate::error::Result;
use crate::matching::proposals::api::VoorstelKan;
use crate::matching::proposals::model::{CanLine, Place};
use crate::waiting_list::clients::api::ClientPath;
use crate::waiting_list::responses::api::body::ResponseBody;
use crate::waiting_list::responses::api::input::{AcceptanceInput, read_acceptance};
use crate::waiting_list::responses::api::{ResponsePath, parse_key, reply_weighed};
use crate::waiting_list::responses::weighing;
use crate::web::context::Context;
use crate::web::described::{OnceKey, ReadProblems, WriteProblems};
use crate::web::input::{JsonInput, QueryInput};
use crate::web::reply;

/// Waar het aanbod van een reactie staat in de volgorde van de matcher.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReactieVolgorde)]
pub struct PlaceBody {
    /// De hoeveelste van alle aanbod dat kan; niet aanwezig als het niet kan.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, example = 2)]
    rang: Option<usize>,
    /// Som van de onderdelen van de score, in honderdsten van een week; niet aanwezig als het niet kan.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 430)]
    totaal: Option<u32>,
    /// Waarom, of elke harde regel die niet gehaald wordt, in woorden.
    redenen: Vec<String>,
}

impl From<&Place> for PlaceBody {
    fn from(place: &Place) -> Self {
        match place {
            Place::Can { rank, line } => Self {
                rang: Some(*rank),
                totaal: Some(line.total),
                redenen: std::iter::once(&line.why)
                    .chain(line.terms.iter().map(|term| &term.words))
                    .cloned()
                    .collect(),
            },
            Place::Cannot(line) => Self { rang: None, totaal: None, redenen: line.reasons.clone() },
        }
    }
}

/// Reactie met haar plaats in de volgorde.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GewogenReactie)]
pub struct WeighedBody {
    #[serde(flatten)]
    reactie: ResponseBody,
    /// Niet aanwezig als de matcher dit aanbod niet kent of de wachtende van de lijst is.
    #[serde(skip_serializing_if = "Option::is_none")]
    volgorde: Option<PlaceBody>,
}

/// Aanbod dat kan, van een aanbieder die niet reageerde.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AanbodZonderReactie)]
pub struct OtherBody {
    /// Plaats in de volgorde van alles wat kan; de beste is 1.
    #[schema(minimum = 1, example = 1)]
    rang: usize,
    #[serde(flatten)]
    aanbod: VoorstelKan,
}

impl From<(usize, CanLine)> for OtherBody {
    fn from((rang, line): (usize, CanLine)) -> Self {
        Self { rang, aanbod: line.into() }
    }
}

/// Alle reacties op een wachtende.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reacties)]
pub struct WeighedResponses {
    /// De reacties, met wat de toegang weegt.
    reacties: Vec<WeighedBody>,
    /// Hoeveel aanbod kan; niet aanwezig als de wachtende van de lijst is.
    #[serde(rename = "kanTotaal", skip_serializing_if = "Option::is_none")]
    #[schema(example = 12)]
    kan_totaal: Option<usize>,
    /// De beste van wie niet reageerde.
    #[serde(rename = "zonderReactie")]
    zonder_reactie: Vec<OtherBody>,
}

#[utoipa::path(
    get, path = "/wachtenden/{code}/reacties", operation_id = "lijstReacties", tag = "Wachtlijst",
    summary = "Alle reacties op een wachtende van uw gemeente, naast de volgorde van de matcher",
    params(ClientPath),
    responses(
        (status = 200, description = "De reacties: die te accepteren zijn eerst, de vroegste start eerst", body = WeighedResponses, headers(("API-Version" = String))),
        ReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn list_of_client(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let snapshot = ctx.state.supply.current()?;
    let weighed =
        ctx.db(move |conn, actor, now| actions::list_of_client(conn, actor, now, &snapshot, &path)).await?;
    let Weighed { responses, order, .. } = weighed;
    let reacties = responses.into_iter().map(|response| {
        let place = place_of(order.as_ref(), &response).map(PlaceBody::from);
        WeighedBody { reactie: ResponseBody::for_toegang(response), volgorde: place }
    });
    reply::json(&WeighedResponses {
        reacties: reacties.collect(),
        kan_totaal: order.as_ref().map(|order| order.can_total),
        zonder_reactie: order.unwrap_or_default().others.into_iter().map(OtherBody::from).collect(),
    })
}

#[utoipa::path(
    post, path = "/wachtenden/{code}/reacties/{id}/acceptatie", operation_id = "accepteerReactie", tag = "Wachtlijst",
    summary = "Een reactie accepteren",
    description = "De plek wordt vergeven, de andere reacties eindigen en het voorstel van dit moment wordt bewaard. Bij verblijf hoort ambulante hulp, en zonder maatregel een team van de perspectiefregisseur. Was een ander u voor, is de reactie ingetrokken of verlopen, of is de laatste \
        plek net vergeven, dan volgt 409 en is er niets gebeurd.",
    params(ClientPath, ResponsePath, OnceKey),
    request_body(content = AcceptanceInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Geaccepteerd", body = ResponseBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_acceptance(
    ctx: Context,
    path: Path<(String, String)>,
    QueryInput(query): QueryInput,
    JsonInput(input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let (code, id) = parse_key(path)?;
    let of = code.clone();
    let care = ctx.db(move |conn, actor, _| weighing::find_care(conn, actor, (&of, id))).await?;
    let acceptance = read_acceptance(input, ("reden", "toelichting"), care, ctx.today())?;
    let (state, snapshot) = (ctx.state.clone(), ctx.state.supply.current()?);
    let accepted = ctx
        .db_supply(move |conn, actor, now| {
            let of = (&snapshot, &state.plans, state.config.public_url.as_str());
            actions::accept(conn, actor, now, of, (&code, id), &acceptance)
        })
        .await?;
    reply_weighed(accepted)
}
