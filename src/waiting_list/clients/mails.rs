//! What the toegang is mailed of a child that comes to live in its municipality: its code, and nothing else of it.

use askama::Template;

use super::model::WaitingClient;
use crate::error::Result;
use crate::notifications::model::Mail;
use crate::web::page::render;

#[derive(Template)]
#[template(path = "waiting_list/responses/mail.html")]
struct MovedHtml<'a> {
    region_name: &'a str,
    subject: &'a str,
    lines: &'a [String],
    button: &'a str,
    url: &'a str,
}

#[derive(Template)]
#[template(path = "waiting_list/responses/mail.txt")]
struct MovedText<'a> {
    subject: &'a str,
    lines: &'a [String],
    button: &'a str,
    url: &'a str,
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
    let (button, url) = ("Bekijk de wachtende", format!("{public_url}/wachtlijst/{}", client.code));
    let html = render(&MovedHtml { region_name: "", subject: &subject, lines: &lines, button, url: &url })?;
    let text = render(&MovedText { subject: &subject, lines: &lines, button, url: &url })?;
    Ok(Mail { kind: "verhuizing", to: to.to_owned(), subject, text, html })
}
