//! Segmenten (segments).

use rules::codes::SegmentCode;

use crate::db::Connection;
use crate::error::Result;
use crate::exchange::importing::{Listed, Records, Way};
use crate::exchange::model::Column;
use crate::product_book::common::{Expect, Stored};
use crate::product_book::segments::actions::{SegmentDraft, list_segments, write_segment};
use crate::product_book::segments::api::read_segment;
use crate::web::fields::Fields;

pub(super) struct Segments;

impl Records for Segments {
    type Key = String;
    type Draft = SegmentDraft;

    const COLUMNS: &'static [Column] = &[
        Column::required("code", "Code van het segment, uniek binnen de regio.", "1"),
        Column::required("naam", "Naam van het segment.", "Hoog specialistisch"),
        Column::optional("omschrijving", "Wat erbij hoort.", "Zorg voor weinig kinderen."),
    ];
    const IN_BOOK: bool = true;

    fn open(_: &mut Connection, _: &Way<'_>) -> Result<Self> {
        Ok(Self)
    }

    fn list(&self, conn: &mut Connection, way: &Way<'_>) -> Result<Listed<Self>> {
        let found = list_segments(conn, &way.region)?;
        Ok(found
            .into_iter()
            .map(|Stored { id, version, value }| {
                let draft = SegmentDraft { name: value.name, description: value.description };
                (value.code, Stored { id, version, value: draft })
            })
            .collect())
    }

    fn cells(key: &String, draft: &SegmentDraft) -> Vec<String> {
        vec![key.clone(), draft.name.clone(), draft.description.clone()]
    }

    fn read(&self, _: &Way<'_>, fields: &mut Fields) -> Option<(String, SegmentDraft)> {
        let code = fields.parsed("code", "geen-code", SegmentCode::parse);
        let draft = read_segment(fields);
        Some((code?.to_string(), draft))
    }

    fn save(
        &self,
        conn: &mut Connection,
        way: &Way<'_>,
        key: &String,
        found: Option<&Stored<SegmentDraft>>,
        draft: &SegmentDraft,
    ) -> Result<()> {
        let expect = Expect::of(found);
        write_segment(conn, way.actor, way.now, (&way.region, key), expect, draft.clone()).map(drop)
    }
}
