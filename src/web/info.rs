//! Pages of text: help, privacy, accessibility, open data.

use actix_web::HttpResponse;
use askama::Template;

use crate::error::Result;
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
