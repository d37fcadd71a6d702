//! The crisis point and its lists by API. Everybody who calls needs the codes of the lists; only an administrator changes
//! them.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use chrono::{NaiveDate, NaiveTime};
use rules::codes::MunicipalityCode;
use rules::crisis::codes::CategoryList;
use rules::crisis::urgency_terms::UrgencyTerms;
use rules::violations::Violations;
use rules::working_hours::holidays::{HolidayChoice, LiberationDay};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::Object;
use utoipa::openapi::{RefOr, Schema};

use super::actions;
use super::model::{ClosingDay, CrisisPoint, ListItem, Lists, OwnTeam, PointMunicipality, kept_clashes};
use crate::api_document::parse_path;
use crate::crisis::reading::{
    Lijstcode, MOST_NOTES, Tijd, list_code, notes_schema, optional_time, required_list_code, required_time,
};
use crate::db;
use crate::error::{Error, Result};
use crate::paging::Paging;
use crate::product_book::described::{Datum, Naam};
use crate::web::context::Context;
use crate::web::described::{
    ChangedVersion, OnceKey, PageQuery, Paginering, ReadProblems, WriteProblems, codes_schema,
};
use crate::web::fields::{Fields, Length, parse_id};
use crate::web::input::{JsonInput, QueryInput};
use crate::web::lists::page_number;
use crate::web::reply;

/// The item in a path.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes a part of the path")]
pub struct ItemPath {
    /// Nummer van de keuze.
    #[param(minimum = 1, maximum = 9_007_199_254_740_991.0, example = 17)]
    id: i64,
}

/// Wat het crisispunt voor een gemeente doet.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crisispuntgemeente)]
#[serde(rename_all = "camelCase")]
pub struct MunicipalityBody {
    /// CBS-code.
    #[schema(example = "GM0034")]
    gemeente: String,
    /// Naam van de gemeente.
    #[schema(example = "Lelystad")]
    naam: String,
    /// Of het crisispunt hier voor ambulante hulp zorgt.
    ambulant: bool,
    /// Of het crisispunt hier voor verblijf zorgt.
    verblijf: bool,
    /// Team van de gemeente dat doet wat het crisispunt hier niet doet; ontbreekt als het er niet is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Jeugdteam")]
    eigen_team: Option<String>,
    /// Telefoonnummer van het eigen team; ontbreekt als dat er niet is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "0320 00 00 00")]
    eigen_team_telefoon: Option<String>,
}

impl From<PointMunicipality> for MunicipalityBody {
    fn from(municipality: PointMunicipality) -> Self {
        let (team, phone) = municipality.own_team.map(|team| (team.name, team.phone)).unzip();
        Self {
            gemeente: municipality.code.to_string(),
            naam: municipality.name,
            ambulant: municipality.ambulant,
            verblijf: municipality.stay,
            eigen_team: team,
            eigen_team_telefoon: phone,
        }
    }
}

/// Een dag waarop het crisispunt dicht is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crisissluitingsdag)]
pub struct ClosingDayBody {
    /// Dag waarop het dicht is.
    dag: NaiveDate,
    /// Waarom, in woorden.
    #[schema(example = "Teamdag")]
    reden: String,
}

/// Het crisispunt van de regio.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crisispunt)]
#[serde(rename_all = "camelCase")]
pub struct PointBody {
    /// Naam van het crisispunt.
    #[schema(example = "Crisispunt Flevoland")]
    naam: String,
    /// Telefoonnummer van het crisispunt.
    #[schema(example = "0320 00 00 00")]
    telefoon: String,
    /// Wie er buiten werktijd is.
    #[schema(example = "24-uursdienst")]
    nachtdienst: String,
    /// Telefoonnummer van wie er buiten werktijd is.
    #[schema(example = "0320 00 00 00")]
    nachtdienst_telefoon: String,
    /// Begin van de werkdag, in Nederlandse tijd.
    #[schema(value_type = String, example = "09:00")]
    opent: String,
    /// Einde van de werkdag, in Nederlandse tijd.
    #[schema(value_type = String, example = "17:00")]
    sluit: String,
    /// Of het crisispunt nu open is.
    is_open: bool,
    /// Minuten tot er hulp is, in werktijd tenzij de termijn doorloopt.
    #[schema(example = 120)]
    acuut_minuten: u32,
    /// Minuten tot er hulp is bij spoedeisend, in werktijd.
    #[schema(example = 480)]
    spoed_minuten: u32,
    /// Minuten voor het antwoord van een aanbieder.
    #[schema(example = 30)]
    acuut_antwoord_minuten: u32,
    /// Minuten voor het antwoord van een aanbieder bij spoedeisend.
    #[schema(example = 120)]
    spoed_antwoord_minuten: u32,
    /// Of de termijn van acuut ook loopt als het crisispunt dicht is.
    acuut_loopt_door: bool,
    /// Wat later binnenkomt telt vanaf de volgende werkdag; ontbreekt als dat niet is afgesproken.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "13:00")]
    spoed_tot: Option<String>,
    /// In welke jaren het op 5 mei dicht is.
    #[schema(pattern = "^(elk-jaar|lustrum|nooit)$", example = "lustrum")]
    bevrijdingsdag: &'static str,
    /// Of het op Goede Vrijdag dicht is.
    goede_vrijdag: bool,
    /// Hoelang gegevens na het afsluiten worden bewaard.
    #[schema(example = 24)]
    bewaar_maanden: u32,
    /// Hoelang een plaats wordt vastgehouden.
    #[schema(example = 120)]
    vasthoud_minuten: u32,
    /// Dagen van opname tot evaluatie en perspectiefplan.
    #[schema(example = 14)]
    evaluatie_dagen: u32,
    /// Hoeveel dagen ambulante hulp hooguit duurt.
    #[schema(example = 28)]
    ambulant_dagen: u32,
    /// Wat het crisispunt voor elke gemeente doet.
    gemeenten: Vec<MunicipalityBody>,
    /// Dagen waarop het dicht is, naast weekend en feestdagen.
    sluitingsdagen: Vec<ClosingDayBody>,
}

impl PointBody {
    fn new(point: CrisisPoint, is_open: bool) -> Self {
        let time = |time: NaiveTime| time.format("%H:%M").to_string();
        Self {
            naam: point.name,
            telefoon: point.phone,
            nachtdienst: point.after_hours_name,
            nachtdienst_telefoon: point.after_hours_phone,
            opent: time(point.opens),
            sluit: time(point.closes),
            is_open,
            acuut_minuten: point.terms.acute_minutes,
            spoed_minuten: point.terms.urgent_minutes,
            acuut_antwoord_minuten: point.terms.acute_answer_minutes,
            spoed_antwoord_minuten: point.terms.urgent_answer_minutes,
            acuut_loopt_door: point.terms.acute_runs_always,
            spoed_tot: point.terms.urgent_cutoff.map(time),
            bevrijdingsdag: point.holidays.liberation_day.code(),
            goede_vrijdag: point.holidays.good_friday,
            bewaar_maanden: point.retention_months,
            vasthoud_minuten: point.hold_minutes,
            evaluatie_dagen: point.evaluation_days,
            ambulant_dagen: point.ambulant_days,
            gemeenten: point.municipalities.into_iter().map(MunicipalityBody::from).collect(),
            sluitingsdagen: point
                .closing_days
                .into_iter()
                .map(|day| ClosingDayBody { dag: day.on, reden: day.reason })
                .collect(),
        }
    }
}

/// Wat het crisispunt voor een gemeente gaat doen.
#[derive(Debug, ToSchema)]
#[schema(as = CrisispuntgemeenteInvoer)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that read_municipalities reads")]
pub struct MunicipalityInput {
    /// CBS-code van een gemeente van het crisispunt. Wie er niet bij staat, blijft zoals het is.
    #[schema(pattern = "^[Gg][Mm][0-9]{4}$", example = "GM0034")]
    gemeente: String,
    /// Of het crisispunt hier voor ambulante hulp zorgt.
    ambulant: bool,
    /// Of het crisispunt hier voor verblijf zorgt.
    verblijf: bool,
    /// Samen met eigenTeamTelefoon.
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\x00-\x20\x7f-\x9f\s]([^\x00-\x1f\x7f-\x9f]*[^\x00-\x20\x7f-\x9f\s])?$",
        example = "Jeugdteam"
    )]
    eigen_team: Option<String>,
    /// Samen met eigenTeam.
    #[schema(
        min_length = 3,
        max_length = 30,
        pattern = r"^[^\x00-\x20\x7f-\x9f\s]([^\x00-\x1f\x7f-\x9f]*[^\x00-\x20\x7f-\x9f\s])?$",
        example = "0320 00 00 00"
    )]
    eigen_team_telefoon: Option<String>,
}

/// Een dag waarop het crisispunt dicht is.
#[derive(Debug, ToSchema)]
#[schema(as = CrisissluitingsdagInvoer)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that read_closing_days reads")]
pub struct ClosingDayInput {
    dag: Datum,
    /// Waarom het dicht is, in woorden.
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\x00-\x20\x7f-\x9f\s]([^\x00-\x1f\x7f-\x9f]*[^\x00-\x20\x7f-\x9f\s])?$",
        example = "Teamdag"
    )]
    reden: String,
}

/// De instellingen van het crisispunt, alle tegelijk.
#[derive(Debug, ToSchema)]
#[schema(as = CrisispuntInvoer)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that read_point reads")]
pub struct PointInput {
    /// Naam van het crisispunt.
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\x00-\x20\x7f-\x9f\s]([^\x00-\x1f\x7f-\x9f]*[^\x00-\x20\x7f-\x9f\s])?$",
        example = "Crisispunt"
    )]
    naam: String,
    /// Telefoonnummer van het crisispunt.
    #[schema(
        min_length = 3,
        max_length = 30,
        pattern = r"^[^\x00-\x20\x7f-\x9f\s]([^\x00-\x1f\x7f-\x9f]*[^\x00-\x20\x7f-\x9f\s])?$",
        example = "0320 00 00 00"
    )]
    telefoon: String,
    /// Wie er buiten werktijd is: een dienst, geen persoon.
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\x00-\x20\x7f-\x9f\s]([^\x00-\x1f\x7f-\x9f]*[^\x00-\x20\x7f-\x9f\s])?$",
        example = "24-uursdienst"
    )]
    nachtdienst: String,
    /// Telefoonnummer van de nachtdienst.
    #[schema(
        min_length = 3,
        max_length = 30,
        pattern = r"^[^\x00-\x20\x7f-\x9f\s]([^\x00-\x1f\x7f-\x9f]*[^\x00-\x20\x7f-\x9f\s])?$",
        example = "0320 00 00 00"
    )]
    nachtdienst_telefoon: String,
    opent: Tijd,
    /// Later dan opent.
    sluit: Tijd,
    /// Minuten tot er hulp is bij acuut, in werktijd tenzij de termijn doorloopt.
    #[schema(minimum = 1, maximum = 10_080, example = 120)]
    acuut_minuten: u32,
    /// Minuten tot er hulp is bij spoedeisend, in werktijd.
    #[schema(minimum = 1, maximum = 10_080, example = 480)]
    spoed_minuten: u32,
    /// Minuten voor het antwoord van een aanbieder bij acuut.
    #[schema(minimum = 1, maximum = 10_080, example = 30)]
    acuut_antwoord_minuten: u32,
    /// Minuten voor het antwoord van een aanbieder bij spoedeisend.
    #[schema(minimum = 1, maximum = 10_080, example = 120)]
    spoed_antwoord_minuten: u32,
    /// Of de termijn van acuut ook loopt als het crisispunt dicht is.
    acuut_loopt_door: bool,
    spoed_tot: Option<Tijd>,
    /// In welke jaren het op 5 mei dicht is.
    #[schema(pattern = "^(elk-jaar|lustrum|nooit)$", example = "lustrum")]
    bevrijdingsdag: String,
    /// Of het op Goede Vrijdag dicht is.
    goede_vrijdag: bool,
    /// Hoeveel maanden gegevens na het afsluiten worden bewaard.
    #[schema(minimum = 1, maximum = 120, example = 24)]
    bewaar_maanden: u32,
    /// Hoeveel minuten een plaats wordt vastgehouden.
    #[schema(minimum = 1, maximum = 10_080, example = 120)]
    vasthoud_minuten: u32,
    /// Dagen van opname tot evaluatie en perspectiefplan.
    #[schema(minimum = 1, maximum = 365, example = 14)]
    evaluatie_dagen: u32,
    /// Hoeveel dagen ambulante hulp hooguit duurt.
    #[schema(minimum = 1, maximum = 365, example = 28)]
    ambulant_dagen: u32,
    /// Wat voor gemeenten verandert; leeg: niets.
    #[schema(max_items = 50)]
    gemeenten: Vec<MunicipalityInput>,
    /// Alle dagen waarop het dicht is, naast weekend en feestdagen; wat er niet bij staat, vervalt.
    #[schema(max_items = 100)]
    sluitingsdagen: Vec<ClosingDayInput>,
}

fn required_flag(fields: &mut Fields, name: &str) -> bool {
    if fields.raw(name).is_empty() {
        fields.error(name, "verplicht", "vul dit in");
    }
    fields.flag(name)
}

/// The municipalities, and what clashes with those of the point.
fn read_municipalities(
    input: &mut Fields,
    stored: &[PointMunicipality],
    clashes: &mut Violations,
) -> Vec<PointMunicipality> {
    let mut all = stored.to_vec();
    if input.raw("gemeenten").is_empty() {
        input.error("gemeenten", "verplicht", "vul dit in");
    }
    for (place, mut item) in input.objects("gemeenten", 50) {
        let code = item.parsed("gemeente", "ongeldige-code", MunicipalityCode::parse);
        let (ambulant, stay) = (required_flag(&mut item, "ambulant"), required_flag(&mut item, "verblijf"));
        let name = item.optional_text("eigenTeam", Length(1, 100));
        let phone = item.optional_text("eigenTeamTelefoon", Length(3, 30));
        input.absorb(&place, item);
        let Some(code) = code else { continue };
        if name.is_some() != phone.is_some() {
            clashes.add(
                format!("{place}.eigenTeam"),
                "onvolledig",
                "vul naam en telefoon van het team in, of geen van beide",
            );
        }
        match all.iter_mut().find(|known| known.code == code) {
            Some(known) => {
                let own_team = name.zip(phone).map(|(name, phone)| OwnTeam { name, phone });
                *known = PointMunicipality { ambulant, stay, own_team, ..known.clone() };
            }
            None => clashes.add(
                format!("{place}.gemeente"),
                "onbekend",
                "deze gemeente hoort niet bij het crisispunt",
            ),
        }
    }
    all
}

fn read_closing_days(input: &mut Fields) -> Vec<ClosingDay> {
    let mut days = Vec::new();
    if input.raw("sluitingsdagen").is_empty() {
        input.error("sluitingsdagen", "verplicht", "vul dit in");
    }
    for (place, mut item) in input.objects("sluitingsdagen", 100) {
        let on = item.optional_date("dag");
        if on.is_none() && item.raw("dag").trim().is_empty() {
            item.error("dag", "verplicht", "vul een dag in");
        }
        let reason = item.text("reden", Length(1, 100));
        input.absorb(&place, item);
        days.extend(on.map(|on| ClosingDay { on, reason }));
    }
    days
}

/// Reads all of it over what is stored: what the API has no field for stays.
fn read_point(input: &mut Fields, stored: &CrisisPoint, clashes: &mut Violations) -> CrisisPoint {
    let liberation: Vec<_> = LiberationDay::ALL.iter().map(|day| (day.code(), *day)).collect();
    let minutes = |input: &mut Fields, name: &str| input.small::<u32>(name, 1, 10_080).unwrap_or(1);
    CrisisPoint {
        name: input.text("naam", Length(1, 100)),
        phone: input.text("telefoon", Length(3, 30)),
        after_hours_name: input.text("nachtdienst", Length(1, 100)),
        after_hours_phone: input.text("nachtdienstTelefoon", Length(3, 30)),
        opens: required_time(input, "opent").unwrap_or(stored.opens),
        closes: required_time(input, "sluit").unwrap_or(stored.closes),
        terms: UrgencyTerms {
            acute_minutes: minutes(input, "acuutMinuten"),
            urgent_minutes: minutes(input, "spoedMinuten"),
            acute_answer_minutes: minutes(input, "acuutAntwoordMinuten"),
            urgent_answer_minutes: minutes(input, "spoedAntwoordMinuten"),
            acute_runs_always: required_flag(input, "acuutLooptDoor"),
            urgent_cutoff: optional_time(input, "spoedTot"),
        },
        holidays: HolidayChoice {
            liberation_day: input
                .choice("bevrijdingsdag", &liberation)
                .unwrap_or(stored.holidays.liberation_day),
            good_friday: required_flag(input, "goedeVrijdag"),
        },
        retention_months: input.small("bewaarMaanden", 1, 120).unwrap_or(24),
        hold_minutes: minutes(input, "vasthoudMinuten"),
        evaluation_days: input.small("evaluatieDagen", 1, 365).unwrap_or(14),
        ambulant_days: input.small("ambulantDagen", 1, 365).unwrap_or(28),
        municipalities: read_municipalities(input, &stored.municipalities, clashes),
        closing_days: read_closing_days(input),
        ..stored.clone()
    }
}

#[utoipa::path(
    put, path = "/crisispunt", operation_id = "stelCrisispuntIn", tag = "Crisis",
    summary = "De instellingen van het crisispunt vervangen",
    description = "Stuur in If-Match de ETag mee van de versie die u las; zijn de instellingen intussen gewijzigd, dan volgt 409.",
    params(ChangedVersion),
    request_body(content = PointInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Vervangen", body = PointBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn put_point(
    ctx: Context,
    req: HttpRequest,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let version = reply::changed_version(&req, &mut input);
    let stored = find(&ctx).await?;
    let mut clashes = Violations::new();
    let changed = read_point(&mut input, &stored, &mut clashes);
    let changed = Error::refuse_collisions(clashes, input.finish(changed)?)?;
    let changed = CrisisPoint { version, ..changed };
    ctx.db(move |conn, actor, now| db::write(conn, |conn| actions::save_point(conn, actor, now, &changed)))
        .await?;
    answer(&ctx).await
}

async fn find(ctx: &Context) -> Result<CrisisPoint> {
    ctx.db(|conn, actor, _| actions::find_point(conn, actor.region_id().ok_or(Error::SignInRequired)?)).await
}

async fn answer(ctx: &Context) -> Result<HttpResponse> {
    let point = find(ctx).await?;
    let is_open = point.is_open(ctx.now)?;
    reply::json_with_version(StatusCode::OK, point.version, &PointBody::new(point, is_open))
}

/// Een keuze uit een lijst van de regio.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Crisislijstkeuze)]
#[serde(rename_all = "camelCase")]
pub struct ItemBody {
    /// Nummer van de keuze.
    #[schema(minimum = 1, example = 17)]
    id: i64,
    /// Code van de lijst waar de keuze in staat.
    #[schema(example = "weigering")]
    lijst: &'static str,
    /// Vaste code van de keuze.
    #[schema(example = "vol")]
    code: String,
    /// De keuze in de woorden van de regio.
    #[schema(example = "Geen plek vrij")]
    naam: String,
    /// Wat het programma ermee doet.
    #[serde(skip_serializing_if = "Option::is_none")]
    werking: Option<String>,
    /// Van een groepsnotitie: de notities waarmee zij in een groep niet samengaat.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    botst_met: Vec<String>,
    /// Laatste dag waarop de keuze te kiezen is.
    #[serde(skip_serializing_if = "Option::is_none")]
    geldig_tot: Option<NaiveDate>,
    /// Stuur haar mee in If-Match om de keuze te wijzigen.
    #[schema(example = 1)]
    versie: i32,
}

impl ItemBody {
    fn new(item: ListItem, lists: &Lists) -> Self {
        let is_note = item.list == CategoryList::Group;
        let clashing = if is_note { lists.clashing_with(&item.code) } else { BTreeSet::new() };
        Self {
            id: item.id,
            lijst: item.list.code(),
            code: item.code,
            naam: item.name,
            werking: item.effect.filter(|_| !is_note),
            botst_met: clashing.into_iter().collect(),
            geldig_tot: item.valid_to,
            versie: item.version,
        }
    }
}

/// Een bladzijde van keuzes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crisislijstkeuzes)]
pub struct Items {
    /// De keuzes van deze bladzijde.
    keuzes: Vec<ItemBody>,
    paginering: Paginering,
}

fn clashing_schema() -> RefOr<Schema> {
    notes_schema(
        "Alleen voor groepsnotities: codes van de notities waarmee deze in een groep niet samengaat.",
    )
}

fn all_clashing_schema() -> RefOr<Schema> {
    notes_schema(
        "Alleen voor groepsnotities: codes van alle notities waarmee deze niet samengaat. Laat weg om te houden wat er staat.",
    )
}

fn list_schema() -> Object {
    codes_schema("Code van de lijst waar de keuze in komt.", CategoryList::ALL.iter().map(|list| list.code()))
}

/// Een keuze om toe te voegen.
#[derive(Debug, ToSchema)]
#[schema(as = CrisislijstkeuzeInvoer)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that post_item reads")]
pub struct ItemInput {
    #[schema(schema_with = list_schema)]
    lijst: String,
    /// Verandert nooit meer.
    code: Lijstcode,
    naam: Naam,
    /// Alleen voor lijsten waar het programma iets met een keuze doet.
    werking: Option<Lijstcode>,
    #[schema(max_items = 10, schema_with = clashing_schema, required = false)]
    #[serde(rename = "botstMet")]
    botst_met: Option<Vec<String>>,
}

/// Tot wanneer een keuze te kiezen is, en waarmee een groepsnotitie niet samengaat.
#[derive(Debug, ToSchema)]
#[schema(as = CrisislijsteindeInvoer)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that put_item reads")]
pub struct EndInput {
    /// Laatste dag; laat weg om de keuze weer te gebruiken.
    geldig_tot: Option<Datum>,
    #[schema(max_items = 10, schema_with = all_clashing_schema, required = false)]
    botst_met: Option<Vec<String>>,
}

#[utoipa::path(
    get, path = "/crisispunt", operation_id = "haalCrisispunt", tag = "Crisis",
    summary = "Het crisispunt van uw regio: openingstijden, termijnen en gemeenten",
    responses(
        (status = 200, description = "Het crisispunt", body = PointBody, headers(("API-Version" = String), ("ETag" = String, description = "Versie"))),
        ReadProblems,
        (status = 403, response = crate::api_document::Problem),
    ),
    security(("bearer" = []))
)]
pub async fn get_point(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    answer(&ctx).await
}

#[utoipa::path(
    get, path = "/crisislijsten", operation_id = "lijstCrisislijsten", tag = "Crisis",
    summary = "De keuzes van uw regio: redenen, vragen, vervolg",
    description = "Ook wat is beëindigd: gegevens houden hun code.",
    params(
        PageQuery,
        ("lijst" = Option<String>, Query, description = "Code van de lijst", pattern = "^[a-z-]{1,40}$", example = "weigering"),
    ),
    responses(
        (status = 200, description = "Een bladzijde van de keuzes", body = Items, headers(("API-Version" = String))),
        ReadProblems,
        (status = 403, response = crate::api_document::Problem),
    ),
    security(("bearer" = []))
)]
pub async fn list_items(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let number = page_number(&mut query);
    let code = query.optional_parsed("lijst", "geen-code", |text: &str| {
        let fits = (1..=40).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        if fits { Ok(text.to_owned()) } else { Err("vul de code van een lijst in") }
    });
    query.finish(())?;
    let lists = ctx
        .db(|conn, actor, _| actions::find_lists(conn, actor.region_id().ok_or(Error::SignInRequired)?))
        .await?;
    let wanted = |item: &ListItem| code.as_ref().is_none_or(|code| item.list.code() == code);
    let found: Vec<ListItem> = lists.0.iter().filter(|item| wanted(item)).cloned().collect();
    let all: Vec<ItemBody> = found.into_iter().map(|item| ItemBody::new(item, &lists)).collect();
    let paging = Paging::new(number, all.len());
    reply::json(&Items { keuzes: paging.cut(&all), paginering: paging.into() })
}

#[utoipa::path(
    post, path = "/crisislijsten", operation_id = "vulCrisislijstAan", tag = "Crisis",
    summary = "Een keuze toevoegen aan een lijst",
    params(OnceKey),
    request_body(content = ItemInput, content_type = "application/json"),
    responses(
        (status = 201, description = "Toegevoegd", body = ItemBody, headers(("API-Version" = String))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_item(
    ctx: Context,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let lists: Vec<_> = CategoryList::ALL.iter().map(|list| (list.code(), *list)).collect();
    let list = input.choice("lijst", &lists);
    let code = required_list_code(&mut input, "code");
    let name = input.text("naam", Length(1, 100));
    let effect = list_code(&mut input, "werking");
    let clashes = input.texts("botstMet", MOST_NOTES, Length(1, 40));
    let (Some(list), code, name, effect) = input.finish((list, code, name, effect))? else {
        return Err(Error::internal("a required list is missing"));
    };
    let extra = |field: &'static str| Error::collision(field, "past-niet", "hoort niet bij deze lijst");
    let effect = match (list, effect, clashes.is_empty()) {
        (CategoryList::Group, Some(_), _) => return Err(extra("werking")),
        (CategoryList::Group, None, _) => kept_clashes(clashes.iter().map(String::as_str)),
        (_, _, false) => return Err(extra("botstMet")),
        (_, effect, true) => effect,
    };
    let key = (list, code.clone());
    let new =
        ListItem { id: 0, list, code, name, effect, sort: 0, valid_from: None, valid_to: None, version: 1 };
    let added = ctx
        .db(move |conn, actor, now| {
            db::write(conn, |conn| {
                actions::add_item(conn, actor, now, new)?;
                let lists = actions::find_lists(conn, actor.region_id().ok_or(Error::SignInRequired)?)?;
                let added = lists.find(key.0, &key.1).cloned().ok_or(Error::NotFound("lijstitem"))?;
                Ok(ItemBody::new(added, &lists))
            })
        })
        .await?;
    reply::json_with_status(StatusCode::CREATED, &added)
}

#[utoipa::path(
    put, path = "/crisislijsten/{id}", operation_id = "beeindigCrisislijstkeuze", tag = "Crisis",
    summary = "Een keuze beëindigen of weer gebruiken, of zeggen waarmee een groepsnotitie niet samengaat",
    description = "Wat is gebruikt blijft staan. Een keuze die intussen is gewijzigd geeft 409.",
    params(ItemPath, ChangedVersion),
    request_body(content = EndInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Gewijzigd", body = ItemBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn put_item(
    ctx: Context,
    req: HttpRequest,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_path("id", &path, parse_id)?;
    let version = reply::changed_version(&req, &mut input);
    let day = input.optional_date("geldigTot");
    let names_clashes = input.has("botstMet");
    let clashes = input.texts("botstMet", MOST_NOTES, Length(1, 40));
    let day = input.finish(day)?;
    let changed = ctx
        .db(move |conn, actor, now| {
            let region_id = actor.region_id().ok_or(Error::SignInRequired)?;
            let find = |conn: &mut db::Connection| -> Result<(ListItem, Lists)> {
                let lists = actions::find_lists(conn, region_id)?;
                let found = lists.0.iter().find(|item| item.id == id).cloned();
                Ok((found.ok_or(Error::NotFound("lijstitem"))?, lists))
            };
            db::write(conn, |conn| {
                actions::end_item(conn, actor, now, (id, version), day)?;
                if names_clashes {
                    actions::save_clashes(conn, actor, now, (id, version + 1), &clashes)?;
                }
                find(conn)
            })
        })
        .await?;
    let (item, lists) = changed;
    reply::json_with_version(StatusCode::OK, item.version, &ItemBody::new(item, &lists))
}
