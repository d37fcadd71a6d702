//! Waiting clients by API, for the systems of the toegang.

pub mod facts;
pub mod settings;

use actix_web::http::{StatusCode, header};
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, NaiveDate, Utc};
use rules::codes::{MunicipalityCode, ProductCode};
use rules::violations::Violations;
use rules::waiting::attention::AttentionFilter;
use rules::waiting::life::ClientStatus;
use rules::waiting::needs::Need;
use rules::waiting::registration::{FirstChoice, ReferrerKind, Urgency};
use serde::Serialize;
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{IntoParams, ToSchema};

use super::actions;
use super::model::{TimelineLine, WaitingClient};
use super::reading::{Writing, read_attention, read_draft, read_step};
use super::standing::{COLUMNS, ClientFilter, Listed, Question, Standing, StatusFilter, sort};
use super::steps::OwnStep;
use crate::actor::Actor;
use crate::db;
use crate::error::{Error, Result};
use crate::paging::{Paging, SortOrder};
use crate::product_book::described::{Datum, Productcode};
use crate::waiting_list::access_log::model::AccessKind;
use crate::web::context::Context;
use crate::web::described::{
    OnceKey, PageQuery, Paginering, ReadProblems, WriteProblems, codes_schema, list_schema,
};
use crate::web::fields::Fields;
use crate::web::input::{JsonInput, QueryInput};
use crate::web::lists::page_number;
use crate::web::needs::needs_schema;
use crate::web::notes::{check_note, digits_schema};
use crate::web::reply;

/// The waiting client in a path.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes a part of the path")]
pub struct ClientPath {
    /// Cliëntcode, met of zonder streepjes.
    #[param(
        pattern = "^[2-9CDFGHJKMNPRTWXY]{3}-?[2-9CDFGHJKMNPRTWXY]{3}-?[2-9CDFGHJKMNPRTWXY]{3}$",
        example = "C4K-7XW-2R9"
    )]
    code: String,
}

/// The attention that a list is narrowed to.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes a part of the query")]
pub struct AttentionQuery {
    /// Alleen wie om aandacht vraagt.
    #[param(required = false, schema_with = attention_schema)]
    aandacht: String,
}

/// Een regel van de tijdlijn: wat er gebeurde, en waarom.
#[derive(Debug, Serialize, ToSchema)]
pub struct Tijdlijnregel {
    /// Moment van de stap (UTC).
    op: DateTime<Utc>,
    /// Code van de soort stap.
    #[schema(example = "gepauzeerd")]
    stap: &'static str,
    /// Status na de stap.
    #[schema(schema_with = status_schema)]
    status: &'static str,
    /// Code van de reden; leeg als de stap alles zegt.
    #[schema(example = "verzoek-gezin")]
    reden: String,
    /// Korte toelichting bij de stap; ontbreekt als er geen is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Het gezin is tot half maart in het buitenland.")]
    toelichting: Option<String>,
    /// Wat er verder veranderde, in woorden.
    #[serde(skip_serializing_if = "Option::is_none")]
    bijzonderheid: Option<String>,
    /// Rol en organisatie, nooit de naam van een persoon.
    #[schema(example = "Toegang, Gemeente Harderwijk")]
    door: String,
}

/// Wachtende: een kind op de wachtlijst, onder een code. Er staat niets in waaraan iemand het kind herkent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Wachtende)]
#[serde(rename_all = "camelCase")]
pub struct ClientBody {
    /// Cliëntcode: staat in plaats van de naam.
    #[schema(example = "C4K-7XW-2R9")]
    code: String,
    /// CBS-code van de gemeente die voor het kind verantwoordelijk is.
    #[schema(example = "GM0243")]
    gemeente: String,
    /// Code van het product waarop wordt gewacht.
    #[schema(example = "45A12")]
    product: String,
    /// Naam van het product waarop wordt gewacht.
    #[schema(example = "Gezinsbehandeling thuis")]
    product_naam: String,
    #[schema(schema_with = status_schema)]
    status: &'static str,
    #[schema(schema_with = urgency_schema)]
    urgentie: &'static str,
    /// Leeftijd in jaren; ontbreekt als de gegevens na de bewaartermijn gewist zijn.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 14)]
    leeftijd: Option<u8>,
    /// Dag vanaf wanneer de wachttijd telt.
    wacht_sinds: NaiveDate,
    /// Hele weken gewacht; ontbreekt zolang de wachttijd nog niet telt, omdat de beschikking ontbreekt.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 14)]
    weken_gewacht: Option<u32>,
    /// Of een norm voor de start van de zorg voorbij is: telt mee in de brutolijst.
    boven_norm: bool,
    /// Of er nu overbruggingszorg is: telt dan niet mee in de nettolijst.
    overbrugging: bool,
    /// Aantal reacties om te wegen.
    #[schema(example = 1)]
    open_reacties: u32,
    /// Laatste dag van de pauze.
    #[serde(skip_serializing_if = "Option::is_none")]
    pauze_tot: Option<NaiveDate>,
    /// Codes van wat vandaag aandacht vraagt, het dringendste eerst.
    aandacht: Vec<&'static str>,
}

/// Eén wachtende met alles wat bekend is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WachtendeVolledig)]
#[serde(rename_all = "camelCase")]
pub struct FullBody {
    wachtende: ClientBody,
    /// De vier cijfers van de postcode; ontbreekt als die niet bekend is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 3841)]
    postcode: Option<u16>,
    /// Codes van producten die ook goed zijn, de liefste eerst.
    #[schema(example = json!(["45A11"]))]
    alternatieven: Vec<String>,
    #[schema(schema_with = referrer_schema)]
    verwijzer: &'static str,
    /// Dag van de verwijzing.
    verwezen_op: NaiveDate,
    /// Dag van de beschikking; ontbreekt zolang die er niet is.
    #[serde(skip_serializing_if = "Option::is_none")]
    beschikking_op: Option<NaiveDate>,
    /// Dag waarop het adviesorgaan besliste; ontbreekt zolang dat niet bekend is.
    #[serde(skip_serializing_if = "Option::is_none")]
    advies_op: Option<NaiveDate>,
    /// Dag waarop het perspectiefplan is gemaakt.
    #[serde(skip_serializing_if = "Option::is_none")]
    perspectiefplan_op: Option<NaiveDate>,
    /// Of er een maatregel van jeugdbescherming of jeugdreclassering is.
    maatregel: bool,
    /// Of er een verklarende analyse is; ontbreekt als dat niet bekend is.
    #[serde(skip_serializing_if = "Option::is_none")]
    verklarende_analyse: Option<bool>,
    #[schema(schema_with = first_choice_schema)]
    eerste_keus: &'static str,
    /// Of het kind misschien zorg uit de Wet langdurige zorg nodig heeft; ontbreekt als dat niet bekend is.
    #[serde(skip_serializing_if = "Option::is_none")]
    mogelijk_wlz: Option<bool>,
    /// Of een ander dan de ouders het gezag heeft; ontbreekt als dat niet bekend is.
    #[serde(skip_serializing_if = "Option::is_none")]
    gezag_bij_derde: Option<bool>,
    /// Codes van wat een plek moet aankunnen.
    #[schema(example = json!(["autisme"]))]
    behoeften: Vec<&'static str>,
    /// AGB-codes van de aanbieders die het gezin wil, de liefste eerst.
    #[schema(example = json!(["98990009"]))]
    gewenste_aanbieders: Vec<String>,
    /// AGB-codes van de aanbieders die het gezin niet wil.
    #[schema(example = json!(["98990001"]))]
    uitgesloten_aanbieders: Vec<String>,
    /// Verste afstand tot de hulp die het gezin wil, in kilometers; ontbreekt als er geen grens is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 25)]
    hoogste_afstand_km: Option<u16>,
    /// Of het gezin overbruggingszorg wil zolang het wacht.
    overbrugging_gewenst: bool,
    /// Korte toelichting bij de codes, zonder iets over een persoon; ontbreekt als er geen is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Start na de zomervakantie heeft de voorkeur.")]
    toelichting: Option<String>,
    /// De oudste regel eerst.
    tijdlijn: Vec<Tijdlijnregel>,
}

/// Een bladzijde van de wachtlijst.
#[derive(Debug, Serialize, ToSchema)]
pub struct Wachtenden {
    /// De wachtenden van deze bladzijde.
    wachtenden: Vec<ClientBody>,
    paginering: Paginering,
}

/// Writes a body with what is known of a waiting client after its own fields, so that registering and changing ask for the same.
macro_rules! with_facts {
    ($(#[$outer:meta])* pub struct $name:ident { $($own:tt)* }) => {
        $(#[$outer])*
        pub struct $name {
            $($own)*
            /// De vier cijfers van de postcode.
            #[schema(pattern = "^[1-9][0-9]{3}$", example = "3841")]
            postcode: Option<String>,
            /// Geboortejaar, samen met geboortekwartaal. Of geef in plaats daarvan de leeftijd.
            #[schema(minimum = 1990, maximum = 2100, example = 2014)]
            geboortejaar: Option<i32>,
            /// Kwartaal van de geboorte, samen met geboortejaar: 1 is januari tot en met maart.
            #[schema(minimum = 1, maximum = 4, example = 2)]
            geboortekwartaal: Option<u8>,
            /// Leeftijd in jaren, in plaats van jaar en kwartaal.
            #[schema(minimum = 0, maximum = 22)]
            leeftijd: Option<u8>,
            /// Codes van producten die ook goed zijn, de liefste eerst.
            #[schema(max_items = 10)]
            alternatieven: Option<Vec<Productcode>>,
            #[schema(schema_with = referrer_schema)]
            verwijzer: String,
            /// Dag van de verwijzing.
            verwezen_op: Datum,
            /// Dag van de beschikking. Laat weg zolang die er niet is.
            beschikking_op: Option<Datum>,
            /// Dag waarop het adviesorgaan besliste, voor producten die dat nodig hebben.
            advies_op: Option<Datum>,
            /// Dag waarop het perspectiefplan is gemaakt, dat er vanaf 16 jaar hoort te zijn.
            perspectiefplan_op: Option<Datum>,
            #[schema(schema_with = urgency_schema)]
            urgentie: String,
            /// Of er een maatregel van jeugdbescherming of jeugdreclassering is.
            maatregel: bool,
            /// Of er een verklarende analyse is. Zonder dit veld: niet bekend.
            verklarende_analyse: Option<bool>,
            #[schema(schema_with = first_choice_schema, required = false)]
            eerste_keus: Option<String>,
            /// Of het kind misschien zorg uit de Wet langdurige zorg nodig heeft. Zonder dit veld: niet bekend.
            mogelijk_wlz: Option<bool>,
            /// Of een ander dan de ouders het gezag heeft. Zonder dit veld: niet bekend.
            gezag_bij_derde: Option<bool>,
            #[schema(schema_with = asked_needs_schema, required = false)]
            behoeften: Option<Vec<String>>,
            #[schema(schema_with = wanted_schema, required = false)]
            gewenste_aanbieders: Option<Vec<String>>,
            #[schema(schema_with = excluded_schema, required = false)]
            uitgesloten_aanbieders: Option<Vec<String>>,
            /// Verste afstand tot de hulp die het gezin wil, in kilometers. Zonder dit veld: geen grens.
            #[schema(minimum = 1, maximum = 350, example = 25)]
            hoogste_afstand_km: Option<u16>,
            /// Of het gezin overbruggingszorg wil zolang het wacht. Zonder dit veld: nee.
            overbrugging_gewenst: Option<bool>,
            /// Hooguit twee zinnen, en niets over een persoon.
            #[schema(max_length = 280, pattern = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$")]
            toelichting: Option<String>,
            #[schema(schema_with = digits_schema, required = false)]
            cijfers_zijn: Option<String>,
        }
    };
}
use with_facts;

with_facts! {
    /// Een aanmelding. Schrijf niets op waaraan iemand het kind herkent; de toelichting wordt daarop nagekeken.
    #[derive(Debug, ToSchema)]
    #[schema(as = AanmeldingInvoer)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[expect(dead_code, reason = "describes the fields that read_draft reads")]
    pub struct RegistrationInput {
        /// CBS-code van een gemeente waarvoor u werkt.
        #[schema(pattern = "^[Gg][Mm][0-9]{4}$", example = "GM0243")]
        gemeente: String,
        product: Productcode,
        /// Dat het een ander kind is dan de aanmelding waar deze op lijkt.
        toch_aanmelden: Option<bool>,
    }
}

/// Een stap, met zijn reden. Welke redenen er zijn hangt af van de stap; `anders` vraagt een toelichting.
#[derive(Debug, ToSchema)]
#[schema(as = StapInvoer)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that read_step reads")]
pub struct StepInput {
    #[schema(schema_with = step_schema)]
    stap: String,
    /// Code van de reden; welke er zijn staat in /v1/redenen, bij de lijst van deze stap.
    #[schema(min_length = 1, max_length = 40, pattern = "^[a-z0-9-]+$", example = "verzoek-gezin")]
    reden: String,
    /// Hooguit twee zinnen, en niets over een persoon.
    #[schema(max_length = 280, pattern = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$")]
    toelichting: Option<String>,
    #[schema(schema_with = digits_schema, required = false)]
    cijfers_zijn: Option<String>,
    /// Laatste dag van de pauze, bij de stap pauzeren.
    tot: Option<Datum>,
    /// Nieuwe gemeente, bij de stap verhuizen.
    #[schema(pattern = "^[Gg][Mm][0-9]{4}$", example = "GM0233")]
    gemeente: Option<String>,
    /// Nieuw product, bij de stap ander-product.
    product: Option<Productcode>,
}

fn status_schema() -> Object {
    codes_schema("Hoe het met de wachtende staat.", ClientStatus::ALL.iter().map(|status| status.code()))
}

fn attention_schema() -> Object {
    codes_schema(
        "Wat aandacht vraagt: `ja` is elk aandachtspunt, `vandaag` wat niet kan wachten, `binnenkort` wie alleen heeft wat wel kan wachten; of de code van \
        één aandachtspunt. Dan staat ook in de lijst van wie de zorg startte en het adviesorgaan nog moet beslissen.",
        AttentionFilter::all().map(AttentionFilter::code),
    )
}

fn urgency_schema() -> Object {
    codes_schema(
        "Hoe snel de zorg moet starten: bij `urgent` binnen twee weken; `crisis` komt niet op de lijst maar gaat naar het crisispunt.",
        Urgency::ALL.iter().map(|urgency| urgency.code()),
    )
}

fn referrer_schema() -> Object {
    codes_schema("Soort verwijzer.", ReferrerKind::ALL.iter().map(|kind| kind.code()))
}

fn first_choice_schema() -> Object {
    codes_schema(
        "Of het product is wat het kind nodig heeft, of wat daar het dichtst bij komt. Wie niets kiest, kiest eerste-keus.",
        FirstChoice::ALL.iter().map(|first| first.code()),
    )
}

fn step_schema() -> Object {
    codes_schema("Wat er met de aanmelding gebeurt.", OwnStep::ALL.into_iter().map(OwnStep::code))
}

fn asked_needs_schema() -> RefOr<Schema> {
    needs_schema("Wat een plek moet aankunnen. Zonder dit veld: niets bijzonders.")
}

fn providers_schema(description: &str) -> RefOr<Schema> {
    let agb = ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .pattern(Some("^(?!0{8})[0-9]{8}$"))
        .build();
    list_schema(description, agb, 10)
}

fn wanted_schema() -> RefOr<Schema> {
    providers_schema(
        "AGB-codes van de aanbieders die het gezin wil, de liefste eerst. Zonder dit veld: geen voorkeur.",
    )
}

fn excluded_schema() -> RefOr<Schema> {
    providers_schema("AGB-codes van de aanbieders die het gezin niet wil. Zonder dit veld: geen.")
}

impl ClientBody {
    fn new(client: &WaitingClient, standing: &Standing, today: NaiveDate) -> Self {
        Self {
            code: client.code.to_string(),
            gemeente: client.municipality.code.to_string(),
            product: client.product.code.to_string(),
            product_naam: client.product.name.clone(),
            status: client.status().code(),
            urgentie: client.urgency.code(),
            leeftijd: client.birth.map(|birth| birth.age_on(today)),
            wacht_sinds: client.life.waiting_since(),
            weken_gewacht: standing.waited.weeks(),
            boven_norm: standing.waited.is_past_start_norm(),
            overbrugging: standing.has_bridging,
            open_reacties: client.life.open_responses(),
            pauze_tot: client.hold.map(|hold| hold.until),
            aandacht: standing.attention.iter().map(|point| point.code()).collect(),
        }
    }
}

impl From<TimelineLine> for Tijdlijnregel {
    fn from(line: TimelineLine) -> Self {
        let by = [line.by_name, line.by_organisation];
        Self {
            op: line.at,
            stap: line.kind.code(),
            status: line.to.code(),
            reden: line.reason,
            toelichting: line.note,
            bijzonderheid: line.detail,
            door: by.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "),
        }
    }
}

impl FullBody {
    fn new(client: &WaitingClient, standing: &Standing, lines: Vec<TimelineLine>, today: NaiveDate) -> Self {
        Self {
            wachtende: ClientBody::new(client, standing, today),
            postcode: client.pc4.map(rules::codes::Pc4::number),
            alternatieven: client.alternatives.iter().map(|product| product.code.to_string()).collect(),
            verwijzer: client.referrer.code(),
            verwezen_op: client.referred_on,
            beschikking_op: client.decided_on,
            advies_op: client.body_decided_on,
            perspectiefplan_op: client.plan_made_on,
            maatregel: client.measure,
            verklarende_analyse: client.analysis_made,
            eerste_keus: client.first_choice.code(),
            mogelijk_wlz: client.possibly_wlz,
            gezag_bij_derde: client.authority_elsewhere,
            behoeften: client.needs.iter().map(Need::code).collect(),
            gewenste_aanbieders: client.wanted.iter().map(|provider| provider.agb.to_string()).collect(),
            uitgesloten_aanbieders: client.excluded.iter().map(|provider| provider.agb.to_string()).collect(),
            hoogste_afstand_km: client.max_distance_km,
            overbrugging_gewenst: client.bridging_wanted,
            toelichting: client.note.clone(),
            tijdlijn: lines.into_iter().map(Into::into).collect(),
        }
    }
}

#[utoipa::path(
    get, path = "/wachtenden", operation_id = "lijstWachtenden", tag = "Wachtlijst",
    summary = "De wachtlijst van uw gemeente",
    description = "Wie er nu op de lijst staat, de langste wachttijd eerst tenzij u een andere volgorde kiest. Met `aandacht` alleen wie om aandacht vraagt. Alleen wachtenden van de gemeenten waarvoor uw organisatie werkt.",
    params(
        PageQuery,
        ("product" = Option<String>, Query, description = "Code van het product", pattern = "^[A-Za-z0-9-]{2,10}$", example = "45A12"),
        ("gemeente" = Option<String>, Query, description = "CBS-code van de gemeente", pattern = "^[Gg][Mm][0-9]{4}$", example = "GM0243"),
        AttentionQuery,
        ("sorteer" = Option<String>, Query, description = "Volgorde, met -af erachter omgekeerd; aandacht: het dringendste eerst", pattern = "^(wacht|code|product|gemeente|status|aandacht)(-af)?$", example = "aandacht"),
    ),
    responses(
        (status = 200, description = "Een bladzijde van de lijst", body = Wachtenden, headers(("API-Version" = String))),
        ReadProblems,
        (status = 403, response = crate::api_document::Problem),
    ),
    security(("bearer" = []))
)]
pub async fn list_clients(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let number = page_number(&mut query);
    let filter = ClientFilter {
        status: StatusFilter::Open,
        product: query
            .optional_parsed("product", "geen-code", ProductCode::parse)
            .map(|code| code.to_string()),
        municipality: query
            .optional_parsed("gemeente", "geen-code", MunicipalityCode::parse)
            .map(|code| code.to_string()),
        attention: read_attention(&mut query),
        ..ClientFilter::default()
    };
    let order = SortOrder::read(&mut query, &COLUMNS);
    query.finish(())?;
    let today = ctx.today();
    let question = Question::from(&filter);
    let mut list = ctx.db(move |conn, actor, _| actions::list_fitting(conn, actor, today, &filter)).await?;
    sort(&mut list, order);
    let paging = Paging::new(number, list.len());
    let rows = paging.cut(&list);
    let shown: Vec<_> = rows.iter().map(|listed| listed.client.code).collect();
    ctx.db(move |conn, actor, now| {
        actions::record_list(conn, actor, now, (AccessKind::ListClients, &question), &shown)
    })
    .await?;
    let wachtenden =
        rows.iter().map(|Listed { client, standing }| ClientBody::new(client, standing, today)).collect();
    reply::json(&Wachtenden { wachtenden, paginering: paging.into() })
}

#[utoipa::path(
    get, path = "/wachtenden/{code}", operation_id = "haalWachtende", tag = "Wachtlijst",
    summary = "Eén wachtende",
    description = "Een code van een andere gemeente en een code die niet bestaat geven hetzelfde antwoord: 404.",
    params(ClientPath),
    responses(
        (status = 200, description = "De wachtende", body = FullBody, headers(("API-Version" = String), ("ETag" = String, description = "Versie, voor If-Match"))),
        ReadProblems,
        (status = 403, response = crate::api_document::Problem),
    ),
    security(("bearer" = []))
)]
pub async fn get_client(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let (code, today) = (path.into_inner(), ctx.today());
    let (client, standing, lines) = ctx
        .db(move |conn, actor, now| {
            let client = actions::view_for_toegang(conn, actor, now, &code)?;
            let standing = actions::find_standing(conn, actor, &client, today)?;
            let lines = actions::list_timeline(conn, &client)?;
            Ok((client, standing, lines))
        })
        .await?;
    reply::json_with_version(StatusCode::OK, client.version, &FullBody::new(&client, &standing, lines, today))
}

#[utoipa::path(
    post, path = "/wachtenden", operation_id = "meldWachtendeAan", tag = "Wachtlijst",
    summary = "Wachtende aanmelden",
    description = "Zet een kind op de lijst en geeft zijn code terug. Lijkt het op een open aanmelding van uw gemeente, dan volgt 409 bij \
        `tochAanmelden`; is het een ander kind, stuur dat dan mee. Wat niet bij elkaar past of naar een persoon wijst, geeft ook 409, met alle fouten tegelijk.",
    params(OnceKey),
    request_body(content = RegistrationInput, content_type = "application/json"),
    responses(
        (status = 201, description = "Aangemeld", body = ClientBody, headers(
            ("API-Version" = String), ("ETag" = String, description = "Eerste versie"), ("Location" = String, description = "Adres van de wachtende"),
        )),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_client(
    ctx: Context,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let draft = read_draft(&mut input, Writing::Full);
    let sure = input.flag("tochAanmelden");
    let given = [
        ("gemeente", draft.municipality.is_some()),
        ("product", draft.product.is_some()),
        ("verwijzer", draft.referrer.is_some()),
        ("verwezenOp", draft.referred_on.is_some()),
        ("urgentie", draft.urgency.is_some()),
        ("maatregel", draft.measure.is_some()),
    ];
    require(&mut input, &given);
    check_note(&mut input, "toelichting", draft.note.as_deref(), draft.digits_are, ctx.today());
    let draft = match input.finish(draft.clone()) {
        Ok(draft) => draft,
        Err(shape) => {
            let check = move |conn: &mut db::Connection, actor: &Actor, now| {
                actions::require_may_register(actor)?;
                actions::check_registration(conn, actor, now, &draft)
            };
            return Err(all_wrong(shape, ctx.db(check).await?));
        }
    };
    let (today, state) = (ctx.today(), ctx.state.clone());
    let (client, standing) = ctx
        .db(move |conn, actor, now| {
            // Before the transaction: what was compared is in the access log, whatever comes of it.
            if !sure && let Some((other, alike)) = actions::list_similar(conn, actor, now, &draft)?.first() {
                return Err(Error::collision("tochAanmelden", "lijkt-op", alike.words(other.code)));
            }
            db::write(conn, |conn| {
                let client = actions::register_and_tell(conn, actor, now, &state.config.public_url, draft)?;
                let standing = actions::find_standing(conn, actor, &client, today)?;
                Ok((client, standing))
            })
        })
        .await?;
    let body = ClientBody::new(&client, &standing, today);
    let mut response = reply::json_with_version(StatusCode::CREATED, client.version, &body)?;
    let location = format!("/v1/wachtenden/{}", client.code);
    let location = header::HeaderValue::from_str(&location).map_err(Error::internal)?;
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}

#[utoipa::path(
    post, path = "/wachtenden/{code}/stappen", operation_id = "zetStap", tag = "Wachtlijst",
    summary = "Stap zetten voor een wachtende",
    description = "Stuur in If-Match de ETag mee van de versie die u las; is de wachtende intussen veranderd, dan volgt 409 met de stand van nu in `huidig`. Zonder \
        If-Match gaat de stap over de wachtende zoals die nu is. Na verhuizen hoort de wachtende bij de andere gemeente. Is er zorg \
        afgesproken, dan kan `ander-product` alleen met de reden `productenboek`; voor andere zorg gaat `niet-gestart` vooraf.",
    params(ClientPath, OnceKey, ("If-Match" = Option<String>, Header, description = "ETag van de versie die u las", example = "\"1\"")),
    request_body(content = StepInput, content_type = "application/json"),
    responses(
        (status = 200, description = "De wachtende na de stap", body = ClientBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
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
    let (code, version, today) = (path.into_inner(), reply::if_match(&req), ctx.today());
    let steps: Vec<(&str, OwnStep)> = OwnStep::ALL.into_iter().map(|step| (step.code(), step)).collect();
    let step = input.choice("stap", &steps);
    let draft = read_step(&mut input, today);
    require(&mut input, &[("reden", draft.reason.is_some())]);
    let joint = step.and_then(|step| draft.event(step).err()).unwrap_or_default();
    let (Some(step), draft) = input.finish_with((step, draft), joint)? else {
        return Err(Error::internal("a required step is missing"));
    };
    let (key, state) = (code.clone(), ctx.state.clone());
    let taken = ctx
        .db(move |conn, actor, now| {
            let public_url = &state.config.public_url;
            db::write(conn, |conn| {
                let of = (key.as_str(), version);
                let client = actions::take_own_step(conn, actor, now, public_url, of, step, &draft)?;
                let standing = actions::find_standing(conn, actor, &client, today)?;
                Ok((client, standing))
            })
        })
        .await;
    let (actor, now) = (ctx.actor.clone(), ctx.now);
    let current = move |conn: &mut db::Connection| {
        let client = actions::view_for_toegang(conn, &actor, now, &code)?;
        let standing = actions::find_standing(conn, &actor, &client, today)?;
        Ok(ClientBody::new(&client, &standing, today))
    };
    let (client, standing) = reply::show_current(&ctx, taken, current).await?;
    reply::json_with_version(StatusCode::OK, client.version, &ClientBody::new(&client, &standing, today))
}

/// The fields that tell when a child was born: one of them that is wrong leaves nothing to say of the others.
pub const BIRTH_FIELDS: [&str; 3] = ["geboortejaar", "geboortekwartaal", "leeftijd"];

/// What is wrong with fields by themselves, and what the rules find besides in the others.
pub fn all_of(shape: Violations, rules: Violations) -> Violations {
    let is_of_birth = |field: &str| BIRTH_FIELDS.contains(&field);
    let mut told: Vec<String> = shape.iter().map(|violation| violation.field.clone()).collect();
    if told.iter().any(|field| is_of_birth(field)) {
        told.extend(BIRTH_FIELDS.map(str::to_owned));
    }
    let mut all = shape;
    for violation in rules.into_iter().filter(|violation| !told.contains(&violation.field)) {
        all.add(violation.field, violation.code, violation.message);
    }
    all
}

/// All of it as an error: what only words about a person and the rules have against it collides.
pub fn all_wrong(shape: Violations, rules: Violations) -> Error {
    Error::from(shape).with_violations(|shape| all_of(shape, rules))
}

/// Tells of the fields that must be there and are not, unless they are wrong already.
fn require(input: &mut Fields, given: &[(&'static str, bool)]) {
    for (name, _) in given.iter().filter(|(_, is_given)| !is_given) {
        if input.raw(name).is_empty() {
            input.error(name, "verplicht", "vul dit in");
        }
    }
}
