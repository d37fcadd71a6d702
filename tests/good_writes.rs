//! A good example of every write there is, of the API and of pages: what the tests that look at the audit sent, and was taken.

use std::collections::BTreeMap;

use crate::roles::TABLE;
use crate::support::{Answer, Browser, Sent, TestServer, writes_of};
use crate::{api, audit, audit_crisis, audit_division, audit_identity, audit_responses, pages};

/// The tests that together send every write, each on a server of its own.
pub const EXAMPLES: [fn(&TestServer); 24] = [
    audit::every_write_of_the_api_leaves_a_line_in_the_audit,
    audit::every_write_of_a_page_leaves_a_line_in_the_audit,
    audit::every_write_of_a_page_about_something_made_before_leaves_a_line_in_the_audit,
    audit_identity::every_write_of_users_and_accounts_leaves_a_line_in_the_audit,
    audit_responses::every_write_of_the_api_about_responses_leaves_a_line,
    audit_responses::every_write_of_a_page_about_responses_leaves_a_line,
    audit_crisis::every_write_of_the_api_about_crises_leaves_a_line,
    audit_crisis::every_write_of_a_page_about_crises_leaves_a_line,
    audit_division::every_write_of_the_api_about_the_division_leaves_a_line,
    audit_division::every_write_of_the_api_about_help_and_the_point_leaves_a_line,
    audit_division::every_write_of_a_page_about_the_division_leaves_a_line,
    api::administration::a_user_is_invited_changed_and_blocked,
    api::administration::an_organisation_is_made_and_changed,
    api::administration::a_service_account_is_made_gets_a_secret_once_and_is_blocked,
    api::administration::a_mail_that_was_given_up_is_tried_again,
    api::book::postcodes_are_found_kept_and_removed,
    api::crisis_registration::a_program_completes_a_record_and_reads_what_was_corrected,
    pages::crisis_reports::a_program_closes_a_quarter_and_publishes_it,
    pages::crisis_reports::a_provider_says_that_its_help_is_right_until_something_changes,
    pages::crisis_reports::a_quarter_is_closed_once_corrected_and_closed_again_with_what_differs,
    pages::regional::a_provider_is_asked_responds_and_the_run_tells,
    pages::regional::providers_are_asked_and_read_it_by_api,
    pages::scenarios::a_scenario_is_made_looked_at_renewed_and_removed,
    pages::scenarios::a_sweep_is_stopped_or_told_to_be_broken_off,
];

/// Writes that none of them sends: they keep a form that is not sent yet, or look at a text.
const NO_EXAMPLE: [&str; 4] =
    ["/crisis/concepten", "/crisis/concepten/weg", "/crisis/toelichting", "/wachtlijst/toelichting"];

/// A write that was taken, and the route that took it.
#[derive(Clone)]
pub struct Example {
    pub route: (&'static str, &'static str),
    pub sent: Sent,
}

impl Example {
    /// The same write by another, about something else.
    pub fn send_as(&self, browser: &Browser, path: &str) -> Answer {
        self.send_with(browser, path, self.sent.body.clone())
    }

    /// The same with another body. What makes a repetition safe is left out: this is no repetition.
    pub fn send_with(&self, browser: &Browser, path: &str, body: Vec<u8>) -> Answer {
        let headers: Vec<(&str, &str)> = self
            .sent
            .headers
            .iter()
            .filter(|(name, _)| name != "Idempotency-Key")
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let body = replaced(&body, self.sent.browser.csrf.as_bytes(), browser.csrf.as_bytes());
        browser.send(&self.sent.method, path, &headers, body)
    }
}

/// The token of one session for that of another.
fn replaced(body: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let Some(place) = body.windows(old.len().max(1)).position(|part| !old.is_empty() && part == old) else {
        return body.to_vec();
    };
    [&body[..place], new, &body[place + old.len()..]].concat()
}

/// The route that takes this path: of those it fits, the one with the fewest parameters.
fn route_of(method: &str, path: &str) -> Option<(&'static str, &'static str)> {
    let parts: Vec<&str> = path.split('?').next().unwrap_or_default().split('/').collect();
    let fits = |template: &str| {
        let wanted: Vec<&str> = template.split('/').collect();
        wanted.len() == parts.len()
            && wanted.iter().zip(&parts).all(|(wanted, part)| wanted.starts_with('{') || wanted == part)
    };
    let fitting = TABLE.iter().filter(|(known, template, _)| *known == method && fits(template));
    fitting
        .min_by_key(|(_, template, _)| template.matches('{').count())
        .map(|(known, path, _)| (*known, *path))
}

/// What one of the tests sent on a server, the last of each route.
pub fn examples_of(test: fn(&TestServer), server: &TestServer) -> Vec<Example> {
    let sent = writes_of(|| test(server));
    let examples: BTreeMap<_, _> =
        sent.into_iter().filter_map(|sent| Some((route_of(&sent.method, &sent.path)?, sent))).collect();
    examples.into_iter().map(|(route, sent)| Example { route, sent }).collect()
}

/// One for every route, from servers like this one.
pub fn all(server: &TestServer) -> BTreeMap<(&'static str, &'static str), Example> {
    let each = EXAMPLES.into_iter().flat_map(|test| examples_of(test, &server.copy()));
    let all: BTreeMap<_, _> = each.map(|example| (example.route, example)).collect();
    let writes = TABLE.iter().filter(|(method, path, _)| *method != "GET" && !NO_EXAMPLE.contains(path));
    let missing: Vec<_> = writes.filter(|(method, path, _)| !all.contains_key(&(*method, *path))).collect();
    assert!(missing.is_empty(), "no good example of {missing:#?}");
    all
}
