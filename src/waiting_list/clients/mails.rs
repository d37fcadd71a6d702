//! What the toegang is mailed of a child that comes on its list by another or comes of age: its code, and nothing else of it.

use askama::Template;

use super::model::WaitingClient;
use crate::error::Result;
use crate::notifications::model::Mail;
use crate::web::page::render;

#[derive(Template)]
#[template(path = "waiting_list/responses/mail.html")]
struct ClientHtml<'a> {
    region_name: &'a str,
    subject: &'a str,
    lines: &'a [String],
    button: &'a str,
    url: &'a str,
}

#[derive(Template)]
#[template(path = "waiting_list/responses/mail.txt")]
struct ClientText<'a> {
    subject: &'a str,
    lines: &'a [String],
    button: &'a str,
    url: &'a str,
}

/// To the toegang of the municipality, of a child that another referrer registered.
pub(super) fn registered(client: &WaitingClient, public_url: &str, to: &str) -> Result<Mail> {
    let lines = [format!(
        "Een andere verwijzer meldde wachtende {} aan voor {}. Kijk of de gegevens kloppen, en of het kind niet al op uw lijst \
         staat.",
        client.code, client.municipality.name
    )];
    let subject = format!("Wachtende {} is aangemeld voor uw gemeente", client.code);
    mail("aanmelding", client, (subject, &lines), public_url, to)
}

/// To the toegang of the municipality that answers for the child from now on.
pub(super) fn moved(client: &WaitingClient, public_url: &str, to: &str) -> Result<Mail> {
    let lines = [
        format!(
            "Wachtende {} is verhuisd naar {} en staat nu op uw lijst. De wachtdatum is meegegaan.",
            client.code, client.municipality.name
        ),
        "Kijk of het product, de gewenste aanbieders, de reacties en de overbruggingszorg nog passen. \
         Zonder contract voor uw gemeente eindigt een reactie of afspraak; u krijgt daar apart bericht van."
            .to_owned(),
    ];
    let subject = format!("Wachtende {} is verhuisd naar uw gemeente", client.code);
    mail("verhuizing", client, (subject, &lines), public_url, to)
}

/// To the toegang, when the child reached an age on the way to adulthood. Which age is to be read behind the link.
pub(super) fn age_reached(client: &WaitingClient, public_url: &str, to: &str) -> Result<Mail> {
    let lines = [
        format!("Wachtende {} bereikte een leeftijd waarop iets geregeld moet worden.", client.code),
        "Bij de wachtende staat wat er nu nodig is: een perspectiefplan, of de zorg na de 18e verjaardag."
            .to_owned(),
    ];
    let subject = format!("Wachtende {}: op weg naar 18 jaar", client.code);
    mail("leeftijd", client, (subject, &lines), public_url, to)
}

fn mail(
    kind: &'static str,
    client: &WaitingClient,
    (subject, lines): (String, &[String]),
    public_url: &str,
    to: &str,
) -> Result<Mail> {
    let (button, url) = ("Bekijk de wachtende", format!("{public_url}/wachtlijst/{}", client.code));
    let html = render(&ClientHtml { region_name: "", subject: &subject, lines, button, url: &url })?;
    let text = render(&ClientText { subject: &subject, lines, button, url: &url })?;
    Ok(Mail { kind, to: to.to_owned(), subject, text, html })
}
