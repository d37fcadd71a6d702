//! What mails to a provider say of bridging care: that it was noted, changed or ended, or that an end is to be agreed, and nothing of a
//! child.

use rules::dutch;
use rules::waiting::life::ClientStatus;

use super::model::BridgingCare;
use crate::error::Result;
use crate::notifications::model::Mail;
use crate::waiting_list::clients::model::WaitingClient;
use crate::waiting_list::responses::mails::to_provider;

/// Bridging care as it is, and as it was.
pub(super) struct Told<'a> {
    pub(super) client: &'a WaitingClient,
    pub(super) care: &'a BridgingCare,
    pub(super) before: Option<&'a BridgingCare>,
}

pub(super) fn told(told: &Told<'_>, public_url: &str, to: &str) -> Result<Mail> {
    let Told { client, care, before } = told;
    let (product, toegang) = (&care.product_name, &client.municipality.name);
    let from = dutch::date(care.starts_on);
    let (subject, first) = match (&care.ended, before) {
        (Some(_), _) if care.is_called_off() => (
            "Overbruggingszorg gaat niet door",
            format!(
                "De overbruggingszorg {product} die u vanaf {from} zou geven voor de toegang van {toegang} gaat niet door."
            ),
        ),
        (Some(ending), _) => (
            "Overbruggingszorg eindigt",
            format!(
                "De overbruggingszorg {product} die u geeft voor de toegang van {toegang} eindigt: tot en met {}.",
                dutch::date(ending.on)
            ),
        ),
        (None, None) => (
            "Overbruggingszorg bij u",
            format!(
                "De toegang van {toegang} legde vast dat u overbruggingszorg geeft: {product}, vanaf {from}."
            ),
        ),
        (None, Some(_)) => (
            "Overbruggingszorg gewijzigd",
            format!(
                "De overbruggingszorg {product} die u geeft voor de toegang van {toegang} is gewijzigd: vanaf {from}."
            ),
        ),
    };
    let second = match (&care.ended, care.place, before) {
        (Some(_), Some(_), _) if care.is_called_off() => {
            "U hoeft niets te doen. De vrije plek is er niet meer voor gereserveerd."
        }
        (Some(_), None, _) if care.is_called_off() => "U hoeft niets te doen.",
        (Some(_), ..) => "Werk uw vrije plekken bij als het kind bij u weg is.",
        (None, Some(_), None) => "Er is een vrije plek voor gereserveerd. De toegang neemt contact met u op.",
        _ => "De toegang neemt contact met u op.",
    };
    to_provider(to, subject, &[first, second.to_owned()], public_url)
}

/// When the child left the list, or got its care, while bridging care runs.
pub(super) fn left(client: &WaitingClient, care: &BridgingCare, public_url: &str, to: &str) -> Result<Mail> {
    let (product, toegang) = (&care.product_name, &client.municipality.name);
    let first = if client.status() == ClientStatus::Placed {
        format!(
            "De gevraagde zorg is gestart van een kind aan wie u overbruggingszorg geeft: {product}, voor de toegang van {toegang}."
        )
    } else {
        format!(
            "Een kind aan wie u overbruggingszorg geeft, {product} voor de toegang van {toegang}, staat niet meer op de wachtlijst."
        )
    };
    let second =
        "Spreek met de toegang af tot wanneer uw hulp doorgaat. De toegang legt de laatste dag vast.";
    to_provider(to, "Overbruggingszorg: spreek het einde af", &[first, second.to_owned()], public_url)
}
