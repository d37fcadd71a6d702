//! Service accounts on pages for the administrator.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use super::actions::{self, ClientSecret, NewServiceAccount, ServiceAccount};
use crate::actor::Scope;
use crate::error::{Error, Result};
use crate::identity::model::OrganisationKind;
use crate::identity::organisations;
use crate::paging::{Paging, rows_of_page};
use crate::web::context::Context;
use crate::web::fields::{Length, parse_number};
use crate::web::form::{Form, Labels, choices, form_page};
use crate::web::format::count;
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{PageLinks, link, page_number};
use crate::web::page::{Page, html, see_other};

const LIST: &str = "/beheer/koppelingen";
const LABELS: Labels = &[
    ("naam", "Naam"),
    ("organisatie", "Aanbieder"),
    ("reikwijdte", "Wat mag de koppeling"),
    ("cijfers:lezen", "Cijfers lezen"),
    ("cijfers:schrijven", "Cijfers bijwerken en bevestigen"),
];
const DONE: [(&str, &str); 2] = [
    ("geblokkeerd", "De koppeling is geblokkeerd. Haar tokens werken meteen niet meer."),
    ("toegelaten", "De koppeling kan weer tokens vragen."),
];

#[derive(Template)]
#[template(path = "identity/service_accounts/list.html")]
pub struct ServiceAccountListPage {
    pub page: Page,
    pub found: String,
    pub accounts: Vec<ServiceAccount>,
    pub links: PageLinks,
}

#[derive(Template)]
#[template(path = "identity/service_accounts/form.html")]
pub struct ServiceAccountFormPage {
    pub page: Page,
    pub form: Form,
}

#[derive(Template)]
#[template(path = "identity/service_accounts/account.html")]
pub struct ServiceAccountPage {
    pub page: Page,
    pub done: Option<&'static str>,
    pub account: ServiceAccount,
}

#[derive(Template)]
#[template(path = "identity/service_accounts/secret.html")]
pub struct SecretPage {
    pub page: Page,
    pub secret: ClientSecret,
    pub public_url: String,
}

impl ServiceAccount {
    pub fn scope_names(&self) -> String {
        let names: Vec<&str> = self.scopes.iter().map(|scope| scope.label()).collect();
        names.join(", ")
    }
}

pub async fn list(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let number = page_number(&mut query);
    query.finish(())?;
    let part = rows_of_page(number);
    let (accounts, total) = ctx.db(move |conn, actor, _| actions::list(conn, actor, part)).await?;
    html(&ServiceAccountListPage {
        page: Page::new(&ctx, "/beheer"),
        found: count(total, "koppeling", "koppelingen"),
        accounts,
        links: PageLinks::new(Paging::new(number, total), |number| {
            link(LIST, &[("pagina", &number.to_string())])
        }),
    })
}

pub async fn new_form(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    show_form(&ctx, Form::new(LABELS)).await
}

async fn show_form(ctx: &Context, form: Form) -> Result<HttpResponse> {
    let names = ctx.db(|conn, actor, _| organisations::actions::list_names(conn, actor)).await?;
    let providers = names.into_iter().filter(|(_, _, kind)| *kind == OrganisationKind::Provider);
    let named = providers.map(|(id, name, _)| (id.to_string(), name));
    let form = form.with_choices("organisatie", choices("Kies een aanbieder", named));
    form_page(form.status(), &ServiceAccountFormPage { page: form.page(ctx, "/beheer"), form })
}

pub async fn create(ctx: Context, FormInput(mut fields): FormInput) -> Result<HttpResponse> {
    let mut form = Form::of_typed(LABELS, &fields);
    let name = fields.text("naam", Length(1, 100));
    let organisation_id = fields.int("organisatie", 1, i64::MAX);
    let mut scopes = Scope::ALL.to_vec();
    scopes.retain(|scope| fields.flag(scope.code()));
    if scopes.is_empty() {
        fields.error("reikwijdte", "verplicht", "kies minstens één mogelijkheid");
    }
    let result = match fields.finish(NewServiceAccount { name, organisation_id, scopes }) {
        Ok(new) => ctx.db(move |conn, actor, now| actions::create(conn, actor, now, &new)).await,
        Err(violations) => Err(violations.into()),
    };
    match result {
        Ok(secret) => show_secret(&ctx, secret),
        Err(error) => {
            form.refuse(error, "naam")?;
            show_form(&ctx, form).await
        }
    }
}

fn show_secret(ctx: &Context, secret: ClientSecret) -> Result<HttpResponse> {
    let public_url = ctx.state.config.public_url.clone();
    html(&SecretPage { page: Page::new(ctx, "/beheer"), secret, public_url })
}

fn parse_id(text: &str) -> Result<i64> {
    parse_number(text, 1, i64::MAX).map_err(|_| Error::NotFound("koppeling"))
}

pub async fn account(
    ctx: Context,
    path: Path<String>,
    QueryInput(mut query): QueryInput,
) -> Result<HttpResponse> {
    let done = query.optional_choice("klaar", &DONE);
    query.finish(())?;
    let id = parse_id(&path)?;
    let account = ctx.db(move |conn, actor, _| actions::find(conn, actor, id)).await?;
    html(&ServiceAccountPage { page: Page::new(&ctx, "/beheer"), done, account })
}

pub async fn renew_secret(
    ctx: Context,
    path: Path<String>,
    FormInput(form): FormInput,
) -> Result<HttpResponse> {
    form.finish(())?;
    let id = parse_id(&path)?;
    let secret = ctx.db(move |conn, actor, now| actions::renew_secret(conn, actor, now, id)).await?;
    show_secret(&ctx, secret)
}

pub async fn set_active(
    ctx: Context,
    path: Path<String>,
    FormInput(mut form): FormInput,
) -> Result<HttpResponse> {
    let id = parse_id(&path)?;
    let active = form.choice("toegang", &[("ja", true), ("nee", false)]).unwrap_or_default();
    form.finish(())?;
    ctx.db(move |conn, actor, now| actions::set_active(conn, actor, now, id, active)).await?;
    let done = if active { "toegelaten" } else { "geblokkeerd" };
    Ok(see_other(&format!("{LIST}/{id}?klaar={done}")))
}
