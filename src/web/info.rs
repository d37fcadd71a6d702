//! Pages of text: help, privacy, accessibility, open data.

use actix_web::HttpResponse;
use actix_web::http::header;
use askama::Template;
use chrono::{Days, SecondsFormat};

use crate::error::{Error, Result};
use crate::web::context::Context;
use crate::web::page::{Page, html};

#[derive(Template)]
#[template(path = "web/info/help.html")]
pub struct HelpPage {
    pub page: Page,
}

#[derive(Template)]
#[template(path = "web/info/privacy.html")]
pub struct PrivacyPage {
    pub page: Page,
}

#[derive(Template)]
#[template(path = "web/info/accessibility.html")]
pub struct AccessibilityPage {
    pub page: Page,
}

#[derive(Template)]
#[template(path = "web/info/open_data.html")]
pub struct OpenDataPage {
    pub page: Page,
}

pub async fn help(ctx: Context) -> Result<HttpResponse> {
    html(&HelpPage { page: Page::new(&ctx, "/hulp") })
}

pub async fn privacy(ctx: Context) -> Result<HttpResponse> {
    html(&PrivacyPage { page: Page::new(&ctx, "") })
}

pub async fn accessibility(ctx: Context) -> Result<HttpResponse> {
    html(&AccessibilityPage { page: Page::new(&ctx, "") })
}

pub async fn open_data(ctx: Context) -> Result<HttpResponse> {
    html(&OpenDataPage { page: Page::new(&ctx, "") })
}

/// For how many days a reader may rely on `security.txt`; the standard asks for less than a year.
const SECURITY_TXT_HOLDS: Days = Days::new(90);

/// Where to tell of a weakness (RFC 9116), as configured.
pub async fn security_txt(ctx: Context) -> Result<HttpResponse> {
    let config = &ctx.state.config;
    let contact = config.security_contact.as_ref().ok_or(Error::NotFound("pagina"))?;
    let expires = (ctx.now + SECURITY_TXT_HOLDS).to_rfc3339_opts(SecondsFormat::Secs, true);
    let mut lines = vec![
        format!("Contact: {contact}"),
        format!("Expires: {expires}"),
        "Preferred-Languages: nl, en".to_owned(),
        format!("Canonical: {}/.well-known/security.txt", config.public_url),
    ];
    lines.extend(config.security_policy.iter().map(|policy| format!("Policy: {policy}")));
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
        .body(lines.join("\n") + "\n"))
}
