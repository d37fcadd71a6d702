//! What people and files say of a record, read the same way.

use rules::codes::{AgbCode, MunicipalityCode};
use rules::crisis::codes::{AgeGroup, ProvisionKind};
use rules::waiting::registration::ReferrerKind;

use super::model::{LineDraft, RequestFacts};
use crate::crisis::reading::list_code;
use crate::web::fields::{Fields, Length};

/// How a child of another region is written in the column of the municipality.
pub const OUTSIDE: &str = "buiten";

/// Lines of one record at most.
pub const MOST_LINES: i64 = 50;

const CODE: Length = Length(1, 60);

pub fn read_facts(fields: &mut Fields) -> Option<RequestFacts> {
    let received_on = fields.optional_date("ontvangenOp");
    if received_on.is_none() && fields.raw("ontvangenOp").trim().is_empty() {
        fields.error("ontvangenOp", "verplicht", "vul in op welke dag de aanvraag binnenkwam");
    }
    let municipality = if fields.raw("gemeente").trim().eq_ignore_ascii_case(OUTSIDE) {
        fields.optional_text("gemeente", CODE);
        Some(None)
    } else {
        fields.parsed("gemeente", "geen-code", MunicipalityCode::parse).map(|code| Some(code.to_string()))
    };
    let ages: Vec<(&str, AgeGroup)> = AgeGroup::ALL.iter().map(|group| (group.code(), *group)).collect();
    let age_group = fields.choice("leeftijdsgroep", &ages);
    let referrers: Vec<(&str, ReferrerKind)> =
        ReferrerKind::ALL.iter().map(|kind| (kind.code(), *kind)).collect();
    let referrer = fields.choice("verwijzer", &referrers)?.code().to_owned();
    Some(RequestFacts {
        received_on: received_on?,
        municipality: municipality?,
        age_group: age_group?,
        referrer,
    })
}

/// What was given, or none when that is left empty and may be.
pub fn read_line(fields: &mut Fields, is_optional: bool) -> Option<LineDraft> {
    let kinds: Vec<(&str, ProvisionKind)> =
        ProvisionKind::ALL.iter().map(|kind| (kind.code(), *kind)).collect();
    let kind =
        if is_optional { fields.optional_choice("soort", &kinds) } else { fields.choice("soort", &kinds) };
    let companion_of = fields.optional_small::<u8>("begeleidt", 1, MOST_LINES).map(usize::from);
    let provider = fields.optional_parsed("aanbieder", "geen-code", AgbCode::parse);
    let none_reason = list_code(fields, "redenGeen");
    let started_on = fields.optional_date("begin");
    let ended_on = fields.optional_date("einde");
    let follow_up = list_code(fields, "vervolg");
    Some(LineDraft {
        kind: kind?,
        companion_of,
        provider: provider.map(|agb| agb.to_string()),
        none_reason,
        started_on,
        ended_on,
        follow_up,
    })
}
