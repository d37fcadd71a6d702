//! Contracts on pages: list and form.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use chrono::NaiveDate;
use rules::codes::{AgbCode, ProductCode};
use rules::contracts::ContractLevel;

use super::actions;
use super::api::read_contract;
use super::model::{Contract, ContractColumn, ContractFilter, ContractScope, Phase};
use crate::db::Connection;
use crate::error::{Error, Result};
use crate::paging::{Paging, SortOrder, rows_of_page};
use crate::product_book::common::{Entry, Period, Stored};
use crate::product_book::overview::own_region;
use crate::product_book::providers;
use crate::web::context::Context;
use crate::web::fields::{Fields, parse_number};
use crate::web::form::{
    Choices, Form, Labels, Refusal, Values, choices, form_page, read_version, shown, shown_day,
};
use crate::web::format::{self, count};
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{PageLinks, Saved, SortHead, link, page_number, saved_message};
use crate::web::page::{Page, html, see_other};

const PATH: &str = "/beheer/contracten";
const COLUMNS: [(&str, ContractColumn); 2] =
    [("product", ContractColumn::Product), ("einde", ContractColumn::LastDay)];
/// Which contracts are shown: the code in the address, the scope and the words in the filter.
const SCOPES: [(&str, ContractScope, &str); 3] = [
    ("vandaag", ContractScope::Today, "Geldig vandaag"),
    ("eindigt", ContractScope::EndingSoon, "Eindigt binnen 90 dagen"),
    ("alle", ContractScope::All, "Alle, ook afgelopen en toekomstige"),
];
const LABELS: Labels = &[
    ("id", ""),
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
    pub products: Choices,
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

#[derive(Template)]
#[template(path = "product_book/contracts/form.html")]
pub struct ContractFormPage {
    pub page: Page,
    pub form: Form,
    /// The name of the provider of an existing contract.
    pub provider: String,
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
        products: choices("Alle producten", facts.products.into_iter().map(code_and_name)),
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
    let form = Form::new(LABELS)
        .with("aanbieder", shown(agb.as_ref()))
        .with("product", shown(product.as_ref()))
        .with("niveau", ContractLevel::Region.code())
        .with("geldigVanaf", shown_day(Some(ctx.today())));
    show(&ctx, form).await
}

pub async fn edit_form(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let found = find(&ctx, &path).await?;
    show(&ctx, Form::of_stored(LABELS, found.version, values(found))).await
}

/// Saves a new or a changed contract: the same form, with or without number and version.
pub async fn save(ctx: Context, FormInput(fields): FormInput) -> Result<HttpResponse> {
    let mut form = Form::of_typed(LABELS, &fields).with_days(&Period::FIELDS);
    let error = match store(&ctx, fields).await {
        Ok(saved) => {
            let what = format!("Het contract voor {}", saved.product_code);
            let query = [("aanbieder", saved.provider.agb.as_str()), ("toon", "alle"), ("opgeslagen", &what)];
            return Ok(see_other(&link(PATH, &query)));
        }
        Err(error) => error,
    };
    if form.refuse(error, "product")? == Refusal::Outdated {
        let newer = find(&ctx, form.value("id")).await?;
        form.compare(newer.version, values(newer));
    }
    show(&ctx, form).await
}

async fn store(ctx: &Context, mut fields: Fields) -> Result<Contract> {
    let id = fields.optional_int("id", 1, i64::MAX);
    let version = read_version(&mut fields);
    let agb = fields.parsed("aanbieder", "geen-code", AgbCode::parse);
    let entry = Entry::read(read_contract(&mut fields, own_region(ctx)?), fields);
    let saved = ctx
        .db_supply(move |conn, actor, now| match (agb, id.zip(version)) {
            (None, _) => entry.without_key(actions::check_contract(conn, actor, &entry)),
            (Some(agb), None) => actions::add_contract(conn, actor, now, agb.as_str(), &entry),
            (Some(agb), Some((id, version))) => {
                actions::change_contract(conn, actor, now, (agb.as_str(), id), version, &entry)
            }
        })
        .await?;
    Ok(saved.value)
}

async fn find(ctx: &Context, id: &str) -> Result<Stored<Contract>> {
    let id = parse_number(id, 1, i64::MAX).map_err(|_| Error::NotFound("contract"))?;
    let region_id = own_region_id(ctx)?;
    ctx.db(move |conn, _, _| actions::find_contract_in_region(conn, region_id, id)).await
}

fn values(Stored { id, value, .. }: Stored<Contract>) -> Values {
    vec![
        ("id", id.to_string()),
        ("aanbieder", value.provider.agb),
        ("product", value.product_code),
        ("gemeente", value.municipality.map(|municipality| municipality.code).unwrap_or_default()),
        ("niveau", value.level.code().to_owned()),
        ("geldigVanaf", shown_day(value.valid_from)),
        ("geldigTot", shown_day(value.valid_until)),
    ]
}

async fn show(ctx: &Context, form: Form) -> Result<HttpResponse> {
    let region_id = own_region_id(ctx)?;
    let (mains, offered) = ctx
        .db(move |conn, _, _| {
            Ok((providers::actions::list_main_providers(conn)?, actions::list_choices(conn, region_id)?))
        })
        .await?;
    let own = mains.iter().find(|name| name.agb == form.value("aanbieder"));
    let provider = own.map(|name| name.name.clone()).unwrap_or_default();
    let mains = mains.into_iter().map(providers::pages::choice);
    let levels = ContractLevel::ALL.iter().map(|level| (level.code().to_owned(), level.name().to_owned()));
    let form = form
        .with_choices("aanbieder", choices("Kies een aanbieder", mains))
        .with_choices("product", choices("Kies een product", offered.products.into_iter().map(code_and_name)))
        .with_choices("gemeente", choices("Hele regio", offered.municipalities))
        .with_choices("niveau", levels.collect());
    form_page(form.status(), &ContractFormPage { page: form.page(ctx, "/beheer"), form, provider })
}
