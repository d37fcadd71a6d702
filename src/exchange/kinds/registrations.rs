//! Aanmeldingen (registrations): children to put on the waiting list, by the toegang of their municipality.
//!
//! Only in: what is on the list the toegang fetches from its own list. A line that looks like an open registration is
//! refused unless it says that it is another child, so a file that comes twice doubles nobody.

use rules::violations::Violations;
use rules::waiting::note::Note;
use rules::waiting::registration::RegistrationDraft;

use crate::clock::dutch_day;
use crate::db::Connection;
use crate::error::{Error, Result};
use crate::exchange::importing::{Listed, Records, Way};
use crate::exchange::model::Column;
use crate::product_book::common::Stored;
use crate::waiting_list::clients::actions::{list_similar, register};
use crate::waiting_list::clients::reading::{Writing, read_draft};
use crate::web::fields::Fields;

const NOTE: &str = "toelichting";
const SURE: &str = "tochAanmelden";

pub(super) struct Registrations;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct RegistrationLine {
    draft: RegistrationDraft,
    /// It is another child than the open registration that it looks like.
    is_another: bool,
}

impl Records for Registrations {
    /// All of the line: who is registered has no name or number.
    type Key = String;
    type Draft = RegistrationLine;

    const COLUMNS: &'static [Column] = &[
        Column::required("gemeente", "CBS-code van een gemeente waarvoor u werkt.", "GM0243"),
        Column::required("product", "Code van het product.", "45A12"),
        Column::optional("geboortejaar", "Jaar van de geboorte; met het kwartaal erbij.", "2014"),
        Column::optional("geboortekwartaal", "1 tot en met 4. Nooit een geboortedatum.", "2"),
        Column::optional("leeftijd", "In jaren, als jaar en kwartaal niet bekend zijn.", "12"),
        Column::required(
            "verwijzer",
            "Wie verwijst: een code uit de lijst van de API.",
            "gemeentelijke-toegang",
        ),
        Column::required("verwezenOp", "Dag van de verwijzing.", "2026-11-02"),
        Column::optional("beschikkingOp", "Dag van de beschikking.", "2026-11-05"),
        Column::required("urgentie", "regulier of urgent.", "regulier"),
        Column::required("maatregel", "ja bij jeugdbescherming of jeugdreclassering, anders nee.", "nee"),
        Column::optional("postcode", "De vier cijfers.", "3841"),
        Column::optional(
            "alternatieven",
            "Codes van producten die ook goed zijn, met een | ertussen.",
            "45A13",
        ),
        Column::optional("adviesOp", "Dag waarop het adviesorgaan besliste.", "2026-11-04"),
        Column::optional(
            "perspectiefplanOp",
            "Dag waarop het perspectiefplan is gemaakt, dat er vanaf 16 jaar hoort te zijn.",
            "2026-10-20",
        ),
        Column::optional("verklarendeAnalyse", "ja of nee.", "ja"),
        Column::optional("eersteKeus", "eerste-keus of vervanging.", "eerste-keus"),
        Column::optional("mogelijkWlz", "ja of nee.", "nee"),
        Column::optional("gezagBijDerde", "ja of nee.", "nee"),
        Column::optional("behoeften", "Codes van behoeften, met een | ertussen.", "autisme|trauma"),
        Column::optional("gewensteAanbieders", "AGB-codes, met een | ertussen.", "98990001"),
        Column::optional("uitgeslotenAanbieders", "AGB-codes, met een | ertussen.", "98990002"),
        Column::optional("hoogsteAfstandKm", "1 tot en met 350.", "25"),
        Column::optional("overbruggingGewenst", "ja of nee.", "ja"),
        Column::optional(NOTE, "Hooguit 280 tekens, en niets over een persoon.", "Kan niet op woensdag."),
        Column::optional("cijfersZijn", "Wat negen cijfers in de toelichting zijn, als het geen BSN is.", ""),
        Column::optional(
            SURE,
            "ja als het een ander kind is dan de aanmelding waar deze regel op lijkt.",
            "nee",
        ),
    ];
    const IN_BOOK: bool = false;

    fn open(_: &mut Connection, _: &Way<'_>) -> Result<Self> {
        Ok(Self)
    }

    fn list(&self, _: &mut Connection, _: &Way<'_>) -> Result<Listed<Self>> {
        Ok(Vec::new())
    }

    fn cells(_: &String, _: &RegistrationLine) -> Vec<String> {
        Vec::new()
    }

    fn read(&self, way: &Way<'_>, fields: &mut Fields) -> Option<(String, RegistrationLine)> {
        let draft = read_draft(fields, Writing::Full);
        let mut found = Violations::new();
        Note::check(NOTE, draft.note.as_deref(), draft.digits_are, dutch_day(way.now), &mut found);
        fields.add_joint(in_own_words(found));
        let line = RegistrationLine { draft, is_another: fields.flag(SURE) };
        Some((format!("{line:?}"), line))
    }

    fn save(
        &self,
        conn: &mut Connection,
        way: &Way<'_>,
        _: &String,
        _: Option<&Stored<RegistrationLine>>,
        line: &RegistrationLine,
    ) -> Result<()> {
        if !line.is_another && !list_similar(conn, way.actor, way.now, &line.draft)?.is_empty() {
            // Without its code: a report is kept for a month, and is not in the access log.
            let message = "lijkt op een open aanmelding van uw gemeente, of op een eerdere regel; zet hier ja als het een ander kind is";
            return Err(Error::collision(SURE, "lijkt-op", message));
        }
        register(conn, way.actor, way.now, line.draft.clone()).map(drop).map_err(without_what_was_found)
    }
}

/// What looks like personal data is told in words of our own: a report must not keep it.
fn without_what_was_found(error: Error) -> Error {
    match error {
        Error::Collision(found) => Error::Collision(in_own_words(found)),
        other => other,
    }
}

fn in_own_words(found: Violations) -> Violations {
    let mut told = Violations::new();
    for violation in found {
        if violation.field == NOTE {
            let message = match violation.code {
                "persoonsgegeven" => "hier staat iets dat naar een persoon wijst; haal het weg",
                "misschien-bsn" => {
                    "negen cijfers die een BSN kunnen zijn; haal ze weg, of vul in cijfersZijn in wat het is"
                }
                _ => violation.message.as_str(),
            };
            told.add(NOTE, violation.code, message.to_owned());
        } else {
            told.add(&violation.field, violation.code, violation.message);
        }
    }
    told
}
