//! Providers on pages: list and form.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use rules::codes::AgbCode;

use super::actions::{self, ProviderDraft};
use super::api::{read_filter, read_provider};
use super::model::{Provider, ProviderColumn, ProviderKind, ProviderName};
use crate::error::{Error, Result};
use crate::paging::Paging;
use crate::product_book::common::{Expect, Stored};
use crate::product_book::overview::{Saved, saved_message};
use crate::product_book::supply_side::{
    Difference, SortHead, SortOrder, differences, html_outdated, label_of, link, rows_of_page,
};
use crate::web::context::Context;
use crate::web::fields::Fields;
use crate::web::format::count;
use crate::web::input::{FormInput, QueryInput};
use crate::web::page::{ErrorLink, Page, html, html_with_errors, see_other};
use crate::web::paging::{PageLinks, page_number};

const PATH: &str = "/beheer/aanbieders";
const COLUMNS: [(&str, ProviderColumn); 2] = [("naam", ProviderColumn::Name), ("agb", ProviderColumn::Agb)];
const LABELS: [(&str, &str); 9] = [
    ("agb", "AGB-code"),
    ("naam", "Naam"),
    ("soort", "Soort"),
    ("hoofdaannemer", "Hoofdaannemer"),
    ("telefoonVerwijzers", "Telefoon voor verwijzers"),
    ("emailVerwijzers", "E-mail voor verwijzers"),
    ("website", "Website"),
    ("onlineHulp", "Hulp op afstand"),
    ("toelichting", "Toelichting"),
];

#[derive(Template)]
#[template(path = "product_book/providers/list.html")]
pub struct ProviderListPage {
    pub page: Page,
    pub saved: Saved,
    pub name: String,
    pub kind: String,
    /// The value of `sorteer`, to keep when the filter changes.
    pub order: String,
    pub kinds: Vec<(String, String)>,
    pub found: String,
    pub heads: Vec<SortHead>,
    pub providers: Vec<Stored<Provider>>,
    pub links: PageLinks,
}

#[derive(Template, Default)]
#[template(path = "product_book/providers/form.html")]
pub struct ProviderFormPage {
    pub page: Page,
    pub errors: Vec<ErrorLink>,
    /// Whether another saved this provider in the meantime, and in what that differs.
    pub outdated: bool,
    pub differences: Vec<Difference>,
    pub kinds: Vec<(String, String)>,
    pub mains: Vec<(String, String)>,
    /// Empty for a new provider.
    pub version: String,
    pub agb: String,
    pub name: String,
    pub kind: String,
    pub main: String,
    pub phone: String,
    pub email: String,
    pub website: String,
    pub online_help: bool,
    pub description: String,
}

impl ProviderFormPage {
    /// The message at a field, for the template.
    pub fn error_at(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|error| error.field == field).map(|error| error.text.as_str())
    }

    /// Whether the stored provider may have contracts of its own.
    pub fn is_main(&self) -> bool {
        self.kind == ProviderKind::Main.word()
    }

    fn typed(ctx: &Context, form: &Fields) -> Self {
        Self {
            page: Page::new(ctx, "/beheer"),
            version: form.raw("versie"),
            agb: form.raw("agb"),
            name: form.raw("naam"),
            kind: form.raw("soort"),
            main: form.raw("hoofdaannemer"),
            phone: form.raw("telefoonVerwijzers"),
            email: form.raw("emailVerwijzers"),
            website: form.raw("website"),
            online_help: form.has("onlineHulp"),
            description: form.raw("toelichting"),
            ..Self::default()
        }
    }

    fn with_choices(mut self, mains: Vec<ProviderName>) -> Self {
        self.kinds = kind_choices();
        let others = mains.into_iter().filter(|main| main.agb != self.agb);
        self.mains = std::iter::once((String::new(), "Niet van toepassing".to_owned()))
            .chain(others.map(choice))
            .collect();
        self
    }

    fn with_errors(mut self, errors: Vec<ErrorLink>) -> Self {
        self.errors = errors;
        self.page.has_errors = true;
        self
    }

    /// To be called on a form with its choices, which knows what its codes stand for.
    fn with_newer(mut self, newer: &Stored<Provider>) -> Self {
        let now = &newer.value;
        let yes_no = |flag: bool| if flag { "ja" } else { "nee" };
        let main = now.main_provider.as_ref().map_or("", |main| main.agb.as_str());
        let kind = |code| label_of(&self.kinds, code);
        self.differences = differences(&[
            ("Naam", &self.name, &now.name),
            ("Soort", kind(&self.kind), kind(now.kind.word())),
            ("Hoofdaannemer", label_of(&self.mains, &self.main), label_of(&self.mains, main)),
            ("Telefoon voor verwijzers", &self.phone, &now.phone),
            ("E-mail voor verwijzers", &self.email, &now.email),
            ("Website", &self.website, &now.website),
            ("Hulp op afstand", yes_no(self.online_help), yes_no(now.online_help)),
            ("Toelichting", &self.description.replace("\r\n", "\n"), &now.description),
        ]);
        self.outdated = true;
        self.version = newer.version.to_string();
        self.page.has_errors = true;
        self
    }
}

/// A provider as an option of a select.
pub fn choice(name: ProviderName) -> (String, String) {
    let label = format!("{} ({})", name.name, name.agb);
    (name.agb, label)
}

fn kind_choices() -> Vec<(String, String)> {
    [("hoofdaannemer", "Hoofdaannemer"), ("onderaannemer", "Onderaannemer")]
        .map(|(code, label)| (code.to_owned(), label.to_owned()))
        .into()
}

pub async fn list(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    let filter = read_filter(&mut query);
    let order = SortOrder::read(&mut query, &COLUMNS);
    let number = page_number(&mut query);
    query.finish(())?;
    let (name, kind) = (filter.name.clone().unwrap_or_default(), filter.kind.map_or("", ProviderKind::word));
    let part = rows_of_page(number);
    let (providers, total) =
        ctx.db(move |conn, _, _| actions::list_providers(conn, &filter, order, part)).await?;
    let paging = Paging::new(number, total);
    let sorted = |order: &str| link(PATH, &[("naam", &name), ("soort", kind), ("sorteer", order)]);
    let heads = [("Naam", ProviderColumn::Name), ("AGB-code", ProviderColumn::Agb)];
    let heads = heads.map(|(label, column)| SortHead::new(label, column, order, &COLUMNS, sorted)).into();
    let order = order.code(&COLUMNS);
    let at = |number: usize| {
        link(PATH, &[("naam", &name), ("soort", kind), ("sorteer", &order), ("pagina", &number.to_string())])
    };
    html(&ProviderListPage {
        page: Page::new(&ctx, "/beheer"),
        saved,
        kinds: std::iter::once((String::new(), "Alle soorten".to_owned())).chain(kind_choices()).collect(),
        found: count(paging.total, "aanbieder", "aanbieders"),
        heads,
        providers,
        links: PageLinks::new(paging, at),
        kind: kind.to_owned(),
        name,
        order,
    })
}

pub async fn new_form(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    let mains = ctx.db(|conn, _, _| actions::list_main_providers(conn)).await?;
    let form = ProviderFormPage {
        page: Page::new(&ctx, "/beheer"),
        kind: ProviderKind::Main.word().to_owned(),
        ..ProviderFormPage::default()
    };
    html(&form.with_choices(mains))
}

pub async fn edit_form(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let agb = path.into_inner();
    let (found, mains) = ctx
        .db(move |conn, _, _| Ok((actions::find_provider(conn, &agb)?, actions::list_main_providers(conn)?)))
        .await?;
    let provider = found.value;
    let form = ProviderFormPage {
        page: Page::new(&ctx, "/beheer"),
        version: found.version.to_string(),
        agb: provider.agb,
        name: provider.name,
        kind: provider.kind.word().to_owned(),
        main: provider.main_provider.map(|main| main.agb).unwrap_or_default(),
        phone: provider.phone,
        email: provider.email,
        website: provider.website,
        online_help: provider.online_help,
        description: provider.description,
        ..ProviderFormPage::default()
    };
    html(&form.with_choices(mains))
}

/// Saves a new or a changed provider: the same form, with or without a version.
pub async fn save(ctx: Context, FormInput(mut form): FormInput) -> Result<HttpResponse> {
    let typed = ProviderFormPage::typed(&ctx, &form);
    let version = form.optional_small::<i32>("versie", 1, i64::from(i32::MAX));
    let agb = form.parsed("agb", "geen-code", AgbCode::parse);
    let draft = read_provider(&mut form);
    let result = match form.finish((agb, draft)) {
        Ok((Some(agb), draft)) => store_provider(&ctx, agb, version, draft).await,
        Ok((None, _)) => Err(Error::internal("a required code is missing")),
        Err(violations) => Err(Error::Invalid(violations)),
    };
    let errors = match result {
        Ok(name) => return Ok(see_other(&link(PATH, &[("opgeslagen", &name)]))),
        Err(Error::Outdated { .. }) => {
            let agb = typed.agb.clone();
            let (newer, mains) = ctx
                .db(move |conn, _, _| {
                    Ok((actions::find_provider(conn, &agb)?, actions::list_main_providers(conn)?))
                })
                .await?;
            return html_outdated(&typed.with_choices(mains).with_newer(&newer));
        }
        Err(error) => error_links_of(error)?,
    };
    let mains = ctx.db(|conn, _, _| actions::list_main_providers(conn)).await?;
    html_with_errors(&typed.with_errors(errors).with_choices(mains))
}

/// What can be mended in the form, at the field where that is done; any other error stays one.
fn error_links_of(error: Error) -> Result<Vec<ErrorLink>> {
    let one = |field: &str, label: &str, message: &str| {
        Ok(vec![ErrorLink::new(field, format!("{label}: {message}"))])
    };
    match error {
        Error::Invalid(violations) => Ok(ErrorLink::labelled(&violations, &LABELS)),
        Error::NotFound("hoofdaannemer") => {
            one("hoofdaannemer", "Hoofdaannemer", "deze aanbieder bestaat niet")
        }
        Error::Conflict(message) => match message.as_str() {
            actions::UNDER_ITSELF | actions::MAIN_IS_SUB => one("hoofdaannemer", "Hoofdaannemer", &message),
            actions::HAS_SUBS | actions::HAS_CONTRACTS => one("soort", "Soort", &message),
            _ => one("agb", "AGB-code", "deze aanbieder bestaat al"),
        },
        other => Err(other),
    }
}

async fn store_provider(
    ctx: &Context,
    agb: AgbCode,
    version: Option<i32>,
    draft: ProviderDraft,
) -> Result<String> {
    let expect = Expect::from_if_match(version);
    let saved = ctx
        .db_supply(move |conn, actor, now| {
            actions::save_provider(conn, actor, now, agb.as_str(), expect, draft)
        })
        .await?;
    Ok(saved.stored.value.name)
}
