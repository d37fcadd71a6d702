//! Pages of the links in mails: asking for one, and choosing a password with it.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use askama::Template;
use rules::contact::parse_email;

use super::actions::{self, Addressee, Sender};
use crate::error::{Error, Result};
use crate::identity::evenly::evenly;
use crate::identity::sign_in::pages::{device_cookie, note_stop, secret_text};
use crate::state::AppState;
use crate::web::context::Context;
use crate::web::form::{Form, Labels, form_page};
use crate::web::input::{FormInput, QueryInput};
use crate::web::page::{Page, see_other};

const LABELS: Labels =
    &[("email", "E-mailadres"), ("wachtwoord", "Nieuw wachtwoord"), ("herhaling", "Nog een keer")];

#[derive(Template)]
#[template(path = "identity/links/forgotten.html")]
pub struct ForgottenPage {
    pub page: Page,
    pub form: Form,
    pub sent: bool,
}

#[derive(Template)]
#[template(path = "identity/links/password.html")]
pub struct PasswordPage {
    pub page: Page,
    pub form: Form,
    pub key: String,
    pub addressee: Addressee,
}

#[derive(Template)]
#[template(path = "identity/links/ended.html")]
pub struct EndedPage {
    pub page: Page,
}

/// Whom mails of this server come from.
pub fn sender(ctx: &Context) -> Sender {
    sender_of(&ctx.state)
}

/// The same, without a request.
pub fn sender_of(state: &AppState) -> Sender {
    let region = state.supply.region(&state.config).map(|region| region.name);
    Sender { public_url: state.config.public_url.clone(), region: region.unwrap_or_default() }
}

pub async fn forgotten_form(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    show_forgotten(&ctx, Form::new(LABELS), false)
}

fn show_forgotten(ctx: &Context, form: Form, sent: bool) -> Result<HttpResponse> {
    form_page(form.status(), &ForgottenPage { page: form.page(ctx, "/inloggen"), form, sent })
}

pub async fn forgotten(ctx: Context, FormInput(mut fields): FormInput) -> Result<HttpResponse> {
    let mut form = Form::of_typed(LABELS, &fields);
    let email = fields.parsed("email", "geen-emailadres", parse_email);
    match fields.finish(email) {
        Ok(email) => {
            let email = email.unwrap_or_default().to_lowercase();
            note_stop(&ctx, "", ctx.state.limits.mail(&ctx.actor.origin, &email, ctx.now)).await?;
            let sender = sender(&ctx);
            let ask =
                ctx.db(move |conn, actor, now| actions::request_reset(conn, actor, now, &sender, &email));
            evenly(ask, |_| true).await?;
            show_forgotten(&ctx, Form::new(LABELS), true)
        }
        Err(violations) => {
            form.refuse(violations.into(), "email")?;
            show_forgotten(&ctx, form, false)
        }
    }
}

pub async fn password_form(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    show_password_form(&ctx, path.into_inner(), Form::new(LABELS)).await
}

async fn show_password_form(ctx: &Context, key: String, form: Form) -> Result<HttpResponse> {
    let looked_for = key.clone();
    let found = ctx.db(move |conn, _, now| actions::find_addressee(conn, &looked_for, now)).await;
    let page = form.page(ctx, "/inloggen");
    match found {
        Ok(addressee) => form_page(form.status(), &PasswordPage { page, form, key, addressee }),
        Err(Error::NotFound(_)) => form_page(StatusCode::NOT_FOUND, &EndedPage { page }),
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
        // Who reads the mail of a user does not wait here because others fail on the name.
        Ok(name) => {
            let mut response = see_other("/inloggen?klaar=wachtwoord");
            response.add_cookie(&device_cookie(&ctx, &name)?).map_err(Error::internal)?;
            Ok(response)
        }
        Err(Error::NotFound("link")) => show_password_form(&ctx, key, Form::new(LABELS)).await,
        Err(error) => {
            let mut form = Form::new(LABELS);
            form.refuse(error, "wachtwoord")?;
            show_password_form(&ctx, key, form).await
        }
    }
}
