//! What reminders say.

use askama::Template;
use chrono::NaiveDate;
use rules::freshness::Freshness;
use rules::reminders::ReminderKind;

use super::model::Reminder;
use super::reminding::LINK_LASTS;
use crate::availability::figures::model::Offer;
use crate::availability::figures::words::promised;
use crate::availability::supply::book::Region;
use crate::error::Result;
use crate::notifications::model::Mail;
use crate::web::format;
use crate::web::page::render;

/// What a mail tells of.
pub(super) struct Told<'a> {
    pub(super) region: &'a Region,
    pub(super) today: NaiveDate,
    pub(super) public_url: &'a str,
    /// All contracted offers of the provider.
    pub(super) offers: &'a [Offer],
    /// What the provider and the account manager were told, newest first.
    pub(super) past: &'a [Reminder],
}

/// One figure in the table.
pub struct Row {
    pub product: String,
    pub place: String,
    pub places: String,
    pub start: String,
    pub confirmed: String,
    /// Empty while it is fresh.
    pub state: &'static str,
}

/// One row for each offer; the confirm page shows the same.
pub(super) fn rows(offers: &[Offer], today: NaiveDate) -> Vec<Row> {
    let unknown = || "niet bekend".to_owned();
    let row = |offer: &Offer| Row {
        product: offer.product.name.clone(),
        place: format!("{} in {}", offer.location.name, offer.location.place),
        places: match (offer.figures_left().free_places, promised(offer)) {
            (None, _) => unknown(),
            (Some(places), None) => places.to_string(),
            (Some(places), Some(promised)) => format!("{places} ({promised})"),
        },
        start: offer.figures.total_wait().map_or_else(unknown, |wait| wait.to_string()),
        confirmed: offer.confirmed_on().map_or_else(|| "nooit".to_owned(), format::date),
        state: match offer.freshness(today) {
            Freshness::Fresh => "",
            Freshness::Ageing => "wordt oud",
            Freshness::Stale => "verouderd",
            Freshness::NeverConfirmed => "nog niet bevestigd",
        },
    };
    offers.iter().map(row).collect()
}

#[derive(Template)]
#[template(path = "availability/freshness/reminder.html")]
struct ReminderHtml<'a> {
    region_name: &'a str,
    provider_name: &'a str,
    subject: &'a str,
    heading: &'a str,
    reason: &'a str,
    confirm_url: &'a str,
    capacity_url: &'a str,
    expires: &'a str,
    rows: &'a [Row],
}

#[derive(Template)]
#[template(path = "availability/freshness/reminder.txt")]
struct ReminderText<'a> {
    region_name: &'a str,
    provider_name: &'a str,
    heading: &'a str,
    reason: &'a str,
    confirm_url: &'a str,
    capacity_url: &'a str,
    expires: &'a str,
    rows: &'a [Row],
}

#[derive(Template)]
#[template(path = "availability/freshness/escalation.html")]
struct EscalationHtml<'a> {
    region_name: &'a str,
    provider_name: &'a str,
    subject: &'a str,
    reason: &'a str,
    overview_url: &'a str,
    rows: &'a [Row],
}

#[derive(Template)]
#[template(path = "availability/freshness/escalation.txt")]
struct EscalationText<'a> {
    region_name: &'a str,
    provider_name: &'a str,
    subject: &'a str,
    reason: &'a str,
    overview_url: &'a str,
    rows: &'a [Row],
}

fn provider_name<'a>(told: &Told<'a>) -> &'a str {
    told.offers.first().map_or("", |offer| &offer.provider.name)
}

/// The oldest confirmation in words, of these offers.
fn oldest<'a>(offers: impl Iterator<Item = &'a Offer>) -> String {
    match offers.map(Offer::confirmed_on).min().flatten() {
        Some(day) => format!("zijn voor het laatst bevestigd op {}", format::date(day)),
        None => "zijn nog niet allemaal bevestigd".to_owned(),
    }
}

/// What is said of figures that are getting old, also when others are stale already and were told of.
fn ageing_reason(told: &Told<'_>, name: &str) -> String {
    let (stale, others): (Vec<&Offer>, Vec<&Offer>) =
        told.offers.iter().partition(|offer| offer.freshness(told.today).is_old());
    let whose = if stale.is_empty() { "De oudste cijfers" } else { "Cijfers" };
    format!(
        "{whose} van {name} {}. Na {} dagen noemen we cijfers verouderd en staan ze lager in de zoekresultaten.",
        oldest(others.into_iter()),
        told.region.terms.stale_days()
    )
}

/// To somebody who keeps the figures, with the key of a link of their own.
pub(super) fn reminder(told: &Told<'_>, kind: ReminderKind, to: &str, key: &str) -> Result<Mail> {
    let name = provider_name(told);
    let (subject, heading, reason) = if kind == ReminderKind::Ageing {
        ("Kloppen uw plekken en wachttijden nog?", "Kloppen uw cijfers nog?", ageing_reason(told, name))
    } else {
        (
            "Uw plekken en wachttijden zijn verouderd",
            "Uw cijfers zijn verouderd",
            format!(
                "De oudste cijfers van {name} {}. Verwijzers en gezinnen zien nu een waarschuwing, en deze cijfers staan lager in de zoekresultaten.",
                oldest(told.offers.iter())
            ),
        )
    };
    let rows = rows(told.offers, told.today);
    let confirm_url = format!("{}/bevestigen/{key}", told.public_url);
    let capacity_url = format!("{}/capaciteit", told.public_url);
    let expires = format::date(told.today + LINK_LASTS - chrono::TimeDelta::days(1));
    let region_name = told.region.name.as_str();
    let html = ReminderHtml {
        region_name,
        provider_name: name,
        subject,
        heading,
        reason: &reason,
        confirm_url: &confirm_url,
        capacity_url: &capacity_url,
        expires: &expires,
        rows: &rows,
    };
    let text = ReminderText {
        region_name,
        provider_name: name,
        heading,
        reason: &reason,
        confirm_url: &confirm_url,
        capacity_url: &capacity_url,
        expires: &expires,
        rows: &rows,
    };
    Ok(Mail {
        kind: "herinnering",
        to: to.to_owned(),
        subject: subject.to_owned(),
        text: render(&text)?,
        html: render(&html)?,
    })
}

/// To an account manager.
pub(super) fn escalation(told: &Told<'_>, to: &str) -> Result<Mail> {
    let name = provider_name(told);
    let subject = format!("Cijfers van {name} zijn verouderd");
    // What matters is whether it heard of this, and not whether it heard of something before.
    let last = told.past.iter().find(|reminder| reminder.kind != ReminderKind::Escalated);
    let reminded = match last.filter(|reminder| reminder.was_mailed()) {
        Some(last) if !last.reached_somebody() => format!(
            "De aanbieder is op {} gemaild, maar die mail kwam niet aan. Controleer het mailadres van de aanbieder.",
            format::date(last.sent_on)
        ),
        Some(last) => format!(
            "De aanbieder is herinnerd en heeft daarna niet alles bevestigd. De laatste herinnering ging op {}.",
            format::date(last.sent_on)
        ),
        None => "De aanbieder is niet herinnerd: er is geen gebruiker met een mailadres.".to_owned(),
    };
    let reason = format!("De oudste cijfers van {name} {}. {reminded}", oldest(told.offers.iter()));
    let rows = rows(told.offers, told.today);
    let overview_url = format!("{}/actualiteit", told.public_url);
    let region_name = told.region.name.as_str();
    let html = EscalationHtml {
        region_name,
        provider_name: name,
        subject: &subject,
        reason: &reason,
        overview_url: &overview_url,
        rows: &rows,
    };
    let text = EscalationText {
        region_name,
        provider_name: name,
        subject: &subject,
        reason: &reason,
        overview_url: &overview_url,
        rows: &rows,
    };
    let (text, html) = (render(&text)?, render(&html)?);
    Ok(Mail { kind: "verouderd", to: to.to_owned(), subject: subject.clone(), text, html })
}
