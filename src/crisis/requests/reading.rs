//! Reads a crisis request and its triage from JSON or a form. Here only the shape of each field is looked at.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, SubsecRound, Utc};
use rules::codes::{AgbCode, MunicipalityCode};
use rules::crisis::codes::{AgeGroup, TriageAnswer, Urgency};
use rules::waiting::note::NineDigits;
use rules::waiting::registration::ReferrerKind;
use rules::waiting::typed;

use super::model::{Answer, HomeDraft, RequestDraft};
use crate::clock::moment_of_dutch_time;
use crate::web::fields::{Fields, Length};

/// The choice in the list of municipalities that is none.
pub(super) const OUTSIDE: &str = "buiten-de-regio";

/// What stands before the code in the name of a box.
pub(super) const SAFETY_BOX: &str = "veiligheid-";
pub(super) const TRIAGE_BOX: &str = "triage-";

/// The longest note that is read; the rule that checks it has a limit of its own, with a message that helps.
const LONGEST_NOTE: usize = 280;

/// How many safety codes one request has at most.
pub(super) const MOST_SAFETY: usize = 20;

/// How many answers one triage has at most.
pub(super) const MOST_ANSWERS: usize = 40;

/// Reads a request as a program sends it.
pub(super) fn read_json(fields: &mut Fields) -> RequestDraft {
    let outside = fields.flag("buitenRegio");
    let municipality = fields.optional_parsed("gemeente", "geen-code", MunicipalityCode::parse);
    let home_contradicts = outside && municipality.is_some();
    let home = match (municipality, outside) {
        (Some(code), _) => Some(HomeDraft::Municipality(code)),
        (None, true) => Some(HomeDraft::Outside),
        (None, false) => None,
    };
    RequestDraft {
        received_at: fields.optional_parsed("ontvangenOp", "geen-tijdstip", parse_moment),
        home,
        home_contradicts,
        age: fields.optional_small("leeftijd", 0, 22),
        age_group: fields.optional_choice("leeftijdsgroep", &groups()),
        safety: fields.texts("veiligheid", MOST_SAFETY, Length(1, 40)),
        ..read_common(fields)
    }
}

/// Reads a request as the form sends it: short to type.
pub(super) fn read_form(fields: &mut Fields, today: NaiveDate) -> RequestDraft {
    let home = fields.optional_parsed("gemeente", "geen-code", |text| {
        if text == OUTSIDE {
            Ok(HomeDraft::Outside)
        } else {
            MunicipalityCode::parse(text).map(HomeDraft::Municipality)
        }
    });
    let age = fields.optional_parsed("leeftijd", "geen-leeftijd", parse_age);
    RequestDraft {
        received_at: fields
            .optional_parsed("ontvangenOp", "geen-tijdstip", |text| parse_typed_moment(text, today)),
        home,
        age: age.and_then(|(age, _)| age),
        age_group: age.map(|(_, group)| group),
        safety: ticked(fields, SAFETY_BOX),
        ..read_common(fields)
    }
}

fn read_common(fields: &mut Fields) -> RequestDraft {
    let referrers: Vec<_> = ReferrerKind::ALL.iter().map(|kind| (kind.code(), *kind)).collect();
    let urgencies: Vec<_> = Urgency::ALL.iter().map(|urgency| (urgency.code(), *urgency)).collect();
    let facts = read_facts(fields);
    RequestDraft {
        referrer: fields.choice("verwijzer", &referrers),
        urgency: fields.choice("urgentie", &urgencies),
        ..facts
    }
}

/// Reads what can be corrected, as a program sends it.
pub(super) fn read_json_facts(fields: &mut Fields) -> RequestDraft {
    RequestDraft {
        age: fields.optional_small("leeftijd", 0, 22),
        age_group: fields.optional_choice("leeftijdsgroep", &groups()),
        safety: fields.texts("veiligheid", MOST_SAFETY, Length(1, 40)),
        ..read_facts(fields)
    }
}

/// Reads what can be corrected, as the form sends it.
pub(super) fn read_form_facts(fields: &mut Fields) -> RequestDraft {
    let age = fields.optional_parsed("leeftijd", "geen-leeftijd", parse_age);
    RequestDraft {
        age: age.and_then(|(age, _)| age),
        age_group: age.map(|(_, group)| group),
        safety: ticked(fields, SAFETY_BOX),
        ..read_facts(fields)
    }
}

fn read_facts(fields: &mut Fields) -> RequestDraft {
    let digits: Vec<_> = NineDigits::ALL.iter().map(|digits| (digits.code(), *digits)).collect();
    let asked = fields.text("vraag", Length(1, 40));
    RequestDraft {
        asked: (!asked.is_empty()).then_some(asked),
        current_provider: fields.optional_parsed("huidigeAanbieder", "geen-code", parse_agb),
        note: fields.optional_text("toelichting", Length(0, LONGEST_NOTE)),
        digits_are: fields.optional_choice("cijfersZijn", &digits),
        ..RequestDraft::default()
    }
}

fn groups() -> Vec<(&'static str, AgeGroup)> {
    AgeGroup::ALL.iter().map(|group| (group.sign(), *group)).collect()
}

/// The codes of the boxes that were ticked.
fn ticked(fields: &mut Fields, prefix: &str) -> Vec<String> {
    let names: Vec<String> =
        fields.names().filter(|name| name.starts_with(prefix)).map(str::to_owned).collect();
    names.iter().filter(|name| fields.flag(name)).map(|name| name[prefix.len()..].to_owned()).collect()
}

/// The answers of a form, of which each question is a field of its own.
pub(super) fn read_answers(fields: &mut Fields) -> Vec<Answer> {
    let names: Vec<String> =
        fields.names().filter(|name| name.starts_with(TRIAGE_BOX)).map(str::to_owned).collect();
    let choices: Vec<_> = TriageAnswer::ALL.iter().map(|answer| (answer.code(), *answer)).collect();
    names
        .iter()
        .filter_map(|name| {
            let answer = fields.optional_choice(name, &choices)?;
            Some(Answer { question: name[TRIAGE_BOX.len()..].to_owned(), answer })
        })
        .collect()
}

/// A moment as programs write it, with any offset; cut to the finest that is kept.
fn parse_moment(text: &str) -> Result<DateTime<Utc>, &'static str> {
    DateTime::parse_from_rfc3339(text)
        .map(|at| at.to_utc().trunc_subsecs(6))
        .map_err(|_| "vul een tijdstip in als 2026-11-21T14:32:00Z")
}

/// `14.30`, `gisteren 14.30` or `21-11-2026 14.30`, on the clock in the Netherlands.
fn parse_typed_moment(text: &str, today: NaiveDate) -> Result<DateTime<Utc>, &'static str> {
    const HELP: &str = "vul een tijd in als 14.30, gisteren 14.30 of 21-11-2026 14.30";
    let (day, time) = text.rsplit_once(char::is_whitespace).unwrap_or(("", text));
    let time = NaiveTime::parse_from_str(&time.replace('.', ":"), "%H:%M").map_err(|_| HELP)?;
    let day = match day.trim() {
        "" | "vandaag" => today,
        "gisteren" => today.pred_opt().ok_or(HELP)?,
        other => typed::day(other, today).map_err(|_| HELP)?,
    };
    Ok(moment_of_dutch_time(NaiveDateTime::new(day, time)))
}

/// `14`, or `12-` and `12+` when nobody knows the age.
fn parse_age(text: &str) -> Result<(Option<u8>, AgeGroup), &'static str> {
    if let Some(group) = AgeGroup::ALL.iter().find(|group| group.sign() == text) {
        return Ok((None, *group));
    }
    match text.parse::<u8>() {
        Ok(age) if age <= 22 => Ok((Some(age), AgeGroup::of_age(age))),
        _ => Err("vul een leeftijd van 0 tot en met 22 in, bijvoorbeeld 14, of 12- of 12+"),
    }
}

/// `98990001`, or with the name behind it.
fn parse_agb(text: &str) -> Result<AgbCode, String> {
    let first = text.split_whitespace().next().unwrap_or(text);
    AgbCode::parse(first).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_typed_short() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 23).expect("a day");
        for (text, expected) in [
            ("14.30", Some("2026-11-23T13:30:00Z")),
            ("9:05", Some("2026-11-23T08:05:00Z")),
            ("gisteren 23.50", Some("2026-11-22T22:50:00Z")),
            ("21-11-2026 14.30", Some("2026-11-21T13:30:00Z")),
            // In summer.
            ("01-07-2026 14.30", Some("2026-07-01T12:30:00Z")),
            ("14", None),
            ("25.00", None),
            ("morgen 9.00", None),
        ] {
            let expected = expected.map(|moment| moment.parse::<DateTime<Utc>>().expect("a moment"));
            assert_eq!(parse_typed_moment(text, today).ok(), expected, "{text}");
        }
    }

    #[test]
    fn an_age_is_a_number_or_a_group() {
        assert_eq!(parse_age("14"), Ok((Some(14), AgeGroup::From12)));
        assert_eq!(parse_age("12-"), Ok((None, AgeGroup::Under12)));
        assert_eq!(parse_age("12+"), Ok((None, AgeGroup::From12)));
        for wrong in ["23", "-1", "twaalf", "1.5"] {
            assert!(parse_age(wrong).is_err(), "{wrong}");
        }
    }
}
