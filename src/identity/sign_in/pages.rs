//! Signing in and out.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use askama::Template;

use super::actions::{self, Opened};
use super::{DEVICE_COOKIE, SESSION_COOKIE, device};
use crate::actor::{Role, Stage};
use crate::error::{Error, Result};
use crate::identity::evenly::evenly;
use crate::identity::policy::Permission;
use crate::web::context::{Authenticated, Context};
use crate::web::fields::{Fields, Length};
use crate::web::input::{FormInput, QueryInput};
use crate::web::page::{ErrorLink, Page, html, html_with_errors, see_other};

#[derive(Template)]
#[template(path = "identity/sign_in/sign_in.html")]
pub struct SignInPage {
    pub page: Page,
    pub errors: Vec<ErrorLink>,
    pub name: String,
    pub back_to: String,
    /// What was just done that makes signing in the next step.
    pub done: Option<&'static str>,
}

/// What may be said above the form, by its code in the address.
const DONE: [(&str, &str); 1] = [("wachtwoord", "Uw wachtwoord is ingesteld. Log ermee in.")];

pub async fn sign_in_form(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let back_to = own_path(&query.text("terug", Length(0, 2000)));
    let done = query.optional_choice("klaar", &DONE);
    query.finish(())?;
    if ctx.actor.identity.is_some() {
        return Ok(see_other(&back_to.unwrap_or_else(|| start_page(&ctx).to_owned())));
    }
    html(&SignInPage {
        page: Page::new(&ctx, "/inloggen"),
        errors: vec![],
        name: String::new(),
        back_to: back_to.unwrap_or_default(),
        done,
    })
}

pub async fn sign_in(ctx: Context, req: HttpRequest, FormInput(mut form): FormInput) -> Result<HttpResponse> {
    let name = form.text("naam", Length(1, 100));
    let password = secret_text(&mut form, "wachtwoord");
    let back_to = own_path(&form.text("terug", Length(0, 2000)));
    let (typed, back) = (form.raw("naam"), back_to.clone().unwrap_or_default());
    let errors = match form.finish(()) {
        Ok(()) => {
            let device = known_device(&ctx, &req, &name);
            let attempt = ctx.state.limits.attempt(&ctx.actor.origin, &name, device.as_deref(), ctx.now);
            let attempt = note_stop(&ctx, &name, attempt).await?;
            let work = ctx.db(move |conn, actor, now| actions::sign_in(conn, actor, now, &name, &password));
            match evenly(work, Result::is_err).await {
                Ok(opened) => {
                    attempt.succeeded();
                    return signed_in(&ctx, &opened, back_to);
                }
                Err(Error::SignInFailed) => vec![ErrorLink::new("naam", Error::SignInFailed.detail())],
                Err(other) => {
                    attempt.succeeded();
                    return Err(other);
                }
            }
        }
        Err(violations) => {
            ErrorLink::labelled(&violations, &[("naam", "Gebruikersnaam"), ("wachtwoord", "Wachtwoord")])
        }
    };
    let mut page =
        SignInPage { page: Page::new(&ctx, "/inloggen"), errors, name: typed, back_to: back, done: None };
    page.page.has_errors = true;
    html_with_errors(&page)
}

/// Passes on what a limit says. Who is stopped by one is written in the audit, once in a while from one address.
pub(in crate::identity) async fn note_stop<T>(ctx: &Context, name: &str, taken: Result<T>) -> Result<T> {
    if matches!(taken, Err(Error::TooManyRequests(_)))
        && ctx.state.limits.tells_stop(&ctx.actor.origin, ctx.now)
    {
        let name = name.to_owned();
        let told = ctx.db(move |conn, actor, now| actions::record_stop(conn, actor, now, &name)).await;
        if let Err(error) = told {
            tracing::warn!(%error, "that somebody may not try for a while could not be written in the audit");
        }
    }
    taken
}

/// Which device this is, if this user signed in with it before.
pub(in crate::identity) fn known_device(ctx: &Context, req: &HttpRequest, name: &str) -> Option<String> {
    device::prove(&ctx.state.vault, name, req.cookie(DEVICE_COOKIE)?.value())
}

/// What says from now on that a browser is known to a user.
pub(in crate::identity) fn device_cookie(ctx: &Context, user: &str) -> Result<Cookie<'static>> {
    let mut known = strict_cookie(DEVICE_COOKIE, device::make(&ctx.state.vault, user)?);
    known.set_max_age(Duration::days(365));
    Ok(known)
}

/// A password is taken as it is typed: no trimming, and long ones are welcome.
pub(in crate::identity) fn secret_text(form: &mut Fields, name: &str) -> String {
    let raw = form.raw(name);
    form.ignore(name);
    if raw.is_empty() {
        form.error(name, "verplicht", "vul dit in");
    } else if raw.len() > 1000 {
        form.error(name, "te-lang", "mag hoogstens 1000 tekens lang zijn");
    }
    raw
}

/// On to what comes next, with the cookie of a session that was just opened.
pub(in crate::identity) fn signed_in(
    ctx: &Context,
    opened: &Opened,
    back_to: Option<String>,
) -> Result<HttpResponse> {
    let back_to = back_to.unwrap_or_else(|| "/start".into());
    let mut response = HttpResponse::SeeOther();
    response.cookie(strict_cookie(SESSION_COOKIE, opened.cookie.clone()));
    let place = match opened.stage {
        Stage::Complete => {
            response.cookie(device_cookie(ctx, &opened.user_name)?);
            back_to
        }
        unfinished => next_step(unfinished, &back_to),
    };
    Ok(response.insert_header((header::LOCATION, place)).finish())
}

/// Where signing in goes on.
fn next_step(stage: Stage, back_to: &str) -> String {
    let path = match stage {
        Stage::CodeNeeded => "/inloggen/code",
        Stage::EnrolmentNeeded => "/inloggen/tweede-factor",
        Stage::Complete => "/start",
    };
    let query: String =
        form_urlencoded::Serializer::new(String::new()).append_pair("terug", back_to).finish();
    format!("{path}?{query}")
}

fn strict_cookie(name: &'static str, value: String) -> Cookie<'static> {
    Cookie::build(name, value).path("/").secure(true).http_only(true).same_site(SameSite::Lax).finish()
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
    } else if ctx.actor.has_role(Role::PrivacyOfficer) {
        "/logboek"
    } else if ctx.actor.has_role(Role::AccountManager) {
        "/actualiteit"
    } else if Permission::SeeCrisisBoard.allows(&ctx.actor) {
        "/crisis"
    } else {
        "/zoeken"
    }
}

pub async fn sign_out(ctx: Context, FormInput(form): FormInput) -> Result<HttpResponse> {
    form.finish(())?;
    if let Some(session) = ctx.session.clone() {
        ctx.db(move |conn, actor, now| actions::sign_out(conn, actor, now, &session)).await?;
        ctx.state.boards.look_again();
    }
    let mut gone = strict_cookie(SESSION_COOKIE, String::new());
    gone.set_max_age(Duration::ZERO);
    Ok(HttpResponse::SeeOther().cookie(gone).insert_header((header::LOCATION, "/zoeken")).finish())
}

/// A path on this site, or nothing: never a way to send somebody elsewhere after signing in.
pub(in crate::identity) fn own_path(path: &str) -> Option<String> {
    let safe = path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\n', '\r', '\t']);
    safe.then(|| path.to_owned())
}

/// The page for somebody who must sign in first, or finish signing in, as the answer to what they asked for.
pub fn sign_in_first(req: &HttpRequest) -> HttpResponse {
    let path = req.uri().path_and_query().map_or("/", |path| path.as_str());
    let back = if req.method() == actix_web::http::Method::GET { path } else { "/start" };
    let stage = req
        .extensions()
        .get::<Authenticated>()
        .and_then(|who| who.session.as_ref().map(|session| session.stage));
    if let Some(unfinished) = stage.filter(|stage| *stage != Stage::Complete) {
        return see_other(&next_step(unfinished, back));
    }
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
