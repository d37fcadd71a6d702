//! The pages of the own account.

use actix_web::HttpResponse;
use askama::Template;

use super::actions::{self, Overview, Which};
use crate::actor::{Identity, Session};
use crate::error::{Error, Result};
use crate::identity::second_factor::pages::counted;
use crate::identity::sign_in::pages::{secret_text, signed_in};
use crate::identity::tokens;
use crate::web::context::Context;
use crate::web::fields::Length;
use crate::web::form::{Form, Labels, form_page};
use crate::web::input::{FormInput, QueryInput};
use crate::web::page::{Page, html, see_other};

const ACCOUNT: &str = "/account";
const LABELS: Labels = &[
    ("oud", "Wachtwoord van nu"),
    ("wachtwoord", "Nieuw wachtwoord"),
    ("herhaling", "Nieuw wachtwoord nog een keer"),
];
const TOKEN_LABELS: Labels = &[("naam", "Waarvoor is het nieuwe token?")];
/// What was just done, by its code in the address.
const DONE: [(&str, &str); 4] = [
    ("wachtwoord", "Uw wachtwoord is gewijzigd. Overal elders bent u uitgelogd."),
    ("sessies", "De sessie is beëindigd."),
    ("token", "Het token is beëindigd. Het werkt meteen niet meer."),
    ("tweede-factor", "Uw tweede factor is verwijderd."),
];

#[derive(Template)]
#[template(path = "identity/account/account.html")]
pub struct AccountPage {
    pub page: Page,
    pub form: Form,
    pub done: Option<&'static str>,
    pub who: Identity,
    pub overview: Overview,
}

#[derive(Template)]
#[template(path = "identity/account/password.html")]
pub struct ChangePasswordPage {
    pub page: Page,
    pub form: Form,
}

#[derive(Template)]
#[template(path = "identity/account/token.html")]
pub struct NewTokenPage {
    pub page: Page,
    pub refresh_token: String,
    pub public_url: String,
}

impl AccountPage {
    pub fn roles(&self) -> String {
        let names: Vec<&str> = self.who.roles.iter().map(|role| role.label()).collect();
        names.join(", ")
    }
}

fn own_session(ctx: &Context) -> Result<Session> {
    ctx.session.clone().ok_or(Error::SignInRequired)
}

pub async fn account(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let done = query.optional_choice("klaar", &DONE);
    query.finish(())?;
    show(&ctx, done, Form::new(TOKEN_LABELS)).await
}

async fn show(ctx: &Context, done: Option<&'static str>, form: Form) -> Result<HttpResponse> {
    let session = own_session(ctx)?;
    let who = ctx.actor.identity.clone().ok_or(Error::SignInRequired)?;
    let overview = ctx.db(move |conn, _, now| actions::overview(conn, &session, now)).await?;
    form_page(form.status(), &AccountPage { page: form.page(ctx, ACCOUNT), form, done, who, overview })
}

pub async fn password_form(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    show_password_form(&ctx, Form::new(LABELS))
}

fn show_password_form(ctx: &Context, form: Form) -> Result<HttpResponse> {
    form_page(form.status(), &ChangePasswordPage { page: form.page(ctx, ACCOUNT), form })
}

pub async fn change_password(ctx: Context, FormInput(mut form): FormInput) -> Result<HttpResponse> {
    let session = own_session(&ctx)?;
    let old = secret_text(&mut form, "oud");
    let new = secret_text(&mut form, "wachtwoord");
    let repeated = secret_text(&mut form, "herhaling");
    if !repeated.is_empty() && repeated != new {
        form.error("herhaling", "ongelijk", "is niet hetzelfde als het eerste");
    }
    let result = match form.finish(()) {
        Ok(()) => {
            let own = session.clone();
            counted(&ctx, &session, move |conn, actor, now| {
                actions::change_password(conn, actor, now, &own, (&old, &new))
            })
            .await
        }
        Err(violations) => Err(violations.into()),
    };
    match result {
        Ok(opened) => signed_in(&ctx, &opened, Some("/account?klaar=wachtwoord".into())),
        Err(error) => {
            let mut form = Form::new(LABELS);
            form.refuse(error, "wachtwoord")?;
            show_password_form(&ctx, form)
        }
    }
}

pub async fn end_sessions(ctx: Context, FormInput(mut form): FormInput) -> Result<HttpResponse> {
    let session = own_session(&ctx)?;
    let which = match form.text("sessie", Length(1, 64)).as_str() {
        "andere" => Which::AllOthers,
        id => Which::One(id.to_owned()),
    };
    form.finish(())?;
    ctx.db(move |conn, actor, now| actions::end_sessions(conn, actor, now, &session, &which)).await?;
    Ok(see_other("/account?klaar=sessies"))
}

/// A token for a program of this user.
pub async fn make_token(ctx: Context, FormInput(mut fields): FormInput) -> Result<HttpResponse> {
    let session = own_session(&ctx)?;
    let mut form = Form::of_typed(TOKEN_LABELS, &fields);
    let name = fields.text("naam", Length(1, 60));
    let result = match fields.finish(()) {
        Ok(()) => {
            let begin = tokens::actions::begin_in_session;
            ctx.db(move |conn, actor, now| begin(conn, actor, now, &session, &name)).await
        }
        Err(violations) => Err(violations.into()),
    };
    match result {
        Ok(refresh_token) => {
            let public_url = ctx.state.config.public_url.clone();
            html(&NewTokenPage { page: Page::new(&ctx, ACCOUNT), refresh_token, public_url })
        }
        Err(error) => {
            form.refuse(error, "naam")?;
            show(&ctx, None, form).await
        }
    }
}

pub async fn end_token(ctx: Context, FormInput(mut form): FormInput) -> Result<HttpResponse> {
    let session = own_session(&ctx)?;
    let id = form.text("token", Length(1, 64));
    form.finish(())?;
    let end = tokens::actions::end_family;
    ctx.db(move |conn, actor, now| end(conn, actor, now, session.user_id, &id)).await?;
    Ok(see_other("/account?klaar=token"))
}
