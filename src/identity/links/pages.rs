//! Pages of the links in mails: asking for one, and choosing a password with it.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use rules::contact::parse_email;

use super::actions::{self, Addressee, Sender};
use crate::error::{Error, Result};
use crate::identity::sign_in::pages::secret_text;
use crate::web::context::Context;
use crate::web::form::form_page;
use crate::web::input::{FormInput, QueryInput};
use crate::web::page::{ErrorLink, Page, html, html_with_errors, see_other};

const LABELS: [(&str, &str); 3] =
    [("email", "E-mailadres"), ("wachtwoord", "Nieuw wachtwoord"), ("herhaling", "Nog een keer")];

#[derive(Template)]
#[template(path = "identity/links/forgotten.html")]
pub struct ForgottenPage {
    pub page: Page,
    pub errors: Vec<ErrorLink>,
    pub email: String,
    pub sent: bool,
}

#[derive(Template)]
#[template(path = "identity/links/password.html")]
pub struct PasswordPage {
    pub page: Page,
    pub errors: Vec<ErrorLink>,
    pub key: String,
    pub addressee: Addressee,
}

#[derive(Template)]
#[template(path = "identity/links/ended.html")]
pub struct EndedPage {
    pub page: Page,
}

impl ForgottenPage {
    pub fn error_at(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|error| error.field == field).map(|error| error.text.as_str())
    }
}

impl PasswordPage {
    pub fn error_at(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|error| error.field == field).map(|error| error.text.as_str())
    }
}

/// Whom mails of this server come from.
pub fn sender(ctx: &Context) -> Sender {
    let region = ctx.state.supply.region(&ctx.state.config).map(|region| region.name.clone());
    Sender { public_url: ctx.state.config.public_url.clone(), region: region.unwrap_or_default() }
}

pub async fn forgotten_form(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    let page = Page::new(&ctx, "/inloggen");
    html(&ForgottenPage { page, errors: vec![], email: String::new(), sent: false })
}

pub async fn forgotten(ctx: Context, FormInput(mut form): FormInput) -> Result<HttpResponse> {
    let typed = form.raw("email");
    let email = form.parsed("email", "geen-emailadres", parse_email);
    let mut page = Page::new(&ctx, "/inloggen");
    match form.finish(email) {
        Ok(email) => {
            let email = email.unwrap_or_default().to_lowercase();
            ctx.state.limits.mail(&ctx.actor.origin, &email, ctx.now)?;
            let sender = sender(&ctx);
            ctx.db(move |conn, actor, now| actions::request_reset(conn, actor, now, &sender, &email)).await?;
            html(&ForgottenPage { page, errors: vec![], email: String::new(), sent: true })
        }
        Err(violations) => {
            page.has_errors = true;
            let errors = ErrorLink::labelled(&violations, &LABELS);
            html_with_errors(&ForgottenPage { page, errors, email: typed, sent: false })
        }
    }
}

pub async fn password_form(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    show_password_form(&ctx, path.into_inner(), vec![]).await
}

async fn show_password_form(ctx: &Context, key: String, errors: Vec<ErrorLink>) -> Result<HttpResponse> {
    let looked_for = key.clone();
    let found = ctx.db(move |conn, _, now| actions::find_addressee(conn, &looked_for, now)).await;
    let mut page = Page::new(ctx, "/inloggen");
    match found {
        Ok(addressee) => {
            page.has_errors = !errors.is_empty();
            let status = if errors.is_empty() { 200 } else { 400 };
            let status = actix_web::http::StatusCode::from_u16(status).map_err(Error::internal)?;
            form_page(status, &PasswordPage { page, errors, key, addressee })
        }
        Err(Error::NotFound(_)) => form_page(actix_web::http::StatusCode::NOT_FOUND, &EndedPage { page }),
        Err(error) => Err(error),
    }
}

pub async fn set_password(
    ctx: Context,
    path: Path<String>,
    FormInput(mut form): FormInput,
) -> Result<HttpResponse> {
    let key = path.into_inner();
    let password = secret_text(&mut form, "wachtwoord");
    let repeated = secret_text(&mut form, "herhaling");
    if !repeated.is_empty() && repeated != password {
        form.error("herhaling", "ongelijk", "is niet hetzelfde als het eerste");
    }
    let result = match form.finish(()) {
        Ok(()) => {
            let key = key.clone();
            ctx.db(move |conn, actor, now| actions::set_password(conn, actor, now, &key, &password)).await
        }
        Err(violations) => Err(violations.into()),
    };
    match result {
        Ok(()) => Ok(see_other("/inloggen?klaar=wachtwoord")),
        Err(Error::Invalid(violations)) => {
            show_password_form(&ctx, key, ErrorLink::labelled(&violations, &LABELS)).await
        }
        Err(Error::NotFound("link")) => show_password_form(&ctx, key, vec![]).await,
        Err(error) => Err(error),
    }
}
