//! The board by API, for a screen or a system of the crisis point itself: what the page shows, at the same moment.

use actix_web::HttpResponse;
use chrono::{DateTime, NaiveDate, Utc};
use rules::crisis::answering::AssignmentStatus;
use rules::crisis::codes::AgeGroup;
use rules::crisis::places::PlaceState;
use rules::crisis::stay::Due;
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Board, News};
use super::pages::look;
use crate::clock::dutch_day;
use crate::crisis::distribution::model::{Assignment, Turns};
use crate::crisis::reading::readable;
use crate::crisis::requests::api::RequestBody;
use crate::crisis::requests::model::CrisisRequest;
use crate::crisis::stays::model::HelpLine;
use crate::error::Result;
use crate::web::context::Context;
use crate::web::described::ReadProblems;
use crate::web::input::QueryInput;
use crate::web::reply;

/// Stand van het crisisbord.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crisisbord)]
#[serde(rename_all = "camelCase")]
pub struct BoardBody {
    /// Nummer van het laatste nieuws dat erin verwerkt is.
    #[schema(minimum = 0, example = 412)]
    nummer: i64,
    /// Moment van deze stand (UTC).
    bijgewerkt_op: DateTime<Utc>,
    /// Of het crisispunt nu open is.
    crisispunt_open: bool,
    /// De open aanvragen; wat te laat is eerst.
    aanvragen: Vec<Bordaanvraag>,
    /// Wat de laatste dag is doorverwezen.
    doorverwezen: Vec<RequestBody>,
    /// Wie aan de beurt is, voor elke leeftijdsgroep.
    beurten: Vec<Crisisbeurt>,
    /// Het verblijf dat loopt, met wat er van evaluatie en perspectiefplan gedaan is.
    verblijven: Vec<Bordverblijf>,
    /// Hoeveel crisisplaatsen er vrij zijn, voor elke leeftijdsgroep.
    vrije_plaatsen: Vec<VrijePlaatsen>,
    /// Het nieuwste eerst.
    nieuws: Vec<Crisisnieuws>,
}

/// Een open aanvraag, en bij wie zij ligt.
#[derive(Debug, Serialize, ToSchema)]
pub struct Bordaanvraag {
    aanvraag: RequestBody,
    /// Ontbreekt als zij bij niemand ligt.
    #[serde(skip_serializing_if = "Option::is_none")]
    toewijzing: Option<Bordtoewijzing>,
}

/// Aan wie een aanvraag is aangeboden, of wie haar heeft aangenomen.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Bordtoewijzing {
    /// Naam van de aanbieder.
    #[schema(example = "De Haven Jeugdhulp")]
    aanbieder: String,
    /// Of de aanbieder nog moet antwoorden, of de aanvraag aannam.
    #[schema(pattern = "^(aangeboden|aangenomen)$", example = "aangeboden")]
    stand: &'static str,
    /// Uiterste moment voor het antwoord (UTC).
    antwoord_uiterlijk: DateTime<Utc>,
}

/// Wie er aan de beurt is voor een leeftijdsgroep, en voor gemeenten met dezelfde aandelen.
#[derive(Debug, Serialize, ToSchema)]
pub struct Crisisbeurt {
    /// `12-` is jonger dan 12 jaar, `12+` is 12 jaar of ouder.
    #[schema(pattern = "^12[-+]$", example = "12+")]
    leeftijdsgroep: &'static str,
    /// Namen van de gemeenten waarvoor dit geldt; leeg als het voor alle gemeenten hetzelfde is.
    #[schema(example = json!(["Lelystad"]))]
    gemeenten: Vec<String>,
    /// De aanbieders die ruimte hebben; wie aan de beurt is eerst.
    #[schema(example = json!(["De Haven Jeugdhulp", "Bakenzand Jeugd en Gezin"]))]
    volgorde: Vec<String>,
}

/// Een kind in verblijf, en wat er binnen de termijn moet gebeuren.
#[derive(Debug, Serialize, ToSchema)]
pub struct Bordverblijf {
    /// Code van de aanvraag.
    #[schema(example = "C4K-7XW-2R9")]
    aanvraag: String,
    /// Evaluatie, perspectiefplan en laatste dag, voor zover die er zijn.
    termijnen: Vec<Bordtermijn>,
}

/// Wat er van hulp moet gebeuren.
#[derive(Debug, Serialize, ToSchema)]
pub struct Bordtermijn {
    /// Waarvoor de termijn is.
    #[schema(pattern = "^(evaluatie|perspectiefplan|einde)$", example = "evaluatie")]
    wat: &'static str,
    /// Of het gedaan is, en zo niet of de termijn voorbij is.
    #[schema(pattern = "^(te-laat|te-doen|gedaan)$", example = "te-doen")]
    stand: &'static str,
    /// De stand in gewone taal.
    #[schema(example = "nog 2 dagen")]
    woorden: String,
}

/// Hoeveel crisisplaatsen er nu vrij zijn. Een plaats voor alle leeftijden telt bij beide groepen.
#[derive(Debug, Serialize, ToSchema)]
pub struct VrijePlaatsen {
    /// `12-` is jonger dan 12 jaar, `12+` is 12 jaar of ouder.
    #[schema(pattern = "^12[-+]$", example = "12+")]
    leeftijdsgroep: &'static str,
    /// Aantal vrije plaatsen.
    #[schema(example = 2)]
    vrij: usize,
}

/// Een regel van het nieuws.
#[derive(Debug, Serialize, ToSchema)]
pub struct Crisisnieuws {
    /// Volgnummer: hoger is nieuwer.
    #[schema(minimum = 1, example = 412)]
    nummer: i64,
    /// Wanneer het gebeurde (UTC).
    op: DateTime<Utc>,
    /// Code van wat er gebeurde.
    #[schema(example = "aangemeld")]
    gebeurtenis: &'static str,
    /// Code van de aanvraag; ontbreekt als het nieuws niet over één aanvraag gaat.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "C4K-7XW-2R9")]
    aanvraag: Option<String>,
    /// Wat erbij hoort, in woorden; ontbreekt als er niets bij hoort.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "De Haven Jeugdhulp")]
    bijzonderheid: Option<String>,
}

impl BoardBody {
    fn new(board: &Board, now: DateTime<Utc>) -> Result<Self> {
        let case = |request: &CrisisRequest| Bordaanvraag {
            aanvraag: RequestBody::from(request),
            toewijzing: given(board, request.id),
        };
        let free = |group: AgeGroup| {
            let fits = board.places.iter().filter(|place| place.age_group.is_none_or(|of| of == group));
            let vrij = fits.filter(|place| place.at(now).state() == PlaceState::Free).count();
            VrijePlaatsen { leeftijdsgroep: group.sign(), vrij }
        };
        let is_stay = |line: &&HelpLine| line.is_running() && line.kind.is_stay();
        Ok(Self {
            nummer: board.newest,
            bijgewerkt_op: board.read_at,
            crisispunt_open: board.point.is_open(now)?,
            aanvragen: board.requests.iter().map(case).collect(),
            doorverwezen: board.referred.iter().map(RequestBody::from).collect(),
            beurten: board.division.turns.iter().map(turn).collect(),
            verblijven: board.help.iter().filter(is_stay).map(|line| stay(line, dutch_day(now))).collect(),
            vrije_plaatsen: AgeGroup::ALL.iter().copied().map(free).collect(),
            nieuws: board.news.iter().map(news).collect(),
        })
    }
}

fn given(board: &Board, request_id: i64) -> Option<Bordtoewijzing> {
    let counts = |one: &&Assignment| {
        one.request.id == request_id
            && matches!(one.status, AssignmentStatus::Offered | AssignmentStatus::Accepted)
    };
    board.assignments.iter().find(counts).map(|one| Bordtoewijzing {
        aanbieder: one.provider.name.clone(),
        stand: one.status.code(),
        antwoord_uiterlijk: one.answer_by,
    })
}

fn turn(turns: &Turns) -> Crisisbeurt {
    let with_room = turns.order.iter().filter(|line| line.full_until.is_none());
    Crisisbeurt {
        leeftijdsgroep: turns.age_group.sign(),
        gemeenten: turns.municipalities.clone(),
        volgorde: with_room.map(|line| line.provider.name.clone()).collect(),
    }
}

fn stay(line: &HelpLine, today: NaiveDate) -> Bordverblijf {
    let term = |(wat, due): (&'static str, Due)| Bordtermijn {
        wat,
        stand: match due {
            Due::Overdue(_) => "te-laat",
            Due::Today | Due::Soon(_) | Due::Later(_) => "te-doen",
            Due::Done | Due::DoneLate(_) => "gedaan",
        },
        woorden: due.words(),
    };
    Bordverblijf { aanvraag: readable(&line.code), termijnen: line.dues(today).map(term).collect() }
}

fn news(news: &News) -> Crisisnieuws {
    Crisisnieuws {
        nummer: news.id,
        op: news.at,
        gebeurtenis: news.kind.code(),
        aanvraag: news.request.as_ref().map(|(code, _)| readable(code)),
        bijzonderheid: news.detail.clone(),
    }
}

#[utoipa::path(
    get, path = "/crisisbord", operation_id = "haalCrisisbord", tag = "Crisis",
    summary = "Het crisisbord",
    description = "Wat het bord nu toont: de open aanvragen, bij wie zij liggen, wie aan de beurt is, de vrije plaatsen en het laatste nieuws. Elke keer komt in \
        de inzagelog.",
    responses(
        (status = 200, description = "De stand van nu", body = BoardBody, headers(("API-Version" = String))),
        ReadProblems,
        (status = 403, response = crate::api_document::Problem),
    ),
    security(("bearer" = []))
)]
pub async fn get_board(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    let board = look(&ctx).await?;
    reply::json(&BoardBody::new(&board, ctx.now)?)
}
