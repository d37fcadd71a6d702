//! The API described: OpenAPI 3.1 from the handlers themselves, and Swagger UI served from here.

use std::sync::{Arc, LazyLock};

use actix_web::web::Path;
use actix_web::{HttpResponse, http::header};
use rules::product::AgeRange;
use serde::Serialize;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi, ToResponse, ToSchema};

use crate::availability::search::api::{ProductSoort, Sortering, Urgentie};
use crate::error::{Error, Result};
use crate::{availability, crisis, exchange, identity, matching, product_book, waiting_list};

/// One thing that is wrong with the input.
#[derive(Debug, Serialize, ToSchema)]
pub struct Fout {
    /// Het veld; leeg als het om de hele invoer gaat.
    #[schema(example = "plekkenVrij")]
    veld: String,
    /// Vaste code van deze fout.
    #[schema(example = "geen-getal")]
    code: String,
    /// Wat er mis is en hoe het wel kan.
    #[schema(example = "vul een heel getal in, bijvoorbeeld 4")]
    melding: String,
}

/// Wat er misging (RFC 9457), met alle invoerfouten bij elkaar.
#[derive(Debug, Serialize, ToSchema)]
pub struct Probleem {
    /// Soort fout als URN.
    #[schema(format = "uri", example = "urn:beschikbaarheidswijzer:fout:niet-gevonden")]
    r#type: String,
    /// Korte omschrijving.
    #[schema(example = "Niet gevonden")]
    title: String,
    /// HTTP-statuscode.
    #[schema(minimum = 400, maximum = 599, example = 404)]
    status: u16,
    /// Wat er gebeurde en wat u kunt doen.
    #[schema(example = "Deze aanbieder bestaat niet.")]
    detail: String,
    /// Vaste code van de fout.
    #[schema(example = "niet-gevonden")]
    code: String,
    /// Nummer van het verzoek, om te noemen bij vragen.
    #[schema(example = "4b1f6a0f9d2e4c53a7d8f0e1c2b3a495")]
    verzoek: String,
    /// Wat er niet klopt aan de invoer, of botst met wat er al is, per veld.
    #[serde(skip_serializing_if = "Option::is_none")]
    fouten: Option<Vec<Fout>>,
    /// De stand die nu is opgeslagen, als iemand anders intussen wijzigde.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    huidig: Option<serde_json::Value>,
}

/// The answer to everything that goes wrong.
#[derive(Debug, ToResponse)]
#[response(description = "Wat er misging", content_type = "application/problem+json", headers(("API-Version" = String, description = "Versie van deze API")))]
#[expect(dead_code, reason = "describes an answer that is written by hand")]
pub struct Problem(Probleem);

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Beschikbaarheidswijzer jeugdhulp",
        description = "Welke gecontracteerde aanbieders plek hebben, hoe lang de wachttijd is en hoe vers dat cijfer is. \
            Lezen kan zonder toegangsbewijs. Schrijven vraagt een bearer-token, zie Toegang. Wie iets wijzigt, stuurt in If-Match de ETag mee van de \
            versie die gelezen is; is die intussen veranderd, dan volgt 409 met de stand van nu in `huidig` en is er niets opgeslagen.",
        contact(name = "Beschikbaarheidswijzer team", email = "team@beschikbaarheidswijzer.example", url = "https://beschikbaarheidswijzer.example"),
        license(name = "EUPL-1.2", identifier = "EUPL-1.2"),
    ),
    servers((url = "/v1", description = "Deze server")),
    modifiers(&Bearer),
    tags(
        (name = "Productenboek", description = "Regio's, gemeenten, postcodes, segmenten, producten, aanbieders, locaties en contracten"),
        (name = "Aanbod", description = "Plekken en wachttijden: zoeken en bijhouden"),
        (name = "Wachtlijst", description = "Wie wacht, wie plek biedt en wat ervan wordt"),
        (name = "Regionaal voorstel", description = "Rondes, toewijzingsbeleid en scenario's van de regio"),
        (name = "Crisis", description = "Crisisaanvragen: aanmelden, beoordelen en volgen"),
        (name = "Gebruikers", description = "Gebruikers, organisaties en koppelingen van de regio"),
        (name = "Beheer", description = "Wat het systeem verstuurt"),
        (name = "Logboek", description = "Wie wat deed, voor wie daarop toeziet"),
        (name = "Toegang", description = "Toegangstokens vragen en vernieuwen"),
    ),
    paths(
        crate::availability::search::api::search_offers,
        product_book::regions::api::list_regions,
        product_book::regions::api::get_region,
        product_book::regions::api::put_region,
        product_book::regions::members::api::list_members,
        product_book::regions::members::api::put_member,
        product_book::municipalities::api::list_municipalities,
        product_book::municipalities::api::get_municipality,
        product_book::municipalities::api::put_municipality,
        product_book::postcodes::api::list_postcodes,
        product_book::postcodes::api::get_postcode,
        product_book::postcodes::api::put_postcode,
        product_book::postcodes::api::delete_postcode,
        product_book::segments::api::list_segments,
        product_book::segments::api::get_segment,
        product_book::segments::api::put_segment,
        product_book::products::api::list_products,
        product_book::products::api::get_product,
        product_book::products::api::put_product,
        product_book::providers::api::list_providers,
        product_book::providers::api::get_provider,
        product_book::providers::api::put_provider,
        product_book::locations::api::list_locations,
        product_book::locations::api::get_location,
        product_book::locations::api::put_location,
        product_book::contracts::api::list_contracts,
        product_book::contracts::api::get_contract,
        product_book::contracts::api::add_contract,
        product_book::contracts::api::change_contract,
        availability::figures::api::get_offer,
        availability::figures::api::put_offer,
        availability::suitability::api::get_suitability,
        availability::suitability::api::put_suitability,
        availability::figures::api::get_timeline,
        availability::figures::api::post_confirmation,
        crate::availability::search::api::list_offers_of_provider,
        availability::figures::api::post_offer,
        availability::error_reports::api::post_report,
        availability::error_reports::api::list_reports,
        availability::error_reports::api::get_report,
        availability::error_reports::api::post_answer,
        availability::follows::api::post_search,
        exchange::api::post_delivery,
        waiting_list::open_list::api::list_clients,
        waiting_list::open_list::api::put_seen,
        waiting_list::open_list::api::get_choice,
        waiting_list::open_list::api::put_choice,
        waiting_list::clients::api::settings::get_settings,
        waiting_list::clients::api::settings::put_settings,
        matching::weights::api::get_weights,
        matching::weights::api::put_weights,
        matching::weights::api::list_weights,
        matching::weights::api::get_effect,
        matching::policy::api::get_effect,
        waiting_list::reasons::api::list_reasons,
        waiting_list::reasons::api::get_reasons,
        waiting_list::reasons::api::put_reasons,
        waiting_list::reasons::api::list_versions,
        waiting_list::responses::api::list_own,
        waiting_list::responses::api::get_own,
        waiting_list::responses::api::post_response,
        waiting_list::responses::api::post_withdrawal,
        waiting_list::responses::api::post_start,
        waiting_list::responses::api::post_not_started,
        matching::weighing::api::list_of_client,
        matching::weighing::api::post_acceptance,
        waiting_list::responses::api::post_decline,
        waiting_list::responses::api::post_start_of_client,
        waiting_list::responses::api::asking::list_own,
        waiting_list::responses::api::asking::post_own,
        waiting_list::responses::api::asking::post_own_answer,
        waiting_list::responses::api::asking::list_of_client,
        waiting_list::responses::api::asking::post_of_client,
        waiting_list::responses::api::asking::post_answer_of_client,
        matching::proposals::api::get_proposal,
        matching::proposals::api::post_proposal,
        matching::proposals::api::post_request,
        matching::proposals::api::get_kept_proposal,
        matching::bridging::api::list_bridging,
        matching::bridging::api::post_bridging,
        matching::bridging::api::get_bridging,
        matching::bridging::api::put_bridging,
        matching::runs::api::list_runs,
        matching::runs::api::post_run,
        matching::runs::planning::get_schedule,
        matching::runs::planning::put_schedule,
        matching::runs::api::get_run,
        matching::runs::questions::post_questions,
        matching::runs::questions::list_questions,
        matching::policy::api::get_policy,
        matching::policy::api::put_policy,
        matching::policy::api::list_policies,
        matching::scenarios::api::list_scenarios,
        matching::scenarios::api::post_scenario,
        matching::scenarios::api::get_scenario,
        matching::scenarios::api::get_sweep,
        matching::scenarios::api::post_sweep,
        matching::scenarios::api::post_stop,
        matching::scenarios::api::post_removal,
        identity::users::api::list_users,
        identity::users::api::post_user,
        identity::users::api::get_user,
        identity::users::api::put_user,
        identity::users::api::post_step,
        identity::users::review_api::list_reviewed,
        identity::users::review_api::post_review,
        identity::organisations::api::list_organisations,
        identity::organisations::api::post_organisation,
        identity::organisations::api::get_organisation,
        identity::organisations::api::put_organisation,
        identity::service_accounts::api::list_accounts,
        identity::service_accounts::api::post_account,
        identity::service_accounts::api::get_account,
        identity::service_accounts::api::post_secret,
        identity::service_accounts::api::post_step,
        crate::availability::freshness::api::get_standing,
        crate::reports::audit_log::api::list_lines,
        crate::reports::audit_log::api::get_line,
        waiting_list::access_log::api::list_lines,
        product_book::mail_queue::api::list_mails,
        product_book::mail_queue::api::post_attempt,
        identity::tokens::api::post_token,
        crisis::board::api::get_board,
        crisis::requests::api::list_requests,
        crisis::requests::api::post_request,
        crisis::requests::api::get_request,
        crisis::requests::api::post_step,
        crisis::requests::api::post_triage,
        crisis::requests::api::post_withdrawal,
        crisis::requests::api::correction::put_facts,
        waiting_list::clients::api::list_clients,
        waiting_list::clients::api::get_client,
        waiting_list::clients::api::post_client,
        waiting_list::clients::api::facts::put_client,
        waiting_list::clients::api::post_step,
        waiting_list::replacement::api::list_replacements,
        waiting_list::late_responses::api::list_late,
        waiting_list::mediation::api::get_overview,
        waiting_list::mediation::api::list_cases,
        waiting_list::mediation::api::get_case,
        waiting_list::mediation::api::post_step,
        waiting_list::mediation::api::post_closing,
        crate::crisis::distribution::api::list_assignments,
        crate::crisis::distribution::api::post_assignment,
        crate::crisis::distribution::api::get_assignment,
        crate::crisis::distribution::api::post_answer,
        crate::crisis::distribution::api::post_withdrawal,
        crisis::distribution::shares_api::list_shares,
        crisis::distribution::shares_api::post_share,
        crisis::distribution::shares_api::get_division,
        crisis::distribution::shares_api::put_room,
        crisis::stays::api::list_help,
        crisis::stays::api::get_help,
        crisis::stays::api::post_step,
        crisis::roster::api::list_shifts,
        crisis::roster::api::post_shift,
        crisis::roster::api::post_removal,
        crisis::roster::api::list_handovers,
        crisis::roster::api::post_handover,
        crisis::settings::api::get_point,
        crisis::settings::api::put_point,
        crisis::settings::api::list_items,
        crisis::settings::api::post_item,
        crisis::settings::api::put_item,
        crisis::registration::api::list_records,
        crisis::registration::api::get_record,
        crisis::registration::api::put_record,
        crisis::registration::api::post_line,
        crisis::registration::api::get_line,
        crisis::registration::api::put_line,
        crisis::registration::api::list_versions,
        crate::reports::quarterly::api::list_quarters,
        crate::reports::quarterly::api::get_report,
        crate::reports::quarterly::api::get_public_report,
        crate::reports::quarterly::api::post_publication,
        crate::reports::quarterly::api::post_closing,
        crate::reports::quarterly::api::post_confirmation,
        crate::crisis::places::api::list_places,
        crate::crisis::places::api::post_place,
        crate::crisis::places::keeping_api::put_place,
        crate::crisis::places::keeping_api::post_retirement,
        crate::crisis::places::api::post_word,
        crate::crisis::places::api::post_hold,
        crate::crisis::places::api::post_release,
        crate::crisis::places::api::post_stay,
        crate::crisis::places::api::post_confirmation,
    ),
    components(schemas(Probleem, Fout, ProductSoort, Urgentie, Sortering), responses(Problem))
)]
struct Document;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("Toegangstoken van POST /tokens, in de kop Authorization"))
            .build();
        openapi
            .components
            .get_or_insert_default()
            .add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// The document as JSON text, as committed in `openapi/openapi.json`.
pub fn text() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let mut document = serde_json::to_value(Document::openapi()).unwrap_or_default();
        state_strictness(&mut document);
        state_refusals(&mut document);
        let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
        text.push('\n');
        text
    });
    &TEXT
}

/// Says of every call that asks for a token what the others hear: nobody has every right.
fn state_refusals(document: &mut serde_json::Value) {
    let paths = document["paths"].as_object_mut().into_iter().flat_map(|paths| paths.values_mut());
    let calls = paths.filter_map(serde_json::Value::as_object_mut).flat_map(|path| path.values_mut());
    for call in calls.filter(|call| call["security"].is_array()) {
        if let Some(responses) = call["responses"].as_object_mut()
            && let Some(refused) = responses.get("401").cloned()
        {
            responses.entry("403").or_insert(refused);
        }
    }
}

/// Says what holds for all input alike: a body has no other fields than those described, a query
/// parameter may be left empty, and a part of a path may not.
fn state_strictness(document: &mut serde_json::Value) {
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        // A choice between bodies has no fields of its own: each of the bodies says it for itself.
        let bodies = schemas
            .iter_mut()
            .filter(|(name, schema)| name.ends_with("Invoer") && schema["type"] == "object");
        for (_, schema) in bodies {
            schema["additionalProperties"] = false.into();
        }
        if let Some(product) = schemas.get_mut("ProductInvoer") {
            product["anyOf"] = lowest_before_highest("leeftijdVanaf", "leeftijdTot");
        }
    }
    let operations = document["paths"].as_object_mut().into_iter().flat_map(|paths| paths.values_mut());
    for operation in
        operations.filter_map(serde_json::Value::as_object_mut).flat_map(|methods| methods.values_mut())
    {
        let parameters =
            operation.get_mut("parameters").and_then(serde_json::Value::as_array_mut).into_iter().flatten();
        for parameter in parameters {
            match parameter["in"].as_str() {
                // Empty is as good as absent, where it may be absent.
                Some("query") if parameter["required"] != true => parameter["allowEmptyValue"] = true.into(),
                Some("path") => parameter["required"] = true.into(),
                _ => {}
            }
        }
    }
}

/// That one age is not above the other: there is an age that the one does not exceed and the other reaches.
fn lowest_before_highest(lowest: &str, highest: &str) -> serde_json::Value {
    (0..=AgeRange::HIGHEST)
        .map(|age| serde_json::json!({"properties": {lowest: {"maximum": age}, highest: {"minimum": age}}}))
        .collect()
}

pub async fn json() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(text())
}

pub async fn to_swagger_ui() -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, "/v1/docs/")).finish()
}

pub async fn swagger_ui(path: Path<String>) -> Result<HttpResponse> {
    static CONFIG: LazyLock<Arc<utoipa_swagger_ui::Config<'static>>> =
        // The badge of a validator elsewhere would tell that host which site this is.
        LazyLock::new(|| {
            Arc::new(utoipa_swagger_ui::Config::from("/v1/openapi.json").validator_url("none"))
        });
    let file = utoipa_swagger_ui::serve(&path, CONFIG.clone())
        .map_err(|error| Error::internal(error.to_string()))?;
    file.map(|file| HttpResponse::Ok().content_type(file.content_type).body(file.bytes.into_owned()))
        .ok_or(Error::NO_PAGE)
}

/// Reads one part of a path; a part that cannot be such a code is a 400 that names it.
pub fn parse_path<T, E: std::fmt::Display>(
    name: &str,
    text: &str,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T> {
    parse(text).map_err(|error| Error::invalid(name, "geen-code", error.to_string()))
}
