//! Contracten (contracts).

use chrono::NaiveDate;
use rules::codes::AgbCode;

use super::{FIRST_DAY, LAST_DAY, day, known};
use crate::db::Connection;
use crate::error::Result;
use crate::exchange::importing::{Listed, Records, Way};
use crate::exchange::model::Column;
use crate::product_book::common::{Period, Stored};
use crate::product_book::contracts::actions::{
    ContractDraft, insert_contract, list_contracts_of_region, update_contract,
};
use crate::product_book::contracts::api::read_contract;
use crate::web::fields::Fields;

pub(super) struct Contracts;

/// Of a provider for a product and a municipality, at most one contract begins on a day.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct ContractKey {
    agb: String,
    product: String,
    municipality: Option<String>,
    from: Option<NaiveDate>,
}

impl Records for Contracts {
    type Key = ContractKey;
    type Draft = ContractDraft;

    const COLUMNS: &'static [Column] = &[
        Column::required("aanbieder", "AGB-code van een hoofdaannemer.", "98990001"),
        Column::required("product", "Code van een product van de regio.", "41A01"),
        Column::optional("gemeente", "Code van de gemeente. Leeg: de hele regio.", "GM0243"),
        Column::required("niveau", "regionaal, bovenregionaal of landelijk.", "regionaal"),
        FIRST_DAY,
        LAST_DAY,
    ];
    const IN_BOOK: bool = true;

    fn open(_: &mut Connection, _: &Way<'_>) -> Result<Self> {
        Ok(Self)
    }

    fn list(&self, conn: &mut Connection, way: &Way<'_>) -> Result<Listed<Self>> {
        Ok(list_contracts_of_region(conn, way.region_id)?
            .into_iter()
            .map(|Stored { id, version, value }| {
                let draft = ContractDraft {
                    region: value.region,
                    product: value.product_code,
                    municipality: value.municipality.map(|municipality| municipality.code),
                    level: value.level,
                    period: Period { from: value.valid_from, until: value.valid_until },
                };
                (key(value.provider.agb, &draft), Stored { id, version, value: draft })
            })
            .collect())
    }

    fn cells(key: &ContractKey, draft: &ContractDraft) -> Vec<String> {
        vec![
            key.agb.clone(),
            draft.product.clone(),
            known(draft.municipality.as_ref()),
            draft.level.code().to_owned(),
            day(draft.period.from),
            day(draft.period.until),
        ]
    }

    fn read(&self, way: &Way<'_>, fields: &mut Fields) -> Option<(ContractKey, ContractDraft)> {
        let agb = fields.parsed("aanbieder", "geen-code", AgbCode::parse);
        let draft = read_contract(fields, way.region.clone());
        fields.add_joint(draft.period.violations());
        Some((key(agb?.to_string(), &draft), draft))
    }

    fn save(
        &self,
        conn: &mut Connection,
        way: &Way<'_>,
        key: &ContractKey,
        found: Option<&Stored<ContractDraft>>,
        draft: &ContractDraft,
    ) -> Result<()> {
        let entry = draft.clone().into();
        let stored = match found {
            None => insert_contract(conn, way.actor, way.now, &key.agb, &entry),
            Some(Stored { id, version, .. }) => {
                update_contract(conn, way.actor, way.now, (&key.agb, *id), *version, &entry)
            }
        };
        stored.map(drop)
    }
}

fn key(agb: String, draft: &ContractDraft) -> ContractKey {
    ContractKey {
        agb,
        product: draft.product.clone(),
        municipality: draft.municipality.clone(),
        from: draft.period.from,
    }
}
