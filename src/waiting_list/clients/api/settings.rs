//! What a region sets for its waiting list, by API.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use rules::violations::Violations;
use rules::waiting::mediation::{Ladder, Rung, StepOwner};
use rules::waiting::responses::{Consequence, Consequences, DeclineReason};
use rules::working_hours::WorkingTime;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::Object;

use crate::error::{Error, Result};
use crate::product_book::described::{Datum, Productcode};
use crate::waiting_list::clients::pages::settings::{read_plain, read_product};
use crate::waiting_list::clients::settings::{self, Settings};
use crate::web::context::Context;
use crate::web::described::{ChangedVersion, ReadProblems, WriteProblems, codes_schema, stored_etag};
use crate::web::fields::{Fields, Length};
use crate::web::input::{JsonInput, QueryInput};
use crate::web::reply;

/// More than a region has of one kind.
const MOST: usize = 200;
const MOST_STEPS: usize = 20;

/// Een product dat een ander opvolgt.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Opvolger)]
pub struct SuccessorBody {
    /// Code van het product dat eindigt.
    #[schema(example = "45A12")]
    oud: String,
    /// Code van het product dat ervoor in de plaats komt.
    #[schema(example = "45A13")]
    nieuw: String,
}

/// Een stap van de bemiddeling.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BemiddelingTrede)]
#[serde(rename_all = "camelCase")]
pub struct RungBody {
    #[schema(schema_with = owner_schema)]
    van_wie: &'static str,
    /// Binnen zoveel werkdagen moet de stap klaar zijn.
    #[schema(minimum = 1, maximum = 60, example = 5)]
    werkdagen: u32,
    /// Naam van de stap, zoals mensen die zien.
    #[schema(example = "Zoeken met aanbieders")]
    wat: String,
}

/// Wat volgt op een afwijzing om deze reden.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AfwijzingGevolg)]
pub struct ConsequenceBody {
    #[schema(schema_with = decline_schema)]
    reden: &'static str,
    #[schema(schema_with = consequence_schema)]
    gevolg: &'static str,
}

/// Wat voor de wachtlijst van de hele regio geldt.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WachtlijstInstellingen)]
#[serde(rename_all = "camelCase")]
pub struct SettingsBody {
    /// Zoveel kinderen delen minstens wat een aanbieder ziet (k).
    #[schema(minimum = 5, maximum = 100, example = 5)]
    kleinste_groep: usize,
    /// Of andere verwijzers dan de toegang mogen aanmelden.
    anderen_melden_aan: bool,
    /// Maanden dat de gegevens van wie van de lijst is bewaard blijven.
    #[schema(minimum = 1, maximum = 120, example = 24)]
    bewaartermijn: u32,
    /// Dagen waarop geen termijn loopt, naast weekend en feestdagen.
    sluitingsdagen: Vec<NaiveDate>,
    /// Werkdagen om een reactie te beantwoorden.
    #[schema(minimum = 1, maximum = 60, example = 5)]
    antwoord_dagen: u32,
    /// Werkdagen om een reactie te beantwoorden bij een kind dat urgent is.
    #[schema(minimum = 1, maximum = 60, example = 1)]
    antwoord_dagen_urgent: u32,
    /// Werkdagen na de herinnering tot opschalen.
    #[schema(minimum = 1, maximum = 60, example = 1)]
    opschaal_dagen: u32,
    /// Producten waarover een adviesorgaan beslist.
    #[schema(example = json!(["45A13"]))]
    advies_producten: Vec<String>,
    /// Producten waarvoor binnen twee weken iets start.
    #[schema(example = json!(["45A12"]))]
    snel_start_producten: Vec<String>,
    /// Producten die een ander opvolgen: wie op het oude wacht, kan naar het nieuwe.
    opvolgers: Vec<SuccessorBody>,
    /// Stappen van de bemiddeling, de eerste eerst.
    stappen: Vec<RungBody>,
    /// Gevolg van elke reden om af te wijzen.
    gevolgen: Vec<ConsequenceBody>,
}

/// Een opvolger die u opslaat.
#[derive(Debug, ToSchema)]
#[schema(as = OpvolgerInvoer)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that read_successors reads")]
pub struct SuccessorInput {
    oud: Productcode,
    nieuw: Productcode,
}

/// Een stap van de bemiddeling die u opslaat.
#[derive(Debug, ToSchema)]
#[schema(as = BemiddelingTredeInvoer)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that read_ladder reads")]
pub struct RungInput {
    #[schema(schema_with = owner_schema)]
    van_wie: String,
    /// Binnen zoveel werkdagen moet de stap klaar zijn.
    #[schema(minimum = 1, maximum = 60, example = 5)]
    werkdagen: u32,
    /// Naam van de stap, zoals mensen die zien.
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
        example = "Zoeken met aanbieders"
    )]
    wat: String,
}

/// Een gevolg dat u opslaat.
#[derive(Debug, ToSchema)]
#[schema(as = AfwijzingGevolgInvoer)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that read_consequences reads")]
pub struct ConsequenceInput {
    #[schema(schema_with = decline_schema)]
    reden: String,
    #[schema(schema_with = consequence_schema)]
    gevolg: String,
}

/// Alles wat voor de wachtlijst geldt: wat u weglaat staat daarna uit of leeg, en een reden zonder gevolg krijgt het gewone.
#[derive(Debug, ToSchema)]
#[schema(as = WachtlijstInstellingenInvoer)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that read_settings reads")]
pub struct SettingsInput {
    /// Zoveel kinderen delen minstens wat een aanbieder ziet (k).
    #[schema(minimum = 5, maximum = 100, example = 5)]
    kleinste_groep: u32,
    /// Of andere verwijzers dan de toegang mogen aanmelden. Zonder dit veld: nee.
    anderen_melden_aan: Option<bool>,
    /// Maanden dat de gegevens van wie van de lijst is bewaard blijven.
    #[schema(minimum = 1, maximum = 120, example = 24)]
    bewaartermijn: u32,
    /// Dagen waarop geen termijn loopt, naast weekend en feestdagen. Zonder dit veld: geen.
    #[schema(max_items = 50)]
    sluitingsdagen: Option<Vec<Datum>>,
    /// Werkdagen om een reactie te beantwoorden.
    #[schema(minimum = 1, maximum = 60, example = 5)]
    antwoord_dagen: u32,
    /// Werkdagen om een reactie te beantwoorden bij een kind dat urgent is.
    #[schema(minimum = 1, maximum = 60, example = 1)]
    antwoord_dagen_urgent: u32,
    /// Werkdagen na de herinnering tot opschalen.
    #[schema(minimum = 1, maximum = 60, example = 1)]
    opschaal_dagen: u32,
    /// Codes van producten waarover een adviesorgaan beslist. Zonder dit veld: geen.
    #[schema(max_items = 200)]
    advies_producten: Option<Vec<Productcode>>,
    /// Codes van producten waarvoor binnen twee weken iets start. Zonder dit veld: geen.
    #[schema(max_items = 200)]
    snel_start_producten: Option<Vec<Productcode>>,
    /// Producten die een ander opvolgen; leeg als er geen zijn.
    #[schema(max_items = 200)]
    opvolgers: Vec<SuccessorInput>,
    /// De eerste is van de toegang, de laatste van het expertteam.
    #[schema(max_items = 20)]
    stappen: Vec<RungInput>,
    /// Gevolg van een reden om af te wijzen, hooguit één per reden.
    #[schema(max_items = 20)]
    gevolgen: Vec<ConsequenceInput>,
}

pub(in crate::waiting_list) fn owner_schema() -> Object {
    codes_schema("Van wie de stap is.", StepOwner::ALL.iter().map(|owner| owner.code()))
}

fn decline_schema() -> Object {
    codes_schema("Waarom een reactie is afgewezen.", DeclineReason::ALL.iter().map(|reason| reason.code()))
}

fn consequence_schema() -> Object {
    codes_schema(
        "Wat volgt voor deze aanbieder en dit kind: weer kunnen reageren, niet meer bij elkaar komen, of een tijd niet.",
        Consequence::ALL.iter().map(|what| what.code()),
    )
}

impl From<Settings> for SettingsBody {
    fn from(set: Settings) -> Self {
        let [antwoord_dagen, antwoord_dagen_urgent, opschaal_dagen] = set.term_days();
        let list = set.list;
        let follows = |reason: &DeclineReason| ConsequenceBody {
            reden: reason.code(),
            gevolg: list.consequences.of(*reason).code(),
        };
        let rung = |rung: &Rung| RungBody {
            van_wie: rung.owner.code(),
            werkdagen: settings::whole_days(rung.term),
            wat: rung.name.clone(),
        };
        Self {
            kleinste_groep: list.group_size.get(),
            anderen_melden_aan: list.referrers_register,
            bewaartermijn: list.retention_months,
            antwoord_dagen,
            antwoord_dagen_urgent,
            opschaal_dagen,
            advies_producten: set.body_decides.into_iter().collect(),
            snel_start_producten: set.first_help_soon.into_iter().collect(),
            opvolgers: set.successors.into_iter().map(|(oud, nieuw)| SuccessorBody { oud, nieuw }).collect(),
            stappen: list.ladder.rungs().iter().map(rung).collect(),
            gevolgen: DeclineReason::ALL.iter().map(follows).collect(),
            sluitingsdagen: list.closing_days,
        }
    }
}

fn answer(set: Settings) -> Result<HttpResponse> {
    reply::json_with_version(StatusCode::OK, stored_etag(set.list.version), &SettingsBody::from(set))
}

#[utoipa::path(
    get, path = "/wachtlijst-instellingen", operation_id = "haalWachtlijstInstellingen", tag = "Wachtlijst",
    summary = "Wat voor de wachtlijst van uw regio geldt",
    responses(
        (status = 200, description = "De instellingen", body = SettingsBody, headers(("API-Version" = String), ("ETag" = String, description = "Versie, voor If-Match"))),
        (status = 403, response = inline(crate::api_document::Problem)),
        ReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn get_settings(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    let region_id = ctx.actor.region_id().ok_or(Error::Forbidden)?;
    answer(ctx.db(move |conn, _, _| settings::find(conn, region_id)).await?)
}

#[utoipa::path(
    put, path = "/wachtlijst-instellingen", operation_id = "bewaarWachtlijstInstellingen", tag = "Wachtlijst",
    summary = "Wijzigen wat voor de wachtlijst van uw regio geldt",
    description = "Vervangt alles. Is het gewijzigd sinds de versie in If-Match, dan volgt 409 met de stand van nu in `huidig`. Wat niet bij elkaar of bij het productenboek past geeft ook 409.",
    params(ChangedVersion),
    request_body(content = SettingsInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Gewijzigd", body = SettingsBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn put_settings(
    ctx: Context,
    req: HttpRequest,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let version = reply::changed_version(&req, &mut input) - stored_etag(0);
    let mut joint = Violations::new();
    let mut new = read_plain(&mut input, version);
    new.successors = read_successors(&mut input, &mut joint);
    new.list.ladder = read_ladder(&mut input, &mut joint);
    new.list.consequences = read_consequences(&mut input, &mut joint);
    let new = Error::refuse_collisions(joint, input.finish(new)?)?;
    let region_id = ctx.actor.region_id().ok_or(Error::Forbidden)?;
    let saved = ctx
        .db(move |conn, actor, now| {
            settings::save(conn, actor, now, &new)?;
            settings::find(conn, region_id)
        })
        .await;
    let current =
        move |conn: &mut crate::db::Connection| settings::find(conn, region_id).map(SettingsBody::from);
    answer(reply::show_current(&ctx, saved, current).await?)
}

/// Reads each object of a list with a reader of one.
fn read_each<T>(
    fields: &mut Fields,
    name: &str,
    most: usize,
    read: impl Fn(&mut Fields) -> Option<T>,
) -> Vec<T> {
    let mut all = Vec::new();
    for (place, mut one) in fields.objects(name, most) {
        all.extend(read(&mut one));
        fields.absorb(&place, one);
    }
    all
}

fn read_successors(fields: &mut Fields, joint: &mut Violations) -> BTreeMap<String, String> {
    let pairs = read_each(fields, "opvolgers", MOST, |pair| {
        let mut product = |name: &str| {
            let text = pair.text(name, Length(2, 10));
            if text.is_empty() { None } else { read_product(pair, name, &text) }
        };
        let (old, next) = (product("oud"), product("nieuw"));
        old.zip(next)
    });
    let count = pairs.len();
    let successors: BTreeMap<String, String> = pairs.into_iter().collect();
    if successors.len() < count {
        joint.add("opvolgers", "dubbel", "noem elk oud product één keer");
    }
    successors
}

fn read_ladder(fields: &mut Fields, joint: &mut Violations) -> Ladder {
    let owners: Vec<_> = StepOwner::ALL.iter().map(|owner| (owner.code(), *owner)).collect();
    let rungs = read_each(fields, "stappen", MOST_STEPS, |rung| {
        let (owner, days) = (rung.choice("vanWie", &owners), rung.small("werkdagen", 1, 60));
        let name = rung.text("wat", Length(1, 100));
        owner.zip(days).map(|(owner, days)| Rung { name, owner, term: WorkingTime::Days(days) })
    });
    Ladder::new(rungs).unwrap_or_else(|error| {
        joint.add("stappen", "geen-stappen", error.to_string());
        Ladder::default()
    })
}

fn read_consequences(fields: &mut Fields, joint: &mut Violations) -> Consequences {
    let reasons: Vec<_> = DeclineReason::ALL.iter().map(|reason| (reason.code(), *reason)).collect();
    let known: Vec<_> = Consequence::ALL.iter().map(|what| (what.code(), *what)).collect();
    let given = read_each(fields, "gevolgen", MOST_STEPS, |one| {
        let (reason, what) = (one.choice("reden", &reasons), one.choice("gevolg", &known));
        reason.zip(what)
    });
    let mut seen = Vec::new();
    given.into_iter().fold(Consequences::default(), |all, (reason, what)| {
        if seen.contains(&reason) {
            joint.add("gevolgen", "dubbel", format!("noem {} één keer", reason.code()));
        }
        seen.push(reason);
        all.with(reason, what)
    })
}
