//! Contracts on pages: list and form.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use chrono::NaiveDate;
use rules::codes::{AgbCode, ProductCode};
use rules::contracts::ContractLevel;

use super::actions::{self, ContractChoices, ContractDraft};
use super::api::read_contract;
use super::model::{Contract, ContractColumn, ContractFilter, ContractScope, Phase};
use crate::actor::Actor;
use crate::db::Connection;
use crate::error::{Error, Result};
use crate::paging::Paging;
use crate::product_book::common::Stored;
use crate::product_book::overview::{Saved, own_region, saved_message};
use crate::product_book::providers;
use crate::product_book::supply_side::{
    Difference, SortHead, SortOrder, day_field, differences, html_outdated, label_of, link, parse_number,
    rows_of_page,
};
use crate::web::context::Context;
use crate::web::fields::Fields;
use crate::web::format::{self, count};
use crate::web::input::{FormInput, QueryInput};
use crate::web::page::{ErrorLink, Page, html, html_with_errors, see_other};
use crate::web::paging::{PageLinks, page_number};

const PATH: &str = "/beheer/contracten";
const COLUMNS: [(&str, ContractColumn); 2] =
    [("product", ContractColumn::Product), ("einde", ContractColumn::LastDay)];
/// Which contracts are shown: the code in the address, the scope and the words in the filter.
const SCOPES: [(&str, ContractScope, &str); 3] = [
    ("vandaag", ContractScope::Today, "Geldig vandaag"),
    ("eindigt", ContractScope::EndingSoon, "Eindigt binnen 90 dagen"),
    ("alle", ContractScope::All, "Alle, ook afgelopen en toekomstige"),
];
const LABELS: [(&str, &str); 6] = [
    ("aanbieder", "Aanbieder"),
    ("product", "Product"),
    ("gemeente", "Gemeente"),
    ("niveau", "Niveau"),
    ("geldigVanaf", "Eerste dag"),
    ("geldigTot", "Laatste dag"),
];

/// One row of the list.
#[derive(Debug, Clone)]
pub struct ContractLine {
    pub id: i64,
    pub contract: Contract,
    pub first_day: String,
    pub last_day: String,
    pub phase: Phase,
}

impl ContractLine {
    fn new(stored: Stored<Contract>, today: NaiveDate) -> Self {
        let contract = stored.value;
        Self {
            id: stored.id,
            first_day: contract.valid_from.map_or_else(|| "niet ingevuld".to_owned(), format::date),
            last_day: contract.valid_until.map_or_else(|| "geen einddatum".to_owned(), format::date),
            phase: contract.phase(today),
            contract,
        }
    }

    /// What to know about the period at a glance, with the class of its badge; nothing while it simply runs.
    pub fn badge(&self) -> Option<(&'static str, String)> {
        match self.phase {
            Phase::Running => None,
            Phase::Coming(_) => Some(("badge--info", "Begint nog".to_owned())),
            Phase::EndsIn(0) => Some(("badge--wacht", "Eindigt vandaag".to_owned())),
            Phase::EndsIn(days) => {
                Some(("badge--wacht", format!("Eindigt over {}", count(days, "dag", "dagen"))))
            }
            Phase::Ended => Some(("badge--neutraal", "Afgelopen".to_owned())),
        }
    }
}

#[derive(Template)]
#[template(path = "product_book/contracts/list.html")]
pub struct ContractListPage {
    pub page: Page,
    pub saved: Saved,
    /// The provider the list is of; both empty for all contracts of the region.
    pub agb: String,
    pub provider: String,
    pub product: String,
    pub scope: &'static str,
    pub scopes: Vec<(&'static str, &'static str)>,
    pub products: Vec<(String, String)>,
    /// The value of `sorteer`, to keep when the filter changes.
    pub order: String,
    pub found: String,
    /// How many of these end soon, with a link to them; empty when there are none.
    pub ending: String,
    pub ending_link: String,
    pub heads: Vec<SortHead>,
    pub contracts: Vec<ContractLine>,
    pub links: PageLinks,
}

#[derive(Template, Default)]
#[template(path = "product_book/contracts/form.html")]
pub struct ContractFormPage {
    pub page: Page,
    pub errors: Vec<ErrorLink>,
    /// Whether another saved this contract in the meantime, and in what that differs.
    pub outdated: bool,
    pub differences: Vec<Difference>,
    pub providers: Vec<(String, String)>,
    pub products: Vec<(String, String)>,
    pub municipalities: Vec<(String, String)>,
    pub levels: Vec<(String, String)>,
    /// Both empty for a new contract.
    pub id: String,
    pub version: String,
    pub agb: String,
    /// The name of the provider of an existing contract.
    pub provider: String,
    pub product: String,
    pub municipality: String,
    pub level: String,
    pub valid_from: String,
    pub valid_until: String,
}

impl ContractFormPage {
    /// The message at a field, for the template.
    pub fn error_at(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|error| error.field == field).map(|error| error.text.as_str())
    }

    fn typed(ctx: &Context, form: &Fields) -> Self {
        Self {
            page: Page::new(ctx, "/beheer"),
            id: form.raw("id"),
            version: form.raw("versie"),
            agb: form.raw("aanbieder"),
            product: form.raw("product"),
            municipality: form.raw("gemeente"),
            level: form.raw("niveau"),
            valid_from: form.raw("geldigVanaf"),
            valid_until: form.raw("geldigTot"),
            ..Self::default()
        }
    }

    /// Fills what the form needs besides what was typed: what to choose from, and whose contract it is.
    async fn complete(mut self, ctx: &Context) -> Result<Self> {
        let region_id = own_region_id(ctx)?;
        let (mains, choices) = ctx
            .db(move |conn, _, _| {
                Ok((providers::actions::list_main_providers(conn)?, actions::list_choices(conn, region_id)?))
            })
            .await?;
        self.provider =
            mains.iter().find(|name| name.agb == self.agb).map(|name| name.name.clone()).unwrap_or_default();
        if self.id.is_empty() {
            self.providers =
                with_first("Kies een aanbieder", mains.into_iter().map(providers::pages::choice));
        }
        Ok(self.with_choices(choices))
    }

    fn with_choices(mut self, choices: ContractChoices) -> Self {
        self.products = with_first("Kies een product", choices.products.into_iter().map(code_and_name));
        self.municipalities = with_first("Hele regio", choices.municipalities.into_iter());
        self.levels = ContractLevel::ALL
            .iter()
            .map(|level| (level.code().to_owned(), level.name().to_owned()))
            .collect();
        self
    }

    fn with_errors(mut self, errors: Vec<ErrorLink>) -> Self {
        self.errors = errors;
        self.page.has_errors = true;
        self
    }

    /// To be called on a complete form, which knows what its codes stand for.
    fn with_newer(mut self, newer: &Stored<Contract>) -> Self {
        let now = &newer.value;
        let municipality = now.municipality.as_ref().map_or("", |municipality| municipality.code.as_str());
        let product = |code| label_of(&self.products, code);
        let place = |code| label_of(&self.municipalities, code);
        self.differences = differences(&[
            ("Product", product(&self.product), product(&now.product_code)),
            ("Gemeente", place(&self.municipality), place(municipality)),
            ("Niveau", label_of(&self.levels, &self.level), now.level.name()),
            ("Eerste dag", &self.valid_from, &day_field(now.valid_from)),
            ("Laatste dag", &self.valid_until, &day_field(now.valid_until)),
        ]);
        self.outdated = true;
        self.version = newer.version.to_string();
        self.page.has_errors = true;
        self
    }
}

fn with_first(label: &str, choices: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    std::iter::once((String::new(), label.to_owned())).chain(choices).collect()
}

fn code_and_name((code, name): (String, String)) -> (String, String) {
    let label = format!("{code} {name}");
    (code, label)
}

fn own_region_id(ctx: &Context) -> Result<i64> {
    ctx.actor.region_id().ok_or(Error::SignInRequired)
}

/// What the list is asked for.
struct ListQuery {
    filter: ContractFilter,
    order: SortOrder<ContractColumn>,
    number: usize,
}

/// What the list shows.
struct ListFacts {
    provider: String,
    products: Vec<(String, String)>,
    contracts: Vec<Stored<Contract>>,
    paging: Paging,
    ending: usize,
}

pub async fn list(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    let agb = query.optional_parsed("aanbieder", "geen-code", AgbCode::parse).map(|code| code.to_string());
    let product =
        query.optional_parsed("product", "geen-code", ProductCode::parse).map(|code| code.to_string());
    let scope =
        query.optional_choice("toon", &SCOPES.map(|(code, scope, _)| (code, scope))).unwrap_or_default();
    let order = SortOrder::read(&mut query, &COLUMNS);
    let number = page_number(&mut query);
    query.finish(())?;
    let filter = ContractFilter { agb: agb.clone(), product: product.clone(), scope };
    let (region_id, today) = (own_region_id(&ctx)?, ctx.today());
    let asked = ListQuery { filter, order, number };
    let facts = ctx.db(move |conn, _, _| find_list(conn, region_id, &asked, today)).await?;
    let (agb, product) = (agb.unwrap_or_default(), product.unwrap_or_default());
    let shown = SCOPES.iter().find(|(_, known, _)| *known == scope).map_or("", |(code, ..)| code);
    let address = |scope: &str, order: &str, number: &str| {
        let query = [
            ("aanbieder", agb.as_str()),
            ("product", &product),
            ("toon", scope),
            ("sorteer", order),
            ("pagina", number),
        ];
        link(PATH, &query)
    };
    let sorted = |order: &str| address(shown, order, "");
    let heads = [("Product", ContractColumn::Product), ("Laatste dag", ContractColumn::LastDay)];
    let order_code = order.code(&COLUMNS);
    let is_narrower = scope == ContractScope::EndingSoon || facts.ending == 0;
    html(&ContractListPage {
        page: Page::new(&ctx, "/beheer"),
        saved,
        provider: facts.provider,
        scope: shown,
        scopes: SCOPES.map(|(code, _, label)| (code, label)).into(),
        products: with_first("Alle producten", facts.products.into_iter().map(code_and_name)),
        found: count(facts.paging.total, "contract", "contracten"),
        ending: if is_narrower {
            String::new()
        } else {
            count(facts.ending, "contract eindigt", "contracten eindigen")
        },
        ending_link: address("eindigt", "einde", ""),
        heads: heads.map(|(label, column)| SortHead::new(label, column, order, &COLUMNS, sorted)).into(),
        contracts: facts.contracts.into_iter().map(|stored| ContractLine::new(stored, today)).collect(),
        links: PageLinks::new(facts.paging, |number| address(shown, &order_code, &number.to_string())),
        order: order_code.clone(),
        agb: agb.clone(),
        product: product.clone(),
    })
}

fn find_list(
    conn: &mut Connection,
    region_id: i64,
    asked: &ListQuery,
    today: NaiveDate,
) -> Result<ListFacts> {
    let provider = match &asked.filter.agb {
        Some(agb) => providers::actions::find_provider(conn, agb)?.value.name,
        None => String::new(),
    };
    let part = rows_of_page(asked.number);
    let (contracts, total) =
        actions::list_contracts(conn, region_id, (&asked.filter, today), asked.order, part)?;
    let ending = ContractFilter { scope: ContractScope::EndingSoon, ..asked.filter.clone() };
    Ok(ListFacts {
        provider,
        products: actions::list_choices(conn, region_id)?.products,
        contracts,
        paging: Paging::new(asked.number, total),
        ending: actions::count_contracts(conn, region_id, &ending, today)?,
    })
}

pub async fn new_form(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let agb = query.optional_parsed("aanbieder", "geen-code", AgbCode::parse);
    let product = query.optional_parsed("product", "geen-code", ProductCode::parse);
    query.finish(())?;
    let form = ContractFormPage {
        page: Page::new(&ctx, "/beheer"),
        agb: agb.map(|code| code.to_string()).unwrap_or_default(),
        product: product.map(|code| code.to_string()).unwrap_or_default(),
        level: ContractLevel::Region.code().to_owned(),
        valid_from: ctx.today().to_string(),
        ..ContractFormPage::default()
    };
    html(&form.complete(&ctx).await?)
}

pub async fn edit_form(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_number(&path, 1, i64::MAX).map_err(|_| Error::NotFound("contract"))?;
    let region_id = own_region_id(&ctx)?;
    let found = ctx.db(move |conn, _, _| actions::find_contract_in_region(conn, region_id, id)).await?;
    let contract = found.value;
    let form = ContractFormPage {
        page: Page::new(&ctx, "/beheer"),
        id: found.id.to_string(),
        version: found.version.to_string(),
        agb: contract.provider.agb,
        product: contract.product_code,
        municipality: contract.municipality.map(|municipality| municipality.code).unwrap_or_default(),
        level: contract.level.code().to_owned(),
        valid_from: day_field(contract.valid_from),
        valid_until: day_field(contract.valid_until),
        ..ContractFormPage::default()
    };
    html(&form.complete(&ctx).await?)
}

/// Saves a new or a changed contract: the same form, with or without number and version.
pub async fn save(ctx: Context, FormInput(mut form): FormInput) -> Result<HttpResponse> {
    let mut typed = ContractFormPage::typed(&ctx, &form);
    let id = form.optional_int("id", 1, i64::MAX);
    let version = form.optional_small::<i32>("versie", 1, i64::from(i32::MAX));
    let agb = form.parsed("aanbieder", "geen-code", AgbCode::parse);
    let draft = read_contract(&mut form, own_region(&ctx)?);
    // However a day was written, it is shown again as it was understood.
    for (shown, day) in
        [(&mut typed.valid_from, draft.valid_from), (&mut typed.valid_until, draft.valid_until)]
    {
        if day.is_some() {
            *shown = day_field(day);
        }
    }
    let result = match (form.finish(draft), agb) {
        (Ok(draft), Some(agb)) => store_contract(&ctx, agb, id.zip(version), draft).await,
        (Ok(_), None) => Err(Error::internal("a required code is missing")),
        (Err(violations), _) => Err(Error::Invalid(violations)),
    };
    let errors = match result {
        Ok(saved) => {
            let saved = saved.value;
            let what = format!("Het contract voor {}", saved.product_code);
            let query = [("aanbieder", saved.provider.agb.as_str()), ("toon", "alle"), ("opgeslagen", &what)];
            return Ok(see_other(&link(PATH, &query)));
        }
        Err(Error::Outdated { .. }) => {
            let (region_id, id) = (own_region_id(&ctx)?, id.ok_or(Error::NotFound("contract"))?);
            let newer =
                ctx.db(move |conn, _, _| actions::find_contract_in_region(conn, region_id, id)).await?;
            return html_outdated(&typed.complete(&ctx).await?.with_newer(&newer));
        }
        Err(error) => error_links_of(error)?,
    };
    html_with_errors(&typed.with_errors(errors).complete(&ctx).await?)
}

/// What can be mended in the form, at the field where that is done; any other error stays one.
fn error_links_of(error: Error) -> Result<Vec<ErrorLink>> {
    let one = |field: &str, text: &str| Ok(vec![ErrorLink::new(field, text)]);
    match error {
        Error::Invalid(violations) => Ok(ErrorLink::labelled(&violations, &LABELS)),
        Error::NotFound("aanbieder") => one("aanbieder", "Aanbieder: deze aanbieder bestaat niet"),
        Error::NotFound("product") => one("product", "Product: dit product bestaat niet in uw regio"),
        Error::NotFound("gemeente") => one("gemeente", "Gemeente: deze gemeente bestaat niet"),
        Error::Conflict(message) if message == actions::PROVIDER_IS_SUB => {
            one("aanbieder", "Aanbieder: een onderaannemer heeft geen eigen contract")
        }
        Error::Conflict(message) if message == actions::NOT_IN_REGION => {
            one("gemeente", "Gemeente: deze gemeente hoort niet bij uw regio")
        }
        other => Err(other),
    }
}

async fn store_contract(
    ctx: &Context,
    agb: AgbCode,
    stored: Option<(i64, i32)>,
    draft: ContractDraft,
) -> Result<Stored<Contract>> {
    let save = move |conn: &mut Connection, actor: &Actor, now| match stored {
        None => actions::add_contract(conn, actor, now, agb.as_str(), &draft),
        Some((id, version)) => {
            actions::change_contract(conn, actor, now, (agb.as_str(), id), version, &draft)
        }
    };
    ctx.db_supply(save).await
}
