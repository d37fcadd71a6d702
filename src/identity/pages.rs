//! Signing in and out.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::{SESSION_COOKIE, actions};
use crate::actor::Role;
use crate::error::{Error, Result};
use crate::web::context::Context;
use crate::web::fields::{Fields, Length};
use crate::web::input::{FormInput, QueryInput};
use crate::web::page::{ErrorLink, Page, html};

#[derive(Template)]
#[template(path = "identity/sign_in.html")]
pub struct SignInPage {
    pub page: Page,
    pub errors: Vec<ErrorLink>,
    pub name: String,
    pub back_to: String,
}

pub async fn sign_in_form(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let back_to = own_path(&query.text("terug", Length(0, 2000)));
    query.finish(())?;
    if ctx.actor.identity.is_some() {
        return Ok(see_other(&back_to.unwrap_or_else(|| start_page(&ctx).to_owned())));
    }
    html(&SignInPage {
        page: Page::new(&ctx, "/inloggen"),
        errors: vec![],
        name: String::new(),
        back_to: back_to.unwrap_or_default(),
    })
}

pub async fn sign_in(ctx: Context, FormInput(mut form): FormInput) -> Result<HttpResponse> {
    let name = form.text("naam", Length(1, 100));
    let password = secret_text(&mut form, "wachtwoord");
    let back_to = own_path(&form.text("terug", Length(0, 2000)));
    let (typed, back) = (form.raw("naam"), back_to.clone().unwrap_or_default());
    let errors = match form.finish(()) {
        Ok(()) => {
            let attempt =
                ctx.db(move |conn, actor, now| actions::sign_in(conn, actor, now, &name, &password)).await;
            match attempt {
                Ok(value) => return Ok(signed_in(value, back_to)),
                Err(Error::SignInFailed) => vec![ErrorLink::new("naam", Error::SignInFailed.detail())],
                Err(other) => return Err(other),
            }
        }
        Err(violations) => violations
            .iter()
            .map(|v| {
                let label = if v.field == "wachtwoord" { "Wachtwoord" } else { "Gebruikersnaam" };
                ErrorLink::new(&v.field, format!("{label}: {}", v.message))
            })
            .collect(),
    };
    let mut page = SignInPage { page: Page::new(&ctx, "/inloggen"), errors, name: typed, back_to: back };
    page.page.has_errors = true;
    let body = page.render()?;
    Ok(HttpResponse::BadRequest().content_type("text/html; charset=utf-8").body(body))
}

/// A password is taken as it is typed: no trimming, and long ones are welcome.
fn secret_text(form: &mut Fields, name: &str) -> String {
    let raw = form.raw(name);
    form.ignore(name);
    if raw.is_empty() {
        form.error(name, "verplicht", "vul dit in");
    } else if raw.len() > 1000 {
        form.error(name, "te-lang", "mag hoogstens 1000 tekens lang zijn");
    }
    raw
}

fn signed_in(value: String, back_to: Option<String>) -> HttpResponse {
    let cookie = Cookie::build(SESSION_COOKIE, value)
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .finish();
    HttpResponse::SeeOther()
        .cookie(cookie)
        .insert_header((header::LOCATION, back_to.unwrap_or_else(|| "/start".into())))
        .finish()
}

/// Where each role begins its day.
pub async fn start(ctx: Context) -> HttpResponse {
    see_other(start_page(&ctx))
}

fn start_page(ctx: &Context) -> &'static str {
    if ctx.actor.has_role(Role::Provider) {
        "/capaciteit"
    } else if ctx.actor.has_role(Role::Administrator) {
        "/beheer"
    } else {
        "/zoeken"
    }
}

pub async fn sign_out(ctx: Context, FormInput(form): FormInput) -> Result<HttpResponse> {
    form.finish(())?;
    if let Some(session) = ctx.session.clone() {
        ctx.db(move |conn, actor, now| actions::sign_out(conn, actor, now, &session)).await?;
    }
    let mut gone = Cookie::build(SESSION_COOKIE, "")
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .finish();
    gone.set_max_age(Duration::ZERO);
    Ok(HttpResponse::SeeOther().cookie(gone).insert_header((header::LOCATION, "/zoeken")).finish())
}

/// A path on this site, or nothing: never a way to send somebody elsewhere after signing in.
fn own_path(path: &str) -> Option<String> {
    let safe = path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\n', '\r', '\t']);
    safe.then(|| path.to_owned())
}

fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, path)).finish()
}

/// The page for somebody who must sign in first, as the answer to what they asked for.
pub fn sign_in_first(req: &HttpRequest) -> HttpResponse {
    let path = req.uri().path_and_query().map_or("/", |path| path.as_str());
    let back = if req.method() == actix_web::http::Method::GET { path } else { "/start" };
    let query: String = form_urlencoded::Serializer::new(String::new()).append_pair("terug", back).finish();
    see_other(&format!("/inloggen?{query}"))
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn only_paths_of_this_site_are_gone_back_to() {
        assert_eq!(own_path("/capaciteit?a=b").as_deref(), Some("/capaciteit?a=b"));
        for elsewhere in ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "", "/a\nb"] {
            assert_eq!(own_path(elsewhere), None, "{elsewhere}");
        }
    }
}
