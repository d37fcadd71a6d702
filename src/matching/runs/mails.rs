//! What mails about plaatsingsvragen say: how many there are and where to see them, and nothing of a child but its code, which
//! only the toegang gets.

use askama::Template;
use chrono::{DateTime, Utc};

use crate::error::Result;
use crate::notifications::model::Mail;
use crate::web::format;
use crate::web::page::render;

#[derive(Template)]
#[template(path = "matching/runs/mail.html")]
struct QuestionHtml<'a> {
    region_name: &'a str,
    subject: &'a str,
    lines: &'a [String],
    button: &'a str,
    url: &'a str,
}

#[derive(Template)]
#[template(path = "matching/runs/mail.txt")]
struct QuestionText<'a> {
    subject: &'a str,
    lines: &'a [String],
    button: &'a str,
    url: &'a str,
}

fn mail(to: &str, subject: &str, lines: &[String], (button, url): (&str, &str)) -> Result<Mail> {
    let html = render(&QuestionHtml { region_name: "", subject, lines, button, url })?;
    let text = render(&QuestionText { subject, lines, button, url })?;
    Ok(Mail { kind: "plaatsingsvraag", to: to.to_owned(), subject: subject.to_owned(), text, html })
}

/// To the provider.
pub(super) fn asked(count: usize, ends_at: DateTime<Utc>, public_url: &str, to: &str) -> Result<Mail> {
    let what = format::count(count, "wachtende", "wachtenden");
    let lines = [
        format!("De regio of de toegang vraagt u te reageren op {what}. Volgens uw cijfers past dat bij u."),
        format!(
            "Dat kan tot en met {}. Kunt u de plek niet geven, werk dan uw cijfers bij.",
            format::date_time(ends_at)
        ),
    ];
    let subject = format!("Vraag om te reageren op {what}");
    mail(to, &subject, &lines, ("Bekijk de vragen", &format!("{public_url}/plaatsingsvragen")))
}

/// To the provider, of what it did not answer.
pub(super) fn reminded(count: usize, ends_at: DateTime<Utc>, public_url: &str, to: &str) -> Result<Mail> {
    let what = format::count(count, "vraag", "vragen");
    let lines = [
        format!("U reageerde nog niet op {what} van de regio of de toegang om een plek."),
        format!(
            "De eerste daarvan kunt u beantwoorden tot en met {}. Kunt u de plek niet geven, werk dan uw cijfers bij: dan zoekt de toegang verder.",
            format::date_time(ends_at)
        ),
    ];
    let subject = format!("U hebt nog {what} om een plek openstaan");
    mail(to, &subject, &lines, ("Bekijk de vragen", &format!("{public_url}/plaatsingsvragen")))
}

/// To the toegang that asked: which codes, and who did not answer.
pub(super) fn in_vain(unanswered: &[(String, String)], public_url: &str, to: &str) -> Result<Mail> {
    let mut lines: Vec<String> = unanswered
        .iter()
        .map(|(code, provider)| format!("{provider} reageerde niet op uw vraag over wachtende {code}."))
        .collect();
    lines.push("U kunt de aanbieder bellen, opnieuw vragen, of een andere aanbieder vragen.".to_owned());
    let (subject, url) = match unanswered {
        [(code, _)] => (
            format!("Geen reactie op uw vraag over wachtende {code}"),
            format!("{public_url}/wachtlijst/{code}/voorstel"),
        ),
        _ => (
            format!("Geen reactie op {}", format::count(unanswered.len(), "vraag", "vragen")),
            format!("{public_url}/wachtlijst"),
        ),
    };
    mail(to, &subject, &lines, ("Bekijk de voorstellen", &url))
}

/// To who looks after the region: of one run, how many questions to which providers came to nothing.
pub(super) fn in_vain_of_run(
    (count, providers): (usize, &[String]),
    number: i32,
    public_url: &str,
    to: &str,
) -> Result<Mail> {
    let what = format::count(count, "vraag", "vragen");
    let lines = [
        format!("Op {what} uit ronde {number} van het regionale voorstel kwam geen reactie."),
        format!("Gevraagd: {}. U kunt de aanbieder bellen of opnieuw vragen.", providers.join(", ")),
    ];
    let subject = format!("Ronde {number}: geen reactie op {what}");
    mail(to, &subject, &lines, ("Bekijk de ronde", &format!("{public_url}/regiovoorstel/{number}")))
}
