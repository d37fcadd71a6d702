//! Providers on pages: list and form.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use rules::codes::AgbCode;

use super::actions;
use super::api::{read_filter, read_provider};
use super::model::{Provider, ProviderColumn, ProviderKind, ProviderName};
use crate::error::Result;
use crate::paging::{Paging, SortOrder, rows_of_page};
use crate::product_book::common::{Entry, Expect, Stored};
use crate::web::context::Context;
use crate::web::fields::Fields;
use crate::web::form::{Choices, Form, Labels, Refusal, Values, choices, form_page, read_version, ticked};
use crate::web::format::count;
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{PageLinks, Saved, SortHead, link, page_number, saved_in, saved_message};
use crate::web::page::{Page, html};

const PATH: &str = "/beheer/aanbieders";
const COLUMNS: [(&str, ProviderColumn); 2] = [("naam", ProviderColumn::Name), ("agb", ProviderColumn::Agb)];
const LABELS: Labels = &[
    ("agb", "AGB-code"),
    ("naam", "Naam"),
    ("soort", "Soort"),
    ("hoofdaannemer", "Hoofdaannemer"),
    ("telefoonVerwijzers", "Telefoon voor verwijzers"),
    ("emailVerwijzers", "E-mail voor verwijzers"),
    ("website", "Website"),
    ("onlineHulp", "Geeft ook hulp op afstand (online); nieuw aanbod begint daarmee"),
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
    pub kinds: Choices,
    pub found: String,
    pub heads: Vec<SortHead>,
    pub providers: Vec<Stored<Provider>>,
    pub links: PageLinks,
}

#[derive(Template)]
#[template(path = "product_book/providers/form.html")]
pub struct ProviderFormPage {
    pub page: Page,
    pub form: Form,
}

impl ProviderFormPage {
    /// Whether the provider may have contracts of its own.
    pub fn is_main(&self) -> bool {
        self.form.value("soort") == ProviderKind::Main.word()
    }
}

/// A provider as an option of a select.
pub fn choice(name: ProviderName) -> (String, String) {
    let label = format!("{} ({})", name.name, name.agb);
    (name.agb, label)
}

fn kind_choices() -> Choices {
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
        kinds: choices("Alle soorten", kind_choices()),
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
    show(&ctx, Form::new(LABELS).with("soort", ProviderKind::Main.word())).await
}

pub async fn edit_form(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let found = find(&ctx, path.into_inner()).await?;
    show(&ctx, Form::of_stored(LABELS, found.version, values(found.value))).await
}

/// Saves a new or a changed provider: the same form, with or without a version.
pub async fn save(ctx: Context, FormInput(fields): FormInput) -> Result<HttpResponse> {
    let mut form = Form::of_typed(LABELS, &fields);
    let error = match store(&ctx, fields).await {
        Ok(name) => return Ok(saved_in(PATH, &name)),
        Err(error) => error,
    };
    if form.refuse(error, "agb")? == Refusal::Outdated {
        let newer = find(&ctx, form.value("agb").to_owned()).await?;
        form.compare(newer.version, values(newer.value));
    }
    show(&ctx, form).await
}

async fn store(ctx: &Context, mut fields: Fields) -> Result<String> {
    let version = read_version(&mut fields);
    let agb = fields.parsed("agb", "geen-code", AgbCode::parse);
    let entry = Entry::read(read_provider(&mut fields), fields);
    let expect = Expect::from_if_match(version);
    let saved = ctx
        .db_supply(move |conn, actor, now| match agb {
            None => entry.without_key(actions::check_provider(conn, now, &entry)),
            Some(agb) => actions::save_provider(conn, actor, now, agb.as_str(), expect, entry),
        })
        .await?;
    Ok(saved.stored.value.name)
}

async fn find(ctx: &Context, agb: String) -> Result<Stored<Provider>> {
    ctx.db(move |conn, _, _| actions::find_provider(conn, &agb)).await
}

fn values(provider: Provider) -> Values {
    vec![
        ("agb", provider.agb),
        ("naam", provider.name),
        ("soort", provider.kind.word().to_owned()),
        ("hoofdaannemer", provider.main_provider.map(|main| main.agb).unwrap_or_default()),
        ("telefoonVerwijzers", provider.phone),
        ("emailVerwijzers", provider.email),
        ("website", provider.website),
        ("onlineHulp", ticked(provider.online_help)),
        ("toelichting", provider.description),
    ]
}

async fn show(ctx: &Context, form: Form) -> Result<HttpResponse> {
    let mains = ctx.db(|conn, _, _| actions::list_main_providers(conn)).await?;
    let others = mains.into_iter().filter(|main| main.agb != form.value("agb")).map(choice);
    let mains = choices("Niet van toepassing", others);
    let form = form.with_choices("soort", kind_choices()).with_choices("hoofdaannemer", mains);
    form_page(form.status(), &ProviderFormPage { page: form.page(ctx, "/beheer"), form })
}
