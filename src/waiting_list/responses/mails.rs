//! What mails about responses say: that something happened and where to see it, and nothing of a child but its code, which
//! only the toegang gets.

use askama::Template;
use chrono::NaiveDate;
use rules::dutch::in_sentence;
use rules::waiting::questions::Side;
use rules::waiting::responses::ResponseStatus;

use super::actions::Party;
use super::model::Response;
use crate::error::Result;
use crate::notifications::model::Mail;
use crate::web::format;

/// What a provider reads when a place that was given away comes back.
const FREE_AGAIN: &str = "De plek telt weer mee als vrij. Hebt u daarna zelf een ander aantal vrije plekken opgegeven? Kijk dan of dat \
    nog klopt.";
use crate::web::page::render;

#[derive(Template)]
#[template(path = "waiting_list/responses/mail.html")]
struct ResponseHtml<'a> {
    region_name: &'a str,
    subject: &'a str,
    lines: &'a [String],
    button: &'a str,
    url: &'a str,
}

#[derive(Template)]
#[template(path = "waiting_list/responses/mail.txt")]
struct ResponseText<'a> {
    subject: &'a str,
    lines: &'a [String],
    button: &'a str,
    url: &'a str,
}

fn mail(to: &str, subject: String, lines: &[String], (button, url): (&str, String)) -> Result<Mail> {
    let html = render(&ResponseHtml { region_name: "", subject: &subject, lines, button, url: &url })?;
    let text = render(&ResponseText { subject: &subject, lines, button, url: &url })?;
    Ok(Mail { kind: "reactie", to: to.to_owned(), subject, text, html })
}

/// To a provider about help it gives without a response of its own.
pub(in crate::waiting_list) fn to_provider(
    to: &str,
    subject: &str,
    lines: &[String],
    public_url: &str,
) -> Result<Mail> {
    mail(to, subject.to_owned(), lines, ("Bekijk aan wie u hulp geeft", format!("{public_url}/reacties")))
}

/// The page where the toegang weighs.
fn weigh_url(response: &Response, public_url: &str) -> String {
    format!("{public_url}/wachtlijst/{}/reacties", response.client.code)
}

/// The page where the provider sees what became of its response.
fn own_url(response: &Response, public_url: &str) -> String {
    format!("{public_url}/reacties/{}", response.id)
}

/// To the toegang.
pub(super) fn received(response: &Response, public_url: &str, to: &str) -> Result<Mail> {
    let lines = [
        format!("{} reageerde op wachtende {}.", response.provider.name, response.client.code),
        format!(
            "Beantwoord de reactie uiterlijk {}. De reactie is geldig tot en met {}.",
            format::date_time(response.answer_by),
            format::date(response.valid_until)
        ),
    ];
    let subject = format!("Reactie op wachtende {}", response.client.code);
    mail(to, subject, &lines, ("Bekijk de reacties", weigh_url(response, public_url)))
}

/// To the toegang.
pub(super) fn withdrawn(response: &Response, public_url: &str, to: &str) -> Result<Mail> {
    let lines =
        [format!("{} trok de reactie op wachtende {} in.", response.provider.name, response.client.code)];
    let subject = format!("Reactie op wachtende {} ingetrokken", response.client.code);
    mail(to, subject, &lines, ("Bekijk de reacties", weigh_url(response, public_url)))
}

/// To the toegang, when the term for an answer has gone by.
pub(super) fn chased(response: &Response, public_url: &str, to: &str) -> Result<Mail> {
    let lines = [
        format!(
            "De reactie van {} op wachtende {} wacht op uw antwoord sinds {}.",
            response.provider.name,
            response.client.code,
            format::date_time(response.opened_at)
        ),
        "Antwoordt u niet, dan vragen we de accountmanager van de regio om mee te kijken.".to_owned(),
    ];
    let subject = format!("Antwoord nodig voor wachtende {}", response.client.code);
    mail(to, subject, &lines, ("Beantwoord de reactie", weigh_url(response, public_url)))
}

/// To the toegang, when a response lapsed without an answer.
pub(super) fn expired(response: &Response, public_url: &str, to: &str) -> Result<Mail> {
    let lines = [
        format!(
            "De reactie van {} op wachtende {} verliep zonder antwoord. Zij was geldig tot en met {}.",
            response.provider.name,
            response.client.code,
            format::date(response.valid_until)
        ),
        "De wachtende wacht verder. Wilt u deze plek nog, vraag de aanbieder dan om een nieuwe reactie."
            .to_owned(),
    ];
    let subject = format!("Reactie verlopen: wachtende {}", response.client.code);
    mail(to, subject, &lines, ("Bekijk de reacties", weigh_url(response, public_url)))
}

/// To the account manager, who sees codes and providers and not the record.
pub(super) fn escalated(response: &Response, public_url: &str, to: &str) -> Result<Mail> {
    let reminded = if response.chased_at.is_some() { ", ook niet na een herinnering" } else { "" };
    let lines = [
        format!(
            "De reactie van {} op wachtende {} ({}) is niet op tijd beantwoord{reminded}.",
            response.provider.name, response.client.code, response.client.municipality
        ),
        "Neem contact op met de toegang van deze gemeente.".to_owned(),
    ];
    let subject = format!("Wachtende {}: reactie blijft onbeantwoord", response.client.code);
    mail(to, subject, &lines, ("Bekijk de late reacties", format!("{public_url}/late-reacties")))
}

/// To the provider.
pub(super) fn accepted(response: &Response, public_url: &str, to: &str) -> Result<Mail> {
    let lines = [
        format!("De toegang van {} accepteerde uw reactie.", response.client.municipality),
        "Bevestig de start zodra de zorg begint, of meld dat de zorg niet start.".to_owned(),
    ];
    let subject = "Uw reactie is geaccepteerd".to_owned();
    mail(to, subject, &lines, ("Bekijk uw reactie", own_url(response, public_url)))
}

/// To who gives the ambulant help that goes with a stay.
pub(super) fn accompanies(response: &Response, public_url: &str, to: &str) -> Result<Mail> {
    let lines = [
        format!(
            "De toegang van {} koos een plek bij {} voor een kind, vanaf {}, en noemde u als wie de ambulante hulp geeft.",
            response.client.municipality,
            response.provider.name,
            format::date(response.start_on)
        ),
        "De toegang neemt contact met u op.".to_owned(),
    ];
    to_provider(to, "Ambulante hulp bij een verblijf", &lines, public_url)
}

/// To the same, when that is off.
pub(super) fn accompanies_no_more(response: &Response, public_url: &str, to: &str) -> Result<Mail> {
    let (toegang, provider) = (&response.client.municipality, &response.provider.name);
    if response.status == ResponseStatus::CareEnded {
        let lines = [
            format!(
                "De toegang van {toegang} zoekt een andere plek voor een kind bij {provider} aan wie u ambulante hulp geeft."
            ),
            "Stem met de toegang af tot wanneer uw hulp doorgaat.".to_owned(),
        ];
        return to_provider(to, "Ambulante hulp: het verblijf eindigt", &lines, public_url);
    }
    let lines = [
        format!(
            "De plek bij {provider} voor een kind van de toegang van {toegang}, vanaf {}, gaat niet door.",
            format::date(response.start_on)
        ),
        "De ambulante hulp die u daarbij zou geven vervalt. U hoeft niets te doen.".to_owned(),
    ];
    to_provider(to, "Ambulante hulp gaat niet door", &lines, public_url)
}

/// To the provider.
pub(super) fn declined(response: &Response, public_url: &str, to: &str) -> Result<Mail> {
    let lines = ["De toegang wees uw reactie op een wachtende af. De reden staat bij uw reactie.".to_owned()];
    let subject = "Uw reactie is afgewezen".to_owned();
    mail(to, subject, &lines, ("Bekijk uw reactie", own_url(response, public_url)))
}

/// To the provider, when a response ended by what others did or by time.
pub(super) fn ended(response: &Response, public_url: &str, to: &str) -> Result<Mail> {
    let status = response.status.name();
    if response.status == ResponseStatus::CareEnded {
        let lines = [
            "De toegang zoekt een andere plek voor een kind dat bij u in zorg is.".to_owned(),
            "Stem met de toegang af wanneer het kind overgaat. Werk uw vrije plekken bij als het bij u weg is."
                .to_owned(),
        ];
        let subject = "Een kind bij u in zorg krijgt een andere plek".to_owned();
        return mail(to, subject, &lines, ("Bekijk de plaatsing", own_url(response, public_url)));
    }
    let why = match (response.status, response.reason_name()) {
        (ResponseStatus::Declined, Some(reason)) => format!(" De reden: {}.", in_sentence(reason)),
        _ => String::new(),
    };
    let was_given_away = response.takes_place && response.placement.is_some();
    let lines = [
        format!("Uw reactie op een wachtende is beëindigd: {}.{why}", status.to_lowercase()),
        if was_given_away { FREE_AGAIN } else { "U hoeft niets te doen." }.to_owned(),
    ];
    let subject = "Uw reactie is beëindigd".to_owned();
    mail(to, subject, &lines, ("Bekijk uw reactie", own_url(response, public_url)))
}

/// To the provider, when the day on which care would start has gone by. The code comes with the agreement; a mail has none.
pub(super) fn start_chased(response: &Response, public_url: &str, to: &str) -> Result<Mail> {
    let lines = [
        format!(
            "U sprak met de toegang van {} zorg af die op {} zou starten. Of de zorg is gestart, is nog niet bevestigd.",
            response.client.municipality,
            format::date(response.start_on)
        ),
        "Bevestig de start, of meld dat de zorg niet start. Doet u dat niet, dan vragen we de toegang en de accountmanager van de regio om mee te kijken.".to_owned(),
    ];
    mail(to, "Is de zorg gestart?".to_owned(), &lines, ("Bevestig de start", own_url(response, public_url)))
}

/// To the toegang, when the provider stayed silent after a reminder.
pub(super) fn start_unconfirmed(response: &Response, public_url: &str, to: &str) -> Result<Mail> {
    let lines = [
        format!(
            "{} bevestigde niet dat de zorg voor wachtende {} is gestart. Afgesproken was {}. De aanbieder is herinnerd.",
            response.provider.name,
            response.client.code,
            format::date(response.start_on)
        ),
        "Vraag na of het kind zorg krijgt. U kunt de start zelf bevestigen, of melden dat de zorg niet start."
            .to_owned(),
    ];
    let subject = format!("Start niet bevestigd: wachtende {}", response.client.code);
    let url = format!("{}/{}", weigh_url(response, public_url), response.id);
    mail(to, subject, &lines, ("Bekijk de reactie", url))
}

/// To the account manager, who sees codes and providers and not the record.
pub(super) fn start_escalated(response: &Response, public_url: &str, to: &str) -> Result<Mail> {
    let lines = [
        format!(
            "{} bevestigde niet dat de zorg voor wachtende {} ({}) is gestart, ook niet na een herinnering. Afgesproken was {}.",
            response.provider.name,
            response.client.code,
            response.client.municipality,
            format::date(response.start_on)
        ),
        "Neem contact op met de aanbieder. De toegang van deze gemeente heeft ook bericht.".to_owned(),
    ];
    let subject = format!("Wachtende {}: start blijft onbevestigd", response.client.code);
    mail(to, subject, &lines, ("Bekijk de late reacties", format!("{public_url}/late-reacties")))
}

/// To the provider, when the toegang confirmed it.
pub(super) fn started_by_toegang(
    response: &Response,
    on: NaiveDate,
    public_url: &str,
    to: &str,
) -> Result<Mail> {
    let lines = [
        format!(
            "De toegang van {} bevestigde dat de zorg startte op {}.",
            response.client.municipality,
            format::date(on)
        ),
        "Klopt dat niet, meld dan bij uw reactie dat de zorg niet startte.".to_owned(),
    ];
    let subject = "De start van de zorg is bevestigd".to_owned();
    mail(to, subject, &lines, ("Bekijk uw reactie", own_url(response, public_url)))
}

/// To the toegang.
pub(super) fn started(response: &Response, on: NaiveDate, public_url: &str, to: &str) -> Result<Mail> {
    let lines = [format!(
        "{} bevestigde dat de zorg voor wachtende {} startte op {}.",
        response.provider.name,
        response.client.code,
        format::date(on)
    )];
    let subject = format!("Zorg gestart voor wachtende {}", response.client.code);
    mail(to, subject, &lines, ("Bekijk de wachtende", weigh_url(response, public_url)))
}

/// To the toegang.
pub(super) fn contract_ended(response: &Response, public_url: &str, to: &str) -> Result<Mail> {
    let lines = [
        format!(
            "Het contract van {} voor {} is beëindigd. {}",
            response.provider.name,
            response.client.product,
            if response.is_open() {
                "De reactie eindigt daarmee."
            } else {
                "De afgesproken zorg gaat niet door."
            }
        ),
        format!("Wachtende {} wacht verder, met de eigen wachtdatum.", response.client.code),
    ];
    let subject = format!("Contract beëindigd: wachtende {}", response.client.code);
    mail(to, subject, &lines, ("Bekijk de wachtende", weigh_url(response, public_url)))
}

/// To the toegang of where the child lives now: the contract is as it was, and does not go for there.
pub(super) fn not_after_move(response: &Response, public_url: &str, to: &str) -> Result<Mail> {
    let lines = [
        format!(
            "Wachtende {} is verhuisd. {} heeft voor {} geen contract voor {}. {}",
            response.client.code,
            response.provider.name,
            response.client.municipality,
            response.client.product,
            if response.is_open() {
                "De reactie eindigt daarmee."
            } else {
                "De afgesproken zorg gaat niet door."
            }
        ),
        format!("Wachtende {} wacht verder, met de eigen wachtdatum.", response.client.code),
    ];
    let subject = format!("Na verhuizing geen contract: wachtende {}", response.client.code);
    mail(to, subject, &lines, ("Bekijk de wachtende", weigh_url(response, public_url)))
}

/// To the side that did not say so itself.
pub(super) fn did_not_start(
    response: &Response,
    teller: Party<'_>,
    public_url: &str,
    to: &str,
) -> Result<Mail> {
    match teller {
        Party::Provider => {
            let lines = [format!(
                "De zorg van {} voor wachtende {} start niet. De wachtende staat weer op de lijst, met de eigen wachtdatum.",
                response.provider.name, response.client.code
            )];
            let subject = format!("Zorg niet gestart voor wachtende {}", response.client.code);
            mail(to, subject, &lines, ("Bekijk de reacties", weigh_url(response, public_url)))
        }
        Party::Toegang(_) => {
            let lines = [format!("De toegang meldde dat de afgesproken zorg niet start. {FREE_AGAIN}")];
            let subject = "Afgesproken zorg gaat niet door".to_owned();
            mail(to, subject, &lines, ("Bekijk uw reactie", own_url(response, public_url)))
        }
    }
}

/// To the side that is asked.
pub(super) fn asked(response: &Response, by: Side, public_url: &str, to: &str) -> Result<Mail> {
    about_question(response, by, ("stelde een vraag over een reactie", "Vraag"), public_url, to)
}

/// To the side that was asked and did not answer.
pub(super) fn still_asked(response: &Response, by: Side, public_url: &str, to: &str) -> Result<Mail> {
    let words = ("wacht op uw antwoord op een vraag over een reactie", "Herinnering: vraag");
    about_question(response, by, words, public_url, to)
}

/// To the side that asked.
pub(super) fn answered(response: &Response, by: Side, public_url: &str, to: &str) -> Result<Mail> {
    about_question(response, by, ("beantwoordde uw vraag over een reactie", "Antwoord"), public_url, to)
}

fn about_question(
    response: &Response,
    by: Side,
    (did, what): (&str, &str),
    public_url: &str,
    to: &str,
) -> Result<Mail> {
    match by {
        Side::Provider => {
            let lines = [format!("{} {did} op wachtende {}.", response.provider.name, response.client.code)];
            let subject = format!("{what} over een reactie op wachtende {}", response.client.code);
            let url = format!("{}/{}", weigh_url(response, public_url), response.id);
            mail(to, subject, &lines, ("Bekijk de reactie", url))
        }
        Side::Toegang => {
            // The list may not show where the child lives; who was chosen knows.
            let toegang = if response.is_open() {
                "De toegang".to_owned()
            } else {
                format!("De toegang van {}", response.client.municipality)
            };
            let lines = [format!("{toegang} {did}.")];
            let subject = format!("{what} over uw reactie");
            mail(to, subject, &lines, ("Bekijk uw reactie", own_url(response, public_url)))
        }
    }
}
