//! Locaties (locations).

use rules::codes::{AgbCode, Pc4};

use crate::db::Connection;
use crate::error::Result;
use crate::exchange::importing::{Listed, Records, Way};
use crate::exchange::model::Column;
use crate::product_book::common::{Expect, Stored};
use crate::product_book::locations::actions::{LocationDraft, list_every_location, write_location};
use crate::product_book::locations::api::read_name;
use crate::product_book::locations::model::NUMBERS;
use crate::web::fields::Fields;

pub(super) struct Locations;

impl Records for Locations {
    /// The AGB code of the provider, and the number the location has there.
    type Key = (String, i32);
    type Draft = LocationDraft;

    const COLUMNS: &'static [Column] = &[
        Column::required("aanbieder", "AGB-code van de aanbieder.", "98990001"),
        Column::required("nummer", "Nummer van de locatie bij deze aanbieder, van 1 tot en met 9999.", "1"),
        Column::required("naam", "Naam van de locatie.", "Hoofdkantoor Harderwijk"),
        Column::required(
            "pc4",
            "De vier cijfers van de postcode. Plaats en gemeente volgen daaruit.",
            "3842",
        ),
    ];
    const IN_BOOK: bool = true;

    fn open(_: &mut Connection, _: &Way<'_>) -> Result<Self> {
        Ok(Self)
    }

    fn list(&self, conn: &mut Connection, _: &Way<'_>) -> Result<Listed<Self>> {
        Ok(list_every_location(conn)?
            .into_iter()
            .map(|Stored { id, version, value }| {
                let draft = LocationDraft { name: value.name, pc4: value.pc4 };
                ((value.provider.agb, value.number), Stored { id, version, value: draft })
            })
            .collect())
    }

    fn cells((agb, number): &Self::Key, draft: &LocationDraft) -> Vec<String> {
        vec![agb.clone(), number.to_string(), draft.name.clone(), draft.pc4.to_string()]
    }

    fn read(&self, _: &Way<'_>, fields: &mut Fields) -> Option<(Self::Key, LocationDraft)> {
        let agb = fields.parsed("aanbieder", "geen-code", AgbCode::parse);
        let number = fields.small("nummer", i64::from(NUMBERS.0), i64::from(NUMBERS.1));
        let name = read_name(fields);
        let pc4 = fields.parsed("pc4", "geen-postcode", Pc4::parse);
        Some(((agb?.to_string(), number?), LocationDraft { name, pc4: i32::from(pc4?.number()) }))
    }

    fn save(
        &self,
        conn: &mut Connection,
        way: &Way<'_>,
        (agb, number): &Self::Key,
        found: Option<&Stored<LocationDraft>>,
        draft: &LocationDraft,
    ) -> Result<()> {
        write_location(conn, way.actor, way.now, (agb, *number), Expect::of(found), &draft.clone().into())
            .map(drop)
    }
}
