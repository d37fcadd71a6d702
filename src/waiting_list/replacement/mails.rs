//! What the toegang is mailed of care that ends: which care and when, and how many children, without a code.

use askama::Template;
use chrono::NaiveDate;

use super::model::{Replacement, Situation};
use crate::error::{Error, Result};
use crate::notifications::model::Mail;
use crate::web::format;
use crate::web::page::render;

#[derive(Template)]
#[template(path = "waiting_list/replacement/mail.html")]
struct EndHtml<'a> {
    region_name: &'a str,
    subject: &'a str,
    lines: &'a [String],
    url: &'a str,
}

#[derive(Template)]
#[template(path = "waiting_list/replacement/mail.txt")]
struct EndText<'a> {
    subject: &'a str,
    lines: &'a [String],
    url: &'a str,
}

/// Of children of one municipality whose care at one provider ends on the same day.
pub(super) fn care_ends(
    children: &[Replacement],
    today: NaiveDate,
    public_url: &str,
    to: &str,
) -> Result<Mail> {
    let Some((first, end, (_, provider))) =
        children.first().and_then(|first| Some((first, first.end?, first.provider.as_ref()?)))
    else {
        return Err(Error::internal("a mail about nobody"));
    };
    let ends = if end.has_passed(today) { "kon" } else { "kan" };
    let bridged = children.iter().filter(|one| one.situation == Situation::Bridged).count();
    let counts = [
        (children.len() - bridged, "kind in zorg", "kinderen in zorg"),
        (bridged, "kind met overbruggingszorg", "kinderen met overbruggingszorg"),
    ];
    let counts = counts.into_iter().filter(|(count, ..)| *count > 0);
    let counted: Vec<String> = counts.map(|(count, one, many)| format::count(count, one, many)).collect();
    let lines = [
        format!(
            "{}: {} {ends} {} geven tot en met {}.",
            end.cause.name(),
            provider,
            first.product_name,
            format::date(end.last_day)
        ),
        format!(
            "In {} gaat het om {}. Zoek op tijd een andere plek.",
            first.municipality,
            counted.join(" en ")
        ),
    ];
    let subject = format!("{}: {}", end.cause.name(), provider);
    let url = format!("{public_url}/herplaatsing");
    let html = render(&EndHtml { region_name: "", subject: &subject, lines: &lines, url: &url })?;
    let text = render(&EndText { subject: &subject, lines: &lines, url: &url })?;
    Ok(Mail { kind: "herplaatsing", to: to.to_owned(), subject, text, html })
}
