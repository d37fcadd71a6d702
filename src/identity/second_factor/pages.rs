//! The second factor on pages: as a step of signing in, and for those who are signed in.

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::{DateTime, Utc};

use super::actions::{self, Proof};
use super::qr::Qr;
use crate::actor::{Actor, Session, Stage};
use crate::db::Connection;
use crate::error::{Error, Result};
use crate::identity::sign_in::pages::{
    known_device, note_stop, own_path, secret_text, sign_in_first, signed_in,
};
use crate::web::context::Context;
use crate::web::fields::{Fields, Length};
use crate::web::form::{Form, Labels, form_page};
use crate::web::input::{FormInput, QueryInput};
use crate::web::page::{Page, html, see_other};

const LABELS: Labels = &[("code", "Code"), ("wachtwoord", "Uw wachtwoord")];
/// The longest code people type: a recovery code with spaces around it.
const CODE: Length = Length(1, 40);

#[derive(Template)]
#[template(path = "identity/second_factor/code.html")]
pub struct CodePage {
    pub page: Page,
    pub form: Form,
    pub back_to: String,
}

#[derive(Template)]
#[template(path = "identity/second_factor/enrol.html")]
pub struct EnrolPage {
    pub page: Page,
    pub form: Form,
    pub qr: Qr,
    pub secret: String,
    /// Where the form goes.
    pub action: &'static str,
    pub cancel: &'static str,
    /// Asked from those who did not give it just now.
    pub asks_password: bool,
    pub back_to: String,
}

#[derive(Template)]
#[template(path = "identity/second_factor/codes.html")]
pub struct CodesPage {
    pub page: Page,
    pub codes: Vec<String>,
    pub next: String,
}

/// The session that must be in this stage.
fn session_in(ctx: &Context, stage: Stage) -> Option<Session> {
    ctx.session.clone().filter(|session| session.stage == stage)
}

/// The form again, with what is to be mended; any other error stays one.
fn refused(error: Error) -> Result<Form> {
    let mut form = Form::new(LABELS);
    form.refuse(error, "code")?;
    Ok(form)
}

fn back_to(fields: &mut Fields) -> String {
    own_path(&fields.text("terug", Length(0, 2000))).unwrap_or_default()
}

pub async fn code_form(
    ctx: Context,
    req: HttpRequest,
    QueryInput(mut query): QueryInput,
) -> Result<HttpResponse> {
    let back_to = back_to(&mut query);
    query.finish(())?;
    if session_in(&ctx, Stage::CodeNeeded).is_none() {
        return Ok(elsewhere(&ctx, &req));
    }
    show_code_form(&ctx, Form::new(LABELS), back_to)
}

pub async fn give_code(
    ctx: Context,
    req: HttpRequest,
    FormInput(mut form): FormInput,
) -> Result<HttpResponse> {
    let Some(session) = session_in(&ctx, Stage::CodeNeeded) else { return Ok(elsewhere(&ctx, &req)) };
    let back_to = back_to(&mut form);
    let code = form.text("code", CODE);
    let result = match form.finish(()) {
        Ok(()) => {
            let device = known_device(&ctx, &req, &session.user_name);
            let name = session.user_name.clone();
            let attempt = ctx.state.limits.code_attempt(&ctx.actor.origin, &name, device.as_deref(), ctx.now);
            let attempt = note_stop(&ctx, &name, attempt).await?;
            let state = ctx.state.clone();
            let result = ctx
                .db(move |conn, actor, now| {
                    actions::give_code(conn, &state.vault, actor, now, &session, &code)
                })
                .await;
            if !matches!(result, Err(Error::Invalid(_))) {
                attempt.succeeded();
            }
            result
        }
        Err(violations) => Err(violations.into()),
    };
    match result {
        Ok(opened) => signed_in(&ctx, &opened, own_path(&back_to)),
        Err(error) => show_code_form(&ctx, refused(error)?, back_to),
    }
}

fn show_code_form(ctx: &Context, form: Form, back_to: String) -> Result<HttpResponse> {
    form_page(form.status(), &CodePage { page: form.page(ctx, "/inloggen"), form, back_to })
}

/// The step of signing in for those who must have a second factor and have none.
pub async fn first_form(
    ctx: Context,
    req: HttpRequest,
    QueryInput(mut query): QueryInput,
) -> Result<HttpResponse> {
    let back_to = back_to(&mut query);
    query.finish(())?;
    match session_in(&ctx, Stage::EnrolmentNeeded) {
        Some(session) => show_enrolment(&ctx, session, Form::new(LABELS), back_to).await,
        None => Ok(elsewhere(&ctx, &req)),
    }
}

pub async fn first_enrol(ctx: Context, req: HttpRequest, FormInput(form): FormInput) -> Result<HttpResponse> {
    match session_in(&ctx, Stage::EnrolmentNeeded) {
        Some(session) => enrol(ctx, session, form).await,
        None => Ok(elsewhere(&ctx, &req)),
    }
}

pub async fn form(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    let session = session_in(&ctx, Stage::Complete).ok_or(Error::SignInRequired)?;
    show_enrolment(&ctx, session, Form::new(LABELS), String::new()).await
}

pub async fn save(ctx: Context, FormInput(form): FormInput) -> Result<HttpResponse> {
    let session = session_in(&ctx, Stage::Complete).ok_or(Error::SignInRequired)?;
    enrol(ctx, session, form).await
}

async fn enrol(ctx: Context, session: Session, mut form: Fields) -> Result<HttpResponse> {
    let back_to = back_to(&mut form);
    let code = form.text("code", CODE);
    let password = match session.stage {
        Stage::Complete => secret_text(&mut form, "wachtwoord"),
        _ => String::new(),
    };
    let result = match form.finish(()) {
        Ok(()) => {
            let (state, own) = (ctx.state.clone(), session.clone());
            counted(&ctx, &session, move |conn, actor, now| {
                let proof = Proof { code: &code, password: &password };
                actions::enrol(conn, &state.vault, actor, now, &own, proof)
            })
            .await
        }
        Err(violations) => Err(violations.into()),
    };
    match result {
        Ok((opened, codes)) => {
            let next = own_path(&back_to).unwrap_or_else(|| "/start".into());
            // The page belongs to the new session already, its forms too.
            let mut page = Page::new(&ctx, "/account");
            page.csrf.clone_from(&opened.csrf);
            let mut answer = html(&CodesPage { page, codes, next })?;
            // The cookies of the new session go with the codes, which are shown before going on.
            for cookie in signed_in(&ctx, &opened, None)?.cookies() {
                answer.add_cookie(&cookie).map_err(|error| Error::internal(error.to_string()))?;
            }
            Ok(answer)
        }
        Err(error) => show_enrolment(&ctx, session, refused(error)?, back_to).await,
    }
}

async fn show_enrolment(
    ctx: &Context,
    session: Session,
    form: Form,
    back_to: String,
) -> Result<HttpResponse> {
    let state = ctx.state.clone();
    let asks_password = session.stage == Stage::Complete;
    let offer = ctx.db(move |conn, _, _| actions::offer(conn, &state.vault, &session)).await?;
    let (action, cancel) = if asks_password {
        ("/account/tweede-factor", "/account")
    } else {
        ("/inloggen/tweede-factor", "/inloggen")
    };
    let page = EnrolPage {
        page: form.page(ctx, "/account"),
        form,
        qr: Qr::of(&offer.url)?,
        secret: offer.secret,
        action,
        cancel,
        asks_password,
        back_to,
    };
    form_page(page.form.status(), &page)
}

/// Where somebody goes who is not at this step.
fn elsewhere(ctx: &Context, req: &HttpRequest) -> HttpResponse {
    match ctx.session.as_ref().map(|session| session.stage) {
        Some(Stage::Complete) => see_other("/start"),
        Some(_) => sign_in_first(req),
        None => see_other("/inloggen"),
    }
}

/// A step that asks for the password once more.
#[derive(Template)]
#[template(path = "identity/second_factor/confirm.html")]
pub struct ConfirmPage {
    pub page: Page,
    pub form: Form,
    pub step: Step,
}

/// What is confirmed with the password.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    pub path: &'static str,
    pub title: &'static str,
    pub text: &'static str,
    pub button: &'static str,
}

const RENEW_CODES: Step = Step {
    path: "/account/herstelcodes",
    title: "Nieuwe herstelcodes",
    text: "U krijgt tien nieuwe herstelcodes. De oude werken daarna niet meer.",
    button: "Nieuwe codes maken",
};
const REMOVE: Step = Step {
    path: "/account/tweede-factor/verwijderen",
    title: "Tweede factor verwijderen",
    text: "Daarna logt u weer in met alleen uw wachtwoord. Dat is minder veilig.",
    button: "Verwijderen",
};

fn show_step(ctx: &Context, step: Step, form: Form) -> Result<HttpResponse> {
    form_page(form.status(), &ConfirmPage { page: form.page(ctx, "/account"), form, step })
}

pub async fn renew_codes_form(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    show_step(&ctx, RENEW_CODES, Form::new(LABELS))
}

pub async fn renew_codes(ctx: Context, FormInput(mut form): FormInput) -> Result<HttpResponse> {
    let session = session_in(&ctx, Stage::Complete).ok_or(Error::SignInRequired)?;
    let password = secret_text(&mut form, "wachtwoord");
    let result = match form.finish(()) {
        Ok(()) => {
            let (state, own) = (ctx.state.clone(), session.clone());
            counted(&ctx, &session, move |conn, actor, now| {
                actions::renew_codes(conn, &state.vault, actor, now, &own, &password)
            })
            .await
        }
        Err(violations) => Err(violations.into()),
    };
    match result {
        Ok(codes) => html(&CodesPage { page: Page::new(&ctx, "/account"), codes, next: "/account".into() }),
        Err(error) => show_step(&ctx, RENEW_CODES, refused(error)?),
    }
}

pub async fn remove_form(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    show_step(&ctx, REMOVE, Form::new(LABELS))
}

pub async fn remove(ctx: Context, FormInput(mut form): FormInput) -> Result<HttpResponse> {
    let session = session_in(&ctx, Stage::Complete).ok_or(Error::SignInRequired)?;
    let password = secret_text(&mut form, "wachtwoord");
    let result = match form.finish(()) {
        Ok(()) => {
            let own = session.clone();
            counted(&ctx, &session, move |conn, actor, now| {
                actions::remove(conn, actor, now, &own, &password)
            })
            .await
        }
        Err(violations) => Err(violations.into()),
    };
    match result {
        Ok(()) => Ok(see_other("/account?klaar=tweede-factor")),
        Err(error) => show_step(&ctx, REMOVE, refused(error)?),
    }
}

/// Runs what asks for a password or a code within a session; wrong ones count against guessing.
pub(in crate::identity) async fn counted<T: Send + 'static>(
    ctx: &Context,
    session: &Session,
    work: impl FnOnce(&mut Connection, &Actor, DateTime<Utc>) -> Result<T> + Send + 'static,
) -> Result<T> {
    let limits = &ctx.state.limits;
    let attempt = limits.code_attempt(&ctx.actor.origin, &session.user_name, Some(&session.id), ctx.now);
    let attempt = note_stop(ctx, &session.user_name, attempt).await?;
    let result = ctx.db(work).await;
    if !matches!(result, Err(Error::Invalid(_))) {
        attempt.succeeded();
    }
    result
}
