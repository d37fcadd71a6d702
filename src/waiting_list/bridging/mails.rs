//! What mails to a provider say of bridging care: that it was noted, changed or ended, and nothing of a child.

use rules::dutch;

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
        (Some(_), ..) => "Werk uw vrije plekken bij als het kind bij u weg is.",
        (None, Some(_), None) => "Er is een vrije plek voor gereserveerd. De toegang neemt contact met u op.",
        _ => "De toegang neemt contact met u op.",
    };
    to_provider(to, subject, &[first, second.to_owned()], public_url)
}
