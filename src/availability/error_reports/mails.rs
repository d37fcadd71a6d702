//! What a mail about a report says.

use askama::Template;

use super::model::NewReport;
use crate::availability::figures::model::Offer;
use crate::error::Result;
use crate::notifications::model::Mail;
use crate::web::page::render;

#[derive(Template)]
#[template(path = "availability/error_reports/report_mail.html")]
struct ReportHtml<'a> {
    region_name: &'a str,
    subject: &'a str,
    product: &'a str,
    provider: &'a str,
    place: &'a str,
    what: &'a str,
    remark: Option<&'a str>,
    url: &'a str,
}

#[derive(Template)]
#[template(path = "availability/error_reports/report_mail.txt")]
struct ReportText<'a> {
    product: &'a str,
    provider: &'a str,
    place: &'a str,
    what: &'a str,
    remark: Option<&'a str>,
    url: &'a str,
}

/// To the provider or an account manager.
pub(super) fn report(offer: &Offer, new: &NewReport, public_url: &str, to: &str) -> Result<Mail> {
    let (product, provider) = (offer.product.name.as_str(), offer.provider.name.as_str());
    let (place, what) = (offer.location.place.as_str(), new.what.name());
    let (remark, url) = (new.remark.as_deref(), format!("{public_url}/meldingen"));
    let subject = format!("Melding over {product} van {provider}");
    let html =
        ReportHtml { region_name: "", subject: &subject, product, provider, place, what, remark, url: &url };
    let text = ReportText { product, provider, place, what, remark, url: &url };
    let (text, html) = (render(&text)?, render(&html)?);
    Ok(Mail { kind: "melding", to: to.to_owned(), subject, text, html })
}
