//! Every template and every mail renders from a sample. The samples are scenes of the other tests, and everybody of the
//! demonstration who opens whatever a link leads to. A template of which nothing came fails the test, and so does a page that
//! could not be made.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

use crate::architecture::{read, root, sources};
use crate::support::{Backend, Browser, TestServer, unescaped};
use crate::{api, audit, audit_crisis, audit_division, audit_identity, audit_responses, pages};

/// Where templates say that they were rendered.
const SPEAKER: &str = "beschikbaarheidswijzer::web::page";

/// What other tests do, each on a server of its own: here for what it shows and mails on the way.
const SCENES: [fn(&TestServer); 40] = [
    audit::every_write_of_a_page_about_something_made_before_leaves_a_line_in_the_audit,
    audit_identity::every_write_of_users_and_accounts_leaves_a_line_in_the_audit,
    audit_responses::every_write_of_a_page_about_responses_leaves_a_line,
    audit_crisis::every_write_of_a_page_about_crises_leaves_a_line,
    audit_division::every_write_of_a_page_about_the_division_leaves_a_line,
    api::agreements::a_child_that_moves_is_told_there_and_is_out_of_sight_here,
    api::replacement::who_is_in_care_when_a_contract_ends_comes_back_for_another_place,
    pages::audit_log::the_end_of_the_chain_is_mailed_once_a_day,
    pages::book::what_does_not_exist_is_told_with_what_cannot_be_read,
    pages::crisis::what_was_noted_is_corrected_and_what_was_closed_by_mistake_opens_again,
    pages::crisis_case::the_toegang_takes_its_request_back_on_the_page,
    pages::crisis_division::a_request_goes_from_the_desk_to_a_provider_and_becomes_help,
    pages::crisis_division::the_desk_holds_a_place_and_places_a_child,
    pages::crisis_outage::a_request_that_meets_an_outage_comes_back_as_it_was_typed_and_is_kept_once,
    pages::crisis_records::a_stay_that_the_registratiepunt_ends_frees_its_place,
    pages::crisis_records::a_correction_of_a_request_that_is_assigned_does_not_start_its_help,
    pages::crisis_reports::a_quarter_is_closed_once_corrected_and_closed_again_with_what_differs,
    pages::crisis_reports::a_report_shows_its_records_and_only_to_whom_it_is_for,
    the_desk_opens_the_questions_of_a_request,
    pages::error_reports::a_report_is_told_shown_and_answered,
    pages::exchange::a_file_is_looked_through_before_it_comes_in,
    pages::exchange::a_provider_brings_its_own_figures_and_searches_see_them,
    pages::follows::a_place_that_comes_free_is_mailed_once,
    pages::freshness::every_provider_is_reminded_once_with_one_mail_for_all_its_products,
    pages::freshness::the_account_manager_hears_of_stale_figures_a_week_later,
    pages::freshness::a_provider_confirms_from_the_mail_without_signing_in,
    pages::links::a_new_password_by_mail_ends_everything_else_and_keeps_the_second_factor,
    pages::links::a_newer_link_ends_the_older_and_all_run_out,
    pages::matching::bridging_care_is_started_changed_and_ended_on_the_timeline,
    pages::matching::a_proposal_is_shown_kept_and_opened_again,
    pages::regional::a_provider_is_asked_responds_and_the_run_tells,
    pages::regional::a_run_is_kept_whole_with_a_proof_that_others_can_check,
    pages::regional::silence_is_chased_and_who_asked_hears_of_it,
    pages::responses::newcomers_are_mailed_by_choice_and_once,
    pages::scenarios::a_scenario_is_made_looked_at_renewed_and_removed,
    pages::scenarios::a_sweep_is_worked_out_beside_the_requests_one_at_a_time,
    pages::second_factor::a_code_and_a_recovery_code_count_once,
    pages::second_factor::who_has_no_factor_yet_sets_it_up_first_and_reaches_nothing_else,
    pages::waiting_clients::steps_and_changes_are_kept_in_the_timeline,
    pages::waiting_clients::many_steps_at_once_have_each_their_own_outcome,
];

fn the_desk_opens_the_questions_of_a_request(server: &TestServer) {
    let path = format!("/crisis/aanvragen/{}/triage", server.acute(14).code);
    let page = server.visitor("loket-flevoland").get(&path);
    assert_eq!(page.status, 200, "{}", page.body);
}

/// Who walks: everybody with a role of their own, in the region with a crisis point too, and nobody in particular.
const WALKERS: [&str; 15] = [
    "verwijzer-huisartsen",
    "toegang-harderwijk",
    "toegang-almere",
    "aanbieder-de-haven",
    "aanbieder-polderlicht",
    "loket-flevoland",
    "verdeelpunt-flevoland",
    "registratie-flevoland",
    "accountmanager-regio",
    "gemeente-harderwijk",
    "expertteam-regio",
    "privacy-regio",
    "beheerder-flevoland",
    "beheerder-regio",
    "",
];

/// How often a page of one kind is opened by one walker: there are many of most.
const OFTEN_ENOUGH: usize = 3;

/// The names of what was rendered, as it is told while it happens.
#[derive(Clone, Default)]
struct Rendered(Arc<Mutex<BTreeSet<String>>>);

impl Rendered {
    fn names(&self) -> BTreeSet<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl<S: tracing::Subscriber> Layer<S> for Rendered {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == SPEAKER {
            event.record(&mut Name(self));
        }
    }
}

struct Name<'a>(&'a Rendered);

impl Visit for Name<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "template" {
            // Without what it borrows and lives for.
            let name = value.trim_start_matches('&').split('<').next().unwrap_or_default().to_owned();
            self.0.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

/// The types that are a template, by their full name, as the source declares them.
fn declared() -> BTreeSet<String> {
    let root = root().join("src");
    let mut names = BTreeSet::new();
    for path in sources() {
        let place = path.strip_prefix(&root).expect("inside").with_extension("");
        let parts: Vec<_> = place.iter().map(|part| part.to_string_lossy()).collect();
        let module = parts.join("::");
        let module = module.trim_end_matches("::mod");
        let text = read(&path);
        for declaration in text.split("#[template(").skip(1) {
            let name = declaration.split_once("struct ").map_or("", |(_, name)| name);
            let end = name.find(|sign: char| !sign.is_alphanumeric()).unwrap_or(name.len());
            names.insert(format!("beschikbaarheidswijzer::{module}::{}", &name[..end]));
        }
    }
    names
}

/// The templates of which nothing came.
fn never_rendered(declared: &BTreeSet<String>, rendered: &BTreeSet<String>) -> Vec<String> {
    declared.difference(rendered).cloned().collect()
}

/// An address without what makes it the address of one thing.
fn kind_of(address: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let is_one = |part: &&str| part.chars().any(|sign| sign.is_ascii_digit()) || part.len() > 30;
    let parts: Vec<&str> = path.split('/').map(|part| if is_one(&part) { "#" } else { part }).collect();
    let names: BTreeSet<&str> = query.split('&').map(|pair| pair.split('=').next().unwrap_or(pair)).collect();
    format!("{}?{}", parts.join("/"), names.into_iter().collect::<Vec<_>>().join("&"))
}

/// The addresses on this site to which a page leads, without files and the API.
fn links(page: &str) -> impl Iterator<Item = String> + '_ {
    let inside = page.split("href=\"/").skip(1).filter_map(|rest| rest.split(['"', '#']).next());
    inside
        .filter(|path| !path.starts_with("static/") && !path.starts_with("v1/"))
        .map(|path| format!("/{}", unescaped(path)))
}

/// Opens these pages and all that they lead to; tells which could not be made.
fn walk(browser: &Browser, from: &[&str]) -> Vec<String> {
    let mut ahead: VecDeque<String> = from.iter().map(|path| (*path).to_owned()).collect();
    let mut opened: BTreeMap<String, usize> = BTreeMap::new();
    let mut broken = Vec::new();
    while let Some(path) = ahead.pop_front() {
        let times = opened.entry(kind_of(&path)).or_default();
        *times += 1;
        if *times <= OFTEN_ENOUGH {
            let answer = browser.get(&path);
            if answer.status >= 500 {
                broken.push(format!("{path}: {}", answer.status));
            }
            ahead.extend(links(&answer.body));
            ahead.extend(answer.header("location").filter(|next| next.starts_with('/')).map(str::to_owned));
        }
    }
    broken
}

fn walk_as(server: &TestServer, name: &str) -> Vec<String> {
    match name {
        "" => {
            let apart = [
                "/",
                "/inloggen",
                "/vergelijken?aanbod=223",
                "/uitleg/toewijzing",
                "/rapportages/crisis/openbaar",
            ];
            walk(&server.anyone(), &apart)
        }
        name => walk(&server.visitor(name), &["/start", "/zoeken"]),
    }
}

#[test]
fn every_template_and_mail_renders_from_a_sample() {
    let rendered = Rendered::default();
    let listener = tracing_subscriber::registry().with(rendered.clone());
    tracing::subscriber::set_global_default(listener).expect("nobody else listens");
    std::thread::scope(|threads| {
        // Beside each other, since each waits for its own server most of the time.
        for some in SCENES.chunks(8) {
            threads.spawn(move || some.iter().for_each(|scene| scene(&TestServer::start(Backend::Sqlite))));
        }
    });
    let server = TestServer::start(Backend::Sqlite);
    assert_eq!(WALKERS.map(|name| walk_as(&server, name)).concat(), [""; 0], "these could not be made");

    let (declared, rendered) = (declared(), rendered.names());
    assert!(declared.len() > 150, "the source declares {} templates", declared.len());
    assert_eq!(never_rendered(&declared, &rendered), [""; 0], "nothing came of these templates");
    // The same check finds a template that nobody renders.
    let forgotten = "beschikbaarheidswijzer::web::page::Forgotten".to_owned();
    let mut planted = declared;
    planted.insert(forgotten.clone());
    assert_eq!(never_rendered(&planted, &rendered), [forgotten]);
}
