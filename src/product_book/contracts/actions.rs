//! What can be done with contracts.

use chrono::{DateTime, NaiveDate, Utc};
use rules::codes::MunicipalityCode;
use rules::contracts::{ContractLevel, ContractTerm, find_conflict};
use rules::validity::Validity;
use rules::violations::Violations;

use super::model::{Contract, ContractColumn, ContractFilter, ContractScope};
use super::store::{self, ContractRow};
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::db::{self, Connection};
use crate::error::{Error, Result, unknown};
use crate::paging::{EVERYTHING, SortOrder};
use crate::product_book::common::{
    Entry, Expect, Period, Stored, check_expectation, find_known_municipality_id, find_known_region_id,
    find_provider_id, find_region_id, require_one_row, require_own_region, touch_book,
};
use crate::product_book::providers;
use crate::product_book::providers::model::{Provider, ProviderKind};

/// What a contract says, apart from whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractDraft {
    /// The codes of the region and of its product.
    pub region: String,
    pub product: String,
    /// The code of the municipality; none for the whole region.
    pub municipality: Option<String>,
    pub level: ContractLevel,
    pub period: Period,
}

/// What the form of a contract lets people choose from: code and name of the region's products and municipalities.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContractChoices {
    pub products: Vec<(String, String)>,
    pub municipalities: Vec<(String, String)>,
}

/// Some of the contracts of a region that fit (after how many, and at most how many), and how many there are.
pub fn list_contracts(
    conn: &mut Connection,
    region_id: i64,
    (filter, today): (&ContractFilter, NaiveDate),
    order: SortOrder<ContractColumn>,
    part: (i64, i64),
) -> Result<(Vec<Stored<Contract>>, usize)> {
    db::read(conn, |conn| {
        let total = count_contracts(conn, region_id, filter, today)?;
        Ok((store::list_contracts(conn, region_id, (filter, today), order, part)?, total))
    })
}

/// All contracts of a region by product and provider, those that ended too, within a transaction of the caller.
pub fn list_contracts_of_region(conn: &mut Connection, region_id: i64) -> Result<Vec<Stored<Contract>>> {
    let filter = ContractFilter { scope: ContractScope::All, ..ContractFilter::default() };
    let order = SortOrder { column: ContractColumn::Product, descending: false };
    // Without a scope no day matters.
    store::list_contracts(conn, region_id, (&filter, NaiveDate::MIN), order, EVERYTHING)
}

/// How many contracts of a region fit.
pub fn count_contracts(
    conn: &mut Connection,
    region_id: i64,
    filter: &ContractFilter,
    today: NaiveDate,
) -> Result<usize> {
    usize::try_from(store::count_contracts(conn, region_id, filter, today)?).map_err(Error::internal)
}

/// All contracts of a provider, by region, product, municipality and first day.
pub fn list_contracts_of(conn: &mut Connection, agb: &str) -> Result<Vec<Stored<Contract>>> {
    let provider_id = find_provider_id(conn, agb)?;
    store::list_contracts_of(conn, provider_id)
}

pub fn find_contract(conn: &mut Connection, agb: &str, id: i64) -> Result<Stored<Contract>> {
    let provider_id = find_provider_id(conn, agb)?;
    store::find_contract(conn, provider_id, id)?.ok_or(Error::NotFound("contract"))
}

/// A contract for a product of this region; another region's does not exist for its pages.
pub fn find_contract_in_region(conn: &mut Connection, region_id: i64, id: i64) -> Result<Stored<Contract>> {
    store::find_contract_in_region(conn, region_id, id)?.ok_or(Error::NotFound("contract"))
}

pub fn list_choices(conn: &mut Connection, region_id: i64) -> Result<ContractChoices> {
    Ok(ContractChoices {
        products: store::list_products(conn, region_id)?,
        municipalities: store::list_municipalities(conn, region_id)?,
    })
}

/// Makes a contract for a main contractor.
pub fn add_contract(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    agb: &str,
    entry: &Entry<ContractDraft>,
) -> Result<Stored<Contract>> {
    db::write(conn, |conn| {
        let stored = insert_contract(conn, actor, now, agb, entry)?;
        touch_book(conn)?;
        Ok(stored)
    })
}

/// The same within a transaction of the caller, who tells the searches with [`touch_book`].
pub fn insert_contract(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    agb: &str,
    entry: &Entry<ContractDraft>,
) -> Result<Stored<Contract>> {
    let provider = providers::actions::lock_provider(conn, agb)?;
    let row = find_row(conn, actor, &provider, entry, None)?;
    let id = store::insert_contract(conn, &row)?;
    finish(conn, actor, now, None, (row.provider_id, id))
}

/// Changes a contract.
pub fn change_contract(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (agb, id): (&str, i64),
    version: i32,
    entry: &Entry<ContractDraft>,
) -> Result<Stored<Contract>> {
    db::write(conn, |conn| {
        let stored = update_contract(conn, actor, now, (agb, id), version, entry)?;
        touch_book(conn)?;
        Ok(stored)
    })
}

/// The same within a transaction of the caller, who tells the searches with [`touch_book`].
pub fn update_contract(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (agb, id): (&str, i64),
    version: i32,
    entry: &Entry<ContractDraft>,
) -> Result<Stored<Contract>> {
    let provider = providers::actions::lock_provider(conn, agb)?;
    let provider_id = provider.id;
    let found = store::find_contract(conn, provider_id, id)?.ok_or(Error::NotFound("contract"))?;
    let region_id = find_region_id(conn, &found.value.region)?;
    require_own_region(actor, region_id)?;
    let row = find_row(conn, actor, &provider, entry, Some(id))?;
    check_expectation(Expect::Version(version), Some(&found), "contract")?;
    require_one_row(store::update_contract(conn, id, version, &row)?)?;
    finish(conn, actor, now, Some(&found.value), (provider_id, id))
}

/// What a contract names, as it is stored.
struct Parts {
    product_id: i64,
    municipality_id: Option<i64>,
    validity: Validity,
}

/// The fields that decide whether two contracts overlap.
const COVERING: [&str; 4] = ["product", "gemeente", "geldigVanaf", "geldigTot"];

/// Refuses a contract with which something is wrong, whoever it is of.
pub fn check_contract(conn: &mut Connection, actor: &Actor, entry: &Entry<ContractDraft>) -> Result<()> {
    let (_, wrong) = find_parts(conn, actor, &entry.draft)?;
    entry.refuse(wrong)
}

/// Finds all that the draft names, and all that is wrong with it.
fn find_parts(
    conn: &mut Connection,
    actor: &Actor,
    draft: &ContractDraft,
) -> Result<(Option<Parts>, Violations)> {
    let mut wrong = Violations::new();
    let region_id = find_known_region_id(conn, &draft.region)?;
    let mut product_id = None;
    match region_id {
        None => wrong.add("regio", "onbekend", unknown("regio")),
        Some(region_id) => {
            require_own_region(actor, region_id)?;
            product_id = store::find_product_id(conn, region_id, &draft.product)?;
            if product_id.is_none() {
                wrong.add("product", "onbekend", unknown("product"));
            }
        }
    }
    let mut municipality_id = None;
    if let Some(code) = &draft.municipality {
        municipality_id = find_known_municipality_id(conn, code)?;
        match municipality_id.zip(region_id) {
            None if municipality_id.is_none() => wrong.add("gemeente", "onbekend", unknown("gemeente")),
            Some((municipality_id, region_id)) if !store::is_in_region(conn, region_id, municipality_id)? => {
                let message = "deze gemeente hoort niet bij de regio van het product";
                wrong.add("gemeente", "niet-in-regio", message);
            }
            _ => {}
        }
    }
    let validity = match draft.period.validity() {
        Ok(validity) => Some(validity),
        Err(turned) => {
            wrong.add_joint(turned);
            None
        }
    };
    let parts = product_id.zip(validity);
    Ok((parts.map(|(product_id, validity)| Parts { product_id, municipality_id, validity }), wrong))
}

/// What is stored of a contract of this provider, or all that is wrong with it. The provider is locked: of two contracts
/// that overlap both would otherwise pass when they are saved at the same moment.
fn find_row(
    conn: &mut Connection,
    actor: &Actor,
    provider: &Stored<Provider>,
    entry: &Entry<ContractDraft>,
    changed: Option<i64>,
) -> Result<ContractRow> {
    let draft = &entry.draft;
    let (parts, mut wrong) = find_parts(conn, actor, draft)?;
    if provider.value.kind == ProviderKind::Sub {
        wrong.add("aanbieder", "is-onderaannemer", "een onderaannemer heeft geen eigen contract");
    }
    let row = parts.map(|parts| ContractRow {
        provider_id: provider.id,
        product_id: parts.product_id,
        municipality_id: parts.municipality_id,
        level: draft.level,
        valid_from: parts.validity.from(),
        valid_until: parts.validity.until(),
    });
    if let Some(row) = &row
        && !wrong.concern(&COVERING)
        && entry.is_readable(&COVERING)
        && let Some(other) = find_overlap(conn, row, draft.municipality.as_deref(), changed)?
    {
        wrong.add("geldigVanaf", "overlapt", conflict_message(&other));
    }
    entry.refuse(wrong)?;
    row.ok_or_else(|| Error::internal("a contract with nothing wrong has no parts"))
}

/// On one day at most one contract of a provider covers a product in a municipality: the one that is there, if any.
fn find_overlap(
    conn: &mut Connection,
    row: &ContractRow,
    municipality: Option<&str>,
    changed: Option<i64>,
) -> Result<Option<Contract>> {
    let mut others = store::list_contracts_for(conn, row.provider_id, row.product_id)?;
    others.retain(|other| Some(other.id) != changed);
    let terms = others.iter().map(|other| {
        let code = other.value.municipality.as_ref().map(|municipality| municipality.code.as_str());
        term(code, other.value.valid_from, other.value.valid_until)
    });
    let terms = terms.collect::<Result<Vec<_>>>()?;
    let new = term(municipality, row.valid_from, row.valid_until)?;
    Ok(find_conflict(&terms, &new).map(|place| others.swap_remove(place).value))
}

fn term(
    municipality: Option<&str>,
    from: Option<NaiveDate>,
    until: Option<NaiveDate>,
) -> Result<ContractTerm> {
    Ok(ContractTerm {
        municipality: municipality.map(MunicipalityCode::parse).transpose().map_err(Error::internal)?,
        validity: Validity::new(from, until).map_err(Error::internal)?,
    })
}

/// Which contract is in the way.
fn conflict_message(other: &Contract) -> String {
    let whom = other.municipality.as_ref().map_or("de hele regio", |municipality| municipality.name.as_str());
    format!("overlapt met het contract voor {whom} dat geldt {}", other.period())
}

/// Ends a write: the new state is read back and written in the audit.
fn finish(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    before: Option<&Contract>,
    (provider_id, id): (i64, i64),
) -> Result<Stored<Contract>> {
    let stored = store::find_contract(conn, provider_id, id)?.ok_or(Error::NotFound("contract"))?;
    let event = Event::done("contract-opslaan", "contract", stored.id).change(before, &stored.value)?;
    audit::record(conn, actor, now, &event)?;
    Ok(stored)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::product_book::contracts::model::ContractMunicipality;
    use crate::product_book::providers::model::ProviderName;

    #[test]
    fn the_message_names_whom_and_when() {
        let mut contract = Contract {
            provider: ProviderName { agb: "98990001".into(), name: "Bakenzand".into() },
            region: "noord-veluwe".into(),
            product_code: "45A04".into(),
            product_name: "Gezinsbehandeling".into(),
            municipality: None,
            level: ContractLevel::Region,
            valid_from: NaiveDate::from_ymd_opt(2023, 1, 1),
            valid_until: None,
        };
        assert_eq!(
            conflict_message(&contract),
            "overlapt met het contract voor de hele regio dat geldt vanaf 1 januari 2023"
        );
        contract.municipality =
            Some(ContractMunicipality { code: "GM0243".into(), name: "Harderwijk".into() });
        contract.valid_until = NaiveDate::from_ymd_opt(2026, 12, 31);
        assert_eq!(
            conflict_message(&contract),
            "overlapt met het contract voor Harderwijk dat geldt van 1 januari 2023 tot en met 31 december 2026"
        );
    }
}
