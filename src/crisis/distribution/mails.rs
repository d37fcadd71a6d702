//! What mails about assignments say: that something waits and by when, and nothing of a child. Only the desk gets the code.

use askama::Template;

use super::model::Assignment;
use crate::error::Result;
use crate::notifications::model::Mail;
use crate::web::format;
use crate::web::page::render;

#[derive(Template)]
#[template(path = "waiting_list/responses/mail.html")]
struct AssignmentHtml<'a> {
    region_name: &'a str,
    subject: &'a str,
    lines: &'a [String],
    button: &'a str,
    url: &'a str,
}

#[derive(Template)]
#[template(path = "waiting_list/responses/mail.txt")]
struct AssignmentText<'a> {
    subject: &'a str,
    lines: &'a [String],
    button: &'a str,
    url: &'a str,
}

pub(in crate::crisis) fn mail(
    kind: &'static str,
    to: &str,
    subject: String,
    lines: &[String],
    (button, url): (&str, String),
) -> Result<Mail> {
    let html = render(&AssignmentHtml { region_name: "", subject: &subject, lines, button, url: &url })?;
    let text = render(&AssignmentText { subject: &subject, lines, button, url: &url })?;
    Ok(Mail { kind, to: to.to_owned(), subject, text, html })
}

const KIND: &str = "crisistoewijzing";

fn own_url(assignment: &Assignment, public_url: &str) -> String {
    format!("{public_url}/crisis/toewijzingen/{}", assignment.id)
}

fn request_url(assignment: &Assignment, public_url: &str) -> String {
    format!("{public_url}/crisis/aanvragen/{}", assignment.request.code)
}

/// To the provider.
pub(super) fn offered(assignment: &Assignment, public_url: &str, to: &str) -> Result<Mail> {
    let until = format::date_time(assignment.answer_by);
    let lines = [
        format!("Het crisispunt biedt u een aanvraag aan voor crisishulp ({}).", urgency(assignment)),
        format!("Antwoord uiterlijk {until}. Daarna gaat de aanvraag vanzelf naar de volgende aanbieder."),
    ];
    let subject = format!("Crisisaanvraag voor u: antwoord voor {until}");
    mail(KIND, to, subject, &lines, ("Bekijk de aanvraag", own_url(assignment, public_url)))
}

/// To the provider, when the request that it has turned out to be more urgent.
pub(super) fn shortened(assignment: &Assignment, public_url: &str, to: &str) -> Result<Mail> {
    let until = format::date_time(assignment.answer_by);
    let lines = [
        format!("De aanvraag die het crisispunt u aanbood, is nu {}.", urgency(assignment)),
        format!(
            "Antwoord daarom eerder: uiterlijk {until}. Daarna gaat de aanvraag vanzelf naar de volgende aanbieder."
        ),
    ];
    let subject = format!("Crisisaanvraag is {}: antwoord voor {until}", urgency(assignment));
    mail(KIND, to, subject, &lines, ("Bekijk de aanvraag", own_url(assignment, public_url)))
}

/// The same to the desk.
pub(super) fn shortened_for_desk(assignment: &Assignment, public_url: &str, to: &str) -> Result<Mail> {
    let code = &assignment.request.code;
    let lines = [format!(
        "Aanvraag {code} is nu {}. {} kreeg daarvan bericht en antwoordt uiterlijk {}.",
        urgency(assignment),
        assignment.provider.name,
        format::date_time(assignment.answer_by)
    )];
    let subject = format!("Aanvraag {code} is nu {}", urgency(assignment));
    mail(KIND, to, subject, &lines, ("Bekijk de aanvraag", request_url(assignment, public_url)))
}

fn urgency(assignment: &Assignment) -> String {
    assignment.request.urgency.name().to_lowercase()
}

/// To the provider.
pub(super) fn withdrawn(assignment: &Assignment, public_url: &str, to: &str) -> Result<Mail> {
    let lines = [format!(
        "Het crisispunt heeft de aanvraag ingetrokken die u op {} kreeg aangeboden. U hoeft niets meer te doen.",
        format::date_time(assignment.offered_at)
    )];
    mail(KIND, to, "Crisisaanvraag ingetrokken".into(), &lines, ("Bekijk", own_url(assignment, public_url)))
}

/// To the desk.
pub(super) fn accepted(assignment: &Assignment, public_url: &str, to: &str) -> Result<Mail> {
    let lines = [format!("{} neemt aanvraag {} aan.", assignment.provider.name, assignment.request.code)];
    let subject = format!("Aanvraag {} aangenomen", assignment.request.code);
    mail(KIND, to, subject, &lines, ("Bekijk de aanvraag", request_url(assignment, public_url)))
}

/// To the desk, when a provider refused or did not answer.
pub(super) fn passed_on(
    ended: &Assignment,
    next: Option<&Assignment>,
    public_url: &str,
    to: &str,
) -> Result<Mail> {
    let what = if ended.refusal.is_some() { "weigerde" } else { "antwoordde niet op tijd op" };
    let (then, subject) = match next {
        Some(next) => (
            format!(
                "De aanvraag is nu aangeboden aan {}, die antwoordt voor {}.",
                next.provider.name,
                format::date_time(next.answer_by)
            ),
            format!("Aanvraag {} gaat naar {}", ended.request.code, next.provider.name),
        ),
        None => (
            "Niemand anders is aan de beurt: kies zelf wat er nu gebeurt.".to_owned(),
            format!("Aanvraag {} heeft geen aanbieder", ended.request.code),
        ),
    };
    let lines = [format!("{} {what} aanvraag {}.", ended.provider.name, ended.request.code), then];
    mail(KIND, to, subject, &lines, ("Bekijk de aanvraag", request_url(ended, public_url)))
}
