//! Organisations on pages for the administrator.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use rules::codes::MunicipalityCode;

use super::actions;
use super::model::{Organisation, OrganisationDraft};
use crate::error::{Error, Result};
use crate::identity::model::OrganisationKind;
use crate::paging::{Paging, rows_of_page};
use crate::web::context::Context;
use crate::web::fields::{Fields, Length, parse_number};
use crate::web::form::{Choices, Form, Labels, Refusal, Values, choices, form_page, read_version};
use crate::web::format::count;
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{PageLinks, link, page_number};
use crate::web::page::{Page, html, see_other};

const LIST: &str = "/beheer/organisaties";
const LABELS: Labels = &[
    ("naam", "Naam"),
    ("soort", "Soort"),
    ("aanbieder", "Aanbieder"),
    ("gemeenten", "Werkt voor gemeenten"),
];
const DONE: [(&str, &str); 1] = [("opgeslagen", "De organisatie is opgeslagen.")];

#[derive(Template)]
#[template(path = "identity/organisations/list.html")]
pub struct OrganisationListPage {
    pub page: Page,
    pub done: Option<&'static str>,
    pub kind: &'static str,
    pub kinds: Choices,
    pub found: String,
    pub organisations: Vec<Organisation>,
    pub links: PageLinks,
}

#[derive(Template)]
#[template(path = "identity/organisations/form.html")]
pub struct OrganisationFormPage {
    pub page: Page,
    pub form: Form,
    /// Empty for a new one.
    pub id: String,
}

fn kinds(first: &str) -> Choices {
    choices(first, OrganisationKind::CODES.map(|(code, kind)| (code.to_owned(), kind.label().to_owned())))
}

pub async fn list(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let done = query.optional_choice("klaar", &DONE);
    let kind = query.optional_choice("soort", &OrganisationKind::CODES);
    let number = page_number(&mut query);
    query.finish(())?;
    let part = rows_of_page(number);
    let (organisations, total) = ctx.db(move |conn, actor, _| actions::list(conn, actor, kind, part)).await?;
    let kind = kind.map_or("", OrganisationKind::code);
    html(&OrganisationListPage {
        page: Page::new(&ctx, "/beheer"),
        done,
        kind,
        kinds: kinds("Alle soorten"),
        found: count(total, "organisatie", "organisaties"),
        organisations,
        links: PageLinks::new(Paging::new(number, total), |number| {
            link(LIST, &[("soort", kind), ("pagina", &number.to_string())])
        }),
    })
}

pub async fn new_form(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    show(&ctx, Form::new(LABELS), String::new()).await
}

pub async fn edit_form(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let found = find(&ctx, parse_id(&path)?).await?;
    show(&ctx, Form::of_stored(LABELS, found.version, values(&found)), found.id.to_string()).await
}

fn parse_id(text: &str) -> Result<i64> {
    parse_number(text, 1, i64::MAX).map_err(|_| Error::NotFound("organisatie"))
}

async fn find(ctx: &Context, id: i64) -> Result<Organisation> {
    ctx.db(move |conn, actor, _| actions::find_own(conn, actor, id)).await
}

fn values(organisation: &Organisation) -> Values {
    vec![
        ("naam", organisation.name.clone()),
        ("soort", organisation.kind.code().to_owned()),
        ("aanbieder", organisation.provider_agb.clone().unwrap_or_default()),
        ("gemeenten", organisation.municipality_codes.join(", ")),
    ]
}

/// Saves a new organisation, or with `id` and `versie` a changed one.
pub async fn save(ctx: Context, FormInput(mut fields): FormInput) -> Result<HttpResponse> {
    let mut form = Form::of_typed(LABELS, &fields);
    let id = fields.optional_int("id", 1, i64::MAX);
    let version = read_version(&mut fields);
    let known = id.zip(version);
    let draft = read_draft(&mut fields);
    let result = match fields.finish(()) {
        Ok(()) => {
            ctx.db(move |conn, actor, now| match known {
                None => actions::save(conn, actor, now, None, &draft),
                Some(known) => actions::change(conn, actor, now, known, (draft.name, draft.municipalities)),
            })
            .await
        }
        Err(violations) => Err(violations.into()),
    };
    let Err(error) = result else { return Ok(see_other("/beheer/organisaties?klaar=opgeslagen")) };
    if form.refuse(error, "naam")? == Refusal::Outdated {
        let newer = find(&ctx, id.unwrap_or_default()).await?;
        form.compare(newer.version, values(&newer));
    }
    show(&ctx, form, id.map(|id| id.to_string()).unwrap_or_default()).await
}

fn read_draft(fields: &mut Fields) -> OrganisationDraft {
    let text = fields.text("gemeenten", Length(0, 400));
    let municipalities: Vec<String> =
        text.split([',', ' ']).filter(|code| !code.is_empty()).map(ToOwned::to_owned).collect();
    if municipalities.iter().any(|code| MunicipalityCode::parse(code).is_err()) {
        fields.error("gemeenten", "geen-code", "noem codes zoals GM0243, met komma's ertussen");
    }
    OrganisationDraft {
        name: fields.text("naam", Length(1, 100)),
        kind: fields.optional_text("soort", Length(1, 20)).unwrap_or_default(),
        agb: fields.optional_text("aanbieder", Length(8, 8)),
        municipalities,
    }
}

async fn show(ctx: &Context, form: Form, id: String) -> Result<HttpResponse> {
    let providers = ctx.db(|conn, _, _| actions::list_providers(conn)).await?;
    let named = providers.into_iter().map(|(agb, name)| {
        let label = format!("{name} ({agb})");
        (agb, label)
    });
    let form = form
        .with_choices("soort", kinds("Kies een soort"))
        .with_choices("aanbieder", choices("Niet van toepassing", named));
    form_page(form.status(), &OrganisationFormPage { page: form.page(ctx, "/beheer"), form, id })
}
