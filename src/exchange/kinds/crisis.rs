//! Crisisregistratie (crisis records): a line for each provision, with the request it is of.

use rules::waiting::client_code::ClientCode;

use super::{day, known};
use crate::crisis::registration::actions::{AsRead, Place, list_records, write_record};
use crate::crisis::registration::input::{MOST_LINES, OUTSIDE, read_facts, read_line};
use crate::crisis::registration::model::RecordLine;
use crate::crisis::settings::actions::find_lists;
use crate::crisis::settings::model::Lists;
use crate::db::Connection;
use crate::error::Result;
use crate::exchange::importing::{Listed, Records, Way};
use crate::exchange::model::Column;
use crate::product_book::common::Stored;
use crate::web::fields::Fields;

pub(super) struct CrisisRecords {
    lists: Lists,
}

/// A request by its code, and which of its provisions; nought when it has none yet.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct LineKey {
    code: String,
    number: usize,
}

impl Records for CrisisRecords {
    type Key = LineKey;
    type Draft = RecordLine;

    const COLUMNS: &'static [Column] = &[
        Column::required("code", "Code van de aanvraag.", "C4K-7XW-2R9"),
        Column::required(
            "regel",
            "Nummer van de inzet bij deze aanvraag, vanaf 1. 0: er is nog niets besloten.",
            "1",
        ),
        Column::required("ontvangenOp", "Dag waarop de aanvraag binnenkwam.", "2026-04-01"),
        Column::required("gemeente", "Code van de gemeente, of buiten voor buiten de regio.", "GM0034"),
        Column::required("leeftijdsgroep", "under12 (jonger dan 12) of from12 (12 en ouder).", "from12"),
        Column::required("verwijzer", "Soort verwijzer.", "huisarts"),
        Column::optional("soort", "ambulant, crisisbed, pleegzorg of geen.", "crisisbed"),
        Column::optional(
            "begeleidt",
            "Bij ambulante hulp naast een verblijf: de regel van dat verblijf.",
            "1",
        ),
        Column::optional("aanbieder", "AGB-code van de aanbieder.", "98990001"),
        Column::optional("redenGeen", "Bij geen: de reden, uit de lijst van de regio.", "geen-plek"),
        Column::optional("begin", "Eerste dag van de hulp.", "2026-04-01"),
        Column::optional("einde", "Laatste dag van de hulp. Leeg: zij loopt nog.", "2026-04-15"),
        Column::optional(
            "vervolg",
            "Na het einde: het vervolg, uit de lijst van de regio.",
            "naar-huis-met-hulp",
        ),
    ];
    const IN_BOOK: bool = false;

    fn open(conn: &mut Connection, way: &Way<'_>) -> Result<Self> {
        Ok(Self { lists: find_lists(conn, way.region_id)? })
    }

    fn list(&self, conn: &mut Connection, way: &Way<'_>) -> Result<Listed<Self>> {
        let mut listed = Vec::new();
        for kept in list_records(conn, way.region_id)? {
            let code = kept.record.code.clone();
            let mut add = |number, (id, version), line| {
                let value = RecordLine { facts: kept.facts(), line };
                listed.push((LineKey { code: code.clone(), number }, Stored { id, version, value }));
            };
            if kept.lines.is_empty() {
                add(0, (kept.id, kept.version), None);
            }
            for (number, line) in (1..).zip(&kept.lines) {
                add(number, (line.id, line.version), kept.line(number));
            }
        }
        Ok(listed)
    }

    fn cells(key: &LineKey, RecordLine { facts, line }: &RecordLine) -> Vec<String> {
        let code = ClientCode::parse(&key.code).map_or_else(|_| key.code.clone(), |code| code.to_string());
        let line = line.as_ref();
        vec![
            code,
            key.number.to_string(),
            facts.received_on.to_string(),
            facts.municipality.clone().unwrap_or_else(|| OUTSIDE.to_owned()),
            facts.age_group.code().to_owned(),
            facts.referrer.clone(),
            known(line.map(|line| line.kind.code())),
            known(line.and_then(|line| line.companion_of)),
            known(line.and_then(|line| line.provider.as_ref())),
            known(line.and_then(|line| line.none_reason.as_ref())),
            day(line.and_then(|line| line.started_on)),
            day(line.and_then(|line| line.ended_on)),
            known(line.and_then(|line| line.follow_up.as_ref())),
        ]
    }

    fn read(&self, _: &Way<'_>, fields: &mut Fields) -> Option<(LineKey, RecordLine)> {
        let code = fields.parsed("code", "geen-code", ClientCode::parse);
        let number = fields.small::<u8>("regel", 0, MOST_LINES);
        let facts = read_facts(fields);
        let line = read_line(fields, true);
        let key = LineKey { code: code?.as_str().to_owned(), number: usize::from(number?) };
        Some((key, RecordLine { facts: facts?, line }))
    }

    fn save(
        &self,
        conn: &mut Connection,
        way: &Way<'_>,
        key: &LineKey,
        found: Option<&Stored<RecordLine>>,
        draft: &RecordLine,
    ) -> Result<()> {
        let version = found.filter(|_| key.number > 0).map(|found| found.version);
        let read = version.map_or(AsRead::Anything, AsRead::Version);
        let place = Place { code: &key.code, number: key.number, read };
        write_record(conn, way.actor, way.now, (way.region_id, &self.lists), place, draft)
    }
}
