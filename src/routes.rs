//! The one list of everything that can be reached, with what each asks of the one who calls it.
//!
//! The router is built from this list, and so are the tests of the permissions: a page or call that is not
//! here does not exist, and one without an access cannot be written down.

use std::collections::BTreeMap;

use actix_web::guard::{self, Guard};
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{FromRequest, Handler, Responder, Route};

use crate::error::Error;
use crate::identity::policy::Access;
use crate::identity::policy::Access::{Public, Requires};
use crate::identity::policy::Permission::{
    AnswerCrisisAssignments, AnswerReports, DistributeCrisis, KeepCrisisHelp, KeepCrisisRecords,
    KeepOwnCrisisPlaces, KeepOwnFigures, KeepWaitingList, ManageCrisisPoint, ManageMail, ManageProductBook,
    ManageUsers, Mediate, ReadAccessLog, ReadAudit, ReferCrisis, RegisterClients, RespondToClients,
    RunRegionalPlan, SeeCrisisBoard, SeeCrisisPlaces, SeeCrisisReports, SeeCrisisRequests, SeeCrisisSettings,
    SeeCrisisShares, SeeLateResponses, SeeReasons, SetWeights, TakeCrisisRequests, UseOwnSession,
    WatchFreshness,
};
use crate::web::once::once;
use crate::web::{assets, info, look, pipeline};
use crate::{
    api_document, availability, crisis, exchange, health, identity, matching, product_book, reports,
    waiting_list,
};

/// One thing that can be reached.
pub struct Endpoint {
    pub method: Method,
    /// With its parameters in braces, as the router and the API document write them.
    pub path: &'static str,
    pub access: Access,
    route: Box<dyn Fn() -> Route>,
}

fn endpoint<F, Args>(method: Method, path: &'static str, access: Access, handler: F) -> Endpoint
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    guarded(method, path, access, Box::new(move || Route::new().to(handler.clone())))
}

/// Something that is created once, however often the request arrives.
fn post_once<F, Args>(path: &'static str, access: Access, handler: F) -> Endpoint
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    let bare = move || Route::new().to(handler.clone()).wrap(from_fn(once));
    guarded(Method::POST, path, access, Box::new(bare))
}

/// Knows nothing of the type of the handler: what stands around each is compiled once for all of them.
fn guarded(method: Method, path: &'static str, access: Access, bare: Box<dyn Fn() -> Route>) -> Endpoint {
    let guarded = method.clone();
    let route = move || {
        bare()
            .guard(MethodGuard(guarded.clone()))
            .wrap(from_fn(move |req, next| pipeline::authorize(access, req, next)))
    };
    Endpoint { method, path, access, route: Box::new(route) }
}

/// The form of a crisis request, which comes back with what was typed while the database is away.
fn giving_back(endpoint: Endpoint) -> Endpoint {
    let Endpoint { method, path, access, route } = endpoint;
    let route = move || route().wrap(from_fn(crisis::requests::pages::outage::give_back));
    Endpoint { method, path, access, route: Box::new(route) }
}

/// `HEAD` is answered wherever `GET` is.
struct MethodGuard(Method);

impl Guard for MethodGuard {
    fn check(&self, ctx: &guard::GuardContext<'_>) -> bool {
        let method = &ctx.head().method;
        *method == self.0 || (self.0 == Method::GET && *method == Method::HEAD)
    }
}

fn get<F, Args>(path: &'static str, access: Access, handler: F) -> Endpoint
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    endpoint(Method::GET, path, access, handler)
}

fn post<F, Args>(path: &'static str, access: Access, handler: F) -> Endpoint
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    endpoint(Method::POST, path, access, handler)
}

fn put<F, Args>(path: &'static str, access: Access, handler: F) -> Endpoint
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    endpoint(Method::PUT, path, access, handler)
}

/// Everything that can be reached. Of two paths that both fit, the first wins.
pub fn all() -> Vec<Endpoint> {
    let mut endpoints = general();
    endpoints.extend(signing_in());
    endpoints.extend(own_account());
    endpoints.extend(search());
    endpoints.extend(product_book_pages());
    endpoints.extend(region_pages());
    endpoints.extend(exchange_pages());
    endpoints.extend(mail_queue());
    endpoints.extend(user_pages());
    endpoints.extend(user_api());
    endpoints.extend(product_book_api());
    endpoints.extend(region_api());
    endpoints.extend(provider_pages());
    endpoints.extend(provider_api());
    endpoints.extend(figures_pages());
    endpoints.extend(freshness());
    endpoints.extend(audit_log());
    endpoints.extend(matching_pages());
    endpoints.extend(regional_pages());
    endpoints.extend(matching_api());
    endpoints.extend(regional_api());
    endpoints.extend(mediation());
    endpoints.extend(access_log());
    endpoints.extend(error_reports());
    endpoints.extend(follows());
    endpoints.extend(figures_api());
    endpoints.extend(open_list());
    endpoints.extend(own_responses());
    endpoints.extend(weighing());
    endpoints.extend(waiting_client_pages());
    endpoints.extend(waiting_client_api());
    endpoints.extend(reasons());
    endpoints.extend(crisis_registration());
    endpoints.extend(crisis_reports());
    endpoints.extend(crisis_settings());
    endpoints.extend(crisis_board());
    endpoints.extend(crisis_request_pages());
    endpoints.extend(crisis_request_api());
    endpoints.extend(crisis_division());
    endpoints.extend(crisis_places());
    endpoints.extend(crisis_api());
    endpoints
}

fn general() -> Vec<Endpoint> {
    vec![
        get("/healthz", Public, health::healthz),
        get("/readyz", Public, health::readyz),
        get("/static/{file:.*}", Public, assets::file),
        get("/thema.css", Public, look::style),
        get("/logo", Public, look::logo),
        get("/hulp", Public, info::help),
        get("/privacy", Public, info::privacy),
        get("/toegankelijkheid", Public, info::accessibility),
        get("/open-gegevens", Public, info::open_data),
        get("/.well-known/security.txt", Public, info::security_txt),
        get("/v1/openapi.json", Public, api_document::json),
        get("/v1/docs", Public, api_document::to_swagger_ui),
        get("/v1/docs/{file:.*}", Public, api_document::swagger_ui),
    ]
}

/// Signing in, step by step. The steps after the password are public because whoever takes them is nobody yet; each
/// asks for a session that is at that step.
fn signing_in() -> Vec<Endpoint> {
    use identity::{links, second_factor, sign_in, tokens};
    vec![
        get("/inloggen", Public, sign_in::pages::sign_in_form),
        post("/inloggen", Public, sign_in::pages::sign_in),
        get("/inloggen/code", Public, second_factor::pages::code_form),
        post("/inloggen/code", Public, second_factor::pages::give_code),
        get("/inloggen/tweede-factor", Public, second_factor::pages::first_form),
        post("/inloggen/tweede-factor", Public, second_factor::pages::first_enrol),
        get("/wachtwoord-vergeten", Public, links::pages::forgotten_form),
        post("/wachtwoord-vergeten", Public, links::pages::forgotten),
        get("/wachtwoord-instellen/{sleutel}", Public, links::pages::password_form),
        post("/wachtwoord-instellen/{sleutel}", Public, links::pages::set_password),
        post("/v1/tokens", Public, tokens::api::post_token),
    ]
}

fn own_account() -> Vec<Endpoint> {
    use identity::{account::pages as account, second_factor::pages as factor, sign_in};
    let own = Requires(UseOwnSession);
    vec![
        get("/start", own, sign_in::pages::start),
        post("/uitloggen", own, sign_in::pages::sign_out),
        get("/account", own, account::account),
        get("/account/wachtwoord", own, account::password_form),
        post("/account/wachtwoord", own, account::change_password),
        post("/account/sessies", own, account::end_sessions),
        get("/account/tweede-factor", own, factor::form),
        post("/account/tweede-factor", own, factor::save),
        get("/account/tweede-factor/verwijderen", own, factor::remove_form),
        post("/account/tweede-factor/verwijderen", own, factor::remove),
        get("/account/herstelcodes", own, factor::renew_codes_form),
        post("/account/herstelcodes", own, factor::renew_codes),
        post("/account/tokens", own, account::make_token),
        post("/account/tokens/beeindigen", own, account::end_token),
    ]
}

fn user_pages() -> Vec<Endpoint> {
    use identity::{organisations, service_accounts, users};
    let manage = Requires(ManageUsers);
    vec![
        get("/beheer/gebruikers", manage, users::pages::list),
        get("/beheer/gebruikers/uitnodigen", manage, users::pages::invite_form),
        post("/beheer/gebruikers/uitnodigen", manage, users::pages::invite),
        get("/beheer/gebruikers/controle", manage, users::pages::review),
        post("/beheer/gebruikers/controle", manage, users::pages::note_review),
        get("/beheer/gebruikers/{id}", manage, users::pages::user),
        post("/beheer/gebruikers/{id}", manage, users::pages::save),
        post("/beheer/gebruikers/{id}/stappen", manage, users::pages::act),
        get("/beheer/organisaties", manage, organisations::pages::list),
        post("/beheer/organisaties", manage, organisations::pages::save),
        get("/beheer/organisaties/nieuw", manage, organisations::pages::new_form),
        get("/beheer/organisaties/{id}", manage, organisations::pages::edit_form),
        get("/beheer/koppelingen", manage, service_accounts::pages::list),
        post("/beheer/koppelingen", manage, service_accounts::pages::create),
        get("/beheer/koppelingen/nieuw", manage, service_accounts::pages::new_form),
        get("/beheer/koppelingen/{id}", manage, service_accounts::pages::account),
        post("/beheer/koppelingen/{id}/geheim", manage, service_accounts::pages::renew_secret),
        post("/beheer/koppelingen/{id}/toegang", manage, service_accounts::pages::set_active),
    ]
}

fn user_api() -> Vec<Endpoint> {
    use identity::{
        organisations::api as organisations,
        service_accounts::api as services,
        users::{api as users, review_api as review},
    };
    let manage = Requires(ManageUsers);
    vec![
        get("/v1/gebruikers", manage, users::list_users),
        post_once("/v1/gebruikers", manage, users::post_user),
        get("/v1/gebruikers/{id}", manage, users::get_user),
        put("/v1/gebruikers/{id}", manage, users::put_user),
        post_once("/v1/gebruikers/{id}/stappen", manage, users::post_step),
        get("/v1/gebruikerscontrole", manage, review::list_reviewed),
        post_once("/v1/gebruikerscontrole/uitkomsten", manage, review::post_review),
        get("/v1/organisaties", manage, organisations::list_organisations),
        post_once("/v1/organisaties", manage, organisations::post_organisation),
        get("/v1/organisaties/{id}", manage, organisations::get_organisation),
        put("/v1/organisaties/{id}", manage, organisations::put_organisation),
        get("/v1/koppelingen", manage, services::list_accounts),
        post_once("/v1/koppelingen", manage, services::post_account),
        get("/v1/koppelingen/{id}", manage, services::get_account),
        // Without a key: an answer to a request with one is kept, and a secret may not be.
        post("/v1/koppelingen/{id}/geheimen", manage, services::post_secret),
        post_once("/v1/koppelingen/{id}/stappen", manage, services::post_step),
    ]
}

fn search() -> Vec<Endpoint> {
    use crate::availability::search;
    vec![
        get("/", Public, search::pages::home),
        get("/zoeken", Public, search::pages::search),
        get("/aanbieders/{agb}", Public, search::provider_page::provider),
        get("/vergelijken", Public, search::compare::compare),
        get("/v1/aanbod", Public, search::api::search_offers),
    ]
}

fn product_book_pages() -> Vec<Endpoint> {
    use product_book::{municipalities, overview, postcodes, products, segments};
    let manage = Requires(ManageProductBook);
    vec![
        get("/beheer", manage, overview::overview),
        get("/beheer/segmenten", manage, segments::pages::list),
        post("/beheer/segmenten", manage, segments::pages::save),
        get("/beheer/segmenten/nieuw", manage, segments::pages::new_form),
        get("/beheer/segmenten/{segment}", manage, segments::pages::edit_form),
        get("/beheer/gemeenten", manage, municipalities::pages::list),
        post("/beheer/gemeenten", manage, municipalities::pages::save),
        get("/beheer/gemeenten/nieuw", manage, municipalities::pages::new_form),
        get("/beheer/gemeenten/{gemeente}", manage, municipalities::pages::edit_form),
        get("/beheer/postcodes", manage, postcodes::pages::list),
        post("/beheer/postcodes", manage, postcodes::pages::save),
        get("/beheer/postcodes/nieuw", manage, postcodes::pages::new_form),
        get("/beheer/postcodes/{pc4}", manage, postcodes::pages::edit_form),
        get("/beheer/postcodes/{pc4}/verwijderen", manage, postcodes::pages::remove_form),
        post("/beheer/postcodes/{pc4}/verwijderen", manage, postcodes::pages::remove),
        get("/beheer/producten", manage, products::pages::list),
        post("/beheer/producten", manage, products::pages::save),
        get("/beheer/producten/nieuw", manage, products::pages::new_form),
        get("/beheer/producten/{product}", manage, products::pages::edit_form),
    ]
}

fn region_pages() -> Vec<Endpoint> {
    use product_book::regions::{self, members};
    let manage = Requires(ManageProductBook);
    vec![
        get("/beheer/regios", manage, regions::pages::list),
        post("/beheer/regios", manage, regions::pages::save),
        get("/beheer/regios/{regio}", manage, regions::pages::detail),
        post("/beheer/regios/{regio}/gemeenten", manage, members::pages::save),
        get("/beheer/regios/{regio}/gemeenten/nieuw", manage, members::pages::new_form),
        get("/beheer/regios/{regio}/gemeenten/{lidmaatschap}", manage, members::pages::edit_form),
    ]
}

fn crisis_settings() -> Vec<Endpoint> {
    use crisis::settings::pages;
    let manage = Requires(ManageCrisisPoint);
    vec![
        get("/beheer/crisispunt", manage, pages::form),
        post("/beheer/crisispunt", manage, pages::save),
        get("/beheer/crisispunt/lijsten", manage, pages::lists),
        post("/beheer/crisispunt/lijsten", manage, pages::add_item),
        post("/beheer/crisispunt/lijsten/{id}", manage, pages::end_item),
    ]
}

/// The board of the crisis point, its stream, and its roster.
fn crisis_board() -> Vec<Endpoint> {
    use crisis::{board, roster};
    let see = Requires(SeeCrisisBoard);
    vec![
        get("/crisis", see, board::pages::board),
        get("/crisis/stroom", see, board::stream::stream),
        get("/crisis/rooster", see, roster::pages::show),
        post("/crisis/rooster", see, roster::pages::add),
        post("/crisis/rooster/{id}/weg", see, roster::pages::remove),
        post("/crisis/overdracht", see, roster::pages::hand_over),
    ]
}

fn crisis_request_pages() -> Vec<Endpoint> {
    use crisis::requests::pages::{correct, list, new, request, step, triage};
    let (see, refer, desk) =
        (Requires(SeeCrisisRequests), Requires(ReferCrisis), Requires(TakeCrisisRequests));
    vec![
        get("/crisis/nieuw", refer, new::form),
        giving_back(post_once("/crisis/nieuw", refer, new::save)),
        post("/crisis/concepten", refer, new::keep),
        post("/crisis/concepten/weg", refer, new::discard),
        post("/crisis/toelichting", see, triage::check_note),
        get("/crisis/aanvragen", see, list::list),
        get("/crisis/aanvragen/{code}", see, request::show),
        get("/crisis/aanvragen/{code}/intrekken", refer, step::withdraw_form),
        post("/crisis/aanvragen/{code}/intrekken", refer, step::withdraw),
        get("/crisis/aanvragen/{code}/gegevens", desk, correct::form),
        post("/crisis/aanvragen/{code}/gegevens", desk, correct::save),
        get("/crisis/aanvragen/{code}/triage", desk, triage::form),
        post("/crisis/aanvragen/{code}/triage", desk, triage::save),
        get("/crisis/aanvragen/{code}/stap/{stap}", desk, step::form),
        post("/crisis/aanvragen/{code}/stap/{stap}", desk, step::save),
    ]
}

fn crisis_request_api() -> Vec<Endpoint> {
    use crisis::requests::api;
    let (see, refer, desk) =
        (Requires(SeeCrisisRequests), Requires(ReferCrisis), Requires(TakeCrisisRequests));
    vec![
        get("/v1/crisisbord", Requires(SeeCrisisBoard), crisis::board::api::get_board),
        get("/v1/crisisaanvragen", see, api::list_requests),
        post_once("/v1/crisisaanvragen", refer, api::post_request),
        get("/v1/crisisaanvragen/{code}", see, api::get_request),
        post_once("/v1/crisisaanvragen/{code}/stappen", desk, api::post_step),
        post_once("/v1/crisisaanvragen/{code}/triage", desk, api::post_triage),
        put("/v1/crisisaanvragen/{code}/gegevens", desk, api::correction::put_facts),
        post_once("/v1/crisisaanvragen/{code}/intrekking", refer, api::post_withdrawal),
    ]
}

/// Dividing requests, and what a provider does with what is offered to it.
fn crisis_division() -> Vec<Endpoint> {
    use crisis::distribution::pages::{division, offer, own, shares};
    use crisis::stays::pages as stays;
    let (divide, answer, help) =
        (Requires(DistributeCrisis), Requires(AnswerCrisisAssignments), Requires(KeepCrisisHelp));
    let manage = Requires(ManageCrisisPoint);
    vec![
        get("/crisis/aanvragen/{code}/verdelen", divide, offer::offer),
        post_once("/crisis/aanvragen/{code}/verdelen", divide, offer::save),
        post("/crisis/toewijzingen/{id}/intrekken", divide, offer::withdraw),
        get("/crisis/toewijzingen", answer, own::list),
        get("/crisis/toewijzingen/{id}", answer, own::own),
        post_once("/crisis/toewijzingen/{id}/aannemen", answer, own::accept),
        post_once("/crisis/toewijzingen/{id}/weigeren", answer, own::refuse),
        get("/crisis/verdeling", Requires(SeeCrisisShares), division::division),
        post("/crisis/verdeling/ruimte", answer, division::tell_room),
        get("/beheer/crisispunt/aandelen", manage, shares::list),
        post_once("/beheer/crisispunt/aandelen", manage, shares::save),
        get("/crisis/inzet", help, stays::list),
        get("/crisis/inzet/{id}", help, stays::line),
        post("/crisis/inzet/{id}", help, stays::save),
    ]
}

/// The crisis places, for the desk and for the providers that have them.
fn crisis_places() -> Vec<Endpoint> {
    use crisis::places::pages::{giving, keeping, overview, own};
    let (divide, keep) = (Requires(DistributeCrisis), Requires(KeepOwnCrisisPlaces));
    vec![
        get("/crisis/plaatsen", Requires(SeeCrisisBoard), overview::overview),
        get("/crisis/plaatsen/nieuw", divide, giving::new),
        post_once("/crisis/plaatsen/nieuw", divide, giving::add),
        get("/crisis/plaatsen/{id}", divide, giving::place),
        get("/crisis/plaatsen/{id}/gegevens", divide, keeping::edit),
        post("/crisis/plaatsen/{id}/gegevens", divide, keeping::save),
        post("/crisis/plaatsen/{id}/opheffen", divide, keeping::retire),
        post_once("/crisis/plaatsen/{id}/vasthouden", divide, giving::hold),
        post("/crisis/plaatsen/{id}/loslaten", divide, giving::release),
        post_once("/crisis/plaatsen/{id}/plaatsen", divide, giving::give),
        get("/crisis/mijn-plaatsen", keep, own::list),
        post("/crisis/mijn-plaatsen/bevestigen", keep, own::confirm),
        get("/crisis/mijn-plaatsen/{id}", keep, own::place),
        post("/crisis/mijn-plaatsen/{id}", keep, own::save),
    ]
}

fn crisis_api() -> Vec<Endpoint> {
    use crisis::{distribution, places, roster, stays};
    use reports::quarterly::api as report;
    let (see, manage) = (Requires(SeeCrisisBoard), Requires(ManageCrisisPoint));
    let (settings, keep) = (Requires(SeeCrisisSettings), Requires(KeepCrisisRecords));
    let (divide, answer, help) =
        (Requires(DistributeCrisis), Requires(AnswerCrisisAssignments), Requires(KeepCrisisHelp));
    vec![
        get("/v1/crisistoewijzingen", help, distribution::api::list_assignments),
        post_once("/v1/crisistoewijzingen", divide, distribution::api::post_assignment),
        get("/v1/crisistoewijzingen/{id}", help, distribution::api::get_assignment),
        post_once("/v1/crisistoewijzingen/{id}/antwoord", answer, distribution::api::post_answer),
        post_once("/v1/crisistoewijzingen/{id}/intrekking", divide, distribution::api::post_withdrawal),
        get("/v1/crisisaandelen", Requires(SeeCrisisShares), distribution::shares_api::list_shares),
        post_once("/v1/crisisaandelen", manage, distribution::shares_api::post_share),
        get("/v1/crisisverdeling", Requires(SeeCrisisShares), distribution::shares_api::get_division),
        put("/v1/crisisruimte", answer, distribution::shares_api::put_room),
        get("/v1/crisishulp", help, stays::api::list_help),
        get("/v1/crisishulp/{id}", help, stays::api::get_help),
        post_once("/v1/crisishulp/{id}/stappen", help, stays::api::post_step),
        get("/v1/crisisdiensten", see, roster::api::list_shifts),
        post_once("/v1/crisisdiensten", see, roster::api::post_shift),
        post_once("/v1/crisisdiensten/{id}/verwijdering", see, roster::api::post_removal),
        get("/v1/crisisoverdrachten", see, roster::api::list_handovers),
        post_once("/v1/crisisoverdrachten", see, roster::api::post_handover),
        get("/v1/crisispunt", settings, crisis::settings::api::get_point),
        put("/v1/crisispunt", manage, crisis::settings::api::put_point),
        get("/v1/crisislijsten", settings, crisis::settings::api::list_items),
        post_once("/v1/crisislijsten", manage, crisis::settings::api::post_item),
        put("/v1/crisislijsten/{id}", manage, crisis::settings::api::put_item),
        get("/v1/crisisrapportages", Requires(SeeCrisisReports), report::list_quarters),
        get("/v1/crisisrapportages/{kwartaal}", Requires(SeeCrisisReports), report::get_report),
        get("/v1/crisisrapportages/{kwartaal}/openbaar", Public, report::get_public_report),
        post_once("/v1/crisisrapportages/{kwartaal}/openbaar", keep, report::post_publication),
        post_once("/v1/crisisrapportages/{kwartaal}/afsluiting", keep, report::post_closing),
        post_once("/v1/crisisrapportages/{kwartaal}/bevestiging", answer, report::post_confirmation),
        get("/v1/crisisplaatsen", Requires(SeeCrisisPlaces), places::api::list_places),
        post_once("/v1/crisisplaatsen", divide, places::api::post_place),
        put("/v1/crisisplaatsen/{id}", divide, places::keeping_api::put_place),
        post_once("/v1/crisisplaatsen/{id}/opheffing", divide, places::keeping_api::post_retirement),
        post_once("/v1/crisisplaatsen/{id}/stand", Requires(KeepOwnCrisisPlaces), places::api::post_word),
        post_once("/v1/crisisplaatsen/{id}/vasthouding", divide, places::api::post_hold),
        post_once("/v1/crisisplaatsen/{id}/vrijgave", divide, places::api::post_release),
        post_once("/v1/crisisplaatsen/{id}/plaatsing", divide, places::api::post_stay),
        post_once(
            "/v1/crisisplaatsbevestigingen",
            Requires(KeepOwnCrisisPlaces),
            places::api::post_confirmation,
        ),
    ]
}

/// Files for a spreadsheet, out and in: of the whole region, and of a provider its own figures.
fn exchange_pages() -> Vec<Endpoint> {
    use exchange::pages;
    let (manage, keep) = (Requires(ManageProductBook), Requires(KeepOwnFigures));
    let (list, records) = (Requires(KeepWaitingList), Requires(KeepCrisisRecords));
    vec![
        get("/beheer/uitwisseling", manage, pages::index),
        get("/beheer/uitwisseling/bestanden/{id}", manage, pages::job),
        post("/beheer/uitwisseling/bestanden/{id}/invoeren", manage, pages::start),
        get("/beheer/uitwisseling/{soort}", manage, pages::kind),
        post("/beheer/uitwisseling/{soort}", manage, pages::bring),
        get("/beheer/uitwisseling/{soort}/bestand", manage, pages::file),
        get("/capaciteit/uitwisseling", keep, pages::own_kind),
        post("/capaciteit/uitwisseling", keep, pages::bring_own),
        get("/capaciteit/uitwisseling/bestand", keep, pages::own_file),
        get("/capaciteit/uitwisseling/{id}", keep, pages::own_job),
        post("/capaciteit/uitwisseling/{id}/invoeren", keep, pages::start_own),
        get("/wachtlijst/bestand", list, pages::list_kind),
        post("/wachtlijst/bestand", list, pages::bring_list),
        get("/wachtlijst/bestand/leeg", list, pages::list_file),
        get("/wachtlijst/bestand/{id}", list, pages::list_job),
        post("/wachtlijst/bestand/{id}/invoeren", list, pages::start_list),
        get("/crisis/registratiebestand", records, pages::records_kind),
        post("/crisis/registratiebestand", records, pages::bring_records),
        get("/crisis/registratiebestand/leeg", records, pages::records_file),
        get("/crisis/registratiebestand/{id}", records, pages::records_job),
        post("/crisis/registratiebestand/{id}/invoeren", records, pages::start_records),
    ]
}

/// The outbox, on pages and by API.
fn mail_queue() -> Vec<Endpoint> {
    use product_book::mail_queue;
    let manage = Requires(ManageMail);
    vec![
        get("/beheer/mail", manage, mail_queue::list),
        post("/beheer/mail/{id}/opnieuw", manage, mail_queue::retry),
        get("/v1/mails", manage, mail_queue::api::list_mails),
        post("/v1/mails/{id}/pogingen", manage, mail_queue::api::post_attempt),
    ]
}

fn product_book_api() -> Vec<Endpoint> {
    use product_book::{municipalities, postcodes, products, segments};
    let manage = Requires(ManageProductBook);
    vec![
        get("/v1/regios/{regio}/segmenten", Public, segments::api::list_segments),
        get("/v1/regios/{regio}/segmenten/{segment}", Public, segments::api::get_segment),
        put("/v1/regios/{regio}/segmenten/{segment}", manage, segments::api::put_segment),
        get("/v1/gemeenten", Public, municipalities::api::list_municipalities),
        get("/v1/gemeenten/{gemeente}", Public, municipalities::api::get_municipality),
        put("/v1/gemeenten/{gemeente}", manage, municipalities::api::put_municipality),
        get("/v1/postcodes", Public, postcodes::api::list_postcodes),
        get("/v1/postcodes/{pc4}", Public, postcodes::api::get_postcode),
        put("/v1/postcodes/{pc4}", manage, postcodes::api::put_postcode),
        endpoint(Method::DELETE, "/v1/postcodes/{pc4}", manage, postcodes::api::delete_postcode),
        get("/v1/producten", Public, products::api::list_products),
        get("/v1/regios/{regio}/producten/{product}", Public, products::api::get_product),
        put("/v1/regios/{regio}/producten/{product}", manage, products::api::put_product),
    ]
}

fn region_api() -> Vec<Endpoint> {
    use product_book::regions::{self, members};
    let manage = Requires(ManageProductBook);
    vec![
        get("/v1/regios", Public, regions::api::list_regions),
        get("/v1/regios/{regio}", Public, regions::api::get_region),
        put("/v1/regios/{regio}", manage, regions::api::put_region),
        get("/v1/regios/{regio}/gemeenten", Public, members::api::list_members),
        put("/v1/regios/{regio}/gemeenten/{gemeente}", manage, members::api::put_member),
    ]
}

/// The side of the product book that supplies: providers, their locations and their contracts.
fn provider_pages() -> Vec<Endpoint> {
    use product_book::{contracts, locations, providers};
    let manage = Requires(ManageProductBook);
    vec![
        get("/beheer/aanbieders", manage, providers::pages::list),
        post("/beheer/aanbieders", manage, providers::pages::save),
        get("/beheer/aanbieders/nieuw", manage, providers::pages::new_form),
        get("/beheer/aanbieders/{agb}", manage, providers::pages::edit_form),
        get("/beheer/locaties", manage, locations::pages::list),
        post("/beheer/locaties", manage, locations::pages::save),
        get("/beheer/locaties/nieuw", manage, locations::pages::new_form),
        get("/beheer/locaties/{agb}/{nummer}", manage, locations::pages::edit_form),
        get("/beheer/contracten", manage, contracts::pages::list),
        post("/beheer/contracten", manage, contracts::pages::save),
        get("/beheer/contracten/nieuw", manage, contracts::pages::new_form),
        get("/beheer/contracten/{id}", manage, contracts::pages::edit_form),
    ]
}

fn provider_api() -> Vec<Endpoint> {
    use product_book::{contracts, locations, providers};
    let manage = Requires(ManageProductBook);
    vec![
        get("/v1/aanbieders", Public, providers::api::list_providers),
        get("/v1/aanbieders/{agb}", Public, providers::api::get_provider),
        put("/v1/aanbieders/{agb}", manage, providers::api::put_provider),
        get("/v1/aanbieders/{agb}/locaties", Public, locations::api::list_locations),
        get("/v1/aanbieders/{agb}/locaties/{nummer}", Public, locations::api::get_location),
        put("/v1/aanbieders/{agb}/locaties/{nummer}", manage, locations::api::put_location),
        get("/v1/aanbieders/{agb}/contracten", Public, contracts::api::list_contracts),
        post_once("/v1/aanbieders/{agb}/contracten", manage, contracts::api::add_contract),
        get("/v1/aanbieders/{agb}/contracten/{id}", Public, contracts::api::get_contract),
        put("/v1/aanbieders/{agb}/contracten/{id}", manage, contracts::api::change_contract),
    ]
}

fn figures_pages() -> Vec<Endpoint> {
    use availability::figures::pages::{add, capacity, course};
    use availability::suitability;
    let keep = Requires(KeepOwnFigures);
    vec![
        get("/capaciteit", keep, capacity::capacity),
        post("/capaciteit", keep, capacity::save),
        post("/capaciteit/bevestigen", keep, capacity::confirm),
        get("/capaciteit/toevoegen", keep, add::form),
        post("/capaciteit/toevoegen", keep, add::save),
        get("/aanbod/{id}/verloop", Public, course::course),
        get("/capaciteit/{id}/geschiktheid", keep, suitability::pages::form),
        post("/capaciteit/{id}/geschiktheid", keep, suitability::pages::save),
    ]
}

fn freshness() -> Vec<Endpoint> {
    use availability::freshness::pages::{confirm, overview};
    let watch = Requires(WatchFreshness);
    vec![
        // Whoever has the link of a reminder may see and confirm what it is about.
        get("/bevestigen/{sleutel}", Public, confirm::show),
        post("/bevestigen/{sleutel}", Public, confirm::confirm),
        get("/actualiteit", watch, overview::overview),
        get("/actualiteit.csv", watch, overview::csv),
        get("/v1/actualiteit", watch, availability::freshness::api::get_standing),
    ]
}

fn audit_log() -> Vec<Endpoint> {
    use reports::audit_log::{api, pages};
    let read = Requires(ReadAudit);
    vec![
        get("/logboek", read, pages::list),
        get("/logboek.csv", read, pages::csv),
        get("/logboek/{id}", read, pages::line),
        get("/v1/logboekregels", read, api::list_lines),
        get("/v1/logboekregels/{id}", read, api::get_line),
    ]
}

/// Where a waiting client could go, and how that is weighed.
fn matching_pages() -> Vec<Endpoint> {
    use matching::{bridging, policy, proposals, weights};
    let (keep, weigh) = (Requires(KeepWaitingList), Requires(SetWeights));
    vec![
        get("/wachtlijst/{code}/voorstel", keep, proposals::pages::current),
        post_once("/wachtlijst/{code}/voorstel", keep, proposals::pages::keep),
        post_once("/wachtlijst/{code}/voorstel/vraag", keep, proposals::pages::ask),
        get("/wachtlijst/{code}/voorstel/{nummer}", keep, proposals::pages::kept),
        get("/wachtlijst/{code}/overbrugging", keep, bridging::pages::list),
        post_once("/wachtlijst/{code}/overbrugging", keep, bridging::pages::start),
        get("/wachtlijst/{code}/overbrugging/{id}", keep, bridging::pages::change_form),
        post("/wachtlijst/{code}/overbrugging/{id}", keep, bridging::pages::change),
        get("/beheer/weging", weigh, weights::pages::form),
        post("/beheer/weging", weigh, weights::pages::save),
        get("/beheer/toewijzingsbeleid", weigh, policy::pages::form),
        post("/beheer/toewijzingsbeleid", weigh, policy::pages::save),
        get("/uitleg/toewijzing", Public, policy::pages::explained),
    ]
}

/// Runs of the regional plan, and what providers are asked.
fn regional_pages() -> Vec<Endpoint> {
    use matching::runs::pages;
    use matching::scenarios::pages as scenarios;
    let run = Requires(RunRegionalPlan);
    vec![
        // Before the runs, of which the address would take them for a number.
        get("/regiovoorstel/wat-als", run, scenarios::list),
        post_once("/regiovoorstel/wat-als", run, scenarios::make),
        get("/regiovoorstel/wat-als/nieuw", run, scenarios::new_form),
        get("/regiovoorstel/wat-als/{nummer}", run, scenarios::show),
        get("/regiovoorstel/wat-als/{nummer}/plekken.csv", run, scenarios::places_csv),
        post_once("/regiovoorstel/wat-als/{nummer}/doorrekenen", run, scenarios::renew),
        get("/regiovoorstel/wat-als/{nummer}/verwijderen", run, scenarios::remove_form),
        post("/regiovoorstel/wat-als/{nummer}/verwijderen", run, scenarios::remove),
        get("/regiovoorstel/wat-als/{nummer}/reeks", run, scenarios::sweeps::sweep),
        post_once("/regiovoorstel/wat-als/{nummer}/reeks", run, scenarios::sweeps::start_sweep),
        post("/regiovoorstel/wat-als/{nummer}/reeks/stoppen", run, scenarios::sweeps::stop_sweep),
        get("/regiovoorstel/wat-als/{nummer}/reeks.csv", run, scenarios::sweeps::sweep_csv),
        get("/regiovoorstel", run, pages::list),
        post_once("/regiovoorstel", run, pages::make),
        post("/regiovoorstel/planning", run, pages::plan),
        get("/regiovoorstel/{nummer}", run, pages::run),
        get("/regiovoorstel/{nummer}/kaart", run, pages::map),
        post_once("/regiovoorstel/{nummer}/vragen", run, pages::ask),
        get("/regiovoorstel/{nummer}/probleem", run, pages::problem),
        get("/regiovoorstel/{nummer}/antwoord", run, pages::answer),
        get("/plaatsingsvragen", Requires(RespondToClients), pages::requests),
    ]
}

fn matching_api() -> Vec<Endpoint> {
    use matching::bridging::api as bridging;
    use matching::proposals::api;
    let keep = Requires(KeepWaitingList);
    vec![
        get("/v1/wachtenden/{code}/voorstel", keep, api::get_proposal),
        post_once("/v1/wachtenden/{code}/voorstellen", keep, api::post_proposal),
        post_once("/v1/wachtenden/{code}/plaatsingsvragen", keep, api::post_request),
        get("/v1/wachtenden/{code}/overbruggingen", keep, bridging::list_bridging),
        post_once("/v1/wachtenden/{code}/overbruggingen", keep, bridging::post_bridging),
        get("/v1/wachtenden/{code}/overbruggingen/{id}", keep, bridging::get_bridging),
        put("/v1/wachtenden/{code}/overbruggingen/{id}", keep, bridging::put_bridging),
        get("/v1/wachtenden/{code}/voorstellen/{nummer}", keep, api::get_kept_proposal),
    ]
}

/// Runs of the regional plan, its policy, and scenarios.
fn regional_api() -> Vec<Endpoint> {
    use matching::{policy, runs, scenarios, weights};
    let (run, weigh) = (Requires(RunRegionalPlan), Requires(SetWeights));
    vec![
        get("/v1/regiovoorstellen", run, runs::api::list_runs),
        post_once("/v1/regiovoorstellen", run, runs::api::post_run),
        get("/v1/regiovoorstellen/planning", run, runs::planning::get_schedule),
        put("/v1/regiovoorstellen/planning", run, runs::planning::put_schedule),
        get("/v1/regiovoorstellen/{nummer}", run, runs::api::get_run),
        post_once("/v1/regiovoorstellen/{nummer}/vragen", run, runs::questions::post_questions),
        get("/v1/plaatsingsvragen", Requires(RespondToClients), runs::questions::list_questions),
        get("/v1/toewijzingsbeleid", weigh, policy::api::get_policy),
        put("/v1/toewijzingsbeleid", weigh, policy::api::put_policy),
        get("/v1/toewijzingsbeleid/versies", weigh, policy::api::list_policies),
        get("/v1/toewijzingsbeleid/gevolg", run, policy::api::get_effect),
        get("/v1/weging", weigh, weights::api::get_weights),
        put("/v1/weging", weigh, weights::api::put_weights),
        get("/v1/weging/versies", weigh, weights::api::list_weights),
        get("/v1/weging/gevolg", run, weights::api::get_effect),
        get("/v1/scenarios", run, scenarios::api::list_scenarios),
        post_once("/v1/scenarios", run, scenarios::api::post_scenario),
        get("/v1/scenarios/{nummer}", run, scenarios::api::get_scenario),
        get("/v1/scenarios/{nummer}/reeks", run, scenarios::api::get_sweep),
        post_once("/v1/scenarios/{nummer}/reeks", run, scenarios::api::post_sweep),
        post_once("/v1/scenarios/{nummer}/reeks/stopzetting", run, scenarios::api::post_stop),
        post_once("/v1/scenarios/{nummer}/verwijdering", run, scenarios::api::post_removal),
    ]
}

/// Who waits past a norm, and whose turn it is; and which responses had no answer in time.
fn mediation() -> Vec<Endpoint> {
    use waiting_list::late_responses;
    use waiting_list::mediation::{api, pages};
    let (mediate, late) = (Requires(Mediate), Requires(SeeLateResponses));
    vec![
        get("/late-reacties", late, late_responses::pages::list),
        get("/v1/late-reacties", late, late_responses::api::list_late),
        get("/bemiddeling", mediate, pages::list),
        get("/bemiddeling/overzicht", mediate, pages::overview),
        get("/bemiddeling/{code}", mediate, pages::case),
        post_once("/bemiddeling/{code}/stappen", mediate, pages::take),
        post_once("/bemiddeling/{code}/afsluiten", mediate, pages::close),
        get("/v1/bemiddelingsoverzicht", mediate, api::get_overview),
        get("/v1/bemiddelingen", mediate, api::list_cases),
        get("/v1/bemiddelingen/{code}", mediate, api::get_case),
        post_once("/v1/bemiddelingen/{code}/stappen", mediate, api::post_step),
        post_once("/v1/bemiddelingen/{code}/afsluiting", mediate, api::post_closing),
    ]
}

/// Who looked at which waiting client.
fn access_log() -> Vec<Endpoint> {
    use waiting_list::access_log::{api, pages};
    let read = Requires(ReadAccessLog);
    vec![
        get("/inzage", read, pages::list),
        get("/inzage.csv", read, pages::csv),
        get("/v1/inzageregels", read, api::list_lines),
    ]
}

fn error_reports() -> Vec<Endpoint> {
    use availability::error_reports::api;
    use availability::error_reports::pages::{answer, list, report};
    let reports = Requires(AnswerReports);
    vec![
        get("/aanbod/{id}/melden", Public, report::form),
        post("/aanbod/{id}/melden", Public, report::save),
        get("/meldingen", reports, list::list),
        // Whoever reported has the key of the answer.
        get("/meldingen/{sleutel}", Public, report::status),
        get("/meldingen/{id}/antwoord", reports, answer::form),
        post("/meldingen/{id}/antwoord", reports, answer::save),
        // Without a key, as the answer holds one: a report that is there already is refused.
        post("/v1/aanbod/{id}/meldingen", Public, api::post_report),
        get("/v1/meldingen", reports, api::list_reports),
        get("/v1/meldingen/{id}", reports, api::get_report),
        post_once("/v1/meldingen/{id}/antwoord", reports, api::post_answer),
    ]
}

/// Whoever has the key from a mail manages what is followed with it.
fn follows() -> Vec<Endpoint> {
    use availability::follows::{api, pages};
    vec![
        get("/volgen", Public, pages::form),
        post("/volgen", Public, pages::save),
        get("/volgen/{sleutel}", Public, pages::manage),
        post("/volgen/{sleutel}/bevestigen", Public, pages::confirm),
        post("/volgen/{sleutel}/stoppen", Public, pages::stop),
        // The same search by the same reader is followed once, however often it is asked.
        post("/v1/zoekopdrachten", Public, api::post_search),
    ]
}

fn figures_api() -> Vec<Endpoint> {
    use availability::figures::api;
    use availability::suitability::api as suitability;
    let keep = Requires(KeepOwnFigures);
    vec![
        get("/v1/aanbod/{id}", Public, api::get_offer),
        put("/v1/aanbod/{id}", keep, api::put_offer),
        get("/v1/aanbod/{id}/geschiktheid", Public, suitability::get_suitability),
        put("/v1/aanbod/{id}/geschiktheid", keep, suitability::put_suitability),
        get("/v1/aanbod/{id}/verloop", Public, api::get_timeline),
        post_once("/v1/aanbieders/{agb}/bevestigingen", keep, api::post_confirmation),
        get("/v1/aanbieders/{agb}/aanbod", Public, availability::search::api::list_offers_of_provider),
        post_once("/v1/aanbieders/{agb}/aanbod", keep, api::post_offer),
        post("/v1/cijferleveringen", keep, exchange::api::post_delivery),
    ]
}

/// Who waits, as providers see it.
fn open_list() -> Vec<Endpoint> {
    use waiting_list::open_list::{api, pages};
    use waiting_list::responses::pages::respond;
    let respond_to = Requires(RespondToClients);
    vec![
        get("/wachtenden", respond_to, pages::list::list),
        post("/wachtenden/gezien", respond_to, pages::list::mark_seen),
        get("/wachtenden/meldingen", respond_to, pages::choice::form),
        post("/wachtenden/meldingen", respond_to, pages::choice::save),
        get("/wachtenden/{kenmerk}", respond_to, respond::form),
        post_once("/wachtenden/{kenmerk}", respond_to, respond::save),
        get("/v1/open-wachtlijst", respond_to, api::list_clients),
        put("/v1/open-wachtlijst/gezien", respond_to, api::put_seen),
        get("/v1/open-wachtlijst/meldingen", respond_to, api::get_choice),
        put("/v1/open-wachtlijst/meldingen", respond_to, api::put_choice),
    ]
}

/// What a provider does with its own responses.
fn own_responses() -> Vec<Endpoint> {
    use waiting_list::responses::{api, pages::own};
    let own_only = Requires(RespondToClients);
    vec![
        get("/reacties", own_only, own::list),
        get("/reacties/{id}", own_only, own::own),
        post_once("/reacties/{id}/intrekken", own_only, own::withdraw),
        post_once("/reacties/{id}/start", own_only, own::start),
        post_once("/reacties/{id}/niet-gestart", own_only, own::not_started),
        post_once("/reacties/{id}/vragen", own_only, own::ask),
        post_once("/reacties/{id}/vragen/{vraag}", own_only, own::answer),
        get("/v1/reacties", own_only, api::list_own),
        post_once("/v1/reacties", own_only, api::post_response),
        get("/v1/reacties/{id}", own_only, api::get_own),
        post_once("/v1/reacties/{id}/intrekking", own_only, api::post_withdrawal),
        post_once("/v1/reacties/{id}/start", own_only, api::post_start),
        post_once("/v1/reacties/{id}/niet-gestart", own_only, api::post_not_started),
        get("/v1/reacties/{id}/vragen", own_only, api::asking::list_own),
        post_once("/v1/reacties/{id}/vragen", own_only, api::asking::post_own),
        post_once("/v1/reacties/{id}/vragen/{vraag}/antwoord", own_only, api::asking::post_own_answer),
    ]
}

/// How the toegang weighs the responses to its waiting clients.
fn weighing() -> Vec<Endpoint> {
    use matching::weighing::{api as weighed, pages as weigh};
    use waiting_list::responses::api;
    let keep = Requires(KeepWaitingList);
    vec![
        get("/wachtlijst/{code}/reacties", keep, weigh::list),
        get("/wachtlijst/{code}/reacties/{id}", keep, weigh::one),
        post_once("/wachtlijst/{code}/reacties/{id}/accepteren", keep, weigh::accept),
        post_once("/wachtlijst/{code}/reacties/{id}/afwijzen", keep, weigh::decline),
        post_once("/wachtlijst/{code}/reacties/{id}/start", keep, weigh::start),
        post_once("/wachtlijst/{code}/reacties/{id}/niet-gestart", keep, weigh::not_started),
        post_once("/wachtlijst/{code}/reacties/{id}/vragen", keep, weigh::ask),
        post_once("/wachtlijst/{code}/reacties/{id}/vragen/{vraag}", keep, weigh::answer),
        get("/v1/wachtenden/{code}/reacties", keep, weighed::list_of_client),
        post_once("/v1/wachtenden/{code}/reacties/{id}/acceptatie", keep, weighed::post_acceptance),
        post_once("/v1/wachtenden/{code}/reacties/{id}/afwijzing", keep, api::post_decline),
        post_once("/v1/wachtenden/{code}/reacties/{id}/start", keep, api::post_start_of_client),
        get("/v1/wachtenden/{code}/reacties/{id}/vragen", keep, api::asking::list_of_client),
        post_once("/v1/wachtenden/{code}/reacties/{id}/vragen", keep, api::asking::post_of_client),
        post_once(
            "/v1/wachtenden/{code}/reacties/{id}/vragen/{vraag}/antwoord",
            keep,
            api::asking::post_answer_of_client,
        ),
    ]
}

fn waiting_client_pages() -> Vec<Endpoint> {
    use waiting_list::clients::pages::{bulk, client, list, register, registrations, settings, step};
    let (keep, enter) = (Requires(KeepWaitingList), Requires(RegisterClients));
    vec![
        get("/wachtlijst", keep, list::list),
        get("/wachtlijst.csv", keep, list::csv),
        get("/wachtlijst/nieuw", enter, register::form),
        post_once("/wachtlijst", enter, register::save),
        post("/wachtlijst/toelichting", enter, register::check_note),
        get("/wachtlijst/stappen", keep, bulk::form),
        post_once("/wachtlijst/stappen", keep, bulk::save),
        get("/wachtlijst/{code}", keep, client::show),
        get("/wachtlijst/{code}/code", enter, register::code),
        get("/wachtlijst/{code}/wijzigen", keep, step::change_form),
        post("/wachtlijst/{code}/wijzigen", keep, step::change),
        get("/wachtlijst/{code}/stap/{stap}", keep, step::form),
        post_once("/wachtlijst/{code}/stap/{stap}", keep, step::save),
        get("/aanmeldingen", enter, registrations::list),
        get("/herplaatsing", keep, waiting_list::replacement::pages::list),
        get("/beheer/wachtlijst", Requires(ManageProductBook), settings::form),
        post("/beheer/wachtlijst", Requires(ManageProductBook), settings::save),
    ]
}

/// From which reasons the people of a region choose.
fn reasons() -> Vec<Endpoint> {
    use waiting_list::reasons::{api, pages};
    let (see, manage) = (Requires(SeeReasons), Requires(ManageProductBook));
    vec![
        get("/beheer/redenen", manage, pages::lists),
        get("/beheer/redenen/{lijst}", manage, pages::form),
        post("/beheer/redenen/{lijst}", manage, pages::save),
        get("/v1/redenen", see, api::list_reasons),
        get("/v1/redenen/{lijst}", see, api::get_reasons),
        put("/v1/redenen/{lijst}", manage, api::put_reasons),
        get("/v1/redenen/{lijst}/versies", manage, api::list_versions),
    ]
}

fn waiting_client_api() -> Vec<Endpoint> {
    use waiting_list::clients::api;
    let keep = Requires(KeepWaitingList);
    vec![
        get("/v1/wachtenden", keep, api::list_clients),
        post_once("/v1/wachtenden", Requires(RegisterClients), api::post_client),
        get("/v1/wachtenden/{code}", keep, api::get_client),
        put("/v1/wachtenden/{code}", keep, api::facts::put_client),
        post_once("/v1/wachtenden/{code}/stappen", keep, api::post_step),
        get("/v1/wachtlijst-instellingen", Requires(ManageProductBook), api::settings::get_settings),
        put("/v1/wachtlijst-instellingen", Requires(ManageProductBook), api::settings::put_settings),
        get("/v1/herplaatsingen", keep, waiting_list::replacement::api::list_replacements),
    ]
}

fn crisis_registration() -> Vec<Endpoint> {
    use crisis::registration::{api, pages};
    let keep = Requires(KeepCrisisRecords);
    vec![
        get("/crisis/registratie", keep, pages::quarter),
        post("/crisis/registratie/afsluiten", keep, pages::close),
        get("/crisis/registratie/{code}", keep, pages::record),
        get("/crisis/registratie/{code}/{regel}", keep, pages::form),
        post("/crisis/registratie/{code}/{regel}", keep, pages::save),
        get("/v1/crisisregistraties", keep, api::list_records),
        get("/v1/crisisregistraties/{code}", keep, api::get_record),
        put("/v1/crisisregistraties/{code}", keep, api::put_record),
        post_once("/v1/crisisregistraties/{code}/regels", keep, api::post_line),
        get("/v1/crisisregistraties/{code}/regels/{regel}", keep, api::get_line),
        put("/v1/crisisregistraties/{code}/regels/{regel}", keep, api::put_line),
        get("/v1/crisisrapportages/{kwartaal}/versies", keep, api::list_versions),
    ]
}

fn crisis_reports() -> Vec<Endpoint> {
    use reports::quarterly::pages;
    let (see, keep) = (Requires(SeeCrisisReports), Requires(KeepCrisisRecords));
    vec![
        get("/rapportages/crisis", see, pages::report),
        get("/rapportages/crisis.csv", see, pages::csv),
        get("/rapportages/crisis.xlsx", see, pages::xlsx),
        get("/rapportages/crisis/aanvragen", keep, pages::behind),
        post("/rapportages/crisis/publiceren", keep, pages::publish),
        post("/rapportages/crisis/bevestigen", Requires(AnswerCrisisAssignments), pages::confirm),
        get("/rapportages/crisis/openbaar", Public, pages::public),
        get("/rapportages/crisis/openbaar.csv", Public, pages::public_csv),
        get("/rapportages/crisis/openbaar.xlsx", Public, pages::public_xlsx),
    ]
}

/// Builds the router.
pub fn configure(config: &mut ServiceConfig) {
    let mut by_path: Vec<(&'static str, Vec<Endpoint>)> = Vec::new();
    let mut place: BTreeMap<&'static str, usize> = BTreeMap::new();
    for endpoint in all() {
        let index = *place.entry(endpoint.path).or_insert_with(|| {
            by_path.push((endpoint.path, Vec::new()));
            by_path.len() - 1
        });
        by_path[index].1.push(endpoint);
    }
    // The router tries one path after the other. Those without parameters come first: comparing is quick, taking
    // parameters out is not, and no fixed path is taken for one with a parameter.
    by_path.sort_by_key(|(path, _)| path.contains('{'));
    for (path, endpoints) in by_path {
        let mut allowed: Vec<&str> = endpoints.iter().map(|endpoint| endpoint.method.as_str()).collect();
        if allowed.contains(&"GET") {
            allowed.push("HEAD");
        }
        let allow = allowed.join(", ");
        let mut resource = web::resource(path);
        for endpoint in &endpoints {
            resource = resource.route((endpoint.route)());
        }
        config.service(resource.default_service(web::to(move || {
            let allow = allow.clone();
            async move { Err::<&str, _>(Error::MethodNotAllowed(allow)) }
        })));
    }
}
